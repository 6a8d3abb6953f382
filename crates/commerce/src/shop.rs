//! A shop as one request sees it: who it is, its settings, and the time on its clock.

use std::cell::RefCell;
use std::collections::HashMap;
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
        let settings = read(row.tenant_id, row.settings)
            .map_err(|error| StoreError::Broken(format!("the settings of shop {}: {error}", row.slug)))?;
        Ok(Self {
            id: row.tenant_id,
            number: row.number,
            slug: row.slug,
            settings,
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

/// Of so many shops a thread remembers the settings.
const REMEMBERED: usize = 256;

thread_local! {
    /// The settings that were read last, each beside its text.
    static LAST_READ: RefCell<HashMap<TenantId, (String, Arc<Settings>)>> = RefCell::default();
}

/// Reads stored settings; those that a shop had the last time are not read anew, for every transaction begins with them.
fn read(shop: TenantId, text: String) -> serde_json::Result<Arc<Settings>> {
    LAST_READ.with_borrow_mut(|last| {
        if let Some((known, settings)) = last.get(&shop)
            && *known == text
        {
            return Ok(Arc::clone(settings));
        }
        let settings: Arc<Settings> = Arc::new(serde_json::from_str(&text)?);
        if last.len() >= REMEMBERED {
            last.clear();
        }
        last.insert(shop, (text, Arc::clone(&settings)));
        Ok(settings)
    })
}
