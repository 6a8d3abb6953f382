//! The shapes of a subscription and of its boxes for staff.

use commerce::subscriptions::{
    BoxLine, EventView, GiftView, MethodView, NextRenewal, Preview, SubscriptionEntry, SubscriptionView,
};
use domain::money::Money;
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::renewals::RenewalBody;
use crate::bodies::{MoneyBody, money};
use crate::orders::bodies::OrderAddress;

/// A subscription in the list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000040",
    "customerId": "01926a3c-0000-7000-8000-000000000001",
    "customerName": "Ann Smith",
    "email": "ann@example.com",
    "packageId": "01926a3c-0000-7000-8000-000000000011",
    "packageName": "Winemaker's choice",
    "subscriptionType": "variable",
    "status": "active",
    "price": {"value": 4500, "currency": "GBP"},
    "quantity": 1,
    "billingInterval": 1,
    "startDate": "2024-10-07T12:12:58.000000Z",
    "endDate": null,
    "renewalDate": "2024-11-07T12:12:58.000000Z",
    "version": 1,
}))]
pub(crate) struct SubscriptionEntryBody {
    #[schema(format = Uuid)]
    id: String,
    /// Who pays for it.
    #[schema(format = Uuid)]
    customer_id: String,
    customer_name: String,
    #[schema(required, format = Email)]
    email: Option<String>,
    /// The product that it is a subscription to.
    #[schema(format = Uuid)]
    package_id: String,
    package_name: String,
    /// `picknmix` or `variable`; blank where the package is gone.
    subscription_type: String,
    #[schema(value_type = SubscriptionStatusWord)]
    status: String,
    /// What a renewal costs, without shipping.
    price: MoneyBody,
    /// How many boxes come each time.
    quantity: i64,
    /// Months between two renewals.
    billing_interval: i64,
    #[schema(format = DateTime)]
    start_date: String,
    /// When it ended or will.
    #[schema(required, format = DateTime)]
    end_date: Option<String>,
    /// When it renews next; null where it does not.
    #[schema(required, format = DateTime)]
    renewal_date: Option<String>,
    /// Counts the changes.
    version: i64,
}

/// Where a subscription stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the words of `SubscriptionStatus`")]
pub(crate) enum SubscriptionStatusWord {
    /// Its first payment is not settled.
    Pending,
    /// It runs.
    Active,
    /// A renewal was refused and is not paid yet.
    PastDue,
    /// It rests.
    Paused,
    /// It was given up.
    Cancelled,
    /// Its term is over.
    Expired,
}

