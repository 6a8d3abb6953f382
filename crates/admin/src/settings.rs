//! GET and PATCH /settings.

mod subscriptions;

use axum::Json;
use axum::extract::State;
use commerce::{Commerce, Shop, tenants};
use domain::problem::Problem;
use domain::tenants::{CheckoutForm, MinimumAge, Origin, Settings, SettingsForm, SocialLink, SocialLinkForm};
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IfMatchParam, Invalid, PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, Patch, Preconditions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::subscriptions::{SubscriptionsBody, SubscriptionsPatch};
use crate::bodies::DataBody;
use crate::fields::Filled;
use crate::identity::{SettingsRead, SettingsWrite, Staff};
use marzipan_http::fields::{line_schema, phone_schema};

/// What the shop is set up with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Malt & Vine",
    "currency": "GBP",
    "timezone": "Europe/London",
    "locale": "en-GB",
    "colours": {"primary": "#7b1e3a", "background": "#fdf8f0"},
    "logoUrl": "https://shop.example/logo.png",
    "contactEmail": "hello@shop.example",
    "mailFrom": null,
    "allowedOrigins": ["https://shop.example"],
    "returnOrigins": ["https://shop.example"],
    "minimumAge": 18,
    "storeSlug": "store",
    "subscriptionsSlug": "subscriptions",
    "newsletterTopics": ["offers", "events"],
    "contactPhone": "01947 000000",
    "contactAddress": ["7 Harbour Row", "Whitby"],
    "socialLinks": [{"name": "Pixels", "url": "https://pixels.example/malt-and-vine"}],
    "checkout": {
        "taxIncluded": true,
        "country": "GB",
        "vatNumber": "GB123456789",
        "reservationMinutes": 15,
        "orderMultiple": null,
        "deliveryCountries": ["GB", "IE"],
    },
    "subscriptions": {
        "editableHours": 48,
        "reminderDays": 5,
        "dunningDays": [1, 3, 5, 7],
        "dunningEnd": "cancel",
        "soldOut": "replace",
        "missed": "once",
        "priceNoticeDays": 30,
    },
}))]
pub(crate) struct SettingsBody {
    name: String,
    /// What prices are in: an ISO 4217 code.
    currency: &'static str,
    /// The IANA name of the zone where the shop's days begin and end.
    timezone: String,
    /// The language of its mails: a BCP 47 tag.
    locale: String,
    colours: ColoursBody,
    /// The logo at the head of its mails.
    #[schema(required)]
    logo_url: Option<String>,
    /// Where customers can write to.
    #[schema(required)]
    contact_email: Option<String>,
    /// Whom its mails are from; null for the installation's address.
    #[schema(required)]
    mail_from: Option<String>,
    /// The origins of web pages that may call the storefront from a browser.
    allowed_origins: Vec<String>,
    /// The origins that a link in a mail may lead back to.
    return_origins: Vec<String>,
    /// The age in years from which the shop sells; null where it does not ask.
    #[schema(required)]
    minimum_age: Option<u8>,
    /// Where on its web site the shop's products stand.
    store_slug: String,
    /// Where on its web site the subscriptions stand.
    subscriptions_slug: String,
    /// What subscribers of its newsletter choose from.
    newsletter_topics: Vec<String>,
    /// The number that customers can ring.
    #[schema(required)]
    contact_phone: Option<String>,
    /// The lines of the shop's postal address.
    contact_address: Vec<String>,
    /// Where the shop is found elsewhere.
    social_links: Vec<SocialLinkBody>,
    checkout: CheckoutBody,
    subscriptions: SubscriptionsBody,
}

/// How the shop sells.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckoutBody {
    /// Whether prices include tax.
    tax_included: bool,
    /// Where the shop is: ISO 3166 alpha-2.
    country: String,
    /// What stands on invoices; null for a shop that is not registered.
    #[schema(required)]
    vat_number: Option<String>,
    /// How long stock is held for a checkout, in minutes.
    reservation_minutes: i64,
    /// How many units a parcel is packed in; null for any number.
    #[schema(required)]
    order_multiple: Option<i64>,
    /// Where the shop sends to; everywhere if empty.
    delivery_countries: Vec<String>,
}

