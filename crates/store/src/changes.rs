//! What changed in what a shop shows, in order. Rule: whoever changes what a page or the search shows records it in the
//! same transaction; caches and the search index follow the record, on every node.

use diesel::prelude::*;
use uuid::Uuid;

use crate::error::StoreError;
use crate::schema::{changes, shop_versions};
use crate::tx::Tx;

/// A kind of thing that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A product or a subscription package.
    Product,
    /// A collection.
    Collection,
    /// An attribute.
    Attribute,
    /// A picture.
    Media,
    /// A page.
    Page,
    /// A journal post.
    Post,
    /// A menu.
    Menu,
    /// A redirect.
    Redirect,
    /// The shop itself: its settings, its clock.
    Site,
}

impl Subject {
    const ALL: [Self; 9] = [
        Self::Product,
        Self::Collection,
        Self::Attribute,
        Self::Media,
        Self::Page,
        Self::Post,
        Self::Menu,
        Self::Redirect,
        Self::Site,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Collection => "collection",
            Self::Attribute => "attribute",
            Self::Media => "media",
            Self::Page => "page",
            Self::Post => "post",
            Self::Menu => "menu",
            Self::Redirect => "redirect",
            Self::Site => "site",
        }
    }

    fn read(name: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|subject| subject.name() == name)
            .ok_or_else(|| StoreError::Broken(format!("a change of the unknown kind {name:?}")))
    }
}

/// A change to one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// What kind of thing changed.
    pub subject: Subject,
    /// Which one; for [`Subject::Site`] the shop's id.
    pub id: Uuid,
}

impl Change {
    /// A change to this thing.
    #[must_use]
    pub const fn of(subject: Subject, id: Uuid) -> Self {
        Self { subject, id }
    }
}

/// Changes kept a shop: a follower that is further behind than these begins anew.
pub const KEPT: i64 = 100_000;

/// Raises the shop's version by one and notes what changed with it.
pub fn record(tx: &mut Tx<'_>, changed: &[Change]) -> Result<i64, StoreError> {
    let raised =
        tx.from(shop_versions::table).update(shop_versions::version.eq(shop_versions::version + 1))?;
    if raised == 0 {
        tx.insert(shop_versions::table, shop_versions::version.eq(1))?;
    }
    let version = version(tx)?;
    for (index, change) in changed.iter().enumerate() {
        if changed[..index].contains(change) {
            continue;
        }
        let row = (
            changes::version.eq(version),
            changes::kind.eq(change.subject.name()),
            changes::subject_id.eq(change.id.as_bytes().to_vec()),
        );
        tx.insert(changes::table, row)?;
    }
    tx.raised_to(version)?;
    Ok(version)
}

/// Records a change to the shop itself: its settings, its clock, or a token that opens it.
pub(crate) fn record_site(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let shop = tx.tenant().uuid();
    record(tx, &[Change::of(Subject::Site, shop)]).map(drop)
}

/// The shop's version: 0 before its first change.
pub fn version(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let version =
        tx.from(shop_versions::table).with(|all| all.select(shop_versions::version)).one::<i64>()?;
    Ok(version.unwrap_or(0))
}

/// What changed after a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// These things, each with the version that changed it, oldest first; at most the limit that was asked for.
    Changes(Vec<(i64, Change)>),
    /// The log does not reach back so far: everything may have changed.
    Everything,
}

/// What changed after `version`, at most `limit` entries. The last version given may have more entries than are shown, so a
/// follower that got `limit` entries asks again from the last version but one.
pub fn since(tx: &mut Tx<'_>, version: i64, limit: i64) -> Result<Since, StoreError> {
    let current = self::version(tx)?;
    if current == version {
        return Ok(Since::Changes(Vec::new()));
    }
    let oldest = tx
        .from(changes::table)
        .with(|all| all.order(changes::version.asc()).limit(1).select(changes::version))
        .one::<i64>()?;
    if version > current || oldest.is_none_or(|oldest| oldest > version + 1) {
        return Ok(Since::Everything);
    }
    let rows = tx
        .from(changes::table)
        .with(|all| {
            all.filter(changes::version.gt(version))
                .order((changes::version.asc(), changes::kind.asc(), changes::subject_id.asc()))
                .limit(limit)
                .select((changes::version, changes::kind, changes::subject_id))
        })
        .all::<(i64, String, Vec<u8>)>()?;
    let entry = |(version, kind, id): (i64, String, Vec<u8>)| {
        let id = Uuid::from_slice(&id).map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok((version, Change::of(Subject::read(&kind)?, id)))
    };
    rows.into_iter().map(entry).collect::<Result<_, StoreError>>().map(Since::Changes)
}

/// Forgets all but the last [`KEPT`] versions.
pub fn forget_old(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let oldest = version(tx)? - KEPT;
    tx.from(changes::table).with(|all| all.filter(changes::version.le(oldest))).delete().map(drop)
}
