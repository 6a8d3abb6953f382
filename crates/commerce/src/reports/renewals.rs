//! Renewals by day. Rule: each counts once: as what became of it when its turn has come, and as expected before that.

use std::collections::BTreeMap;

use domain::reports::Period;
use domain::subscriptions::RenewalStatus;
use store::subscriptions::reports::{self, DueRow};
use store::{StoreError, Tx};

use super::STEP;
use super::walk::each;
use crate::subscriptions::{course_of, price_at};
use crate::{Commerce, Shop};

/// Renewals, and what they come to in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: i64,
    /// What they come to.
    pub amount: i64,
}

impl Sum {
    fn add(&mut self, amount: i64) {
        self.count += 1;
        self.amount = self.amount.saturating_add(amount);
    }

    fn join(&mut self, other: Self) {
        self.count += other.count;
        self.amount = self.amount.saturating_add(other.amount);
    }
}

/// The renewals that fall due in a day or a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Paid.
    pub paid: Sum,
    /// Refused, and still to be tried again.
    pub failed: Sum,
    /// Being made or charged, or of unknown outcome.
    pub open: Sum,
    /// Left out.
    pub skipped: Sum,
    /// Given up before they were paid.
    pub cancelled: Sum,
    /// To come: at the price of the boxes, without shipping and discounts, and for nothing where they are paid already.
    pub expected: Sum,
}

impl Due {
    fn add(&mut self, row: &DueRow) -> Result<(), StoreError> {
        let status = RenewalStatus::parse(&row.status)
            .map_err(|_| StoreError::Broken(format!("the status of renewal {}", row.renewal_id)))?;
        let sum = match status {
            RenewalStatus::Paid => &mut self.paid,
            RenewalStatus::Failed => &mut self.failed,
            RenewalStatus::Scheduled
            | RenewalStatus::Pending
            | RenewalStatus::Charging
            | RenewalStatus::Unknown => &mut self.open,
            RenewalStatus::Skipped => &mut self.skipped,
            RenewalStatus::Cancelled => &mut self.cancelled,
        };
        sum.add(row.amount);
        Ok(())
    }

    fn join(&mut self, other: &Self) {
        self.paid.join(other.paid);
        self.failed.join(other.failed);
        self.open.join(other.open);
        self.skipped.join(other.skipped);
        self.cancelled.join(other.cancelled);
        self.expected.join(other.expected);
    }
}

/// The renewals of a period.
#[derive(Clone, Debug)]
pub struct Renewals {
    /// Which period.
    pub period: Period,
    /// Each day, in their order, also those without any.
    pub rows: Vec<(String, Due)>,
    /// Their sum.
    pub totals: Due,
}

/// The renewals that fell due in a period, and those that will.
pub async fn renewals(commerce: &Commerce, shop: &Shop, period: Period) -> Result<Renewals, StoreError> {
    let shop = shop.clone();
    commerce.store().read(shop.id, move |tx| read(tx, &shop, &period)).await
}

fn read(tx: &mut Tx<'_>, shop: &Shop, period: &Period) -> Result<Renewals, StoreError> {
    let mut sums: BTreeMap<String, Due> = BTreeMap::new();
    let (begins, ends) = (period.begins(), period.ends());
    let mut after = None;
    loop {
        let step = reports::due_between(tx, begins, ends, after, STEP)?;
        let Some(last) = step.last() else { break };
        after = Some((last.due_at, last.renewal_id));
        for row in &step {
            sums.entry(period.row_of(row.due_at)).or_default().add(row)?;
        }
    }
    // What is to come lies in the future, but for what falls due at this moment.
    if ends > shop.now {
        each(tx, |_, row| {
            let Some(course) = course_of(shop, row)? else { return Ok(()) };
            let coming = course.renewals(&shop.settings.timezone, ends);
            for coming in coming.filter(|coming| coming.due_at >= begins) {
                let price = price_at(row, coming.due_at).saturating_mul(row.quantity);
                let amount = if coming.is_prepaid { 0 } else { price };
                sums.entry(period.row_of(coming.due_at)).or_default().expected.add(amount);
            }
            Ok(())
        })?;
    }
    let row = |row: String| {
        let due = sums.remove(&row).unwrap_or_default();
        (row, due)
    };
    let rows: Vec<_> = period.rows().into_iter().map(row).collect();
    let mut totals = Due::default();
    for (_, due) in &rows {
        totals.join(due);
    }
    Ok(Renewals { period: period.clone(), rows, totals })
}

#[cfg(test)]
mod tests {
    use domain::ids::RenewalId;
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn each_status_has_its_place() {
        let mut due = Due::default();
        for (number, status) in (1_i64..).zip(RenewalStatus::ALL) {
            let row = DueRow {
                renewal_id: RenewalId::new(uuid::Uuid::nil()),
                status: status.as_str().to_owned(),
                due_at: Timestamp::from_micros(0),
                amount: number,
            };
            due.add(&row).expect("a known status");
        }
        let one = |amount: i64| Sum { count: 1, amount };
        let expected = Due {
            open: Sum { count: 4, amount: 1 + 2 + 3 + 4 },
            failed: one(5),
            paid: one(6),
            skipped: one(7),
            cancelled: one(8),
            expected: Sum::default(),
        };
        assert_eq!(due, expected);
        due.join(&expected);
        assert_eq!(due.open, Sum { count: 8, amount: 20 });
    }
}
