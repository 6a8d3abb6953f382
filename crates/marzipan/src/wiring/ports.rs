//! What the HTTP layer asks of the shop. Rule: each answer comes from one use case.

use bytes::Bytes;
use commerce::{Commerce, idempotency, tenants};
use domain::ids::TenantId;
use domain::problem::Problem;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use marzipan_http::ApiError;
use marzipan_http::cors::OriginPolicy;
use marzipan_http::health::{NotReady, ReadinessCheck};
use marzipan_http::idempotency::{Attempt, Begun, IdempotencyStore, KeptAnswer};
use store::{StoreError, installation};
use uuid::Uuid;

/// Idempotency keys, kept in the database.
pub(super) struct Idempotency(pub(super) Commerce);

impl IdempotencyStore for Idempotency {
    fn begin<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<Begun, ApiError>> {
        async {
            let Attempt { bearer, key, fingerprint } = attempt;
            let begun = idempotency::begin(&self.0, bearer, key, fingerprint.to_vec()).await;
            Ok(match begun.map_err(told)? {
                idempotency::Begun::Fresh(tenant) => Begun::Run(tenant.uuid()),
                idempotency::Begun::Known(answer) => Begun::Replay(read(&answer)?),
                idempotency::Begun::Running => Begun::Running,
                idempotency::Begun::Reused => Begun::Reused,
                idempotency::Begun::Stranger => Begun::Pass,
            })
        }
        .boxed()
    }

    fn finish<'a>(
        &'a self,
        tenant: Uuid,
        attempt: &'a Attempt,
        answer: KeptAnswer,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        async move {
            let Attempt { bearer, key, .. } = attempt;
            let answer = write(&answer)?;
            idempotency::keep(&self.0, TenantId::new(tenant), bearer, key, &answer).await.map_err(told)
        }
        .boxed()
    }

    fn abandon<'a>(&'a self, tenant: Uuid, attempt: &'a Attempt) -> BoxFuture<'a, Result<(), ApiError>> {
        async move {
            let Attempt { bearer, key, .. } = attempt;
            idempotency::release(&self.0, TenantId::new(tenant), bearer, key).await.map_err(told)
        }
        .boxed()
    }
}

fn told(error: StoreError) -> ApiError {
    Problem::from(error).into()
}

/// The status and the headers as a line of JSON, then the body as it is.
fn write(answer: &KeptAnswer) -> Result<Vec<u8>, ApiError> {
    let mut bytes = serde_json::to_vec(&(answer.status, &answer.headers)).map_err(ApiError::internal)?;
    bytes.push(b'\n');
    bytes.extend_from_slice(&answer.body);
    Ok(bytes)
}

fn read(bytes: &[u8]) -> Result<KeptAnswer, ApiError> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (head, body) = end
        .and_then(|end| Some((bytes.get(..end)?, bytes.get(end + 1..)?)))
        .ok_or_else(|| ApiError::internal("a kept answer has no end of its head"))?;
    let (status, headers) = serde_json::from_slice(head).map_err(ApiError::internal)?;
    Ok(KeptAnswer { status, headers, body: Bytes::copy_from_slice(body) })
}

/// Which origins the shops' settings allow.
pub(super) struct Origins(pub(super) Commerce);

impl OriginPolicy for Origins {
    fn allowed<'a>(&'a self, origin: &'a str, tenant: Option<Uuid>) -> BoxFuture<'a, bool> {
        async move {
            match tenants::allows_origin(&self.0, tenant.map(TenantId::new), origin.to_owned()).await {
                Ok(allowed) => allowed,
                Err(error) => {
                    tracing::warn!(%error, "an origin could not be looked up");
                    false
                }
            }
        }
        .boxed()
    }

    fn allowed_at_hand(&self, origin: &str, tenant: Uuid) -> Option<bool> {
        tenants::allows_origin_at_hand(&self.0, TenantId::new(tenant), origin)
    }
}

/// Whether the database answers.
pub(super) struct Readiness(pub(super) Commerce);

impl ReadinessCheck for Readiness {
    fn check(&self) -> BoxFuture<'_, Result<(), NotReady>> {
        async {
            let asked =
                self.0.store().read_installation(|tx| installation::value(tx, super::secret_key::NAME)).await;
            asked.map(drop).map_err(|error: StoreError| NotReady(error.to_string()))
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_answer_is_read_back() {
        for body in [&b""[..], b"{\"a\":\n1}", b"\n\n", b"\xff\x00"] {
            let answer = KeptAnswer {
                status: 201,
                headers: vec![("location".to_owned(), "/v1/\n".to_owned())],
                body: Bytes::copy_from_slice(body),
            };
            assert_eq!(read(&write(&answer).expect("plain data")).expect("reads"), answer);
        }
        assert!(read(b"[201,[]]").is_err());
    }
}
