//! GET /mail-templates, GET, PATCH and DELETE /mail-templates/{name}, POST /mail-templates/{name}/preview.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::mails::{self, PartsChange, TemplateEntry, TemplateVariable};
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IfMatchParam, Invalid, NotFound, PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, Patch, Preconditions, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::DataBody;
use crate::identity::{MessagesRead, MessagesWrite, Staff};

/// What a letter is written with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "password_changed",
    "about": "The password was changed.",
    "customised": true,
    "customisedParts": ["subject"],
    "subject": "{{ shop_name }}: your password was changed",
    "html": "{% extends \"layout.html\" %}{% block content %}<p>Hello {{ first_name }}, …</p>{% endblock %}",
    "text": "{% extends \"layout.txt\" %}{% block content %}Hello {{ first_name }}, …{% endblock %}",
    "variables": [{"name": "first_name", "about": "The person's first name."}],
    "lastError": null,
    "failedAt": null,
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct TemplateBody {
    name: String,
    /// When the letter is sent.
    about: String,
    /// Whether any part is the shop's own.
    customised: bool,
    /// The parts that are the shop's own.
    #[schema(value_type = Vec<PartWord>)]
    customised_parts: Vec<&'static str>,
    /// The sources in force: the shop's own, or the built-in ones.
    subject: String,
    html: String,
    text: String,
    /// The values that it can show.
    variables: Vec<VariableBody>,
    /// Why the last mail was written with the built-in parts instead. Saving clears it.
    #[schema(required)]
    last_error: Option<String>,
    #[schema(required, format = DateTime)]
    failed_at: Option<String>,
    /// When the shop changed it last; null if never.
    #[schema(required, format = DateTime)]
    updated_at: Option<String>,
}

/// A part of a letter.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that a letter has for its parts")]
pub(crate) enum PartWord {
    Subject,
    Html,
    Text,
}

/// A value that a template can show.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "first_name", "about": "The person's first name."}))]
pub(crate) struct VariableBody {
    name: &'static str,
    about: &'static str,
}

impl From<TemplateEntry> for TemplateBody {
    fn from(entry: TemplateEntry) -> Self {
        let TemplateEntry {
            name,
            about,
            subject,
            html,
            text,
            customised,
            variables,
            last_error,
            failed_at,
            updated_at,
            version: _,
        } = entry;
        let shown = |TemplateVariable { name, about }| VariableBody { name, about };
        Self {
            name,
            about,
            customised: !customised.is_empty(),
            customised_parts: customised,
            subject,
            html,
            text,
            variables: variables.into_iter().map(shown).collect(),
            last_error,
            failed_at: failed_at.map(|time| time.to_string()),
            updated_at: updated_at.map(|time| time.to_string()),
        }
    }
}

fn answer(template: TemplateEntry) -> (ETag, Json<DataBody<TemplateBody>>) {
    (ETag::of_version(template.version), Json(DataBody::of(template)))
}

/// List mail templates.
///
/// One for each letter that the shop writes: what it is written with, whether that is the shop's own, and the values that
/// it can show.
#[utoipa::path(
    get,
    path = "/mail-templates",
    tag = "Mail templates",
    operation_id = "listMailTemplates",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "All of them.", body = DataBody<Vec<TemplateBody>>),
        Unauthenticated, Forbidden, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<Vec<TemplateBody>>>, ApiError> {
    let templates = mails::templates(&commerce, &who.shop).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: templates.into_iter().map(Into::into).collect() }))
}

