//! GET and POST /gift-cards, GET, PATCH and DELETE /gift-cards/{giftCardId}, GET …/code and …/entries, POST …/adjust.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::selling::{self, GiftCardEntry, GiftCardSearch};
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::ids::GiftCardId;
use domain::problem::Problem;
use domain::selling::{GiftCardAdjustmentForm, GiftCardForm, GiftCardStatus};
use domain::tenants::Currency;
use domain::text::filled;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions, Query, Segment,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::gift_card_bodies::{
    GiftCardAdjustmentBody, GiftCardBody, GiftCardChange, GiftCardCodeBody, GiftCardMovementBody,
    IssuedGiftCardBody, NewGiftCard,
};
use super::words::GiftCardStatusWord;
use crate::bodies::DataBody;
use crate::identity::{SellingRead, SellingWrite, Staff};

type Answer = (ETag, Json<DataBody<GiftCardBody>>);

fn answer(entry: GiftCardEntry, currency: Currency) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody { data: GiftCardBody::of(entry, currency) }))
}

/// Which gift cards to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    /// Only those with this status.
    #[param(required = false, value_type = GiftCardStatusWord)]
    status: Option<String>,
    /// Only the one with this code, however it is typed.
    #[param(required = false, value_type = String, pattern = "^([A-Za-z0-9]{2}([ -]?[A-Za-z0-9]){6,30})?$",
        example = "ABCD-EFGH-JKLM-2345")]
    code: Option<String>,
    /// Only those whose code ends so.
    #[param(required = false, value_type = String, pattern = "^([A-Za-z0-9]{4})?$", example = "2345")]
    last_four: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<GiftCardSearch, FieldErrors> {
        let mut fields = Fields::default();
        let search = GiftCardSearch {
            status: fields.take_optional("status", filled(self.status.as_deref()).map(GiftCardStatus::parse)),
            code: filled(self.code.as_deref()).map(ToOwned::to_owned),
            last_four: fields.take_optional("lastFour", filled(self.last_four.as_deref()).map(last_four)),
        };
        fields.finish()?;
        Ok(search)
    }
}

/// The end of a code, in capitals.
fn last_four(typed: &str) -> Result<String, Refused> {
    let end = typed.trim().to_ascii_uppercase();
    if end.len() == 4 && end.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        Ok(end)
    } else {
        Err(Refused::fixed("Must be the last four letters and digits of a code."))
    }
}

/// List gift cards.
///
/// The newest first. Their codes are not shown here.
#[utoipa::path(
    get,
    path = "/gift-cards",
    tag = "Gift cards",
    operation_id = "listGiftCards",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the gift cards.", body = ListBody<GiftCardBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<GiftCardBody>, ApiError> {
    let search = filter.parse()?;
    let (page, total) = selling::gift_cards(&commerce, &who.shop, search, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    let currency = who.shop.settings.currency;
    let bodies = page.into_iter().map(|entry| GiftCardBody::of(entry, currency)).collect();
    Ok(paging.page_of(bodies, u64::try_from(total).unwrap_or(0)))
}

