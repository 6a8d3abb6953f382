//! The reference of both APIs: the documents as JSON, and a page to read and try them. Rule: it works without the
//! internet; what the page loads is embedded.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, Url};

use crate::error::ApiError;
use crate::etag::{Conditional, ETag, Preconditions};

/// The page needs its own scripts, inline styles, and pictures within its style sheet; nothing from elsewhere.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// The page itself: the library's own has its name for a title.
const PAGE: &str = include_str!("reference.html");
/// What the page loads of the library, with the type of each.
const FILES: [(&str, &str); 6] = [
    ("swagger-ui.css", "text/css; charset=utf-8"),
    ("index.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("swagger-ui-standalone-preset.js", "text/javascript; charset=utf-8"),
    ("swagger-initializer.js", "text/javascript; charset=utf-8"),
    ("favicon-32x32.png", "image/png"),
];
/// Kept by everybody, and asked for anew with each use: a new version of the server shows at once.
const KEPT: &str = "public, no-cache";

/// A document of the reference.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// What the page calls it.
    pub name: &'static str,
    /// Where it is served, `/v1/openapi.json`.
    pub path: &'static str,
    /// What it says.
    pub api: &'a OpenApi,
}

/// The documents, each at its path, and the page at `/docs`.
#[expect(clippy::missing_panics_doc, reason = "a document is plain data, which always serialises")]
pub fn routes(documents: &[Document<'_>]) -> Router {
    let urls: Vec<Url<'static>> = documents.iter().map(|it| Url::new(it.name, it.path)).collect();
    // Without a validator: the page would send the document to a public one.
    let config = Config::new(urls).validator_url("none").filter(true);
    let config = Arc::new(config);

    let mut router = Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(page));
    for (file, content_type) in FILES {
        let config = config.clone();
        let loaded = Arc::new(OnceLock::new());
        let handler = move |preconditions: Preconditions| async move {
            // Made at the first use: a start is not held up by hashing what nobody may look at.
            let (etag, body): &(ETag, Bytes) = if let Some(loaded) = loaded.get() {
                loaded
            } else {
                let body = file_of(file, config)?;
                loaded.get_or_init(|| (ETag::of_bytes(&body), body))
            };
            let answer = Conditional::json(&preconditions, etag.clone(), body.clone());
            Ok::<_, ApiError>(answer.content_type(content_type).cache_control(KEPT))
        };
        router = router.route(&format!("/docs/{file}"), get(handler));
    }
    for document in documents {
        let body = Bytes::from(serde_json::to_vec(document.api).expect("a document is plain data"));
        let etag = ETag::of_bytes(&body);
        let handler = move |preconditions: Preconditions| async move {
            Conditional::json(&preconditions, etag, body).cache_control(KEPT)
        };
        router = router.route(document.path, get(handler));
    }
    router
}

async fn page(preconditions: Preconditions) -> Response {
    let answer = Conditional::json(&preconditions, ETag::of_bytes(PAGE.as_bytes()), PAGE);
    let answer = answer.content_type("text/html; charset=utf-8").cache_control(KEPT);
    ([(CONTENT_SECURITY_POLICY, POLICY)], answer).into_response()
}

/// A file of the library; the one that starts it has our settings written in.
fn file_of(file: &str, config: Arc<Config<'static>>) -> Result<Bytes, ApiError> {
    let found =
        utoipa_swagger_ui::serve(file, config).map_err(|error| ApiError::internal(error.to_string()))?;
    let found = found.ok_or_else(|| ApiError::internal(format!("{file} is not embedded")))?;
    Ok(match found.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use super::*;
    use crate::openapi;
    use crate::testing::{answer, get, send, wrapped};

    fn router() -> Router {
        let api = openapi::document("Notes", "1.0.0", "Keeps notes.").build();
        wrapped(routes(&[
            Document { name: "Storefront", path: "/v1/openapi.json", api: &api },
            Document { name: "Admin", path: "/admin/v1/openapi.json", api: &api },
        ]))
    }

    #[tokio::test]
    async fn the_page_loads_nothing_from_elsewhere() {
        let (head, page) = answer(send(&router(), get("/docs/")).await).await;
        assert_eq!(head.status, 200);
        assert!(head.headers.contains_key(CONTENT_SECURITY_POLICY));
        let loads: Vec<&str> = ["href=\"", "src=\""]
            .iter()
            .flat_map(|attribute| page.split(attribute).skip(1))
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(loads.len(), FILES.len());
        for file in loads {
            let answer = send(&router(), get(&format!("/docs/{file}"))).await;
            assert_eq!(answer.status(), 200, "{file}");
        }
        assert!(!page.contains("//"), "{page}");
    }

    #[tokio::test]
    async fn the_page_knows_both_documents_and_asks_no_validator() {
        let (_, script) = answer(send(&router(), get("/docs/swagger-initializer.js")).await).await;
        assert!(script.contains("/v1/openapi.json") && script.contains("/admin/v1/openapi.json"), "{script}");
        assert!(script.contains(r#""validatorUrl": "none""#), "{script}");
        assert_eq!(send(&router(), get("/docs")).await.headers()["location"], "/docs/");
    }

    #[tokio::test]
    async fn documents_are_kept_by_their_tag() {
        let first = send(&router(), get("/v1/openapi.json")).await;
        let again = Request::get("/v1/openapi.json")
            .header("if-none-match", &first.headers()["etag"])
            .body(Body::empty())
            .expect("a request");
        assert_eq!(send(&router(), again).await.status(), 304);
    }
}
