//! GET /messages, GET, PATCH and DELETE /messages/{threadId}, POST /messages/{threadId}/replies.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::messaging::{self, MessageEntry, ThreadChange, ThreadEntry, ThreadFilter};
use domain::accounts::Email;
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::ids::ThreadId;
use domain::messaging::{MessageText, ThreadStatus};
use domain::problem::Problem;
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
use crate::fields::search_query;
use crate::identity::{MessagesRead, MessagesWrite, Staff};
use marzipan_http::fields::{kept, message_schema, required};

/// A conversation between a person and the shop.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000010",
    "customerId": "01926a3c-0000-7000-8000-000000000001",
    "name": "Ann Smith",
    "email": "ann@example.com",
    "subject": "The next box",
    "topic": "Delivery",
    "orderRef": "1010744",
    "status": "open",
    "assigneeId": null,
    "unread": true,
    "unreadByCustomer": false,
    "messageCount": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "lastMessageAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ThreadSummary {
    #[schema(format = Uuid)]
    id: String,
    /// The customer who has proved the address; null where nobody has.
    #[schema(required, format = Uuid)]
    customer_id: Option<String>,
    /// Who began it.
    name: String,
    /// The address that it was begun from.
    email: String,
    subject: String,
    #[schema(required)]
    topic: Option<String>,
    #[schema(required)]
    order_ref: Option<String>,
    #[schema(value_type = ThreadStatusWord)]
    status: String,
    /// The member of staff who is to answer.
    #[schema(required, format = Uuid)]
    assignee_id: Option<String>,
    /// Whether the shop has still to read it. Answering reads it.
    unread: bool,
    /// Whether the customer has not read the last answer on the shop's pages. They may have read the mail.
    unread_by_customer: bool,
    message_count: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    last_message_at: String,
}

/// Where a conversation stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `ThreadStatus` reads and writes")]
pub(crate) enum ThreadStatusWord {
    Open,
    Closed,
}

impl From<ThreadEntry> for ThreadSummary {
    fn from(entry: ThreadEntry) -> Self {
        let ThreadEntry {
            id,
            customer_id,
            name,
            email,
            subject,
            topic,
            order_ref,
            status,
            assignee_id,
            unread_by_shop,
            unread_by_customer,
            message_count,
            created_at,
            last_message_at,
            messages: _,
            version: _,
        } = entry;
        Self {
            id: id.to_string(),
            customer_id: customer_id.map(|id| id.to_string()),
            name,
            email,
            subject,
            topic,
            order_ref,
            status,
            assignee_id: assignee_id.map(|id| id.to_string()),
            unread: unread_by_shop,
            unread_by_customer,
            message_count,
            created_at: created_at.to_string(),
            last_message_at: last_message_at.to_string(),
        }
    }
}

/// A conversation with its messages.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000010",
    "customerId": null,
    "name": "Ann Smith",
    "email": "ann@example.com",
    "subject": "The next box",
    "topic": null,
    "orderRef": null,
    "status": "open",
    "assigneeId": null,
    "unread": true,
    "unreadByCustomer": false,
    "messageCount": 1,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "lastMessageAt": "2024-10-07T12:12:58.000000Z",
    "messages": [{
        "id": "01926a3c-0000-7000-8000-000000000011",
        "author": "customer",
        "name": "Ann Smith",
        "body": "When does the next box leave?",
        "createdAt": "2024-10-07T12:12:58.000000Z",
    }],
}))]
pub(crate) struct ThreadBody {
    #[serde(flatten)]
    summary: ThreadSummary,
    /// The first one first.
    messages: Vec<ThreadMessage>,
}

impl From<ThreadEntry> for ThreadBody {
    fn from(mut entry: ThreadEntry) -> Self {
        let messages = std::mem::take(&mut entry.messages).into_iter().map(Into::into).collect();
        Self { summary: entry.into(), messages }
    }
}

/// A message of a conversation: plain text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000012",
    "author": "shop",
    "name": "Olive Oak",
    "body": "It leaves on the first of November.",
    "createdAt": "2024-10-08T09:30:00.000000Z",
}))]
pub(crate) struct ThreadMessage {
    #[schema(format = Uuid)]
    id: String,
    #[schema(value_type = MessageAuthor)]
    author: String,
    /// Who wrote it; of a program with an admin key the shop's name.
    name: String,
    body: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Which side wrote a message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that a message has for its author")]
pub(crate) enum MessageAuthor {
    Customer,
    Shop,
}

impl From<MessageEntry> for ThreadMessage {
    fn from(entry: MessageEntry) -> Self {
        let MessageEntry { id, author, name, body, created_at } = entry;
        Self { id: id.to_string(), author, name, body, created_at: created_at.to_string() }
    }
}

fn answer(thread: ThreadEntry) -> (ETag, Json<DataBody<ThreadBody>>) {
    (ETag::of_version(thread.version), Json(DataBody::of(thread)))
}

/// Which conversations to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those of this status.
    #[param(required = false, value_type = ThreadStatusWord, example = "open")]
    status: Option<String>,
    /// Only those begun from this address, in any case.
    #[param(required = false, value_type = String, format = Email, max_length = 254, example = "ann@example.com")]
    email: Option<String>,
    /// Only those with a word that begins so in the subject, the name or the address.
    #[param(required = false, value_type = String, max_length = 100, example = "box")]
    query: Option<String>,
}

