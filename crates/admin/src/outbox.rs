//! GET /outbox and /outbox/{mailId}.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::mails::{self, OutboxMail};
use domain::ids::MailId;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Forbidden, Invalid, NotFound, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams, Segment};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{DataBody, page};
use crate::identity::{OutboxRead, Staff};

/// A mail that the shop wrote: the contract's keys first, in its order, then what became of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000004",
    "to": "ann@example.com",
    "subject": "Confirm your address at Malt & Vine",
    "template": "verify_email",
    "links": ["https://shop.example/account/verify?token=mzm_7sVbqkSxq3n0yG9pJq8c4wVx1o5mXhT2uYdE6fRzKbA"],
    "text": "Hello Ann, …",
    "html": "<p>Hello Ann, …</p>",
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "status": "sent",
    "error": null,
    "sentAt": "2024-10-07T12:12:59.000000Z",
}))]
pub(crate) struct MailBody {
    #[schema(format = Uuid)]
    id: String,
    to: String,
    subject: String,
    /// Which letter it is.
    template: String,
    /// The addresses in the mail that lead to the shop, in their order.
    links: Vec<String>,
    text: String,
    html: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(value_type = MailStatus)]
    status: String,
    /// Why it could not be sent.
    #[schema(required)]
    error: Option<String>,
    #[schema(required, format = DateTime)]
    sent_at: Option<String>,
}

/// What became of a mail: `kept` where no mail server is set up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that an outbox mail has for its status")]
pub(crate) enum MailStatus {
    Kept,
    Queued,
    Sent,
    Failed,
}

impl From<OutboxMail> for MailBody {
    fn from(mail: OutboxMail) -> Self {
        let OutboxMail { id, to, subject, template, links, text, html, status, error, created_at, sent_at } =
            mail;
        Self {
            id: id.to_string(),
            to,
            subject,
            template,
            links,
            text,
            html,
            created_at: created_at.to_string(),
            status,
            error,
            sent_at: sent_at.map(|time| time.to_string()),
        }
    }
}

/// List mails.
///
/// Every mail that the shop wrote, the newest first. They hold links that sign a customer in.
#[utoipa::path(
    get,
    path = "/outbox",
    tag = "Outbox",
    operation_id = "listMails",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the mails.", body = ListBody<MailBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<OutboxRead>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<MailBody>, ApiError> {
    let (mails, total) =
        mails::list(&commerce, &who.shop, paging.offset(), paging.limit()).await.map_err(Problem::from)?;
    Ok(page(&paging, mails, total))
}

/// Show a mail.
///
/// As it was written, and what became of it.
#[utoipa::path(
    get,
    path = "/outbox/{mailId}",
    tag = "Outbox",
    operation_id = "showMail",
    security(("adminAuth" = [])),
    params(("mailId" = String, Path, description = "The mail's id.", format = Uuid)),
    responses(
        (status = 200, description = "The mail.", body = DataBody<MailBody>),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<OutboxRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<MailId>,
) -> Result<Json<DataBody<MailBody>>, ApiError> {
    let mail = mails::find(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody::of(mail.ok_or_else(ApiError::not_found)?)))
}
