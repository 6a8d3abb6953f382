//! The shapes that answers share.

use domain::money::Money;
use domain::tenants::Currency;
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

/// As [`page`], of a list that is there as a whole, each entry put into its shape by `body`.
pub(crate) fn page_of_all<E, T>(paging: &Paging, entries: Vec<E>, body: impl FnMut(E) -> T) -> ListBody<T> {
    let (offset, limit) = paging.window();
    let total = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    paging.page_of(entries.into_iter().skip(offset).take(limit).map(body).collect(), total)
}

/// An amount of money.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"value": 2499, "currency": "GBP"}))]
pub(crate) struct MoneyBody {
    /// In minor units.
    value: i64,
    /// An ISO 4217 code.
    currency: &'static str,
}

impl MoneyBody {
    /// This many minor units.
    pub(crate) fn new(value: i64, currency: Currency) -> Self {
        Self { value, currency: currency.as_str() }
    }
}

/// The amount in its shape.
pub(crate) fn money(money: Money) -> MoneyBody {
    MoneyBody::new(money.minor(), money.currency())
}
