//! A subscription as its customer sees it (contract, sections 2 and 4).

use domain::accounts::Address;
use domain::ids::{OrderId, PaymentId, PaymentMethodId, ProductId, RenewalId, SubscriptionId};
use domain::money::Money;
use domain::subscriptions::RenewalStatus;
use domain::time::Timestamp;
use serde::Serialize;
use store::catalog::products;
use store::orders::payments;
use store::payment_methods::PaymentMethodRow;
use store::subscriptions::SubscriptionRow;
use store::subscriptions::events::{self, SubscriptionEventRow};
use store::subscriptions::renewals::{self, RenewalRow};
use store::{StoreError, Tx};

use super::beginning::package_of;
use super::boxes::{NextBox, next_box};
use super::charging::method_of;
use super::details::SubscriptionDetails;
use super::schedule::editable_until;
use super::{SubscriptionError, renewal_status_of};
use crate::checkout::{PaymentState, payment_state};
use crate::{Commerce, Shop};

const MOST_EVENTS: i64 = 50;

/// A subscription in its customer's list (published).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct SubscriptionSummary {
    pub id: SubscriptionId,
    pub subscription_type: String,
    pub name: String,
    pub product_id: ProductId,
    pub price: Money,
    pub status: String,
    pub start_date: Timestamp,
    pub end_date: Option<Timestamp>,
    pub renewal_date: Option<Timestamp>,
    pub billing_interval: i64,
}

impl SubscriptionSummary {
    pub(super) fn read(tx: &mut Tx<'_>, shop: &Shop, row: &SubscriptionRow) -> Result<Self, StoreError> {
        let name = products::find(tx, row.package_id)?.map(|product| product.name).unwrap_or_default();
        let package = package_of(tx, row)?;
        Ok(Self {
            id: row.subscription_id,
            subscription_type: package
                .map(|package| package.subscription_type.as_str().to_owned())
                .unwrap_or_default(),
            name,
            product_id: row.package_id,
            price: Money::new(row.price.saturating_mul(row.quantity), shop.settings.currency),
            status: row.status.clone(),
            start_date: row.started_at.unwrap_or(row.created_at),
            end_date: row.ended_at.or(row.cancels_at).or(row.ends_at),
            renewal_date: row.next_at,
            billing_interval: row.frequency,
        })
    }
}

/// A subscription with all that its customer may see.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct SubscriptionView {
    pub summary: SubscriptionSummary,
    pub quantity: i64,
    pub items: Vec<BoxLine>,
    pub next_renewal: Option<NextRenewal>,
    pub shipping_address: Option<Address>,
    pub payment_method: Option<MethodView>,
    pub paused_until: Option<Timestamp>,
    pub cancels_at: Option<Timestamp>,
    pub cancel_reason: Option<String>,
    pub prepaid_boxes_left: i64,
    pub next_price: Option<(Money, Timestamp)>,
    pub gift: Option<GiftView>,
    /// The renewal that is not paid yet, with its payment where its customer has to finish it.
    pub open_renewal: Option<RenewalView>,
    pub payment: Option<PaymentState>,
    pub events: Vec<EventView>,
    pub version: i64,
}

/// So many of a product in each box.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct BoxLine {
    pub product_id: ProductId,
    pub name: String,
    pub quantity: i64,
}

/// The renewal that is coming.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct NextRenewal {
    pub date: Timestamp,
    pub total: Money,
    pub editable_until: Timestamp,
}

/// A card as a receipt shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MethodView {
    pub id: PaymentMethodId,
    pub brand: String,
    pub last4: String,
    pub expiry_month: i64,
    pub expiry_year: i64,
}

impl From<PaymentMethodRow> for MethodView {
    fn from(row: PaymentMethodRow) -> Self {
        Self {
            id: row.method_id,
            brand: row.brand,
            last4: row.last4,
            expiry_month: row.expiry_month,
            expiry_year: row.expiry_year,
        }
    }
}

/// For whom a subscription is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct GiftView {
    pub recipient_name: String,
    pub redeemed_at: Option<Timestamp>,
}

/// Something that happened to a subscription.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct EventView {
    pub kind: String,
    pub actor: String,
    pub data: serde_json::Value,
    pub created_at: Timestamp,
}

impl From<SubscriptionEventRow> for EventView {
    fn from(row: SubscriptionEventRow) -> Self {
        let data = serde_json::from_str(&row.data).unwrap_or_default();
        Self { kind: row.kind, actor: row.actor, data, created_at: row.created_at }
    }
}

/// A renewal.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RenewalView {
    pub id: RenewalId,
    pub cycle: i64,
    pub status: RenewalStatus,
    pub due_at: Timestamp,
    pub amount: Money,
    pub order_id: Option<OrderId>,
    pub attempts: i64,
    pub failure_code: Option<String>,
    pub failure_message: Option<String>,
    pub next_try_at: Option<Timestamp>,
    pub gives_up_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
}

