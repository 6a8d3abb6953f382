//! Who gets marketing mail, and what their account says of it.
//!
//! The list and the account say the same, and the last word counts, wherever it was said:
//!
//! | said | the list | the account | suppressed |
//! |---|---|---|---|
//! | a mailed wish for the newsletter is confirmed | confirmed | gains `email` | no longer |
//! | a customer who has proved the address adds `email` | confirmed | has it | no longer |
//! | a new account with `email` proves its address | confirmed | has it | no longer |
//! | a new account without it proves an address that is on the list | stays | gains `email` | |
//! | any way to unsubscribe is used | unsubscribed | loses `email` | yes |
//! | a customer, or staff for them, takes `email` away | unsubscribed | loses it | yes |
//! | staff add `email`, or the address | confirmed | has it | refused where it is |
//! | an account gets another address | moves with it | keeps it, unless the new one is suppressed | |
//! | an account with `email` is erased | forgotten | forgotten | yes |

use domain::accounts::{Channel, Marketing};
use domain::ids::SubscriberId;
use domain::messaging::{SubscriberStatus, Topics};
use domain::text::searchable;
use domain::time::Timestamp;
use serde::Serialize;
use store::accounts::customers::{self, Customer};
use store::messaging::opt_ins;
use store::messaging::subscribers::{self as rows, Subscriber};
use store::messaging::suppressions::{self, Suppression};
use store::{StoreError, Tx, audit as audit_rows, mails as mail_rows};

use super::contact;
use crate::{Commerce, Shop};

/// How somebody came to be on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Form,
    Account,
    Staff,
}

impl Source {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Account => "account",
            Self::Staff => "staff",
        }
    }
}

/// Why an address gets no marketing mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Unsubscribed,
    Erased,
    Staff,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Erased => "erased",
            Self::Staff => "staff",
        }
    }
}

/// A yes to marketing mail.
pub(super) struct Yes<'a> {
    pub(super) email: &'a str,
    pub(super) first_name: Option<&'a str>,
    /// The topics, where they were asked for.
    pub(super) topics: Option<Topics>,
    pub(super) source: Source,
}

/// Puts an address on the list, and takes it off the suppressed ones.
pub(super) fn agree(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    yes: Yes<'_>,
) -> Result<Subscriber, StoreError> {
    suppressions::lift(tx, &commerce.secrets().address_hash(shop.id, yes.email))?;
    let known = rows::find_by_email(tx, yes.email)?;
    let is_new = known.is_none();
    let mut row = known.unwrap_or_else(|| fresh(commerce, shop, yes.email));
    if row.status != SubscriberStatus::Confirmed.as_str() {
        SubscriberStatus::Confirmed.as_str().clone_into(&mut row.status);
        yes.source.as_str().clone_into(&mut row.source);
        row.confirmed_at = Some(shop.now);
    }
    if let Some(topics) = yes.topics {
        row.topics = topics.to_stored();
    }
    if let Some(first_name) = yes.first_name {
        row.first_name = Some(first_name.to_owned());
    }
    touch(&mut row, shop.now);
    if is_new {
        rows::insert(tx, row.clone())?;
    } else {
        rows::update(tx, row.clone())?;
    }
    Ok(row)
}

/// A row for an address that is not on the list yet.
pub(super) fn fresh(commerce: &Commerce, shop: &Shop, email: &str) -> Subscriber {
    Subscriber {
        subscriber_id: SubscriberId::new(commerce.chance().uuid(shop.now)),
        email: email.to_owned(),
        first_name: None,
        topics: Topics::default().to_stored(),
        status: SubscriberStatus::Pending.as_str().to_owned(),
        source: Source::Form.as_str().to_owned(),
        search: searchable(&[email]),
        created_at: shop.now,
        confirmed_at: None,
        updated_at: shop.now,
        version: 0,
    }
}

/// Notes that a row was changed, and makes it findable as it is now.
pub(super) fn touch(row: &mut Subscriber, now: Timestamp) {
    row.search = searchable(&[row.first_name.as_deref().unwrap_or_default(), &row.email]);
    row.updated_at = now;
    row.version += 1;
}

