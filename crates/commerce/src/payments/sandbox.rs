//! The sandbox, as a test plays with it.

use gateways::payments::sandbox::{Faults, SandboxCharge};
use store::StoreError;

use super::PaymentsError;
use crate::{Commerce, Shop};

pub use gateways::payments::sandbox::{Faults as SandboxFaults, SandboxPayment};

/// What the sandbox really took.
pub type SandboxChargeEntry = SandboxCharge;

/// What the sandbox took from this shop, oldest first, and how much of it there is.
pub async fn charges(
    commerce: &Commerce,
    shop: &Shop,
    offset: usize,
    limit: usize,
) -> Result<(Vec<SandboxChargeEntry>, usize), PaymentsError> {
    commerce
        .payments()
        .sandbox()
        .charges(shop.id, offset, limit)
        .await
        .map_err(|error| StoreError::Broken(error.to_string()).into())
}

/// Sets the faults of the shop's next calls.
pub async fn set_faults(commerce: &Commerce, shop: &Shop, faults: Faults) -> Result<Faults, PaymentsError> {
    commerce
        .payments()
        .sandbox()
        .set_faults(shop.id, faults)
        .await
        .map_err(|error| StoreError::Broken(error.to_string()).into())
}

/// A payment as the page that plays the bank shows it.
pub async fn sandbox_payment(commerce: &Commerce, reference: &str) -> Result<SandboxPayment, PaymentsError> {
    commerce
        .payments()
        .sandbox()
        .payment(reference)
        .await
        .map_err(|error| StoreError::Broken(error.to_string()))?
        .ok_or(PaymentsError::NotFound)
}

/// Plays the bank's step: the shopper approves, or does not.
pub async fn authenticate(
    commerce: &Commerce,
    reference: &str,
    approves: bool,
) -> Result<SandboxPayment, PaymentsError> {
    commerce
        .payments()
        .sandbox()
        .authenticate(reference, approves)
        .await
        .map_err(|error| StoreError::Broken(error.to_string()))?
        .ok_or(PaymentsError::NotFound)
}
