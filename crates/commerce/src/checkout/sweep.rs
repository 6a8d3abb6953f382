//! Payments that nobody waits for any more, or that were left. Rule: before anything is given up, the provider is asked.

use std::time::Duration;

use domain::ids::{CartId, OrderId, TenantId};
use domain::time::Timestamp;
use gateways::payments::{PaymentError, PaymentRef};
use store::carts;
use store::orders::payments::PaymentRow;
use store::orders::{self, OrderRow};
use store::{StoreError, Tx};

use super::settle::{News, Settled, record};
use super::state::{self, current_payment};
use super::{Checkout, CheckoutError, pay};
use crate::accounts::Shopper;
use crate::carts::{CartError, visible};
use crate::payments::{self as accounts, Account};
use crate::{Commerce, Shop};

/// A checkout is looked at so long after it began.
pub(super) const FIRST_LOOK: Duration = Duration::from_mins(1);
/// And then so often.
const LOOK_EVERY: Duration = Duration::from_mins(2);
/// A charge that was begun so lately is taken to be under way.
const UNDER_WAY: Duration = Duration::from_secs(45);

/// A payment that is not decided, with the account it is made at.
struct Standing {
    order: OrderRow,
    payment: PaymentRow,
    account: Account,
}

fn standing(commerce: &Commerce, tx: &mut Tx<'_>, order: OrderRow) -> Result<Option<Standing>, StoreError> {
    let payment = current_payment(tx, &order)?.filter(|payment| pay::is_open(&payment.status));
    let Some(payment) = payment else { return Ok(None) };
    let account = accounts::account_named(commerce, tx, &payment.provider)?;
    Ok(account.map(|account| Standing { order, payment, account }))
}

/// Looks a payment up, and records what became of it.
async fn look(commerce: &Commerce, tenant: TenantId, standing: &Standing) -> Result<Settled, StoreError> {
    let Standing { payment, account, .. } = standing;
    let reference = payment.provider_ref.clone();
    let key = payment.payment_id;
    let news = pay::look_up(commerce, account, tenant, key, reference, "looked up again").await;
    record(commerce, tenant, key, news, None).await
}

/// Lets a payment go at the provider. One that has succeeded meanwhile completes its order.
async fn let_go(commerce: &Commerce, tenant: TenantId, standing: &Standing) -> Result<Settled, StoreError> {
    let Standing { payment, account, .. } = standing;
    let key = payment.payment_id;
    let asked = PaymentRef { tenant, key, reference: payment.provider_ref.clone() };
    let news = match account.provider(commerce).cancel(&asked).await {
        Ok(payment) => News::Known(payment),
        Err(PaymentError::Refused(_) | PaymentError::Unknown(_) | PaymentError::NotDone(_)) => {
            let reference = payment.provider_ref.clone();
            pay::look_up(commerce, account, tenant, key, reference, "could not be let go").await
        }
    };
    record(commerce, tenant, key, news, None).await
}

/// What stands of the cart's checkout before it is begun again: done, or waiting for the shopper. A payment that another is to
/// take the place of is let go first.
pub(super) async fn settle_standing(
    commerce: &Commerce,
    shopper: &Shopper,
    cart: CartId,
    is_other_named: bool,
) -> Result<Option<Checkout>, CheckoutError> {
    let (handle, seen_by) = (commerce.clone(), shopper.clone());
    let (status, standing) = commerce
        .store()
        .read(shopper.shop.id, move |tx| {
            let row = visible(tx, &seen_by, cart)?;
            let order = orders::find_by_cart(tx, cart)?.filter(|_| row.status == carts::COMPLETING);
            let standing = match order {
                Some(order) => standing(&handle, tx, order)?,
                None => None,
            };
            Ok::<_, CheckoutError>((row.status, standing))
        })
        .await?;
    if status == carts::COMPLETED {
        return state::find(commerce, shopper, cart).await.map(Some);
    }
    let Some(standing) = standing else { return Ok(None) };
    let tenant = shopper.shop.id;
    if is_under_way(commerce, &shopper.shop, cart, &standing.payment) {
        return Err(CartError::Completing.into());
    }
    let settled = match standing.payment.status.as_str() {
        pay::REQUIRES_ACTION if is_other_named => let_go(commerce, tenant, &standing).await?,
        _ => look(commerce, tenant, &standing).await?,
    };
    match settled {
        Settled::Declined(_) | Settled::Ended => Ok(None),
        Settled::Paid | Settled::Open => state::find(commerce, shopper, cart).await.map(Some),
    }
}

