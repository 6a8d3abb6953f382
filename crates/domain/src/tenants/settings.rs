//! A shop's settings. Rule: settings that exist are whole and valid; a change is read as a whole or not at all.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::accounts::{Email, Phone};
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::slugs::ThingSlug;
use crate::tenants::{
    CheckoutForm, CheckoutSettings, Colour, Currency, HttpsUrl, Locale, Origin, ShopName, Slug,
    SubscriptionForm, SubscriptionSettings, TimeZoneName,
};
use crate::text::{self, filled};
use crate::time::Timestamp;

/// The colours of a shop's mails and pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Colours {
    /// Of headings and buttons.
    pub primary: Colour,
    /// Of what they stand on.
    pub background: Colour,
}

impl Default for Colours {
    fn default() -> Self {
        Self { primary: Colour::wine_red(), background: Colour::cream() }
    }
}

const STORE_SLUG: &str = "store";
const SUBSCRIPTIONS_SLUG: &str = "subscriptions";

fn default_slug(slug: &'static str) -> ThingSlug {
    ThingSlug::parse(slug).expect("a default that the tests read")
}

/// The age in years from which a shop sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MinimumAge(u8);

impl MinimumAge {
    /// Reads 1 to 120 years.
    pub fn parse(years: i64) -> Result<Self, Invalid> {
        u8::try_from(years)
            .ok()
            .filter(|years| (1..=120).contains(years))
            .map(Self)
            .ok_or_else(|| Invalid::new("Must be from 1 to 120, or null for none."))
    }

    /// The years.
    #[must_use]
    pub const fn years(self) -> u8 {
        self.0
    }
}

/// What a shop is set up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "SettingsForm")]
pub struct Settings {
    /// The shop's name.
    pub name: ShopName,
    /// What its prices are in.
    pub currency: Currency,
    /// Where its days begin and end.
    pub timezone: TimeZoneName,
    /// The language of its mails.
    pub locale: Locale,
    /// The colours of its mails.
    pub colours: Colours,
    /// The logo at the head of its mails.
    pub logo_url: Option<HttpsUrl>,
    /// Where customers can write to.
    pub contact_email: Option<Email>,
    /// Whom its mails are from; the installation's address if left out.
    pub mail_from: Option<Email>,
    /// The origins of web pages that may call the API from a browser.
    pub allowed_origins: Vec<Origin>,
    /// The origins that a link in a mail may lead back to.
    pub return_origins: Vec<Origin>,
    /// The age from which it sells; `None` where that is not asked.
    pub minimum_age: Option<MinimumAge>,
    /// Where on its web site the shop's products stand.
    pub store_slug: ThingSlug,
    /// Where on its web site the subscriptions stand.
    pub subscriptions_slug: ThingSlug,
    /// What subscribers of its newsletter choose from.
    pub newsletter_topics: Vec<Slug>,
    /// The number that customers can ring.
    pub contact_phone: Option<Phone>,
    /// The lines of the shop's postal address.
    pub contact_address: Vec<String>,
    /// Where the shop is found elsewhere.
    pub social_links: Vec<SocialLink>,
    /// How it sells.
    pub checkout: CheckoutSettings,
    /// How it runs its subscriptions.
    pub subscriptions: SubscriptionSettings,
}

/// A page of the shop on another site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SocialLink {
    /// The name of the site.
    pub name: String,
    /// The page.
    pub url: HttpsUrl,
}

impl Settings {
    /// The settings of a new shop.
    #[must_use]
    pub fn new(name: ShopName, currency: Currency, timezone: TimeZoneName) -> Self {
        Self {
            name,
            currency,
            timezone,
            locale: Locale::default(),
            colours: Colours::default(),
            logo_url: None,
            contact_email: None,
            mail_from: None,
            allowed_origins: Vec::new(),
            return_origins: Vec::new(),
            minimum_age: None,
            store_slug: default_slug(STORE_SLUG),
            subscriptions_slug: default_slug(SUBSCRIPTIONS_SLUG),
            newsletter_topics: Vec::new(),
            contact_phone: None,
            contact_address: Vec::new(),
            social_links: Vec::new(),
            checkout: CheckoutForm::default()
                .parse(&mut Fields::default())
                .expect("defaults that the tests read"),
            subscriptions: SubscriptionForm::default()
                .parse(&mut Fields::default())
                .expect("defaults that the tests read"),
        }
    }

