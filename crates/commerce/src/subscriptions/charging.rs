//! The second step of a renewal: its charge, outside of every transaction. Rule: the subscription is read again in the
//! transaction that opens the charge; and a charge whose answer did not come is looked up, and sent again under its own key at
//! the most, until its provider has answered.

use std::time::Duration;

use domain::ids::{PaymentId, PaymentMethodId, RenewalId, TenantId};
use domain::subscriptions::{Failure, RenewalStatus, SubscriptionStatus};
use domain::time::Timestamp;
use gateways::payments::{Charge, PaymentError, PaymentRef, Source};
use store::orders::payments::{self, PaymentRow};
use store::orders::{self, OrderRow};
use store::payment_methods::{self, PaymentMethodRow};
use store::subscriptions::renewals::{self, RenewalRow};
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};
use url::Url;

use super::outcome::{self, Refusal};
use super::{renewal_status_of, status_of};
use crate::checkout::{self, NewCharge, News};
use crate::payments::{self as accounts, Account, PaymentsError};
use crate::{Commerce, Shop};

/// A charge that is not decided is looked at again after so long.
const LOOK_EVERY: Duration = Duration::from_mins(2);
/// A customer has so long to finish a payment at their bank.
const AT_THE_BANK: Duration = Duration::from_hours(1);

/// Who is there while a renewal is charged.
#[derive(Clone, Debug)]
pub(super) enum Session {
    /// Nobody.
    Off,
    /// The customer, whom the bank can ask.
    On { return_url: Option<Url> },
}

/// What is to be done for a renewal.
enum Step {
    /// Nothing any more.
    Nothing,
    /// Nothing before this time.
    Later(Timestamp),
    /// Charge.
    Charge(Box<Begun>),
    /// Find out what became of the charge that was begun.
    LookUp(Box<Begun>),
    /// Let a payment go that the customer left.
    LetGo(Account, PaymentRef),
}

/// A charge that was written down.
struct Begun {
    account: Account,
    charge: Charge,
    reference: Option<String>,
}

/// Goes on with a renewal; gives the time at which it is to be looked at again, if it is.
pub(crate) async fn renewal_job(
    commerce: &Commerce,
    tenant: TenantId,
    id: RenewalId,
) -> Result<Option<Timestamp>, StoreError> {
    // Somebody pays it at this moment.
    let Some(_turn) = commerce.begin_renewal(id) else {
        return Ok(Some(now_of(commerce, tenant).await?.plus(LOOK_EVERY)));
    };
    go_on(commerce, tenant, id, Session::Off).await
}

/// As [`renewal_job`], with the customer there.
pub(super) async fn go_on(
    commerce: &Commerce,
    tenant: TenantId,
    id: RenewalId,
    session: Session,
) -> Result<Option<Timestamp>, StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    let asked = session.clone();
    let (step, order) = commerce
        .store()
        .write(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            next_step(&handle, tx, &shop, id, &asked)
        })
        .await?;
    if let Some(order) = order {
        checkout::number(commerce, tenant, order).await?;
    }
    match step {
        Step::Nothing => return Ok(None),
        Step::Later(at) => return Ok(Some(at)),
        Step::Charge(begun) => charge(commerce, tenant, *begun).await?,
        Step::LookUp(begun) => look_up(commerce, tenant, *begun).await?,
        Step::LetGo(account, payment) => let_go(commerce, tenant, &account, payment).await?,
    }
    commerce.wake_jobs();
    let system_now = commerce.system_now();
    commerce
        .store()
        .read(tenant, move |tx| {
            let now = Shop::of(tx, system_now)?.now;
            Ok(renewals::find(tx, id)?.and_then(|renewal| next_look(&renewal, now)))
        })
        .await
}

async fn now_of(commerce: &Commerce, tenant: TenantId) -> Result<Timestamp, StoreError> {
    let system_now = commerce.system_now();
    commerce.store().read(tenant, move |tx| Ok(Shop::of(tx, system_now)?.now)).await
}

/// When a renewal is to be looked at again.
fn next_look(renewal: &RenewalRow, now: Timestamp) -> Option<Timestamp> {
    match RenewalStatus::parse(&renewal.status).ok()? {
        RenewalStatus::Failed => Some(match (renewal.next_try_at, renewal.gives_up_at) {
            (Some(next), Some(end)) => next.min(end),
            (one, other) => one.or(other).unwrap_or(now),
        }),
        status if status.is_open() => Some(now.plus(LOOK_EVERY)),
        _ => None,
    }
}

/// Decides what is to be done, and writes it down. An order that has no number yet is given too.
fn next_step(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    id: RenewalId,
    session: &Session,
) -> Result<(Step, Option<domain::ids::OrderId>), StoreError> {
    let Some(renewal) = renewals::find(tx, id)? else { return Ok((Step::Nothing, None)) };
    if !renewal_status_of(&renewal)?.is_open() {
        return Ok((Step::Nothing, None));
    }
    let row = rows::find(tx, renewal.subscription_id)?
        .ok_or_else(|| StoreError::Broken(format!("renewal {id} is of no subscription")))?;
    let order = outcome::order_of(tx, &renewal)?;
    let unnumbered = order.ref_number.is_none().then_some(order.order_id);
    let step = Renewing { commerce, shop, renewal, row, order }.step(tx, session)?;
    Ok((step, unnumbered))
}

