//! Menus. Rule: an item names its target by id, and its address is looked up when it is shown; what is not shown itself is
//! not in the menu either.

use std::collections::HashMap;

use domain::content::{EntryKind, MenuItem, MenuItems, MenuTarget};
use domain::fields::{FieldErrors, Fields, Invalid};
use domain::ids::{CollectionId, EntryId, MenuId, ProductId};
use domain::patch::Patch;
use domain::slugs::ThingSlug;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::catalog::{collections, products};
use store::changes::{Change as Changed, Subject, record};
use store::content::entries;
use store::content::menus::{self as rows, Menu};
use store::{StoreError, Tx};

use super::{ContentError, taken};
use crate::audit::{self, Actor, Change};
use crate::catalog::briefs;
use crate::{Commerce, Shop};

/// A menu as staff see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MenuView {
    pub id: MenuId,
    pub handle: String,
    pub items: MenuItems,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub version: i64,
}

impl MenuView {
    pub(super) fn of(row: Menu) -> Result<Self, StoreError> {
        let items = items_of(&row)?;
        Ok(Self {
            id: row.menu_id,
            handle: row.handle,
            items,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

fn items_of(row: &Menu) -> Result<MenuItems, StoreError> {
    MenuItems::from_stored(&row.items)
        .map_err(|error| StoreError::Broken(format!("menu {}: {error}", row.menu_id)))
}

/// A menu as it is typed. A PATCH is the present one's form, written over.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MenuForm {
    /// What the shop's pages ask for it by.
    pub handle: Patch<String>,
    /// The items of the first level.
    pub items: Patch<Value>,
}

impl MenuForm {
    fn over(self, base: Self) -> Self {
        Self { handle: self.handle.or(base.handle), items: self.items.or(base.items) }
    }

    fn parse(self) -> Result<(ThingSlug, MenuItems), FieldErrors> {
        let mut fields = Fields::default();
        let handle = self.handle.into_value().ok_or(Invalid::fixed("Is required."));
        let handle = fields.take("handle", handle.and_then(|handle| ThingSlug::parse(&handle)));
        let items = self.items.into_value();
        let items = items.map(|items| MenuItems::parse(&items, "items", &mut fields)).unwrap_or_default();
        let Some(handle) = handle else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok((handle, items))
    }
}

/// An item as shoppers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 6")]
pub struct ShownItem {
    pub label: String,
    /// Absent where the target is not shown: then there are children, for whose sake the item is there.
    pub url: Option<String>,
    pub kind: &'static str,
    pub target_id: Option<String>,
    pub children: Vec<ShownItem>,
}

/// A menu as shoppers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the contract, section 6")]
pub struct ShownMenu {
    pub handle: String,
    pub items: Vec<ShownItem>,
}

/// The addresses of the things that a menu leads to, those that are shown.
struct Addresses {
    entries: HashMap<EntryId, String>,
    products: HashMap<ProductId, String>,
    collections: HashMap<CollectionId, String>,
}

/// The ids that a menu names.
#[derive(Default)]
struct Named {
    entries: Vec<EntryId>,
    products: Vec<ProductId>,
    collections: Vec<CollectionId>,
}

impl Named {
    fn of(items: &MenuItems) -> Self {
        let mut named = Self::default();
        for (_, item) in items.flat("") {
            match &item.target {
                MenuTarget::Page(id) | MenuTarget::Post(id) => named.entries.push(*id),
                MenuTarget::Product(id) => named.products.push(*id),
                MenuTarget::Collection(id) => named.collections.push(*id),
                MenuTarget::Url(_) => {}
            }
        }
        named
    }
}

impl Addresses {
    fn look_up(
        commerce: &Commerce,
        tx: &mut Tx<'_>,
        shop: &Shop,
        items: &MenuItems,
    ) -> Result<Self, StoreError> {
        let named = Named::of(items);
        let mut shown = HashMap::new();
        for entry in entries::find_all(tx, &named.entries)? {
            if entry.publication()?.shown(shop.now).is_some() {
                shown.insert(entry.entry_id, commerce.site_url(&entry.kind()?.path_of(&entry.slug)));
            }
        }
        let products = briefs(commerce, tx, shop, &named.products)?;
        let mut found = HashMap::new();
        for id in named.collections {
            if let Some(row) = collections::find(tx, id)? {
                found.insert(id, commerce.page_url("collections", &row.slug));
            }
        }
        Ok(Self {
            entries: shown,
            products: products.into_iter().map(|brief| (brief.id, brief.url)).collect(),
            collections: found,
        })
    }

    fn of(&self, target: &MenuTarget) -> Option<String> {
        match target {
            MenuTarget::Page(id) | MenuTarget::Post(id) => self.entries.get(id).cloned(),
            MenuTarget::Product(id) => self.products.get(id).cloned(),
            MenuTarget::Collection(id) => self.collections.get(id).cloned(),
            MenuTarget::Url(link) => Some(link.as_str().to_owned()),
        }
    }

    fn shown(&self, items: &[MenuItem]) -> Vec<ShownItem> {
        let mut shown = Vec::with_capacity(items.len());
        for item in items {
            let (url, children) = (self.of(&item.target), self.shown(&item.children));
            if url.is_some() || !children.is_empty() {
                shown.push(ShownItem {
                    label: item.label.clone(),
                    url,
                    kind: item.target.kind(),
                    target_id: item.target.id(),
                    children,
                });
            }
        }
        shown
    }
}

/// The menu with this handle, as it is shown now.
pub async fn menu(commerce: &Commerce, shop: &Shop, handle: &str) -> Result<ShownMenu, ContentError> {
    let (commerce_handle, shop, handle) = (commerce.clone(), shop.clone(), handle.to_owned());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = rows::find_by_handle(tx, &handle)?.ok_or(ContentError::NotFound)?;
            let items = items_of(&row)?;
            let addresses = Addresses::look_up(&commerce_handle, tx, &shop, &items)?;
            let items = addresses.shown(items.as_slice());
            Ok(ShownMenu { handle: row.handle, items })
        })
        .await
}

/// Refuses targets that the shop has not, shown or not.
fn check_targets(tx: &mut Tx<'_>, items: &MenuItems) -> Result<(), ContentError> {
    let named = Named::of(items);
    let mut kinds: HashMap<EntryId, EntryKind> = HashMap::new();
    for entry in entries::find_all(tx, &named.entries)? {
        kinds.insert(entry.entry_id, entry.kind()?);
    }
    let known: Vec<ProductId> =
        products::types_of(tx, &named.products)?.into_iter().map(|(id, _)| id).collect();
    let mut fields = Fields::default();
    for (path, item) in items.flat("items") {
        let is_there = match &item.target {
            MenuTarget::Page(id) => kinds.get(id) == Some(&EntryKind::Page),
            MenuTarget::Post(id) => kinds.get(id) == Some(&EntryKind::Post),
            MenuTarget::Product(id) => known.contains(id),
            MenuTarget::Collection(id) => collections::find(tx, *id)?.is_some(),
            MenuTarget::Url(_) => true,
        };
        if !is_there {
            let why = format!("There is no such {} in this shop.", item.target.kind());
            fields.refuse(&format!("{path}.targetId"), &why);
        }
    }
    Ok(fields.finish()?)
}

/// Writes a menu: over `before`, or a new one.
pub(super) fn write(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    before: Option<&Menu>,
    handle: &ThingSlug,
    items: &MenuItems,
) -> Result<Menu, ContentError> {
    check_targets(tx, items)?;
    let row = Menu {
        menu_id: before.map_or_else(|| MenuId::new(commerce.chance().uuid(now)), |row| row.menu_id),
        handle: handle.as_str().to_owned(),
        items: items.to_json(),
        version: before.map_or(1, |row| row.version + 1),
        created_at: before.map_or(now, |row| row.created_at),
        updated_at: now,
    };
    let id = row.menu_id;
    if rows::find_by_handle(tx, handle.as_str())?.is_some_and(|other| other.menu_id != id) {
        return Err(ContentError::Taken(format!("the handle {handle}")));
    }
    let duplicate = taken(|| format!("the handle {handle}"));
    if before.is_some() {
        rows::update(tx, row.clone()).map_err(duplicate)?;
    } else {
        rows::insert(tx, row.clone()).map_err(duplicate)?;
    }
    record(tx, &[Changed::of(Subject::Menu, id.uuid())])?;
    Ok(row)
}

/// A page of the shop's menus by their handles, and how many there are.
pub async fn menus(
    commerce: &Commerce,
    shop: &Shop,
    offset: i64,
    limit: i64,
) -> Result<(Vec<MenuView>, i64), ContentError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (page, total) = rows::list(tx, offset, limit)?;
            Ok((page.into_iter().map(MenuView::of).collect::<Result<_, _>>()?, total))
        })
        .await
}

