//! Customers as the shop's staff see and change them.

use domain::accounts::Email;
use domain::ids::CustomerId;
use domain::text::search_pattern;
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use serde::Serialize;
use store::accounts::customers::{self as rows, Customer};
use store::accounts::{addresses, mail_tokens, registrations, sessions};
use store::selling::reward_entries;
use store::{StoreError, Tx, audit as audit_rows, payment_methods, subscriptions as subscription_rows};

use crate::accounts::{self, AccountError, Details, DetailsChange};
use crate::audit::{self, Actor, Change};
use crate::catalog::give_reviews;
use crate::{Commerce, Shop, messaging, orders, subscriptions};

/// A customer as staff see them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct CustomerEntry {
    #[serde(flatten)]
    pub details: Details,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub version: i64,
}

impl CustomerEntry {
    fn of(row: &Customer, is_subscriber: bool) -> Self {
        Self { details: Details::of(row, is_subscriber), updated_at: row.updated_at, version: row.version }
    }

    fn read(tx: &mut Tx<'_>, row: &Customer) -> Result<Self, StoreError> {
        Ok(Self::of(row, subscription_rows::is_subscriber(tx, row.customer_id)?))
    }
}

/// Which customers to list.
#[derive(Clone, Default)]
pub struct Filter {
    /// Only the one with this address.
    pub email: Option<Email>,
    /// Only those one of whose names, or whose address, begins so; several words must stand together.
    pub query: Option<String>,
}

/// A page of the shop's customers, newest first, and how many there are.
pub async fn list(
    commerce: &Commerce,
    shop: &Shop,
    filter: Filter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<CustomerEntry>, i64), StoreError> {
    let search = rows::Search {
        email: filter.email.map(|email| email.as_str().to_owned()),
        pattern: filter.query.as_deref().and_then(search_pattern),
        offset,
        limit,
    };
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (found, total) = rows::list(tx, &search)?;
            let ids: Vec<CustomerId> = found.iter().map(|row| row.customer_id).collect();
            let subscribers = subscription_rows::subscribers_among(tx, &ids)?;
            let entry = |row: &Customer| CustomerEntry::of(row, subscribers.contains(&row.customer_id));
            Ok((found.iter().map(entry).collect(), total))
        })
        .await
}

/// One customer.
pub async fn find(commerce: &Commerce, shop: &Shop, id: CustomerId) -> Result<CustomerEntry, AccountError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = present(tx, id)?;
            Ok(CustomerEntry::read(tx, &row)?)
        })
        .await
}

fn present(tx: &mut Tx<'_>, id: CustomerId) -> Result<Customer, AccountError> {
    rows::find(tx, id)?.filter(|row| row.erased_at.is_none()).ok_or(AccountError::NotFound)
}

/// Why a change by staff was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// `If-Match` named another version.
    #[error("the customer was changed meanwhile")]
    Stale,
    /// The new address belongs to another customer.
    #[error("another customer has this address")]
    EmailTaken,
    /// The customer wants no marketing mail, and only they can change their mind.
    #[error("the address is on the suppression list")]
    Suppressed,
    /// A customer can not be merged with themselves.
    #[error("a customer can not be merged with themselves")]
    SameCustomer,
    /// As for the customer.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}

impl From<ChangeError> for domain::problem::Problem {
    fn from(error: ChangeError) -> Self {
        use domain::fields::FieldErrors;
        use domain::problem::Kind;
        match error {
            ChangeError::Stale => {
                Self::new(Kind::Stale, "stale", "The customer was changed meanwhile. Please load them again.")
            }
            ChangeError::EmailTaken => {
                Self::new(Kind::Conflict, "email_taken", "Another customer of this shop has this address.")
            }
            ChangeError::Suppressed => Self::new(
                Kind::Conflict,
                "address_suppressed",
                "This address has asked for no more marketing mail; only its owner can ask for it again.",
            ),
            ChangeError::SameCustomer => Self::invalid(FieldErrors::one(
                "from",
                "Must be another customer than the one they are merged into.",
            )),
            ChangeError::Account(error) => error.into(),
        }
    }
}