/// A renewal on its way.
struct Renewing<'a> {
    commerce: &'a Commerce,
    shop: &'a Shop,
    renewal: RenewalRow,
    row: SubscriptionRow,
    order: OrderRow,
}

impl Renewing<'_> {
    fn step(mut self, tx: &mut Tx<'_>, session: &Session) -> Result<Step, StoreError> {
        if let Some(payment) = self.standing_payment(tx)? {
            return self.stand(tx, payment);
        }
        if !runs(&self.row)? {
            // It was paused or given up after its order was made: it is never charged.
            outcome::withdraw(self.commerce, tx, self.shop, &mut self.row, self.renewal)?;
            return Ok(Step::Nothing);
        }
        if renewal_status_of(&self.renewal)? == RenewalStatus::Failed && matches!(session, Session::Off) {
            if self.renewal.gives_up_at.is_some_and(|end| end <= self.shop.now)
                && self.renewal.next_try_at.is_none_or(|next| next > self.shop.now)
            {
                outcome::give_up(self.commerce, tx, self.shop, &mut self.row, self.renewal)?;
                return Ok(Step::Nothing);
            }
            if self.renewal.next_try_at.is_none_or(|next| next > self.shop.now) {
                let next = next_look(&self.renewal, self.shop.now);
                return Ok(next.map_or(Step::Nothing, Step::Later));
            }
        }
        self.begin(tx, session)
    }

    /// The charge that was begun and is not decided.
    fn standing_payment(&self, tx: &mut Tx<'_>) -> Result<Option<PaymentRow>, StoreError> {
        let Some(id) = self.renewal.payment_id.clone() else { return Ok(None) };
        let id = PaymentId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(payments::find(tx, id)?.filter(|payment| checkout::is_open(&payment.status)))
    }

    fn stand(self, tx: &mut Tx<'_>, payment: PaymentRow) -> Result<Step, StoreError> {
        let Some(account) = accounts::account_named(self.commerce, tx, &payment.provider)? else {
            tracing::error!(renewal.id = %self.renewal.renewal_id, "the account of a charge that is not decided is gone");
            return Ok(Step::Later(self.shop.now.plus(AT_THE_BANK)));
        };
        let reference = payment.provider_ref.clone();
        if payment.status == checkout::REQUIRES_ACTION
            && self.shop.now.since(payment.updated_at) >= AT_THE_BANK
        {
            let key = payment.payment_id;
            return Ok(Step::LetGo(account, PaymentRef { tenant: self.shop.id, key, reference }));
        }
        let source = match self.method_of_attempt(tx)? {
            Some(method) if runs(&self.row)? => saved(&method),
            // The card is gone, or the subscription rests: the charge is not sent again, but it can be looked up.
            _ => Source::Client,
        };
        let new = NewCharge {
            key: payment.payment_id,
            amount: payment.amount,
            source,
            off_session: true,
            return_url: None,
        };
        let charge = new.of(self.shop, &self.order);
        Ok(Step::LookUp(Box::new(Begun { account, charge, reference })))
    }

    fn begin(mut self, tx: &mut Tx<'_>, session: &Session) -> Result<Step, StoreError> {
        if self.renewal.amount == 0 {
            checkout::complete_free(self.commerce, tx, self.shop, self.order)?;
            return Ok(Step::Nothing);
        }
        let account = match accounts::account(self.commerce, tx, self.shop) {
            Ok(account) => account,
            Err(PaymentsError::Store(error)) => return Err(error),
            Err(_) => return self.refuse(tx, "no_provider", "The shop takes no payments at the moment."),
        };
        let Some(method) = self.method(tx)?.filter(|method| method.provider == account.name()) else {
            return self.refuse(tx, "no_card", "There is no card to pay this with.");
        };
        // The renewal's own id is the key of its first charge. Another is begun only after the provider has refused the one
        // before, which a provider would answer again under the same key.
        let key = match self.renewal.attempts {
            0 => PaymentId::new(self.renewal.renewal_id.uuid()),
            _ => PaymentId::new(self.commerce.chance().uuid(self.shop.now)),
        };
        let (off_session, return_url) = match session {
            Session::Off => (true, None),
            Session::On { return_url } => (false, return_url.clone()),
        };
        let new =
            NewCharge { key, amount: self.renewal.amount, source: saved(&method), off_session, return_url };
        let charge = checkout::begin(tx, self.shop, &self.order, &account, new)?;
        self.renewal.payment_id = Some(key.to_bytes());
        self.renewal.method_id = Some(method.method_id.to_bytes());
        self.renewal.attempts += 1;
        self.renewal.next_try_at = None;
        RenewalStatus::Charging.as_str().clone_into(&mut self.renewal.status);
        self.renewal.updated_at = self.shop.now;
        renewals::update(tx, self.renewal)?;
        Ok(Step::Charge(Box::new(Begun { account, charge, reference: None })))
    }

    /// It can not be charged at all.
    fn refuse(self, tx: &mut Tx<'_>, code: &str, message: &str) -> Result<Step, StoreError> {
        let refusal =
            Refusal { failure: Failure::NewCard, code: code.to_owned(), message: message.to_owned() };
        let renewal = outcome::failed(self.commerce, tx, self.shop, self.row, self.renewal, refusal)?;
        Ok(next_look(&renewal, self.shop.now).map_or(Step::Nothing, Step::Later))
    }

    /// The card of the subscription, or its customer's usual one.
    fn method(&self, tx: &mut Tx<'_>) -> Result<Option<PaymentMethodRow>, StoreError> {
        method_of(tx, &self.row)
    }

    /// The card of the charge that was begun.
    fn method_of_attempt(&self, tx: &mut Tx<'_>) -> Result<Option<PaymentMethodRow>, StoreError> {
        find_method(tx, &self.row, self.renewal.method_id.clone())
    }
}

