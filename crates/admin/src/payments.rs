//! GET, PUT and DELETE /payment-provider; GET /sandbox/charges and POST /sandbox/settings of test mode.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use commerce::Commerce;
use commerce::payments::{self, ProviderEntry, ProviderForm, SandboxChargeEntry, SandboxFaults};
use domain::fields::{FieldErrors, Fields};
use domain::problem::Problem;
use marzipan_http::openapi::{
    Always, BadBody, Forbidden, IfMatchParam, Invalid, NotFound, PreconditionFailed, Unauthenticated,
};
use marzipan_http::{ApiError, ETag, JsonBody, ListBody, Paging, PagingParams, Preconditions};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::{DataBody, MoneyBody};
use crate::identity::{SettingsRead, SettingsWrite, Staff, TestClock};

/// The shop's account with a payment provider. Its secrets are not shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"provider": "stripe", "publishableKey": "pk_live_1", "baseUrl": "https://api.stripe.com/",
    "version": 1}))]
pub(crate) struct ProviderBody {
    /// `sandbox` or `stripe`.
    provider: String,
    #[schema(required)]
    publishable_key: Option<String>,
    #[schema(required)]
    base_url: Option<String>,
    /// Counts the changes.
    version: i64,
}

impl From<ProviderEntry> for ProviderBody {
    fn from(entry: ProviderEntry) -> Self {
        let ProviderEntry { provider, publishable_key, base_url, version } = entry;
        Self { provider, publishable_key, base_url, version }
    }
}

type Answer = (ETag, Json<DataBody<ProviderBody>>);

fn answer(entry: ProviderEntry) -> Answer {
    (ETag::of_version(entry.version), Json(DataBody::of(entry)))
}

/// Show the payment provider.
///
/// 404 where none is set: a test-mode shop then takes payments in the sandbox, and any other takes none.
#[utoipa::path(
    get,
    path = "/payment-provider",
    tag = "Settings",
    operation_id = "showPaymentProvider",
    security(("adminAuth" = [])),
    responses(
        (status = 200, description = "The account.", body = DataBody<ProviderBody>,
            headers(("ETag" = String, description = "The version."))),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn show(
    Staff { who, .. }: Staff<SettingsRead>,
    State(commerce): State<Commerce>,
) -> Result<Answer, ApiError> {
    let entry = payments::provider_account(&commerce, &who.shop).await.map_err(Problem::from)?;
    entry.map(answer).ok_or_else(ApiError::not_found)
}

/// An account to set.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"provider": "stripe", "secretKey": "sk_live_1", "webhookSecret": "whsec_1",
    "publishableKey": "pk_live_1"}))]
pub(crate) struct ProviderInput {
    #[schema(required, value_type = String, pattern = "^(sandbox|stripe)$")]
    provider: Option<String>,
    /// Of Stripe.
    #[schema(min_length = 1, max_length = 500)]
    secret_key: Option<String>,
    /// Of Stripe: of the endpoint `{PUBLIC_URL}/webhooks/payments/stripe/{shop's id}`.
    #[schema(min_length = 1, max_length = 500)]
    webhook_secret: Option<String>,
    /// Of Stripe, for the pages of the shop.
    #[schema(min_length = 1, max_length = 500)]
    publishable_key: Option<String>,
    /// Where Stripe is reached; its own address if left out.
    #[schema(max_length = 500)]
    base_url: Option<String>,
}

/// Set the payment provider.
#[utoipa::path(
    put,
    path = "/payment-provider",
    tag = "Settings",
    operation_id = "setPaymentProvider",
    security(("adminAuth" = [])),
    params(IfMatchParam),
    request_body = ProviderInput,
    responses(
        (status = 200, description = "The account.", body = DataBody<ProviderBody>,
            headers(("ETag" = String, description = "The version."))),
        BadBody, Unauthenticated, Forbidden, PreconditionFailed, Invalid, Always,
    )
)]
pub(crate) async fn set(
    Staff { who, .. }: Staff<SettingsWrite>,
    State(commerce): State<Commerce>,
    preconditions: Preconditions,
    JsonBody(body): JsonBody<ProviderInput>,
) -> Result<Answer, ApiError> {
    let version = preconditions.expected_version()?;
    let form = ProviderForm {
        provider: body.provider,
        secret_key: body.secret_key.map(SecretString::from),
        webhook_secret: body.webhook_secret.map(SecretString::from),
        publishable_key: body.publishable_key,
        base_url: body.base_url,
    };
    let entry = payments::set_provider_account(&commerce, &who.shop, who.actor, version, form)
        .await
        .map_err(Problem::from)?;
    Ok(answer(entry))
}

