//! The row of a shop. Its id is the tenant that a transaction is opened for.

use diesel::prelude::*;
use domain::ids::TenantId;
use domain::time::Timestamp;

use crate::changes;
use crate::columns::{Flag, Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::{tenant_origins, tenants};
use crate::tx::{Tx, exactly_one};

/// A shop.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Shop {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub tenant_id: TenantId,
    /// A small number for people and for media paths, counting up from 1.
    pub number: i64,
    pub slug: String,
    /// The settings as JSON; `domain::tenants::Settings`.
    pub settings: String,
    /// Goes up with every change of the settings: the ETag.
    pub version: i64,
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub test_mode: bool,
    /// Where a test-mode shop's clock stands; absent for shops on the system's clock.
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub clock_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// The transaction's shop.
pub fn find(tx: &mut Tx<'_>) -> Result<Option<Shop>, StoreError> {
    tx.from(tenants::table).with(|all| all.select(Shop::as_select())).one()
}

/// Writes new settings over those of version `from`; false where that is not the version any more.
pub fn update_settings(tx: &mut Tx<'_>, from: i64, settings: &str) -> Result<bool, StoreError> {
    let changed = tx
        .from(tenants::table)
        .with(|all| all.filter(tenants::version.eq(from)))
        .update((tenants::settings.eq(settings), tenants::version.eq(from + 1)))?;
    if changed == 1 {
        changes::record_site(tx)?;
    }
    Ok(changed == 1)
}

/// Moves a test-mode shop's clock.
pub fn set_clock(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    exactly_one(
        tx.from(tenants::table)
            .with(|all| all.filter(tenants::test_mode.eq(1)))
            .update(tenants::clock_at.eq(Some(now.as_micros())))?,
    )?;
    changes::record_site(tx)
}

/// Replaces the origins whose pages may call the shop.
pub fn replace_origins(tx: &mut Tx<'_>, origins: &[String]) -> Result<(), StoreError> {
    tx.from(tenant_origins::table).delete()?;
    for origin in origins {
        tx.insert(tenant_origins::table, tenant_origins::origin.eq(origin.clone()))?;
    }
    Ok(())
}

/// Whether pages of this origin may call the shop.
pub fn allows_origin(tx: &mut Tx<'_>, origin: &str) -> Result<bool, StoreError> {
    let found = tx
        .from(tenant_origins::table)
        .with(|all| all.filter(tenant_origins::origin.eq(origin)).select(tenant_origins::origin))
        .one::<String>()?;
    Ok(found.is_some())
}
