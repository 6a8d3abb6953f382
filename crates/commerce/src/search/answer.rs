//! Answers to searches.

use std::collections::HashMap;

use domain::catalog::ProductType;
use domain::content::EntryKind;
use domain::ids::{CollectionId, EntryId, MediaId, ProductId};
use domain::markup;
use domain::money::Money;
use gateways::search::{Found, Hit, Kind, Query};
use store::catalog::{collections, products};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::{SearchError, aside};
use crate::catalog::{self, Brief, Details};
use crate::media::{Image, images};
use crate::{Commerce, Shop, content};

/// What stands beyond this many characters of a question is not looked at.
pub const LONGEST_QUERY: usize = 200;

/// Characters of a text that an answer shows.
const EXCERPT: usize = 160;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The words.
    pub text: String,
    /// What is searched for; empty means everything.
    pub kinds: Vec<Kind>,
    /// So many hits of each kind, or suggestions.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How many things fit, whether they are among the hits or not.
    pub total: u64,
    /// The best of each kind, best first.
    pub hits: Vec<HitView>,
}

/// Something that was found, as it is now.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 7")]
pub struct HitView {
    pub kind: Kind,
    pub id: Uuid,
    pub title: String,
    pub slug: String,
    pub url: String,
    /// Plain text on one line.
    pub excerpt: String,
    pub image: Option<Image>,
    pub price: Option<Money>,
    pub status: &'static str,
}

/// Searches everything that a shop shows.
pub async fn find(commerce: &Commerce, shop: &Shop, ask: Ask) -> Result<Answer, SearchError> {
    let Ask { text, kinds, limit } = ask;
    let found = look(commerce, shop, Query { text, kinds, limit, titles_only: false }).await?;
    let fitting = u64::try_from(found.hits.len()).unwrap_or(u64::MAX);
    let hits = shown(commerce, shop, found.hits).await?;
    let gone = fitting.saturating_sub(u64::try_from(hits.len()).unwrap_or(u64::MAX));
    Ok(Answer { total: found.totals.iter().sum::<u64>().saturating_sub(gone), hits })
}

/// Titles that somebody who typed so much may mean, best first.
pub async fn suggest(commerce: &Commerce, shop: &Shop, ask: Ask) -> Result<Vec<HitView>, SearchError> {
    let Ask { text, kinds, limit } = ask;
    let found = look(commerce, shop, Query { text, kinds, limit, titles_only: true }).await?;
    let mut hits = shown(commerce, shop, found.hits).await?;
    hits.truncate(limit);
    Ok(hits)
}

async fn look(commerce: &Commerce, shop: &Shop, query: Query) -> Result<Found, SearchError> {
    let (index, tenant) = (commerce.search_index().clone(), shop.id);
    // However many search, the rest of the shop has processors left.
    let _turn = commerce.search_turn().await;
    aside(move || index.search(tenant, &query)).await
}

async fn shown(commerce: &Commerce, shop: &Shop, hits: Vec<Hit>) -> Result<Vec<HitView>, SearchError> {
    if hits.is_empty() {
        return Ok(Vec::new());
    }
    let (handle, shop) = (commerce.clone(), shop.clone());
    let hits = commerce.store().read(shop.id, move |tx| present(&handle, tx, &shop, &hits)).await?;
    Ok(hits)
}

/// The hits as they stand in the tables, in their order; what is not shown now is left out.
fn present(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    hits: &[Hit],
) -> Result<Vec<HitView>, StoreError> {
    let of_kind = |kinds: &[Kind]| -> Vec<Uuid> {
        hits.iter().filter(|hit| kinds.contains(&hit.kind)).map(|hit| hit.id).collect()
    };
    let mut views: HashMap<(Kind, Uuid), HitView> = HashMap::new();
    let found = [
        products_of(commerce, tx, shop, of_kind(&[Kind::Product, Kind::Package]))?,
        collections_of(commerce, tx, shop, of_kind(&[Kind::Collection]))?,
        content_of(commerce, tx, shop, of_kind(&[Kind::Page, Kind::Post]))?,
    ];
    for view in found.into_iter().flatten() {
        views.insert((view.kind, view.id), view);
    }
    Ok(hits.iter().filter_map(|hit| views.remove(&(hit.kind, hit.id))).collect())
}

fn products_of(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    ids: Vec<Uuid>,
) -> Result<Vec<HitView>, StoreError> {
    let ids: Vec<ProductId> = ids.into_iter().map(ProductId::new).collect();
    let mut texts = HashMap::new();
    for row in products::find_all(tx, &ids)? {
        texts.insert(row.product_id, Details::read(&row)?.description_html);
    }
    let view = |brief: Brief| {
        let is_package = brief.product_type == ProductType::Subscription;
        HitView {
            kind: if is_package { Kind::Package } else { Kind::Product },
            id: brief.id.uuid(),
            url: if is_package { commerce.page_url("subscription-packages", &brief.slug) } else { brief.url },
            excerpt: excerpt(texts.get(&brief.id).map(String::as_str).unwrap_or_default()),
            title: brief.name,
            slug: brief.slug,
            image: brief.image,
            price: Some(brief.price),
            status: brief.status.as_str(),
        }
    };
    Ok(catalog::briefs(commerce, tx, shop, &ids)?.into_iter().map(view).collect())
}

fn collections_of(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    ids: Vec<Uuid>,
) -> Result<Vec<HitView>, StoreError> {
    let ids: Vec<CollectionId> = ids.into_iter().map(CollectionId::new).collect();
    let rows = collections::find_all(tx, &ids)?;
    let pictures: Vec<MediaId> =
        rows.iter().filter_map(|row| row.image().transpose()).collect::<Result<_, _>>()?;
    let pictures = images(commerce, tx, shop.number, &pictures)?;
    rows.into_iter()
        .map(|row| {
            Ok(HitView {
                kind: Kind::Collection,
                id: row.collection_id.uuid(),
                url: commerce.page_url("collections", &row.slug),
                excerpt: excerpt(&markup::render(beginning(&row.description))),
                image: row.image()?.and_then(|id| pictures.get(&id).cloned()),
                title: row.name,
                slug: row.slug,
                price: None,
                status: "active",
            })
        })
        .collect()
}

fn content_of(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    ids: Vec<Uuid>,
) -> Result<Vec<HitView>, StoreError> {
    let ids: Vec<EntryId> = ids.into_iter().map(EntryId::new).collect();
    let view = |document: content::Document| {
        let article = document.article;
        HitView {
            kind: match document.kind {
                EntryKind::Page => Kind::Page,
                EntryKind::Post => Kind::Post,
            },
            id: article.id.uuid(),
            title: article.title,
            slug: article.slug,
            url: article.url,
            excerpt: markup::excerpt(&article.excerpt, EXCERPT),
            image: article.image,
            price: None,
            status: article.status.as_str(),
        }
    };
    Ok(content::documents(commerce, tx, shop, &ids)?.into_iter().map(view).collect())
}

fn excerpt(html: &str) -> String {
    markup::excerpt(&markup::plain_text(beginning(html)), EXCERPT)
}

/// As much of a text as an excerpt can need.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(10 * EXCERPT)).unwrap_or(text)
}