/// Remove the payment provider.
#[utoipa::path(
    delete,
    path = "/payment-provider",
    tag = "Settings",
    operation_id = "removePaymentProvider",
    security(("adminAuth" = [])),
    responses(
        (status = 204, description = "Removed."),
        Unauthenticated, Forbidden, NotFound, Always,
    )
)]
pub(crate) async fn remove(
    Staff { who, .. }: Staff<SettingsWrite>,
    State(commerce): State<Commerce>,
) -> Result<StatusCode, ApiError> {
    payments::remove_provider_account(&commerce, &who.shop, who.actor).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the sandbox took.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "pay_01926a3c000070008000000000000061",
    "idempotencyKey": "01926a3c-0000-7000-8000-000000000061",
    "amount": {"value": 2499, "currency": "GBP"},
    "refunded": {"value": 0, "currency": "GBP"},
    "currency": "GBP",
    "status": "succeeded",
    "reference": "01926a3c-0000-7000-8000-000000000004",
    "createdAt": "2024-10-07T12:12:58.000000Z",
}))]
pub(crate) struct ChargeBody {
    id: String,
    #[schema(format = Uuid)]
    idempotency_key: String,
    amount: MoneyBody,
    refunded: MoneyBody,
    currency: &'static str,
    status: &'static str,
    /// What the shop called it: the order's id.
    reference: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<SandboxChargeEntry> for ChargeBody {
    fn from(charge: SandboxChargeEntry) -> Self {
        let currency = charge.amount.currency();
        Self {
            id: charge.id,
            idempotency_key: charge.idempotency_key.to_string(),
            amount: MoneyBody::new(charge.amount.minor(), currency),
            refunded: MoneyBody::new(charge.refunded.minor(), currency),
            currency: currency.as_str(),
            status: charge.status,
            reference: charge.reference,
            created_at: charge.created_at.to_string(),
        }
    }
}

/// List the sandbox's charges.
///
/// What the sandbox really took, oldest first: its own books, apart from the shop's.
#[utoipa::path(
    get,
    path = "/sandbox/charges",
    tag = "Test mode",
    operation_id = "listSandboxCharges",
    security(("adminAuth" = [])),
    params(PagingParams),
    responses(
        (status = 200, description = "A page of the charges.", body = ListBody<ChargeBody>),
        Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn charges(
    Staff { who, .. }: Staff<TestClock>,
    State(commerce): State<Commerce>,
    paging: Paging,
) -> Result<ListBody<ChargeBody>, ApiError> {
    let (offset, limit) = paging.window();
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let (found, total) =
        payments::charges(&commerce, &who.shop, offset, limit).await.map_err(Problem::from)?;
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    Ok(paging.page_of(found.into_iter().map(Into::into).collect(), total))
}

/// What goes wrong with the sandbox's next calls.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"latencyMs": 50, "failNext": 1, "hangNext": 0, "cutNext": 0, "malformedNext": 0}))]
pub(crate) struct FaultsBody {
    /// Each call takes so long.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 60_000)]
    latency_ms: u32,
    /// So many calls fail before anything is done.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 10_000)]
    fail_next: u32,
    /// So many calls never answer, and nothing is done.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 10_000)]
    hang_next: u32,
    /// So many calls do what they are asked and lose the answer.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 10_000)]
    cut_next: u32,
    /// So many calls do what they are asked and answer nonsense.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 10_000)]
    malformed_next: u32,
}

impl FaultsBody {
    fn check(&self) -> Result<(), FieldErrors> {
        let mut fields = Fields::default();
        let Self { latency_ms, fail_next, hang_next, cut_next, malformed_next } = self;
        for (name, given, most) in [
            ("latencyMs", latency_ms, 60_000),
            ("failNext", fail_next, 10_000),
            ("hangNext", hang_next, 10_000),
            ("cutNext", cut_next, 10_000),
            ("malformedNext", malformed_next, 10_000),
        ] {
            if *given > most {
                fields.refuse(name, &format!("Must be from 0 to {most}."));
            }
        }
        fields.finish()
    }
}

/// Set the sandbox's faults.
///
/// They take the place of those that were set before.
#[utoipa::path(
    post,
    path = "/sandbox/settings",
    tag = "Test mode",
    operation_id = "setSandboxFaults",
    security(("adminAuth" = [])),
    request_body = FaultsBody,
    responses(
        (status = 200, description = "What is set now.", body = DataBody<FaultsBody>),
        BadBody, Unauthenticated, Forbidden, Invalid, Always,
    )
)]
pub(crate) async fn set_faults(
    Staff { who, .. }: Staff<TestClock>,
    State(commerce): State<Commerce>,
    JsonBody(body): JsonBody<FaultsBody>,
) -> Result<Json<DataBody<FaultsBody>>, ApiError> {
    body.check()?;
    let faults = SandboxFaults {
        latency_ms: body.latency_ms.into(),
        fail_next: body.fail_next.into(),
        hang_next: body.hang_next.into(),
        cut_next: body.cut_next.into(),
        malformed_next: body.malformed_next.into(),
    };
    payments::set_faults(&commerce, &who.shop, faults).await.map_err(Problem::from)?;
    Ok(Json(DataBody::of(body)))
}
