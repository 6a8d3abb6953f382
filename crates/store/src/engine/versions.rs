//! What this process has heard of the shops' versions. Rule: what was made of a shop's rows may be shown again only while
//! its stamp, taken before those rows were read, is still the shop's, and only while changes on other nodes are heard.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use domain::ids::TenantId;

/// After a change is committed, no node takes what it remembers from before it for current any longer than this, whatever
/// the connection between them does.
pub const LEASE: Duration = Duration::from_millis(500);

/// The shops' versions as this process knows them.
#[derive(Debug)]
pub struct Versions {
    shops: RwLock<HashMap<TenantId, Arc<Heard>>>,
    /// Counts the times after which nothing remembered counted any more.
    age: AtomicU64,
    began: Instant,
    /// Until when changes elsewhere are certain to be heard, in microseconds after `began`.
    heard_until: AtomicU64,
}

#[derive(Debug)]
struct Heard {
    /// The latest version that was heard of; what is heard twice is not a second change.
    version: Mutex<i64>,
    /// Counts the changes that were heard of.
    changes: AtomicU64,
}

/// Where a shop stood when something was begun to be made of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    age: u64,
    changes: u64,
}

impl Versions {
    pub(crate) fn new() -> Self {
        Self {
            shops: RwLock::default(),
            age: AtomicU64::new(0),
            began: Instant::now(),
            heard_until: AtomicU64::new(0),
        }
    }

    /// Where the shop stands now; `None` while changes on other nodes may go unheard, when nothing is to be remembered.
    #[must_use]
    pub fn stamp(&self, tenant: TenantId) -> Option<Stamp> {
        if self.micros(Instant::now()) >= self.heard_until.load(Ordering::Acquire) {
            return None;
        }
        let age = self.age.load(Ordering::Acquire);
        let shops = self.shops.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(heard) = shops.get(&tenant) {
            return Some(Stamp { age, changes: heard.changes.load(Ordering::Acquire) });
        }
        drop(shops);
        let mut shops = self.shops.write().unwrap_or_else(PoisonError::into_inner);
        let heard = shops.entry(tenant).or_insert_with(|| Arc::new(Heard::new()));
        Some(Stamp { age, changes: heard.changes.load(Ordering::Acquire) })
    }

    /// Whether what was made under this stamp is still what would be made now.
    #[must_use]
    pub fn is_current(&self, tenant: TenantId, stamp: Stamp) -> bool {
        self.stamp(tenant) == Some(stamp)
    }

    /// Takes note of a version that was committed, here or elsewhere. A late word of an earlier one changes nothing.
    pub(crate) fn heard(&self, tenant: TenantId, version: i64) {
        // Of a shop without an entry nothing is remembered either.
        let Some(heard) = self.entry(tenant) else { return };
        let mut latest = heard.version.lock().unwrap_or_else(PoisonError::into_inner);
        if version > *latest {
            *latest = version;
            heard.changes.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Takes note that the shop may have changed or may yet change: a commit whose outcome is not known.
    pub(crate) fn doubted(&self, tenant: TenantId) {
        let Some(heard) = self.entry(tenant) else { return };
        let mut latest = heard.version.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = UNHEARD;
        heard.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes every shop as changed: words may have been missed.
    pub(crate) fn all_doubted(&self) {
        let mut shops = self.shops.write().unwrap_or_else(PoisonError::into_inner);
        self.age.fetch_add(1, Ordering::AcqRel);
        shops.clear();
    }

    /// Changes committed before `moment` have been heard.
    pub(crate) fn heard_all_before(&self, moment: Instant) {
        self.heard_until.fetch_max(self.micros(moment + LEASE), Ordering::AcqRel);
    }

    fn entry(&self, tenant: TenantId) -> Option<Arc<Heard>> {
        self.shops.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned()
    }

    fn micros(&self, moment: Instant) -> u64 {
        u64::try_from(moment.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX)
    }
}

/// Before any version.
const UNHEARD: i64 = -1;

impl Heard {
    fn new() -> Self {
        Self { version: Mutex::new(UNHEARD), changes: AtomicU64::new(0) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SHOP: TenantId = TenantId::new(Uuid::from_u128(1));
    const OTHER: TenantId = TenantId::new(Uuid::from_u128(2));

    fn heard_now() -> Versions {
        let versions = Versions::new();
        versions.heard_all_before(Instant::now() + Duration::from_hours(1));
        versions
    }

    #[test]
    fn a_change_ends_the_stamps_of_its_shop_only() {
        let versions = heard_now();
        let (shop, other) = (versions.stamp(SHOP).expect("heard"), versions.stamp(OTHER).expect("heard"));
        assert!(versions.is_current(SHOP, shop));
        versions.heard(SHOP, 1);
        assert!(!versions.is_current(SHOP, shop));
        assert!(versions.is_current(OTHER, other));
    }

    #[test]
    fn what_is_heard_twice_or_late_is_one_change() {
        let versions = heard_now();
        let _ = versions.stamp(SHOP);
        versions.heard(SHOP, 6);
        let stamp = versions.stamp(SHOP).expect("heard");
        versions.heard(SHOP, 6);
        versions.heard(SHOP, 5);
        assert!(versions.is_current(SHOP, stamp));
        versions.heard(SHOP, 7);
        assert!(!versions.is_current(SHOP, stamp));
    }

    #[test]
    fn a_doubtful_commit_ends_stamps_and_its_version_ends_them_again() {
        let versions = heard_now();
        let _ = versions.stamp(SHOP);
        versions.heard(SHOP, 6);
        versions.doubted(SHOP);
        let stamp = versions.stamp(SHOP).expect("heard");
        versions.heard(SHOP, 6);
        assert!(!versions.is_current(SHOP, stamp));
    }

    #[test]
    fn a_break_in_hearing_ends_all_stamps_for_good() {
        let versions = heard_now();
        let stamp = versions.stamp(SHOP).expect("heard");
        versions.all_doubted();
        assert!(!versions.is_current(SHOP, stamp));
        assert_ne!(versions.stamp(SHOP), Some(stamp));
    }

    #[test]
    fn nothing_is_remembered_while_nothing_is_heard() {
        let versions = Versions::new();
        assert_eq!(versions.stamp(SHOP), None);
        versions.heard_all_before(Instant::now());
        assert!(versions.stamp(SHOP).is_some());
        let long_ago = Instant::now().checked_sub(LEASE * 2).expect("the machine runs longer");
        let late = Versions::new();
        late.heard_all_before(long_ago);
        assert_eq!(late.stamp(SHOP), None);
    }
}
