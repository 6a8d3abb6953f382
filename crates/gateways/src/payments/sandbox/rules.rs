//! What the sandbox does when it is asked. Rule: a key that was seen is answered with what it made, as that stands now; only a
//! new key changes the books.

use std::time::Duration;

use domain::ids::{CustomerId, PaymentId, RefundId, TenantId};
use domain::money::Money;
use url::Url;

use super::books::{PaymentPage, SetUpPage};
use super::desk::Turn;
use super::entries::{CardEntry, ChargeEntry, Entry, SetUpEntry, Status};
use super::names::Names;
use super::tokens::{Bank, Behaviour, Reason};
use crate::payments::{KeptMethod, Payment, PaymentError, Refunded, SetUpBegun};

/// `tok_slow` takes so long.
const SLOW: Duration = Duration::from_secs(3);
/// A card is good for so many years after it was first seen.
const GOOD_FOR_YEARS: i64 = 4;

/// What was decided, and how it is told.
pub(super) struct Decided<T> {
    pub(super) answer: T,
    /// The answer comes so late.
    pub(super) delay: Duration,
    /// It never comes.
    pub(super) is_lost: bool,
}

impl<T> Decided<T> {
    pub(super) const fn told(answer: T) -> Self {
        Self { answer, delay: Duration::ZERO, is_lost: false }
    }

    /// Told as this card tells things.
    fn by(answer: T, behaviour: Behaviour) -> Self {
        let delay = if behaviour == Behaviour::Slow { SLOW } else { Duration::ZERO };
        Self { answer, delay, is_lost: behaviour == Behaviour::Unknown }
    }
}

/// Who is to be charged.
pub(super) enum Payer {
    /// The shopper, with a new card.
    New(Behaviour),
    /// The shopper, on the page that plays the bank.
    AtPage,
    /// A kept card.
    Kept { customer: String, card: String },
}

/// A charge to make.
pub(super) struct ChargeAsk {
    pub(super) tenant: TenantId,
    pub(super) key: PaymentId,
    pub(super) amount: Money,
    pub(super) payer: Payer,
    pub(super) keep_for: Option<String>,
    pub(super) off_session: bool,
    pub(super) capture: bool,
    pub(super) order: String,
    pub(super) return_url: Option<Url>,
}

fn refused<T>(why: &str) -> Result<T, PaymentError> {
    Err(PaymentError::Refused(why.to_owned()))
}

/// Charges.
pub(super) fn charge(
    turn: &mut Turn<'_>,
    names: &Names,
    ask: ChargeAsk,
) -> Result<Decided<Payment>, PaymentError> {
    if let Some(page) = turn.books().payment_by_key(ask.tenant, ask.key) {
        if page.amount != ask.amount {
            return refused("the key was used for another charge");
        }
        return Ok(Decided::told(told(names, page)));
    }
    if ask.amount.minor() <= 0 {
        return refused("an amount must be more than nothing");
    }
    let reference = names.payment(ask.tenant, ask.key);
    let (card, bank) = match ask.payer {
        Payer::AtPage => {
            (new_card(turn, names, ask.tenant, &reference, Behaviour::Ok, ask.keep_for), Bank::Asks)
        }
        Payer::New(behaviour) => {
            let bank = if ask.off_session { behaviour.to_renewal(0) } else { behaviour.to_shopper() };
            (new_card(turn, names, ask.tenant, &reference, behaviour, ask.keep_for), bank)
        }
        Payer::Kept { customer, card } => {
            let Some(page) = turn.books().card(ask.tenant, &card) else {
                return refused("there is no such card");
            };
            if page.card.customer.as_deref() != Some(customer.as_str()) {
                return refused("the card is another customer's");
            }
            let behaviour = page.card.behaviour;
            let bank =
                if ask.off_session { behaviour.to_renewal(page.renewals) } else { behaviour.to_shopper() };
            (page.card.clone(), bank)
        }
    };
    let status = match bank {
        Bank::Agrees => done(ask.capture),
        Bank::Asks => Status::RequiresAction,
        Bank::Declines(reason) => Status::Declined(reason),
    };
    let behaviour = card.behaviour;
    turn.write(
        ask.tenant,
        Entry::Charge(Box::new(ChargeEntry {
            key: ask.key.uuid(),
            reference: reference.clone(),
            amount: ask.amount.minor(),
            currency: ask.amount.currency().as_str().to_owned(),
            order: ask.order,
            status,
            capture: ask.capture,
            off_session: ask.off_session,
            card,
            return_url: ask.return_url,
        })),
    );
    if status.is_good() {
        turn.tell_of_payment(names, &reference);
    }
    payment(turn, names, &reference).map(|answer| Decided::by(answer, behaviour))
}