/// A page of the shop on another site.
#[derive(Serialize, ToSchema)]
pub(crate) struct SocialLinkBody {
    /// The name of that site.
    name: String,
    url: String,
}

/// The colours of the shop's mails.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColoursBody {
    /// Of headings and buttons.
    primary: String,
    /// Of what they stand on.
    background: String,
}

impl From<&Settings> for SettingsBody {
    fn from(settings: &Settings) -> Self {
        let Settings {
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
        } = settings;
        let link =
            |link: &SocialLink| SocialLinkBody { name: link.name.clone(), url: link.url.as_str().to_owned() };
        let texts = |origins: &[Origin]| origins.iter().map(|origin| origin.as_str().to_owned()).collect();
        Self {
            name: name.as_str().to_owned(),
            currency: currency.as_str(),
            timezone: timezone.as_str().to_owned(),
            locale: locale.as_str().to_owned(),
            colours: ColoursBody {
                primary: colours.primary.as_str().to_owned(),
                background: colours.background.as_str().to_owned(),
            },
            logo_url: logo_url.as_ref().map(|url| url.as_str().to_owned()),
            contact_email: contact_email.as_ref().map(|email| email.as_str().to_owned()),
            mail_from: mail_from.as_ref().map(|email| email.as_str().to_owned()),
            allowed_origins: texts(allowed_origins),
            return_origins: texts(return_origins),
            minimum_age: minimum_age.map(MinimumAge::years),
            store_slug: store_slug.as_str().to_owned(),
            subscriptions_slug: subscriptions_slug.as_str().to_owned(),
            newsletter_topics: newsletter_topics.iter().map(|topic| topic.as_str().to_owned()).collect(),
            contact_phone: contact_phone.as_ref().map(|phone| phone.as_str().to_owned()),
            contact_address: contact_address.clone(),
            social_links: social_links.iter().map(link).collect(),
            checkout: CheckoutBody {
                tax_included: checkout.tax_included,
                country: checkout.country.as_str().to_owned(),
                vat_number: checkout.vat_number.clone(),
                reservation_minutes: checkout.reservation_minutes,
                order_multiple: checkout.order_multiple,
                delivery_countries: checkout
                    .delivery_countries
                    .iter()
                    .map(|country| country.as_str().to_owned())
                    .collect(),
            },
            subscriptions: subscriptions.into(),
        }
    }
}

fn answer(shop: &Shop) -> (ETag, Json<DataBody<SettingsBody>>) {
    (ETag::of_version(shop.version), Json(DataBody::of(&*shop.settings)))
}

/// Show the settings.
///
/// `ETag` is their version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/settings",
    tag = "Settings",
    operation_id = "showSettings",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The settings.", body = DataBody<SettingsBody>,
            headers(("ETag" = String, description = "Their version."))),
        Unauthenticated, Forbidden, Always,
    )
)]
pub(crate) async fn show(Staff { who, .. }: Staff<SettingsRead>) -> (ETag, Json<DataBody<SettingsBody>>) {
    answer(&who.shop)
}

