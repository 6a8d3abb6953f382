//! Reading and writing carts. Rule: every change of a cart goes through [`change`], which looks at its state and its version
//! first, and prices it after.

use domain::carts::Contents;
use domain::ids::{CartId, CustomerId};
use domain::time::Timestamp;
use serde_json::error::Error as JsonError;
use std::sync::Arc;
use std::time::Duration;
use store::carts::{self, CartRow};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::basket::{Loaded, load};
use super::items::{NewItem, put};
use super::view::CartView;
use super::{CartError, tending};
use crate::accounts::{Shopper, SignedIn};
use crate::{Commerce, Shop};

/// A guest's cart is kept so long after its last change.
const GUESTS_KEPT: Duration = Duration::from_hours(30 * 24);
/// A customer's cart is.
const CUSTOMERS_KEPT: Duration = Duration::from_hours(90 * 24);
/// A cart that has been paid for so long without an outcome can be changed again.
pub(crate) const CLAIM_HOLDS: Duration = Duration::from_mins(10);

/// The cart with this id, as its shopper sees it.
pub async fn find(commerce: &Commerce, shopper: &Shopper, id: CartId) -> Result<CartView, CartError> {
    let (handle, shopper) = (commerce.clone(), shopper.clone());
    commerce
        .store()
        .read(shopper.shop.id, move |tx| {
            let mut row = visible(tx, &shopper, id)?;
            let contents = contents_of(&row)?;
            if row.status == carts::OPEN && row.expires_at <= shopper.shop.now {
                carts::EXPIRED.clone_into(&mut row.status);
            }
            shown(&handle, tx, &shopper.shop, &row, &contents)
        })
        .await
}

/// Makes a cart, with something in it or nothing. A customer who has an open one gets that, and the items are added to it.
pub async fn create(
    commerce: &Commerce,
    shopper: &Shopper,
    items: Vec<NewItem>,
) -> Result<CartView, CartError> {
    let (handle, shopper) = (commerce.clone(), shopper.clone());
    commerce
        .store()
        .write(shopper.shop.id, move |tx| {
            let mut row = open_cart(&handle, tx, &shopper.shop, shopper.customer.as_ref())?;
            let mut contents = contents_of(&row)?;
            for (index, item) in items.iter().enumerate() {
                put(&handle, tx, &shopper.shop, &mut contents, item, &format!("items.{index}."))?;
            }
            save(&handle, tx, &shopper.shop, &mut row, contents)
        })
        .await
}

/// Forgets a cart.
pub async fn delete(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
) -> Result<(), CartError> {
    let remove = || {
        let shopper = shopper.clone();
        commerce.store().write(shopper.shop.id, move |tx| {
            let row = writable(tx, &shopper, id, if_version)?;
            if row.order_id.is_none() {
                return Ok(carts::delete(tx, id)?);
            }
            // An order that was begun and given up still names it.
            let row = CartRow {
                status: carts::EXPIRED.to_owned(),
                contents: store_contents(&Contents::default())?,
                email: None,
                expires_at: shopper.shop.now,
                version: row.version + 1,
                ..row
            };
            Ok(carts::update(tx, row)?)
        })
    };
    reopening(commerce, shopper, id, remove).await
}

