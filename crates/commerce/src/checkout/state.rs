//! Where a checkout stands.

use domain::ids::{CartId, PaymentId};
use store::orders;
use store::orders::payments::{self, PaymentRow};
use store::{StoreError, Tx};

use super::{Checkout, CheckoutError, PaymentState, client_status, pay, sweep};
use crate::Commerce;
use crate::accounts::Shopper;
use crate::carts::visible;
use crate::orders::OrderView;

/// Where the checkout of a cart stands. A payment that is not decided is looked up first, so the client's return completes it.
pub async fn find(commerce: &Commerce, shopper: &Shopper, cart: CartId) -> Result<Checkout, CheckoutError> {
    sweep::settle_cart(commerce, shopper, cart).await?;
    let (handle, shopper) = (commerce.clone(), shopper.clone());
    commerce
        .store()
        .read(shopper.shop.id, move |tx| {
            let row = visible(tx, &shopper, cart)?;
            let order = orders::find_by_cart(tx, row.cart_id)?.ok_or(CheckoutError::NotFound)?;
            let payment = current_payment(tx, &order)?;
            let payment = payment_state(&handle, payment.as_ref());
            let order = OrderView::read(tx, &shopper.shop, order)?;
            Ok(Checkout { order, payment, is_new: false })
        })
        .await
}

/// The order's last payment.
pub(super) fn current_payment(
    tx: &mut Tx<'_>,
    order: &orders::OrderRow,
) -> Result<Option<PaymentRow>, StoreError> {
    Ok(payments::of(tx, order.order_id)?.pop())
}

/// Where a payment stands, for the shopper's client.
pub(crate) fn payment_state(commerce: &Commerce, payment: Option<&PaymentRow>) -> PaymentState {
    let Some(payment) = payment else {
        return PaymentState {
            status: "not_needed",
            provider: None,
            client_secret: None,
            redirect_url: None,
        };
    };
    let id: PaymentId = payment.payment_id;
    let action = payment.action.as_deref().and_then(|sealed| pay::Action::open(commerce, id, sealed));
    let (client_secret, redirect_url) =
        action.map_or((None, None), |action| (Some(action.client_secret), action.redirect_url));
    PaymentState {
        status: client_status(&payment.status),
        provider: Some(payment.provider.clone()),
        client_secret,
        redirect_url,
    }
}