/// Show a mail template.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/mail-templates/{name}",
    tag = "Mail templates",
    operation_id = "showMailTemplate",
    security(("adminAuth" = [])),
    params(("name" = String, Path, description = "The name of the letter.", example = "password_changed")),
    responses(
        (status = 200, description = "The template.", body = DataBody<TemplateBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
) -> Result<(ETag, Json<DataBody<TemplateBody>>), ApiError> {
    Ok(answer(mails::template(&commerce, &who.shop, &name).await.map_err(Problem::from)?))
}

/// The parts to change; what is left out stays, null takes the built-in part back.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "subject": "{{ shop_name }}: your password was changed",
    "html": "{% extends \"layout.html\" %}\n{% block content %}\n<p>Hello {{ first_name }}, your password was changed.</p>\n{% endblock %}",
}))]
pub(crate) struct PartsBody {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 65536)]
    subject: Patch<String>,
    /// Values are escaped. `{% extends "layout.html" %}` puts it into the shop's colours.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 65536)]
    html: Patch<String>,
    /// `{% extends "layout.txt" %}` ends it with the shop's name.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 65536)]
    text: Patch<String>,
}

impl From<PartsBody> for PartsChange {
    fn from(body: PartsBody) -> Self {
        let PartsBody { subject, html, text } = body;
        Self { subject: subject.into_change(), html: html.into_change(), text: text.into_change() }
    }
}

/// Change a mail template.
///
/// A part that can not be written with the letter's values is refused, with the line and the reason. Templates choose and
/// show values (`if`, `block`, `extends` of the layouts, a few filters); they do not compute. Where one fails in spite of
/// that when a mail is written, the built-in letter is sent, and `lastError` says why.
#[utoipa::path(
    patch,
    path = "/mail-templates/{name}",
    tag = "Mail templates",
    operation_id = "changeMailTemplate",
    security(("adminAuth" = [])),
    params(("name" = String, Path, description = "The name of the letter.", example = "password_changed"), IfMatchParam),
    request_body = PartsBody,
    responses(
        (status = 200, description = "The template as it is now.", body = DataBody<TemplateBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<PartsBody>,
) -> Result<(ETag, Json<DataBody<TemplateBody>>), ApiError> {
    let version = preconditions.expected_version()?;
    let template = mails::change_template(&commerce, &who.shop, who.actor, &name, version, body.into())
        .await
        .map_err(Problem::from)?;
    Ok(answer(template))
}

/// Take the built-in template back.
#[utoipa::path(
    delete,
    path = "/mail-templates/{name}",
    tag = "Mail templates",
    operation_id = "resetMailTemplate",
    security(("adminAuth" = [])),
    params(("name" = String, Path, description = "The name of the letter.", example = "password_changed"), IfMatchParam),
    responses(
        (status = 204, description = "All parts are the built-in ones."),
        Unauthenticated, Forbidden, NotFound, PreconditionFailed, Always,
    )
)]
pub(crate) async fn reset(
    Staff { who, .. }: Staff<MessagesWrite>,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
    preconditions: Preconditions,
) -> Result<StatusCode, ApiError> {
    let version = preconditions.expected_version()?;
    mails::reset_template(&commerce, &who.shop, who.actor, &name, version).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A letter as it would be.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "subject": "Malt & Vine: your password was changed",
    "html": "<p>Hello Ann, your password was changed.</p>",
    "text": "Hello Ann, your password was changed.",
}))]
pub(crate) struct PreviewBody {
    subject: String,
    html: String,
    text: String,
}

/// Preview a mail template.
///
/// Writes the letter with samples, with the parts that are sent over those in force. Nothing is kept.
#[utoipa::path(
    post,
    path = "/mail-templates/{name}/preview",
    tag = "Mail templates",
    operation_id = "previewMailTemplate",
    security(("adminAuth" = [])),
    params(("name" = String, Path, description = "The name of the letter.", example = "password_changed")),
    request_body = PartsBody,
    responses(
        (status = 200, description = "The letter.", body = DataBody<PreviewBody>),
        BadBody, Unauthenticated, Forbidden, NotFound, Invalid, Always,
    )
)]
pub(crate) async fn preview(
    Staff { who, .. }: Staff<MessagesRead>,
    State(commerce): State<Commerce>,
    Segment(name): Segment<String>,
    JsonBody(body): JsonBody<PartsBody>,
) -> Result<Json<DataBody<PreviewBody>>, ApiError> {
    let (subject, html, text) =
        mails::preview_template(&commerce, &who.shop, &name, body.into()).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: PreviewBody { subject, html, text } }))
}
