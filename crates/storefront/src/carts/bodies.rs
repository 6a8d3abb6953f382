//! The shape of a cart.

use commerce::carts::{self, CartView};
use domain::accounts::{Address, AddressForm};
use domain::carts::{Boxes, Contact, Gift};
use domain::money::Money;
use serde::Serialize;
use utoipa::ToSchema;

use crate::packages::MoneyBody;

/// A cart.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "9b2f6f0e-7a6c-4c1e-9d3a-5f0b8c2d1e4a",
    "status": "open",
    "version": 4,
    "customer": { "email": "ann@example.com", "firstName": "Ann", "lastName": null, "phone": null,
        "dateOfBirth": null },
    "items": [{
        "id": "01926a3c-0000-7000-8000-000000000009",
        "productId": "01926a3c-0000-7000-8000-000000000001",
        "name": "Estate Malbec 2022",
        "slug": "estate-malbec-2022",
        "productType": "physical",
        "sku": "MAL-2022",
        "options": [],
        "quantity": 2,
        "subscription": null,
        "gift": null,
        "unitPrice": { "value": 2499, "formatted": "£24.99", "currency": "GBP" },
        "discount": { "value": 0, "formatted": "£0.00", "currency": "GBP" },
        "total": { "value": 4998, "formatted": "£49.98", "currency": "GBP" },
        "tax": { "value": 833, "formatted": "£8.33", "currency": "GBP" },
    }],
    "itemCount": 2,
    "discounts": [],
    "giftCards": [],
    "points": 0,
    "shippingAddress": null,
    "billingAddress": null,
    "shippingMethod": null,
    "giftMessage": null,
    "note": null,
    "subtotal": { "value": 4998, "formatted": "£49.98", "currency": "GBP" },
    "discountTotal": { "value": 0, "formatted": "£0.00", "currency": "GBP" },
    "shippingTotal": { "value": 0, "formatted": "£0.00", "currency": "GBP" },
    "taxTotal": { "value": 833, "formatted": "£8.33", "currency": "GBP" },
    "giftCardTotal": { "value": 0, "formatted": "£0.00", "currency": "GBP" },
    "total": { "value": 4998, "formatted": "£49.98", "currency": "GBP" },
    "currency": "GBP",
    "taxIncluded": true,
    "requirements": [
        { "code": "shipping_address", "message": "Please say where it goes to.", "itemId": null },
    ],
    "warnings": [],
    "expiresAt": "2024-11-06T12:12:58.000000Z",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:14:03.000000Z",
}))]
pub(crate) struct CartBody {
    #[schema(format = Uuid)]
    id: String,
    /// `open`, `completing`, `completed` or `expired`.
    #[schema(pattern = "^(open|completing|completed|expired)$")]
    status: String,
    /// Counts the changes; the `ETag`.
    version: i64,
    #[schema(required)]
    customer: Option<CartCustomer>,
    items: Vec<CartItemBody>,
    /// Units in all lines.
    item_count: i64,
    discounts: Vec<CartDiscount>,
    gift_cards: Vec<CartGiftCard>,
    /// Points that are redeemed; what they are worth is among the discounts.
    points: i64,
    #[schema(required)]
    shipping_address: Option<CartAddress>,
    #[schema(required)]
    billing_address: Option<CartAddress>,
    #[schema(required)]
    shipping_method: Option<ShippingMethodBody>,
    #[schema(required)]
    gift_message: Option<String>,
    /// For the shop.
    #[schema(required)]
    note: Option<String>,
    /// The lines before discounts.
    subtotal: MoneyBody,
    /// All discounts, on the shipping too.
    discount_total: MoneyBody,
    /// The shipping before discounts.
    shipping_total: MoneyBody,
    tax_total: MoneyBody,
    /// What gift cards pay of the total.
    gift_card_total: MoneyBody,
    /// What the order costs.
    total: MoneyBody,
    currency: &'static str,
    /// Whether prices include tax; else it is added to the total.
    tax_included: bool,
    /// What still stops the checkout.
    requirements: Vec<NoticeBody>,
    /// What has changed since something was put in.
    warnings: Vec<NoticeBody>,
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Who buys.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CartCustomer {
    #[schema(format = Email)]
    email: String,
    #[schema(required)]
    first_name: Option<String>,
    #[schema(required)]
    last_name: Option<String>,
    #[schema(required)]
    phone: Option<String>,
    #[schema(required, format = Date)]
    date_of_birth: Option<String>,
}

impl From<Contact> for CartCustomer {
    fn from(contact: Contact) -> Self {
        let Contact { email, first_name, last_name, phone, date_of_birth } = contact;
        Self { email, first_name, last_name, phone, date_of_birth }
    }
}

/// One line.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CartItemBody {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = Uuid)]
    product_id: String,
    name: String,
    slug: String,
    product_type: String,
    #[schema(required)]
    sku: Option<String>,
    options: Vec<ChosenOptionBody>,
    quantity: i64,
    #[schema(required)]
    subscription: Option<BoxesBody>,
    #[schema(required)]
    gift: Option<GiftBody>,
    unit_price: MoneyBody,
    /// This line's part of the discounts.
    discount: MoneyBody,
    /// Before discounts.
    total: MoneyBody,
    tax: MoneyBody,
}

/// What was chosen of an option.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChosenOptionBody {
    #[schema(format = Uuid)]
    id: String,
    /// The option: `Size`.
    name: String,
    /// What was chosen: `Magnum`.
    label: String,
}

