//! Asking for the newsletter and leaving it. Rule: the answer is the same whoever asks, and nothing is sent before the
//! owner of the address has said yes from it.

use std::time::Duration;

use domain::accounts::{Email, PersonName};
use domain::ids::{SubscriberId, TenantId};
use domain::messaging::{SubscriberStatus, Topics};
use domain::time::Timestamp;
use store::accounts::customers;
use store::messaging::opt_ins::{self, OptIn};
use store::messaging::subscribers::{self as rows, Subscriber};
use store::tenants::shops;
use store::{StoreError, Tx};
use url::Url;

use super::consent::{self, Reason, Source, Yes};
use super::{MessagingError, OPT_IN_LIFE};
use crate::accounts::Shopper;
use crate::mails::{self, Envelope, Letter};
use crate::secrets::{OpaqueToken, hash_presented};
use crate::{Commerce, Shop};

/// At most one mail to one address in this time.
const MAIL_EVERY: Duration = Duration::from_mins(2);
/// At most so many mails to one address in a day: a form that anybody can fill in must not become a nuisance.
const MAILS_A_DAY: usize = 5;
const DAY: Duration = Duration::from_hours(24);

/// A wish for the newsletter.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct NewSubscription {
    pub email: Email,
    pub first_name: Option<PersonName>,
    pub topics: Topics,
    pub return_url: Option<Url>,
}

/// Mails the owner of the address whether they want it. Says nothing of whether they have it already.
pub async fn subscribe(
    commerce: &Commerce,
    shopper: &Shopper,
    new: NewSubscription,
) -> Result<(), MessagingError> {
    let (handle, shop) = (commerce.clone(), shopper.shop.clone());
    commerce.store().write(shop.id, move |tx| ask(&handle, tx, &shop, &new)).await?;
    commerce.wake_jobs();
    Ok(())
}

fn ask(commerce: &Commerce, tx: &mut Tx<'_>, shop: &Shop, new: &NewSubscription) -> Result<(), StoreError> {
    let email = new.email.as_str();
    let asked = opt_ins::times(tx, email, shop.now.minus(DAY))?;
    if asked.len() >= MAILS_A_DAY || asked.first().is_some_and(|last| shop.now.since(*last) < MAIL_EVERY) {
        return Ok(());
    }
    note_pending(commerce, tx, shop, email)?;
    let token = OpaqueToken::generate(commerce.chance(), OpaqueToken::MAIL);
    let first_name = new.first_name.as_ref().map(|name| name.as_str().to_owned());
    opt_ins::insert(
        tx,
        OptIn {
            token_hash: token.hash(),
            email: email.to_owned(),
            first_name: first_name.clone(),
            topics: new.topics.to_stored(),
            created_at: shop.now,
            expires_at: shop.now.plus(OPT_IN_LIFE),
        },
    )?;
    let letter = Letter::NewsletterConfirm {
        first_name,
        token: token.reveal().to_owned(),
        return_url: new.return_url.clone(),
    };
    mails::post(commerce, tx, shop, None, &new.email, &letter)
}

/// An address that is not on the list stands there as one that was asked. One that is stays as it is: whoever fills in
/// the form need not be its owner.
fn note_pending(commerce: &Commerce, tx: &mut Tx<'_>, shop: &Shop, email: &str) -> Result<(), StoreError> {
    match rows::find_by_email(tx, email)? {
        None => {
            let mut row = consent::fresh(commerce, shop, email);
            consent::touch(&mut row, shop.now);
            rows::insert(tx, row)
        }
        Some(mut row) if row.status == SubscriberStatus::Pending.as_str() => {
            consent::touch(&mut row, shop.now);
            rows::update(tx, row)
        }
        Some(_) => Ok(()),
    }
}

/// The owner of the address says yes, by a mailed token.
pub async fn confirm(commerce: &Commerce, shop: &Shop, token: String) -> Result<(), MessagingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let hash = hash_presented(&token, OpaqueToken::MAIL).ok_or(MessagingError::InvalidToken)?;
            let wish = opt_ins::find(tx, &hash)?.filter(|wish| wish.expires_at > shop.now);
            let wish = wish.ok_or(MessagingError::InvalidToken)?;
            opt_ins::delete_all(tx, &wish.email)?;
            let yes = Yes {
                email: &wish.email,
                first_name: wish.first_name.as_deref(),
                topics: Some(Topics::from_stored(&wish.topics)),
                source: Source::Form,
            };
            let subscriber = consent::agree(&handle, tx, &shop, yes)?;
            consent::tell_account(tx, &shop, &wish.email, true)?;
            welcome(&handle, tx, &shop, &subscriber)?;
            Ok::<_, MessagingError>(())
        })
        .await?;
    commerce.wake_jobs();
    Ok(())
}

