//! GET /account/messages, GET and POST /account/messages/{threadId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::messaging::{self, MessageEntry, ThreadEntry};
use domain::fields::{FieldErrors, Fields};
use domain::ids::ThreadId;
use domain::messaging::MessageText;
use domain::problem::Problem;
use marzipan_http::fields::{message_schema, required};
use marzipan_http::openapi::{
    Always, BadBody, Conflict, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::DataBody;
use crate::identity::Customer;

/// A conversation with the shop.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000010",
    "subject": "The next box",
    "topic": "Delivery",
    "orderRef": "1010744",
    "status": "open",
    "unread": true,
    "messageCount": 2,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "lastMessageAt": "2024-10-08T09:30:00.000000Z",
}))]
pub(crate) struct ThreadSummary {
    #[schema(format = Uuid)]
    id: String,
    subject: String,
    #[schema(required)]
    topic: Option<String>,
    #[schema(required)]
    order_ref: Option<String>,
    #[schema(value_type = ThreadStatusWord)]
    status: String,
    /// Whether an answer of the shop has not been read yet.
    unread: bool,
    #[schema(minimum = 1)]
    message_count: i64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    last_message_at: String,
}

/// Where a conversation stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `ThreadStatus` writes")]
pub(crate) enum ThreadStatusWord {
    Open,
    Closed,
}

impl From<ThreadEntry> for ThreadSummary {
    fn from(entry: ThreadEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            subject: entry.subject,
            topic: entry.topic,
            order_ref: entry.order_ref,
            status: entry.status,
            unread: entry.unread_by_customer,
            message_count: entry.message_count,
            created_at: entry.created_at.to_string(),
            last_message_at: entry.last_message_at.to_string(),
        }
    }
}

/// A conversation with its messages.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000010",
    "subject": "The next box",
    "topic": "Delivery",
    "orderRef": "1010744",
    "status": "open",
    "unread": true,
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
    "id": "01926a3c-0000-7000-8000-000000000011",
    "author": "customer",
    "name": "Ann Smith",
    "body": "When does the next box leave?",
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ThreadMessage {
    #[schema(format = Uuid)]
    id: String,
    #[schema(value_type = MessageAuthor)]
    author: String,
    /// Who wrote it.
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

/// List conversations.
///
/// The customer's conversations with the shop, the newest activity first.
#[utoipa::path(
    get,
    path = "/account/messages",
    tag = "Account",
    operation_id = "listMessages",
    security(("accountAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the conversations.", body = ListBody<ThreadSummary>),
        Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<ThreadSummary>, ApiError> {
    let (threads, total) = messaging::own_threads(&commerce, &who, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    let threads = threads.into_iter().map(Into::into).collect();
    Ok(paging.page_of(threads, u64::try_from(total).unwrap_or(0)))
}

/// Show a conversation.
///
/// With its messages, the first one first. From then on it counts as read; `unread` says how it was before.
#[utoipa::path(
    get,
    path = "/account/messages/{threadId}",
    tag = "Account",
    operation_id = "showMessages",
    security(("accountAuth" = [])),
    params(("threadId" = String, Path, description = "The conversation's id.", format = Uuid)),
    responses(
        (status = 200, description = "The conversation.", body = DataBody<ThreadBody>),
        Unauthenticated, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ThreadId>,
) -> Result<Json<DataBody<ThreadBody>>, ApiError> {
    let thread = messaging::own_thread(&commerce, &who, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: thread.into() }))
}

/// A message to add.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"body": "Thank you, that helps."}))]
pub(crate) struct NewThreadMessage {
    /// Plain text.
    #[schema(required, schema_with = message_schema)]
    body: Option<String>,
}

impl NewThreadMessage {
    fn parse(self) -> Result<MessageText, FieldErrors> {
        let mut fields = Fields::default();
        let body = fields.take("body", required(self.body.as_deref(), MessageText::parse));
        body.ok_or_else(|| fields.into_errors())
    }
}

/// Write in a conversation.
///
/// Opens it again where it was closed. 409 `limit_reached` where it has as many messages as one can have.
#[utoipa::path(
    post,
    path = "/account/messages/{threadId}",
    tag = "Account",
    operation_id = "addMessage",
    security(("accountAuth" = [])),
    params(("threadId" = String, Path, description = "The conversation's id.", format = Uuid), IdempotencyKeyParam),
    request_body = NewThreadMessage,
    responses(
        (status = 201, description = "Added, and mailed to the shop.", body = DataBody<ThreadMessage>),
        BadBody, Unauthenticated, NotFound, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    Segment(id): Segment<ThreadId>,
    JsonBody(body): JsonBody<NewThreadMessage>,
) -> Result<(StatusCode, Json<DataBody<ThreadMessage>>), ApiError> {
    let message = body.parse()?;
    let added = messaging::add_message(&commerce, &who, id, message).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody { data: added.into() })))
}