/// One menu.
pub async fn find_menu(commerce: &Commerce, shop: &Shop, id: MenuId) -> Result<MenuView, ContentError> {
    commerce
        .store()
        .read(shop.id, move |tx| Ok(MenuView::of(rows::find(tx, id)?.ok_or(ContentError::NotFound)?)?))
        .await
}

/// Adds a menu.
pub async fn create_menu(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: MenuForm,
) -> Result<MenuView, ContentError> {
    let (commerce_handle, now) = (commerce.clone(), shop.now);
    let (handle, items) = form.parse()?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            let after = MenuView::of(write(&commerce_handle, tx, now, None, &handle, &items)?)?;
            note(&commerce_handle, tx, now, &actor, "menu.create", None, Some(&after))?;
            Ok(after)
        })
        .await
}

/// Changes a menu: what the form names is written over what there is.
pub async fn change_menu(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: MenuId,
    if_version: Option<i64>,
    form: MenuForm,
) -> Result<MenuView, ContentError> {
    let (commerce_handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = current(tx, id, if_version)?;
            let before = MenuView::of(row.clone())?;
            let base = MenuForm {
                handle: Patch::Value(before.handle.clone()),
                items: serde_json::to_value(&before.items).map_or(Patch::Null, Patch::Value),
            };
            let (handle, items) = form.clone().over(base).parse()?;
            let after = MenuView::of(write(&commerce_handle, tx, now, Some(&row), &handle, &items)?)?;
            note(&commerce_handle, tx, now, &actor, "menu.update", Some(&before), Some(&after))?;
            Ok(after)
        })
        .await
}

