//! The shop's staff: /staff, /staff/{staffId}, /staff/me.

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
use marzipan_http::{ApiError, JsonBody, ListBody, Paging, PagingParams, PathId, RequestContext};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::{Anybody, ManageStaff, Staff};
use crate::{DataBody, total};

/// What a member of staff is employed for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "documents the words that `Role` reads and writes")]
pub(crate) enum RoleName {
    Owner,
    Manager,
    Fulfilment,
    Content,
    ReadOnly,
}

/// A member of staff.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "01926a3c-0000-7000-8000-000000000007",
    "name": "Ann Smith",
    "email": "owner@example.com",
    "role": "owner",
    "totpEnabled": true,
    "createdAt": "2024-10-07T12:12:58.000000Z",
    "updatedAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct MemberBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    #[schema(format = Email)]
    email: String,
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// Whether the second factor is on.
    totp_enabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
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

/// Show who is signed in.
///
/// The member whose token the call came with; an admin key is nobody.
#[utoipa::path(
    get,
    path = "/staff/me",
    tag = "Staff",
    operation_id = "showMe",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The member.", body = DataBody<MemberBody>),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn me(
    Staff(who, _): Staff<Anybody>,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<MemberBody>>, ApiError> {
    let (id, _) = who.person().map_err(Problem::from)?;
    let member = staff::find(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: member.into() }))
}

/// A new password by somebody who knows the old one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"currentPassword": "correct horse battery", "password": "staple the blue kettle"}))]
pub(crate) struct PasswordBody {
    #[schema(required, value_type = String, format = Password, min_length = 1, max_length = 200)]
    current_password: Option<String>,
    #[schema(required, value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Option<String>,
}

/// Change one's own password.
///
/// Ends all other sessions of the member.
#[utoipa::path(
    put,
    path = "/staff/me/password",
    tag = "Staff",
    operation_id = "changeMyPassword",
    security(("adminAuth" = [])),
    request_body = PasswordBody,
    responses((status = 204, description = "Changed."), BadBody, Unauthenticated, Forbidden, Invalid, Always)
)]
pub(crate) async fn change_password(
    Staff(who, _): Staff<Anybody>,
    State(commerce): State<Commerce>,
    context: RequestContext,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::default();
    let current =
        fields.take("currentPassword", PasswordText::parse(body.current_password.unwrap_or_default()));
    let password = fields.take("password", PasswordText::parse_new(body.password.unwrap_or_default()));
    let (Some(current), Some(password)) = (current, password) else {
        return Err(fields.into_errors().into());
    };
    staff::change_password(&commerce, &who, current, password, context.client_ip())
        .await
        .map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the staff.
///
/// Newest first.
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
    Staff(who, _): Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<MemberBody>, ApiError> {
    let (members, count) =
        staff::list(&commerce, &who.shop, paging.offset(), paging.limit()).await.map_err(Problem::from)?;
    Ok(paging.page_of(members.into_iter().map(Into::into).collect(), total(count)))
}

/// A sign-in to make.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Bo Packer",
    "email": "bo@example.com",
    "password": "staple the blue kettle",
    "role": "fulfilment",
}))]
pub(crate) struct NewMemberBody {
    #[schema(required, value_type = String, min_length = 1, max_length = 100, pattern = r"^[A-Za-z][A-Za-z '-]*$")]
    name: Option<String>,
    #[schema(required, value_type = String, format = Email, max_length = 254)]
    email: Option<String>,
    #[schema(required, value_type = String, format = Password, min_length = 8, max_length = 200)]
    password: Option<String>,
    #[schema(required, value_type = RoleName)]
    role: Option<String>,
}

impl NewMemberBody {
    fn parse(self) -> Result<NewMember, FieldErrors> {
        let mut fields = Fields::default();
        let name = fields.take("name", PersonName::parse(&self.name.unwrap_or_default()));
        let email = fields.take("email", Email::parse(&self.email.unwrap_or_default()));
        let password = fields.take("password", PasswordText::parse_new(self.password.unwrap_or_default()));
        let role = fields.take("role", Role::parse(&self.role.unwrap_or_default()));
        match (name, email, password, role) {
            (Some(name), Some(email), Some(password), Some(role)) => {
                Ok(NewMember { name, email, password, role })
            }
            _ => Err(fields.into_errors()),
        }
    }
}

/// Add a member of staff.
///
/// Only an owner, or a key that may do everything, makes owners.
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
    Staff(who, _): Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<NewMemberBody>,
) -> Result<(StatusCode, Json<DataBody<MemberBody>>), ApiError> {
    let member = staff::add(&commerce, &who.shop, Some(&who), body.parse()?).await.map_err(Problem::from)?;
    Ok((StatusCode::CREATED, Json(DataBody { data: member.into() })))
}

/// Show a member of staff.
///
/// As in the list.
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
    Staff(who, _): Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<StaffId>,
) -> Result<Json<DataBody<MemberBody>>, ApiError> {
    let member = staff::find(&commerce, &who.shop, id).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: member.into() }))
}

/// What to change of a member; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"role": "manager"}))]
pub(crate) struct MemberPatch {
    #[schema(min_length = 1, max_length = 100, pattern = r"^[A-Za-z][A-Za-z '-]*$", nullable = false)]
    name: Option<String>,
    #[schema(value_type = Option<RoleName>, nullable = false)]
    role: Option<String>,
    /// Sets it anew, for somebody who has forgotten theirs; ends their sessions.
    #[schema(format = Password, min_length = 8, max_length = 200, nullable = false)]
    password: Option<String>,
}

impl MemberPatch {
    fn parse(self) -> Result<MemberChange, FieldErrors> {
        let mut fields = Fields::default();
        let change = MemberChange {
            name: fields.take_optional("name", self.name.map(|name| PersonName::parse(&name))),
            role: fields.take_optional("role", self.role.map(|role| Role::parse(&role))),
            password: fields.take_optional("password", self.password.map(PasswordText::parse_new)),
        };
        fields.finish()?;
        Ok(change)
    }
}

/// Change a member of staff.
///
/// A new role or password ends their sessions. A shop keeps at least one owner.
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
    Staff(who, _): Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<StaffId>,
    JsonBody(body): JsonBody<MemberPatch>,
) -> Result<Json<DataBody<MemberBody>>, ApiError> {
    let member = staff::change(&commerce, &who, id, body.parse()?).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: member.into() }))
}

/// Remove a member of staff.
///
/// Ends their sessions. A shop keeps at least one owner.
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
    Staff(who, _): Staff<ManageStaff>,
    State(commerce): State<Commerce>,
    PathId(id): PathId<StaffId>,
) -> Result<StatusCode, ApiError> {
    staff::remove(&commerce, &who, id).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}
