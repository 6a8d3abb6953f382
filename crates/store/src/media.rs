//! Pictures and files of a shop, as rows; the bytes are with the media gateway.

use diesel::prelude::*;
use domain::ids::{CollectionId, MediaId, ProductId};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::media_sources;
use crate::schema::{collections, media, media_uses, product_images};
use crate::tx::{Tx, exactly_one};

/// One picture or file.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = media, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Media {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub media_id: MediaId,
    /// The name it was uploaded under, for people.
    pub filename: String,
    /// Without a dot: `png`.
    pub extension: String,
    pub mime_type: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// In bytes.
    pub size: i64,
    /// In pixels, for pictures.
    pub width: Option<i64>,
    /// In pixels, for pictures.
    pub height: Option<i64>,
    /// SHA-256 of the bytes as they were uploaded.
    pub content_hash: Vec<u8>,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
    /// How far the renditions are.
    pub status: String,
    /// What was made of it, as JSON.
    pub renditions: String,
    /// The file name as it is searched for.
    pub search_name: String,
}

/// Those of the shop's media that have one of these ids, in no order.
pub fn find_all(tx: &mut Tx<'_>, ids: &[MediaId]) -> Result<Vec<Media>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(media::table).with(|all| all.filter(media::media_id.eq_any(ids)).select(Media::as_select())).all()
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: MediaId) -> Result<Option<Media>, StoreError> {
    tx.from(media::table)
        .with(|all| all.filter(media::media_id.eq(id.to_bytes())).select(Media::as_select()))
        .one()
}

/// The one with these bytes, if the shop has it already.
pub fn find_by_hash(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<Media>, StoreError> {
    tx.from(media::table)
        .with(|all| all.filter(media::content_hash.eq(hash.to_vec())).select(Media::as_select()))
        .one()
}

/// Which media to list.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Those whose searched name has this in it.
    pub name: Option<String>,
    /// Rows to pass over.
    pub offset: i64,
    /// Rows to give at the most.
    pub limit: i64,
}

/// A page of the shop's media, newest first, and how many there are in all.
pub fn list(tx: &mut Tx<'_>, search: &Search) -> Result<(Vec<Media>, i64), StoreError> {
    let pattern = search.name.as_deref().map(containing);
    let total = tx
        .from(media::table)
        .with(|all| {
            let mut matching = all.into_boxed();
            if let Some(pattern) = pattern.clone() {
                matching = matching.filter(media::search_name.like(pattern).escape('!'));
            }
            matching.count()
        })
        .one::<i64>()?;
    let (offset, limit) = (search.offset, search.limit);
    let rows = tx
        .from(media::table)
        .with(|all| {
            let mut matching = all.into_boxed();
            if let Some(pattern) = pattern {
                matching = matching.filter(media::search_name.like(pattern).escape('!'));
            }
            // Ids begin with the time.
            matching.order(media::media_id.desc()).offset(offset).limit(limit).select(Media::as_select())
        })
        .all()?;
    Ok((rows, total.unwrap_or(0)))
}

/// The pattern of a text that has this in it, whatever signs that may be.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Adds a picture or file.
pub fn insert(tx: &mut Tx<'_>, row: Media) -> Result<(), StoreError> {
    tx.insert(media::table, row)
}

/// Writes one anew.
pub fn update(tx: &mut Tx<'_>, row: Media) -> Result<(), StoreError> {
    let id = row.media_id.to_bytes();
    exactly_one(tx.from(media::table).with(|all| all.filter(media::media_id.eq(id))).update(row)?)
}

/// Removes one, and where it was fetched from; tells whether it was there.
pub fn delete(tx: &mut Tx<'_>, id: MediaId) -> Result<bool, StoreError> {
    media_sources::forget(tx, id)?;
    Ok(tx.from(media::table).with(|all| all.filter(media::media_id.eq(id.to_bytes()))).delete()? > 0)
}

/// Where a picture is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// What uses it: `product`, `collection`, `page`.
    pub kind: String,
    /// Which one.
    pub owner: Uuid,
}

/// Uses that are told one by one; there may be more.
const MOST_USES: i64 = 100;

/// Notes which media a thing uses, in the place of what was noted of it before. For uses that no column tells: where a
/// row has a foreign key to the picture, nothing needs to be noted. What is not there, as an older release let it go, is
/// left out.
pub fn set_uses(tx: &mut Tx<'_>, kind: &str, owner: Uuid, used: &[MediaId]) -> Result<(), StoreError> {
    let owner = owner.as_bytes().to_vec();
    tx.from(media_uses::table)
        .with(|all| {
            all.filter(media_uses::kind.eq(kind.to_owned())).filter(media_uses::owner_id.eq(owner.clone()))
        })
        .delete()?;
    for found in find_all(tx, used)? {
        let row = (
            media_uses::kind.eq(kind.to_owned()),
            media_uses::owner_id.eq(owner.clone()),
            media_uses::media_id.eq(found.media_id.to_bytes()),
        );
        tx.insert(media_uses::table, row)?;
    }
    Ok(())
}

/// Where a picture is used, a hundred places of each sort at the most.
pub fn uses(tx: &mut Tx<'_>, id: MediaId) -> Result<Vec<Use>, StoreError> {
    let id = id.to_bytes();
    let noted = tx
        .from(media_uses::table)
        .with(|all| {
            all.filter(media_uses::media_id.eq(id.clone()))
                .order((media_uses::kind.asc(), media_uses::owner_id.asc()))
                .limit(MOST_USES)
                .select((media_uses::kind, media_uses::owner_id))
        })
        .all::<(String, Vec<u8>)>()?;
    let products = tx
        .from(product_images::table)
        .with(|all| {
            all.filter(product_images::media_id.eq(id.clone()))
                .order(product_images::product_id.asc())
                .limit(MOST_USES)
                .select(product_images::product_id)
        })
        .all::<Vec<u8>>()?;
    let collections = tx
        .from(collections::table)
        .with(|all| {
            all.filter(collections::image_id.eq(Some(id)))
                .order(collections::collection_id.asc())
                .limit(MOST_USES)
                .select(collections::collection_id)
        })
        .all::<Vec<u8>>()?;
    let broken = |error: domain::ids::NotAnId| StoreError::Broken(error.to_string());
    let mut uses = Vec::new();
    for (kind, owner) in noted {
        let owner = Uuid::from_slice(&owner).map_err(|error| StoreError::Broken(error.to_string()))?;
        uses.push(Use { kind, owner });
    }
    for id in products {
        let owner = ProductId::try_from(id).map_err(broken)?.uuid();
        uses.push(Use { kind: "product".to_owned(), owner });
    }
    for id in collections {
        let owner = CollectionId::try_from(id).map_err(broken)?.uuid();
        uses.push(Use { kind: "collection".to_owned(), owner });
    }
    uses.sort();
    uses.dedup();
    Ok(uses)
}

#[cfg(test)]
mod tests {
    use super::containing;

    #[test]
    fn signs_of_patterns_are_signs_of_names() {
        assert_eq!(containing("a"), "%a%");
        assert_eq!(containing("50%_off!"), "%50!%!_off!!%");
    }
}