/// Changes a customer. Staff who change an address vouch for it: it counts at once.
pub async fn change(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: CustomerId,
    if_version: Option<i64>,
    change: DetailsChange,
) -> Result<CustomerEntry, ChangeError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let changed = commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = present(tx, id)?;
            if if_version.is_some_and(|version| version != row.version) {
                return Err(ChangeError::Stale);
            }
            let before_row = row.clone();
            let before = CustomerEntry::read(tx, &row)?;
            accounts::apply_change(&mut row, &change, &shop)?;
            let address = change.email.as_ref().map(Email::as_str).or(before_row.email.as_deref());
            if messaging::wants_suppressed(&handle, tx, address, &before_row, &row)? {
                return Err(ChangeError::Suppressed);
            }
            if let Some(email) = &change.email {
                if rows::find_by_email(tx, email.as_str())?.is_some_and(|owner| owner.customer_id != id) {
                    return Err(ChangeError::EmailTaken);
                }
                row.email = Some(email.as_str().to_owned());
                mail_tokens::delete_all(tx, id, &[])?;
                // What waits for a proof of the old address was not asked for by the owner of the new one.
                registrations::delete_all(tx, id)?;
                messaging::address_changed(&handle, tx, &shop, &before_row, &mut row)?;
            }
            row.updated_at = shop.now;
            row.version += 1;
            rows::update(tx, row.clone())?;
            messaging::consent_changed(&handle, tx, &shop, &before_row, &row)?;
            let after = CustomerEntry::read(tx, &row)?;
            note(&handle, tx, &shop, &actor, "customer.update", id, Some(&before), Some(&after))?;
            accounts::tell(&handle, tx, shop.now, EventKind::CustomerUpdated, &after.details)?;
            Ok::<_, ChangeError>(after)
        })
        .await?;
    commerce.wake_jobs();
    Ok(changed)
}

/// Merges one customer into another: what hangs on `from` goes to `into`, and `from` is erased.
pub async fn merge(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    into: CustomerId,
    from: CustomerId,
) -> Result<CustomerEntry, ChangeError> {
    if into == from {
        return Err(ChangeError::SameCustomer);
    }
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut kept = present(tx, into)?;
            let gone = present(tx, from)?;
            let before = CustomerEntry::read(tx, &kept)?;
            addresses::give_all(tx, from, into)?;
            give_reviews(tx, from, into)?;
            reward_entries::give_all(tx, from, into)?;
            orders::give_orders(tx, from, into)?;
            subscriptions::give_subscriptions(tx, from, into)?;
            payment_methods::hand_over(tx, from, into)?;
            messaging::merge(&handle, tx, &shop, &gone, &mut kept)?;
            kept.phone = kept.phone.or(gone.phone);
            kept.date_of_birth = kept.date_of_birth.or(gone.date_of_birth);
            kept.updated_at = shop.now;
            kept.version += 1;
            rows::update(tx, kept.clone())?;
            accounts::erase(&handle, tx, from, shop.now)?;
            let after = CustomerEntry::read(tx, &kept)?;
            note(&handle, tx, &shop, &actor, "customer.merge", into, Some(&before), Some(&after))?;
            note(&handle, tx, &shop, &actor, "customer.merged-away", from, None, None)?;
            Ok(after)
        })
        .await
}

/// Erases a customer on their behalf.
pub async fn erase(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: CustomerId,
) -> Result<(), ChangeError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            accounts::erase(&handle, tx, id, shop.now)?;
            note(&handle, tx, &shop, &actor, "customer.erase", id, None, None)?;
            audit_rows::redact(tx, "customer", &id.to_string())?;
            Ok(())
        })
        .await
}

/// Ends all of a customer's sessions; tells how many there were.
pub async fn end_sessions(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: CustomerId,
) -> Result<usize, ChangeError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            present(tx, id)?;
            let ended = sessions::delete_all(tx, id, None)?;
            note(&handle, tx, &shop, &actor, "customer.end-sessions", id, None, None)?;
            Ok(ended)
        })
        .await
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one audit entry, named at each call by their types"
)]
fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    id: CustomerId,
    before: Option<&CustomerEntry>,
    after: Option<&CustomerEntry>,
) -> Result<(), StoreError> {
    let json = |entry: Option<&CustomerEntry>| entry.and_then(|entry| serde_json::to_value(entry).ok());
    let change = Change {
        action,
        target_kind: "customer",
        target_id: id.to_string(),
        before: json(before),
        after: json(after),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
