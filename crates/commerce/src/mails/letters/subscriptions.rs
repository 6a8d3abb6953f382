//! What letters about subscriptions have to say. Rule: dates and amounts come formatted; a letter works nothing out.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{Given, Kind};

/// What happened to the subscription, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionOccasion {
    /// It was taken out.
    Begun,
    /// It renews soon.
    Upcoming,
    /// It was renewed.
    Renewed,
    /// The payment of a renewal was refused.
    PaymentFailed,
    /// The payment of a renewal waits for its customer's answer to the bank.
    ActionNeeded,
    /// The card that pays for it is not good for much longer.
    CardExpiring,
    /// It rests.
    Paused,
    /// It goes on.
    Resumed,
    /// It was cancelled, at once or from a day on.
    Cancelled,
    /// Its term is over.
    Ended,
    /// It will cost something else.
    PriceChange,
    /// Something in the box was sold out.
    ItemsChanged,
    /// It is a present: to whom it is for.
    Gift,
}

impl SubscriptionOccasion {
    const ALL: [Self; 13] = [
        Self::Begun,
        Self::Upcoming,
        Self::Renewed,
        Self::PaymentFailed,
        Self::ActionNeeded,
        Self::CardExpiring,
        Self::Paused,
        Self::Resumed,
        Self::Cancelled,
        Self::Ended,
        Self::PriceChange,
        Self::ItemsChanged,
        Self::Gift,
    ];

    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Begun => "subscription_begun",
            Self::Upcoming => "subscription_upcoming",
            Self::Renewed => "subscription_renewed",
            Self::PaymentFailed => "subscription_payment_failed",
            Self::ActionNeeded => "subscription_action_needed",
            Self::CardExpiring => "subscription_card_expiring",
            Self::Paused => "subscription_paused",
            Self::Resumed => "subscription_resumed",
            Self::Cancelled => "subscription_cancelled",
            Self::Ended => "subscription_ended",
            Self::PriceChange => "subscription_price_change",
            Self::ItemsChanged => "subscription_items_changed",
            Self::Gift => "gift_subscription",
        }
    }

    fn named(template: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.template() == template)
    }
}

/// A subscription, as letters tell of it.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SubscriptionFacts {
    pub first_name: Option<String>,
    pub package: String,
    /// How many, and what: the box. Empty where it is not known yet.
    pub lines: Vec<(i64, String)>,
    /// The months from one renewal to the next.
    pub interval: i64,
    /// What the renewal costs; none where it was paid before.
    pub total: Option<String>,
    /// The next renewal; of a change of price, the first one at the new price.
    pub next_date: Option<String>,
    pub edit_until: Option<String>,
    /// As in "Visa ending 4242".
    pub card: Option<String>,
    /// As in "12/2026".
    pub card_expires: Option<String>,
    pub order_ref: Option<String>,
    /// Why a payment was refused, in a sentence with its full stop.
    pub reason: Option<String>,
    /// When the payment is tried again; none where it is not.
    pub next_try: Option<String>,
    pub pay_url: Option<String>,
    /// The end of a pause; none where it has none.
    pub until: Option<String>,
    /// The day until which what was cancelled still runs; none where it ended at once.
    pub ends: Option<String>,
    /// Whether it was cancelled because nobody paid.
    pub unpaid: bool,
    pub old_price: Option<String>,
    pub new_price: Option<String>,
    /// What was sold out, and what takes its place.
    pub gone: Vec<(String, Option<String>)>,
    pub giver: Option<String>,
    pub recipient: Option<String>,
    pub message: Option<String>,
    pub redeem_url: Option<String>,
    pub redeem_code: Option<String>,
}

const FIRST_NAME: (&str, &str) = ("first_name", "The customer's first name, or none.");
const PACKAGE: (&str, &str) = ("package", "What was subscribed to.");
const LINES: (&str, &str) = ("lines", "What is in the box: each with `quantity` and `name`; may be empty.");
const TOTAL: (&str, &str) = ("total", "What the renewal costs, or none where it was paid before.");
const NEXT_DATE: (&str, &str) = ("next_date", "The day of the next renewal, or none.");
const EDIT_UNTIL: (&str, &str) = ("edit_until", "Until when the box can be changed, or none.");
const PAY_URL: (&str, &str) = ("pay_url", "The page where it is paid.");
const SHOWS_PACKAGE: Option<(&str, &str)> = Some(("package", SAMPLE_PACKAGE));
const SHOWS_PAY_URL: Option<(&str, &str)> = Some(("pay_url", SAMPLE_PAY_URL));
const SAMPLE_PACKAGE: &str = "The Cellar Club";
const SAMPLE_PAY_URL: &str = "https://shop.example/account/subscriptions/pay";
const SAMPLE_CODE: &str = "GIFT-7KQM-2XHD";

