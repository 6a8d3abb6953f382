//! GET and POST /media, GET, PATCH and DELETE /media/{mediaId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::media::{self, MediaChange, MediaEntry, MediaUse, RenditionEntry, Upload};
use domain::fields::{FieldErrors, Fields, Invalid};
use domain::ids::MediaId;
use domain::media::{AltText, MediaName};
use domain::problem::Problem;
use domain::text::filled;
use marzipan_http::fields::kept;
use marzipan_http::openapi::{
    Always, BadBody, BadForm, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, IfMatchParam,
    Invalid as Refused, NotFound, PreconditionFailed, Unauthenticated,
};
use marzipan_http::query::Query;
use marzipan_http::{
    ApiError, ETag, FileForm, JsonBody, ListBody, Paging, PagingParams, Patch, Preconditions, Segment,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::bodies::{DataBody, page};
use crate::identity::{MediaRead, MediaWrite, Staff};

/// A picture or file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-00000000000b",
    "filename": "estate-malbec.jpg",
    "path": "15/01926a3c-0000-7000-8000-00000000000b.jpg",
    "src": "https://api.shop.example/media/15/01926a3c-0000-7000-8000-00000000000b.jpg",
    "alt": "A bottle of Estate Malbec",
    "mimeType": "image/jpeg",
    "size": 183_204,
    "width": 2400,
    "height": 3200,
    "status": "ready",
    "renditions": [{
        "width": 320,
        "height": 427,
        "mimeType": "image/webp",
        "path": "15/01926a3c-0000-7000-8000-00000000000b-320.webp",
        "src": "https://api.shop.example/media/15/01926a3c-0000-7000-8000-00000000000b-320.webp",
    }],
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct MediaBody {
    #[schema(format = Uuid)]
    id: String,
    /// What people call it.
    filename: String,
    /// The shop's number and the file.
    path: String,
    /// Where it is fetched.
    src: String,
    /// What it shows, for those who do not see it.
    alt: String,
    /// What it is, by its content.
    mime_type: String,
    /// In bytes, without what was taken away.
    size: i64,
    /// In pixels; null for a document.
    #[schema(required)]
    width: Option<i64>,
    /// In pixels; null for a document.
    #[schema(required)]
    height: Option<i64>,
    #[schema(value_type = Status)]
    status: &'static str,
    /// The picture in other widths, the narrowest first; empty until they are made.
    renditions: Vec<RenditionBody>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// How far the renditions are. `failed`: they can not be made; the picture itself is shown all the same.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the words that `MediaStatus` has")]
enum Status {
    Processing,
    Ready,
    Failed,
}

/// One rendition of a picture.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RenditionBody {
    width: u32,
    height: u32,
    mime_type: &'static str,
    path: String,
    /// Where it is fetched.
    src: String,
}

impl From<RenditionEntry> for RenditionBody {
    fn from(entry: RenditionEntry) -> Self {
        let RenditionEntry { width, height, mime_type, path, src } = entry;
        Self { width, height, mime_type, path, src }
    }
}

impl From<MediaEntry> for MediaBody {
    fn from(entry: MediaEntry) -> Self {
        let MediaEntry {
            id,
            filename,
            path,
            src,
            alt,
            mime_type,
            size,
            width,
            height,
            status,
            renditions,
            created_at,
            updated_at,
            version: _,
        } = entry;
        Self {
            id: id.to_string(),
            filename,
            path,
            src,
            alt,
            mime_type,
            size,
            width,
            height,
            status: status.as_str(),
            renditions: renditions.into_iter().map(RenditionBody::from).collect(),
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// A picture or file, and where it is used.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-00000000000b",
    "filename": "estate-malbec.pdf",
    "path": "15/01926a3c-0000-7000-8000-00000000000b.pdf",
    "src": "https://api.shop.example/media/15/01926a3c-0000-7000-8000-00000000000b.pdf",
    "alt": "",
    "mimeType": "application/pdf",
    "size": 83_204,
    "width": null,
    "height": null,
    "status": "ready",
    "renditions": [],
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
    "uses": [{"kind": "page", "id": "01926a3c-0000-7000-8000-00000000000c"}],
}))]
pub(crate) struct UsedMediaBody {
    #[serde(flatten)]
    media: MediaBody,
    /// Where it is used, as far as that is told in a list of a hundred; it can not be removed before it is taken away
    /// there.
    uses: Vec<UseBody>,
}