/// Whether a subscription is in a state in which it is charged.
pub(super) fn runs(row: &SubscriptionRow) -> Result<bool, StoreError> {
    Ok(matches!(status_of(row)?, SubscriptionStatus::Active | SubscriptionStatus::PastDue))
}

/// The card that a subscription is paid with, or its customer's usual one.
pub(super) fn method_of(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
) -> Result<Option<PaymentMethodRow>, StoreError> {
    const MOST: i64 = 100;
    if let Some(method) = find_method(tx, row, row.method_id.clone())? {
        return Ok(Some(method));
    }
    let all = payment_methods::of(tx, row.customer_id, MOST)?;
    Ok(all.into_iter().find(|method| method.is_default))
}

fn find_method(
    tx: &mut Tx<'_>,
    row: &SubscriptionRow,
    id: Option<Vec<u8>>,
) -> Result<Option<PaymentMethodRow>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let id = PaymentMethodId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()))?;
    payment_methods::find(tx, row.customer_id, id)
}

fn saved(method: &PaymentMethodRow) -> Source {
    Source::Saved { customer: method.provider_customer.clone(), method: method.provider_method.clone() }
}

/// Charges, and records what came of it.
async fn charge(commerce: &Commerce, tenant: TenantId, begun: Begun) -> Result<(), StoreError> {
    let key = begun.charge.key;
    let news = match begun.account.provider(commerce).charge(&begun.charge).await {
        Ok(payment) => News::Known(payment),
        Err(PaymentError::Unknown(reason)) => {
            let reference = begun.reference;
            match checkout::look_up(commerce, &begun.account, tenant, key, reference, &reason).await {
                // It may be on its way still.
                News::NeverHeard => News::Unknown,
                news => news,
            }
        }
        Err(PaymentError::NotDone(reason)) => {
            tracing::warn!(tenant.id = %tenant, payment.id = %key, reason, "a payment provider did not act on a renewal");
            return Ok(());
        }
        Err(PaymentError::Refused(reason)) => {
            tracing::warn!(tenant.id = %tenant, payment.id = %key, reason, "a payment provider refused a renewal");
            News::NotDone
        }
    };
    checkout::record(commerce, tenant, key, news, None).await.map(drop)
}

/// Finds out what became of a charge. One that its provider has never heard of is sent again, under the same key, so that it is
/// the same charge even where the first is on its way still.
async fn look_up(commerce: &Commerce, tenant: TenantId, begun: Begun) -> Result<(), StoreError> {
    let key = begun.charge.key;
    let reference = begun.reference.clone();
    match checkout::look_up(commerce, &begun.account, tenant, key, reference, "looked up again").await {
        News::NeverHeard if matches!(begun.charge.source, Source::Client) => {
            checkout::record(commerce, tenant, key, News::NeverHeard, None).await.map(drop)
        }
        News::NeverHeard => charge(commerce, tenant, begun).await,
        news => checkout::record(commerce, tenant, key, news, None).await.map(drop),
    }
}

async fn let_go(
    commerce: &Commerce,
    tenant: TenantId,
    account: &Account,
    payment: PaymentRef,
) -> Result<(), StoreError> {
    let key = payment.key;
    let news = match account.provider(commerce).cancel(&payment).await {
        Ok(payment) => News::Known(payment),
        Err(_) => {
            checkout::look_up(commerce, account, tenant, key, payment.reference, "could not be let go").await
        }
    };
    checkout::record(commerce, tenant, key, news, None).await.map(drop)
}

/// The order of a renewal, for whoever has only that.
pub(crate) fn is_of_renewal(order: &orders::OrderRow) -> bool {
    order.cart_id.is_none() && order.subscription_id.is_some()
}