pub(super) const BEGUN: Kind = Kind {
    name: "subscription_begun",
    about: "A subscription was taken out.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        LINES,
        ("interval", "The months from one renewal to the next: a number."),
        NEXT_DATE,
    ],
    shows: SHOWS_PACKAGE,
};
pub(super) const UPCOMING: Kind = Kind {
    name: "subscription_upcoming",
    about: "A subscription renews soon.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        LINES,
        TOTAL,
        ("next_date", "The day on which it renews."),
        EDIT_UNTIL,
        ("card", "The card that pays for it, or none."),
    ],
    shows: SHOWS_PACKAGE,
};
pub(super) const RENEWED: Kind = Kind {
    name: "subscription_renewed",
    about: "A subscription was renewed.",
    variables: &[FIRST_NAME, PACKAGE, LINES, TOTAL, ("order_ref", "The number of its order."), NEXT_DATE],
    shows: SHOWS_PACKAGE,
};
pub(super) const PAYMENT_FAILED: Kind = Kind {
    name: "subscription_payment_failed",
    about: "The payment of a renewal was refused.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        TOTAL,
        ("reason", "Why, in a sentence, or none."),
        ("next_try", "The day on which it is tried again, or none."),
        PAY_URL,
    ],
    shows: SHOWS_PAY_URL,
};
pub(super) const ACTION_NEEDED: Kind = Kind {
    name: "subscription_action_needed",
    about: "The bank wants to ask the customer before it pays for a renewal.",
    variables: &[FIRST_NAME, PACKAGE, TOTAL, PAY_URL],
    shows: SHOWS_PAY_URL,
};
pub(super) const CARD_EXPIRING: Kind = Kind {
    name: "subscription_card_expiring",
    about: "The card that pays for a subscription expires soon.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        ("card", "The card."),
        ("card_expires", "The month after which it is not good any more."),
        NEXT_DATE,
    ],
    shows: SHOWS_PACKAGE,
};
pub(super) const PAUSED: Kind = Kind {
    name: "subscription_paused",
    about: "A subscription was paused.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        ("until", "The day on which it goes on, or none where it rests until it is resumed."),
    ],
    shows: SHOWS_PACKAGE,
};
pub(super) const RESUMED: Kind = Kind {
    name: "subscription_resumed",
    about: "A subscription goes on after a pause.",
    variables: &[FIRST_NAME, PACKAGE, NEXT_DATE],
    shows: SHOWS_PACKAGE,
};
pub(super) const CANCELLED: Kind = Kind {
    name: "subscription_cancelled",
    about: "A subscription was cancelled.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        ("ends", "The day until which it still runs, or none where it ended at once."),
        ("unpaid", "True where it was cancelled because its payment failed."),
    ],
    shows: SHOWS_PACKAGE,
};
pub(super) const ENDED: Kind = Kind {
    name: "subscription_ended",
    about: "The term of a subscription is over.",
    variables: &[FIRST_NAME, PACKAGE],
    shows: SHOWS_PACKAGE,
};
pub(super) const PRICE_CHANGE: Kind = Kind {
    name: "subscription_price_change",
    about: "A subscription will cost something else.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        ("old_price", "What it costs now."),
        ("new_price", "What it will cost."),
        ("next_date", "The day of the first renewal at the new price."),
    ],
    shows: SHOWS_PACKAGE,
};
pub(super) const ITEMS_CHANGED: Kind = Kind {
    name: "subscription_items_changed",
    about: "Something in the next box was sold out.",
    variables: &[
        FIRST_NAME,
        PACKAGE,
        ("gone", "What was sold out: each with `name`, and with `instead`: what takes its place, or none."),
        EDIT_UNTIL,
    ],
    shows: SHOWS_PACKAGE,
};
pub(super) const GIFT: Kind = Kind {
    name: "gift_subscription",
    about: "To whoever a subscription was bought for, as a present.",
    variables: &[
        ("recipient", "Who it is for, or none."),
        ("giver", "Who gives it, or none."),
        PACKAGE,
        ("message", "What the giver wrote, or none."),
        ("redeem_url", "The page where it is accepted, or none."),
        ("redeem_code", "What is entered there."),
    ],
    shows: Some(("redeem_code", SAMPLE_CODE)),
};

/// The addresses in it that lead to the shop.
pub(super) fn links(occasion: SubscriptionOccasion, facts: &SubscriptionFacts) -> Vec<String> {
    let link = match occasion {
        SubscriptionOccasion::PaymentFailed | SubscriptionOccasion::ActionNeeded => &facts.pay_url,
        SubscriptionOccasion::Gift => &facts.redeem_url,
        _ => &None,
    };
    link.iter().cloned().collect()
}