    /// The day that it is at the shop.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Date {
        self.timezone.date_at(now)
    }

    /// The settings as a form that [`SettingsForm::parse`] reads back.
    #[must_use]
    pub fn to_form(&self) -> SettingsForm {
        let Self {
            name,
            currency,
            timezone,
            locale,
            colours,
            logo_url,
            contact_email,
            mail_from,
            allowed_origins,
            return_origins,
            minimum_age,
            store_slug,
            subscriptions_slug,
            newsletter_topics,
            contact_phone,
            contact_address,
            social_links,
            checkout,
            subscriptions,
        } = self;
        let links = social_links.iter().map(|SocialLink { name, url }| SocialLinkForm {
            name: Some(name.clone()),
            url: Some(url.as_str().to_owned()),
        });
        let texts = |origins: &[Origin]| origins.iter().map(|origin| origin.as_str().to_owned()).collect();
        SettingsForm {
            name: Some(name.as_str().to_owned()),
            currency: Some(currency.as_str().to_owned()),
            timezone: Some(timezone.as_str().to_owned()),
            locale: Some(locale.as_str().to_owned()),
            colours: Some(ColoursForm {
                primary: Some(colours.primary.as_str().to_owned()),
                background: Some(colours.background.as_str().to_owned()),
            }),
            logo_url: logo_url.as_ref().map(|url| url.as_str().to_owned()),
            contact_email: contact_email.as_ref().map(|email| email.as_str().to_owned()),
            mail_from: mail_from.as_ref().map(|email| email.as_str().to_owned()),
            allowed_origins: Some(texts(allowed_origins)),
            return_origins: Some(texts(return_origins)),
            minimum_age: minimum_age.map(|age| i64::from(age.years())),
            store_slug: Some(store_slug.as_str().to_owned()),
            subscriptions_slug: Some(subscriptions_slug.as_str().to_owned()),
            newsletter_topics: Some(
                newsletter_topics.iter().map(|topic| topic.as_str().to_owned()).collect(),
            ),
            contact_phone: contact_phone.as_ref().map(|phone| phone.as_str().to_owned()),
            contact_address: Some(contact_address.clone()),
            social_links: Some(links.collect()),
            checkout: Some(checkout.to_form()),
            subscriptions: Some(subscriptions.to_form()),
        }
    }
}

/// Colours as they are typed or stored; what is left out is as in a new shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of Colours")]
pub struct ColoursForm {
    pub primary: Option<String>,
    pub background: Option<String>,
}

/// Settings as they are typed or stored. A PATCH is [`Settings::to_form`], fields overwritten, [`SettingsForm::parse`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Settings")]
pub struct SettingsForm {
    pub name: Option<String>,
    pub currency: Option<String>,
    pub timezone: Option<String>,
    pub locale: Option<String>,
    pub colours: Option<ColoursForm>,
    pub logo_url: Option<String>,
    pub contact_email: Option<String>,
    pub mail_from: Option<String>,
    pub allowed_origins: Option<Vec<String>>,
    pub return_origins: Option<Vec<String>>,
    pub minimum_age: Option<i64>,
    pub store_slug: Option<String>,
    pub subscriptions_slug: Option<String>,
    pub newsletter_topics: Option<Vec<String>>,
    pub contact_phone: Option<String>,
    pub contact_address: Option<Vec<String>>,
    pub social_links: Option<Vec<SocialLinkForm>>,
    pub checkout: Option<CheckoutForm>,
    pub subscriptions: Option<SubscriptionForm>,
}

/// A page of the shop on another site, as it is typed or stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of SocialLink")]
pub struct SocialLinkForm {
    pub name: Option<String>,
    pub url: Option<String>,
}

