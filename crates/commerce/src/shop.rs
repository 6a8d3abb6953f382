//! A shop as one request sees it: who it is, its settings, and the time on its clock.

use std::sync::Arc;

use domain::ids::TenantId;
use domain::tenants::Settings;
use domain::time::Timestamp;
use store::tenants::shops;
use store::{StoreError, Tx};

/// One shop at one moment.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Its id.
    pub id: TenantId,
    /// Its number, for people and media paths.
    pub number: i64,
    /// Its short name.
    pub slug: String,
    /// Its settings.
    pub settings: Arc<Settings>,
    /// The version of the settings.
    pub version: i64,
    /// Whether it runs on its own clock and the sandbox payment provider.
    pub test_mode: bool,
    /// The time on its clock.
    pub now: Timestamp,
}

impl Shop {
    /// Reads a stored shop. `system_now` counts unless it has a clock of its own.
    pub fn from_row(row: shops::Shop, system_now: Timestamp) -> Result<Self, StoreError> {
        let settings = serde_json::from_str(&row.settings)
            .map_err(|error| StoreError::Broken(format!("the settings of shop {}: {error}", row.slug)))?;
        Ok(Self {
            id: row.tenant_id,
            number: row.number,
            slug: row.slug,
            settings: Arc::new(settings),
            version: row.version,
            test_mode: row.test_mode,
            now: row.clock_at.unwrap_or(system_now),
        })
    }

    /// The transaction's shop.
    pub fn of(tx: &mut Tx<'_>, system_now: Timestamp) -> Result<Self, StoreError> {
        let row =
            shops::find(tx)?.ok_or_else(|| StoreError::Broken("a transaction of no shop".to_owned()))?;
        Self::from_row(row, system_now)
    }
}
