//! What a shop tells other programs, and when it tries again. Rule: an event's name and its schedule are promises to
//! programs that we never see, so both stand here and nowhere else.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::fields::{FieldErrors, Fields, Invalid};
use crate::patch::Patch;
use crate::text;

/// As many endpoints as a shop can have.
pub const MOST_ENDPOINTS: i64 = 20;
/// After a new secret the one before signs, too, for this long.
pub const OLD_SECRET_SIGNS: Duration = Duration::from_hours(24);
/// An endpoint that has taken nothing for this long is disabled.
pub const LONGEST_FAILURE: Duration = Duration::from_hours(120);
/// Events and their deliveries stay on record this long.
pub const EVENTS_KEPT: Duration = Duration::from_hours(720);

const LONGEST_URL: usize = 2000;
const LONGEST_DESCRIPTION: usize = 200;

/// What can have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words of `as_str` say it")]
pub enum EventKind {
    OrderCreated,
    OrderPaid,
    OrderPaymentFailed,
    OrderFulfilled,
    OrderDelivered,
    OrderCancelled,
    OrderRefunded,
    CartAbandoned,
    CustomerCreated,
    CustomerUpdated,
    SubscriptionCreated,
    SubscriptionUpdated,
    SubscriptionRenewed,
    SubscriptionRenewalFailed,
    SubscriptionCancelled,
    ProductOutOfStock,
    /// Staff tried whether an endpoint answers. It goes to that endpoint, whatever it asked for.
    Ping,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::OrderCreated,
        Self::OrderPaid,
        Self::OrderPaymentFailed,
        Self::OrderFulfilled,
        Self::OrderDelivered,
        Self::OrderCancelled,
        Self::OrderRefunded,
        Self::CartAbandoned,
        Self::CustomerCreated,
        Self::CustomerUpdated,
        Self::SubscriptionCreated,
        Self::SubscriptionUpdated,
        Self::SubscriptionRenewed,
        Self::SubscriptionRenewalFailed,
        Self::SubscriptionCancelled,
        Self::ProductOutOfStock,
        Self::Ping,
    ];

    /// The word in the API and in what is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderPaid => "order.paid",
            Self::OrderPaymentFailed => "order.payment_failed",
            Self::OrderFulfilled => "order.fulfilled",
            Self::OrderDelivered => "order.delivered",
            Self::OrderCancelled => "order.cancelled",
            Self::OrderRefunded => "order.refunded",
            Self::CartAbandoned => "cart.abandoned",
            Self::CustomerCreated => "customer.created",
            Self::CustomerUpdated => "customer.updated",
            Self::SubscriptionCreated => "subscription.created",
            Self::SubscriptionUpdated => "subscription.updated",
            Self::SubscriptionRenewed => "subscription.renewed",
            Self::SubscriptionRenewalFailed => "subscription.renewal_failed",
            Self::SubscriptionCancelled => "subscription.cancelled",
            Self::ProductOutOfStock => "product.out_of_stock",
            Self::Ping => "ping",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            Invalid::new(format!("Must be * for all, or one of {}.", known.join(", ")))
        })
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which events an endpoint hears of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All there are, and all that later releases bring.
    All,
    /// These and no others.
    Some(Vec<EventKind>),
}

impl Wanted {
    /// Reads words; none of them, or `*` among them, is all.
    fn parse(fields: &mut Fields, words: &[String]) -> Option<Self> {
        // A list of every kind has room, and one without an end is not looked through.
        if words.len() > 50 {
            fields.refuse("events", "Must not name more than 50 events; * is all of them.");
            return None;
        }
        let mut kinds = Vec::new();
        let mut is_sound = true;
        for (place, word) in words.iter().enumerate().filter(|(_, word)| *word != "*") {
            match fields.take(&format!("events.{place}"), EventKind::parse(word)) {
                Some(kind) => kinds.push(kind),
                None => is_sound = false,
            }
        }
        if words.is_empty() || words.iter().any(|word| word == "*") {
            return is_sound.then_some(Self::All);
        }
        kinds.sort_unstable();
        kinds.dedup();
        is_sound.then_some(Self::Some(kinds))
    }