const fn done(capture: bool) -> Status {
    if capture { Status::Succeeded } else { Status::Authorised }
}

fn new_card(
    turn: &Turn<'_>,
    names: &Names,
    tenant: TenantId,
    brought_by: &str,
    behaviour: Behaviour,
    customer: Option<String>,
) -> CardEntry {
    let year = i64::from(turn.now().utc_date().year());
    let expiry_year = if behaviour == Behaviour::ExpiredCard { year - 1 } else { year + GOOD_FOR_YEARS };
    CardEntry {
        reference: names.card(tenant, brought_by),
        behaviour,
        customer,
        expiry_month: 12,
        expiry_year,
    }
}

/// A payment as it stands.
pub(super) fn payment(turn: &Turn<'_>, names: &Names, reference: &str) -> Result<Payment, PaymentError> {
    match turn.books().payment(reference) {
        Some(page) => Ok(told(names, page)),
        None => refused("there is no such payment"),
    }
}

pub(super) fn told(names: &Names, page: &PaymentPage) -> Payment {
    Payment {
        reference: page.reference.clone(),
        status: names.status(page.tenant, &page.reference, page.status),
        method: page.status.is_good().then(|| kept(&page.card)),
    }
}

fn kept(card: &CardEntry) -> KeptMethod {
    KeptMethod {
        customer: card.customer.clone().unwrap_or_default(),
        reference: card.reference.clone(),
        brand: "visa".to_owned(),
        last4: card.behaviour.last4().to_owned(),
        expiry_month: card.expiry_month,
        expiry_year: card.expiry_year,
    }
}

/// Takes what is held.
pub(super) fn capture(
    turn: &mut Turn<'_>,
    names: &Names,
    tenant: TenantId,
    key: PaymentId,
) -> Result<Decided<Payment>, PaymentError> {
    let Some(page) = turn.books().payment_by_key(tenant, key) else {
        return refused("there is no such payment");
    };
    let reference = page.reference.clone();
    match page.status {
        Status::Succeeded => {}
        Status::Authorised => {
            turn.write(tenant, Entry::Moved { reference: reference.clone(), status: Status::Succeeded });
            turn.tell_of_payment(names, &reference);
        }
        Status::RequiresAction | Status::Declined(_) | Status::Cancelled => {
            return refused("nothing is held for this payment");
        }
    }
    payment(turn, names, &reference).map(Decided::told)
}

/// Lets a payment go that is not completed.
pub(super) fn cancel(
    turn: &mut Turn<'_>,
    names: &Names,
    tenant: TenantId,
    key: PaymentId,
) -> Result<Decided<Payment>, PaymentError> {
    let Some(page) = turn.books().payment_by_key(tenant, key) else {
        return refused("there is no such payment");
    };
    let reference = page.reference.clone();
    match page.status {
        Status::Succeeded => return refused("the payment has succeeded"),
        Status::RequiresAction | Status::Authorised => {
            turn.write(tenant, Entry::Moved { reference: reference.clone(), status: Status::Cancelled });
        }
        // There is nothing to let go of.
        Status::Declined(_) | Status::Cancelled => {}
    }
    payment(turn, names, &reference).map(Decided::told)
}