/// A time that there need not be.
pub(super) fn text(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

impl From<SubscriptionEntry> for SubscriptionEntryBody {
    fn from(entry: SubscriptionEntry) -> Self {
        let SubscriptionEntry { summary, customer_id, customer_name, email, quantity, version } = entry;
        Self {
            id: summary.id.to_string(),
            customer_id: customer_id.to_string(),
            customer_name,
            email,
            package_id: summary.product_id.to_string(),
            package_name: summary.name,
            subscription_type: summary.subscription_type,
            status: summary.status,
            price: money(summary.price),
            quantity,
            billing_interval: summary.billing_interval,
            start_date: summary.start_date.to_string(),
            end_date: text(summary.end_date),
            renewal_date: text(summary.renewal_date),
            version,
        }
    }
}

/// A subscription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000040",
    "customerId": "01926a3c-0000-7000-8000-000000000001",
    "customerName": "Ann Smith",
    "email": "ann@example.com",
    "packageId": "01926a3c-0000-7000-8000-000000000011",
    "packageName": "Winemaker's choice",
    "subscriptionType": "variable",
    "status": "active",
    "price": {"value": 4500, "currency": "GBP"},
    "quantity": 1,
    "billingInterval": 1,
    "startDate": "2024-10-07T12:12:58.000000Z",
    "endDate": null,
    "renewalDate": "2024-11-07T12:12:58.000000Z",
    "items": [
        {"productId": "01926a3c-0000-7000-8000-000000000010", "name": "Estate Malbec", "quantity": 2},
    ],
    "nextRenewal": {
        "date": "2024-11-07T12:12:58.000000Z",
        "total": {"value": 5095, "currency": "GBP"},
        "editableUntil": "2024-11-04T12:12:58.000000Z",
    },
    "shippingAddress": {
        "firstName": "Ann", "lastName": "Smith", "company": null, "line1": "7 Harbour Row", "line2": null,
        "city": "Whitby", "county": null, "postcode": "YO21 3PU", "country": "GB", "phone": null,
    },
    "paymentMethod": {
        "id": "01926a3c-0000-7000-8000-000000000041",
        "brand": "visa", "last4": "4242", "expiryMonth": 12, "expiryYear": 2030,
    },
    "pausedUntil": null,
    "cancelsAt": null,
    "cancelReason": null,
    "prepaidBoxesLeft": 0,
    "nextPrice": null,
    "gift": null,
    "openRenewal": null,
    "events": [
        {"kind": "resumed", "actor": "Olive Oak", "data": {}, "createdAt": "2024-10-08T09:30:00.000000Z"},
    ],
    "version": 3,
}))]
pub(crate) struct SubscriptionBody {
    #[serde(flatten)]
    entry: SubscriptionEntryBody,
    /// What will be in the next box.
    items: Vec<BoxLineBody>,
    #[schema(required)]
    next_renewal: Option<NextRenewalBody>,
    #[schema(required)]
    shipping_address: Option<OrderAddress>,
    /// The card that renewals are charged to.
    #[schema(required)]
    payment_method: Option<MethodBody>,
    /// When a pause ends; null where somebody has to end it.
    #[schema(required, format = DateTime)]
    paused_until: Option<String>,
    /// When a cancellation counts.
    #[schema(required, format = DateTime)]
    cancels_at: Option<String>,
    #[schema(required)]
    cancel_reason: Option<String>,
    /// Boxes that are paid and still to be sent.
    prepaid_boxes_left: i64,
    /// A price that its customer was told of and that does not count yet.
    #[schema(required)]
    next_price: Option<NextPriceBody>,
    #[schema(required)]
    gift: Option<SubscriptionGiftBody>,
    /// The renewal that is not paid yet.
    #[schema(required)]
    open_renewal: Option<RenewalBody>,
    /// What happened, the latest first, fifty at the most.
    events: Vec<SubscriptionEventBody>,
}

/// So many of a product in each box.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BoxLineBody {
    #[schema(format = Uuid)]
    product_id: String,
    name: String,
    quantity: i64,
}

impl From<BoxLine> for BoxLineBody {
    fn from(line: BoxLine) -> Self {
        Self { product_id: line.product_id.to_string(), name: line.name, quantity: line.quantity }
    }
}

/// The renewal that is coming.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NextRenewalBody {
    #[schema(format = DateTime)]
    date: String,
    /// What will be charged.
    total: MoneyBody,
    /// Until when its box can be changed.
    #[schema(format = DateTime)]
    editable_until: String,
}

impl From<NextRenewal> for NextRenewalBody {
    fn from(next: NextRenewal) -> Self {
        Self {
            date: next.date.to_string(),
            total: money(next.total),
            editable_until: next.editable_until.to_string(),
        }
    }
}

/// A card, as a receipt shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MethodBody {
    #[schema(format = Uuid)]
    id: String,
    brand: String,
    last4: String,
    expiry_month: i64,
    expiry_year: i64,
}

impl From<MethodView> for MethodBody {
    fn from(method: MethodView) -> Self {
        Self {
            id: method.id.to_string(),
            brand: method.brand,
            last4: method.last4,
            expiry_month: method.expiry_month,
            expiry_year: method.expiry_year,
        }
    }
}

/// A price that is to come.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextPriceBody {
    /// Of one box.
    price: MoneyBody,
    /// The first instant at which it counts.
    #[schema(format = DateTime)]
    from: String,
}

impl From<(Money, Timestamp)> for NextPriceBody {
    fn from((price, from): (Money, Timestamp)) -> Self {
        Self { price: money(price), from: from.to_string() }
    }
}

/// For whom a subscription is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionGiftBody {
    recipient_name: String,
    /// When they took it into their account.
    #[schema(required, format = DateTime)]
    redeemed_at: Option<String>,
}

impl From<GiftView> for SubscriptionGiftBody {
    fn from(gift: GiftView) -> Self {
        Self { recipient_name: gift.recipient_name, redeemed_at: text(gift.redeemed_at) }
    }
}

