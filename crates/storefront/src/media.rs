//! GET /media/{shop's number}/{file}: pictures and files, for everybody. It is no part of `/v1`; pages find the addresses
//! in the answers there.

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, State};
use axum::response::Response;
use axum::routing::get;
use commerce::Commerce;
use commerce::media;
use domain::media::FilePath;
use domain::problem::Problem;
use domain::time::Timestamp;
use marzipan_http::files::{self, FileFacts, FileRequest, Wanted};
use marzipan_http::{ApiError, ETag};

use crate::Storefront;

pub(crate) fn routes() -> Router<Storefront> {
    Router::new().route("/media/{shop}/{file}", get(show))
}

/// Gives a file, whole or in part.
async fn show(
    State(commerce): State<Commerce>,
    parameters: RawPathParams,
    request: FileRequest,
) -> Result<Response, ApiError> {
    let path = path_of(&parameters).ok_or_else(ApiError::no_such_address)?;
    let mut range = None;
    if !request.is_plain() {
        let file = media::look_at(&commerce, &path).await.map_err(Problem::from)?;
        let file = facts(&path, file.size, file.modified);
        match request.decide(&file) {
            Wanted::Whole => {}
            Wanted::Part(part) => range = Some(part),
            other => return Ok(files::answer(&file, other, Body::empty())),
        }
    }
    let reading = media::read(&commerce, &path, range.clone()).await.map_err(Problem::from)?;
    let file = facts(&path, reading.file.size, reading.file.modified);
    let wanted = range.map_or(Wanted::Whole, Wanted::Part);
    Ok(files::answer(&file, wanted, Body::from_stream(reading.bytes)))
}

fn path_of(parameters: &RawPathParams) -> Option<FilePath> {
    let mut parts = parameters.iter().map(|(_, part)| part);
    FilePath::parse(parts.next()?, parts.next()?).ok()
}

fn facts(path: &FilePath, size: u64, modified: Timestamp) -> FileFacts {
    // A name is never used for other bytes, and no other shop has it.
    let etag = ETag::of_bytes(path.to_string().as_bytes());
    FileFacts { size, modified, etag, content_type: path.name.file_type.mime_type() }
}
