//! Renewals that their customer pays: at once, or by the link in the mail that asks for it.

use domain::ids::{PaymentId, RenewalId, TenantId};
use domain::money::Money;
use domain::subscriptions::RenewalStatus;
use store::catalog::products;
use store::orders::payments;
use store::subscriptions::renewals::{self, RenewalRow};
use store::subscriptions::{self as rows};
use store::{StoreError, Tx};
use url::Url;

use super::charging::{self, Session};
use super::view::MethodView;
use super::{SubscriptionError, renewal_status_of};
use crate::checkout::{PaymentState, payment_state};
use crate::jobs::{self, Kind};
use crate::{Commerce, Shop};

/// Charges a renewal while somebody waits for it.
pub(super) async fn pay_now(
    commerce: &Commerce,
    shop: &Shop,
    renewal: RenewalId,
    is_present: bool,
    return_url: Option<Url>,
) -> Result<(), SubscriptionError> {
    let Some(_turn) = commerce.begin_renewal(renewal) else { return Err(SubscriptionError::UnderWay) };
    let session = if is_present { Session::On { return_url } } else { Session::Off };
    let again = charging::go_on(commerce, shop.id, renewal, session).await?;
    // Its job looks after it from here, at the time that was found.
    if let Some(at) = again {
        let handle = commerce.clone();
        commerce
            .store()
            .write(shop.id, move |tx| jobs::enqueue_by(&handle, tx, at, Kind::Renew(renewal)))
            .await?;
    }
    commerce.wake_jobs();
    Ok(())
}

/// What the page behind the link of a mail shows.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PayPage {
    pub shop: Shop,
    pub package: String,
    pub amount: Money,
    pub status: RenewalStatus,
    pub method: Option<MethodView>,
    /// Why the last charge was refused.
    pub message: Option<String>,
    /// The payment that waits for the customer.
    pub payment: Option<PaymentState>,
}

fn read(commerce: &Commerce, tx: &mut Tx<'_>, id: RenewalId) -> Result<PayPage, SubscriptionError> {
    let shop = Shop::of(tx, commerce.system_now())?;
    let renewal = renewals::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
    let row = rows::find(tx, renewal.subscription_id)?.ok_or(SubscriptionError::NotFound)?;
    Ok(PayPage {
        package: products::find(tx, row.package_id)?.map(|product| product.name).unwrap_or_default(),
        amount: Money::new(renewal.amount, shop.settings.currency),
        status: renewal_status_of(&renewal)?,
        method: charging::method_of(tx, &row)?.map(MethodView::from),
        message: renewal.failure_message.clone(),
        payment: payment_of(commerce, tx, &renewal)?,
        shop,
    })
}

fn payment_of(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    renewal: &RenewalRow,
) -> Result<Option<PaymentState>, StoreError> {
    let Some(id) = renewal.payment_id.clone() else { return Ok(None) };
    let id = PaymentId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()))?;
    let state = payments::find(tx, id)?.map(|payment| payment_state(commerce, Some(&payment)));
    Ok(state.filter(|state| state.status == "requires_action"))
}

fn named(commerce: &Commerce, token: &str) -> Result<(TenantId, RenewalId), SubscriptionError> {
    commerce.secrets().read_pay_token(token).ok_or(SubscriptionError::NotFound)
}

/// The page of a pay link. A payment that the customer comes back from is looked up first.
pub async fn pay_page(commerce: &Commerce, token: &str) -> Result<PayPage, SubscriptionError> {
    let (tenant, id) = named(commerce, token)?;
    let find = |handle: Commerce| commerce.store().read(tenant, move |tx| read(&handle, tx, id));
    let page = find(commerce.clone()).await?;
    if !page.status.is_under_way() {
        return Ok(page);
    }
    if let Some(_turn) = commerce.begin_renewal(id) {
        charging::go_on(commerce, tenant, id, Session::Off).await?;
        commerce.wake_jobs();
    }
    find(commerce.clone()).await
}

/// Pays by the link. `return_url` is the page itself, to which the bank sends the customer back.
pub async fn pay_by_link(
    commerce: &Commerce,
    token: &str,
    return_url: Option<Url>,
) -> Result<PayPage, SubscriptionError> {
    let (tenant, id) = named(commerce, token)?;
    let page = pay_page(commerce, token).await?;
    if page.status == RenewalStatus::Failed {
        pay_now(commerce, &page.shop, id, true, return_url).await?;
    }
    let handle = commerce.clone();
    commerce.store().read(tenant, move |tx| read(&handle, tx, id)).await
}