/// What to change of the settings; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "colours": {"primary": "#14532d"},
    "contactEmail": "hello@shop.example",
    "mailFrom": null,
    "minimumAge": 18,
}))]
pub(crate) struct SettingsPatch {
    #[serde(default)]
    #[schema(schema_with = line_schema)]
    name: Patch<String>,
    /// An ISO 4217 code.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(GBP|EUR|USD|CHF|AUD|NZD|CAD|ZAR|[A-Za-z]{3})$")]
    currency: Patch<String>,
    /// The IANA name of a time zone.
    #[serde(default)]
    #[schema(value_type = String, max_length = 64, pattern = "^(Europe/London|Europe/Berlin|America/New_York|[A-Za-z][A-Za-z0-9_+/-]*)$")]
    timezone: Patch<String>,
    /// A BCP 47 tag: a language, and where it matters a script and a region. Null for `en-GB`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")]
    locale: Patch<Filled>,
    /// Null for those of a new shop.
    #[serde(default)]
    #[schema(value_type = Option<ColoursPatch>)]
    colours: Patch<ColoursPatch>,
    /// Null removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000, pattern = "^https://[a-zA-Z]([a-zA-Z0-9.-]*[a-zA-Z])?(:[0-9]{1,4})?([/?#][!-~]*)?$")]
    logo_url: Patch<Filled>,
    /// Null removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    contact_email: Patch<Filled>,
    /// Null for the installation's address.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    mail_from: Patch<Filled>,
    /// Null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<OriginText>>, max_items = 50)]
    allowed_origins: Patch<Vec<String>>,
    /// Null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<OriginText>>, max_items = 50)]
    return_origins: Patch<Vec<String>>,
    /// Null where the shop does not ask.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 120)]
    minimum_age: Patch<i64>,
    /// Null for `store`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120, pattern = "^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$")]
    store_slug: Patch<Filled>,
    /// Null for `subscriptions`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120, pattern = "^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$")]
    subscriptions_slug: Patch<Filled>,
    /// Each of small letters, digits and hyphens. Null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<TopicWord>>, max_items = 20)]
    newsletter_topics: Patch<Vec<String>>,
    /// Null removes it.
    #[serde(default)]
    #[schema(schema_with = phone_schema)]
    contact_phone: Patch<Filled>,
    /// At most six. Null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AddressLine>>, max_items = 6)]
    contact_address: Patch<Vec<String>>,
    /// Null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<SocialLinkPatch>>, max_items = 20)]
    social_links: Patch<Vec<SocialLinkForm>>,
    /// Null for that of a new shop.
    #[serde(default)]
    #[schema(value_type = Option<CheckoutPatch>)]
    checkout: Patch<CheckoutPatch>,
    /// Null for that of a new shop.
    #[serde(default)]
    #[schema(value_type = Option<SubscriptionsPatch>)]
    subscriptions: Patch<SubscriptionsPatch>,
}

/// What to change of how the shop sells; what is left out stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckoutPatch {
    /// Null for true.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    tax_included: Patch<bool>,
    /// ISO 3166 alpha-2. Null for GB.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(GB|IE|FR|DE|ES|IT|US|CA|AU|NZ)$")]
    country: Patch<Filled>,
    /// Null removes it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20, pattern = "^[A-Z0-9]+$")]
    vat_number: Patch<Filled>,
    /// Null for 15.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1440)]
    reservation_minutes: Patch<i64>,
    /// Null for any number.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 2, maximum = 48)]
    order_multiple: Patch<i64>,
    /// Null for everywhere.
    #[serde(default)]
    #[schema(value_type = Option<Vec<DeliveryCountry>>, max_items = 250)]
    delivery_countries: Patch<Vec<String>>,
}

/// A country that the shop sends to.
#[derive(ToSchema)]
#[schema(example = "GB", pattern = "^(GB|IE|FR|DE|ES|IT|US|CA|AU|NZ)$")]
#[expect(dead_code, reason = "documents what the domain's `CountryCode` reads")]
pub(crate) struct DeliveryCountry(String);

/// A line of the shop's postal address.
#[derive(ToSchema)]
#[schema(example = "7 Harbour Row", max_length = 100)]
#[expect(dead_code, reason = "documents what the domain's settings read")]
pub(crate) struct AddressLine(String);

/// A page of the shop on another site.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the domain's `SocialLinkForm` reads")]
pub(crate) struct SocialLinkPatch {
    #[schema(min_length = 1, max_length = 50)]
    name: String,
    #[schema(
        max_length = 2000,
        pattern = "^https://[a-zA-Z]([a-zA-Z0-9.-]*[a-zA-Z])?(:[0-9]{1,4})?([/?#][!-~]*)?$"
    )]
    url: String,
}

/// What to change of the colours; what is left out stays.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct ColoursPatch {
    /// Null for that of a new shop.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^#[0-9A-Fa-f]{6}$")]
    primary: Patch<Filled>,
    /// Null for that of a new shop.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^#[0-9A-Fa-f]{6}$")]
    background: Patch<Filled>,
}

/// A topic of the newsletter.
#[derive(ToSchema)]
#[schema(example = "offers", max_length = 63, pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
#[expect(dead_code, reason = "documents what the domain's `Slug` reads")]
pub(crate) struct TopicWord(String);

