//! GET and POST /newsletter/subscribers, GET, PATCH and DELETE /newsletter/subscribers/{subscriberId}, and the suppressed
//! addresses. The list as a table is in `newsletter_csv`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::messaging::{self, NewSubscriber, SubscriberChange, SubscriberEntry, SubscriberFilter};
use commerce::{Commerce, Shop};
use domain::accounts::{Email, PersonName};
use domain::fields::{FieldErrors, Fields};
use domain::ids::SubscriberId;
use domain::messaging::{SubscriberStatus, Topics};
use domain::problem::Problem;
use domain::tenants::Slug;
use domain::text::filled;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam, Invalid, NotFound,
    PreconditionFailed, Unauthenticated,
};
use marzipan_http::{
    ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Patch, Preconditions, Query, Segment,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bodies::{DataBody, page};
use crate::fields::{Filled, removable, search_query};
use crate::identity::{MessagesRead, MessagesWrite, Staff};
use marzipan_http::fields::{kept, kept_list, line_schema, optional_line_schema, required};

/// Somebody on the newsletter's list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000013",
    "email": "ann@example.com",
    "firstName": "Ann",
    "topics": ["offers"],
    "status": "confirmed",
    "source": "form",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "confirmedAt": "2024-10-07T12:20:00.000000Z",
    "updatedAt": "2024-10-07T12:20:00.000000Z",
}))]
pub(crate) struct SubscriberBody {
    #[schema(format = Uuid)]
    id: String,
    email: String,
    #[schema(required)]
    first_name: Option<String>,
    /// What they chose; none for all there will be.
    topics: Vec<String>,
    #[schema(value_type = SubscriberStatusWord)]
    status: String,
    #[schema(value_type = SourceWord)]
    source: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When they said yes.
    #[schema(required, format = DateTime)]
    confirmed_at: Option<String>,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Where somebody stands on the list: `pending` until they open the mail that asks them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `SubscriberStatus` reads and writes")]
pub(crate) enum SubscriberStatusWord {
    Pending,
    Confirmed,
    Unsubscribed,
}

/// How somebody came to be on the list: by the shop's form, by what their account says, by staff.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that a subscriber has for their source")]
pub(crate) enum SourceWord {
    Form,
    Account,
    Staff,
}

impl From<SubscriberEntry> for SubscriberBody {
    fn from(entry: SubscriberEntry) -> Self {
        let SubscriberEntry {
            id,
            email,
            first_name,
            topics,
            status,
            source,
            created_at,
            confirmed_at,
            updated_at,
            version: _,
        } = entry;
        Self {
            id: id.to_string(),
            email,
            first_name,
            topics,
            status,
            source,
            created_at: created_at.to_string(),
            confirmed_at: confirmed_at.map(|time| time.to_string()),
            updated_at: updated_at.to_string(),
        }
    }
}

fn answer(subscriber: SubscriberEntry) -> (ETag, Json<DataBody<SubscriberBody>>) {
    (ETag::of_version(subscriber.version), Json(DataBody::of(subscriber)))
}

/// Which subscribers to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those of this status.
    #[param(required = false, value_type = SubscriberStatusWord, example = "confirmed")]
    status: Option<String>,
    /// Only those who chose this topic.
    #[param(required = false, value_type = String, max_length = 63, pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", example = "offers")]
    topic: Option<String>,
    /// Only those whose name or address begins so.
    #[param(required = false, value_type = String, max_length = 100, example = "ann")]
    query: Option<String>,
}

impl Filter {
    pub(crate) fn parse(self) -> Result<SubscriberFilter, FieldErrors> {
        let mut fields = Fields::default();
        let status = fields.take_optional("status", self.status.as_deref().map(SubscriberStatus::parse));
        let topic = fields.take_optional("topic", self.topic.as_deref().map(Slug::parse));
        let query = search_query(&mut fields, self.query);
        fields.finish()?;
        Ok(SubscriberFilter { status, topic: topic.map(|topic| topic.as_str().to_owned()), query })
    }
}