/// Takes an address off the list and suppresses it: a no to marketing mail. The account with that address follows.
pub(super) fn withdraw(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    email: &str,
    reason: Reason,
) -> Result<(), StoreError> {
    if let Some(mut row) = rows::find_by_email(tx, email)?
        && row.status != SubscriberStatus::Unsubscribed.as_str()
    {
        SubscriberStatus::Unsubscribed.as_str().clone_into(&mut row.status);
        touch(&mut row, shop.now);
        rows::update(tx, row)?;
    }
    opt_ins::delete_all(tx, email)?;
    suppress(commerce, tx, email, reason, shop.now)?;
    tell_account(tx, shop, email, false)
}

fn suppress(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    email: &str,
    reason: Reason,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let address_hash = commerce.secrets().address_hash(tx.tenant(), email);
    suppressions::put(tx, Suppression { address_hash, reason: reason.as_str().to_owned(), created_at: now })
}

/// Whether an address gets no marketing mail.
pub(super) fn is_suppressed(commerce: &Commerce, tx: &mut Tx<'_>, email: &str) -> Result<bool, StoreError> {
    let hash = commerce.secrets().address_hash(tx.tenant(), email);
    suppressions::holds(tx, &hash)
}

/// Writes into the account with an address what the list says. An address that is not proved has no say.
pub(super) fn tell_account(
    tx: &mut Tx<'_>,
    shop: &Shop,
    email: &str,
    agreed: bool,
) -> Result<(), StoreError> {
    let owner = customers::find_by_email(tx, email)?;
    let Some(mut owner) = owner.filter(|owner| !agreed || owner.email_verified_at.is_some()) else {
        return Ok(());
    };
    if wants_email(&owner) == agreed {
        return Ok(());
    }
    set_email(&mut owner, agreed);
    owner.updated_at = shop.now;
    owner.version += 1;
    customers::update(tx, owner)
}

fn wants_email(customer: &Customer) -> bool {
    Marketing::from_stored(&customer.marketing).has(Channel::Email)
}

fn set_email(customer: &mut Customer, agreed: bool) {
    customer.marketing = Marketing::from_stored(&customer.marketing).with(Channel::Email, agreed).to_stored();
}

fn yes_of<'a>(customer: &'a Customer, email: &'a str) -> Yes<'a> {
    Yes { email, first_name: Some(&customer.first_name), topics: None, source: Source::Account }
}

/// Whether a change by staff would send marketing mail to an address that wants none.
pub(crate) fn wants_suppressed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    email: Option<&str>,
    before: &Customer,
    after: &Customer,
) -> Result<bool, StoreError> {
    match email {
        Some(email) if wants_email(after) && !wants_email(before) => is_suppressed(commerce, tx, email),
        _ => Ok(false),
    }
}

/// The account's word changed, and its row is written: the list follows.
pub(crate) fn consent_changed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    before: &Customer,
    after: &Customer,
) -> Result<(), StoreError> {
    let Some(email) = after.email.as_deref() else { return Ok(()) };
    match (wants_email(before), wants_email(after)) {
        (false, true) if after.email_verified_at.is_some() => {
            agree(commerce, tx, shop, yes_of(after, email)).map(drop)
        }
        (true, false) => withdraw(commerce, tx, shop, email, Reason::Unsubscribed),
        _ => Ok(()),
    }
}

/// A customer has proved an address: the list and the account come together, and conversations begun from it are theirs.
/// The caller writes the row.
pub(crate) fn address_proved(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    before: &Customer,
    customer: &mut Customer,
) -> Result<(), StoreError> {
    if before.email != customer.email {
        return address_changed(commerce, tx, shop, before, customer);
    }
    let Some(email) = customer.email.clone() else { return Ok(()) };
    if wants_email(customer) {
        agree(commerce, tx, shop, yes_of(customer, &email))?;
    } else if stands_on_list(tx, &email)? {
        set_email(customer, true);
    }
    contact::claim(tx, &email, customer.customer_id)
}

