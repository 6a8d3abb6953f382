//! The shapes that all answers share.

use marzipan_http::{ListBody, Paging};
use serde::Serialize;
use utoipa::ToSchema;

/// One resource.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataBody<T> {
    /// The resource.
    pub(crate) data: T,
}

impl<T> DataBody<T> {
    /// The resource in its shape.
    pub(crate) fn of(entry: impl Into<T>) -> Self {
        Self { data: entry.into() }
    }
}

/// A page of entries in their shape. `total` counts those of all pages.
pub(crate) fn page<E, T: From<E>>(paging: &Paging, entries: Vec<E>, total: i64) -> ListBody<T> {
    paging.page_of(entries.into_iter().map(T::from).collect(), u64::try_from(total).unwrap_or(0))
}