    /// Whether this kind is among them.
    #[must_use]
    pub fn has(&self, kind: EventKind) -> bool {
        match self {
            Self::All => true,
            Self::Some(kinds) => kinds.contains(&kind),
        }
    }

    /// The words, in the order of [`EventKind::ALL`]; `*` alone for all.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::All => vec!["*".to_owned()],
            Self::Some(kinds) => kinds.iter().map(ToString::to_string).collect(),
        }
    }

    /// Reads what [`Wanted::words`] gave. A word that this release does not know asks for nothing.
    #[must_use]
    pub fn from_words(words: &[String]) -> Self {
        if words.iter().any(|word| word == "*") {
            return Self::All;
        }
        Self::Some(words.iter().filter_map(|word| EventKind::parse(word).ok()).collect())
    }
}

/// A place that hears of what happens in a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where events are posted.
    pub url: String,
    /// What it is for, for people.
    pub description: Option<String>,
    /// What it hears of.
    pub events: Wanted,
    /// Whether it hears anything at present.
    pub is_enabled: bool,
}

/// An endpoint as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Endpoint")]
pub struct EndpointForm {
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub url: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub description: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub events: Patch<Vec<String>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub enabled: Patch<bool>,
}

impl EndpointForm {
    /// This form, with what it leaves out taken from `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            url: self.url.or(base.url),
            description: self.description.or(base.description),
            events: self.events.or(base.events),
            enabled: self.enabled.or(base.enabled),
        }
    }

    /// Checks every field and reports all that are refused. Whether the address may be called is for the gateway to say.
    pub fn parse(self) -> Result<Endpoint, FieldErrors> {
        let mut fields = Fields::default();
        let url = fields.take("url", address(&self.url.into_value().unwrap_or_default()));
        let description = self.description.into_value().unwrap_or_default();
        let description = fields.take("description", text::optional_line(&description, LONGEST_DESCRIPTION));
        let events = Wanted::parse(&mut fields, &self.events.into_value().unwrap_or_default());
        let (Some(url), Some(description), Some(events)) = (url, description, events) else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        Ok(Endpoint { url, description, events, is_enabled: self.enabled.into_value().unwrap_or(true) })
    }
}

impl Endpoint {
    /// The endpoint as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> EndpointForm {
        EndpointForm {
            url: Patch::Value(self.url.clone()),
            description: self.description.clone().into(),
            events: Patch::Value(self.events.words()),
            enabled: Patch::Value(self.is_enabled),
        }
    }
}

/// A web address that something can be posted to.
fn address(typed: &str) -> Result<String, Invalid> {
    const NO_ADDRESS: Invalid = Invalid::fixed(
        "Must be a web address such as https://shop.example/hooks, without a user or password.",
    );
    let typed = text::one_line(typed, LONGEST_URL)?;
    let url = Url::parse(&typed).map_err(|_| NO_ADDRESS)?;
    // Parsers forgive `https:shop.example` and `HTTPS://`; the document of the API does not.
    let is_web = ["http://", "https://"].iter().any(|head| typed.starts_with(head)) && url.host().is_some();
    if !is_web || !url.username().is_empty() || url.password().is_some() {
        return Err(NO_ADDRESS);
    }
    if url.fragment().is_some() {
        return Err(Invalid::fixed("Must not have a part after #: it would not be sent."));
    }
    // Escapes make it longer.
    if url.as_str().len() > 3 * LONGEST_URL { Err(NO_ADDRESS) } else { Ok(url.into()) }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It is due, or will be tried again.
    Pending,
    /// The endpoint has taken it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryStatus {
    /// The word in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        [Self::Pending, Self::Delivered, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| Invalid::fixed("Must be pending, delivered or failed."))
    }
}