/// Something that happened to a subscription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionEventBody {
    /// What it was, such as `paused`.
    kind: String,
    /// `customer`, `shop`, or the name of a member of staff or of an admin key.
    actor: String,
    /// What there is to say of it.
    #[schema(value_type = Object)]
    data: serde_json::Value,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<EventView> for SubscriptionEventBody {
    fn from(event: EventView) -> Self {
        Self {
            kind: event.kind,
            actor: event.actor,
            data: event.data,
            created_at: event.created_at.to_string(),
        }
    }
}

impl From<(SubscriptionEntry, SubscriptionView)> for SubscriptionBody {
    fn from((entry, view): (SubscriptionEntry, SubscriptionView)) -> Self {
        Self {
            entry: entry.into(),
            items: view.items.into_iter().map(Into::into).collect(),
            next_renewal: view.next_renewal.map(Into::into),
            shipping_address: view.shipping_address.map(Into::into),
            payment_method: view.payment_method.map(Into::into),
            paused_until: text(view.paused_until),
            cancels_at: text(view.cancels_at),
            cancel_reason: view.cancel_reason,
            prepaid_boxes_left: view.prepaid_boxes_left,
            next_price: view.next_price.map(Into::into),
            gift: view.gift.map(Into::into),
            open_renewal: view.open_renewal.map(Into::into),
            events: view.events.into_iter().map(Into::into).collect(),
        }
    }
}

/// What the next renewal will charge and send.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "renewal": {
        "date": "2024-11-07T12:12:58.000000Z",
        "total": {"value": 5095, "currency": "GBP"},
        "editableUntil": "2024-11-04T12:12:58.000000Z",
    },
    "billingInterval": 1,
    "items": [
        {"productId": "01926a3c-0000-7000-8000-000000000010", "name": "Estate Malbec", "quantity": 2},
    ],
    "replaced": [{"name": "Estate Syrah", "by": "Estate Malbec"}],
    "isPrepaid": false,
    "subtotal": {"value": 4500, "currency": "GBP"},
    "discountTotal": {"value": 0, "currency": "GBP"},
    "shippingTotal": {"value": 595, "currency": "GBP"},
    "taxTotal": {"value": 849, "currency": "GBP"},
    "total": {"value": 5095, "currency": "GBP"},
    "taxIncluded": true,
    "shippingMethod": "Courier",
    "shippingAddress": null,
    "paymentMethod": null,
}))]
pub(crate) struct RenewalPreviewBody {
    renewal: NextRenewalBody,
    /// Months between two renewals, as asked for or as they are.
    billing_interval: i64,
    items: Vec<BoxLineBody>,
    /// What is sold out.
    replaced: Vec<ReplacedBody>,
    /// Whether the box is paid already.
    is_prepaid: bool,
    subtotal: MoneyBody,
    discount_total: MoneyBody,
    shipping_total: MoneyBody,
    tax_total: MoneyBody,
    total: MoneyBody,
    tax_included: bool,
    #[schema(required)]
    shipping_method: Option<String>,
    #[schema(required)]
    shipping_address: Option<OrderAddress>,
    #[schema(required)]
    payment_method: Option<MethodBody>,
}

/// Something that is sold out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplacedBody {
    name: String,
    /// What takes its place; null where nothing does.
    #[schema(required)]
    by: Option<String>,
}

impl From<Preview> for RenewalPreviewBody {
    fn from(preview: Preview) -> Self {
        Self {
            renewal: preview.renewal.into(),
            billing_interval: preview.billing_interval,
            items: preview.items.into_iter().map(Into::into).collect(),
            replaced: preview.replaced.into_iter().map(|(name, by)| ReplacedBody { name, by }).collect(),
            is_prepaid: preview.is_prepaid,
            subtotal: money(preview.subtotal),
            discount_total: money(preview.discount_total),
            shipping_total: money(preview.shipping_total),
            tax_total: money(preview.tax_total),
            total: money(preview.total),
            tax_included: preview.tax_included,
            shipping_method: preview.shipping_method,
            shipping_address: preview.shipping_address.map(Into::into),
            payment_method: preview.payment_method.map(Into::into),
        }
    }
}