/// Changes a cart.
pub(super) async fn change<F>(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    change: F,
) -> Result<CartView, CartError>
where
    F: Fn(&mut Tx<'_>, &CartRow, &mut Contents) -> Result<(), CartError> + Send + Sync + 'static,
{
    let change = Arc::new(change);
    let write = || {
        let (handle, shopper, change) = (commerce.clone(), shopper.clone(), change.clone());
        commerce.store().write(shopper.shop.id, move |tx| {
            let mut row = writable(tx, &shopper, id, if_version)?;
            let mut contents = contents_of(&row)?;
            change(tx, &row, &mut contents)?;
            save(&handle, tx, &shopper.shop, &mut row, contents)
        })
    };
    reopening(commerce, shopper, id, write).await
}

/// Does something with a cart, and once more where a payment that was begun and left had to be let go first.
async fn reopening<T, F>(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    work: impl Fn() -> F,
) -> Result<T, CartError>
where
    F: Future<Output = Result<T, CartError>>,
{
    match work().await {
        Err(CartError::Completing) if let_go_if_left(commerce, shopper, id).await? => work().await,
        other => other,
    }
}

/// Lets go of a payment that was begun and left, so that its cart can be changed again; tells whether there was one.
async fn let_go_if_left(commerce: &Commerce, shopper: &Shopper, id: CartId) -> Result<bool, CartError> {
    let (seen_by, now) = (shopper.clone(), shopper.shop.now);
    let left = commerce
        .store()
        .read(shopper.shop.id, move |tx| {
            let row = visible(tx, &seen_by, id)?;
            Ok::<_, CartError>(
                row.status == carts::COMPLETING
                    && row.claimed_at.is_none_or(|at| now.since(at) >= CLAIM_HOLDS),
            )
        })
        .await?;
    if left {
        crate::checkout::let_go_of_cart(commerce, &shopper.shop, id).await?;
    }
    Ok(left)
}

/// The customer's open cart, or a new one.
pub(super) fn open_cart(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: Option<&SignedIn>,
) -> Result<CartRow, CartError> {
    if let Some(who) = customer
        && let Some(row) = carts::find_open(tx, who.customer)?
    {
        if row.expires_at > shop.now {
            return Ok(row);
        }
        tending::expire(tx, row)?;
    }
    let contact = customer.map(SignedIn::contact);
    let contents = Contents { contact: contact.clone(), ..Contents::default() };
    let row = CartRow {
        cart_id: CartId::new(commerce.chance().random_uuid()),
        customer_id: customer.map(|who| who.customer.to_bytes()),
        status: carts::OPEN.to_owned(),
        version: 0,
        contents: store_contents(&contents)?,
        email: contact.map(|contact| contact.email),
        order_id: None,
        claimed_at: None,
        told_abandoned_at: None,
        expires_at: shop.now.plus(kept(customer.is_some())),
        created_at: shop.now,
        updated_at: shop.now,
    };
    carts::insert(tx, row.clone())?;
    tending::look_after(commerce, tx, shop.now)?;
    Ok(row)
}

const fn kept(is_customers: bool) -> Duration {
    if is_customers { CUSTOMERS_KEPT } else { GUESTS_KEPT }
}

/// Prices a changed cart, writes it, and shows it.
pub(super) fn save(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut CartRow,
    mut contents: Contents,
) -> Result<CartView, CartError> {
    let customer = owner(row)?;
    let loaded = load(commerce, tx, shop, &contents, customer)?;
    note_seen_prices(&mut contents, &loaded);
    row.contents = store_contents(&contents)?;
    row.email = contents.contact.as_ref().map(|contact| contact.email.clone());
    row.version += 1;
    row.updated_at = shop.now;
    row.expires_at = shop.now.plus(kept(customer.is_some()));
    carts::update(tx, row.clone())?;
    Ok(CartView::of(shop, row, &contents, &loaded))
}

fn note_seen_prices(contents: &mut Contents, loaded: &Loaded) {
    for (item, priced) in contents.items.iter_mut().zip(&loaded.priced.lines) {
        item.seen_price.get_or_insert(priced.unit_price);
    }
}

pub(super) fn shown(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &CartRow,
    contents: &Contents,
) -> Result<CartView, CartError> {
    let loaded = load(commerce, tx, shop, contents, owner(row)?)?;
    Ok(CartView::of(shop, row, contents, &loaded))
}

/// The cart, where it is this shopper's to see. A guest's cart is whose who knows its id; a customer's is that customer's
/// alone: the phone on which they signed out still knows the id, and the cart holds their addresses.
pub(crate) fn visible(tx: &mut Tx<'_>, shopper: &Shopper, id: CartId) -> Result<CartRow, CartError> {
    let row = carts::find(tx, id)?.ok_or(CartError::NotFound)?;
    let asks = shopper.customer.as_ref().map(|who| who.customer);
    match owner(&row)? {
        Some(owner) if asks != Some(owner) => Err(CartError::NotFound),
        _ => Ok(row),
    }
}

/// The cart, where it can be changed.
pub(crate) fn writable(
    tx: &mut Tx<'_>,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
) -> Result<CartRow, CartError> {
    let row = visible(tx, shopper, id)?;
    match row.status.as_str() {
        carts::OPEN if row.expires_at > shopper.shop.now => {}
        carts::COMPLETING => return Err(CartError::Completing),
        carts::COMPLETED => return Err(CartError::Completed),
        _ => return Err(CartError::Expired),
    }
    if if_version.is_some_and(|version| version != row.version) {
        return Err(CartError::Stale);
    }
    Ok(row)
}

/// Whose the cart is.
pub(crate) fn owner(row: &CartRow) -> Result<Option<CustomerId>, StoreError> {
    row.customer_id
        .clone()
        .map(|id| CustomerId::try_from(id).map_err(|error| StoreError::Broken(error.to_string())))
        .transpose()
}

/// What is in a stored cart.
pub(crate) fn contents_of(row: &CartRow) -> Result<Contents, StoreError> {
    serde_json::from_str(&row.contents).map_err(|error| broken(row.cart_id.uuid(), &error))
}

/// The stored form.
pub(crate) fn store_contents(contents: &Contents) -> Result<String, StoreError> {
    serde_json::to_string(contents).map_err(|error| broken(Uuid::nil(), &error))
}

fn broken(cart: Uuid, error: &JsonError) -> StoreError {
    StoreError::Broken(format!("the contents of cart {cart}: {error}"))
}

/// Takes up a moment of a cart's life.
pub(super) fn touched(row: &mut CartRow, now: Timestamp) {
    row.version += 1;
    row.updated_at = now;
}