impl Filter {
    fn parse(self) -> Result<ThreadFilter, FieldErrors> {
        let mut fields = Fields::default();
        let status = fields.take_optional("status", self.status.as_deref().map(ThreadStatus::parse));
        let email = fields.take_optional("email", self.email.as_deref().map(Email::parse));
        let query = search_query(&mut fields, self.query);
        fields.finish()?;
        Ok(ThreadFilter { status, email, query })
    }
}

/// List conversations.
///
/// What people wrote to the shop, the newest activity first.
#[utoipa::path(
    get,
    path = "/messages",
    tag = "Messages",
    operation_id = "listThreads",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of the conversations.", body = ListBody<ThreadSummary>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<ThreadSummary>, ApiError> {
    let filter = filter.parse()?;
    let (threads, total) =
        messaging::all_threads(&commerce, &who.shop, filter, paging.offset(), paging.limit())
            .await
            .map_err(Problem::from)?;
    Ok(page(&paging, threads, total))
}

/// Show a conversation.
///
/// With its messages. It stays unread until it is answered, or `unread` is set. `ETag` is the version, for the `If-Match`
/// of a change.
#[utoipa::path(
    get,
    path = "/messages/{threadId}",
    tag = "Messages",
    operation_id = "showThread",
    security(("adminAuth" = [])),
    params(("threadId" = String, Path, description = "The conversation's id.", format = Uuid)),
    responses(
        (status = 200, description = "The conversation.", body = DataBody<ThreadBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ThreadId>,
) -> Result<(ETag, Json<DataBody<ThreadBody>>), ApiError> {
    Ok(answer(messaging::thread(&commerce, &who.shop, id).await.map_err(Problem::from)?))
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"body": "It leaves on the first of November."}))]
pub(crate) struct ReplyBody {
    /// Plain text.
    #[schema(required, schema_with = message_schema)]
    body: Option<String>,
}

impl ReplyBody {
    fn parse(self) -> Result<MessageText, FieldErrors> {
        let mut fields = Fields::default();
        let body = fields.take("body", required(self.body.as_deref(), MessageText::parse));
        body.ok_or_else(|| fields.into_errors())
    }
}

/// Answer.
///
/// The answer is mailed to the person, as one that follows the conversation's other mails. 409 `limit_reached` where the
/// conversation has as many messages as one can have.
#[utoipa::path(
    post,
    path = "/messages/{threadId}/replies",
    tag = "Messages",
    operation_id = "replyToThread",
    security(("adminAuth" = [])),
    params(("threadId" = String, Path, description = "The conversation's id.", format = Uuid), IdempotencyKeyParam),
    request_body = ReplyBody,
    responses(
        (status = 201, description = "Answered.", body = DataBody<ThreadMessage>),
        BadBody, Unauthenticated, Forbidden, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn reply(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ThreadId>,
    JsonBody(body): JsonBody<ReplyBody>,
) -> Result<(StatusCode, Json<DataBody<ThreadMessage>>), ApiError> {
    let body = body.parse()?;
    let added = messaging::reply(&commerce, &who.shop, who.actor, id, body).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody::of(added))))
}

/// What to change of a conversation; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"status": "closed", "unread": false}))]
pub(crate) struct ThreadPatch {
    #[serde(default)]
    #[schema(value_type = ThreadStatusWord)]
    status: Patch<String>,
    /// The id of a member of staff; null for nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Uuid)]
    assignee_id: Patch<String>,
    /// Whether the shop has still to read it.
    #[serde(default)]
    #[schema(value_type = bool)]
    unread: Patch<bool>,
}

impl ThreadPatch {
    fn parse(self) -> Result<ThreadChange, FieldErrors> {
        let mut fields = Fields::default();
        let status = fields.take_optional("status", kept(self.status, |word| ThreadStatus::parse(&word)));
        let assignee = self.assignee_id.into_change().map(|id| {
            id.and_then(|id| {
                let not_an_id = Refused::fixed("Must be the id of a member of staff.");
                fields.take("assigneeId", id.parse().map_err(|_| not_an_id))
            })
        });
        let unread = fields.take_optional("unread", kept(self.unread, Ok));
        fields.finish()?;
        Ok(ThreadChange { status, assignee, unread })
    }
}

/// Change a conversation.
///
/// Closes or opens it, gives it to somebody, marks it as read or not. With `If-Match` the change is refused if there was
/// another, or a message, since.
#[utoipa::path(
    patch,
    path = "/messages/{threadId}",
    tag = "Messages",
    operation_id = "changeThread",
    security(("adminAuth" = [])),
    params(("threadId" = String, Path, description = "The conversation's id.", format = Uuid), IfMatchParam),
    request_body = ThreadPatch,
    responses(
        (status = 200, description = "The conversation as it is now.", body = DataBody<ThreadBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ThreadId>,
    preconditions: Preconditions,
    JsonBody(patch): JsonBody<ThreadPatch>,
) -> Result<(ETag, Json<DataBody<ThreadBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let change = patch.parse()?;
    let thread = messaging::change_thread(&commerce, &who.shop, who.actor, id, version, change)
        .await
        .map_err(Problem::from)?;
    Ok(answer(thread))
}

/// Delete a conversation.
///
/// With its messages and the mails that carried them.
#[utoipa::path(
    delete,
    path = "/messages/{threadId}",
    tag = "Messages",
    operation_id = "deleteThread",
    security(("adminAuth" = [])),
    params(("threadId" = String, Path, description = "The conversation's id.", format = Uuid)),
    responses(
        (status = 204, description = "Deleted."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ThreadId>,
) -> Result<StatusCode, ApiError> {
    messaging::remove_thread(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
