//! What both APIs share and no shop knows: bodies, lists, errors, limits, logs. Rule: neither the business nor SQL is
//! known here; what must be looked up is asked through a small trait that the binary implements.

mod address;
pub mod authorization;
pub mod body;
pub mod coding;
pub mod context;
pub mod cors;
pub mod edge;
pub mod error;
pub mod etag;
pub mod fields;
pub mod files;
pub mod finished;
pub mod front_door;
pub mod health;
pub mod idempotency;
pub mod list;
mod observe;
pub mod openapi;
pub mod path;
mod pdf;
mod problem;
pub mod query;
pub mod ratelimit;
mod reading;
pub mod reference;
pub mod server;
#[cfg(test)]
mod testing;
pub mod upload;

pub use body::{IgnoredBody, JsonBody, OptionalJsonBody};
pub use context::RequestContext;
pub use domain::patch::Patch;
pub use edge::{Edge, EdgePorts, EdgeSettings};
pub use error::ApiError;
pub use etag::{Conditional, ETag, Preconditions};
pub use front_door::{FinishedReads, FrontDoor};
pub use list::{ListBody, Paging, PagingParams};
pub use path::Segment;
pub use pdf::Pdf;
pub use query::Query;
pub use upload::FileForm;
