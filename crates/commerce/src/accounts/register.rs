//! Registering. Rule: the answer, its time and its work are the same whether or not the address was known.

use domain::accounts::{BirthDate, Email, Marketing, PasswordText, PersonName, Phone};
use domain::fields::FieldErrors;
use domain::ids::CustomerId;
use store::accounts::customers::{self, Customer};
use store::{StoreError, Tx};
use url::Url;

use super::mail_tokens::{self, Purpose};
use super::{AccountError, check_age, email_of};
use crate::mails::{self, Letter};
use crate::{Commerce, Shop};

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
    // Nobody has proved this address yet, so the latest to register with it is as good as the first.
    let row = Customer {
        customer_id: match &known {
            Some(row) => row.customer_id,
            None => CustomerId::new(commerce.chance().uuid(shop.now)),
        },
        email: Some(form.email.as_str().to_owned()),
        first_name: form.first_name.as_str().to_owned(),
        last_name: form.last_name.as_str().to_owned(),
        phone: form.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        marketing: form.marketing.to_stored(),
        date_of_birth: form.date_of_birth.as_ref().map(ToString::to_string),
        password_hash: Some(hash.to_owned()),
        email_verified_at: None,
        created_at: known.as_ref().map_or(shop.now, |row| row.created_at),
        updated_at: shop.now,
        version: known.as_ref().map_or(1, |row| row.version + 1),
        erased_at: None,
    };
    let customer = row.customer_id;
    if known.is_some() {
        customers::update(tx, row)?;
    } else {
        customers::insert(tx, row)?;
    }
    let token = mail_tokens::issue(commerce, tx, shop.now, customer, Purpose::Verify, &form.email)?;
    let letter = Letter::VerifyEmail {
        first_name: form.first_name.as_str().to_owned(),
        token,
        return_url: form.return_url.clone(),
    };
    mails::post(commerce, tx, shop, Some(customer), &form.email, &letter)
}