/// Issue a gift card.
///
/// The answer holds its code. No mail is sent.
#[utoipa::path(
    post,
    path = "/gift-cards",
    tag = "Gift cards",
    operation_id = "issueGiftCard",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewGiftCard,
    responses(
        (status = 201, description = "Issued.", body = DataBody<IssuedGiftCardBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn issue(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    JsonBody(form): JsonBody<GiftCardForm>,
) -> Result<(StatusCode, ETag, Json<DataBody<IssuedGiftCardBody>>), ApiError> {
    let (entry, code) =
        selling::issue_gift_card(&commerce, &who.shop, who.actor, form).await.map_err(Problem::from)?;
    let etag = ETag::of_version(entry.version);
    let data = IssuedGiftCardBody::of(entry, &code, who.shop.settings.currency);
    Ok((StatusCode::CREATED, etag, Json(DataBody { data })))
}

/// Show a gift card.
///
/// `ETag` is the version, for the `If-Match` of a change. An order that is paid with the card does not change it.
#[utoipa::path(
    get,
    path = "/gift-cards/{giftCardId}",
    tag = "Gift cards",
    operation_id = "showGiftCard",
    security(("adminAuth" = [])),
    params(("giftCardId" = String, Path, description = "The gift card's id.", format = Uuid)),
    responses(
        (status = 200, description = "The gift card.", body = DataBody<GiftCardBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<GiftCardId>,
) -> Result<Answer, ApiError> {
    let entry = selling::find_gift_card(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Show the code of a gift card.
///
/// Whoever knows it can spend the card, so this needs `selling:write`, and the audit log says who asked.
#[utoipa::path(
    get,
    path = "/gift-cards/{giftCardId}/code",
    tag = "Gift cards",
    operation_id = "showGiftCardCode",
    security(("adminAuth" = [])),
    params(("giftCardId" = String, Path, description = "The gift card's id.", format = Uuid)),
    responses(
        (status = 200, description = "The code.", body = DataBody<GiftCardCodeBody>),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show_code(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<GiftCardId>,
) -> Result<Json<DataBody<GiftCardCodeBody>>, ApiError> {
    let code = selling::gift_card_code(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody::of(code)))
}

/// List what moved on a gift card.
///
/// The newest first. Their sum is the balance.
#[utoipa::path(
    get,
    path = "/gift-cards/{giftCardId}/entries",
    tag = "Gift cards",
    operation_id = "listGiftCardEntries",
    security(("adminAuth" = [])),
    params(("giftCardId" = String, Path, description = "The gift card's id.", format = Uuid), PagingParams),
    responses(
        (status = 200, description = "A page of the entries.", body = ListBody<GiftCardMovementBody>),
        Unauthenticated, Forbidden, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn entries(
    Staff { who, .. }: Staff<SellingRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<GiftCardId>,
    paging: Paging,
) -> Result<ListBody<GiftCardMovementBody>, ApiError> {
    let (page, total) =
        selling::gift_card_movements(&commerce, &who.shop, id, paging.offset(), paging.limit())
            .await
            .map_err(Problem::from)?;
    let currency = who.shop.settings.currency;
    let bodies = page.into_iter().map(|moved| GiftCardMovementBody::of(moved, currency)).collect();
    Ok(paging.page_of(bodies, u64::try_from(total).unwrap_or(0)))
}

/// Change a gift card.
///
/// Only what is sent changes. The code and what is on it are not changed here. With `If-Match` the change is refused if
/// somebody else made one since.
#[utoipa::path(
    patch,
    path = "/gift-cards/{giftCardId}",
    tag = "Gift cards",
    operation_id = "changeGiftCard",
    security(("adminAuth" = [])),
    params(("giftCardId" = String, Path, description = "The gift card's id.", format = Uuid), IfMatchParam),
    request_body = GiftCardChange,
    responses(
        (status = 200, description = "The gift card as it is now.", body = DataBody<GiftCardBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<GiftCardId>,
    preconditions: Preconditions,
    JsonBody(form): JsonBody<GiftCardForm>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let entry = selling::change_gift_card(&commerce, &who.shop, who.actor, id, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Adjust what is on a gift card.
///
/// Adds to it, or takes from it, at once with whatever else changes it; it never falls below 0.
#[utoipa::path(
    post,
    path = "/gift-cards/{giftCardId}/adjust",
    tag = "Gift cards",
    operation_id = "adjustGiftCard",
    security(("adminAuth" = [])),
    params(
        ("giftCardId" = String, Path, description = "The gift card's id.", format = Uuid),
        IdempotencyKeyParam,
    ),
    request_body = GiftCardAdjustmentBody,
    responses(
        (status = 200, description = "The gift card as it is now.", body = DataBody<GiftCardBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn adjust(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<GiftCardId>,
    JsonBody(form): JsonBody<GiftCardAdjustmentForm>,
) -> Result<Answer, ApiError> {
    let adjustment = form.parse()?;
    let entry = selling::adjust_gift_card(&commerce, &who.shop, who.actor, id, adjustment)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry, who.shop.settings.currency))
}

/// Remove a gift card.
///
/// One that orders were paid with can not be removed: set its `status` to `disabled` instead.
#[utoipa::path(
    delete,
    path = "/gift-cards/{giftCardId}",
    tag = "Gift cards",
    operation_id = "removeGiftCard",
    security(("adminAuth" = [])),
    params(("giftCardId" = String, Path, description = "The gift card's id.", format = Uuid), IfMatchParam),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, Conflict, PreconditionFailed, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SellingWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<GiftCardId>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    selling::delete_gift_card(&commerce, &who.shop, who.actor, id, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
