//! Counts of failed sign-ins. A bucket's name is a hash, so that no address of a person stands here.

use diesel::prelude::*;
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::throttles;
use crate::tx::Tx;

/// The failures counted in one bucket.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Throttle {
    pub bucket: Vec<u8>,
    pub failures: i64,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub blocked_until: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub last_failure_at: Timestamp,
}

/// The count in a bucket.
pub fn find(tx: &mut Tx<'_>, bucket: &[u8]) -> Result<Option<Throttle>, StoreError> {
    tx.from(throttles::table)
        .with(|all| all.filter(throttles::bucket.eq(bucket.to_vec())).select(Throttle::as_select()))
        .one()
}

/// Writes the count of a bucket, new or known.
pub fn put(tx: &mut Tx<'_>, throttle: Throttle) -> Result<(), StoreError> {
    let bucket = throttle.bucket.clone();
    let known = tx
        .from(throttles::table)
        .with(|all| all.filter(throttles::bucket.eq(bucket)))
        .update(throttle.clone())?;
    if known == 0 { tx.insert(throttles::table, throttle) } else { Ok(()) }
}

/// Forgets a bucket.
pub fn delete(tx: &mut Tx<'_>, bucket: &[u8]) -> Result<usize, StoreError> {
    tx.from(throttles::table).with(|all| all.filter(throttles::bucket.eq(bucket.to_vec()))).delete()
}

/// Forgets the buckets whose last failure was before `then`.
pub fn delete_stale(tx: &mut Tx<'_>, then: Timestamp) -> Result<usize, StoreError> {
    tx.from(throttles::table).with(|all| all.filter(throttles::last_failure_at.lt(then.as_micros()))).delete()
}
