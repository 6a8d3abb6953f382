//! The tag Account (contract, section 2).

mod addresses;
mod details;
mod login;
mod logout;
mod orders;
mod password;
mod payment_methods;
mod personal_data;
mod register;
mod rewards;
mod sessions;
mod subscriptions;
mod verify;

use commerce::Shop;
use commerce::accounts::Details;
use domain::fields::{Fields, Invalid};
use domain::tenants::return_url;
use marzipan_http::idempotency::honoured;
use marzipan_http::ratelimit::strict;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::Storefront;

pub(crate) use addresses::PlainAddress;
pub(crate) use orders::OrderBody;
pub(crate) use payment_methods::LONGEST_TOKEN;

pub(crate) fn routes() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new()
        .routes(routes!(register::register).layer((strict("register"), honoured())))
        .routes(routes!(verify::verify).layer(strict("verify")))
        .routes(routes!(verify::resend).layer(strict("verify")))
        .routes(routes!(login::login).layer(strict("login")))
        .routes(routes!(logout::logout))
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
        .routes(routes!(details::show, details::change))
        .routes(routes!(password::request_reset, password::change).layer(strict("password")))
        .routes(routes!(password::reset).layer(strict("password")))
        .routes(routes!(orders::list))
        .routes(routes!(orders::show))
        .routes(routes!(orders::invoice))
        .routes(routes!(orders::reorder).layer(honoured()))
        .routes(routes!(payment_methods::list))
        .routes(routes!(payment_methods::begin).layer(honoured()))
        .routes(routes!(payment_methods::make_default))
        .routes(routes!(payment_methods::remove))
        .routes(routes!(rewards::show))
        .routes(routes!(subscriptions::list))
        .routes(routes!(addresses::list))
        .routes(routes!(addresses::add).layer(honoured()))
        .routes(routes!(addresses::change, addresses::remove))
        .routes(routes!(personal_data::export))
        .routes(routes!(personal_data::erase).layer(strict("password")))
}

/// One sentence for the person who called.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageBody {
    /// The sentence.
    pub(crate) message: &'static str,
}

/// One resource.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataBody<T> {
    /// The resource.
    pub(crate) data: T,
}

/// A customer's details: the published keys first, then our own.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "firstName": "Ann",
    "lastName": "Smith",
    "email": "ann@example.com",
    "phone": null,
    "marketing": ["email"],
    "id": "01926a3c-0000-7000-8000-000000000001",
    "emailVerified": true,
    "dateOfBirth": null,
    "isSubscriber": false,
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct DetailsBody {
    first_name: String,
    last_name: String,
    #[schema(format = Email)]
    email: String,
    #[schema(required)]
    phone: Option<String>,
    #[schema(value_type = Vec<Channel>)]
    marketing: domain::accounts::Marketing,
    #[schema(format = Uuid)]
    id: String,
    /// Whether the address was proved.
    email_verified: bool,
    #[schema(required, format = Date)]
    date_of_birth: Option<String>,
    /// Whether a subscription of theirs is active.
    is_subscriber: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A way in which a customer agreed to hear from the shop.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `Marketing` reads and writes")]
pub(crate) enum Channel {
    Email,
    Sms,
    Phone,
    Post,
}

impl From<Details> for DetailsBody {
    fn from(details: Details) -> Self {
        let Details {
            first_name,
            last_name,
            email,
            phone,
            marketing,
            id,
            email_verified,
            date_of_birth,
            is_subscriber,
            created_at,
        } = details;
        Self {
            first_name,
            last_name,
            email,
            phone,
            marketing,
            id: id.to_string(),
            email_verified,
            date_of_birth,
            is_subscriber,
            created_at: created_at.to_string(),
        }
    }
}

/// The page that a mail's link opens: only one of the shop's own origins, any other is left out. Refused where it is longer
/// than any page's address.
pub(crate) fn return_page(fields: &mut Fields, url: Option<String>, shop: &Shop) -> Option<Url> {
    return_url(&short_enough(fields, url)?, &shop.settings.return_origins)
}

/// A page's address of a length that browsers and mail programs take.
fn short_enough(fields: &mut Fields, url: Option<String>) -> Option<String> {
    const MOST: usize = 2000;
    let url = url?;
    if url.chars().count() > MOST {
        fields.refuse("returnUrl", "Must not be longer than 2000 characters.");
        return None;
    }
    Some(url)
}

/// Reads a field that may be left out or blank.
fn optional<T>(
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Option<Result<T, Invalid>> {
    text.filter(|text| !text.trim().is_empty()).map(parse)
}
