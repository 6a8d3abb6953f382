//! Files that come in. Rule: the same bytes are kept once in a shop, however often they are sent.

use bytes::Bytes;
use domain::ids::{MediaId, TenantId};
use domain::media::{AltText, FileName, FilePath, MOST_BYTES, MediaName, MediaStatus};
use gateways::fetch::FetchError;
use gateways::media::{Accepted, Refused, accept};
use sha2::{Digest as _, Sha256};
use store::media::{self as rows, Media};
use store::{StoreError, Tx, jobs as job_rows};

use super::library::{note, shown};
use super::{MediaEntry, MediaError, Removal, removal};
use crate::audit::Actor;
use crate::{Commerce, Shop, jobs};

/// A file to keep.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What its sender calls it.
    pub filename: String,
    /// What it shows.
    pub alt: AltText,
    /// Its content.
    pub bytes: Bytes,
}

/// Keeps a file; tells whether it is new. One that the shop has already is given back as it is.
pub async fn upload(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    upload: Upload,
) -> Result<(MediaEntry, bool), MediaError> {
    let Upload { filename, alt, bytes } = upload;
    if bytes.len() > MOST_BYTES {
        return Err(Refused::TooLong.into());
    }
    let hash = hash_of(commerce, bytes.clone()).await?;
    if let Some(row) = known(commerce, shop, &hash).await? {
        return Ok((shown(commerce, shop.number, &row)?, false));
    }
    let accepted = commerce.media().workshop.run(move || accept(&bytes)).await;
    // A decoder that broke off has met a file that is not what it says.
    let Accepted { file_type, bytes, picture } = accepted.unwrap_or(Err(Refused::Damaged("a picture")))?;
    let id = MediaId::new(commerce.chance().uuid(shop.now));
    let filename = MediaName::of_upload(&filename, file_type).as_str().to_owned();
    // A document has none.
    let renditions = if picture.is_some() { MediaStatus::Processing } else { MediaStatus::Ready };
    let row = Media {
        media_id: id,
        search_name: filename.to_lowercase(),
        filename,
        extension: file_type.extension().to_owned(),
        mime_type: file_type.mime_type().to_owned(),
        alt: alt.as_str().to_owned(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        width: picture.map(|picture| i64::from(picture.width)),
        height: picture.map(|picture| i64::from(picture.height)),
        content_hash: hash.clone(),
        version: 1,
        created_at: shop.now,
        updated_at: shop.now,
        status: renditions.as_str().to_owned(),
        renditions: "[]".to_owned(),
    };
    let name = FileName::original(id, file_type);
    clear_away_if_nothing_comes(commerce, shop, name).await?;
    let path = FilePath { shop: shop.number, name }.to_string();
    commerce.media().store.put(&path, file_type.mime_type(), Bytes::from(bytes)).await?;
    match keep(commerce, shop, actor, row).await {
        Ok(entry) => {
            commerce.wake_jobs();
            Ok(entry)
        }
        // Somebody sent the same bytes at the same moment.
        Err(MediaError::Store(StoreError::Duplicate)) => {
            let row = known(commerce, shop, &hash).await?.ok_or(StoreError::Contended)?;
            Ok((shown(commerce, shop.number, &row)?, false))
        }
        Err(error) => Err(error),
    }
}

/// The hash of ten megabytes takes its time.
async fn hash_of(commerce: &Commerce, bytes: Bytes) -> Result<Vec<u8>, MediaError> {
    let hash = commerce.media().workshop.run(move || Sha256::digest(&bytes).to_vec()).await;
    hash.map_err(|broke| StoreError::Broken(broke.to_string()).into())
}

async fn known(commerce: &Commerce, shop: &Shop, hash: &[u8]) -> Result<Option<Media>, StoreError> {
    let hash = hash.to_vec();
    commerce.store().read(shop.id, move |tx| rows::find_by_hash(tx, &hash)).await
}

async fn clear_away_if_nothing_comes(
    commerce: &Commerce,
    shop: &Shop,
    name: FileName,
) -> Result<(), StoreError> {
    let (handle, now) = (commerce.clone(), shop.now);
    let write = move |tx: &mut Tx<'_>| removal::unless_kept(&handle, tx, now, Removal::of_upload(name));
    commerce.store().write(shop.id, write).await
}

/// Writes the row of a file that is stored, and asks for its renditions.
async fn keep(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    row: Media,
) -> Result<(MediaEntry, bool), MediaError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            if let Some(known) = rows::find_by_hash(tx, &row.content_hash)? {
                return Ok((shown(&handle, shop.number, &known)?, false));
            }
            rows::insert(tx, row.clone())?;
            job_rows::cancel(tx, &Removal::of(&row)?.dedupe())?;
            let entry = shown(&handle, shop.number, &row)?;
            if entry.status == MediaStatus::Processing {
                jobs::enqueue(&handle, tx, shop.now, jobs::Kind::MakeRenditions(row.media_id))?;
            }
            note(&handle, tx, &shop, &actor, "media.create", None, Some(&entry))?;
            Ok((entry, true))
        })
        .await
}

/// Keeps a file that an import brings; gives the id of the one that the shop has already, if it has.
pub async fn store_bytes(
    commerce: &Commerce,
    tenant: TenantId,
    filename: &str,
    alt: &str,
    bytes: Bytes,
) -> Result<MediaId, MediaError> {
    let system_now = commerce.system_now();
    let shop = commerce.store().read(tenant, move |tx| Shop::of(tx, system_now)).await?;
    let file = Upload { filename: filename.to_owned(), alt: AltText::of_import(alt), bytes };
    let (entry, _) = upload(commerce, &shop, Actor::CommandLine, file).await?;
    Ok(entry.id)
}

/// Fetches the file at an address that an import names, of no more bytes than are kept.
pub async fn fetch(commerce: &Commerce, url: &str) -> Result<Bytes, FetchError> {
    commerce.media().fetcher.fetch(url, MOST_BYTES).await
}