impl SettingsForm {
    /// The settings, or all their bad fields. What is left out or blank is as in a new shop.
    pub fn parse(self) -> Result<Settings, FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", ShopName::parse(self.name.as_deref().unwrap_or_default()));
        let currency = fields.take("currency", Currency::parse(self.currency.as_deref().unwrap_or_default()));
        let timezone =
            fields.take("timezone", TimeZoneName::parse(self.timezone.as_deref().unwrap_or_default()));
        let locale = optional(&mut fields, "locale", self.locale.as_deref(), Locale::parse);
        let colours = self.colours.unwrap_or_default();
        let primary = optional(&mut fields, "colours.primary", colours.primary.as_deref(), Colour::parse);
        let background =
            optional(&mut fields, "colours.background", colours.background.as_deref(), Colour::parse);
        let logo_url = optional(&mut fields, "logoUrl", self.logo_url.as_deref(), HttpsUrl::parse);
        let contact_email =
            optional(&mut fields, "contactEmail", self.contact_email.as_deref(), Email::parse);
        let mail_from = optional(&mut fields, "mailFrom", self.mail_from.as_deref(), Email::parse);
        let allowed_origins =
            origins(&mut fields, "allowedOrigins", self.allowed_origins.unwrap_or_default());
        let return_origins = origins(&mut fields, "returnOrigins", self.return_origins.unwrap_or_default());
        let minimum_age = fields.take_optional("minimumAge", self.minimum_age.map(MinimumAge::parse));
        let store_slug = optional(&mut fields, "storeSlug", self.store_slug.as_deref(), ThingSlug::parse);
        let subscriptions_slug =
            optional(&mut fields, "subscriptionsSlug", self.subscriptions_slug.as_deref(), ThingSlug::parse);
        let newsletter_topics = topics(&mut fields, self.newsletter_topics.unwrap_or_default());
        let contact_phone =
            optional(&mut fields, "contactPhone", self.contact_phone.as_deref(), Phone::parse);
        let contact_address = address_lines(&mut fields, self.contact_address.unwrap_or_default());
        let social_links = social_links(&mut fields, self.social_links.unwrap_or_default());
        let checkout = self.checkout.unwrap_or_default().parse(&mut fields);
        let subscriptions = self.subscriptions.unwrap_or_default().parse(&mut fields);
        match (name, currency, timezone, checkout.zip(subscriptions)) {
            (Some(name), Some(currency), Some(timezone), Some((checkout, subscriptions))) => {
                fields.finish().map(|()| Settings {
                    name,
                    currency,
                    timezone,
                    locale: locale.unwrap_or_default(),
                    colours: Colours {
                        primary: primary.unwrap_or_else(Colour::wine_red),
                        background: background.unwrap_or_else(Colour::cream),
                    },
                    logo_url,
                    contact_email,
                    mail_from,
                    allowed_origins,
                    return_origins,
                    minimum_age,
                    store_slug: store_slug.unwrap_or_else(|| default_slug(STORE_SLUG)),
                    subscriptions_slug: subscriptions_slug
                        .unwrap_or_else(|| default_slug(SUBSCRIPTIONS_SLUG)),
                    newsletter_topics,
                    contact_phone,
                    contact_address,
                    social_links,
                    checkout,
                    subscriptions,
                })
            }
            _ => Err(fields.into_errors()),
        }
    }
}

impl TryFrom<SettingsForm> for Settings {
    type Error = FieldErrors;

    fn try_from(form: SettingsForm) -> Result<Self, FieldErrors> {
        form.parse()
    }
}

