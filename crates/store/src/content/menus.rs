//! Menus.

use diesel::prelude::*;
use domain::ids::MenuId;
use domain::time::Timestamp;

use crate::columns::Micros;
use crate::error::StoreError;
use crate::schema::menus;
use crate::tx::{Tx, exactly_one};

/// One menu.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = menus)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Menu {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub menu_id: MenuId,
    /// What the shop's pages ask for it by.
    pub handle: String,
    /// `domain::content::MenuItems` as JSON.
    pub items: String,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// A page of the shop's menus by their handles, and how many there are.
pub fn list(tx: &mut Tx<'_>, offset: i64, limit: i64) -> Result<(Vec<Menu>, i64), StoreError> {
    let total = tx.from(menus::table).with(QueryDsl::count).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(menus::table)
        .with(|all| all.order(menus::handle.asc()).offset(offset).limit(limit).select(Menu::as_select()))
        .all()?;
    Ok((page, total))
}

/// The menu with this id.
pub fn find(tx: &mut Tx<'_>, id: MenuId) -> Result<Option<Menu>, StoreError> {
    tx.from(menus::table)
        .with(|all| all.filter(menus::menu_id.eq(id.to_bytes())).select(Menu::as_select()))
        .one()
}

/// The menu with this handle.
pub fn find_by_handle(tx: &mut Tx<'_>, handle: &str) -> Result<Option<Menu>, StoreError> {
    tx.from(menus::table)
        .with(|all| all.filter(menus::handle.eq(handle.to_owned())).select(Menu::as_select()))
        .one()
}

/// Adds a menu; [`StoreError::Duplicate`] where its handle is taken.
pub fn insert(tx: &mut Tx<'_>, menu: Menu) -> Result<(), StoreError> {
    tx.insert(menus::table, menu)
}

/// Writes a menu anew; [`StoreError::Duplicate`] where its new handle is taken.
pub fn update(tx: &mut Tx<'_>, menu: Menu) -> Result<(), StoreError> {
    let id = menu.menu_id.to_bytes();
    exactly_one(tx.from(menus::table).with(|all| all.filter(menus::menu_id.eq(id))).update(menu)?)
}

/// Removes a menu; tells whether there was one.
pub fn delete(tx: &mut Tx<'_>, id: MenuId) -> Result<bool, StoreError> {
    let deleted = tx.from(menus::table).with(|all| all.filter(menus::menu_id.eq(id.to_bytes()))).delete()?;
    Ok(deleted == 1)
}