impl RenewalView {
    pub(super) fn of(shop: &Shop, row: &RenewalRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.renewal_id,
            cycle: row.cycle,
            status: renewal_status_of(row)?,
            due_at: row.due_at,
            amount: Money::new(row.amount, shop.settings.currency),
            order_id: row.order_id.clone().and_then(|id| OrderId::try_from(id).ok()),
            attempts: row.attempts,
            failure_code: row.failure_code.clone(),
            failure_message: row.failure_message.clone(),
            next_try_at: row.next_try_at,
            gives_up_at: row.gives_up_at,
            paid_at: row.paid_at,
        })
    }
}

impl SubscriptionView {
    pub(super) fn read(
        commerce: &Commerce,
        tx: &mut Tx<'_>,
        shop: &Shop,
        row: &SubscriptionRow,
    ) -> Result<Self, SubscriptionError> {
        let details = SubscriptionDetails::read(row)?;
        let due_at = row.next_at.unwrap_or(shop.now);
        let coming = next_box(commerce, tx, shop, row, due_at)?;
        let open = renewals::open_of(tx, row.subscription_id)?;
        let payment = match open.as_ref().and_then(|open| open.payment_id.clone()) {
            Some(id) => {
                let id = PaymentId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()))?;
                payments::find(tx, id)?.map(|payment| payment_state(commerce, Some(&payment)))
            }
            None => None,
        };
        let next_price = row.next_price.zip(row.next_price_at);
        Ok(Self {
            summary: SubscriptionSummary::read(tx, shop, row)?,
            quantity: row.quantity,
            items: box_lines(&coming),
            next_renewal: row.next_at.map(|date| next_renewal(shop, date, &coming)),
            shipping_address: details.shipping_address.clone().and_then(|form| form.parse().ok()),
            payment_method: method_of(tx, row)?.map(MethodView::from),
            paused_until: row.paused_until,
            cancels_at: row.cancels_at,
            cancel_reason: row.cancel_reason.clone(),
            prepaid_boxes_left: row.prepaid_left,
            next_price: next_price.map(|(price, at)| (Money::new(price, shop.settings.currency), at)),
            gift: details.gift.map(|gift| GiftView {
                redeemed_at: gift.redeemed_at(),
                recipient_name: gift.gift.recipient_name,
            }),
            open_renewal: open.map(|open| RenewalView::of(shop, &open)).transpose()?,
            payment: payment.filter(|payment| payment.status == "requires_action"),
            events: events::latest(tx, row.subscription_id, MOST_EVENTS)?
                .into_iter()
                .map(Into::into)
                .collect(),
            version: row.version,
        })
    }
}

fn next_renewal(shop: &Shop, date: Timestamp, coming: &NextBox) -> NextRenewal {
    NextRenewal {
        date,
        total: Money::new(coming.priced().to_pay(), shop.settings.currency),
        editable_until: editable_until(shop, date),
    }
}

pub(super) fn box_lines(coming: &NextBox) -> Vec<BoxLine> {
    let name = |product| coming.loaded.goods.get(product).map(|good| good.row.name.clone());
    let line = |pick: domain::carts::Pick| BoxLine {
        product_id: ProductId::new(pick.product),
        name: name(pick.product).unwrap_or_default(),
        quantity: pick.quantity,
    };
    coming.picks().into_iter().map(line).collect()
}

/// What the next renewal will charge and send.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Preview {
    pub renewal: NextRenewal,
    pub billing_interval: i64,
    pub items: Vec<BoxLine>,
    /// What is sold out, with what takes its place.
    pub replaced: Vec<(String, Option<String>)>,
    pub is_prepaid: bool,
    pub subtotal: Money,
    pub discount_total: Money,
    pub shipping_total: Money,
    pub tax_total: Money,
    pub total: Money,
    pub tax_included: bool,
    pub shipping_method: Option<String>,
    pub shipping_address: Option<Address>,
    pub payment_method: Option<MethodView>,
}

impl Preview {
    pub(super) fn read(
        commerce: &Commerce,
        tx: &mut Tx<'_>,
        shop: &Shop,
        row: &SubscriptionRow,
        date: Timestamp,
    ) -> Result<Self, StoreError> {
        let coming = next_box(commerce, tx, shop, row, date)?;
        let priced = coming.priced();
        let money = |minor: i64| Money::new(minor, shop.settings.currency);
        Ok(Self {
            renewal: next_renewal(shop, date, &coming),
            billing_interval: row.frequency,
            items: box_lines(&coming),
            is_prepaid: coming.is_prepaid,
            subtotal: money(priced.subtotal),
            discount_total: money(priced.discount_total),
            shipping_total: money(priced.shipping_total),
            tax_total: money(priced.tax_total),
            total: money(priced.total),
            tax_included: shop.settings.checkout.tax_included,
            shipping_method: coming.loaded.method.as_ref().map(|(method, _)| method.name.clone()),
            shipping_address: coming.loaded.shipping_address.clone(),
            payment_method: method_of(tx, row)?.map(MethodView::from),
            replaced: coming.gone,
        })
    }
}
