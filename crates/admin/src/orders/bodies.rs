//! The shape of an order for staff.

use commerce::orders::{NoteEntry, OrderEntry, OrderLine, PaymentEntry, RefundEntry, Tracking};
use domain::accounts::{Address, AddressForm};
use domain::money::Money;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{MoneyBody, money};

/// An order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000004",
    "ref": "1010744",
    "status": "processing",
    "paymentStatus": "paid",
    "email": "ann@example.com",
    "total": {"value": 9698, "currency": "GBP"},
}))]
pub(crate) struct OrderBody {
    #[schema(format = Uuid)]
    id: String,
    /// Seven digits that count up.
    r#ref: String,
    status: String,
    payment_status: String,
    #[schema(required, format = Email)]
    email: Option<String>,
    #[schema(required)]
    name: Option<String>,
    #[schema(required)]
    phone: Option<String>,
    /// Null for a guest.
    #[schema(required, format = Uuid)]
    customer_id: Option<String>,
    items: Vec<OrderItemBody>,
    discounts: Vec<OrderDiscount>,
    subtotal: MoneyBody,
    discount_total: MoneyBody,
    shipping_total: MoneyBody,
    tax_total: MoneyBody,
    gift_card_total: MoneyBody,
    total: MoneyBody,
    refunded_total: MoneyBody,
    tax_included: bool,
    #[schema(required)]
    shipping_address: Option<OrderAddress>,
    #[schema(required)]
    billing_address: Option<OrderAddress>,
    #[schema(required)]
    shipping_method: Option<String>,
    tracking: Vec<TrackingBody>,
    #[schema(required)]
    gift_message: Option<String>,
    /// What the customer wrote to the shop.
    #[schema(required)]
    note: Option<String>,
    payments: Vec<PaymentBody>,
    refunds: Vec<RefundBody>,
    /// What happened, and what staff wrote, oldest first.
    events: Vec<OrderEvent>,
    /// Counts the changes.
    version: i64,
    #[schema(required, format = DateTime)]
    paid_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A line.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderItemBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = Uuid)]
    product_id: String,
    name: String,
    #[schema(required)]
    sku: Option<String>,
    quantity: i64,
    /// How many of them are on their way.
    fulfilled: i64,
    unit_price: MoneyBody,
    /// Before discounts.
    total: MoneyBody,
    /// What was chosen: `Magnum`.
    options: Vec<String>,
}

/// A discount that was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrderDiscount {
    #[schema(required)]
    code: Option<String>,
    name: String,
    amount: MoneyBody,
}

/// A parcel.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrackingBody {
    #[schema(required)]
    carrier: Option<String>,
    #[schema(required)]
    number: Option<String>,
    #[schema(required)]
    url: Option<String>,
    #[schema(format = DateTime)]
    shipped_at: String,
}

/// A try to pay.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentBody {
    /// The idempotency key at the provider.
    #[schema(format = Uuid)]
    id: String,
    provider: String,
    /// The provider's name for it.
    #[schema(required)]
    reference: Option<String>,
    amount: MoneyBody,
    status: &'static str,
    #[schema(required)]
    decline_code: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Money given back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefundBody {
    #[schema(format = Uuid)]
    id: String,
    amount: MoneyBody,
    /// `pending`, `succeeded` or `failed`.
    status: String,
    #[schema(required)]
    reason: Option<String>,
    /// `card` or `gift_card`.
    to: &'static str,
    actor: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderEvent {
    kind: String,
    actor: String,
    text: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Where something goes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderAddress {
    #[schema(required)]
    first_name: Option<String>,
    #[schema(required)]
    last_name: Option<String>,
    #[schema(required)]
    company: Option<String>,
    line1: String,
    #[schema(required)]
    line2: Option<String>,
    city: String,
    #[schema(required)]
    county: Option<String>,
    postcode: String,
    country: String,
    #[schema(required)]
    phone: Option<String>,
}

impl From<Address> for OrderAddress {
    fn from(address: Address) -> Self {
        let AddressForm {
            first_name,
            last_name,
            company,
            line1,
            line2,
            city,
            county,
            postcode,
            country,
            phone,
        } = address.to_form();
        Self {
            first_name,
            last_name,
            company,
            line1: line1.unwrap_or_default(),
            line2,
            city: city.unwrap_or_default(),
            county,
            postcode: postcode.unwrap_or_default(),
            country: country.unwrap_or_default(),
            phone,
        }
    }
}

impl From<OrderEntry> for OrderBody {
    fn from(entry: OrderEntry) -> Self {
        let order = entry.order;
        let line = |line: OrderLine| OrderItemBody {
            id: line.id.to_string(),
            product_id: line.product_id.to_string(),
            name: line.name,
            sku: line.sku,
            quantity: line.quantity,
            fulfilled: line.fulfilled,
            unit_price: money(line.unit_price),
            total: money(line.total),
            options: line.options.into_iter().map(|option| option.label).collect(),
        };
        let parcel = |parcel: Tracking| TrackingBody {
            carrier: parcel.carrier,
            number: parcel.number,
            url: parcel.url,
            shipped_at: parcel.shipped_at.to_string(),
        };
        let payment = |payment: PaymentEntry| PaymentBody {
            id: payment.id.to_string(),
            provider: payment.provider,
            reference: payment.reference,
            amount: money(payment.amount),
            status: payment.status,
            decline_code: payment.decline_code,
            created_at: payment.created_at.to_string(),
        };
        let refund = |refund: RefundEntry| RefundBody {
            id: refund.id.to_string(),
            amount: money(refund.amount),
            status: refund.status,
            reason: refund.reason,
            to: if refund.is_to_card { "card" } else { "gift_card" },
            actor: refund.actor,
            created_at: refund.created_at.to_string(),
        };
        let event = |event: NoteEntry| OrderEvent {
            kind: event.kind,
            actor: event.actor,
            text: event.text,
            created_at: event.created_at.to_string(),
        };
        let discount = |(code, name, amount): (Option<String>, String, Money)| OrderDiscount {
            code,
            name,
            amount: money(amount),
        };
        Self {
            id: order.id.to_string(),
            r#ref: order.reference,
            status: order.status,
            payment_status: order.payment_status,
            email: entry.email,
            name: entry.name,
            phone: entry.phone,
            customer_id: entry.customer_id.map(|id| id.to_string()),
            items: order.items.into_iter().map(line).collect(),
            discounts: entry.discounts.into_iter().map(discount).collect(),
            subtotal: money(order.subtotal),
            discount_total: money(order.discount_total),
            shipping_total: money(order.shipping_total),
            tax_total: money(order.tax_total),
            gift_card_total: money(order.gift_card_total),
            total: money(order.total),
            refunded_total: money(order.refunded_total),
            tax_included: order.tax_included,
            shipping_address: order.shipping_address.map(Into::into),
            billing_address: order.billing_address.map(Into::into),
            shipping_method: order.shipping_method,
            tracking: order.tracking.into_iter().map(parcel).collect(),
            gift_message: order.gift_message,
            note: entry.note,
            payments: entry.payments.into_iter().map(payment).collect(),
            refunds: entry.refunds.into_iter().map(refund).collect(),
            events: entry.events.into_iter().map(event).collect(),
            version: entry.version,
            paid_at: entry.paid_at.map(|at| at.to_string()),
            created_at: order.created_at.to_string(),
            updated_at: entry.updated_at.to_string(),
        }
    }
}
