//! Reads request bodies. Rule: whatever is sent, the answer is a 4xx that says what to mend.
//!
//! Extractors run in the order of a handler's arguments and a body comes last, so an identity that stands before the
//! body is asked first: a caller without a token hears 401, and nothing of the body is read.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ApiError;
use crate::reading;

/// The most that is read of a body.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// A JSON object as a `T`, which unknown keys do not disturb.
///
/// 415 without `Content-Type: application/json` (or `…+json`), 413 over [`BODY_LIMIT`], 400 for what is not JSON, 422
/// for a value of the wrong type, named by its path. It must stand **after** the identity in a handler's arguments, so
/// that 401 wins over 422.
#[derive(Clone, Copy, Debug)]
pub struct JsonBody<T>(pub T);

impl<S, T> FromRequest<S> for JsonBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::unsupported_media_type());
        }
        let bytes = read(request).await?;
        // Parsed as a whole before anything is looked at, so that what is not JSON is always 400.
        let document: Value = serde_json::from_slice(&bytes).map_err(|_| ApiError::malformed_json())?;
        Ok(Self(reading::from_json(document)?))
    }
}

/// As [`JsonBody`] for a body of which nothing has to be said: no body at all is an empty object.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJsonBody<T>(pub T);

impl<S, T> FromRequest<S> for OptionalJsonBody<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Default,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let headers = request.headers();
        let is_left_out = !headers.contains_key(CONTENT_TYPE)
            && !headers.contains_key(TRANSFER_ENCODING)
            && announced(headers) == 0;
        if is_left_out {
            return Ok(Self(T::default()));
        }
        JsonBody::from_request(request, state).await.map(|JsonBody(body)| Self(body))
    }
}

/// A body that means nothing: read so that the connection can be used again, and forgotten, whatever it holds.
#[derive(Clone, Copy, Debug)]
pub struct IgnoredBody;

impl<S: Send + Sync> FromRequest<S> for IgnoredBody {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (head, mut body) = request.into_parts();
        if announced(&head.headers) <= BODY_LIMIT {
            let mut left = BODY_LIMIT;
            while let Some(Ok(frame)) = body.frame().await {
                let read = frame.data_ref().map_or(0, Bytes::len);
                let Some(rest) = left.checked_sub(read) else { break };
                left = rest;
            }
        }
        Ok(Self)
    }
}

/// Reads the whole body, at most [`BODY_LIMIT`] bytes.
pub(crate) async fn read(request: Request) -> Result<Bytes, ApiError> {
    let (head, body) = request.into_parts();
    read_parts(&head.headers, body, BODY_LIMIT).await
}

/// As [`read`], of a request that was taken apart, and at most `limit` bytes.
pub(crate) async fn read_parts(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let too_large =
        || if limit > BODY_LIMIT { ApiError::upload_too_large() } else { ApiError::body_too_large() };
    if announced(headers) > limit {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "body_incomplete",
            "The body ended before all of it was received.",
        )),
    }
}