/// The values of a letter about a subscription.
pub(super) fn values(
    occasion: SubscriptionOccasion,
    facts: &SubscriptionFacts,
) -> Vec<(&'static str, Given<'_>)> {
    use SubscriptionOccasion as On;
    let maybe = |name, text| (name, Given::Maybe(Option::as_deref(text)));
    let page = |name, url: &Option<String>| (name, Given::Page(url.clone()));
    let next_date = || maybe("next_date", &facts.next_date);
    let own = match occasion {
        On::Begun => vec![lines(facts), ("interval", Given::Number(facts.interval)), next_date()],
        On::Upcoming => vec![
            lines(facts),
            maybe("total", &facts.total),
            next_date(),
            maybe("edit_until", &facts.edit_until),
            maybe("card", &facts.card),
        ],
        On::Renewed => vec![
            lines(facts),
            maybe("total", &facts.total),
            maybe("order_ref", &facts.order_ref),
            next_date(),
        ],
        On::PaymentFailed => vec![
            maybe("total", &facts.total),
            maybe("reason", &facts.reason),
            maybe("next_try", &facts.next_try),
            page("pay_url", &facts.pay_url),
        ],
        On::ActionNeeded => vec![maybe("total", &facts.total), page("pay_url", &facts.pay_url)],
        On::CardExpiring => {
            vec![maybe("card", &facts.card), maybe("card_expires", &facts.card_expires), next_date()]
        }
        On::Paused => vec![maybe("until", &facts.until)],
        On::Resumed => vec![next_date()],
        On::Cancelled => vec![maybe("ends", &facts.ends), ("unpaid", Given::Flag(facts.unpaid))],
        On::Ended => Vec::new(),
        On::PriceChange => {
            vec![maybe("old_price", &facts.old_price), maybe("new_price", &facts.new_price), next_date()]
        }
        On::ItemsChanged => vec![gone(facts), maybe("edit_until", &facts.edit_until)],
        On::Gift => vec![
            maybe("giver", &facts.giver),
            ("message", facts.message.as_deref().map_or(Given::Maybe(None), Given::Lines)),
            page("redeem_url", &facts.redeem_url),
            maybe("redeem_code", &facts.redeem_code),
        ],
    };
    let whom = match occasion {
        On::Gift => maybe("recipient", &facts.recipient),
        _ => maybe("first_name", &facts.first_name),
    };
    [whom, ("package", Given::Text(&facts.package))].into_iter().chain(own).collect()
}

fn lines(facts: &SubscriptionFacts) -> (&'static str, Given<'_>) {
    let line = |(quantity, name): &(i64, String)| {
        Value::from(BTreeMap::from([
            ("quantity", Value::from(*quantity)),
            ("name", Value::from(name.as_str())),
        ]))
    };
    ("lines", Given::Rows(facts.lines.iter().map(line).collect()))
}

fn gone(facts: &SubscriptionFacts) -> (&'static str, Given<'_>) {
    let line = |(name, instead): &(String, Option<String>)| {
        Value::from(BTreeMap::from([
            ("name", Value::from(name.as_str())),
            ("instead", Value::from(instead.as_deref())),
        ]))
    };
    ("gone", Given::Rows(facts.gone.iter().map(line).collect()))
}

/// The letter of this name as it might be, with much or with little to say.
pub(super) fn sample(name: &str, full: bool) -> Option<(SubscriptionOccasion, SubscriptionFacts)> {
    use SubscriptionOccasion as On;
    let occasion = On::named(name)?;
    let always = |text: &str| Some(text.to_owned());
    let maybe = |text: &str| full.then(|| text.to_owned());
    let is_dated = matches!(occasion, On::Upcoming | On::PriceChange);
    let is_about_card = occasion == On::CardExpiring;
    let malbec = "Estate Malbec 2022";
    let facts = SubscriptionFacts {
        first_name: maybe("Ann"),
        package: SAMPLE_PACKAGE.to_owned(),
        lines: if full {
            vec![(2, malbec.to_owned()), (1, "Coastal Chardonnay 2023".to_owned())]
        } else {
            Vec::new()
        },
        interval: if full { 3 } else { 1 },
        total: maybe("£79.00"),
        next_date: if is_dated { always("7 October 2024") } else { maybe("7 October 2024") },
        edit_until: maybe("4 October 2024"),
        card: if is_about_card { always("Visa ending 4242") } else { maybe("Visa ending 4242") },
        card_expires: always("12/2026"),
        order_ref: always("1010744"),
        reason: maybe("The card has too little money on it."),
        next_try: maybe("10 October 2024"),
        pay_url: always(SAMPLE_PAY_URL),
        until: maybe("1 December 2024"),
        ends: maybe("7 November 2024"),
        unpaid: !full,
        old_price: always("£75.00"),
        new_price: always("£79.00"),
        gone: vec![
            (malbec.to_owned(), maybe("Old Vine Malbec 2021")),
            ("Coastal Chardonnay 2023".to_owned(), None),
        ],
        giver: maybe("Bob Smith"),
        recipient: maybe("Ann"),
        message: maybe("Happy birthday!\nKeep a glass for me."),
        redeem_url: maybe("https://shop.example/gifts/redeem"),
        redeem_code: always(SAMPLE_CODE),
    };
    Some((occasion, facts))
}
