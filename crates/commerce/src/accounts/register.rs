//! Registering. Rule: the answer, its time and its work are the same whether or not the address was known.
//!
//! Several may register with one address before anybody has proved it, and one of them may be its owner. Each gets a mail
//! of its own to that address, and the one whose link is followed counts, with its own password; the others are forgotten.
//! An owner who follows a stranger's link by mistake has made the stranger's registration count: so each mail that is not
//! the only one says so, and names who registered.

use domain::accounts::{BirthDate, Email, Marketing, PasswordText, PersonName, Phone};
use domain::fields::FieldErrors;
use domain::ids::{CustomerId, RegistrationId};
use store::accounts::customers::{self, Customer};
use store::accounts::registrations::{self, Registration};
use store::{StoreError, Tx};
use url::Url;

use super::mail_tokens;
use super::{AccountError, check_age, email_of};
use crate::mails::{self, Letter, Standing};
use crate::{Commerce, Shop};

/// Registrations that wait with one address, at the most.
const MOST_WAITING: usize = 10;

/// A wish to have an account.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Register {
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: Email,
    pub password: PasswordText,
    pub phone: Option<Phone>,
    pub marketing: Marketing,
    pub date_of_birth: Option<BirthDate>,
    pub return_url: Option<Url>,
}

/// Makes an unverified account and mails the proof of its address; a known owner gets a mail that says so instead.
pub async fn register(commerce: &Commerce, shop: &Shop, form: Register) -> Result<(), AccountError> {
    check_age(shop.settings.minimum_age, form.date_of_birth.as_ref(), shop.settings.today(shop.now))?;
    let known = [
        form.email.as_str().to_owned(),
        form.first_name.as_str().to_owned(),
        form.last_name.as_str().to_owned(),
        shop.settings.name.as_str().to_owned(),
    ];
    check_guessable(commerce, form.password.clone(), known).await?;
    let hash = commerce.passwords().hash(form.password.clone()).await?;
    let (handle, shop_here) = (commerce.clone(), shop.clone());
    commerce.store().write(shop.id, move |tx| write(&handle, tx, &shop_here, &form, &hash)).await?;
    commerce.wake_jobs();
    Ok(())
}

/// Refuses a password that is among the first ones a guesser tries.
pub(crate) async fn check_guessable<const N: usize>(
    commerce: &Commerce,
    password: PasswordText,
    known: [String; N],
) -> Result<(), AccountError> {
    let judged = commerce
        .passwords()
        .run(move || {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            password.check_guessable(&known)
        })
        .await?;
    judged.map_err(|reason| FieldErrors::one("password", reason.reason()).into())
}

fn write(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: &Register,
    hash: &str,
) -> Result<(), StoreError> {
    let known = customers::find_by_email(tx, form.email.as_str())?;
    if let Some(owner) = known.as_ref().filter(|row| row.email_verified_at.is_some()) {
        let letter = Letter::AlreadyRegistered {
            first_name: owner.first_name.clone(),
            return_url: form.return_url.clone(),
        };
        return mails::post(commerce, tx, shop, Some(owner.customer_id), &email_of(owner)?, &letter);
    }
    let customer = match &known {
        Some(waiting) => waiting.customer_id,
        None => open_unproved(commerce, tx, shop, form, hash)?,
    };
    let waiting = registrations::list(tx, customer)?;
    // When many wait already, the address can still be proved; with which password, its owner decides then.
    let registration = if waiting.len() < MOST_WAITING {
        Some(keep(commerce, tx, shop, customer, form, hash)?)
    } else {
        None
    };
    let token =
        mail_tokens::issue_for_registration(commerce, tx, shop.now, customer, registration, &form.email)?;
    let letter = Letter::VerifyEmail {
        first_name: form.first_name.as_str().to_owned(),
        token,
        return_url: form.return_url.clone(),
        standing: match registration {
            _ if waiting.is_empty() => Standing::Alone,
            Some(_) => Standing::OneOfSeveral,
            None => Standing::NoneOfSeveral,
        },
    };
    mails::post(commerce, tx, shop, Some(customer), &form.email, &letter)
}

/// The account that waits for its proof, as the first registration asked for it.
fn open_unproved(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    form: &Register,
    hash: &str,
) -> Result<CustomerId, StoreError> {
    let id = CustomerId::new(commerce.chance().uuid(shop.now));
    customers::insert(
        tx,
        Customer {
            customer_id: id,
            email: Some(form.email.as_str().to_owned()),
            first_name: form.first_name.as_str().to_owned(),
            last_name: form.last_name.as_str().to_owned(),
            phone: form.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            marketing: form.marketing.to_stored(),
            date_of_birth: form.date_of_birth.as_ref().map(ToString::to_string),
            password_hash: Some(hash.to_owned()),
            email_verified_at: None,
            created_at: shop.now,
            updated_at: shop.now,
            version: 1,
            erased_at: None,
            search: String::new(),
        },
    )?;
    Ok(id)
}

fn keep(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
    form: &Register,
    hash: &str,
) -> Result<RegistrationId, StoreError> {
    let id = RegistrationId::new(commerce.chance().uuid(shop.now));
    registrations::insert(
        tx,
        Registration {
            registration_id: id,
            customer_id: customer,
            first_name: form.first_name.as_str().to_owned(),
            last_name: form.last_name.as_str().to_owned(),
            phone: form.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            marketing: form.marketing.to_stored(),
            date_of_birth: form.date_of_birth.as_ref().map(ToString::to_string),
            password_hash: hash.to_owned(),
            created_at: shop.now,
        },
    )?;
    Ok(id)
}

/// Brings a registration into force: its password, its name and its wishes are the account's from now on. Where it is not
/// known which one its owner made, the account keeps no password and no wishes: the owner is signed in by the proof, and
/// chooses a password with a mailed link.
pub(super) fn bring_into_force(
    tx: &mut Tx<'_>,
    customer: &mut Customer,
    registration: Option<&[u8]>,
) -> Result<(), StoreError> {
    let waiting = registrations::list(tx, customer.customer_id)?;
    registrations::delete_all(tx, customer.customer_id)?;
    let proved = waiting.into_iter().find(|one| registration == Some(one.registration_id.uuid().as_bytes()));
    if let Some(proved) = proved {
        customer.first_name = proved.first_name;
        customer.last_name = proved.last_name;
        customer.phone = proved.phone;
        customer.marketing = proved.marketing;
        customer.date_of_birth = proved.date_of_birth;
        customer.password_hash = Some(proved.password_hash);
    } else {
        customer.marketing = String::new();
        customer.password_hash = None;
    }
    Ok(())
}
