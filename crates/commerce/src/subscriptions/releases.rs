//! What the shop chose for the boxes of a package. Rule: a release counts from its day until the next one's.

use domain::catalog::SubscriptionType;
use domain::fields::{FieldErrors, Fields};
use domain::ids::{ProductId, ReleaseId};
use domain::text;
use domain::time::Timestamp;
use store::catalog::products;
use store::subscriptions::releases::{self as rows, ReleaseRow};
use store::{StoreError, Tx};

use super::SubscriptionError;
use super::boxes::{ReleasePart, release_parts};
use super::view::BoxLine;
use crate::audit::{self, Actor, Change};
use crate::catalog::Details;
use crate::{Commerce, Shop};

const MOST_PARTS: usize = 100;
const MOST_OF_ONE: i64 = 1000;

/// A release as staff see it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ReleaseEntry {
    pub id: ReleaseId,
    pub package_id: ProductId,
    pub name: Option<String>,
    pub ships_from: Timestamp,
    pub items: Vec<BoxLine>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ReleaseEntry {
    fn read(tx: &mut Tx<'_>, row: ReleaseRow) -> Result<Self, StoreError> {
        let parts = release_parts(&row)?;
        let ids: Vec<ProductId> = parts.iter().map(|part| ProductId::new(part.product)).collect();
        let known = products::find_all(tx, &ids)?;
        let name = |id: ProductId| known.iter().find(|row| row.product_id == id).map(|row| row.name.clone());
        let items = parts.iter().map(|part| {
            let product_id = ProductId::new(part.product);
            BoxLine { product_id, name: name(product_id).unwrap_or_default(), quantity: part.quantity }
        });
        Ok(Self {
            items: items.collect(),
            id: row.release_id,
            package_id: row.package_id,
            name: row.name,
            ships_from: row.ships_from,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A release as it is typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct ReleaseForm {
    pub package_id: Option<String>,
    pub name: Option<String>,
    pub ships_from: Option<String>,
    pub items: Vec<(String, i64)>,
}

impl ReleaseForm {
    /// Checks every field against the shop's products.
    fn parse(
        self,
        tx: &mut Tx<'_>,
        shop: &Shop,
    ) -> Result<(ProductId, Option<String>, Timestamp, String), SubscriptionError> {
        let mut fields = Fields::default();
        let package = variable_package(tx, &mut fields, self.package_id.as_deref())?;
        let name = fields.take("name", text::optional_line(self.name.as_deref().unwrap_or_default(), 120));
        let typed = self.ships_from.unwrap_or_default();
        let from = fields.take("shipsFrom", shop.settings.timezone.beginning_of(&typed));
        if self.items.is_empty() || self.items.len() > MOST_PARTS {
            fields.refuse("items", "Must have 1 to 100 entries.");
        }
        let mut parts: Vec<ReleasePart> = Vec::new();
        for (index, (product, quantity)) in self.items.iter().take(MOST_PARTS).enumerate() {
            let id = product.parse::<ProductId>().ok();
            let found = match id {
                Some(id) => products::find(tx, id)?,
                None => None,
            };
            let Some(found) = found.filter(|row| row.product_type == "physical") else {
                fields.refuse(
                    &format!("items.{index}.productId"),
                    "Must be a product that can be put in a box.",
                );
                continue;
            };
            if !(1..=MOST_OF_ONE).contains(quantity) {
                fields.refuse(&format!("items.{index}.quantity"), "Must be a whole number from 1 to 1000.");
                continue;
            }
            let product = found.product_id.uuid();
            match parts.iter_mut().find(|part| part.product == product) {
                Some(part) => part.quantity += quantity,
                None => parts.push(ReleasePart { product, quantity: *quantity }),
            }
        }
        let items = serde_json::to_string(&parts).map_err(|error| StoreError::Broken(error.to_string()))?;
        match (package, name, from, fields.finish()) {
            (Some(package), Some(name), Some(from), Ok(())) => Ok((package, name, from, items)),
            (_, _, _, Err(errors)) => Err(errors.into()),
            _ => Err(FieldErrors::one("packageId", "Must be a package of the type variable.").into()),
        }
    }
}

fn variable_package(
    tx: &mut Tx<'_>,
    fields: &mut Fields,
    typed: Option<&str>,
) -> Result<Option<ProductId>, StoreError> {
    let found = match typed.unwrap_or_default().parse::<ProductId>() {
        Ok(id) => products::find(tx, id)?,
        Err(_) => None,
    };
    if let Some(row) = found
        && let Some(package) = Details::read(&row)?.package
        && package.subscription_type == SubscriptionType::Variable
    {
        return Ok(Some(row.product_id));
    }
    fields.refuse("packageId", "Must be the id of a package of the type variable.");
    Ok(None)
}

fn taken(error: StoreError) -> SubscriptionError {
    match error {
        StoreError::Duplicate => {
            FieldErrors::one("shipsFrom", "This package has a release of that day already.").into()
        }
        error => error.into(),
    }
}

/// A page of the shop's releases, of one package where one is named, the latest first, and how many there are.
pub async fn releases(
    commerce: &Commerce,
    shop: &Shop,
    package: Option<ProductId>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<ReleaseEntry>, i64), SubscriptionError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (page, total) = rows::list(tx, package, offset, limit)?;
            let page = page.into_iter().map(|row| ReleaseEntry::read(tx, row)).collect::<Result<_, _>>()?;
            Ok((page, total))
        })
        .await
}

/// One release.
pub async fn find_release(
    commerce: &Commerce,
    shop: &Shop,
    id: ReleaseId,
) -> Result<ReleaseEntry, SubscriptionError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            Ok(ReleaseEntry::read(tx, row)?)
        })
        .await
}