/// Gives money back, never more than was taken.
pub(super) fn refund(
    turn: &mut Turn<'_>,
    names: &Names,
    tenant: TenantId,
    key: RefundId,
    payment: &str,
    amount: Money,
) -> Result<Decided<Refunded>, PaymentError> {
    if let Some(page) = turn.books().refund(tenant, key) {
        if page.payment != payment || page.amount != amount.minor() {
            return refused("the key was used for another refund");
        }
        return Ok(Decided::told(Refunded { reference: page.reference.clone() }));
    }
    let page = turn.books().payment(payment).filter(|page| page.tenant == tenant);
    let Some(page) = page else { return refused("there is no such payment") };
    if page.status != Status::Succeeded {
        return refused("the payment has not succeeded");
    }
    if page.amount.currency() != amount.currency() {
        return refused("the payment is in another currency");
    }
    if amount.minor() <= 0 || amount.minor() > page.amount.minor().saturating_sub(page.refunded) {
        return refused("the refund must be more than nothing and at most what is left of the payment");
    }
    let reference = names.refund(tenant, key);
    turn.write(
        tenant,
        Entry::Refund {
            key: key.uuid(),
            reference: reference.clone(),
            payment: payment.to_owned(),
            amount: amount.minor(),
        },
    );
    Ok(Decided::told(Refunded { reference }))
}

/// A card to keep without a charge.
pub(super) struct SetUpAsk {
    pub(super) tenant: TenantId,
    pub(super) customer: CustomerId,
    pub(super) provider_customer: Option<String>,
    pub(super) key: String,
    /// Without one the shopper finishes on the page that plays the bank.
    pub(super) card: Option<Behaviour>,
    pub(super) return_url: Option<Url>,
}

/// Begins to keep a card.
pub(super) fn set_up(
    turn: &mut Turn<'_>,
    names: &Names,
    ask: SetUpAsk,
) -> Result<Decided<SetUpBegun>, PaymentError> {
    if let Some(page) = turn.books().set_up_by_key(ask.tenant, &ask.key) {
        return Ok(Decided::told(begun(names, page)));
    }
    let reference = names.set_up(ask.tenant, &ask.key);
    let customer = ask.provider_customer.unwrap_or_else(|| names.customer(ask.tenant, ask.customer));
    let status = match ask.card.map(Behaviour::to_shopper) {
        Some(Bank::Agrees) => Status::Succeeded,
        Some(Bank::Declines(reason)) => Status::Declined(reason),
        Some(Bank::Asks) | None => Status::RequiresAction,
    };
    let behaviour = ask.card.unwrap_or(Behaviour::Ok);
    let card = new_card(turn, names, ask.tenant, &reference, behaviour, Some(customer));
    turn.write(
        ask.tenant,
        Entry::SetUp(Box::new(SetUpEntry {
            key: ask.key,
            reference: reference.clone(),
            status,
            card,
            return_url: ask.return_url,
        })),
    );
    let begun = set_up_outcome(turn, names, ask.tenant, &reference)?;
    Ok(Decided::by(begun.answer, behaviour))
}

/// How a set-up stands.
pub(super) fn set_up_outcome(
    turn: &Turn<'_>,
    names: &Names,
    tenant: TenantId,
    reference: &str,
) -> Result<Decided<SetUpBegun>, PaymentError> {
    match turn.books().set_up(reference).filter(|page| page.tenant == tenant) {
        Some(page) => Ok(Decided::told(begun(names, page))),
        None => refused("there is no such set-up"),
    }
}

fn begun(names: &Names, page: &SetUpPage) -> SetUpBegun {
    SetUpBegun {
        reference: page.reference.clone(),
        customer: page.card.customer.clone().unwrap_or_default(),
        status: names.status(page.tenant, &page.reference, page.status),
        method: page.status.is_good().then(|| kept(&page.card)),
    }
}

/// Plays the bank's page. What is finished already stays as it is; `false` where there is no such payment or set-up.
pub(super) fn authenticate(turn: &mut Turn<'_>, names: &Names, reference: &str, approves: bool) -> bool {
    let books = turn.books();
    let (tenant, before, agreed) = match (books.payment(reference), books.set_up(reference)) {
        (Some(page), _) => (page.tenant, page.status, done(page.capture)),
        (None, Some(page)) => (page.tenant, page.status, Status::Succeeded),
        (None, None) => return false,
    };
    if before == Status::RequiresAction {
        let status = if approves { agreed } else { Status::Declined(Reason::AuthenticationFailed) };
        turn.write(tenant, Entry::Moved { reference: reference.to_owned(), status });
        turn.tell_of_payment(names, reference);
        turn.tell_of_set_up(names, reference);
    }
    true
}