/// Where a picture is used.
#[derive(Serialize, ToSchema)]
struct UseBody {
    /// What uses it, such as `product` or `page`.
    kind: String,
    #[schema(format = Uuid)]
    id: String,
}

impl From<MediaUse> for UseBody {
    fn from(place: MediaUse) -> Self {
        Self { kind: place.kind, id: place.id.to_string() }
    }
}

/// Which pictures and files to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those whose file name has this in it, in capital letters or small ones.
    #[param(required = false, value_type = String, max_length = 200, example = "malbec")]
    query: Option<String>,
}

impl Filter {
    fn parse(&self) -> Result<Option<&str>, ApiError> {
        let query = filled(self.query.as_deref()).map(str::trim);
        if query.is_some_and(|query| query.chars().count() > MediaName::MOST) {
            let reason = format!("Must not be longer than {} characters.", MediaName::MOST);
            return Err(ApiError::invalid_field("query", reason));
        }
        Ok(query)
    }
}

/// List pictures and files.
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/media",
    tag = "Media",
    operation_id = "listMedia",
    security(("adminAuth" = [])),
    params(Filter, PagingParams),
    responses(
        (status = 200, description = "A page of them.", body = ListBody<MediaBody>),
        Unauthenticated, Forbidden, Refused, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<MediaRead>,
    State(commerce): State<Commerce>,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<ListBody<MediaBody>, ApiError> {
    let query = filter.parse()?;
    let (media, total) = media::list(&commerce, &who.shop, query, paging.offset(), paging.limit())
        .await
        .map_err(Problem::from)?;
    Ok(page(&paging, media, total))
}

/// A file to keep.
#[derive(ToSchema)]
#[schema(example = json!({"file": "(the bytes)", "alt": "A bottle of Estate Malbec", "filename": "estate-malbec.jpg"}))]
#[expect(dead_code, reason = "documents the form that `FileForm` reads")]
pub(crate) struct UploadForm {
    /// The file: a JPEG, PNG, WebP or GIF picture or a PDF document of at most 10 MiB, a picture of at most 50 megapixels.
    #[schema(format = Binary, value_type = String)]
    file: Vec<u8>,
    /// What it shows, for those who do not see it.
    #[schema(nullable = false, max_length = 500)]
    alt: Option<String>,
    /// What people call it; the name that the file was sent under if left out.
    #[schema(nullable = false, max_length = 200)]
    filename: Option<String>,
}

fn upload_of(form: &FileForm) -> Result<Upload, FieldErrors> {
    let mut fields = Fields::default();
    let alt = fields.take_optional("alt", form.text("alt").map(AltText::parse));
    let name = fields.take_optional("filename", filled(form.text("filename")).map(MediaName::parse));
    fields.finish()?;
    Ok(Upload {
        filename: name.map_or_else(|| form.filename.clone(), |name| name.as_str().to_owned()),
        alt: alt.unwrap_or_default(),
        bytes: form.bytes.clone(),
    })
}

/// Upload a picture or file.
///
/// What it is is found from its content. Everything that is not the picture is taken away (where it was taken, with which
/// camera, comments), and one that was held askew is turned upright. Its renditions are made soon after, in widths of 320,
/// 800 and 1600 pixels or its own; `status` tells when they are there. The same file sent again is answered with 200 and
/// what the shop has.
#[utoipa::path(
    post,
    path = "/media",
    tag = "Media",
    operation_id = "uploadMedia",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The shop has it already; nothing was changed.", body = DataBody<MediaBody>,
            headers(("ETag" = String, description = "The version."))),
        (status = 201, description = "Kept.", body = DataBody<MediaBody>,
            headers(("ETag" = String, description = "The version."))),
        BadForm, Unauthenticated, Forbidden, Idempotent, Refused, Always,
    )
)]
pub(crate) async fn upload(
    Staff { who, .. }: Staff<MediaWrite>,
    State(commerce): State<Commerce>,
    form: FileForm,
) -> Result<(StatusCode, ETag, Json<DataBody<MediaBody>>), ApiError> {
    let upload = upload_of(&form)?;
    let (entry, is_new) =
        media::upload(&commerce, &who.shop, who.actor, upload).await.map_err(Problem::from)?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, ETag::of_version(entry.version), Json(DataBody::of(entry))))
}

