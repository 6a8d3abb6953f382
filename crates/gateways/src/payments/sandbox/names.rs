//! The names that the sandbox gives. Rule: a name follows from what it names and from the sandbox's secret, so that the same
//! thing has the same name in every process, and nobody guesses it.

use domain::ids::{CustomerId, PaymentId, RefundId, TenantId};
use url::Url;

use super::entries::Status;
use crate::payments::PaymentStatus;
use crate::payments::signature::{hex, mac};

/// Makes names.
pub(super) struct Names {
    secret: [u8; 32],
    base_url: Url,
}

impl Names {
    pub(super) const fn new(secret: [u8; 32], base_url: Url) -> Self {
        Self { secret, base_url }
    }

    /// What webhooks are signed with.
    pub(super) const fn secret(&self) -> &[u8] {
        &self.secret
    }

    pub(super) fn payment(&self, tenant: TenantId, key: PaymentId) -> String {
        self.named("pay", tenant, &key.to_string())
    }

    pub(super) fn refund(&self, tenant: TenantId, key: RefundId) -> String {
        self.named("ref", tenant, &key.to_string())
    }

    pub(super) fn set_up(&self, tenant: TenantId, key: &str) -> String {
        self.named("set", tenant, key)
    }

    pub(super) fn customer(&self, tenant: TenantId, customer: CustomerId) -> String {
        self.named("cus", tenant, &customer.to_string())
    }

    /// The card that a payment or a set-up brought.
    pub(super) fn card(&self, tenant: TenantId, brought_by: &str) -> String {
        self.named("card", tenant, brought_by)
    }

    /// The event that something came to stand so.
    pub(super) fn event(&self, tenant: TenantId, reference: &str, status: Status) -> String {
        self.named("evt", tenant, &format!("{reference} {}", status.as_str()))
    }

    /// A payment's or a set-up's status, as the trait has it.
    pub(super) fn status(&self, tenant: TenantId, reference: &str, status: Status) -> PaymentStatus {
        match status {
            Status::Succeeded => PaymentStatus::Succeeded,
            Status::Authorised => PaymentStatus::Authorised,
            Status::Declined(reason) => PaymentStatus::Declined(reason.decline()),
            Status::Cancelled => PaymentStatus::Cancelled,
            Status::RequiresAction => {
                let base = self.base_url.as_str().trim_end_matches('/');
                PaymentStatus::RequiresAction {
                    client_secret: self.named("secret", tenant, reference),
                    redirect_url: Some(format!("{base}/sandbox/authenticate/{reference}")),
                }
            }
        }
    }

    fn named(&self, kind: &str, tenant: TenantId, what: &str) -> String {
        let mac = mac(&self.secret, &[kind.as_bytes(), tenant.uuid().as_bytes(), what.as_bytes()]);
        format!("{kind}_{}", hex(&mac[..16]))
    }
}