/// Blank lines are passed over.
fn address_lines(fields: &mut Fields, typed: Vec<String>) -> Vec<String> {
    const MOST: usize = 6;
    const LINE: usize = 100;
    if typed.len() > MOST {
        fields.refuse("contactAddress", "Must not have more than 6 lines.");
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (index, line) in typed.iter().enumerate() {
        lines.extend(
            fields.take(&format!("contactAddress.{index}"), text::optional_line(line, LINE)).flatten(),
        );
    }
    lines
}

fn social_links(fields: &mut Fields, typed: Vec<SocialLinkForm>) -> Vec<SocialLink> {
    const MOST: usize = 20;
    const NAME: usize = 50;
    if typed.len() > MOST {
        fields.refuse("socialLinks", "Must not have more than 20 entries.");
        return Vec::new();
    }
    let mut links = Vec::new();
    for (index, SocialLinkForm { name, url }) in typed.into_iter().enumerate() {
        let name = text::one_line(name.as_deref().unwrap_or_default(), NAME);
        let name = fields.take(&format!("socialLinks.{index}.name"), name);
        let url = HttpsUrl::parse(url.as_deref().unwrap_or_default());
        let url = fields.take(&format!("socialLinks.{index}.url"), url);
        links.extend(name.zip(url).map(|(name, url)| SocialLink { name, url }));
    }
    links
}

fn optional<T>(
    fields: &mut Fields,
    path: &str,
    text: Option<&str>,
    parse: fn(&str) -> Result<T, Invalid>,
) -> Option<T> {
    fields.take_optional(path, filled(text).map(parse))
}

/// At most 20 topics, each once, in the order given.
fn topics(fields: &mut Fields, texts: Vec<String>) -> Vec<Slug> {
    const MAX: usize = 20;

    if texts.len() > MAX {
        fields.refuse("newsletterTopics", "Must be at most 20 topics.");
        return Vec::new();
    }
    let mut topics = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        if let Some(topic) = fields.take(&format!("newsletterTopics.{index}"), Slug::parse(text))
            && !topics.contains(&topic)
        {
            topics.push(topic);
        }
    }
    topics
}