/// An account has another address. The caller writes the row.
pub(crate) fn address_changed(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    before: &Customer,
    customer: &mut Customer,
) -> Result<(), StoreError> {
    let Some(email) = customer.email.clone() else { return Ok(()) };
    if let Some(old) = before.email.as_deref().filter(|old| *old != email) {
        let left = rows::find_by_email(tx, old)?;
        let goes_along = left.as_ref().is_some_and(|row| row.status == SubscriberStatus::Confirmed.as_str())
            && rows::find_by_email(tx, &email)?.is_none()
            && !is_suppressed(commerce, tx, &email)?;
        if let Some(mut row) = left.filter(|_| goes_along) {
            row.email.clone_from(&email);
            touch(&mut row, shop.now);
            rows::update(tx, row)?;
        } else {
            rows::delete_by_email(tx, old)?;
        }
        opt_ins::delete_all(tx, old)?;
    }
    if customer.email_verified_at.is_none() {
        return Ok(());
    }
    if is_suppressed(commerce, tx, &email)? {
        set_email(customer, false);
    } else if wants_email(customer) {
        agree(commerce, tx, shop, yes_of(customer, &email))?;
    } else if stands_on_list(tx, &email)? {
        set_email(customer, true);
    }
    contact::claim(tx, &email, customer.customer_id)
}

fn stands_on_list(tx: &mut Tx<'_>, email: &str) -> Result<bool, StoreError> {
    let row = rows::find_by_email(tx, email)?;
    Ok(row.is_some_and(|row| row.status == SubscriberStatus::Confirmed.as_str()))
}

/// What hangs on one customer goes to another: conversations, and the newsletter where the other has not said no to it.
/// The caller writes the row of the one who stays.
pub(crate) fn merge(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    gone: &Customer,
    kept: &mut Customer,
) -> Result<(), StoreError> {
    contact::give_all(tx, gone.customer_id, kept.customer_id)?;
    let (Some(from), Some(to)) = (gone.email.as_deref(), kept.email.clone()) else { return Ok(()) };
    let confirmed = |row: &Subscriber| row.status == SubscriberStatus::Confirmed.as_str();
    let Some(left) = rows::find_by_email(tx, from)?.filter(confirmed) else { return Ok(()) };
    if kept.email_verified_at.is_none() || is_suppressed(commerce, tx, &to)? {
        return Ok(());
    }
    let mut topics = Topics::from_stored(&left.topics);
    if let Some(present) = rows::find_by_email(tx, &to)?.filter(confirmed) {
        topics = topics.joined(&Topics::from_stored(&present.topics));
    }
    let yes = Yes { topics: Some(topics), ..yes_of(kept, &to) };
    agree(commerce, tx, shop, yes)?;
    set_email(kept, true);
    Ok(())
}

/// Forgets what this area holds of a customer who is being erased, but for the keyed hash of an address that got marketing
/// mail: whoever leaves has said no to that, too.
pub(crate) fn forget(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    customer: &Customer,
    now: Timestamp,
) -> Result<(), StoreError> {
    contact::delete_all(tx, customer.customer_id)?;
    let Some(email) = customer.email.as_deref() else { return Ok(()) };
    mail_rows::delete_to(tx, email)?;
    if wants_email(customer) || stands_on_list(tx, email)? {
        suppress(commerce, tx, email, Reason::Erased, now)?;
    }
    forget_address(tx, email)
}

/// Forgets that an address stood on the list.
pub(super) fn forget_address(tx: &mut Tx<'_>, email: &str) -> Result<(), StoreError> {
    if let Some(row) = rows::find_by_email(tx, email)? {
        audit_rows::redact(tx, super::subscribers::TARGET, &row.subscriber_id.to_string())?;
        rows::delete_by_email(tx, email)?;
    }
    opt_ins::delete_all(tx, email).map(drop)
}

/// What an export says of the newsletter.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedSubscription {
    pub email: String,
    pub first_name: Option<String>,
    pub topics: Vec<String>,
    pub status: String,
    pub source: String,
    pub created_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
}

pub(crate) fn exported(
    tx: &mut Tx<'_>,
    customer: &Customer,
) -> Result<Option<ExportedSubscription>, StoreError> {
    let Some(email) = customer.email.as_deref() else { return Ok(None) };
    Ok(rows::find_by_email(tx, email)?.map(|row| ExportedSubscription {
        email: row.email,
        first_name: row.first_name,
        topics: Topics::from_stored(&row.topics).words().to_vec(),
        status: row.status,
        source: row.source,
        created_at: row.created_at,
        confirmed_at: row.confirmed_at,
    }))
}
