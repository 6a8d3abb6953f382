//! Pictures and files: what they are, what is made of them, and where they lie.
//!
//! Rule: what comes in is taken for what its content says, and only what was read whole, and cleaned, goes out.

mod clean;
mod pictures;
mod place;
mod store;
mod workshop;

pub use pictures::{Accepted, Picture, Refused, Rendition, accept, renditions};
pub use place::MediaPlace;
pub use store::{MediaStore, MediaStoreError, Reading, Stored};
pub use workshop::{Broke, Workshop};