impl From<carts::ChosenOption> for ChosenOptionBody {
    fn from(option: carts::ChosenOption) -> Self {
        Self { id: option.id.to_string(), name: option.name, label: option.label }
    }
}

/// How the boxes of a package come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BoxesBody {
    /// Months between two.
    billing_frequency: i64,
    /// How many boxes are paid at once.
    prepaid_boxes: i64,
    /// What is in the first: of pick & mix only.
    items: Vec<PickBody>,
}

/// So many of a product in a box.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PickBody {
    #[schema(format = Uuid)]
    product_id: String,
    quantity: i64,
}

impl From<Boxes> for BoxesBody {
    fn from(boxes: Boxes) -> Self {
        let pick = |pick: &domain::carts::Pick| PickBody {
            product_id: pick.product.to_string(),
            quantity: pick.quantity,
        };
        Self {
            billing_frequency: boxes.billing_frequency,
            prepaid_boxes: boxes.paid_at_once(),
            items: boxes.picks.iter().map(pick).collect(),
        }
    }
}

/// For whom a line is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GiftBody {
    recipient_name: String,
    #[schema(required, format = Email)]
    recipient_email: Option<String>,
    #[schema(required)]
    message: Option<String>,
    #[schema(required, format = Date)]
    send_on: Option<String>,
}

impl From<Gift> for GiftBody {
    fn from(gift: Gift) -> Self {
        let Gift { recipient_name, recipient_email, message, send_on } = gift;
        Self { recipient_name, recipient_email, message, send_on }
    }
}

/// A discount.
#[derive(Serialize, ToSchema)]
pub(crate) struct CartDiscount {
    /// Null for one that counts by itself.
    #[schema(required)]
    code: Option<String>,
    name: String,
    amount: MoneyBody,
}

/// A gift card.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CartGiftCard {
    #[schema(format = Uuid)]
    id: String,
    last_four: String,
    /// What it pays here.
    amount: MoneyBody,
    /// What is on it.
    balance: MoneyBody,
}

/// A way to send the cart.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShippingMethodBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    price: MoneyBody,
}

impl From<carts::ShippingChoice> for ShippingMethodBody {
    fn from(choice: carts::ShippingChoice) -> Self {
        Self { id: choice.id.to_string(), name: choice.name, price: choice.price.into() }
    }
}

/// Something to tell the shopper.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NoticeBody {
    /// For programs: `out_of_stock`.
    code: &'static str,
    /// For people.
    message: String,
    /// Which line, where it is about one.
    #[schema(required, format = Uuid)]
    item_id: Option<String>,
}

impl From<carts::Notice> for NoticeBody {
    fn from(notice: carts::Notice) -> Self {
        let carts::Notice { code, message, item_id } = notice;
        Self { code, message, item_id: item_id.map(|id| id.to_string()) }
    }
}

/// An address.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CartAddress {
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
    /// ISO 3166 alpha-2.
    country: String,
    #[schema(required)]
    phone: Option<String>,
}

impl From<Address> for CartAddress {
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

impl From<CartView> for CartBody {
    fn from(cart: CartView) -> Self {
        let money = |money: Money| MoneyBody::from(money);
        let item = |item: carts::CartItem| CartItemBody {
            id: item.id.to_string(),
            product_id: item.product_id.to_string(),
            name: item.name,
            slug: item.slug,
            product_type: item.product_type,
            sku: item.sku,
            options: item.options.into_iter().map(Into::into).collect(),
            quantity: item.quantity,
            subscription: item.subscription.map(Into::into),
            gift: item.gift.map(Into::into),
            unit_price: money(item.unit_price),
            discount: money(item.discount),
            total: money(item.total),
            tax: money(item.tax),
        };
        let discount = |discount: carts::AppliedDiscount| CartDiscount {
            code: discount.code,
            name: discount.name,
            amount: money(discount.amount),
        };
        let gift_card = |card: carts::AppliedGiftCard| CartGiftCard {
            id: card.id.to_string(),
            last_four: card.last_four,
            amount: money(card.amount),
            balance: money(card.balance),
        };
        Self {
            id: cart.id.to_string(),
            status: cart.status,
            version: cart.version,
            customer: cart.customer.map(Into::into),
            items: cart.items.into_iter().map(item).collect(),
            item_count: cart.item_count,
            discounts: cart.discounts.into_iter().map(discount).collect(),
            gift_cards: cart.gift_cards.into_iter().map(gift_card).collect(),
            points: cart.points,
            shipping_address: cart.shipping_address.map(Into::into),
            billing_address: cart.billing_address.map(Into::into),
            shipping_method: cart.shipping_method.map(Into::into),
            gift_message: cart.gift_message,
            note: cart.note,
            subtotal: money(cart.subtotal),
            discount_total: money(cart.discount_total),
            shipping_total: money(cart.shipping_total),
            tax_total: money(cart.tax_total),
            gift_card_total: money(cart.gift_card_total),
            total: money(cart.total),
            currency: cart.currency.as_str(),
            tax_included: cart.tax_included,
            requirements: cart.requirements.into_iter().map(Into::into).collect(),
            warnings: cart.warnings.into_iter().map(Into::into).collect(),
            expires_at: cart.expires_at.to_string(),
            created_at: cart.created_at.to_string(),
            updated_at: cart.updated_at.to_string(),
        }
    }
}
