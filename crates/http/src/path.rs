//! Reads path parameters. Rule: what can not be an id is an id that does not exist: 404.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::error::ApiError;

/// The path parameter at position `AT` (from 0) as a `T`: `Segment<AddressId>`, and `Segment<ItemId, 1>` for the second.
#[derive(Clone, Copy, Debug)]
pub struct Segment<T, const AT: usize = 0>(pub T);

impl<S, T, const AT: usize> FromRequestParts<S> for Segment<T, AT>
where
    S: Send + Sync,
    T: FromStr + Send,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // Escapes that are not UTF-8 are rejected here.
        let parameters =
            RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found())?;
        let (_, text) = parameters.iter().nth(AT).ok_or_else(ApiError::not_found)?;
        text.parse().map(Self).map_err(|_| ApiError::not_found())
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get as on_get;
    use domain::ids::AddressId;

    use super::*;
    use crate::testing::{get, send};

    fn router() -> Router {
        let handler = |Segment(id): Segment<AddressId>, Segment(number): Segment<u8, 1>| async move {
            format!("{id}/{number}")
        };
        Router::new().nest("/v1", Router::new().route("/addresses/{id}/{number}", on_get(handler)))
    }

    #[tokio::test]
    async fn what_is_no_id_is_not_there() {
        let id = "01926a3c-0000-7000-8000-000000000001";
        for (path, status) in [
            (format!("/v1/addresses/{id}/5"), 200),
            (format!("/v1/addresses/{id}/x"), 404),
            ("/v1/addresses/1/5".to_owned(), 404),
            (format!("/v1/addresses/{id}%00/5"), 404),
            ("/v1/addresses/%ff%fe/5".to_owned(), 404),
            ("/v1/addresses/%/5".to_owned(), 404),
            (format!("/v1/addresses/{}/5", "9".repeat(5000)), 404),
        ] {
            assert_eq!(send(&router(), get(&path)).await.status(), status, "{path}");
        }
    }
}
