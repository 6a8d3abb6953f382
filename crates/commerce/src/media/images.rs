//! Pictures as pages show them.

use std::collections::HashMap;

use domain::ids::MediaId;
use serde::Serialize;
use store::{StoreError, Tx, media as rows};

use crate::Commerce;

/// A picture: the contract's keys in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// Its id.
    pub id: MediaId,
    /// The shop's number and the file: `15/0192….png`.
    pub path: String,
    /// Where it is fetched.
    pub src: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// Its type: `image/png`.
    pub mime_type: String,
    /// The last part of the path.
    pub filename: String,
}

/// The pictures with these ids. One that is not there is missing from the answer.
pub(crate) fn images(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop_number: i64,
    ids: &[MediaId],
) -> Result<HashMap<MediaId, Image>, StoreError> {
    let rows = rows::find_all(tx, ids)?;
    Ok(rows.into_iter().map(|row| (row.media_id, image(commerce, shop_number, row))).collect())
}

fn image(commerce: &Commerce, shop_number: i64, row: rows::Media) -> Image {
    let filename = format!("{}.{}", row.media_id, row.extension);
    let path = format!("{shop_number}/{filename}");
    Image {
        id: row.media_id,
        src: format!("{}/{path}", commerce.media_url()),
        path,
        alt: row.alt,
        mime_type: row.mime_type,
        filename,
    }
}
