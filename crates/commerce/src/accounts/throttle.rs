//! Slowing down those who guess passwords.
//!
//! Failures are counted for a network address together with an account, and for the network address alone. A device that
//! has signed in to the account before shows its device token and is counted by itself, so that nobody else's failures
//! can lock it out. An attempt on an account is counted **before** the password is checked and forgiven if it was right:
//! guesses sent side by side are counted like guesses sent in a row.

use std::net::IpAddr;

use domain::accounts::throttle::{ADDRESS_FREE, DEVICE_FREE, PAIR_FREE, Throttle};
use domain::ids::TenantId;
use domain::time::Timestamp;
use store::accounts::throttles;
use store::{StoreError, Tx};

use super::AccountError;
use crate::Commerce;

/// The buckets that an attempt counts in.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    /// This account from here, or from this device.
    account: Vec<u8>,
    free: u32,
    /// Whatever account from here; absent for a known device.
    address: Option<Vec<u8>>,
}

impl Buckets {
    /// For a sign-in to the account named `account` (an address, or whatever names it to its area).
    pub(crate) fn of(
        commerce: &Commerce,
        tenant: TenantId,
        account: &str,
        ip: IpAddr,
        device_token: Option<&str>,
    ) -> Self {
        let secrets = commerce.secrets();
        let tenant_bytes = tenant.uuid();
        let (tenant_bytes, ip) = (tenant_bytes.as_bytes(), ip.to_string());
        match device_token.and_then(|token| secrets.read_device_token(token, tenant, account)) {
            Some(device) => Self {
                account: secrets.bucket(&[b"device", tenant_bytes, account.as_bytes(), &device]),
                free: DEVICE_FREE,
                address: None,
            },
            None => Self {
                account: secrets.bucket(&[b"pair", tenant_bytes, account.as_bytes(), ip.as_bytes()]),
                free: PAIR_FREE,
                address: Some(secrets.bucket(&[b"address", tenant_bytes, ip.as_bytes()])),
            },
        }
    }
}

/// Refuses the attempt if it comes too soon; else counts it against the account as if it had failed.
pub(crate) fn admit(tx: &mut Tx<'_>, buckets: &Buckets, now: Timestamp) -> Result<(), AccountError> {
    if let Some(address) = &buckets.address {
        check(&load(tx, address, now)?, now)?;
    }
    let account = load(tx, &buckets.account, now)?;
    check(&account, now)?;
    save(tx, &buckets.account, account.after_failure(now, buckets.free))?;
    Ok(())
}

/// Notes how an admitted attempt ended.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    buckets: &Buckets,
    now: Timestamp,
    succeeded_now: bool,
) -> Result<(), StoreError> {
    if succeeded_now { succeeded(tx, buckets, now) } else { failed(tx, buckets, now) }
}

/// The attempt did fail: counts it against the network address too.
pub(crate) fn failed(tx: &mut Tx<'_>, buckets: &Buckets, now: Timestamp) -> Result<(), StoreError> {
    let Some(address) = &buckets.address else { return Ok(()) };
    let count = load(tx, address, now)?;
    save(tx, address, count.after_failure(now, ADDRESS_FREE))
}

/// The attempt succeeded: forgets the account's failures, and takes them off the network address's. Only those: or a
/// guesser could clear their count with an account of their own.
pub(crate) fn succeeded(tx: &mut Tx<'_>, buckets: &Buckets, now: Timestamp) -> Result<(), StoreError> {
    let account = load(tx, &buckets.account, now)?;
    throttles::delete(tx, &buckets.account)?;
    // The attempt itself was counted against the account, and not against the network address.
    let failures = account.failures.saturating_sub(1);
    if let (Some(address), true) = (&buckets.address, failures > 0) {
        let count = load(tx, address, now)?;
        save(tx, address, count.forgive(failures))?;
    }
    Ok(())
}

fn check(throttle: &Throttle, now: Timestamp) -> Result<(), AccountError> {
    throttle.check(now).map_err(|wait| AccountError::TooManyAttempts(wait.0))
}

fn load(tx: &mut Tx<'_>, bucket: &[u8], now: Timestamp) -> Result<Throttle, StoreError> {
    Ok(match throttles::find(tx, bucket)? {
        Some(row) => Throttle {
            failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
            blocked_until: row.blocked_until,
            last_failure: row.last_failure_at,
        },
        None => Throttle { failures: 0, blocked_until: None, last_failure: now },
    })
}

fn save(tx: &mut Tx<'_>, bucket: &[u8], throttle: Throttle) -> Result<(), StoreError> {
    throttles::put(
        tx,
        throttles::Throttle {
            bucket: bucket.to_vec(),
            failures: i64::from(throttle.failures),
            blocked_until: throttle.blocked_until,
            last_failure_at: throttle.last_failure,
        },
    )
}
