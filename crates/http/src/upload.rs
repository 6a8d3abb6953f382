//! Reads a form with a file in it. Rule: as for JSON, whatever is sent, the answer is a 4xx that says what to mend; and
//! few large bodies are in memory at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::Bytes;
use domain::media::MOST_BYTES;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body;
use crate::context::RequestContext;
use crate::error::ApiError;

/// The most that is read of a form with a file: the file, and what stands round it.
pub const UPLOAD_LIMIT: usize = MOST_BYTES + 64 * 1024;

/// The most that is read of a field that is no file.
const TEXT_LIMIT: u64 = 8 * 1024;

/// Fields that are read; a form with more is no form of ours.
const MOST_FIELDS: usize = 20;

/// Large bodies that are read at once; others wait.
const AT_ONCE: usize = 8;

/// The places for large bodies.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// The right to hold one large body in memory, for as long as a copy of it is there.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Place {
    /// The one that the request has, or the next that is free.
    pub(crate) async fn of(parts: &mut Parts) -> Result<Self, ApiError> {
        if let Some(place) = parts.extensions.get::<Self>() {
            return Ok(place.clone());
        }
        let context = RequestContext::from_request_parts(parts, &()).await?;
        let permit = context.edge().places().0.clone().acquire_owned().await;
        let place = Self { _permit: Arc::new(permit.map_err(ApiError::internal)?) };
        parts.extensions.insert(place.clone());
        Ok(place)
    }
}

/// A `multipart/form-data` body with a file in the field `file`, and texts.
///
/// 415 for another type of body, 413 over [`UPLOAD_LIMIT`], 400 for what breaks off or is no form, 422 without a file.
/// It must stand **after** the identity in a handler's arguments.
#[derive(Debug)]
pub struct FileForm {
    /// What the sender calls the file; may be empty.
    pub filename: String,
    /// The file.
    pub bytes: Bytes,
    texts: BTreeMap<String, String>,
    _place: Place,
}

impl FileForm {
    /// A field that is no file.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }
}

impl<S: Send + Sync> FromRequest<S> for FileForm {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = content_type.and_then(|content_type| multer::parse_boundary(content_type).ok());
        let boundary = boundary.ok_or_else(ApiError::no_form)?;
        if body::announced(&parts.headers) > UPLOAD_LIMIT {
            return Err(ApiError::upload_too_large());
        }
        let place = Place::of(&mut parts).await?;
        read(body, boundary, place).await
    }
}

async fn read(body: Body, boundary: String, place: Place) -> Result<FileForm, ApiError> {
    let limits = SizeLimit::new()
        .whole_stream(u64::try_from(UPLOAD_LIMIT).unwrap_or(u64::MAX))
        .per_field(TEXT_LIMIT)
        .for_field("file", u64::try_from(MOST_BYTES).unwrap_or(u64::MAX));
    let constraints = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let mut file = None;
    let mut texts = BTreeMap::new();
    let mut count = 0;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        count += 1;
        let name = field.name().unwrap_or_default().to_owned();
        let is_again = texts.contains_key(&name) || (name == "file" && file.is_some());
        if is_again || count > MOST_FIELDS {
            return Err(ApiError::invalid_field(name, "Must be given once."));
        }
        if name == "file" {
            file = Some(read_file(field).await?);
        } else {
            let text = field.bytes().await.map_err(broken)?;
            let text = String::from_utf8(text.to_vec())
                .map_err(|_| ApiError::invalid_field(name.clone(), "Must be text in UTF-8."))?;
            texts.insert(name, text);
        }
    }
    let (filename, bytes) = file.ok_or_else(|| ApiError::invalid_field("file", "Is required."))?;
    Ok(FileForm { filename, bytes, texts, _place: place })
}

async fn read_file(field: Field<'_>) -> Result<(String, Bytes), ApiError> {
    let filename = field.file_name().unwrap_or_default().to_owned();
    Ok((filename, field.bytes().await.map_err(broken)?))
}