/// Makes a release.
pub async fn create_release(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: ReleaseForm,
) -> Result<ReleaseEntry, SubscriptionError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let (package_id, name, ships_from, items) = form.clone().parse(tx, &shop)?;
            let row = ReleaseRow {
                release_id: ReleaseId::new(handle.chance().uuid(shop.now)),
                package_id,
                ships_from,
                name,
                items,
                version: 1,
                created_at: shop.now,
                updated_at: shop.now,
            };
            rows::insert(tx, row.clone()).map_err(taken)?;
            note(&handle, tx, &shop, &actor, "release.create", None, Some(&row))?;
            Ok(ReleaseEntry::read(tx, row)?)
        })
        .await
}

/// Puts a release in the place of another. Boxes whose order stands keep what they have.
pub async fn change_release(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ReleaseId,
    if_version: Option<i64>,
    form: ReleaseForm,
) -> Result<ReleaseEntry, SubscriptionError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            if if_version.is_some_and(|version| version != before.version) {
                return Err(SubscriptionError::Stale);
            }
            let (package_id, name, ships_from, items) = form.clone().parse(tx, &shop)?;
            let row = ReleaseRow {
                package_id,
                ships_from,
                name,
                items,
                version: before.version + 1,
                updated_at: shop.now,
                ..before.clone()
            };
            rows::update(tx, row.clone()).map_err(taken)?;
            note(&handle, tx, &shop, &actor, "release.update", Some(&before), Some(&row))?;
            Ok(ReleaseEntry::read(tx, row)?)
        })
        .await
}

/// Removes a release: the one before it counts again.
pub async fn delete_release(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: ReleaseId,
) -> Result<(), SubscriptionError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            rows::delete(tx, id)?;
            Ok(note(&handle, tx, &shop, &actor, "release.delete", Some(&before), None)?)
        })
        .await
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    before: Option<&ReleaseRow>,
    after: Option<&ReleaseRow>,
) -> Result<(), StoreError> {
    let shown = |row: &ReleaseRow| serde_json::json!({ "packageId": row.package_id, "shipsFrom": row.ships_from, "items": row.items });
    let id = after.or(before).map(|row| row.release_id.to_string()).unwrap_or_default();
    let change = Change {
        action,
        target_kind: "release",
        target_id: id,
        before: before.map(shown),
        after: after.map(shown),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
