//! GET (published) and PATCH /account/details.

use axum::Json;
use axum::extract::State;
use commerce::Commerce;
use commerce::accounts::{self, DetailsChange, SignedIn};
use domain::accounts::{BirthDate, Email, Marketing, PersonName, Phone};
use domain::fields::{FieldErrors, Fields, Invalid as Refused};
use domain::problem::Problem;
use marzipan_http::fields::{kept, kept_list, line_schema, optional_phone_schema, required};
use marzipan_http::openapi::{Always, BadBody, Invalid, Unauthenticated};
use marzipan_http::{ApiError, JsonBody, Patch};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Channel, DataBody, DetailsBody, short_enough};
use crate::identity::Customer;

/// Show the customer's details.
///
/// The published keys first; our own follow.
#[utoipa::path(
    get,
    path = "/account/details",
    tag = "Account",
    operation_id = "showDetails",
    security(("accountAuth" = [])),
    responses(
        (status = 200, description = "The details.", body = DataBody<DetailsBody>),
        Unauthenticated, Always,
    )
)]
pub(crate) async fn show(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
) -> Result<Json<DataBody<DetailsBody>>, ApiError> {
    let details = accounts::details(&commerce, &who).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: details.into() }))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"phone": "+44 20 7946 0000", "marketing": ["email", "post"]}))]
pub(crate) struct DetailsPatch {
    #[serde(default)]
    #[schema(schema_with = line_schema)]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(schema_with = line_schema)]
    last_name: Patch<String>,
    /// Null removes it.
    #[serde(default)]
    #[schema(schema_with = optional_phone_schema)]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Vec<Channel>)]
    marketing: Patch<Vec<String>>,
    /// Null removes it, where the shop sets no minimum age.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    date_of_birth: Patch<String>,
    /// Counts only once the token mailed to it is verified; the old address is told.
    #[serde(default)]
    #[schema(value_type = String, format = Email, max_length = 254)]
    email: Patch<String>,
    /// The page that the mailed link opens.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    return_url: Patch<String>,
}

impl DetailsPatch {
    fn parse(self, who: &SignedIn) -> Result<DetailsChange, FieldErrors> {
        let mut fields = Fields::default();
        let today = who.now.utc_date();
        let change = DetailsChange {
            first_name: fields
                .take_optional("firstName", kept(self.first_name, |name| PersonName::parse(&name))),
            last_name: fields
                .take_optional("lastName", kept(self.last_name, |name| PersonName::parse(&name))),
            phone: removable(&mut fields, "phone", self.phone, Phone::parse),
            marketing: kept_list(&mut fields, "marketing", self.marketing, |fields, words| {
                Marketing::read(fields, "marketing", &words)
            }),
            date_of_birth: removable(&mut fields, "dateOfBirth", self.date_of_birth, |text| {
                BirthDate::parse(text, today)
            }),
            email: fields
                .take_optional("email", kept(self.email, |email| required(Some(&email), Email::parse))),
            return_url: short_enough(&mut fields, self.return_url.into_change().flatten()),
        };
        fields.finish()?;
        Ok(change)
    }
}

/// A field that null or blank removes.
fn removable<T>(
    fields: &mut Fields,
    field: &str,
    patch: Patch<String>,
    parse: impl FnOnce(&str) -> Result<T, Refused>,
) -> Option<Option<T>> {
    let value = patch.into_change()?.filter(|text| !text.trim().is_empty());
    Some(value.and_then(|text| fields.take(field, parse(&text))))
}

/// Change the customer's details.
///
/// Only what is sent changes. A new address is asked to prove itself by mail first.
#[utoipa::path(
    patch,
    path = "/account/details",
    tag = "Account",
    operation_id = "changeDetails",
    security(("accountAuth" = [])),
    request_body = DetailsPatch,
    responses(
        (status = 200, description = "The details as they are now.", body = DataBody<DetailsBody>),
        BadBody, Unauthenticated, Invalid, Always,
    )
)]
pub(crate) async fn change(
    Customer(who): Customer,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<DetailsPatch>,
) -> Result<Json<DataBody<DetailsBody>>, ApiError> {
    let change = body.parse(&who)?;
    let details = accounts::change_details(&commerce, &who, change).await.map_err(Problem::from)?;
    Ok(Json(DataBody { data: details.into() }))
}
