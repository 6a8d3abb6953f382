//! The bottles that the coming boxes need. Rule: what is chosen today counts; nobody can know what will be changed until then.

use std::collections::BTreeMap;

use domain::catalog::SubscriptionType;
use domain::ids::ProductId;
use domain::reports::Period;
use domain::subscriptions::figures::short;
use domain::time::Timestamp;
use store::catalog::products;
use store::subscriptions::{SubscriptionRow, releases, reports};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::walk::each;
use crate::subscriptions::{SubscriptionDetails, course_of, package_of, release_parts};
use crate::{Commerce, Shop};

/// Products looked up at once.
const PRODUCTS: usize = 500;

/// What is needed of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Which product.
    pub product_id: ProductId,
    /// Its name; empty where it is gone.
    pub name: String,
    /// Its article number.
    pub sku: Option<String>,
    /// How many.
    pub needed: i64,
    /// How many there are now; `None` where they are not counted.
    pub in_stock: Option<i64>,
    /// How many are missing.
    pub short: i64,
}

/// Boxes of a package for which nothing is chosen yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreleased {
    /// Which package.
    pub package_id: ProductId,
    /// Its name.
    pub name: String,
    /// How many boxes.
    pub boxes: i64,
}

/// What the boxes of a period need.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Which period.
    pub period: Period,
    /// The boxes in all, also those for which nothing is chosen yet.
    pub boxes: i64,
    /// Each product, what is missing most first, then what is needed most.
    pub needs: Vec<Need>,
    /// The packages without a release, by their names.
    pub without_release: Vec<Unreleased>,
}

/// What the boxes need that fall due in a period. Those whose orders stand already are not in it: what they need was taken from
/// the stock.
pub async fn forecast(commerce: &Commerce, shop: &Shop, period: Period) -> Result<Forecast, StoreError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            let mut sums = Sums::new(&shop, &period);
            each(tx, |tx, row| sums.add(tx, row))?;
            sums.told(tx)
        })
        .await
}

/// The contents of one box: how many of what.
type Contents = Vec<(Uuid, i64)>;

/// What is in the boxes of a package.
enum Filling {
    /// What their customers pick.
    Picked,
    /// What the shop chose, each from a time on, in their order.
    Released(Vec<(Timestamp, Contents)>),
}

struct Sums<'a> {
    shop: &'a Shop,
    period: &'a Period,
    boxes: i64,
    needed: BTreeMap<Uuid, i64>,
    unreleased: BTreeMap<ProductId, i64>,
    fillings: BTreeMap<ProductId, Filling>,
}

impl<'a> Sums<'a> {
    const fn new(shop: &'a Shop, period: &'a Period) -> Self {
        Self {
            shop,
            period,
            boxes: 0,
            needed: BTreeMap::new(),
            unreleased: BTreeMap::new(),
            fillings: BTreeMap::new(),
        }
    }

    fn add(&mut self, tx: &mut Tx<'_>, row: &SubscriptionRow) -> Result<(), StoreError> {
        let Some(course) = course_of(self.shop, row)? else { return Ok(()) };
        let zone = &self.shop.settings.timezone;
        let begins = self.period.begins();
        let mut coming =
            course.renewals(zone, self.period.ends()).filter(|coming| coming.due_at >= begins).peekable();
        if coming.peek().is_none() {
            return Ok(());
        }
        let picks: Contents = SubscriptionDetails::read(row)?
            .picks
            .into_iter()
            .map(|pick| (pick.product, pick.quantity))
            .collect();
        if !self.fillings.contains_key(&row.package_id) {
            let filling = filling_of(tx, row, self.period)?;
            self.fillings.insert(row.package_id, filling);
        }
        let filling = self.fillings.get(&row.package_id);
        for coming in coming {
            self.boxes += row.quantity;
            let contents = match filling {
                None | Some(Filling::Picked) => Some(&picks),
                Some(Filling::Released(releases)) => current(releases, coming.due_at),
            };
            match contents {
                Some(contents) => {
                    for (product, count) in contents {
                        *self.needed.entry(*product).or_default() += count.saturating_mul(row.quantity);
                    }
                }
                None => *self.unreleased.entry(row.package_id).or_default() += row.quantity,
            }
        }
        Ok(())
    }

    fn told(self, tx: &mut Tx<'_>) -> Result<Forecast, StoreError> {
        let mut needs: Vec<Need> = Vec::with_capacity(self.needed.len());
        let needed: Vec<(ProductId, i64)> =
            self.needed.iter().map(|(product, needed)| (ProductId::new(*product), *needed)).collect();
        for step in needed.chunks(PRODUCTS) {
            let ids: Vec<ProductId> = step.iter().map(|(id, _)| *id).collect();
            let mut found: BTreeMap<ProductId, products::ProductRow> =
                products::find_all(tx, &ids)?.into_iter().map(|row| (row.product_id, row)).collect();
            needs.extend(step.iter().map(|(id, needed)| need(*id, *needed, found.remove(id))));
        }
        needs.sort_by(|one, other| {
            let key = |need: &Need| (-need.short, -need.needed);
            key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name))
        });
        let mut without_release = Vec::new();
        for (package_id, boxes) in self.unreleased {
            let name = products::find(tx, package_id)?.map(|package| package.name).unwrap_or_default();
            without_release.push(Unreleased { package_id, name, boxes });
        }
        without_release.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Forecast { period: self.period.clone(), boxes: self.boxes, needs, without_release })
    }
}

/// What is needed of a product. Of one that is gone there is nothing.
fn need(product_id: ProductId, needed: i64, row: Option<products::ProductRow>) -> Need {
    let (name, sku, in_stock) =
        row.map_or((String::new(), None, Some(0)), |row| (row.name, row.sku, row.quantity));
    Need { product_id, name, sku, needed, in_stock, short: short(needed, in_stock) }
}

fn filling_of(tx: &mut Tx<'_>, row: &SubscriptionRow, period: &Period) -> Result<Filling, StoreError> {
    let package = package_of(tx, row)?;
    if package.is_none_or(|package| package.subscription_type != SubscriptionType::Variable) {
        return Ok(Filling::Picked);
    }
    let begins = period.begins();
    let first = releases::current(tx, row.package_id, begins)?;
    let more = reports::releases_between(tx, row.package_id, begins, period.ends())?;
    let read = |release| {
        let parts = release_parts(&release)?;
        let contents = parts.into_iter().map(|part| (part.product, part.quantity)).collect();
        Ok((release.ships_from, contents))
    };
    Ok(Filling::Released(first.into_iter().chain(more).map(read).collect::<Result<_, StoreError>>()?))
}

/// The one that counts at a time.
fn current(releases: &[(Timestamp, Contents)], at: Timestamp) -> Option<&Contents> {
    releases.iter().rfind(|(ships_from, _)| *ships_from <= at).map(|(_, contents)| contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_release_that_has_begun_counts() {
        let at = Timestamp::from_micros;
        let contents = |count: i64| vec![(Uuid::nil(), count)];
        let releases = [(at(10), contents(1)), (at(20), contents(2))];
        for (time, expected) in [(9, None), (10, Some(1)), (19, Some(1)), (20, Some(2)), (99, Some(2))] {
            assert_eq!(current(&releases, at(time)), expected.map(contents).as_ref(), "{time}");
        }
    }

    #[test]
    fn of_what_is_gone_there_is_nothing() {
        let gone = need(ProductId::new(Uuid::nil()), 6, None);
        assert_eq!((gone.in_stock, gone.short), (Some(0), 6));
    }
}
