//! The shapes of a subscription and its renewals.

use commerce::subscriptions::{
    BoxLine, EventView, MethodView, NextRenewal, Preview, RenewalView, SubscriptionSummary, SubscriptionView,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::carts::{CartAddress, PaymentBody};
use crate::packages::MoneyBody;

/// A subscription in the customer's list (published).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000005",
    "subscriptionType": "picknmix",
    "name": "The Cellar Club",
    "productId": "01926a3c-0000-7000-8000-000000000006",
    "price": "£64.00",
    "status": "active",
    "startDate": "2024-10-07T12:12:58.000000Z",
    "endDate": null,
    "renewalDate": "2024-11-07T12:12:58.000000Z",
    "billingInterval": 1,
}))]
pub(crate) struct SummaryBody {
    #[schema(format = Uuid)]
    id: String,
    /// `picknmix` or `variable`.
    subscription_type: String,
    name: String,
    #[schema(format = Uuid)]
    product_id: String,
    /// Of one renewal, before shipping.
    price: String,
    /// `pending`, `active`, `past_due`, `paused`, `cancelled` or `expired`.
    status: String,
    #[schema(format = DateTime)]
    start_date: String,
    #[schema(required, format = DateTime)]
    end_date: Option<String>,
    #[schema(required, format = DateTime)]
    renewal_date: Option<String>,
    /// Months between two boxes.
    billing_interval: i64,
}

impl From<SubscriptionSummary> for SummaryBody {
    fn from(summary: SubscriptionSummary) -> Self {
        Self {
            id: summary.id.to_string(),
            subscription_type: summary.subscription_type,
            name: summary.name,
            product_id: summary.product_id.to_string(),
            price: summary.price.formatted(),
            status: summary.status,
            start_date: summary.start_date.to_string(),
            end_date: summary.end_date.map(|at| at.to_string()),
            renewal_date: summary.renewal_date.map(|at| at.to_string()),
            billing_interval: summary.billing_interval,
        }
    }
}

/// A subscription: the published keys first, then our own.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000005",
    "subscriptionType": "picknmix",
    "name": "The Cellar Club",
    "productId": "01926a3c-0000-7000-8000-000000000006",
    "price": "£64.00",
    "status": "active",
    "startDate": "2024-10-07T12:12:58.000000Z",
    "endDate": null,
    "renewalDate": "2024-11-07T12:12:58.000000Z",
    "billingInterval": 1,
    "quantity": 1,
    "items": [{"productId": "01926a3c-0000-7000-8000-000000000001", "name": "Estate Malbec 2022", "quantity": 6}],
    "nextRenewal": {
        "date": "2024-11-07T12:12:58.000000Z",
        "total": {"value": 6895, "formatted": "£68.95", "currency": "GBP"},
        "editableUntil": "2024-11-05T12:12:58.000000Z",
    },
    "shippingAddress": null,
    "paymentMethod": null,
    "pausedUntil": null,
    "cancelsAt": null,
    "cancelReason": null,
    "prepaidBoxesLeft": 0,
    "nextPrice": null,
    "gift": null,
    "openRenewal": null,
    "payment": null,
    "events": [{"kind": "begun", "actor": "shop", "data": {}, "createdAt": "2024-10-07T12:12:58.000000Z"}],
    "version": 2,
}))]
pub(crate) struct SubscriptionBody {
    #[serde(flatten)]
    summary: SummaryBody,
    /// How many boxes at a time.
    quantity: i64,
    /// What is in the next box, as it would be made now.
    items: Vec<BoxLineBody>,
    #[schema(required)]
    next_renewal: Option<NextRenewalBody>,
    #[schema(required)]
    shipping_address: Option<CartAddress>,
    #[schema(required)]
    payment_method: Option<MethodBody>,
    #[schema(required, format = DateTime)]
    paused_until: Option<String>,
    #[schema(required, format = DateTime)]
    cancels_at: Option<String>,
    #[schema(required)]
    cancel_reason: Option<String>,
    /// Boxes that are paid already.
    prepaid_boxes_left: i64,
    /// The price that takes the place of the present one.
    #[schema(required)]
    next_price: Option<NextPriceBody>,
    /// For whom it is, where it is a present.
    #[schema(required)]
    gift: Option<GiftBody>,
    /// The renewal that is not paid yet.
    #[schema(required)]
    open_renewal: Option<RenewalBody>,
    /// What the provider's client library needs, while the customer has to finish a payment.
    #[schema(required)]
    payment: Option<PaymentBody>,
    /// What happened, the latest first.
    events: Vec<EventBody>,
    /// Counts the changes; the `ETag`.
    version: i64,
}