/// At most 50 origins, each once, in the order given.
fn origins(fields: &mut Fields, path: &str, texts: Vec<String>) -> Vec<Origin> {
    const MAX: usize = 50;

    if texts.len() > MAX {
        fields.refuse(path, "Must be at most 50 origins.");
        return Vec::new();
    }
    let mut origins = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        if let Some(origin) = fields.take(&format!("{path}.{index}"), Origin::parse(text))
            && !origins.contains(&origin)
        {
            origins.push(origin);
        }
    }
    origins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "the fields of a form are optional")]
    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn whole() -> SettingsForm {
        SettingsForm {
            name: some("Malt & Vine"),
            currency: some("gbp"),
            timezone: some("europe/london"),
            locale: some("fr-fr"),
            colours: Some(ColoursForm { primary: some("#112233"), background: None }),
            logo_url: some("https://cdn.example/logo.svg"),
            contact_email: some("Hello@Example.com"),
            mail_from: some(" "),
            allowed_origins: Some(vec!["https://a.example/".to_owned(), "https://a.example".to_owned()]),
            return_origins: Some(vec!["http://localhost:3000".to_owned()]),
            minimum_age: Some(18),
            store_slug: None,
            subscriptions_slug: some("clubs"),
            newsletter_topics: Some(vec!["offers".to_owned(), "offers".to_owned(), "events".to_owned()]),
            contact_phone: some("01947 000000"),
            contact_address: Some(vec!["7 Harbour Row".to_owned(), " ".to_owned(), "Whitby".to_owned()]),
            social_links: Some(vec![SocialLinkForm {
                name: some("Pixels"),
                url: some("https://pixels.example/mv"),
            }]),
            checkout: Some(CheckoutForm {
                tax_included: Some(false),
                country: some("FR"),
                vat_number: some("FR12345678901"),
                reservation_minutes: Some(30),
                order_multiple: Some(6),
                delivery_countries: Some(vec!["FR".to_owned(), "BE".to_owned()]),
            }),
            subscriptions: Some(SubscriptionForm {
                editable_hours: Some(24),
                dunning_end: some("pause"),
                ..SubscriptionForm::default()
            }),
        }
    }

    #[test]
    fn a_whole_form_becomes_settings() {
        let settings = whole().parse().expect("valid settings");
        let json = serde_json::to_string(&settings).expect("JSON");
        assert_eq!(
            json,
            concat!(
                r##"{"name":"Malt & Vine","currency":"GBP","timezone":"Europe/London","locale":"fr-FR","##,
                r##""colours":{"primary":"#112233","background":"#fdf8f0"},"##,
                r##""logoUrl":"https://cdn.example/logo.svg","contactEmail":"hello@example.com","mailFrom":null,"##,
                r##""allowedOrigins":["https://a.example"],"returnOrigins":["http://localhost:3000"],"minimumAge":18,"##,
                r##""storeSlug":"store","subscriptionsSlug":"clubs","newsletterTopics":["offers","events"],"##,
                r##""contactPhone":"01947 000000","##,
                r##""contactAddress":["7 Harbour Row","Whitby"],"##,
                r##""socialLinks":[{"name":"Pixels","url":"https://pixels.example/mv"}],"##,
                r##""checkout":{"taxIncluded":false,"country":"FR","vatNumber":"FR12345678901","##,
                r##""reservationMinutes":30,"orderMultiple":6,"deliveryCountries":["FR","BE"]},"##,
                r##""subscriptions":{"editableHours":24,"reminderDays":5,"dunningDays":[1,3,5,7],"dunningEnd":"pause","##,
                r##""soldOut":"replace","missed":"once","priceNoticeDays":30}}"##,
            )
        );
        assert_eq!(serde_json::from_str::<Settings>(&json).expect("what was stored"), settings);
        assert_eq!(settings.to_form().parse(), Ok(settings));
    }

    #[test]
    fn three_fields_are_enough() {
        let form = SettingsForm {
            name: some("Malt & Vine"),
            currency: some("GBP"),
            timezone: some("Europe/London"),
            ..SettingsForm::default()
        };
        let settings = form.parse().expect("valid settings");
        let (name, currency, timezone) = (&settings.name, settings.currency, &settings.timezone);
        assert_eq!(Settings::new(name.clone(), currency, timezone.clone()), settings);
    }

    #[test]
    fn settings_of_an_older_release_are_read_and_unknown_keys_passed_over() {
        let stored = r#"{"name":"A","currency":"GBP","timezone":"UTC","later":{"x":1}}"#;
        let settings: Settings = serde_json::from_str(stored).expect("stored settings");
        assert_eq!((settings.locale, settings.minimum_age), (Locale::default(), None));
        assert!(
            serde_json::from_str::<Settings>(r#"{"name":"A","currency":"XXX","timezone":"UTC"}"#).is_err()
        );
    }

    #[test]
    fn every_refused_field_is_named_at_once() {
        let errors = SettingsForm {
            name: None,
            currency: some("pounds"),
            timezone: some("+01:00"),
            locale: some("english"),
            colours: Some(ColoursForm { primary: some("red"), background: some("url(x)") }),
            logo_url: some("http://cdn.example/logo.svg"),
            contact_email: some("hello"),
            mail_from: some("a@b@c"),
            allowed_origins: Some(vec!["https://a.example".to_owned(), "*".to_owned()]),
            return_origins: Some(vec!["https://a.example".to_owned(); 51]),
            minimum_age: Some(0),
            store_slug: some("a b"),
            subscriptions_slug: some("-"),
            newsletter_topics: Some(vec!["offers".to_owned(), "No topic".to_owned()]),
            contact_phone: some("call me"),
            contact_address: Some(vec!["fine".to_owned(), "a\nb".to_owned()]),
            social_links: Some(vec![SocialLinkForm { name: None, url: some("javascript:alert(1)") }]),
            checkout: None,
            subscriptions: None,
        }
        .parse()
        .expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            [
                "allowedOrigins.1",
                "colours.background",
                "colours.primary",
                "contactAddress.1",
                "contactEmail",
                "contactPhone",
                "currency",
                "locale",
                "logoUrl",
                "mailFrom",
                "minimumAge",
                "name",
                "newsletterTopics.1",
                "returnOrigins",
                "socialLinks.0.name",
                "socialLinks.0.url",
                "storeSlug",
                "subscriptionsSlug",
                "timezone",
            ]
        );
    }

    #[test]
    fn ages_are_of_people() {
        assert_eq!(MinimumAge::parse(18).map(MinimumAge::years), Ok(18));
        for years in [i64::MIN, -1, 0, 121, 256 + 18, i64::MAX] {
            assert!(MinimumAge::parse(years).is_err(), "{years}");
        }
    }

    #[test]
    fn a_day_begins_where_the_shop_is() {
        let late = Timestamp::parse("2026-06-30T23:30:00Z").expect("a time");
        let settings = whole().parse().expect("valid settings");
        assert_eq!(settings.today(late).to_string(), "2026-07-01");
    }
}
