//! The shop's pictures and files as its staff see and change them.

use domain::ids::MediaId;
use domain::media::{AltText, FileName, FileType, MediaName, MediaStatus};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::changes::{self, Change as Changed, Subject};
use store::media::{self as rows, Media, Use};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::{MediaError, Removal, removal};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// A picture or file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the table, or say themselves")]
pub struct MediaEntry {
    pub id: MediaId,
    pub filename: String,
    pub path: String,
    pub src: String,
    pub alt: String,
    pub mime_type: String,
    pub size: i64,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub status: MediaStatus,
    pub renditions: Vec<RenditionEntry>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub version: i64,
}

/// One rendition of a picture.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RenditionEntry {
    pub width: u32,
    pub height: u32,
    pub mime_type: &'static str,
    pub path: String,
    pub src: String,
}

/// Where a picture is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MediaUse {
    pub kind: String,
    pub id: Uuid,
}

/// A rendition as its picture's row has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) extension: String,
}

/// A row as it is shown.
pub(super) fn shown(commerce: &Commerce, shop_number: i64, row: &Media) -> Result<MediaEntry, StoreError> {
    let made: Vec<Made> = serde_json::from_str(&row.renditions)
        .map_err(|error| StoreError::Broken(format!("the renditions of {}: {error}", row.media_id)))?;
    let base = commerce.media_url();
    let rendition = |made: Made| {
        let file_type = FileType::from_extension(&made.extension).ok_or_else(|| broken(row))?;
        let path = format!("{shop_number}/{}", FileName::rendition(row.media_id, made.width, file_type));
        let src = format!("{base}/{path}");
        let (width, height) = (made.width, made.height);
        Ok(RenditionEntry { width, height, mime_type: file_type.mime_type(), path, src })
    };
    let path = format!("{shop_number}/{}", FileName::original(row.media_id, file_type(row)?));
    Ok(MediaEntry {
        id: row.media_id,
        filename: row.filename.clone(),
        src: format!("{base}/{path}"),
        path,
        alt: row.alt.clone(),
        mime_type: row.mime_type.clone(),
        size: row.size,
        width: row.width,
        height: row.height,
        status: status(row)?,
        renditions: made.into_iter().map(rendition).collect::<Result<_, StoreError>>()?,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

pub(super) fn file_type(row: &Media) -> Result<FileType, StoreError> {
    FileType::from_extension(&row.extension).ok_or_else(|| broken(row))
}

pub(super) fn status(row: &Media) -> Result<MediaStatus, StoreError> {
    MediaStatus::of_name(&row.status).ok_or_else(|| broken(row))
}

fn broken(row: &Media) -> StoreError {
    StoreError::Broken(format!("the kind or the status of file {}", row.media_id))
}

/// A page of the shop's pictures and files, newest first, and how many there are; with `name`, those whose file name has
/// it in it, in whatever letters.
pub async fn list(
    commerce: &Commerce,
    shop: &Shop,
    name: Option<&str>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<MediaEntry>, i64), MediaError> {
    let search = rows::Search { name: name.map(str::to_lowercase), offset, limit };
    let (found, total) = commerce.store().read(shop.id, move |tx| rows::list(tx, &search)).await?;
    let entries: Result<_, StoreError> = found.iter().map(|row| shown(commerce, shop.number, row)).collect();
    Ok((entries?, total))
}

/// One of them, and where it is used.
pub async fn find(
    commerce: &Commerce,
    shop: &Shop,
    id: MediaId,
) -> Result<(MediaEntry, Vec<MediaUse>), MediaError> {
    let (row, uses) = commerce
        .store()
        .read(shop.id, move |tx| Ok::<_, MediaError>((present(tx, id)?, rows::uses(tx, id)?)))
        .await?;
    let uses = uses.into_iter().map(|Use { kind, owner }| MediaUse { kind, id: owner }).collect();
    Ok((shown(commerce, shop.number, &row)?, uses))
}

fn present(tx: &mut Tx<'_>, id: MediaId) -> Result<Media, MediaError> {
    rows::find(tx, id)?.ok_or(MediaError::NotFound)
}

/// What to change; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct MediaChange {
    /// What it shows.
    pub alt: Option<AltText>,
    /// What people call it.
    pub filename: Option<MediaName>,
}

/// Changes what is said of a picture or file. With `if_version` the change is refused where somebody else made one since.
pub async fn change(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: MediaId,
    if_version: Option<i64>,
    change: MediaChange,
) -> Result<MediaEntry, MediaError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = present(tx, id)?;
            if if_version.is_some_and(|version| version != row.version) {
                return Err(MediaError::Stale);
            }
            let before = shown(&handle, shop.number, &row)?;
            if let Some(alt) = &change.alt {
                alt.as_str().clone_into(&mut row.alt);
            }
            if let Some(name) = &change.filename {
                name.as_str().clone_into(&mut row.filename);
                row.search_name = row.filename.to_lowercase();
            }
            row.updated_at = shop.now;
            row.version += 1;
            rows::update(tx, row.clone())?;
            let after = shown(&handle, shop.number, &row)?;
            if before.alt != after.alt {
                // It stands in every page that shows the picture.
                let mut changed = vec![Changed::of(Subject::Media, id.uuid())];
                changed.extend(rows::uses(tx, id)?.iter().filter_map(showing));
                changes::record(tx, &changed)?;
            }
            note(&handle, tx, &shop, &actor, "media.update", Some(&before), Some(&after))?;
            Ok(after)
        })
        .await
}

/// What shows a picture has changed with it.
fn showing(place: &Use) -> Option<Changed> {
    let subject = match place.kind.as_str() {
        "product" => Subject::Product,
        "collection" => Subject::Collection,
        "page" => Subject::Page,
        "post" => Subject::Post,
        _ => return None,
    };
    Some(Changed::of(subject, place.owner))
}

/// Removes a picture or file that nothing uses; its files go soon after.
pub async fn remove(commerce: &Commerce, shop: &Shop, actor: Actor, id: MediaId) -> Result<(), MediaError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = present(tx, id)?;
            let uses = rows::uses(tx, id)?;
            if !uses.is_empty() {
                return Err(MediaError::InUse(uses));
            }
            let before = shown(&handle, shop.number, &row)?;
            rows::delete(tx, id)?;
            changes::record(tx, &[Changed::of(Subject::Media, id.uuid())])?;
            removal::after(&handle, tx, shop.now, Removal::of(&row)?)?;
            note(&handle, tx, &shop, &actor, "media.delete", Some(&before), None)?;
            Ok(())
        })
        .await?;
    commerce.wake_jobs();
    Ok(())
}

pub(super) fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&MediaEntry>,
    after: Option<&MediaEntry>,
) -> Result<(), StoreError> {
    let json = |entry: Option<&MediaEntry>| entry.and_then(|entry| serde_json::to_value(entry).ok());
    let target = after.or(before).map(|entry| entry.id.to_string()).unwrap_or_default();
    let change =
        Change { action, target_kind: "media", target_id: target, before: json(before), after: json(after) };
    audit::record(commerce, tx, shop.now, actor, change)
}