/// How long after each failed attempt the next one comes, in seconds; a little over three days in all.
const PAUSES: [u64; 9] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// How long to wait after so many failed attempts (from 1); `None` where it is to be given up. `jitter` lengthens the wait by
/// up to a tenth, so that what failed together does not come back together.
#[must_use]
pub fn pause_after(attempts: u64, jitter: u8) -> Option<Duration> {
    let place = usize::try_from(attempts.max(1) - 1).ok()?;
    let pause = Duration::from_secs(*PAUSES.get(place)?);
    Some(pause + pause / 10 * u32::from(jitter) / u32::from(u8::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(json: &str) -> EndpointForm {
        serde_json::from_str(json).expect("a form")
    }

    #[test]
    fn words_read_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Ok(kind));
        }
        for word in ["", "*", "order", "Order.created", "order.created "] {
            assert!(EventKind::parse(word).is_err(), "{word}");
        }
        for status in [DeliveryStatus::Pending, DeliveryStatus::Delivered, DeliveryStatus::Failed] {
            assert_eq!(DeliveryStatus::parse(status.as_str()), Ok(status));
        }
    }

    #[test]
    fn an_endpoint_needs_an_address_only() {
        let endpoint = form(r#"{"url": "https://books.example/in?x=1"}"#).parse().expect("an endpoint");
        assert_eq!(endpoint.url, "https://books.example/in?x=1");
        assert_eq!((endpoint.events.words(), endpoint.is_enabled), (vec!["*".to_owned()], true));
        assert_eq!(endpoint.to_form().parse(), Ok(endpoint));
        assert!(EndpointForm::default().parse().is_err());
    }

    #[test]
    fn what_nothing_can_be_posted_to_is_refused() {
        for url in [
            "books.example",
            "ftp://books.example",
            "https://",
            "https:books.example",
            "https://me:secret@books.example",
            "https://books.example/#in",
            "mailto:a@b.example",
        ] {
            let refused = EndpointForm { url: Patch::Value(url.to_owned()), ..EndpointForm::default() };
            let errors = refused.parse().expect_err("is refused");
            assert_eq!(errors.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["url"], "{url}");
        }
    }

    #[test]
    fn events_are_chosen_by_their_words() {
        let parse =
            |events: &str| form(&format!(r#"{{"url": "https://a.example", "events": {events}}}"#)).parse();
        let chosen =
            parse(r#"["order.paid", "customer.created", "order.paid"]"#).expect("an endpoint").events;
        assert_eq!(chosen.words(), ["order.paid", "customer.created"]);
        assert!(chosen.has(EventKind::OrderPaid) && !chosen.has(EventKind::OrderCreated));
        assert_eq!(Wanted::from_words(&chosen.words()), chosen);
        for all in ["[]", r#"["*"]"#, r#"["ping", "*"]"#] {
            assert_eq!(parse(all).expect("an endpoint").events, Wanted::All, "{all}");
        }
        let errors = parse(r#"["order.paid", "orders", "*"]"#).expect_err("is refused");
        assert_eq!(errors.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["events.1"]);
    }

    #[test]
    fn only_what_is_sent_changes() {
        let endpoint =
            form(r#"{"url": "https://a.example/", "description": "Books"}"#).parse().expect("an endpoint");
        let changed = form(r#"{"enabled": false}"#).over(endpoint.to_form()).parse().expect("an endpoint");
        assert_eq!(changed, Endpoint { is_enabled: false, ..endpoint.clone() });
        let emptied = form(r#"{"description": null}"#).over(endpoint.to_form()).parse().expect("an endpoint");
        assert_eq!(emptied, Endpoint { description: None, ..endpoint });
    }

    #[test]
    fn the_pauses_come_to_three_days_and_end() {
        let pauses: Vec<Duration> = (1..).map_while(|attempts| pause_after(attempts, 0)).collect();
        assert_eq!(pauses[0], Duration::from_secs(5));
        assert_eq!(pauses.len(), 9, "ten attempts in all");
        let whole: Duration = pauses.iter().sum();
        assert!(whole > Duration::from_hours(72) && whole < Duration::from_hours(80), "{whole:?}");
        assert_eq!(pause_after(10, u8::MAX), None);
    }

    proptest! {
        #[test]
        fn jitter_lengthens_a_pause_by_a_tenth_at_most(attempts in 1_u64..=9, jitter: u8) {
            let (least, pause) = (pause_after(attempts, 0), pause_after(attempts, jitter));
            prop_assert!(pause >= least);
            prop_assert!(pause <= least.map(|least| least + least / 10));
        }
    }
}