/// Show a picture or file.
///
/// `ETag` is the version, for the `If-Match` of a change.
#[utoipa::path(
    get,
    path = "/media/{mediaId}",
    tag = "Media",
    operation_id = "showMedia",
    security(("adminAuth" = [])),
    params(("mediaId" = String, Path, description = "Its id.", format = Uuid)),
    responses(
        (status = 200, description = "The picture or file.", body = DataBody<UsedMediaBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<MediaRead>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<MediaId>,
) -> Result<(ETag, Json<DataBody<UsedMediaBody>>), ApiError> {
    let (entry, uses) = media::find(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    let etag = ETag::of_version(entry.version);
    let uses = uses.into_iter().map(UseBody::from).collect();
    Ok((etag, Json(DataBody { data: UsedMediaBody { media: entry.into(), uses } })))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"alt": "A bottle of Estate Malbec on a table"}))]
pub(crate) struct MediaPatch {
    /// What it shows; null for nothing.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500, pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$")]
    alt: Patch<String>,
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 200, pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*[^\s\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069][^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$")]
    filename: Patch<String>,
}

impl MediaPatch {
    fn parse(self) -> Result<MediaChange, FieldErrors> {
        let mut fields = Fields::default();
        let alt = self.alt.into_change().map(|alt| AltText::parse(alt.as_deref().unwrap_or_default()));
        let alt = fields.take_optional("alt", alt);
        let name = |name: String| -> Result<MediaName, Invalid> { MediaName::parse(&name) };
        let filename = fields.take_optional("filename", kept(self.filename, name));
        fields.finish()?;
        Ok(MediaChange { alt, filename })
    }
}

/// Change what is said of a picture or file.
#[utoipa::path(
    patch,
    path = "/media/{mediaId}",
    tag = "Media",
    operation_id = "changeMedia",
    security(("adminAuth" = [])),
    params(("mediaId" = String, Path, description = "Its id.", format = Uuid), IfMatchParam),
    request_body = MediaPatch,
    responses(
        (status = 200, description = "Changed.", body = DataBody<MediaBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, NotFound, PreconditionFailed, Refused, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<MediaWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<MediaId>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<MediaPatch>,
) -> Result<(ETag, Json<DataBody<MediaBody>>), ApiError> {
    let expected = preconditions.expected_version()?;
    let change = body.parse()?;
    let entry =
        media::change(&commerce, &who.shop, who.actor, id, expected, change).await.map_err(Problem::from)?;
    Ok((ETag::of_version(entry.version), Json(DataBody::of(entry))))
}

/// Remove a picture or file.
///
/// 409 `media_in_use` while something shows it; the message names where. Its files are removed soon after.
#[utoipa::path(
    delete,
    path = "/media/{mediaId}",
    tag = "Media",
    operation_id = "removeMedia",
    security(("adminAuth" = [])),
    params(("mediaId" = String, Path, description = "Its id.", format = Uuid)),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, Conflict, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<MediaWrite>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<MediaId>,
) -> Result<StatusCode, ApiError> {
    media::remove(&commerce, &who.shop, who.actor, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
