//! The shop's account with a payment provider, and which of its events have been acted on.

use diesel::prelude::*;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::{payment_accounts, provider_events};
use crate::tx::Tx;

/// The shop's account.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payment_accounts, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PaymentAccountRow {
    pub provider: String,
    pub settings: Vec<u8>,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// The shop's account, where it has one.
pub fn account(tx: &mut Tx<'_>) -> Result<Option<PaymentAccountRow>, StoreError> {
    tx.from(payment_accounts::table).with(|all| all.select(PaymentAccountRow::as_select())).one()
}

/// Puts this in the place of the shop's account.
pub fn set_account(tx: &mut Tx<'_>, row: PaymentAccountRow) -> Result<(), StoreError> {
    tx.from(payment_accounts::table).delete()?;
    tx.insert(payment_accounts::table, row)
}

/// Removes the shop's account.
pub fn remove_account(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.from(payment_accounts::table).delete().map(drop)
}

/// Whether an event has been acted on.
pub fn knows_event(tx: &mut Tx<'_>, provider: &str, event: &str) -> Result<bool, StoreError> {
    let known = tx
        .from(provider_events::table)
        .with(|all| {
            all.filter(provider_events::provider.eq(provider.to_owned()))
                .filter(provider_events::event_key.eq(event.to_owned()))
                .select(provider_events::created_at)
        })
        .one::<i64>()?;
    Ok(known.is_some())
}

/// Notes an event; tells whether it is the first time that it is heard.
pub fn note_event(tx: &mut Tx<'_>, provider: &str, event: &str, now: Timestamp) -> Result<bool, StoreError> {
    if knows_event(tx, provider, event)? {
        return Ok(false);
    }
    let row = (
        provider_events::provider.eq(provider.to_owned()),
        provider_events::event_key.eq(event.to_owned()),
        provider_events::created_at.eq(now.as_micros()),
    );
    tx.insert_unseen(provider_events::table, row)?;
    Ok(true)
}

/// Forgets events that were heard before this: no provider repeats one so late.
pub fn forget_events(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), StoreError> {
    tx.from(provider_events::table)
        .with(|all| all.filter(provider_events::created_at.le(before.as_micros())))
        .delete()
        .map(drop)
}
