//! Subscriptions for staff: GET /subscriptions and /subscriptions/{subscriptionId}, its preview and its renewals.

mod acting;
mod bodies;
mod prices;
mod releases;
mod renewals;

use axum::Json;
use axum::extract::State;
use commerce::subscriptions::{self, SubscriptionFilter, Who};
use commerce::{Commerce, Shop};
use domain::fields::{FieldErrors, Fields};
use domain::ids::{CustomerId, ProductId, SubscriptionId};
use domain::problem::Problem;
use domain::subscriptions::SubscriptionStatus;
use domain::text::filled;
use marzipan_http::idempotency::honoured;
use marzipan_http::openapi::{Always, Conflict, Forbidden, Invalid, NotFound, Unauthenticated};
use marzipan_http::{ApiError, ETag, ListBody, Paging, PagingParams, Query, Segment};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use self::bodies::{RenewalPreviewBody, SubscriptionBody, SubscriptionEntryBody};
use self::renewals::RenewalBody;
use crate::Admin;
use crate::bodies::{DataBody, page};
use crate::identity::{Staff, SubscriptionsRead};

/// What staff do with subscriptions, their renewals, releases and prices.
pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, acting::change))
        .routes(routes!(preview))
        .routes(routes!(list_renewals))
        .routes(routes!(acting::set_items))
        .routes(routes!(acting::skip).layer(honoured()))
        .routes(routes!(acting::pause).layer(honoured()))
        .routes(routes!(acting::resume).layer(honoured()))
        .routes(routes!(acting::cancel).layer(honoured()))
        .routes(routes!(acting::reactivate).layer(honoured()))
        .routes(routes!(acting::renew).layer(honoured()))
        .routes(routes!(renewals::list))
        .routes(routes!(renewals::retry).layer(honoured()))
        .routes(routes!(renewals::resolve).layer(honoured()))
        .routes(routes!(releases::list))
        .routes(routes!(releases::add).layer(honoured()))
        .routes(routes!(releases::show, releases::replace, releases::remove))
        .routes(routes!(prices::list))
        .routes(routes!(prices::add).layer(honoured()))
}

type Answer = (ETag, Json<DataBody<SubscriptionBody>>);

/// The subscription as it is now.
async fn answer(commerce: &Commerce, shop: &Shop, id: SubscriptionId) -> Result<Answer, ApiError> {
    let found = subscriptions::find(commerce, shop, id).await.map_err(Problem::from)?;
    Ok((ETag::of_version(found.0.version), Json(DataBody::of(found))))
}

/// Which subscriptions to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct SubscriptionQuery {
    /// Only in this state.
    #[param(required = false, value_type = String, pattern = "^(|pending|active|past_due|paused|cancelled|expired)$")]
    status: Option<String>,
    /// Only to this package.
    #[param(required = false, value_type = String, pattern = "^(|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    package_id: Option<String>,
    /// Only of this customer.
    #[param(required = false, value_type = String, pattern = "^(|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    customer_id: Option<String>,
    /// Only those that renew on this day of the shop's, or at this time, or later.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$", example = "2026-11-01")]
    renews_from: Option<String>,
    /// Only those that renew on this day or earlier, or before this time.
    #[param(required = false, value_type = String, pattern = "^(|20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$", example = "2026-11-28")]
    renews_until: Option<String>,
}

/// The id that a list is narrowed down to.
fn id_of<T: std::str::FromStr>(
    typed: Option<&str>,
    refusal: &'static str,
) -> Option<Result<T, domain::fields::Invalid>> {
    filled(typed).map(|id| id.parse().map_err(|_| domain::fields::Invalid::fixed(refusal)))
}