fn broken(error: multer::Error) -> ApiError {
    match error {
        multer::Error::FieldSizeExceeded { field_name, .. } if field_name.as_deref() != Some("file") => {
            ApiError::invalid_field(field_name.unwrap_or_default(), "Is too long.")
        }
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            ApiError::upload_too_large()
        }
        multer::Error::StreamReadFailed(_)
        | multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => ApiError::new(
            StatusCode::BAD_REQUEST,
            "body_incomplete",
            "The body ended before all of it was received.",
        ),
        _ => ApiError::malformed_form(),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::Request;
    use axum::routing::post as on_post;
    use serde_json::{Value, json};

    use super::*;
    use crate::idempotency::honoured;
    use crate::testing::{send_json, wrapped};

    fn router() -> Router {
        let handler = |form: FileForm| async move {
            let said = [form.text("alt"), form.text("other")].map(|text| text.map(str::to_owned));
            axum::Json(json!([form.filename, form.bytes.len(), said]))
        };
        wrapped(Router::new().route("/media", on_post(handler).layer(honoured().up_to(UPLOAD_LIMIT))))
    }

    fn part(head: &str, body: &[u8]) -> Vec<u8> {
        [format!("--x\r\ncontent-disposition: form-data; {head}\r\n\r\n").as_bytes(), body, b"\r\n"].concat()
    }

    fn form(parts: &[Vec<u8>]) -> Vec<u8> {
        [parts.concat(), b"--x--\r\n".to_vec()].concat()
    }

    async fn sent(content_type: &str, body: Vec<u8>) -> (u16, Value) {
        let request = Request::post("/media").header("content-type", content_type);
        let (head, answer) = send_json(&router(), request.body(Body::from(body)).expect("a request")).await;
        (head.status.as_u16(), answer)
    }

    async fn refused(body: Vec<u8>) -> (u16, Value) {
        let (status, answer) = sent("multipart/form-data; boundary=x", body).await;
        let errors = &answer["errors"];
        (status, if errors.is_null() { answer["code"].clone() } else { errors.clone() })
    }

    #[tokio::test]
    async fn a_file_and_texts_are_read() {
        let body = form(&[
            part("name=\"alt\"", "Une étiquette".as_bytes()),
            part("name=\"file\"; filename=\"a \u{e9}.png\"", &[0xff; 5000]),
        ]);
        let (status, answer) = sent("Multipart/Form-Data; boundary=\"x\"", body).await;
        assert_eq!((status, answer), (200, json!(["a \u{e9}.png", 5000, ["Une étiquette", null]])));
    }

    #[tokio::test]
    async fn only_forms_are_taken() {
        for content_type in
            ["application/json", "image/png", "multipart/form-data", "multipart/mixed; boundary=x", ""]
        {
            assert_eq!(
                sent(content_type, form(&[])).await.1["code"],
                "unsupported_media_type",
                "{content_type}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_wrong_is_told() {
        let file = part("name=\"file\"; filename=\"a.png\"", b"12345");
        assert_eq!(refused(form(&[])).await, (422, json!({"file": ["Is required."]})));
        assert_eq!(
            refused(form(&[file.clone(), file.clone()])).await,
            (422, json!({"file": ["Must be given once."]}))
        );
        assert_eq!(
            refused(form(&[file.clone(), part("name=\"alt\"", b"\xff")])).await,
            (422, json!({"alt": ["Must be text in UTF-8."]}))
        );
        assert_eq!(
            refused(form(&[file.clone(), part("name=\"alt\"", &[b'x'; 9000])])).await,
            (422, json!({"alt": ["Is too long."]}))
        );
        assert_eq!(refused(file).await, (400, json!("body_incomplete")));
        assert_eq!(refused(Vec::new()).await, (400, json!("body_incomplete")));
        assert_eq!(refused(b"nonsense".to_vec()).await.0, 400);
        let many: Vec<Vec<u8>> = (0..50).map(|number| part(&format!("name=\"f{number}\""), b"x")).collect();
        assert_eq!(refused(form(&many)).await.0, 422);
    }

    #[tokio::test]
    async fn a_file_that_is_too_large_is_refused() {
        let file = |size: usize| form(&[part("name=\"file\"", &vec![0; size])]);
        assert_eq!(refused(file(MOST_BYTES)).await.0, 200);
        assert_eq!(refused(file(MOST_BYTES + 1)).await, (413, json!("body_too_large")));
        assert_eq!(refused(file(UPLOAD_LIMIT)).await, (413, json!("body_too_large")));
    }

    #[tokio::test]
    async fn more_than_there_are_places_wait_and_are_read() {
        let router = router();
        let all = (0..3 * AT_ONCE).map(|number| {
            let request = Request::post("/media")
                .header("content-type", "multipart/form-data; boundary=x")
                .header("authorization", "Bearer t")
                .header("idempotency-key", number.to_string())
                .body(Body::from(form(&[part("name=\"file\"", b"12345")])))
                .expect("a request");
            let router = router.clone();
            async move { send_json(&router, request).await.0.status.as_u16() }
        });
        let answers = futures_util::future::join_all(all).await;
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    }
}
