//! Products, what stands round them, and what customers say of them.

pub mod attributes;
pub mod collections;
pub mod links;
pub mod pictures;
pub mod products;
pub mod reviews;
pub mod variants;

use domain::ids::ProductId;

use crate::prepared::of_few_lengths;

/// As many ids as one query names.
pub const CHUNK: usize = 500;

fn bytes(ids: &[ProductId]) -> Vec<Vec<u8>> {
    of_few_lengths(ids.iter().map(|id| id.to_bytes()).collect())
}