/// The length that the headers announce; 0 where they announce none.
pub(crate) fn announced(headers: &HeaderMap) -> usize {
    let Some(length) = headers.get(CONTENT_LENGTH) else { return 0 };
    // A length that does not fit is a long one.
    length.to_str().map_or(0, |text| text.parse().unwrap_or(usize::MAX))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(content_type)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let has_suffix = subtype.len() > 5 && subtype[subtype.len() - 5..].eq_ignore_ascii_case("+json");
    kind.eq_ignore_ascii_case("application") && (subtype.eq_ignore_ascii_case("json") || has_suffix)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::Request;
    use axum::routing::post as on_post;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::testing::{post, send, send_json};

    #[derive(Deserialize)]
    struct Form {
        email: String,
    }

    #[derive(Default, Deserialize)]
    struct Wishes {
        at: Option<String>,
    }

    fn router() -> Router {
        Router::new()
            .route("/form", on_post(|JsonBody(form): JsonBody<Form>| async move { form.email }))
            .route(
                "/wishes",
                on_post(|OptionalJsonBody(wishes): OptionalJsonBody<Wishes>| async move {
                    wishes.at.unwrap_or_default()
                }),
            )
            .route("/ignore", on_post(|_: IgnoredBody| async {}))
    }

    async fn refused(body: impl Into<Body>) -> (u16, Value) {
        let (head, body) = send_json(&router(), post("/form", body)).await;
        (head.status.as_u16(), body["code"].clone())
    }

    #[tokio::test]
    async fn tells_what_is_not_json() {
        let deep = "[".repeat(10_000);
        let closed = format!("{{\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for body in [
            Vec::new(),
            b"{".to_vec(),
            b"{} {}".to_vec(),
            b"{\"email\": \"\\ud800\"}".to_vec(),
            b"{\"ignored\": \"\\udc00x\"}".to_vec(),
            b"{\"email\": \"\xff\"}".to_vec(),
            b"{\"ignored\": 5, \"email\": ".to_vec(),
            b"{\"email\": NaN}".to_vec(),
            b"{\"x\": 1e999}".to_vec(),
            deep.into_bytes(),
            closed.into_bytes(),
        ] {
            assert_eq!(refused(body).await, (400, json!("malformed_json")));
        }
    }

    #[tokio::test]
    async fn wrong_types_are_named() {
        let (head, body) = send_json(&router(), post("/form", r#"{"email": 1}"#)).await;
        assert_eq!(head.status, 422);
        assert_eq!(body["errors"], json!({"email": ["Must be a string."]}));
        let (_, body) = send_json(&router(), post("/form", "[]")).await;
        assert_eq!(body["errors"], json!({"body": ["Must be an object."]}));
    }

    #[tokio::test]
    async fn long_bodies_are_refused_announced_or_not() {
        let long = vec![b' '; BODY_LIMIT + 1];
        assert_eq!(refused(long.clone()).await, (413, json!("body_too_large")));
        let stream = futures_util::stream::iter(
            long.chunks(4096).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>(),
        );
        assert_eq!(refused(Body::from_stream(stream)).await, (413, json!("body_too_large")));
        let mut announced = post("/form", "{}");
        announced.headers_mut().insert(CONTENT_LENGTH, "99999999999999999999999".parse().expect("a value"));
        assert_eq!(send(&router(), announced).await.status(), 413);
    }

    #[tokio::test]
    async fn only_json_is_taken() {
        for (content_type, status) in [
            (None, 415),
            (Some("text/plain"), 415),
            (Some("application/x-www-form-urlencoded"), 415),
            (Some("json"), 415),
            (Some("application/+json"), 415),
            (Some("application/json"), 200),
            (Some("Application/JSON; charset=utf-8"), 200),
            (Some("application/merge-patch+json"), 200),
        ] {
            let mut request = Request::post("/form");
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let request = request.body(Body::from(r#"{"email":"a@b"}"#)).expect("a request");
            assert_eq!(send(&router(), request).await.status(), status, "{content_type:?}");
        }
    }

    #[tokio::test]
    async fn a_body_that_may_be_left_out_is_read_where_it_is_not() {
        let bare = Request::post("/wishes").body(Body::empty()).expect("a request");
        assert_eq!(send(&router(), bare).await.status(), 200);
        let plain = Request::post("/wishes").header("content-length", "2");
        let plain = plain.body(Body::from("{}")).expect("a request");
        assert_eq!(send(&router(), plain).await.status(), 415);
        for (body, status) in [(r#"{"at": "now"}"#, 200), ("{}", 200), ("{", 400), (r#"{"at": 5}"#, 422)] {
            assert_eq!(send(&router(), post("/wishes", body)).await.status(), status, "{body}");
        }
    }

    #[tokio::test]
    async fn an_ignored_body_may_be_anything() {
        for body in [Vec::new(), b"\xff{".to_vec(), vec![0; 3 * BODY_LIMIT]] {
            assert_eq!(send(&router(), post("/ignore", body)).await.status(), 200);
        }
    }
}
