//! GET /site.

use axum::Json;
use domain::tenants::{MinimumAge, Settings, SocialLink};
use marzipan_http::openapi::{Always, NotModified, Unauthenticated};
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::Shopper;

/// The shop's public settings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Malt & Vine",
    "currency": "GBP",
    "locale": "en-GB",
    "storeSlug": "store",
    "subscriptionsSlug": "subscriptions",
    "minimumAge": 18,
    "logo": "https://shop.example/logo.png",
    "contact": {"email": "hello@shop.example", "phone": "01947 000000", "address": ["7 Harbour Row", "Whitby"]},
    "socialLinks": [{"name": "Pixels", "url": "https://pixels.example/malt-and-vine"}],
}))]
pub(crate) struct SiteBody {
    name: String,
    /// An ISO 4217 code.
    currency: &'static str,
    /// A BCP 47 tag.
    locale: String,
    store_slug: String,
    subscriptions_slug: String,
    /// The age in years from which the shop sells; null where it does not ask.
    #[schema(required)]
    minimum_age: Option<u8>,
    /// The address of a picture.
    #[schema(required)]
    logo: Option<String>,
    contact: ReachBody,
    social_links: Vec<SocialLinkBody>,
}

/// How to reach the shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReachBody {
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    phone: Option<String>,
    /// The lines of its postal address.
    address: Vec<String>,
}

/// A page of the shop on another site.
#[derive(Serialize, ToSchema)]
pub(crate) struct SocialLinkBody {
    /// The name of that site.
    name: String,
    url: String,
}

impl From<&Settings> for SiteBody {
    fn from(settings: &Settings) -> Self {
        let link = |SocialLink { name, url }: &SocialLink| SocialLinkBody {
            name: name.clone(),
            url: url.as_str().to_owned(),
        };
        Self {
            name: settings.name.as_str().to_owned(),
            currency: settings.currency.as_str(),
            locale: settings.locale.as_str().to_owned(),
            store_slug: settings.store_slug.as_str().to_owned(),
            subscriptions_slug: settings.subscriptions_slug.as_str().to_owned(),
            minimum_age: settings.minimum_age.map(MinimumAge::years),
            logo: settings.logo_url.as_ref().map(|url| url.as_str().to_owned()),
            contact: ReachBody {
                email: settings.contact_email.as_ref().map(|email| email.as_str().to_owned()),
                phone: settings.contact_phone.as_ref().map(|phone| phone.as_str().to_owned()),
                address: settings.contact_address.clone(),
            },
            social_links: settings.social_links.iter().map(link).collect(),
        }
    }
}

/// Show the shop.
///
/// What its site has to know before it draws anything.
#[utoipa::path(
    get,
    path = "/site",
    tag = "CMS",
    operation_id = "showSite",
    security(("tenantAuth" = []), ("accountAuth" = [])),
    responses(
        (status = 200, description = "The shop's public settings.", body = SiteBody,
            headers(("ETag" = String, description = "The tag of this answer."))),
        NotModified, Unauthenticated, Always,
    )
)]
pub(crate) async fn show(Shopper(shopper): Shopper) -> Json<SiteBody> {
    Json(SiteBody::from(&*shopper.shop.settings))
}
