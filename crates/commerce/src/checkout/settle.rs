//! The third step: what became of the money is recorded. Rule: the client's call, the provider's webhook and the sweeping job
//! all come here; whoever comes first completes the order, and all others find it done.

use domain::ids::{CustomerId, OrderId, PaymentId, PaymentMethodId, SubscriptionId, TenantId};
use domain::orders::{OrderStatus, PaymentStatus};
use domain::selling::RewardReason;
use domain::webhooks::EventKind;
use gateways::payments::{Decline, DeclineKind, KeptMethod, Payment, PaymentStatus as ProviderStatus};
use store::carts::{self, CartRow};
use store::orders::payments::{self, PaymentRow};
use store::orders::{self, OrderRow};
use store::payment_methods::{self, PaymentMethodRow};
use store::selling::{reward_entries, reward_programmes};
use store::{StoreError, Tx, payment_providers};

use super::{hold, pay};
use crate::orders::{self as order_area, OrderDetails};
use crate::selling::programme_of;
use crate::subscriptions::{self, Heard};
use crate::webhooks;
use crate::{Commerce, Shop};

/// What was heard of a payment.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// How it stands.
    Known(Payment),
    /// The provider did not act, and will not.
    NotDone,
    /// The provider has never heard of it.
    NeverHeard,
    /// Nothing: it has to be looked up again.
    Unknown,
}

/// Where the payment stands now.
#[derive(Clone, Debug)]
pub(crate) enum Settled {
    /// The order is paid.
    Paid,
    /// It is not decided yet.
    Open,
    /// It was refused.
    Declined(Decline),
    /// It came to nothing.
    Ended,
}

/// Records what was heard of a payment. An event of the provider's counts once.
pub(crate) async fn record(
    commerce: &Commerce,
    tenant: TenantId,
    payment: PaymentId,
    news: News,
    event: Option<(String, String)>,
) -> Result<Settled, StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    let settled = commerce
        .store()
        .write(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let is_heard_first = match &event {
                Some((provider, id)) => payment_providers::note_event(tx, provider, id, shop.now)?,
                None => true,
            };
            let Some(row) = payments::find(tx, payment)? else { return Ok(Settled::Ended) };
            let order = orders::find(tx, row.order_id)?
                .ok_or_else(|| StoreError::Broken(format!("payment {payment} is for no order")))?;
            if !is_heard_first {
                return Ok(standing(&row));
            }
            Recording { commerce: &handle, shop, order, is_told_later: event.is_some() }.hear(tx, row, &news)
        })
        .await?;
    commerce.wake_jobs();
    Ok(settled)
}

/// Completes an order for which nothing is to be paid.
pub(super) async fn record_free(
    commerce: &Commerce,
    tenant: TenantId,
    order: OrderId,
) -> Result<(), StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    commerce
        .store()
        .write(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let order = orders::find(tx, order)?
                .ok_or_else(|| StoreError::Broken(format!("order {order} is gone")))?;
            complete_free(&handle, tx, &shop, order)
        })
        .await
}

/// As [`record_free`], within the caller's transaction.
pub(crate) fn complete_free(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: OrderRow,
) -> Result<(), StoreError> {
    if order.paid_at.is_some() || !order.holds {
        return Ok(());
    }
    Recording { commerce, shop: shop.clone(), order, is_told_later: false }.complete(tx, None)
}

fn standing(row: &PaymentRow) -> Settled {
    match row.status.as_str() {
        pay::SUCCEEDED => Settled::Paid,
        status if pay::is_open(status) => Settled::Open,
        pay::DECLINED => Settled::Declined(Decline {
            kind: DeclineKind::Retry,
            code: row.decline_code.clone().unwrap_or_default(),
            message: row.decline_message.clone().unwrap_or_default(),
        }),
        _ => Settled::Ended,
    }
}

/// One piece of news on its way into the books.
struct Recording<'a> {
    commerce: &'a Commerce,
    shop: Shop,
    order: OrderRow,
    /// The shopper is not there to see it.
    is_told_later: bool,
}

