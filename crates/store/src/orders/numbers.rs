//! The numbers of orders. Rule: only a committed order gets one, so that none is missing.

use diesel::prelude::*;
use domain::ids::OrderId;

use crate::error::StoreError;
use crate::schema::{order_numbers, orders};
use crate::tx::{Tx, exactly_one};

/// The number before the first.
const BEFORE_FIRST: i64 = 1_000_000;

/// Gives the oldest orders without a number the next ones; tells how many there were.
pub fn assign(tx: &mut Tx<'_>, limit: i64) -> Result<usize, StoreError> {
    let waiting = tx
        .from(orders::table)
        .with(|all| {
            all.filter(orders::ref_number.is_null())
                .order((orders::created_at.asc(), orders::order_id.asc()))
                .limit(limit)
                .select(orders::order_id)
        })
        .all::<Vec<u8>>()?;
    let count = waiting.len();
    if count == 0 {
        return Ok(0);
    }
    let last =
        tx.from(order_numbers::table).with(|all| all.select(order_numbers::last_number)).one::<i64>()?;
    if last.is_none() {
        tx.insert(order_numbers::table, order_numbers::last_number.eq(BEFORE_FIRST))?;
    }
    let mut number = last.unwrap_or(BEFORE_FIRST);
    for id in waiting {
        number += 1;
        exactly_one(
            tx.from(orders::table)
                .with(|all| all.filter(orders::order_id.eq(id)))
                .update(orders::ref_number.eq(number))?,
        )?;
    }
    exactly_one(tx.from(order_numbers::table).update(order_numbers::last_number.eq(number))?)?;
    Ok(count)
}

/// The order's number, once it has one.
pub fn of(tx: &mut Tx<'_>, order: OrderId) -> Result<Option<i64>, StoreError> {
    let number = tx
        .from(orders::table)
        .with(|all| all.filter(orders::order_id.eq(order.to_bytes())).select(orders::ref_number))
        .one::<Option<i64>>()?;
    Ok(number.flatten())
}