/// List subscribers.
///
/// Whoever is on the newsletter's list, was, or has still to confirm it; the newest first.
#[utoipa::path(
    get,
    path = "/newsletter/subscribers",
    tag = "Newsletter",
    operation_id = "listSubscribers",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the list.", body = ListBody<SubscriberBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<SubscriberBody>, ApiError> {
    let filter = filter.parse()?;
    let (subscribers, total) =
        messaging::subscribers(&commerce, &who.shop, filter, paging.offset(), paging.limit())
            .await
            .map_err(Problem::from)?;
    Ok(page(&paging, subscribers, total))
}

/// Somebody to put on the list.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"email": "ann@example.com", "firstName": "Ann", "topics": []}))]
pub(crate) struct NewSubscriberBody {
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(schema_with = optional_line_schema)]
    first_name: Option<String>,
    /// Of the topics that the shop has set; none for all there will be.
    #[schema(value_type = Option<Vec<String>>, max_items = 20)]
    topics: Option<Vec<String>>,
}

impl NewSubscriberBody {
    fn parse(self, shop: &Shop) -> Result<NewSubscriber, FieldErrors> {
        let mut fields = Fields::default();
        let email = fields.take("email", required(self.email.as_deref(), Email::parse));
        let first_name =
            fields.take_optional("firstName", filled(self.first_name.as_deref()).map(PersonName::parse));
        let words = self.topics.unwrap_or_default();
        let topics = Topics::read(&mut fields, "topics", &words, &shop.settings.newsletter_topics);
        let (Some(email), Some(topics)) = (email, topics) else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok(NewSubscriber { email, first_name, topics })
    }
}

/// Add a subscriber.
///
/// Staff vouch for the person's consent: no mail asks them. 409 `address_suppressed` for an address that has said no, 409
/// `already_subscribed` for one on the list.
#[utoipa::path(
    post,
    path = "/newsletter/subscribers",
    tag = "Newsletter",
    operation_id = "addSubscriber",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewSubscriberBody,
    responses(
        (status = 201, description = "Added.", body = DataBody<SubscriberBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewSubscriberBody>,
) -> Result<(StatusCode, (ETag, Json<DataBody<SubscriberBody>>)), ApiError> {
    let new = body.parse(&who.shop)?;
    let subscriber =
        messaging::add_subscriber(&commerce, &who.shop, who.actor, new).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, answer(subscriber)))
}