fn welcome(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    subscriber: &Subscriber,
) -> Result<(), StoreError> {
    let unsubscribe_url = unsubscribe_url(commerce, shop.id, subscriber.subscriber_id);
    let letter = Letter::NewsletterWelcome { first_name: subscriber.first_name.clone(), unsubscribe_url };
    post_marketing(commerce, tx, shop, subscriber, &letter)
}

/// Puts a letter that nobody needs in the outbox: only to somebody on the list, never to an address that said no, and
/// with the way to say so.
fn post_marketing(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    subscriber: &Subscriber,
    letter: &Letter,
) -> Result<(), StoreError> {
    let is_on_list = subscriber.status == SubscriberStatus::Confirmed.as_str();
    if !is_on_list || consent::is_suppressed(commerce, tx, &subscriber.email)? {
        return Ok(());
    }
    let to = Email::parse(&subscriber.email)
        .map_err(|_| StoreError::Broken(format!("the address of subscriber {}", subscriber.subscriber_id)))?;
    let customer = customers::find_by_email(tx, to.as_str())?.map(|row| row.customer_id);
    let envelope = Envelope {
        unsubscribe: Some(unsubscribe_url(commerce, shop.id, subscriber.subscriber_id)),
        ..Envelope::default()
    };
    mails::post_in(commerce, tx, shop, customer, &to, letter, envelope).map(drop)
}

/// The page that a mail's reader opens, or their mail program posts to, for no more of it.
fn unsubscribe_url(commerce: &Commerce, tenant: TenantId, subscriber: SubscriberId) -> String {
    let token = commerce.secrets().unsubscribe_token(tenant, subscriber);
    let server = commerce.public_url().as_str().trim_end_matches('/');
    format!("{server}/newsletter/unsubscribe/{token}")
}

/// Leaves the list, by the token of any marketing mail of this shop.
pub async fn unsubscribe(commerce: &Commerce, shop: &Shop, token: &str) -> Result<(), MessagingError> {
    let named = commerce.secrets().read_unsubscribe_token(token);
    let (_, subscriber) =
        named.filter(|(tenant, _)| *tenant == shop.id).ok_or(MessagingError::InvalidToken)?;
    leave(commerce, shop.id, subscriber).await.map(drop)
}

/// Leaves the list of whatever shop the token names; gives the shop's name.
pub async fn unsubscribe_by_link(commerce: &Commerce, token: &str) -> Result<String, MessagingError> {
    let named = commerce.secrets().read_unsubscribe_token(token);
    let (tenant, subscriber) = named.ok_or(MessagingError::NotFound)?;
    leave(commerce, tenant, subscriber).await
}

/// The name of the shop whose list a token leaves, without leaving it: a mail program that opens every link to look at
/// it must not unsubscribe anybody.
pub async fn leaving(commerce: &Commerce, token: &str) -> Result<String, MessagingError> {
    let named = commerce.secrets().read_unsubscribe_token(token);
    let (tenant, _) = named.ok_or(MessagingError::NotFound)?;
    let system_now = commerce.system_now();
    commerce
        .store()
        .read(tenant, move |tx| Ok(find_shop(tx, system_now)?.settings.name.as_str().to_owned()))
        .await
}

async fn leave(
    commerce: &Commerce,
    tenant: TenantId,
    subscriber: SubscriberId,
) -> Result<String, MessagingError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    commerce
        .store()
        .write(tenant, move |tx| {
            let shop = find_shop(tx, system_now)?;
            // Whoever is not on the list any more has what they want.
            if let Some(row) = rows::find(tx, subscriber)? {
                consent::withdraw(&handle, tx, &shop, &row.email, Reason::Unsubscribed)?;
            }
            Ok(shop.settings.name.as_str().to_owned())
        })
        .await
}

fn find_shop(tx: &mut Tx<'_>, system_now: Timestamp) -> Result<Shop, MessagingError> {
    let row = shops::find(tx)?.ok_or(MessagingError::NotFound)?;
    Ok(Shop::from_row(row, system_now)?)
}
