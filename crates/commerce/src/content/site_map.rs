//! What a shop shows, as a list of addresses for search engines.

use domain::content::EntryKind;
use domain::time::Timestamp;
use store::catalog::{collections, products};
use store::content::entries::{self, Search};
use store::{StoreError, Tx, installation};

use crate::catalog::ListFilter;
use crate::{Commerce, Shop};

/// Addresses in one file. The protocol allows fifty thousand; a file of these is made in a moment.
const A_FILE: u64 = 10_000;

/// Something that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Where.
    pub url: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// All addresses of a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteMap {
    /// Few enough for one file.
    Addresses(Vec<Address>),
    /// This many files.
    Files(u64),
}

/// The shop with this slug, for what is open to all.
pub async fn shop_named(commerce: &Commerce, slug: &str) -> Result<Option<Shop>, StoreError> {
    let (slug, system_now) = (slug.to_owned(), commerce.system_now());
    commerce
        .store()
        .read_installation(move |tx| {
            let row = installation::find_shop(tx, &slug)?;
            row.map(|row| Shop::from_row(row, system_now)).transpose()
        })
        .await
}

/// What the shop shows, or in how many files that is told.
pub async fn site_map(commerce: &Commerce, shop: &Shop) -> Result<SiteMap, StoreError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let sizes = Sizes::of(&handle, tx, &shop)?;
            if sizes.total() <= A_FILE {
                return Ok(SiteMap::Addresses(addresses(&handle, tx, &shop, &sizes, 0)?));
            }
            Ok(SiteMap::Files(sizes.total().div_ceil(A_FILE)))
        })
        .await
}

/// One of several files, from 1; none where there are not so many.
pub async fn site_map_file(
    commerce: &Commerce,
    shop: &Shop,
    number: u64,
) -> Result<Option<Vec<Address>>, StoreError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let sizes = Sizes::of(&handle, tx, &shop)?;
            let is_there = (1..=sizes.total().div_ceil(A_FILE)).contains(&number);
            if !is_there {
                return Ok(None);
            }
            addresses(&handle, tx, &shop, &sizes, (number - 1) * A_FILE).map(Some)
        })
        .await
}

/// How many things of each kind are shown.
struct Sizes {
    pages: u64,
    posts: u64,
    collections: u64,
    products: u64,
}

impl Sizes {
    fn of(commerce: &Commerce, tx: &mut Tx<'_>, shop: &Shop) -> Result<Self, StoreError> {
        let mut entries = |kind| {
            let count = entries::count(tx, &Search::shown(kind, shop.now))?;
            Ok::<_, StoreError>(u64::try_from(count).unwrap_or(0))
        };
        let (pages, posts) = (entries(EntryKind::Page)?, entries(EntryKind::Post)?);
        let all = ListFilter::default();
        Ok(Self {
            pages,
            posts,
            collections: collections::all(tx)?.len() as u64,
            products: commerce.shelves().look(tx, shop.now, |shelf| shelf.list(&all, 0, 0).total)?,
        })
    }

    fn total(&self) -> u64 {
        self.pages + self.posts + self.collections + self.products
    }
}

/// The part of a list that falls into a window over several lists, one behind the other.
struct Window {
    skip: u64,
    left: u64,
}

impl Window {
    /// Where to begin in the next list, which is this long, and how many to take of it.
    fn next(&mut self, length: u64) -> Option<(u64, u64)> {
        let begin = self.skip.min(length);
        let take = self.left.min(length - begin);
        self.skip -= begin;
        self.left -= take;
        (take > 0).then_some((begin, take))
    }
}

fn addresses(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    sizes: &Sizes,
    skip: u64,
) -> Result<Vec<Address>, StoreError> {
    let mut window = Window { skip, left: A_FILE };
    let mut found = Vec::new();
    for (kind, length) in [(EntryKind::Page, sizes.pages), (EntryKind::Post, sizes.posts)] {
        let Some((begin, take)) = window.next(length) else { continue };
        let (begin, take) =
            (i64::try_from(begin).unwrap_or(i64::MAX), i64::try_from(take).unwrap_or(i64::MAX));
        for entry in entries::list(tx, &Search::shown(kind, shop.now), begin, take)? {
            let since = entry.publication()?.shown(shop.now).map(|(_, since)| since);
            found.push(Address {
                url: commerce.site_url(&kind.path_of(&entry.slug)),
                updated_at: since.map_or(entry.shown_changed_at, |since| entry.shown_changed_at.max(since)),
            });
        }
    }
    if let Some((begin, take)) = window.next(sizes.collections) {
        let (begin, take) =
            (usize::try_from(begin).unwrap_or(usize::MAX), usize::try_from(take).unwrap_or(0));
        found.extend(collections::all(tx)?.into_iter().skip(begin).take(take).map(|row| Address {
            url: commerce.page_url("collections", &row.slug),
            updated_at: row.updated_at,
        }));
    }
    if let Some((begin, take)) = window.next(sizes.products) {
        let (all, take) = (ListFilter::default(), usize::try_from(take).unwrap_or(0));
        let listed = commerce.shelves().look(tx, shop.now, |shelf| shelf.list(&all, begin, take))?;
        let rows = products::addresses_of(tx, &listed.ids)?;
        found.extend(
            rows.into_iter()
                .map(|(slug, updated_at)| Address { url: commerce.page_url("products", &slug), updated_at }),
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_each_thing_once_and_none_too_many() {
        let lists = [7_u64, 0, 12, 30];
        let mut seen = vec![Vec::new(); lists.len()];
        for file in 0..5 {
            let mut window = Window { skip: file * 10, left: 10 };
            let mut size = 0;
            for (list, length) in lists.iter().enumerate() {
                if let Some((begin, take)) = window.next(*length) {
                    seen[list].extend(begin..begin + take);
                    size += take;
                }
            }
            assert_eq!(size, if file == 4 { 9 } else { 10 });
        }
        for (list, length) in lists.iter().enumerate() {
            assert_eq!(seen[list], (0..*length).collect::<Vec<_>>());
        }
    }
}