/// Show a subscriber.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/newsletter/subscribers/{subscriberId}",
    tag = "Newsletter",
    operation_id = "showSubscriber",
    security(("adminAuth" = [])),
    params(("subscriberId" = String, Path, description = "The subscriber's id.", format = Uuid)),
    responses(
        (status = 200, description = "The subscriber.", body = DataBody<SubscriberBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriberId>,
) -> Result<(ETag, Json<DataBody<SubscriberBody>>), ApiError> {
    Ok(answer(messaging::subscriber(&commerce, &who.shop, id).await.map_err(Problem::from)?))
}

/// What to change of a subscriber; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"topics": ["offers"]}))]
pub(crate) struct SubscriberPatch {
    /// Null removes it.
    #[serde(default)]
    #[schema(schema_with = optional_name_schema)]
    first_name: Patch<Filled>,
    /// All that they hear of; none for all there will be.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20)]
    topics: Patch<Vec<String>>,
    /// Only `unsubscribed`: to say yes is for the owner of the address.
    #[serde(default)]
    #[schema(value_type = UnsubscribedWord)]
    status: Patch<String>,
}

/// The one status that staff can set.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the word that a change takes")]
pub(crate) enum UnsubscribedWord {
    Unsubscribed,
}

fn optional_name_schema() -> utoipa::openapi::schema::Object {
    use utoipa::openapi::schema::{SchemaType, Type};
    let mut schema = line_schema();
    schema.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    schema
}

impl SubscriberPatch {
    fn parse(self, shop: &Shop) -> Result<SubscriberChange, FieldErrors> {
        let mut fields = Fields::default();
        let first_name = removable(&mut fields, "firstName", self.first_name, PersonName::parse);
        let topics = kept_list(&mut fields, "topics", self.topics, |fields, words| {
            Topics::read(fields, "topics", &words, &shop.settings.newsletter_topics)
        });
        let status = fields.take_optional(
            "status",
            kept(self.status, |word| match SubscriberStatus::parse(&word) {
                Ok(SubscriberStatus::Unsubscribed) => Ok(()),
                _ => Err(domain::fields::Invalid::fixed(
                    "Must be unsubscribed: to say yes is for the owner of the address.",
                )),
            }),
        );
        fields.finish()?;
        Ok(SubscriberChange { first_name, topics, unsubscribe: status.is_some() })
    }
}

/// Change a subscriber.
///
/// Unsubscribing suppresses the address, too: it gets no marketing mail until its owner asks for it again. With `If-Match`
/// the change is refused if there was another since.
#[utoipa::path(
    patch,
    path = "/newsletter/subscribers/{subscriberId}",
    tag = "Newsletter",
    operation_id = "changeSubscriber",
    security(("adminAuth" = [])),
    params(("subscriberId" = String, Path, description = "The subscriber's id.", format = Uuid), IfMatchParam),
    request_body = SubscriberPatch,
    responses(
        (status = 200, description = "The subscriber as they are now.", body = DataBody<SubscriberBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriberId>,
    preconditions: Preconditions,
    JsonBody(patch): JsonBody<SubscriberPatch>,
) -> Result<(ETag, Json<DataBody<SubscriberBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let change = patch.parse(&who.shop)?;
    let subscriber = messaging::change_subscriber(&commerce, &who.shop, who.actor, id, version, change)
        .await
        .map_err(Problem::from)?;
    Ok(answer(subscriber))
}

/// Delete a subscriber.
///
/// Without a trace: that they want no more is not noted. Unsubscribe them for that.
#[utoipa::path(
    delete,
    path = "/newsletter/subscribers/{subscriberId}",
    tag = "Newsletter",
    operation_id = "deleteSubscriber",
    security(("adminAuth" = [])),
    params(("subscriberId" = String, Path, description = "The subscriber's id.", format = Uuid)),
    responses(
        (status = 204, description = "Deleted."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<SubscriberId>,
) -> Result<StatusCode, ApiError> {
    messaging::remove_subscriber(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The suppressed addresses. Which they are is not known: only hashes are kept.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"count": 12}))]
pub(crate) struct SuppressionsBody {
    /// How many there are.
    #[schema(minimum = 0)]
    count: i64,
}

/// Count suppressed addresses.
///
/// Addresses that get no marketing mail. They stay when everything else of the person is erased, as hashes that only this
/// installation can compare with an address.
#[utoipa::path(
    get,
    path = "/newsletter/suppressions",
    tag = "Newsletter",
    operation_id = "countSuppressions",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "How many there are.", body = DataBody<SuppressionsBody>),
        Unauthenticated, Forbidden, Always,
    )
)]
pub(crate) async fn suppressions(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<SuppressionsBody>>, ApiError> {
    let count = messaging::suppressions(&commerce, &who.shop).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: SuppressionsBody { count } }))
}

/// An address that is to get no marketing mail.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "ann@example.com"}))]
pub(crate) struct SuppressBody {
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
}

impl SuppressBody {
    fn parse(self) -> Result<Email, FieldErrors> {
        let mut fields = Fields::default();
        let email = fields.take("email", required(self.email.as_deref(), Email::parse));
        email.ok_or_else(|| fields.into_errors())
    }
}

/// Suppress an address.
///
/// For somebody who said so in person. It is unsubscribed, its account loses its consent, and only its owner can ask for
/// marketing mail again.
#[utoipa::path(
    post,
    path = "/newsletter/suppressions",
    tag = "Newsletter",
    operation_id = "suppressAddress",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = SuppressBody,
    responses(
        (status = 204, description = "Suppressed."),
        BadBody, Unauthenticated, Forbidden, Idempotent, Invalid, Always,
    )
)]
pub(crate) async fn suppress(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<SuppressBody>,
) -> Result<StatusCode, ApiError> {
    let email = body.parse()?;
    messaging::suppress(&commerce, &who.shop, who.actor, email).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
