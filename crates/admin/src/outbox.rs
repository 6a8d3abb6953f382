//! The shop's mails: /outbox and /outbox/{mailId}.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::mails::{self, OutboxMail};
use domain::ids::MailId;
use domain::problem::Problem;
use marzipan_http::openapi::{Always, Forbidden, Invalid, NotFound, Unauthenticated};
use marzipan_http::{ApiError, ListBody, Paging, PagingParams, PathId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::{ReadOutbox, Staff};
use crate::{DataBody, total};

/// A mail.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-00000000000c",
    "to": "ann@example.com",
    "subject": "Confirm your e-mail address for The Cellar",
    "template": "verify_email",
    "links": ["https://shop.example/verify?token=mzm_…"],
    "text": "Hello Ann, …",
    "html": "<!doctype html>…",
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
    template: String,
    /// The links with tokens in it. Once a mail was sent its tokens are gone, unless the shop is in test mode.
    links: Vec<String>,
    text: String,
    html: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// `kept` (no mail server is set), `queued`, `sent` or `failed`.
    status: String,
    #[schema(required)]
    error: Option<String>,
    #[schema(required, format = DateTime)]
    sent_at: Option<String>,
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
            sent_at: sent_at.map(|at| at.to_string()),
        }
    }
}

/// List mails.
///
/// Newest first, the last ninety days.
#[utoipa::path(
    get,
    path = "/outbox",
    tag = "Shop",
    operation_id = "listMails",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the mails.", body = ListBody<MailBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff(who, _): Staff<ReadOutbox>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<MailBody>, ApiError> {
    let (mails, count) =
        mails::list(&commerce, &who.shop, paging.offset(), paging.limit()).await.map_err(Problem::from)?;
    Ok(paging.page_of(mails.into_iter().map(Into::into).collect(), total(count)))
}

/// Show a mail.
///
/// As in the list.
#[utoipa::path(
    get,
    path = "/outbox/{mailId}",
    tag = "Shop",
    operation_id = "showMail",
    security(("adminAuth" = [])),
    params(("mailId" = String, Path, description = "The mail's id.", format = Uuid)),
    responses(
        (status = 200, description = "The mail.", body = DataBody<MailBody>),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff(who, _): Staff<ReadOutbox>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<MailId>,
) -> Result<Json<DataBody<MailBody>>, ApiError> {
    let mail = mails::find(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: mail.ok_or_else(ApiError::not_found)?.into() }))
}
