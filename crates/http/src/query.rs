//! Reads query strings. Rule: unknown parameters are ignored; a refused one is named in a 422.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::ApiError;
use crate::reading;

/// The query parameters as a `T`. A list takes a name that is given several times; escapes that are not UTF-8 read as
/// the replacement character.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(reading::from_query(parts.uri.query().unwrap_or_default())?))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get as on_get;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::testing::{get, send, send_json};

    #[derive(Deserialize)]
    struct Filter {
        email: Option<String>,
        limit: Option<u8>,
    }

    fn router() -> Router {
        Router::new().route(
            "/",
            on_get(|Query(filter): Query<Filter>| async move {
                format!("{:?} {:?}", filter.email, filter.limit)
            }),
        )
    }

    #[tokio::test]
    async fn whatever_the_query_holds_is_answered() {
        for query in ["", "?", "?&&", "?=", "?email", "?email=%", "?email=%ff%00", "?%zz=1", "?email[]=1"] {
            assert_eq!(send(&router(), get(&format!("/{query}"))).await.status(), 200, "{query}");
        }
        let (head, body) = send_json(&router(), get("/?limit=300&x=y")).await;
        assert_eq!(head.status, 422);
        assert_eq!(body["errors"], json!({"limit": ["Must be a whole number from 0 to 255."]}));
    }
}