impl SubscriptionQuery {
    fn parse(self, shop: &Shop, paging: &Paging) -> Result<SubscriptionFilter, FieldErrors> {
        let mut fields = Fields::default();
        let zone = &shop.settings.timezone;
        let status = filled(self.status.as_deref()).map(SubscriptionStatus::parse);
        let package = id_of::<ProductId>(self.package_id.as_deref(), "Must be a package's id.");
        let customer = id_of::<CustomerId>(self.customer_id.as_deref(), "Must be a customer's id.");
        let from = filled(self.renews_from.as_deref()).map(|day| zone.beginning_of(day));
        let until = filled(self.renews_until.as_deref()).map(|day| zone.end_of(day));
        let filter = SubscriptionFilter {
            status: fields.take_optional("status", status),
            package: fields.take_optional("packageId", package),
            customer: fields.take_optional("customerId", customer),
            renews_from: fields.take_optional("renewsFrom", from),
            renews_until: fields.take_optional("renewsUntil", until),
            offset: paging.offset(),
            limit: paging.limit(),
        };
        fields.finish()?;
        Ok(filter)
    }
}

/// List subscriptions.
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/subscriptions",
    tag = "Subscriptions",
    operation_id = "listSubscriptions",
    security(("adminAuth" = [])),
    params(SubscriptionQuery, PagingParams),
    responses(
        (status = 200, description = "A page of the subscriptions.", body = ListBody<SubscriptionEntryBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    Query(query): Query<SubscriptionQuery>,
    paging: Paging,
) -> Result<ListBody<SubscriptionEntryBody>, ApiError> {
    let filter = query.parse(&who.shop, &paging)?;
    let (found, total) = subscriptions::list(&commerce, &who.shop, filter).await.map_err(Problem::from)?;
    Ok(page(&paging, found, total))
}

/// Show a subscription.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/subscriptions/{subscriptionId}",
    tag = "Subscriptions",
    operation_id = "showSubscription",
    security(("adminAuth" = [])),
    params(("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid)),
    responses(
        (status = 200, description = "The subscription.", body = DataBody<SubscriptionBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
) -> Result<Answer, ApiError> {
    answer(&commerce, &who.shop, id).await
}

/// What is being thought of.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewQuery {
    /// Months between two renewals; as they are if left out.
    #[param(required = false, minimum = 1, maximum = 24, example = 2)]
    billing_interval: Option<i64>,
}

/// Preview the next renewal.
///
/// What it will charge and send, as things are now. Nothing is changed by asking for another interval.
#[utoipa::path(
    get,
    path = "/subscriptions/{subscriptionId}/preview",
    tag = "Subscriptions",
    operation_id = "previewSubscription",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        PreviewQuery,
    ),
    responses(
        (status = 200, description = "The next renewal.", body = DataBody<RenewalPreviewBody>),
        Unauthenticated, Forbidden, NotFound, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn preview(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
    Query(query): Query<PreviewQuery>,
) -> Result<Json<DataBody<RenewalPreviewBody>>, ApiError> {
    let asks = Who::Staff(who.actor);
    let found = subscriptions::preview(&commerce, &who.shop, asks, id, query.billing_interval).await;
    Ok(Json(DataBody::of(found.map_err(Problem::from)?)))
}

/// List a subscription's renewals.
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/subscriptions/{subscriptionId}/renewals",
    tag = "Subscriptions",
    operation_id = "listSubscriptionRenewals",
    security(("adminAuth" = [])),
    params(
        ("subscriptionId" = String, Path, description = "The subscription's id.", format = Uuid),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of its renewals.", body = ListBody<RenewalBody>),
        Unauthenticated, Forbidden, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn list_renewals(
    Staff { who, .. }: Staff<SubscriptionsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriptionId>,
    paging: Paging,
) -> Result<ListBody<RenewalBody>, ApiError> {
    let asks = Who::Staff(who.actor);
    let (found, total) =
        subscriptions::renewals_of(&commerce, &who.shop, asks, id, paging.offset(), paging.limit())
            .await
            .map_err(Problem::from)?;
    Ok(page(&paging, found, total))
}
