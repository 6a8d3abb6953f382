//! The job that makes the renditions of a picture.

use bytes::Bytes;
use domain::ids::{MediaId, TenantId};
use domain::media::{FileName, FilePath, MediaStatus};
use gateways::media::{MediaStoreError, Rendition, renditions};
use store::media::{self as rows, Media};
use store::{StoreError, Tx};

use super::Removal;
use super::library::{self, Made};
use crate::jobs::JobError;
use crate::{Commerce, Shop};

/// Makes the renditions of a picture that waits for them. Twice is as good as once: the files are the same.
pub(crate) async fn make(commerce: &Commerce, tenant: TenantId, id: MediaId) -> Result<(), JobError> {
    let system_now = commerce.system_now();
    let found = commerce
        .store()
        .read(tenant, move |tx| Ok::<_, StoreError>((Shop::of(tx, system_now)?, rows::find(tx, id)?)))
        .await?;
    let (shop, Some(row)) = found else { return Ok(()) };
    if library::status(&row)? != MediaStatus::Processing {
        return Ok(());
    }
    let file_type = library::file_type(&row)?;
    let original = FilePath { shop: shop.number, name: FileName::original(id, file_type) }.to_string();
    let files = &commerce.media().store;
    let Some(bytes) = files.read_all(&original).await.map_err(passing)? else {
        return give_up(commerce, tenant, id, "its file is gone").await;
    };
    let made = match commerce.media().workshop.run(move || renditions(file_type, &bytes)).await {
        Ok(Ok(made)) => made,
        Ok(Err(refused)) => return give_up(commerce, tenant, id, &refused.to_string()).await,
        Err(broke) => return give_up(commerce, tenant, id, &broke.to_string()).await,
    };
    let notes: Vec<Made> = made.iter().map(note).collect();
    for Rendition { file_type, width, bytes, .. } in made {
        let path = FilePath { shop: shop.number, name: FileName::rendition(id, width, file_type) };
        files.put(&path.to_string(), file_type.mime_type(), Bytes::from(bytes)).await.map_err(passing)?;
    }
    let notes = serde_json::to_string(&notes).map_err(|error| StoreError::Broken(error.to_string()))?;
    let kept = end(commerce, tenant, id, MediaStatus::Ready, notes).await?;
    if !kept {
        // Removed while its renditions were made: the job that clears its files away may have come too early.
        files.delete(&Removal::of(&row)?.paths(shop.number)).await.map_err(passing)?;
    }
    Ok(())
}

fn note(made: &Rendition) -> Made {
    Made { width: made.width, height: made.height, extension: made.file_type.extension().to_owned() }
}

fn passing(error: MediaStoreError) -> JobError {
    JobError::Transient(error.to_string())
}

/// Trying again would end the same way. The picture itself is shown all the same.
async fn give_up(commerce: &Commerce, tenant: TenantId, id: MediaId, reason: &str) -> Result<(), JobError> {
    tracing::error!(media.id = %id, tenant.id = %tenant, reason, "the renditions of a picture can not be made");
    end(commerce, tenant, id, MediaStatus::Failed, "[]".to_owned()).await?;
    Ok(())
}

/// Notes how it ended; tells whether the picture is still there.
async fn end(
    commerce: &Commerce,
    tenant: TenantId,
    id: MediaId,
    status: MediaStatus,
    renditions: String,
) -> Result<bool, StoreError> {
    let write = move |tx: &mut Tx<'_>| {
        let Some(row) = rows::find(tx, id)? else { return Ok::<_, StoreError>(false) };
        // Its version stays: nobody changed it, and whoever has just read it may go on to change it.
        rows::update(
            tx,
            Media { status: status.as_str().to_owned(), renditions: renditions.clone(), ..row },
        )?;
        Ok(true)
    };
    commerce.store().write(tenant, write).await
}
