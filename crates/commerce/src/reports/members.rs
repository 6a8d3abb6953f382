//! Who stays. Rule: a subscription counts from its first payment until it ends, also while it rests; what begins again is the same
//! subscription as before.

use domain::reports::Period;
use domain::subscriptions::figures::{Cohort, Movement};
use store::StoreError;

use super::walk::each_life;
use crate::{Commerce, Shop};

/// Those who came and went.
#[derive(Clone, Debug)]
pub struct Churn {
    /// Which period.
    pub period: Period,
    /// Each month, in their order.
    pub rows: Vec<(String, Movement)>,
    /// The period as a whole.
    pub totals: Movement,
}

/// Who came and went in each month of a period.
pub async fn churn(commerce: &Commerce, shop: &Shop, period: Period) -> Result<Churn, StoreError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let spans = period.spans();
            let mut rows: Vec<Movement> = vec![Movement::default(); spans.len()];
            let mut totals = Movement::default();
            each_life(tx, |_, life| {
                for (span, row) in spans.iter().zip(&mut rows) {
                    row.add(life, span.begins, span.ends);
                }
                totals.add(life, period.begins(), period.ends());
                Ok(())
            })?;
            let rows = spans.into_iter().map(|span| span.row).zip(rows).collect();
            Ok(Churn { period: period.clone(), rows, totals })
        })
        .await
}

/// Those who joined, and who of them stayed.
#[derive(Clone, Debug)]
pub struct Cohorts {
    /// Which period.
    pub period: Period,
    /// Each month of joining, in their order.
    pub rows: Vec<(String, Cohort)>,
}

/// Who joined in each month of a period, and how many of them were still there later.
pub async fn cohorts(commerce: &Commerce, shop: &Shop, period: Period) -> Result<Cohorts, StoreError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            let zone = &shop.settings.timezone;
            let spans = period.spans();
            let cohort = |span: &domain::reports::Span| Cohort::new(span.begins, span.ends, shop.now, zone);
            let mut rows: Vec<Cohort> = spans.iter().map(cohort).collect();
            each_life(tx, |_, life| {
                for row in &mut rows {
                    row.add(life, zone);
                }
                Ok(())
            })?;
            let rows = spans.into_iter().map(|span| span.row).zip(rows).collect();
            Ok(Cohorts { period: period.clone(), rows })
        })
        .await
}
