//! GET and POST /products, GET, PATCH and DELETE /products/{productId}, POST /products/{productId}/stock.

mod bodies;
pub(crate) mod form;
pub(crate) mod words;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use commerce::Commerce;
use commerce::catalog::{self, Narrowed, StockChange, Stored};
use domain::catalog::{MOST_STOCK, ProductForm, ProductType, ShownStatus};
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::ids::ProductId;
use domain::problem::Problem;
use domain::tenants::Currency;
use domain::text::{filled, one_line};
use marzipan_http::fields::{long_line_schema, required};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Query, Segment,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::bodies::DataBody;
use crate::identity::{ProductsRead, ProductsWrite, Staff};
use bodies::ProductBody;
use form::{NewProduct, ProductFields};
use words::{ProductTypeWord, ShownStatusWord};

type Answer = (ETag, Json<DataBody<ProductBody>>);

fn answer(stored: Stored, currency: Currency) -> Answer {
    (ETag::of_version(stored.version), Json(DataBody { data: ProductBody::of(stored, currency) }))
}

/// Which products to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those of this type.
    #[serde(rename = "type")]
    #[param(required = false, value_type = ProductTypeWord)]
    product_type: Option<String>,
    /// Only those with this status. Active ones may be sold out, too.
    #[param(required = false, value_type = ShownStatusWord)]
    status: Option<String>,
    /// Only those with this in their name, accents and case aside, or with this slug or SKU.
    #[param(required = false, value_type = String, max_length = 200, example = "malbec")]
    query: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<Narrowed, FieldErrors> {
        let mut fields = Fields::default();
        let given = |text: &Option<String>| filled(text.as_deref()).map(ToOwned::to_owned);
        let narrowed = Narrowed {
            product_type: fields
                .take_optional("type", given(&self.product_type).map(|word| ProductType::parse(&word))),
            status: fields.take_optional("status", given(&self.status).map(|word| ShownStatus::parse(&word))),
            query: fields.take_optional("query", given(&self.query).map(|text| one_line(&text, 200))),
        };
        fields.finish()?;
        Ok(narrowed)
    }
}

/// List products.
///
/// All of them, offered or not, the newest first; subscription packages are products too.
#[utoipa::path(
    get,
    path = "/products",
    tag = "Products",
    operation_id = "listProducts",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the products.", body = ListBody<ProductBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<ProductBody>, ApiError> {
    let narrowed = filter.parse()?;
    let (offset, limit) = paging.window();
    let (page, total) =
        catalog::products(&commerce, &who.shop, narrowed, offset, limit).await.map_err(Problem::from)?;
    let currency = who.shop.settings.currency;
    let bodies = page.into_iter().map(|stored| ProductBody::of(stored, currency)).collect();
    Ok(paging.page_of(bodies, u64::try_from(total).unwrap_or(0)))
}

/// Add a product.
///
/// `productType` says what it is: `physical` if left out, `event`, `subscription` for a package, `bundle`. A slug that is
/// left out is made of the name.
#[utoipa::path(
    post,
    path = "/products",
    tag = "Products",
    operation_id = "addProduct",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewProduct,
    responses(
        (status = 201, description = "Added.", body = DataBody<ProductBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<ProductForm>,
) -> Result<(StatusCode, Answer), ApiError> {
    let stored =
        catalog::create_product(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(stored, who.shop.settings.currency)))
}

/// Show a product.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/products/{productId}",
    tag = "Products",
    operation_id = "showProduct",
    security(("adminAuth" = [])),
    params(("productId" = String, Path, description = "The product's id.", format = Uuid)),
    responses(
        (status = 200, description = "The product.", body = DataBody<ProductBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<ProductsRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ProductId>,
) -> Result<Answer, ApiError> {
    let stored = catalog::find_product(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(stored, who.shop.settings.currency))
}

/// Change a product.
///
/// Only what is sent changes, and all of it or nothing. Lists are replaced as a whole. With `If-Match` the change is
/// refused if somebody else made one since.
#[utoipa::path(
    patch,
    path = "/products/{productId}",
    tag = "Products",
    operation_id = "changeProduct",
    security(("adminAuth" = [])),
    params(("productId" = String, Path, description = "The product's id.", format = Uuid), IfMatchParam),
    request_body = ProductFields,
    responses(
        (status = 200, description = "The product as it is now.", body = DataBody<ProductBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ProductId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<ProductForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let stored = catalog::change_product(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(stored, who.shop.settings.currency))
}

/// Remove a product.
///
/// A product that something still needs (a bundle, the pool of a package, a subscription) is withdrawn instead: it stays
/// with the status `inactive`, and the answer is 200 with the product.
#[utoipa::path(
    delete,
    path = "/products/{productId}",
    tag = "Products",
    operation_id = "removeProduct",
    security(("adminAuth" = [])),
    params(("productId" = String, Path, description = "The product's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 200, description = "Still needed, and so withdrawn: the product as it is now.", body = DataBody<ProductBody>,
            headers(("ETag" = String, description = "The version."))),
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ProductId>,
    preconditions: Preconditions,
) -> Result<Response, ApiError> {
    let version = preconditions.expected_version()?;
    let withdrawn =
        catalog::delete_product(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(match withdrawn {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(stored) => answer(stored, who.shop.settings.currency).into_response(),
    })
}

/// A change of stock.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"delta": -2, "reason": "Broken in the cellar"}))]
pub(crate) struct StockBody {
    /// How many more, or fewer; not 0.
    #[schema(required, minimum = -100_000_000, maximum = 100_000_000)]
    delta: Option<i64>,
    /// Why; it stands in the audit log.
    #[schema(required, schema_with = long_line_schema)]
    reason: Option<String>,
    /// The option value whose stock changes; needed of a product with options.
    #[schema(format = Uuid)]
    variant_id: Option<String>,
}

impl StockBody {
    fn parse(self, product: ProductId) -> Result<StockChange, FieldErrors> {
        let mut fields = Fields::default();
        let in_reach = |delta: &i64| *delta != 0 && (-MOST_STOCK..=MOST_STOCK).contains(delta);
        let delta = self
            .delta
            .filter(in_reach)
            .ok_or_else(|| Refused::fixed("Must be a whole number from -100000000 to 100000000, and not 0."));
        let delta = fields.take("delta", delta);
        let reason = fields.take("reason", required(self.reason.as_deref(), |text| one_line(text, 200)));
        let variant =
            |id: &str| id.parse().map_err(|_| Refused::fixed("Must be the id of an option's value."));
        let variant = fields.take_optional("variantId", filled(self.variant_id.as_deref()).map(variant));
        let (Some(delta), Some(reason)) = (delta, reason) else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok(StockChange { product, variant, delta, reason })
    }
}

/// Change the stock of a product.
///
/// Adds to what there is, or takes from it, at once with whatever else changes it; it never falls below 0. A product with
/// options is counted by their values.
#[utoipa::path(
    post,
    path = "/products/{productId}/stock",
    tag = "Products",
    operation_id = "changeStock",
    security(("adminAuth" = [])),
    params(
        ("productId" = String, Path, description = "The product's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = StockBody,
    responses(
        (status = 200, description = "The product as it is now.", body = DataBody<ProductBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn change_stock(
    Staff { who, .. }: Staff<ProductsWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ProductId>,
    JsonBody(body): JsonBody<StockBody>,
) -> Result<Answer, ApiError> {
    let change = body.parse(id)?;
    let stored =
        catalog::adjust_stock(&commerce, &who.shop, who.actor, change).await.map_err(Problem::from)?;
    Ok(answer(stored, who.shop.settings.currency))
}