/// So many of a product.
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
    /// What it would charge now.
    total: MoneyBody,
    /// Until when its box can be changed.
    #[schema(format = DateTime)]
    editable_until: String,
}

impl From<NextRenewal> for NextRenewalBody {
    fn from(next: NextRenewal) -> Self {
        Self {
            date: next.date.to_string(),
            total: next.total.into(),
            editable_until: next.editable_until.to_string(),
        }
    }
}

/// A card.
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

/// A new price.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextPriceBody {
    price: MoneyBody,
    /// The first renewals at this price fall due then.
    #[schema(format = DateTime)]
    from: String,
}

/// For whom a subscription is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GiftBody {
    recipient_name: String,
    #[schema(required, format = DateTime)]
    redeemed_at: Option<String>,
}

/// A renewal.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000021",
    "cycle": 3,
    "status": "failed",
    "dueAt": "2024-12-07T12:12:58.000000Z",
    "amount": {"value": 6895, "formatted": "£68.95", "currency": "GBP"},
    "orderId": "01926a3c-0000-7000-8000-000000000004",
    "attempts": 1,
    "failureCode": "insufficient_funds",
    "failureMessage": "The card has insufficient funds.",
    "nextTryAt": "2024-12-08T12:12:58.000000Z",
    "givesUpAt": "2024-12-14T12:12:58.000000Z",
    "paidAt": null,
}))]
pub(crate) struct RenewalBody {
    #[schema(format = Uuid)]
    id: String,
    /// Counts from 1; the first order is before it.
    cycle: i64,
    /// `pending`, `charging`, `unknown`, `failed`, `paid`, `skipped` or `cancelled`.
    status: &'static str,
    #[schema(format = DateTime)]
    due_at: String,
    amount: MoneyBody,
    #[schema(required, format = Uuid)]
    order_id: Option<String>,
    /// Charges that were begun.
    attempts: i64,
    #[schema(required)]
    failure_code: Option<String>,
    #[schema(required)]
    failure_message: Option<String>,
    /// When it is tried again.
    #[schema(required, format = DateTime)]
    next_try_at: Option<String>,
    /// When it is given up.
    #[schema(required, format = DateTime)]
    gives_up_at: Option<String>,
    #[schema(required, format = DateTime)]
    paid_at: Option<String>,
}

