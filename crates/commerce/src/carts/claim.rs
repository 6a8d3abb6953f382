//! A guest's cart becomes a customer's. Rule: nothing is lost, and nobody gets another customer's cart.

use domain::carts::Contents;
use domain::ids::CartId;
use store::Tx;
use store::accounts::customers::Customer;
use store::carts::{self, CartRow};

use super::change::{contents_of, open_cart, owner, save, store_contents};
use super::{CartError, CartView, tending};
use crate::accounts::{Shopper, SignedIn, contact_of};
use crate::{Commerce, Shop};

/// The customer's open cart, made if there is none.
pub async fn current(commerce: &Commerce, shop: &Shop, who: &SignedIn) -> Result<CartView, CartError> {
    let (handle, reader, asks) = (commerce.clone(), shop.clone(), who.customer);
    let open = commerce
        .store()
        .read(shop.id, move |tx| {
            let row = carts::find_open(tx, asks)?.filter(|row| row.expires_at > reader.now);
            let view = |row: CartRow| {
                let contents = contents_of(&row)?;
                super::change::shown(&handle, tx, &reader, &row, &contents)
            };
            row.map(view).transpose()
        })
        .await?;
    if let Some(view) = open {
        return Ok(view);
    }
    let (handle, shop, who) = (commerce.clone(), shop.clone(), who.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = open_cart(&handle, tx, &shop, Some(&who))?;
            let contents = contents_of(&row)?;
            save(&handle, tx, &shop, &mut row, contents)
        })
        .await
}

/// Joins a guest's cart with the customer's open one: the guest's quantity wins line by line.
pub async fn claim(commerce: &Commerce, shopper: &Shopper, id: CartId) -> Result<CartView, CartError> {
    let who = shopper.customer.clone().ok_or(CartError::Unauthenticated)?;
    let (handle, shop) = (commerce.clone(), shopper.shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let guest = carts::find(tx, id)?.ok_or(CartError::NotFound)?;
            match owner(&guest)? {
                Some(owner) if owner != who.customer => return Err(CartError::NotFound),
                Some(_) => {
                    let contents = contents_of(&guest)?;
                    return super::change::shown(&handle, tx, &shop, &guest, &contents);
                }
                None => {}
            }
            match guest.status.as_str() {
                carts::OPEN if guest.expires_at > shop.now => {}
                carts::COMPLETING => return Err(CartError::Completing),
                carts::COMPLETED => return Err(CartError::Completed),
                _ => return Err(CartError::Expired),
            }
            join(&handle, tx, &shop, who.row(), guest)
        })
        .await
}

/// At a sign-in with a cart: joins it where it is a guest's open one, and leaves all else as it is.
pub(crate) fn take_over_at_login(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    who: &Customer,
    id: CartId,
) -> Result<(), CartError> {
    let Some(guest) = carts::find(tx, id)? else { return Ok(()) };
    let is_open = guest.status == carts::OPEN && guest.expires_at > shop.now;
    if owner(&guest)?.is_none() && is_open {
        join(commerce, tx, shop, who, guest)?;
    }
    Ok(())
}

fn join(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    who: &Customer,
    mut guest: CartRow,
) -> Result<CartView, CartError> {
    let theirs = contents_of(&guest)?;
    let Some(mut own) = carts::find_open(tx, who.customer_id)?.filter(|row| row.expires_at > shop.now) else {
        if let Some(stale) = carts::find_open(tx, who.customer_id)? {
            tending::expire(tx, stale)?;
        }
        guest.customer_id = Some(who.customer_id.to_bytes());
        let contact = theirs.contact.clone().unwrap_or_else(|| contact_of(who));
        return save(commerce, tx, shop, &mut guest, Contents { contact: Some(contact), ..theirs });
    };
    let mut contents = contents_of(&own)?;
    if !contents.take_over(theirs) {
        return Err(CartError::Full(
            "Together the carts have more than 100 lines. Please remove some first.",
        ));
    }
    carts::EXPIRED.clone_into(&mut guest.status);
    guest.contents = store_contents(&Contents::default())?;
    guest.email = None;
    super::change::touched(&mut guest, shop.now);
    carts::update(tx, guest)?;
    save(commerce, tx, shop, &mut own, contents)
}
