//! Subscriptions and renewals as the shop's staff see them, and what staff do where a charge went wrong.

use domain::ids::{CustomerId, PaymentId, ProductId, RenewalId, SubscriptionId};
use domain::subscriptions::{RenewalStatus, SubscriptionStatus};
use domain::text::filled;
use domain::time::Timestamp;
use gateways::payments::{Payment, PaymentStatus};
use store::accounts::customers;
use store::subscriptions::renewals::{self as renewal_rows, RenewalRow};
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};

use super::changing::set_frequency;
use super::own::seen;
use super::paying::pay_now;
use super::view::{Preview, RenewalView, SubscriptionSummary, SubscriptionView};
use super::{SubscriptionError, Who, renewal_status_of};
use crate::audit::{self, Actor, Change};
use crate::checkout::{self, News};
use crate::{Commerce, Shop};

/// A subscription in the shop's list.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SubscriptionEntry {
    pub summary: SubscriptionSummary,
    pub customer_id: CustomerId,
    pub customer_name: String,
    pub email: Option<String>,
    pub quantity: i64,
    pub version: i64,
}

impl SubscriptionEntry {
    fn read(tx: &mut Tx<'_>, shop: &Shop, row: &SubscriptionRow) -> Result<Self, StoreError> {
        let customer = customers::find(tx, row.customer_id)?;
        let (name, email) = customer.map_or((String::new(), None), |customer| {
            (format!("{} {}", customer.first_name, customer.last_name).trim().to_owned(), customer.email)
        });
        Ok(Self {
            summary: SubscriptionSummary::read(tx, shop, row)?,
            customer_id: row.customer_id,
            customer_name: name,
            email,
            quantity: row.quantity,
            version: row.version,
        })
    }
}

/// Which subscriptions to list.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SubscriptionFilter {
    pub status: Option<SubscriptionStatus>,
    pub package: Option<ProductId>,
    pub customer: Option<CustomerId>,
    pub renews_from: Option<Timestamp>,
    pub renews_until: Option<Timestamp>,
    pub offset: i64,
    pub limit: i64,
}

/// A page of the shop's subscriptions, newest first, and how many there are in all.
pub async fn list(
    commerce: &Commerce,
    shop: &Shop,
    filter: SubscriptionFilter,
) -> Result<(Vec<SubscriptionEntry>, i64), SubscriptionError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            let search = rows::Search {
                status: filter.status.map(|status| status.as_str().to_owned()),
                package: filter.package,
                customer: filter.customer,
                renews_from: filter.renews_from,
                renews_until: filter.renews_until,
                offset: filter.offset,
                limit: filter.limit,
            };
            let (page, total) = rows::list(tx, &search)?;
            let page =
                page.iter().map(|row| SubscriptionEntry::read(tx, &shop, row)).collect::<Result<_, _>>()?;
            Ok((page, total))
        })
        .await
}

/// One subscription, with whose it is.
pub async fn find(
    commerce: &Commerce,
    shop: &Shop,
    id: SubscriptionId,
) -> Result<(SubscriptionEntry, SubscriptionView), SubscriptionError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            let entry = SubscriptionEntry::read(tx, &shop, &row)?;
            Ok((entry, SubscriptionView::read(&handle, tx, &shop, &row)?))
        })
        .await
}

/// What the next renewal will charge and send; with another frequency, when that is what is being thought of.
pub async fn preview(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    billing_interval: Option<i64>,
) -> Result<Preview, SubscriptionError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let mut row = seen(tx, &who, id)?;
            if let Some(months) = billing_interval.filter(|months| *months != row.frequency) {
                set_frequency(tx, &shop, &mut row, months)?;
            }
            let next = row.next_at.ok_or(SubscriptionError::Refused("No renewal is coming."))?;
            Ok(Preview::read(&handle, tx, &shop, &row, next)?)
        })
        .await
}

