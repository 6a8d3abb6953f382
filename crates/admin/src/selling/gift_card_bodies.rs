//! Gift cards and what moves on them, as they are answered and as the document says they are sent. Rule: a code stands in the
//! answer to issuing the card and in the one to the question for it, and nowhere else.

use commerce::selling::{GiftCardEntry, GiftCardMovement};
use domain::accounts::{Email, PersonName};
use domain::selling::{GiftCard, GiftCardCode};
use domain::tenants::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{GiftCardReasonWord, GiftCardStatusWord};
use crate::bodies::MoneyBody;
use crate::products::form::PriceValue;
use marzipan_http::fields::{long_line_schema, optional_line_schema};

/// A gift card.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000022",
    "lastFour": "2345",
    "initialValue": {"value": 5000, "currency": "GBP"},
    "balance": {"value": 3501, "currency": "GBP"},
    "expiresAt": null,
    "recipientName": "Ada Quill",
    "recipientEmail": "ada@example.com",
    "message": "Enjoy!",
    "note": null,
    "status": "active",
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct GiftCardBody {
    #[schema(format = Uuid)]
    id: String,
    /// The end of the code.
    last_four: String,
    /// What it was issued with.
    initial_value: MoneyBody,
    /// What is on it.
    balance: MoneyBody,
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    /// Whom it is for.
    #[schema(required)]
    recipient_name: Option<String>,
    #[schema(required)]
    recipient_email: Option<String>,
    /// What the giver says to them.
    #[schema(required)]
    message: Option<String>,
    /// What only staff read.
    #[schema(required)]
    note: Option<String>,
    #[schema(value_type = GiftCardStatusWord)]
    status: &'static str,
    /// Counts the changes that staff made.
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl GiftCardBody {
    /// The card in its shape, its amounts in the shop's currency.
    pub(crate) fn of(entry: GiftCardEntry, currency: Currency) -> Self {
        let GiftCardEntry { id, last_four, card, version, created_at, updated_at } = entry;
        let GiftCard {
            initial_value,
            balance,
            expires_at,
            recipient_name,
            recipient_email,
            message,
            note,
            status,
        } = card;
        Self {
            id: id.to_string(),
            last_four,
            initial_value: MoneyBody::new(initial_value, currency),
            balance: MoneyBody::new(balance, currency),
            expires_at: expires_at.map(|time| time.to_string()),
            recipient_name: recipient_name.as_ref().map(PersonName::as_str).map(ToOwned::to_owned),
            recipient_email: recipient_email.as_ref().map(Email::as_str).map(ToOwned::to_owned),
            message,
            note,
            status: status.as_str(),
            version,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// A gift card that was issued, with its code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "code": "ABCD-EFGH-JKLM-2345",
    "id": "01926a3c-0000-7000-8000-000000000022",
    "lastFour": "2345",
    "initialValue": {"value": 5000, "currency": "GBP"},
    "balance": {"value": 5000, "currency": "GBP"},
    "expiresAt": null,
    "recipientName": null,
    "recipientEmail": null,
    "message": null,
    "note": null,
    "status": "active",
    "version": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct IssuedGiftCardBody {
    /// Whoever knows it can spend the card.
    code: String,
    #[serde(flatten)]
    card: GiftCardBody,
}

impl IssuedGiftCardBody {
    /// The card with its code, its amounts in the shop's currency.
    pub(crate) fn of(entry: GiftCardEntry, code: &GiftCardCode, currency: Currency) -> Self {
        Self { code: code.reveal().to_owned(), card: GiftCardBody::of(entry, currency) }
    }
}

/// The code of a gift card.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"code": "ABCD-EFGH-JKLM-2345"}))]
pub(crate) struct GiftCardCodeBody {
    /// Whoever knows it can spend the card.
    code: String,
}

impl From<GiftCardCode> for GiftCardCodeBody {
    fn from(code: GiftCardCode) -> Self {
        Self { code: code.reveal().to_owned() }
    }
}

/// Something that moved on a gift card.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000023",
    "delta": {"value": -1499, "currency": "GBP"},
    "reason": "spent",
    "note": null,
    "orderId": "01926a3c-0000-7000-8000-000000000024",
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct GiftCardMovementBody {
    #[schema(format = Uuid)]
    id: String,
    /// Below 0 where it was taken off.
    delta: MoneyBody,
    #[schema(value_type = GiftCardReasonWord)]
    reason: String,
    /// What staff wrote of it.
    #[schema(required)]
    note: Option<String>,
    #[schema(required, format = Uuid)]
    order_id: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl GiftCardMovementBody {
    /// The movement in its shape, in the shop's currency.
    pub(crate) fn of(moved: GiftCardMovement, currency: Currency) -> Self {
        let GiftCardMovement { id, delta, reason, note, order, created_at } = moved;
        Self {
            id: id.to_string(),
            delta: MoneyBody::new(delta, currency),
            reason,
            note,
            order_id: order.map(|id| id.to_string()),
            created_at: created_at.to_string(),
        }
    }
}

/// A gift card to issue.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "initialValue": {"value": 5000, "currency": "GBP"},
    "recipientName": "Ada Quill",
    "message": "Enjoy!",
}))]
#[expect(dead_code, reason = "documents what `GiftCardForm` reads")]
pub(crate) struct NewGiftCard {
    /// 8 to 32 letters and digits, with dashes and spaces between them. If left out, one is made that nobody can guess.
    #[schema(pattern = "^[A-Za-z0-9]{2}([ -]?[A-Za-z0-9]){6,30}$", max_length = 64)]
    code: Option<String>,
    /// At least 1 minor unit.
    initial_value: PriceValue,
    /// Never if left out.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(schema_with = optional_line_schema)]
    recipient_name: Option<String>,
    #[schema(format = Email, max_length = 254)]
    recipient_email: Option<String>,
    /// What the giver says to them.
    #[schema(max_length = 1000)]
    message: Option<String>,
    /// What only staff read.
    #[schema(max_length = 1000)]
    note: Option<String>,
    /// `active` if left out.
    status: Option<GiftCardStatusWord>,
}

/// What to change of a gift card; what is left out stays, and null empties a field.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"status": "disabled", "note": "Lost"}))]
#[expect(dead_code, reason = "documents what `GiftCardForm` reads")]
pub(crate) struct GiftCardChange {
    /// Null for never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(schema_with = optional_line_schema)]
    recipient_name: Option<String>,
    #[schema(format = Email, max_length = 254)]
    recipient_email: Option<String>,
    #[schema(max_length = 1000)]
    message: Option<String>,
    #[schema(max_length = 1000)]
    note: Option<String>,
    /// Null for `active`.
    status: Option<GiftCardStatusWord>,
}

/// A change of what is on a gift card.
#[derive(ToSchema)]
#[schema(example = json!({"delta": -500, "reason": "Paid out at the till"}))]
#[expect(dead_code, reason = "documents what `GiftCardAdjustmentForm` reads")]
pub(crate) struct GiftCardAdjustmentBody {
    /// How many minor units more, or fewer; not 0.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    delta: i64,
    /// Why; it stands among the card's entries and in the audit log.
    #[schema(schema_with = long_line_schema)]
    reason: String,
}
