//! GET and POST /staff, GET, PATCH and DELETE /staff/{staffId}.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::staff::{self, MemberChange, MemberEntry, NewMember};
use domain::accounts::{Email, PasswordText, PersonName};
use domain::fields::{FieldErrors, Fields};
use domain::ids::StaffId;
use domain::problem::Problem;
use domain::tenants::Role;
use marzipan_http::openapi::{
    Always, BadBody, Conflict, Forbidden, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated,
};
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, Patch, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::{DataBody, page};
use crate::identity::{ManageStaff, Staff};
use marzipan_http::fields::{kept, line_schema, required};

/// A member of the shop's staff.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000006",
    "name": "Olive Oak",
    "email": "olive@shop.example",
    "role": "manager",
    "totpEnabled": true,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct MemberBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    email: String,
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// Whether signing in asks for a code besides the password.
    totp_enabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// What a member is employed for, and by that what they may do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "documents the words that `Role` reads and writes")]
pub(crate) enum RoleWord {
    /// May do everything.
    Owner,
    /// Everything but staff and admin keys.
    Manager,
    /// Sees customers, products, messages and settings.
    Fulfilment,
    /// Keeps products and pages; sees the settings.
    Content,
    /// Sees everything but mails, staff and keys.
    ReadOnly,
}

impl From<MemberEntry> for MemberBody {
    fn from(entry: MemberEntry) -> Self {
        let MemberEntry { id, name, email, role, totp_enabled, created_at, updated_at } = entry;
        Self {
            id: id.to_string(),
            name,
            email,
            role: role.as_str(),
            totp_enabled,
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
        }
    }
}

/// List staff.
///
/// Everybody who can sign in to this shop, the newest first.
#[utoipa::path(
    get,
    path = "/staff",
    tag = "Staff",
    operation_id = "listStaff",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the staff.", body = ListBody<MemberBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn list(
    Staff { who, .. }: Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<MemberBody>, ApiError> {
    let (members, total) =
        staff::list(&commerce, &who.shop, paging.offset(), paging.limit()).await.map_err(Problem::from)?;
    Ok(page(&paging, members, total))
}

/// Show a member.
///
/// Who they are and what they may do.
#[utoipa::path(
    get,
    path = "/staff/{staffId}",
    tag = "Staff",
    operation_id = "showStaff",
    security(("adminAuth" = [])),
    params(("staffId" = String, Path, description = "The member's id.", format = Uuid)),
    responses(
        (status = 200, description = "The member.", body = DataBody<MemberBody>),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<StaffId>,
) -> Result<Json<DataBody<MemberBody>>, ApiError> {
    let member = staff::find(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody::of(member)))
}

/// A sign-in to make.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Olive Oak",
    "email": "olive@shop.example",
    "password": "staple the blue kettle",
    "role": "manager",
}))]
pub(crate) struct NewMemberBody {
    #[schema(required, schema_with = line_schema)]
    name: Option<String>,
    /// In any case; stored in lower case.
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    /// Must not be among the first ten thousand that a guesser tries.
    #[schema(required, value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Option<String>,
    /// Only owners make owners.
    #[schema(required, value_type = RoleWord)]
    role: Option<String>,
}

impl NewMemberBody {
    fn parse(self) -> Result<NewMember, FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", required(self.name.as_deref(), PersonName::parse));
        let email = fields.take("email", required(self.email.as_deref(), Email::parse));
        let password = fields.take("password", PasswordText::parse_new(self.password.unwrap_or_default()));
        let role = fields.take("role", required(self.role.as_deref(), Role::parse));
        match (name, email, password, role) {
            (Some(name), Some(email), Some(password), Some(role)) => {
                Ok(NewMember { name, email, password, role })
            }
            _ => Err(fields.into_errors()),
        }
    }
}

/// Add a member.
///
/// They sign in with this address and password, and can change the password themselves.
#[utoipa::path(
    post,
    path = "/staff",
    tag = "Staff",
    operation_id = "addStaff",
    security(("adminAuth" = [])),
    params(IdempotencyKeyParam),
    request_body = NewMemberBody,
    responses(
        (status = 201, description = "Added.", body = DataBody<MemberBody>),
        BadBody, Unauthenticated, Forbidden, Idempotent, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn add(
    Staff { who, .. }: Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewMemberBody>,
) -> Result<(StatusCode, Json<DataBody<MemberBody>>), ApiError> {
    let new = body.parse()?;
    let member = staff::add(&commerce, &who.shop, Some(&who), new).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody::of(member))))
}

/// What to change of a member; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "Olive Ash", "role": "fulfilment"}))]
pub(crate) struct MemberPatch {
    #[serde(default)]
    #[schema(schema_with = line_schema)]
    name: Patch<String>,
    /// A new one ends their sessions.
    #[serde(default)]
    #[schema(value_type = RoleWord)]
    role: Patch<String>,
    /// A new one ends their sessions.
    #[serde(default)]
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Patch<String>,
}

impl MemberPatch {
    fn parse(self) -> Result<MemberChange, FieldErrors> {
        let mut fields = Fields::default();
        let change = MemberChange {
            name: fields.take_optional("name", kept(self.name, |name| PersonName::parse(&name))),
            role: fields.take_optional("role", kept(self.role, |role| Role::parse(&role))),
            password: fields.take_optional("password", kept(self.password, PasswordText::parse_new)),
        };
        fields.finish()?;
        Ok(change)
    }
}

/// Change a member.
///
/// Only what is sent changes. A new password or role ends their sessions.
#[utoipa::path(
    patch,
    path = "/staff/{staffId}",
    tag = "Staff",
    operation_id = "changeStaff",
    security(("adminAuth" = [])),
    params(("staffId" = String, Path, description = "The member's id.", format = Uuid)),
    request_body = MemberPatch,
    responses(
        (status = 200, description = "The member as they are now.", body = DataBody<MemberBody>),
        BadBody, Unauthenticated, Forbidden, NotFound, Conflict, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Staff { who, .. }: Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<StaffId>,
    JsonBody(patch): JsonBody<MemberPatch>,
) -> Result<Json<DataBody<MemberBody>>, ApiError> {
    let change = patch.parse()?;
    let member = staff::change(&commerce, &who, id, change).await.map_err(Problem::from)?;
    Ok(Json(DataBody::of(member)))
}

/// Remove a member.
///
/// Their sessions end at once. The last owner stays.
#[utoipa::path(
    delete,
    path = "/staff/{staffId}",
    tag = "Staff",
    operation_id = "removeStaff",
    security(("adminAuth" = [])),
    params(("staffId" = String, Path, description = "The member's id.", format = Uuid)),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, Conflict, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    Segment(id): Segment<StaffId>,
) -> Result<StatusCode, ApiError> {
    staff::remove(&commerce, &who, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
