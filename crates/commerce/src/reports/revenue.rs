//! What comes in again and again. Rule: what a subscription brings in a month is computed from the agreed price of its boxes;
//! what came in is what renewals were paid.

use std::collections::BTreeMap;

use domain::ids::ProductId;
use domain::reports::Period;
use domain::subscriptions::SubscriptionStatus;
use domain::subscriptions::figures::{Movement, monthly};
use store::catalog::products;
use store::orders;
use store::{StoreError, Tx};

use super::STEP;
use super::walk::each_life;
use crate::subscriptions::{is_of_renewal, status_of};
use crate::{Commerce, Shop};

/// What active subscriptions bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// How many are active now: not those that rest, nor those that owe a payment.
    pub active: i64,
    /// What they bring in a month, in minor units.
    pub monthly: i64,
}

impl Running {
    fn add(&mut self, monthly: i64) {
        self.active += 1;
        self.monthly = self.monthly.saturating_add(monthly);
    }
}

/// What the subscriptions to a package bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRevenue {
    /// Which package.
    pub package_id: ProductId,
    /// Its name.
    pub name: String,
    /// What its active subscriptions bring.
    pub running: Running,
}

/// What happened in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevenueMonth {
    /// Subscriptions that began and ended.
    pub movement: Movement,
    /// Renewals that were paid.
    pub renewals: i64,
    /// What their orders came to, in minor units.
    pub revenue: i64,
}

/// Recurring revenue.
#[derive(Clone, Debug)]
pub struct Revenue {
    /// Which period the months are of.
    pub period: Period,
    /// What all active subscriptions bring now.
    pub running: Running,
    /// Each package with active subscriptions, what brings most first.
    pub packages: Vec<PackageRevenue>,
    /// Each month, in their order.
    pub months: Vec<(String, RevenueMonth)>,
}

/// What active subscriptions bring now, and how it came to that by months.
pub async fn recurring_revenue(
    commerce: &Commerce,
    shop: &Shop,
    period: Period,
) -> Result<Revenue, StoreError> {
    commerce.store().read(shop.id, move |tx| read(tx, &period)).await
}

fn read(tx: &mut Tx<'_>, period: &Period) -> Result<Revenue, StoreError> {
    let spans = period.spans();
    let mut months: Vec<RevenueMonth> = vec![RevenueMonth::default(); spans.len()];
    let mut running = Running::default();
    let mut by_package: BTreeMap<ProductId, Running> = BTreeMap::new();
    each_life(tx, |row, life| {
        for (span, month) in spans.iter().zip(&mut months) {
            month.movement.add(life, span.begins, span.ends);
        }
        if status_of(row)? == SubscriptionStatus::Active {
            let monthly = monthly(row.price, row.quantity, row.frequency);
            running.add(monthly);
            by_package.entry(row.package_id).or_default().add(monthly);
        }
        Ok(())
    })?;
    let mut after = None;
    loop {
        let step = orders::paid_between(tx, period.begins(), period.ends(), after, STEP)?;
        let Some(last) = step.last() else { break };
        after = last.paid_at.map(|at| (at, last.order_id));
        for order in step.iter().filter(|order| is_of_renewal(order)) {
            let is_in = |span: &domain::reports::Span| order.paid_at.is_some_and(|at| at < span.ends);
            if let Some(month) = spans.iter().position(is_in).and_then(|number| months.get_mut(number)) {
                month.renewals += 1;
                month.revenue = month.revenue.saturating_add(order.total);
            }
        }
    }
    let mut packages = Vec::with_capacity(by_package.len());
    for (package_id, running) in by_package {
        let name = products::find(tx, package_id)?.map(|package| package.name).unwrap_or_default();
        packages.push(PackageRevenue { package_id, name, running });
    }
    packages.sort_by(|one, other| {
        other.running.monthly.cmp(&one.running.monthly).then_with(|| one.name.cmp(&other.name))
    });
    let months = spans.into_iter().map(|span| span.row).zip(months).collect();
    Ok(Revenue { period: period.clone(), running, packages, months })
}
