//! GET and POST /shipping-methods, GET, PATCH and DELETE /shipping-methods/{shippingMethodId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::selling::{self, ShippingMethodEntry};
use domain::ids::ShippingMethodId;
use domain::problem::Problem;
use domain::selling::ShippingMethodForm;
use domain::tenants::Currency;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Segment};

use super::shipping_bodies::{NewShippingMethod, ShippingMethodBody, ShippingMethodFields};
use crate::bodies::{DataBody, page_of_all};
use crate::identity::{SellingRead, SellingWrite, Staff};

type Answer = (ETag, Json<DataBody<ShippingMethodBody>>);

fn answer(entry: ShippingMethodEntry, currency: Currency) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody { data: ShippingMethodBody::of(entry, currency) }))
}

/// List shipping methods.
///
/// In their order, also those that are switched off.
#[utoipa::path(
    get,
    path = "/shipping-methods",
    tag = "Shipping methods",
    operation_id = "listShippingMethods",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the shipping methods.", body = ListBody<ShippingMethodBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<ShippingMethodBody>, ApiError> {
    let all = selling::shipping_methods(&commerce, &who.shop).await.map_err(Problem::from)?;
    let currency = who.shop.settings.currency;
    Ok(page_of_all(&paging, all, |entry| ShippingMethodBody::of(entry, currency)))
}

/// Add a shipping method.
///
/// Shoppers can choose it from then on, where it goes.
#[utoipa::path(
    post,
    path = "/shipping-methods",
    tag = "Shipping methods",
    operation_id = "addShippingMethod",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewShippingMethod,
    responses(
        (status = 201, description = "Added.", body = DataBody<ShippingMethodBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<ShippingMethodForm>,
) -> Result<(StatusCode, Answer), ApiError> {
    let entry = selling::create_shipping_method(&commerce, &who.shop, who.actor, form)
        .await
        .map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(entry, who.shop.settings.currency)))
}

/// Show a shipping method.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/shipping-methods/{shippingMethodId}",
    tag = "Shipping methods",
    operation_id = "showShippingMethod",
    security(("adminAuth" = [])),
    params(("shippingMethodId" = String, Path, description = "The shipping method's id.", format = Uuid)),
    responses(
        (status = 200, description = "The shipping method.", body = DataBody<ShippingMethodBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ShippingMethodId>,
) -> Result<Answer, ApiError> {
    let entry = selling::find_shipping_method(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Change a shipping method.
///
/// Only what is sent changes. With `If-Match` the change is refused if somebody else made one since.
#[utoipa::path(
    patch,
    path = "/shipping-methods/{shippingMethodId}",
    tag = "Shipping methods",
    operation_id = "changeShippingMethod",
    security(("adminAuth" = [])),
    params(
        ("shippingMethodId" = String, Path, description = "The shipping method's id.", format = Uuid),
        IfMatchParam,
    ),
    request_body = ShippingMethodFields,
    responses(
        (status = 200, description = "The shipping method as it is now.", body = DataBody<ShippingMethodBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ShippingMethodId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<ShippingMethodForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = selling::change_shipping_method(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Remove a shipping method.
///
/// Orders keep its name and what it cost.
#[utoipa::path(
    delete,
    path = "/shipping-methods/{shippingMethodId}",
    tag = "Shipping methods",
    operation_id = "removeShippingMethod",
    security(("adminAuth" = [])),
    params(
        ("shippingMethodId" = String, Path, description = "The shipping method's id.", format = Uuid),
        IfMatchParam,
    ),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ShippingMethodId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    selling::delete_shipping_method(&commerce, &who.shop, who.actor, id, version)
        .await
        .map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
