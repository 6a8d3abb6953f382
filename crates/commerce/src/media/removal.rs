//! Files whose row is gone, or never came.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::ids::{NotAnId, TenantId};
use domain::media::{FileName, FilePath};
use domain::time::Timestamp;
use store::media::{self as rows, Media};
use store::{StoreError, Tx};

use super::library;
use crate::jobs::{self, JobError};
use crate::{Commerce, Shop};

/// An upload takes seconds; what it left behind is cleared away after this long.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// The files to remove: one that was uploaded, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    name: FileName,
    width: Option<u32>,
}

impl Removal {
    /// Of what was uploaded and came no further.
    pub(super) fn of_upload(name: FileName) -> Self {
        Self { name, width: None }
    }

    /// Of all that belongs to a row.
    pub(super) fn of(row: &Media) -> Result<Self, StoreError> {
        let name = FileName::original(row.media_id, library::file_type(row)?);
        Ok(Self { name, width: row.width.and_then(|width| u32::try_from(width).ok()) })
    }

    /// The name of its job: one file is cleared away by one job.
    pub(crate) fn dedupe(self) -> String {
        format!("media.erase:{}", self.name.id)
    }

    pub(super) fn paths(self, shop: i64) -> Vec<String> {
        let family = self.name.family(self.width);
        family.into_iter().map(|name| FilePath { shop, name }.to_string()).collect()
    }
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.width {
            Some(width) => write!(f, "{} {width}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

impl FromStr for Removal {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (name, width) = text.split_once(' ').map_or((text, None), |(name, width)| (name, Some(width)));
        let width = width.map(|width| width.parse().map_err(|_| NotAnId)).transpose()?;
        Ok(Self { name: name.parse()?, width })
    }
}

/// Clears the files away once the transaction has removed their row.
pub(super) fn after(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    removal: Removal,
) -> Result<(), StoreError> {
    jobs::enqueue(commerce, tx, now, jobs::Kind::EraseMedia(removal))
}

/// Clears away a file that is about to be stored, unless its row has come meanwhile.
pub(super) fn unless_kept(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    removal: Removal,
) -> Result<(), StoreError> {
    jobs::enqueue(commerce, tx, now.plus(LEFT_BEHIND), jobs::Kind::EraseMedia(removal))
}

/// The job: removes files that no row stands for.
pub(crate) async fn clear_away(
    commerce: &Commerce,
    tenant: TenantId,
    removal: Removal,
) -> Result<(), JobError> {
    let system_now = commerce.system_now();
    let (shop, is_kept) = commerce
        .store()
        .read(tenant, move |tx| {
            let kept = rows::find(tx, removal.name.id)?.is_some();
            Ok::<_, StoreError>((Shop::of(tx, system_now)?, kept))
        })
        .await?;
    if is_kept {
        return Ok(());
    }
    let files = &commerce.media().store;
    files.delete(&removal.paths(shop.number)).await.map_err(|error| JobError::Transient(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_reads_what_it_was_given() {
        let id = "01926a3c-0000-7000-8000-000000000001";
        for text in [format!("{id}.png"), format!("{id}.jpg 500")] {
            assert_eq!(text.parse::<Removal>().expect("reads").to_string(), text);
        }
        let removal: Removal = format!("{id}.jpg 500").parse().expect("reads");
        assert!(removal.paths(15).contains(&format!("15/{id}-320.webp")));
        assert!(format!("{id}.jpg x").parse::<Removal>().is_err());
        assert!("../x 1".parse::<Removal>().is_err());
    }
}
