//! Old addresses that lead to new ones.

use diesel::prelude::*;
use domain::ids::RedirectId;
use domain::time::Timestamp;

use crate::columns::{Flag, Micros};
use crate::error::StoreError;
use crate::schema::redirects;
use crate::tx::{Tx, exactly_one};

/// One redirect.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = redirects, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Redirect {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub redirect_id: RedirectId,
    /// `domain::content::RedirectPath`.
    pub from_path: String,
    /// What the path is searched by.
    pub from_key: String,
    /// `domain::content::RedirectTarget`.
    pub target: String,
    /// The path that the target leads to on the shop's own site, in the spelling of `from_path`.
    pub target_path: Option<String>,
    pub status: i64,
    /// Whether a change of an address left it behind.
    #[diesel(deserialize_as = Flag, serialize_as = Flag)]
    pub automatic: bool,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// A page of the shop's redirects by where they begin, and how many there are. `key` narrows to those whose key holds it.
pub fn list(tx: &mut Tx<'_>, key: &str, offset: i64, limit: i64) -> Result<(Vec<Redirect>, i64), StoreError> {
    let pattern = format!("%{key}%");
    let total = tx
        .from(redirects::table)
        .with(|all| all.filter(redirects::from_key.like(pattern.clone())).count())
        .one::<i64>()?
        .unwrap_or(0);
    let page = tx
        .from(redirects::table)
        .with(|all| {
            all.filter(redirects::from_key.like(pattern))
                .order(redirects::from_path.asc())
                .offset(offset)
                .limit(limit)
                .select(Redirect::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// The redirects that begin after this path, in order: for going through all of them.
pub fn after(tx: &mut Tx<'_>, path: &str, limit: i64) -> Result<Vec<Redirect>, StoreError> {
    tx.from(redirects::table)
        .with(|all| {
            all.filter(redirects::from_path.gt(path.to_owned()))
                .order(redirects::from_path.asc())
                .limit(limit)
                .select(Redirect::as_select())
        })
        .all()
}

/// The redirect with this id.
pub fn find(tx: &mut Tx<'_>, id: RedirectId) -> Result<Option<Redirect>, StoreError> {
    tx.from(redirects::table)
        .with(|all| all.filter(redirects::redirect_id.eq(id.to_bytes())).select(Redirect::as_select()))
        .one()
}

/// The redirect that begins at this path.
pub fn find_by_path(tx: &mut Tx<'_>, path: &str) -> Result<Option<Redirect>, StoreError> {
    tx.from(redirects::table)
        .with(|all| all.filter(redirects::from_path.eq(path.to_owned())).select(Redirect::as_select()))
        .one()
}

/// The redirects that lead to this path.
pub fn leading_to(tx: &mut Tx<'_>, path: &str) -> Result<Vec<Redirect>, StoreError> {
    tx.from(redirects::table)
        .with(|all| all.filter(redirects::target_path.eq(path.to_owned())).select(Redirect::as_select()))
        .all()
}

/// Adds a redirect; [`StoreError::Duplicate`] where its path has one.
pub fn insert(tx: &mut Tx<'_>, redirect: Redirect) -> Result<(), StoreError> {
    tx.insert(redirects::table, redirect)
}

/// Writes a redirect anew; [`StoreError::Duplicate`] where its new path has one.
pub fn update(tx: &mut Tx<'_>, redirect: Redirect) -> Result<(), StoreError> {
    let id = redirect.redirect_id.to_bytes();
    exactly_one(
        tx.from(redirects::table).with(|all| all.filter(redirects::redirect_id.eq(id))).update(redirect)?,
    )
}

/// Removes a redirect; tells whether there was one.
pub fn delete(tx: &mut Tx<'_>, id: RedirectId) -> Result<bool, StoreError> {
    let deleted = tx
        .from(redirects::table)
        .with(|all| all.filter(redirects::redirect_id.eq(id.to_bytes())))
        .delete()?;
    Ok(deleted == 1)
}