impl Recording<'_> {
    fn hear(&mut self, tx: &mut Tx<'_>, mut row: PaymentRow, news: &News) -> Result<Settled, StoreError> {
        let was_open = pay::is_open(&row.status);
        let waited = row.status != pay::PENDING;
        row.updated_at = self.shop.now;
        match news {
            News::Known(payment) => {
                row.provider_ref = Some(payment.reference.clone());
                match &payment.status {
                    ProviderStatus::Succeeded | ProviderStatus::Authorised => self.succeed(tx, row, payment),
                    ProviderStatus::RequiresAction { client_secret, redirect_url } if was_open => {
                        let action = pay::Action {
                            client_secret: client_secret.clone(),
                            redirect_url: redirect_url.clone(),
                        };
                        row.action = Some(action.seal(self.commerce, row.payment_id));
                        self.wait(tx, row, pay::REQUIRES_ACTION)
                    }
                    ProviderStatus::Processing if was_open => self.wait(tx, row, pay::PROCESSING),
                    ProviderStatus::Declined(decline) if was_open => {
                        self.decline(tx, row, decline, waited || self.is_told_later)
                    }
                    ProviderStatus::Cancelled if was_open => self.end(tx, row),
                    _ => Ok(standing(&row)),
                }
            }
            News::NotDone | News::NeverHeard if was_open => self.end(tx, row),
            News::Unknown if was_open => self.wait(tx, row, pay::UNKNOWN),
            _ => Ok(standing(&row)),
        }
    }

    fn wait(&mut self, tx: &mut Tx<'_>, mut row: PaymentRow, status: &str) -> Result<Settled, StoreError> {
        if row.status != status || self.order.reserved_until.is_none() {
            status.clone_into(&mut row.status);
            // While a payment runs, what is held is held a while longer.
            self.order.reserved_until = Some(self.shop.now.plus(self.shop.settings.checkout.reservation()));
            orders::update(tx, self.order.clone())?;
        }
        payments::update(tx, row)?;
        let heard = if status == pay::UNKNOWN { Heard::Unknown } else { Heard::UnderWay };
        subscriptions::hear(self.commerce, tx, &self.shop, &self.order, heard)?;
        Ok(Settled::Open)
    }

    fn decline(
        &mut self,
        tx: &mut Tx<'_>,
        mut row: PaymentRow,
        decline: &Decline,
        tell: bool,
    ) -> Result<Settled, StoreError> {
        pay::DECLINED.clone_into(&mut row.status);
        row.action = None;
        row.decline_code = Some(decline.code.clone());
        row.decline_message = Some(decline.message.clone());
        payments::update(tx, row)?;
        PaymentStatus::Failed.as_str().clone_into(&mut self.order.payment_status);
        if subscriptions::hear(self.commerce, tx, &self.shop, &self.order, Heard::Declined(decline))? {
            return self.refuse_renewal(tx, decline);
        }
        self.reopen(tx)?;
        order_area::note(
            self.commerce,
            tx,
            &self.shop,
            &self.order,
            "payment_failed",
            "shop",
            &decline.code,
        )?;
        let data = order_area::event_data(&self.order);
        webhooks::emit(self.commerce, tx, self.shop.now, EventKind::OrderPaymentFailed, data)?;
        if tell {
            order_area::mails::payment_failed(self.commerce, tx, &self.shop, &self.order)?;
        }
        Ok(Settled::Declined(decline.clone()))
    }

    /// What a renewal holds is held until dunning has come to its end.
    fn refuse_renewal(&mut self, tx: &mut Tx<'_>, decline: &Decline) -> Result<Settled, StoreError> {
        self.order.updated_at = self.shop.now;
        self.order.version += 1;
        orders::update(tx, self.order.clone())?;
        let code = &decline.code;
        order_area::note(self.commerce, tx, &self.shop, &self.order, "payment_failed", "shop", code)?;
        Ok(Settled::Declined(decline.clone()))
    }

    fn end(&mut self, tx: &mut Tx<'_>, mut row: PaymentRow) -> Result<Settled, StoreError> {
        pay::CANCELLED.clone_into(&mut row.status);
        row.action = None;
        payments::update(tx, row)?;
        if !subscriptions::hear(self.commerce, tx, &self.shop, &self.order, Heard::Ended)? {
            self.reopen(tx)?;
        }
        Ok(Settled::Ended)
    }

    /// Gives back what is held, and the cart to its shopper.
    fn reopen(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        self.order.updated_at = self.shop.now;
        self.order.version += 1;
        hold::release(self.commerce, tx, &self.shop, &mut self.order)?;
        orders::update(tx, self.order.clone())?;
        subscriptions::forget(tx, self.order.order_id)?;
        let Some(cart) = self.cart(tx)? else { return Ok(()) };
        if cart.status != carts::COMPLETING {
            return Ok(());
        }
        let owner = crate::carts::owner(&cart)?;
        // A customer who has begun another cart meanwhile keeps that one.
        let has_other = match owner {
            Some(owner) => carts::find_open(tx, owner)?.is_some(),
            None => false,
        };
        let status = if has_other { carts::EXPIRED } else { carts::OPEN };
        let version = cart.version + 1;
        carts::update(tx, CartRow { status: status.to_owned(), claimed_at: None, version, ..cart })
    }

    fn cart(&self, tx: &mut Tx<'_>) -> Result<Option<CartRow>, StoreError> {
        let Some(id) = self.order.cart_id.clone() else { return Ok(None) };
        let id = domain::ids::CartId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()))?;
        carts::find(tx, id)
    }

    fn succeed(
        &mut self,
        tx: &mut Tx<'_>,
        mut row: PaymentRow,
        payment: &Payment,
    ) -> Result<Settled, StoreError> {
        if row.status == pay::SUCCEEDED {
            return Ok(Settled::Paid);
        }
        pay::SUCCEEDED.clone_into(&mut row.status);
        row.action = None;
        row.decline_code = None;
        row.decline_message = None;
        row.method = pay::method_text(payment);
        payments::update(tx, row.clone())?;
        if self.order.paid_at.is_some() || !self.order.holds {
            // It comes too late: the order was paid in another way, or what it was for has been given back.
            order_area::give_back_late(self.commerce, tx, &self.shop, &self.order, &row)?;
            return Ok(Settled::Ended);
        }
        self.complete(tx, payment.method.as_ref().map(|method| (row.provider.as_str(), method)))?;
        Ok(Settled::Paid)
    }

    /// The order is paid: everything that follows from that, in one transaction.
    fn complete(&mut self, tx: &mut Tx<'_>, method: Option<(&str, &KeptMethod)>) -> Result<(), StoreError> {
        let now = self.shop.now;
        OrderStatus::Processing.as_str().clone_into(&mut self.order.status);
        PaymentStatus::Paid.as_str().clone_into(&mut self.order.payment_status);
        self.order.paid_at = Some(now);
        self.order.holds = false;
        self.order.reserved_until = None;
        self.order.updated_at = now;
        self.order.version += 1;
        if let Some(cart) = self.cart(tx)? {
            let version = cart.version + 1;
            let status = carts::COMPLETED.to_owned();
            carts::update(tx, CartRow { status, version, updated_at: now, ..cart })?;
        }
        let customer = order_area::customer_of(&self.order)?;
        let card = match (customer, method) {
            (Some(customer), Some((provider, method))) => {
                keep_card(self.commerce, tx, &self.shop, customer, provider, method)?
            }
            _ => None,
        };
        self.earn_points(tx, customer)?;
        let is_renewal = subscriptions::hear(self.commerce, tx, &self.shop, &self.order, Heard::Paid(card))?;
        if !is_renewal {
            let first = subscriptions::begin(self.commerce, tx, &self.shop, &self.order, card)?;
            self.order.subscription_id = first.map(SubscriptionId::to_bytes);
        }
        orders::update(tx, self.order.clone())?;
        order_area::note(self.commerce, tx, &self.shop, &self.order, "paid", "shop", "")?;
        let data = order_area::event_data(&self.order);
        webhooks::emit(self.commerce, tx, now, EventKind::OrderCreated, data.clone())?;
        webhooks::emit(self.commerce, tx, now, EventKind::OrderPaid, data)?;
        // The mail of a renewal tells of its order.
        if is_renewal {
            Ok(())
        } else {
            order_area::mails::received(self.commerce, tx, &self.shop, &self.order)
        }
    }

    /// Points for what was paid for the goods.
    fn earn_points(&mut self, tx: &mut Tx<'_>, customer: Option<CustomerId>) -> Result<(), StoreError> {
        let Some(customer) = customer else { return Ok(()) };
        let Some(row) = reward_programmes::find(tx)? else { return Ok(()) };
        let programme = programme_of(row)?;
        let lifetime = reward_entries::lifetime(tx, customer)?;
        let goods = self.order.total - self.order.shipping_total;
        let points = programme.points_for(goods, self.shop.settings.currency.minor_digits(), lifetime);
        if points > 0 {
            let order = self.order.order_id;
            hold::move_points(self.commerce, tx, &self.shop, order, customer, points, RewardReason::Earned)?;
            let mut details = OrderDetails::read(&self.order)?;
            details.points_earned = points;
            self.order.details = details.to_stored()?;
        }
        Ok(())
    }
}

/// Keeps a card by the provider's names for it.
pub(crate) fn keep_card(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
    provider: &str,
    method: &KeptMethod,
) -> Result<Option<PaymentMethodId>, StoreError> {
    // A card that was used once and is not kept has no customer at the provider.
    if method.customer.is_empty() {
        return Ok(None);
    }
    if let Some(known) = payment_methods::find_by_name(tx, provider, &method.reference)? {
        return Ok(Some(known.method_id));
    }
    let is_first = payment_methods::of(tx, customer, 1)?.is_empty();
    let id = PaymentMethodId::new(commerce.chance().uuid(shop.now));
    let row = PaymentMethodRow {
        method_id: id,
        customer_id: customer,
        provider: provider.to_owned(),
        provider_customer: method.customer.clone(),
        provider_method: method.reference.clone(),
        brand: method.brand.clone(),
        last4: method.last4.clone(),
        expiry_month: method.expiry_month,
        expiry_year: method.expiry_year,
        is_default: is_first,
        created_at: shop.now,
    };
    payment_methods::insert(tx, row)?;
    Ok(Some(id))
}