/// Whether a request is about to charge it: one of this process, or, as far as the clock tells, of another.
fn is_under_way(commerce: &Commerce, shop: &Shop, cart: CartId, payment: &PaymentRow) -> bool {
    payment.status == pay::PENDING
        && (commerce.is_checking_out(cart)
            // The clock of a test-mode shop stands still.
            || (!shop.test_mode && shop.now.since(payment.updated_at) < UNDER_WAY))
}

fn cart_of(order: &OrderRow) -> Result<Option<CartId>, StoreError> {
    let read = |id: Vec<u8>| CartId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()));
    order.cart_id.clone().map(read).transpose()
}

/// Looks up what is not decided of the cart's checkout.
pub(super) async fn settle_cart(
    commerce: &Commerce,
    shopper: &Shopper,
    cart: CartId,
) -> Result<(), CheckoutError> {
    let (handle, seen_by) = (commerce.clone(), shopper.clone());
    let found = commerce
        .store()
        .read(shopper.shop.id, move |tx| {
            visible(tx, &seen_by, cart)?;
            match orders::find_by_cart(tx, cart)? {
                Some(order) => Ok::<_, CheckoutError>(standing(&handle, tx, order)?),
                None => Ok(None),
            }
        })
        .await?;
    let under_way = |standing: &Standing| is_under_way(commerce, &shopper.shop, cart, &standing.payment);
    if let Some(standing) = found.filter(|standing| !under_way(standing)) {
        look(commerce, shopper.shop.id, &standing).await?;
    }
    Ok(())
}

/// Gives a cart back to its shopper whose payment was begun and left.
pub(crate) async fn let_go_of_cart(commerce: &Commerce, shop: &Shop, cart: CartId) -> Result<(), StoreError> {
    let handle = commerce.clone();
    let found = commerce
        .store()
        .read(shop.id, move |tx| match orders::find_by_cart(tx, cart)? {
            Some(order) => standing(&handle, tx, order),
            None => Ok(None),
        })
        .await?;
    match found {
        Some(standing) => let_go(commerce, shop.id, &standing).await.map(drop),
        None => Ok(()),
    }
}

/// Looks after an order that waits for its payment; gives the time of the next look, if there is to be one.
pub(crate) async fn settle_order(
    commerce: &Commerce,
    tenant: TenantId,
    order: OrderId,
) -> Result<Option<Timestamp>, StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    let found = commerce
        .store()
        .read(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let Some(order) = orders::find(tx, order)? else { return Ok(None) };
            let standing = standing(&handle, tx, order.clone())?;
            Ok::<_, StoreError>(Some((shop, order, standing)))
        })
        .await?;
    let Some((shop, order, standing)) = found else { return Ok(None) };
    super::numbering::number(commerce, tenant, order.order_id).await?;
    let Some(standing) = standing else {
        if order.holds && order.paid_at.is_none() {
            // Nothing is to be paid: the server died between the order and its completion.
            super::settle::record_free(commerce, tenant, order.order_id).await?;
        }
        return Ok(None);
    };
    if let Some(cart) = cart_of(&standing.order)?
        && is_under_way(commerce, &shop, cart, &standing.payment)
    {
        return Ok(Some(shop.now.plus(LOOK_EVERY)));
    }
    let is_over = standing.order.reserved_until.is_none_or(|until| until <= shop.now);
    let settled = if is_over && standing.payment.status == pay::REQUIRES_ACTION {
        let_go(commerce, tenant, &standing).await?
    } else {
        look(commerce, tenant, &standing).await?
    };
    Ok(matches!(settled, Settled::Open).then(|| shop.now.plus(LOOK_EVERY)))
}
