//! What the `OpenAPI` documents of both APIs share. Rule: an operation documents every answer by its status, and says the
//! common ones in a word each.
//!
//! ```
//! use marzipan_http::openapi::{self, Always, BadBody, Invalid, Unauthenticated};
//! use marzipan_http::{ApiError, JsonBody};
//! use utoipa_axum::{router::OpenApiRouter, routes};
//!
//! #[derive(serde::Deserialize, utoipa::ToSchema)]
//! #[schema(example = json!({"name": "Ada"}))]
//! struct Greeted {
//!     name: String,
//! }
//!
//! /// Greet somebody.
//! #[utoipa::path(
//!     post, path = "/greetings", tag = "Greetings", operation_id = "greet",
//!     security(("tenantAuth" = [])),
//!     request_body = Greeted,
//!     responses((status = 204, description = "Greeted."), Unauthenticated, BadBody, Invalid, Always),
//! )]
//! async fn greet(JsonBody(_greeted): JsonBody<Greeted>) -> Result<(), ApiError> {
//!     Ok(())
//! }
//!
//! let base = openapi::document("Greetings", "1.0.0", "Greets.")
//!     .server("https://api.example.com")
//!     .tag("Greetings", "Greet people.")
//!     .bearer("tenantAuth", Some("JWT"), "Names the shop.")
//!     .build();
//! let (router, api) = OpenApiRouter::with_openapi(base).routes(routes!(greet)).split_for_parts();
//! # let _: axum::Router = router;
//! assert_eq!(openapi::check(&api), Vec::<String>::new());
//! ```

mod answers;
mod check;
mod document;

pub use answers::{
    Always, BadBody, BadForm, Conflict, ErrorBody, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam,
    IfNoneMatchParam, Invalid, NotFound, NotModified, PaymentDeclined, PreconditionFailed, Unauthenticated,
};
pub use check::check;
pub use document::{DocumentBuilder, document};
