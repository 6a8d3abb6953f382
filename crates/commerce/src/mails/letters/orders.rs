//! What letters about orders have to say. Rule: amounts come formatted; a letter adds nothing up.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{Given, Kind};

/// What happened to the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderOccasion {
    /// It was paid.
    Received,
    /// Its payment was refused after its shopper had left.
    PaymentFailed,
    /// A parcel of it left.
    Shipped,
    /// Money was given back.
    Refunded,
}

impl OrderOccasion {
    const ALL: [Self; 4] = [Self::Received, Self::PaymentFailed, Self::Shipped, Self::Refunded];

    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Received => "order_received",
            Self::PaymentFailed => "order_payment_failed",
            Self::Shipped => "order_shipped",
            Self::Refunded => "order_refunded",
        }
    }

    fn named(template: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.template() == template)
    }
}

/// An order, as letters tell of it.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct OrderFacts {
    pub first_name: Option<String>,
    pub order_ref: String,
    /// How many, what, and for how much: of a parcel, what is in it.
    pub lines: Vec<(i64, String, String)>,
    pub subtotal: String,
    pub discount: Option<String>,
    pub shipping: Option<String>,
    /// The tax on top of the prices.
    pub tax: Option<String>,
    /// The tax within them.
    pub included_tax: Option<String>,
    pub gift_card: Option<String>,
    pub total: String,
    /// The lines of the address that it goes to.
    pub address: Vec<String>,
    pub shipping_method: Option<String>,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub refunded: Option<String>,
}

const FIRST_NAME: (&str, &str) = ("first_name", "The customer's first name, or none.");
const ORDER_REF: (&str, &str) = ("order_ref", "The order's number.");
const LINES: (&str, &str) = ("lines", "What is in it: each with `quantity`, `name` and `total`.");
const TOTAL: (&str, &str) = ("total", "What the order costs.");
const SHOWS_REF: Option<(&str, &str)> = Some(("order_ref", SAMPLE_REF));
const SAMPLE_REF: &str = "1010744";

pub(super) const RECEIVED: Kind = Kind {
    name: "order_received",
    about: "An order was paid.",
    variables: &[
        FIRST_NAME,
        ORDER_REF,
        LINES,
        ("subtotal", "What the lines cost."),
        ("discount", "What was taken off, or none."),
        ("shipping", "What the shipping costs, or none."),
        ("tax", "The tax on top of the prices, or none."),
        ("included_tax", "The tax within the prices, or none."),
        ("gift_card", "What gift cards paid, or none."),
        TOTAL,
        ("address", "The lines of the address that it goes to; none for what is not sent."),
        ("shipping_method", "How it is sent, or none."),
    ],
    shows: SHOWS_REF,
};
pub(super) const PAYMENT_FAILED: Kind = Kind {
    name: "order_payment_failed",
    about: "The payment of an order was refused after its customer had left the checkout.",
    variables: &[FIRST_NAME, ORDER_REF, LINES, TOTAL],
    shows: SHOWS_REF,
};
pub(super) const SHIPPED: Kind = Kind {
    name: "order_shipped",
    about: "A parcel of an order left.",
    variables: &[
        FIRST_NAME,
        ORDER_REF,
        LINES,
        ("address", "The lines of the address that it goes to."),
        ("carrier", "Who brings it, or none."),
        ("tracking_number", "The parcel's number, or none."),
        ("tracking_url", "Where to follow it, or none."),
    ],
    shows: SHOWS_REF,
};
pub(super) const REFUNDED: Kind = Kind {
    name: "order_refunded",
    about: "Money was given back for an order.",
    variables: &[FIRST_NAME, ORDER_REF, ("refunded", "What was given back."), TOTAL],
    shows: SHOWS_REF,
};

/// The values of a letter about an order.
pub(super) fn values(occasion: OrderOccasion, facts: &OrderFacts) -> Vec<(&'static str, Given<'_>)> {
    let lines = facts.lines.iter().map(|(quantity, name, total)| {
        Value::from(BTreeMap::from([
            ("quantity", Value::from(*quantity)),
            ("name", Value::from(name.as_str())),
            ("total", Value::from(total.as_str())),
        ]))
    });
    let mut values = vec![
        ("first_name", Given::Maybe(facts.first_name.as_deref())),
        ("order_ref", Given::Text(&facts.order_ref)),
    ];
    if occasion != OrderOccasion::Refunded {
        values.push(("lines", Given::Rows(lines.collect())));
    }
    if occasion != OrderOccasion::Shipped {
        values.push(("total", Given::Text(&facts.total)));
    }
    let address = || Given::Rows(facts.address.iter().map(|line| Value::from(line.as_str())).collect());
    match occasion {
        OrderOccasion::Received => values.extend([
            ("subtotal", Given::Text(&facts.subtotal)),
            ("discount", Given::Maybe(facts.discount.as_deref())),
            ("shipping", Given::Maybe(facts.shipping.as_deref())),
            ("tax", Given::Maybe(facts.tax.as_deref())),
            ("included_tax", Given::Maybe(facts.included_tax.as_deref())),
            ("gift_card", Given::Maybe(facts.gift_card.as_deref())),
            ("address", address()),
            ("shipping_method", Given::Maybe(facts.shipping_method.as_deref())),
        ]),
        OrderOccasion::PaymentFailed => {}
        OrderOccasion::Shipped => values.extend([
            ("address", address()),
            ("carrier", Given::Maybe(facts.carrier.as_deref())),
            ("tracking_number", Given::Maybe(facts.tracking_number.as_deref())),
            ("tracking_url", Given::Page(facts.tracking_url.clone())),
        ]),
        OrderOccasion::Refunded => values.push(("refunded", Given::Maybe(facts.refunded.as_deref()))),
    }
    values
}

/// The letter of this name as it might be, with much or with little to say.
pub(super) fn sample(name: &str, full: bool) -> Option<(OrderOccasion, OrderFacts)> {
    let occasion = OrderOccasion::named(name)?;
    let maybe = |text: &str| full.then(|| text.to_owned());
    let facts = OrderFacts {
        first_name: maybe("Ann"),
        order_ref: SAMPLE_REF.to_owned(),
        lines: vec![
            (2, "Estate Malbec 2022".to_owned(), "£49.98".to_owned()),
            (1, "Tasting at the cellar".to_owned(), "£25.00".to_owned()),
        ],
        subtotal: "£74.98".to_owned(),
        discount: maybe("£7.50"),
        shipping: maybe("£4.95"),
        tax: (!full).then(|| "£15.00".to_owned()),
        included_tax: maybe("£12.07"),
        gift_card: maybe("£10.00"),
        total: "£72.43".to_owned(),
        address: if full {
            ["Ann Smith", "12 Orchard Lane", "Bath", "BA1 1AA"].map(ToOwned::to_owned).to_vec()
        } else {
            Vec::new()
        },
        shipping_method: maybe("Courier"),
        carrier: maybe("Parcel Post"),
        tracking_number: maybe("PP123456789GB"),
        tracking_url: maybe("https://parcels.example/PP123456789GB"),
        refunded: Some("£24.99".to_owned()),
    };
    Some((occasion, facts))
}
