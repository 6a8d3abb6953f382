//! What is to come of all subscriptions of a shop, as far as it can be seen today. Rule: it is computed as the clockwork will, and
//! nothing is changed by looking.

use domain::ids::{CustomerId, ProductId, SubscriptionId};
use domain::reports::Period;
use domain::subscriptions::{Coming, Course, SubscriptionStatus};
use domain::time::Timestamp;
use store::catalog::products;
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::boxes::next_box;
use super::schedule::anchor_of;
use super::status_of;
use crate::{Commerce, Shop};

/// Subscriptions whose next box is priced in one transaction.
const STEP: i64 = 100;

/// When the coming renewals of a subscription fall due; `None` where none will. What rests without an end renews no more, and
/// what owes a payment does not before it is paid.
pub(crate) fn course_of(shop: &Shop, row: &SubscriptionRow) -> Result<Option<Course>, StoreError> {
    let ends_at = row.ends_at.into_iter().chain(row.cancels_at).min();
    let course = |next_at| -> Result<Course, StoreError> {
        Ok(Course {
            anchor: anchor_of(row)?,
            months: row.months,
            frequency: row.frequency,
            next_at,
            ends_at,
            prepaid_left: row.prepaid_left,
        })
    };
    match (status_of(row)?, row.next_at, row.paused_until) {
        (SubscriptionStatus::Active, Some(next_at), _) => course(next_at).map(Some),
        (SubscriptionStatus::Paused, _, Some(until)) if row.cancels_at.is_none() => {
            let resumed_at = until.max(shop.now);
            if ends_at.is_some_and(|end| end < resumed_at) {
                return Ok(None);
            }
            Ok(Some(course(resumed_at)?.resumed(resumed_at, &shop.settings.timezone)))
        }
        _ => Ok(None),
    }
}

/// A charge that is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComingCharge {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// Who pays.
    pub customer_id: CustomerId,
    /// What for.
    pub package_id: ProductId,
    /// The package's name; empty where it is gone.
    pub package_name: String,
    /// When.
    pub due_at: Timestamp,
    /// In minor units: what the next renewal would charge now, and nothing for a box that is paid already.
    pub amount: i64,
    /// Whether the box is paid already.
    pub is_prepaid: bool,
}

/// Tells all charges of a period, subscription by subscription, each with its own in their order. What `told` refuses ends it.
pub async fn coming_charges<E: From<StoreError>>(
    commerce: &Commerce,
    shop: &Shop,
    period: &Period,
    mut told: impl FnMut(ComingCharge) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = None;
    loop {
        let (handle, shop_of, period) = (commerce.clone(), shop.clone(), period.clone());
        let (charges, last) = commerce
            .store()
            .read(shop.id, move |tx| {
                let step = rows::after(tx, after, STEP)?;
                let mut charges = Vec::new();
                for row in &step {
                    charges.extend(charges_of(&handle, tx, &shop_of, row, &period)?);
                }
                Ok::<_, StoreError>((charges, step.last().map(|row| row.subscription_id)))
            })
            .await?;
        for charge in charges {
            told(charge)?;
        }
        if last.is_none() {
            return Ok(());
        }
        after = last;
    }
}

fn charges_of(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
    period: &Period,
) -> Result<Vec<ComingCharge>, StoreError> {
    let Some(course) = course_of(shop, row)? else { return Ok(Vec::new()) };
    let zone = &shop.settings.timezone;
    let coming: Vec<_> =
        course.renewals(zone, period.ends()).filter(|coming| coming.due_at >= period.begins()).collect();
    if coming.is_empty() {
        return Ok(Vec::new());
    }
    // The first box that is not paid yet stands for all after it.
    let amount = match coming.iter().find(|coming| !coming.is_prepaid) {
        Some(first) => {
            let unpaid = SubscriptionRow { prepaid_left: 0, ..row.clone() };
            let next = next_box(commerce, tx, shop, &unpaid, first.due_at)?;
            // A box of which nothing can be had is passed over.
            if next.is_empty { 0 } else { next.priced().to_pay() }
        }
        None => 0,
    };
    let package_name = products::find(tx, row.package_id)?.map(|package| package.name).unwrap_or_default();
    let charge = |coming: &Coming| ComingCharge {
        subscription_id: row.subscription_id,
        customer_id: row.customer_id,
        package_id: row.package_id,
        package_name: package_name.clone(),
        due_at: coming.due_at,
        amount: if coming.is_prepaid { 0 } else { amount },
        is_prepaid: coming.is_prepaid,
    };
    Ok(coming.iter().map(charge).collect())
}
