//! What a shop sold, and what is to come of its subscriptions. Rule: an order counts when it is paid, and money that is given back
//! when that is begun, so that a month that is over does not change any more.

mod forecast;
mod members;
mod renewals;
mod revenue;
#[cfg(test)]
mod samples;
mod walk;

use std::collections::BTreeMap;

use domain::reports::Period;
use store::orders::refunds::{self, RefundRow};
use store::orders::{self, OrderRow};
use store::{StoreError, Tx};

use crate::{Commerce, Shop};

pub use forecast::{Forecast, Need, Unreleased, forecast};
pub use members::{Churn, Cohorts, churn, cohorts};
pub use renewals::{Due, Renewals, Sum, renewals};
pub use revenue::{PackageRevenue, Revenue, RevenueMonth, Running, recurring_revenue};

/// Rows read at once: a year of orders is not kept in memory.
const STEP: i64 = 1000;

/// What was sold in a day or a month, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sales {
    /// Orders paid.
    pub orders: i64,
    /// Units in them.
    pub items: i64,
    /// Their lines before discounts.
    pub subtotal: i64,
    /// All discounts.
    pub discounts: i64,
    /// The shipping before discounts.
    pub shipping: i64,
    /// The tax, which is part of the others where prices include it.
    pub tax: i64,
    /// What the orders came to.
    pub total: i64,
    /// What of that gift cards paid.
    pub gift_cards: i64,
    /// What was given back in that time, for orders of any time.
    pub refunds: i64,
}

impl Sales {
    /// What is left of it.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.total - self.refunds
    }

    fn add_order(&mut self, order: &OrderRow) {
        self.orders += 1;
        self.items += order.item_count;
        self.subtotal += order.subtotal;
        self.discounts += order.discount_total;
        self.shipping += order.shipping_total;
        self.tax += order.tax_total;
        self.total += order.total;
        self.gift_cards += order.gift_card_total;
    }

    fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.items += other.items;
        self.subtotal += other.subtotal;
        self.discounts += other.discounts;
        self.shipping += other.shipping;
        self.tax += other.tax;
        self.total += other.total;
        self.gift_cards += other.gift_cards;
        self.refunds += other.refunds;
    }
}

/// The sales of a period.
#[derive(Clone, Debug)]
pub struct SalesReport {
    /// Which period.
    pub period: Period,
    /// Each day or month, in their order, also those without sales.
    pub rows: Vec<(String, Sales)>,
    /// Their sum.
    pub totals: Sales,
}

/// What was sold in a period.
pub async fn sales(commerce: &Commerce, shop: &Shop, period: Period) -> Result<SalesReport, StoreError> {
    commerce.store().read(shop.id, move |tx| sum_up(tx, period.clone())).await
}

fn sum_up(tx: &mut Tx<'_>, period: Period) -> Result<SalesReport, StoreError> {
    let mut sums: BTreeMap<String, Sales> = BTreeMap::new();
    let (begins, ends) = (period.begins(), period.ends());
    let mut after = None;
    loop {
        let step = orders::paid_between(tx, begins, ends, after, STEP)?;
        let Some(last) = step.last() else { break };
        after = last.paid_at.map(|at| (at, last.order_id));
        for (order, paid_at) in step.iter().filter_map(|order| Some((order, order.paid_at?))) {
            sums.entry(period.row_of(paid_at)).or_default().add_order(order);
        }
    }
    let mut after = None;
    loop {
        let step = refunds::between(tx, begins, ends, after, STEP)?;
        let Some(last) = step.last() else { break };
        after = Some((last.created_at, last.refund_id));
        for refund in step.iter().filter(|refund| counts(refund)) {
            sums.entry(period.row_of(refund.created_at)).or_default().refunds += refund.amount;
        }
    }
    let rows: Vec<_> = period
        .rows()
        .into_iter()
        .map(|row| {
            let sales = sums.remove(&row).unwrap_or_default();
            (row, sales)
        })
        .collect();
    let mut totals = Sales::default();
    for (_, sales) in &rows {
        totals.add(sales);
    }
    Ok(SalesReport { period, rows, totals })
}

/// A refund that the provider refused gave nothing back.
fn counts(refund: &RefundRow) -> bool {
    refund.status != crate::orders::REFUND_FAILED
}