/// The origin of a web page: `https://` and a host, with a port or not; plain `http://` only on the machine itself.
#[derive(ToSchema)]
#[schema(
    example = "https://shop.example",
    max_length = 2000,
    pattern = r"^(https://[a-zA-Z][a-zA-Z0-9]{0,40}(\.[a-zA-Z][a-zA-Z0-9]{0,20}){0,3}(:[1-9][0-9]{0,3})?|http://(localhost|127\.0\.0\.1|\[::1\])(:[1-9][0-9]{0,3})?)/?$"
)]
#[expect(dead_code, reason = "documents what the domain's `Origin` reads")]
pub(crate) struct OriginText(String);

impl SettingsPatch {
    fn write_over(&self, form: &mut SettingsForm) {
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
        over(name, &mut form.name);
        over(currency, &mut form.currency);
        over(timezone, &mut form.timezone);
        over_text(locale, &mut form.locale);
        over_text(logo_url, &mut form.logo_url);
        over_text(contact_email, &mut form.contact_email);
        over_text(mail_from, &mut form.mail_from);
        over(allowed_origins, &mut form.allowed_origins);
        over(return_origins, &mut form.return_origins);
        over(minimum_age, &mut form.minimum_age);
        over_text(store_slug, &mut form.store_slug);
        over_text(subscriptions_slug, &mut form.subscriptions_slug);
        over(newsletter_topics, &mut form.newsletter_topics);
        over_text(contact_phone, &mut form.contact_phone);
        over(contact_address, &mut form.contact_address);
        over(social_links, &mut form.social_links);
        match checkout {
            Patch::Absent => {}
            Patch::Null => form.checkout = None,
            Patch::Value(patch) => patch.write_over(form.checkout.get_or_insert_default()),
        }
        match subscriptions {
            Patch::Absent => {}
            Patch::Null => form.subscriptions = None,
            Patch::Value(patch) => patch.write_over(form.subscriptions.get_or_insert_default()),
        }
        match colours {
            Patch::Absent => {}
            Patch::Null => form.colours = None,
            Patch::Value(ColoursPatch { primary, background }) => {
                let colours = form.colours.get_or_insert_default();
                over_text(primary, &mut colours.primary);
                over_text(background, &mut colours.background);
            }
        }
    }
}

impl CheckoutPatch {
    fn write_over(&self, form: &mut CheckoutForm) {
        let Self {
            tax_included,
            country,
            vat_number,
            reservation_minutes,
            order_multiple,
            delivery_countries,
        } = self;
        over(tax_included, &mut form.tax_included);
        over_text(country, &mut form.country);
        over_text(vat_number, &mut form.vat_number);
        over(reservation_minutes, &mut form.reservation_minutes);
        over(order_multiple, &mut form.order_multiple);
        over(delivery_countries, &mut form.delivery_countries);
    }
}

/// Writes a change over the present value.
fn over<T: Clone>(patch: &Patch<T>, value: &mut Option<T>) {
    if let Some(change) = patch.clone().into_change() {
        *value = change;
    }
}

fn over_text(patch: &Patch<Filled>, value: &mut Option<String>) {
    over(&patch.as_ref().map(|Filled(text)| text.clone()), value);
}

/// Change the settings.
///
/// Only what is sent changes, and all of it or nothing. With `If-Match` the change is refused if somebody else made one
/// since.
#[utoipa::path(
    patch,
    path = "/settings",
    tag = "Settings",
    operation_id = "changeSettings",
    security(("adminAuth" = [])),
    params(IfMatchParam),
    request_body = SettingsPatch,
    responses(
        (status = 200, description = "The settings as they are now.", body = DataBody<SettingsBody>,
            headers(("ETag" = String, description = "Their version."))),
        BadBody, Unauthenticated, Forbidden, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<SettingsWrite>,
    State(commerce): State<Commerce>,
    preconditions: Preconditions,
    JsonBody(patch): JsonBody<SettingsPatch>,
) -> Result<(ETag, Json<DataBody<SettingsBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let write_over = move |form: &mut SettingsForm| patch.write_over(form);
    let shop = tenants::change_settings(&commerce, &who.shop, who.actor, version, write_over)
        .await
        .map_err(Problem::from)?;
    Ok(answer(&shop))
}
