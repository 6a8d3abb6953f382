//! The shop's settings: /settings.

use axum::Json;
use axum::extract::State;
use commerce::tenants;
use commerce::{Commerce, Shop};
use domain::problem::Problem;
use domain::tenants::{Settings, SettingsForm};
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IfMatchParam, Invalid, PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, Patch, Preconditions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::DataBody;
use crate::identity::{ReadSettings, Staff, WriteSettings};

/// The shop's settings.
#[derive(Serialize, ToSchema)]
#[schema(value_type = SettingsDocument)]
pub(crate) struct SettingsBody(Settings);

/// The shop's settings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "The Cellar",
    "currency": "GBP",
    "timezone": "Europe/London",
    "locale": "en-GB",
    "colours": {"primary": "#7b1e3a", "background": "#fdf8f0"},
    "logoUrl": null,
    "contactEmail": "hello@example.com",
    "mailFrom": null,
    "allowedOrigins": ["https://shop.example"],
    "returnOrigins": ["https://shop.example"],
    "minimumAge": 18,
}))]
pub(crate) struct SettingsDocument {
    name: String,
    /// ISO 4217.
    currency: String,
    /// IANA's name.
    timezone: String,
    locale: String,
    colours: ColoursDocument,
    #[schema(required)]
    logo_url: Option<String>,
    #[schema(required)]
    contact_email: Option<String>,
    /// The sender of the shop's mails; one at the server's host if null.
    #[schema(required)]
    mail_from: Option<String>,
    /// Origins whose pages may call the API from a browser.
    allowed_origins: Vec<String>,
    /// Origins that links in mails may lead to.
    return_origins: Vec<String>,
    /// The age in years from which the shop sells.
    #[schema(required)]
    minimum_age: Option<u8>,
}

/// The colours of the shop's mails.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColoursDocument {
    /// Of headings and buttons, `#rrggbb`.
    primary: String,
    /// Of what they stand on.
    background: String,
}

/// The settings with the version that `If-Match` takes.
type Versioned = (ETag, Json<DataBody<SettingsBody>>);

fn versioned(shop: &Shop) -> Versioned {
    (ETag::of_version(shop.version), Json(DataBody { data: SettingsBody(Settings::clone(&shop.settings)) }))
}

/// Show the settings.
///
/// The `ETag` is their version.
#[utoipa::path(
    get,
    path = "/settings",
    tag = "Shop",
    operation_id = "showSettings",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The settings.", body = DataBody<SettingsDocument>),
        Unauthenticated, Forbidden, Always,
    )
)]
pub(crate) async fn show(Staff(who, _): Staff<ReadSettings>) -> Versioned {
    versioned(&who.shop)
}

/// Colours to change.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct ColoursPatch {
    #[schema(pattern = "^#[0-9a-fA-F]{6}$")]
    primary: Option<String>,
    #[schema(pattern = "^#[0-9a-fA-F]{6}$")]
    background: Option<String>,
}

/// What to change; what is left out stays, null goes back to what a new shop has.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"returnOrigins": ["https://shop.example"], "minimumAge": 18}))]
pub(crate) struct SettingsPatch {
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = "^[!-~][ -~]*$")]
    name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(GBP|EUR|USD|AUD|NZD|CAD)$")]
    currency: Patch<String>,
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(Europe/London|Europe/Paris|America/New_York|Australia/Sydney|UTC)$")]
    timezone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(en-GB|en-US|fr-FR|de-DE)$")]
    locale: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<ColoursPatch>)]
    colours: Patch<ColoursPatch>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000, pattern = "^https://[a-z]{1,20}\\.example/[a-z]{0,20}$")]
    logo_url: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    contact_email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    mail_from: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<OriginText>>, max_items = 50)]
    allowed_origins: Patch<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<OriginText>>, max_items = 50)]
    return_origins: Patch<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 120)]
    minimum_age: Patch<i64>,
}

/// The origin of a web page.
#[derive(Serialize, ToSchema)]
#[schema(pattern = "^https://[a-z]{1,20}\\.example$", example = "https://shop.example")]
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
        } = self.clone();
        write(name, &mut form.name);
        write(currency, &mut form.currency);
        write(timezone, &mut form.timezone);
        write(locale, &mut form.locale);
        write(logo_url, &mut form.logo_url);
        write(contact_email, &mut form.contact_email);
        write(mail_from, &mut form.mail_from);
        write(allowed_origins, &mut form.allowed_origins);
        write(return_origins, &mut form.return_origins);
        write(minimum_age, &mut form.minimum_age);
        match colours {
            Patch::Absent => {}
            Patch::Null => form.colours = None,
            Patch::Value(ColoursPatch { primary, background }) => {
                let form = form.colours.get_or_insert_default();
                form.primary = primary.or(form.primary.take());
                form.background = background.or(form.background.take());
            }
        }
    }
}

fn write<T>(patch: Patch<T>, field: &mut Option<T>) {
    if let Some(change) = patch.into_change() {
        *field = change;
    }
}

/// Change the settings.
///
/// Only what is sent changes. With `If-Match` the change is refused where somebody else made one since.
#[utoipa::path(
    patch,
    path = "/settings",
    tag = "Shop",
    operation_id = "changeSettings",
    security(("adminAuth" = [])),
    params(IfMatchParam),
    request_body = SettingsPatch,
    responses(
        (status = 200, description = "The settings as they are now.", body = DataBody<SettingsDocument>),
        BadBody, Unauthenticated, Forbidden, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff(who, _): Staff<WriteSettings>,
    State(commerce): State<Commerce>,
    preconditions: Preconditions,
    JsonBody(patch): JsonBody<SettingsPatch>,
) -> Result<Versioned, ApiError> {
    let expected = preconditions.expected_version()?;
    let write_over = move |form: &mut SettingsForm| patch.write_over(form);
    let shop = tenants::change_settings(&commerce, &who.shop, who.actor, expected, write_over)
        .await
        .map_err(Problem::from)?;
    Ok(versioned(&shop))
}