/// A renewal in the shop's list.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RenewalEntry {
    pub renewal: RenewalView,
    pub subscription_id: SubscriptionId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl RenewalEntry {
    fn of(shop: &Shop, row: &RenewalRow) -> Result<Self, StoreError> {
        Ok(Self {
            renewal: RenewalView::of(shop, row)?,
            subscription_id: row.subscription_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Which renewals to list.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RenewalFilter {
    pub status: Option<RenewalStatus>,
    /// Only those due on this day of the shop's, or later.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub offset: i64,
    pub limit: i64,
}

/// A page of the shop's renewals, the latest due first, and how many there are in all.
pub async fn renewals(
    commerce: &Commerce,
    shop: &Shop,
    filter: RenewalFilter,
) -> Result<(Vec<RenewalEntry>, i64), SubscriptionError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            let search = renewal_rows::Search {
                status: filter.status.map(|status| status.as_str().to_owned()),
                from: filter.from,
                until: filter.until,
                offset: filter.offset,
                limit: filter.limit,
            };
            let (page, total) = renewal_rows::list(tx, &search)?;
            let page = page.iter().map(|row| RenewalEntry::of(&shop, row)).collect::<Result<_, _>>()?;
            Ok((page, total))
        })
        .await
}

/// Tries a renewal again that was refused, or looks up one whose outcome is not known.
pub async fn retry_renewal(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: RenewalId,
) -> Result<RenewalEntry, SubscriptionError> {
    let (handle, shop_of, by) = (commerce.clone(), shop.clone(), actor);
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = renewal_rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            let status = renewal_status_of(&row)?;
            if !status.is_open() {
                return Err(SubscriptionError::Refused(
                    "This renewal is decided: there is nothing to try again.",
                ));
            }
            if status == RenewalStatus::Failed {
                row.next_try_at = Some(shop_of.now);
                renewal_rows::update(tx, row.clone())?;
            }
            Ok(note(&handle, tx, &shop_of, &by, "renewal.retry", &row, None)?)
        })
        .await?;
    pay_now(commerce, shop, id, false, None).await?;
    one(commerce, shop, id).await
}

/// Decides a renewal whose outcome the provider does not tell: staff have looked at the provider's own pages.
pub async fn resolve_renewal(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: RenewalId,
    outcome: Option<String>,
    reference: Option<String>,
) -> Result<RenewalEntry, SubscriptionError> {
    let is_paid = match filled(outcome.as_deref()) {
        Some("paid") => true,
        Some("not_charged") => false,
        _ => {
            return Err(
                domain::fields::FieldErrors::one("outcome", "Must be one of paid not_charged.").into()
            );
        }
    };
    let reference = domain::text::optional_line(reference.as_deref().unwrap_or_default(), 200)
        .map_err(|invalid| domain::fields::FieldErrors::one("reference", invalid.reason()))?;
    if is_paid && reference.is_none() {
        let reason = "Is required: the provider's reference of the payment.";
        return Err(domain::fields::FieldErrors::one("reference", reason).into());
    }
    let Some(_turn) = commerce.begin_renewal(id) else { return Err(SubscriptionError::UnderWay) };
    let (handle, shop_of) = (commerce.clone(), shop.clone());
    let told = reference.clone();
    let payment = commerce
        .store()
        .write(shop.id, move |tx| {
            let row = renewal_rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            if !renewal_status_of(&row)?.is_under_way() {
                return Err(SubscriptionError::Refused("The outcome of this renewal is known."));
            }
            let decided = serde_json::json!({ "paid": is_paid, "reference": told });
            note(&handle, tx, &shop_of, &actor, "renewal.resolve", &row, Some(decided))?;
            let broken = || StoreError::Broken(format!("renewal {id} is being charged by no payment"));
            let payment = row.payment_id.ok_or_else(broken)?;
            Ok(PaymentId::try_from(payment).map_err(|_| broken())?)
        })
        .await?;
    let news = match reference {
        Some(reference) if is_paid => {
            News::Known(Payment { reference, status: PaymentStatus::Succeeded, method: None })
        }
        _ => News::NotDone,
    };
    checkout::record(commerce, shop.id, payment, news, None).await?;
    one(commerce, shop, id).await
}

async fn one(commerce: &Commerce, shop: &Shop, id: RenewalId) -> Result<RenewalEntry, SubscriptionError> {
    let shop = shop.clone();
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = renewal_rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            Ok(RenewalEntry::of(&shop, &row)?)
        })
        .await
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    row: &RenewalRow,
    after: Option<serde_json::Value>,
) -> Result<(), StoreError> {
    let change = Change {
        action,
        target_kind: "renewal",
        target_id: row.renewal_id.to_string(),
        before: Some(serde_json::json!({ "status": row.status })),
        after,
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