impl From<RenewalView> for RenewalBody {
    fn from(renewal: RenewalView) -> Self {
        Self {
            id: renewal.id.to_string(),
            cycle: renewal.cycle,
            status: renewal.status.as_str(),
            due_at: renewal.due_at.to_string(),
            amount: renewal.amount.into(),
            order_id: renewal.order_id.map(|id| id.to_string()),
            attempts: renewal.attempts,
            failure_code: renewal.failure_code,
            failure_message: renewal.failure_message,
            next_try_at: renewal.next_try_at.map(|at| at.to_string()),
            gives_up_at: renewal.gives_up_at.map(|at| at.to_string()),
            paid_at: renewal.paid_at.map(|at| at.to_string()),
        }
    }
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventBody {
    kind: String,
    /// `customer`, `shop`, or the name of a member of the staff.
    actor: String,
    #[schema(value_type = Object)]
    data: serde_json::Value,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<EventView> for EventBody {
    fn from(event: EventView) -> Self {
        Self {
            kind: event.kind,
            actor: event.actor,
            data: event.data,
            created_at: event.created_at.to_string(),
        }
    }
}

impl From<SubscriptionView> for SubscriptionBody {
    fn from(view: SubscriptionView) -> Self {
        Self {
            summary: view.summary.into(),
            quantity: view.quantity,
            items: view.items.into_iter().map(Into::into).collect(),
            next_renewal: view.next_renewal.map(Into::into),
            shipping_address: view.shipping_address.map(Into::into),
            payment_method: view.payment_method.map(Into::into),
            paused_until: view.paused_until.map(|at| at.to_string()),
            cancels_at: view.cancels_at.map(|at| at.to_string()),
            cancel_reason: view.cancel_reason,
            prepaid_boxes_left: view.prepaid_boxes_left,
            next_price: view
                .next_price
                .map(|(price, from)| NextPriceBody { price: price.into(), from: from.to_string() }),
            gift: view.gift.map(|gift| GiftBody {
                recipient_name: gift.recipient_name,
                redeemed_at: gift.redeemed_at.map(|at| at.to_string()),
            }),
            open_renewal: view.open_renewal.map(Into::into),
            payment: view.payment.map(Into::into),
            events: view.events.into_iter().map(Into::into).collect(),
            version: view.version,
        }
    }
}

/// What the next renewal will charge and send.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "date": "2024-11-07T12:12:58.000000Z",
    "editableUntil": "2024-11-05T12:12:58.000000Z",
    "billingInterval": 1,
    "items": [{"productId": "01926a3c-0000-7000-8000-000000000001", "name": "Estate Malbec 2022", "quantity": 6}],
    "replaced": [],
    "prepaid": false,
    "subtotal": {"value": 6400, "formatted": "£64.00", "currency": "GBP"},
    "discountTotal": {"value": 0, "formatted": "£0.00", "currency": "GBP"},
    "shippingTotal": {"value": 495, "formatted": "£4.95", "currency": "GBP"},
    "taxTotal": {"value": 1149, "formatted": "£11.49", "currency": "GBP"},
    "total": {"value": 6895, "formatted": "£68.95", "currency": "GBP"},
    "taxIncluded": true,
    "shippingMethod": "Courier",
    "shippingAddress": null,
    "paymentMethod": null,
}))]
pub(crate) struct PreviewBody {
    #[schema(format = DateTime)]
    date: String,
    #[schema(format = DateTime)]
    editable_until: String,
    /// Months between two boxes.
    billing_interval: i64,
    items: Vec<BoxLineBody>,
    /// What was picked and is sold out.
    replaced: Vec<ReplacedBody>,
    /// Whether it was paid with an earlier order.
    prepaid: bool,
    subtotal: MoneyBody,
    discount_total: MoneyBody,
    shipping_total: MoneyBody,
    tax_total: MoneyBody,
    total: MoneyBody,
    tax_included: bool,
    #[schema(required)]
    shipping_method: Option<String>,
    #[schema(required)]
    shipping_address: Option<CartAddress>,
    #[schema(required)]
    payment_method: Option<MethodBody>,
}

/// Something that is sold out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplacedBody {
    name: String,
    /// What takes its place; null where it is left out.
    #[schema(required)]
    by: Option<String>,
}

impl From<Preview> for PreviewBody {
    fn from(preview: Preview) -> Self {
        Self {
            date: preview.renewal.date.to_string(),
            editable_until: preview.renewal.editable_until.to_string(),
            billing_interval: preview.billing_interval,
            items: preview.items.into_iter().map(Into::into).collect(),
            replaced: preview.replaced.into_iter().map(|(name, by)| ReplacedBody { name, by }).collect(),
            prepaid: preview.is_prepaid,
            subtotal: preview.subtotal.into(),
            discount_total: preview.discount_total.into(),
            shipping_total: preview.shipping_total.into(),
            tax_total: preview.tax_total.into(),
            total: preview.total.into(),
            tax_included: preview.tax_included,
            shipping_method: preview.shipping_method,
            shipping_address: preview.shipping_address.map(Into::into),
            payment_method: preview.payment_method.map(Into::into),
        }
    }
}