/// Removes a menu.
pub async fn delete_menu(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: MenuId,
    if_version: Option<i64>,
) -> Result<(), ContentError> {
    let (commerce_handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = MenuView::of(current(tx, id, if_version)?)?;
            rows::delete(tx, id)?;
            record(tx, &[Changed::of(Subject::Menu, id.uuid())])?;
            Ok(note(&commerce_handle, tx, now, &actor, "menu.delete", Some(&before), None)?)
        })
        .await
}

fn current(tx: &mut Tx<'_>, id: MenuId, if_version: Option<i64>) -> Result<Menu, ContentError> {
    let row = rows::find(tx, id)?.ok_or(ContentError::NotFound)?;
    if if_version.is_some_and(|version| version != row.version) {
        return Err(ContentError::Stale);
    }
    Ok(row)
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    actor: &Actor,
    action: &str,
    before: Option<&MenuView>,
    after: Option<&MenuView>,
) -> Result<(), StoreError> {
    let target = after.or(before).map(|view| view.id.to_string()).unwrap_or_default();
    let json = |view: Option<&MenuView>| view.and_then(|view| serde_json::to_value(view).ok());
    let change =
        Change { action, target_kind: "menu", target_id: target, before: json(before), after: json(after) };
    audit::record(commerce, tx, now, actor, change)
}
