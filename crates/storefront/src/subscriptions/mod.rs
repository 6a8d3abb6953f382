//! The customer's subscriptions, of the tag Subscriptions (contract, section 4).

mod bodies;
mod changes;
mod commands;
mod reading;

use axum::Json;
use commerce::subscriptions::{SubscriptionError, SubscriptionView};
use domain::ids::SubscriptionId;
use domain::problem::Problem;
use marzipan_http::idempotency::honoured;
use marzipan_http::{ApiError, ETag, Segment};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::Storefront;
use crate::account::DataBody;

use self::bodies::SubscriptionBody;

pub(crate) use bodies::SummaryBody;

pub(crate) fn routes() -> OpenApiRouter<Storefront> {
    OpenApiRouter::new()
        .routes(routes!(commands::redeem).layer(honoured()))
        .routes(routes!(reading::show, changes::change))
        .routes(routes!(changes::set_items))
        .routes(routes!(commands::skip).layer(honoured()))
        .routes(routes!(commands::pause).layer(honoured()))
        .routes(routes!(commands::resume).layer(honoured()))
        .routes(routes!(commands::cancel).layer(honoured()))
        .routes(routes!(commands::reactivate).layer(honoured()))
        .routes(routes!(commands::renew).layer(honoured()))
        .routes(routes!(reading::renewals))
        .routes(routes!(reading::preview))
}

/// What the address names; anything else is a subscription that there is not.
type Id = Segment<SubscriptionId>;

/// A subscription with its version.
type Answer = (ETag, Json<DataBody<SubscriptionBody>>);

fn shown(found: Result<SubscriptionView, SubscriptionError>) -> Result<Answer, ApiError> {
    let view = found.map_err(Problem::from)?;
    Ok((ETag::of_version(view.version), Json(DataBody { data: view.into() })))
}
