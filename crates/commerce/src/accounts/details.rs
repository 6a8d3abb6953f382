//! Changing one's details. Rule: only what was sent changes; a new address counts once it is proved.

use domain::accounts::{BirthDate, Email, Marketing, PersonName, Phone};
use domain::tenants::return_url;
use domain::webhooks::EventKind;
use store::accounts::{customers, mail_tokens as token_rows};
use store::{StoreError, Tx};
use url::Url;

use super::mail_tokens::{self, Purpose};
use super::{AccountError, Details, SignedIn, check_age, details_of, email_of, present, tell};
use crate::mails::{self, Letter};
use crate::{Commerce, Shop, messaging};

/// What to change. An outer `None` leaves the value alone; an inner one removes it.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct DetailsChange {
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    pub phone: Option<Option<Phone>>,
    pub marketing: Option<Marketing>,
    pub date_of_birth: Option<Option<BirthDate>>,
    pub email: Option<Email>,
    /// The page that the mailed link opens, as it was sent; kept only if its origin is on the shop's list.
    pub return_url: Option<String>,
}

/// The customer's details.
pub async fn details(commerce: &Commerce, who: &SignedIn) -> Result<Details, AccountError> {
    let customer = who.customer;
    commerce
        .store()
        .read(who.tenant, move |tx| {
            let row = present(tx, customer)?;
            Ok(details_of(tx, &row)?)
        })
        .await
}

/// Changes the customer's details and gives them as they are now.
pub async fn change_details(
    commerce: &Commerce,
    who: &SignedIn,
    change: DetailsChange,
) -> Result<Details, AccountError> {
    let (handle, who, system_now) = (commerce.clone(), who.clone(), commerce.system_now());
    let details = commerce
        .store()
        .write(who.tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            let mut row = present(tx, who.customer)?;
            let new_email = change.email.clone().filter(|email| row.email.as_deref() != Some(email.as_str()));
            let before = row.clone();
            apply(&mut row, &change, &shop)?;
            row.updated_at = shop.now;
            row.version += 1;
            customers::update(tx, row.clone())?;
            messaging::consent_changed(&handle, tx, &shop, &before, &row)?;
            if let Some(email) = &new_email {
                let page =
                    change.return_url.as_ref().and_then(|url| return_url(url, &shop.settings.return_origins));
                ask_for_proof(&handle, tx, &shop, &row, email, page.as_ref())?;
            }
            let details = details_of(tx, &row)?;
            tell(&handle, tx, shop.now, EventKind::CustomerUpdated, &details)?;
            Ok::<_, AccountError>(details)
        })
        .await?;
    commerce.wake_jobs();
    Ok(details)
}

/// Writes the change into the row, except for a new address.
pub(crate) fn apply(
    row: &mut customers::Customer,
    change: &DetailsChange,
    shop: &Shop,
) -> Result<(), AccountError> {
    if let Some(name) = &change.first_name {
        name.as_str().clone_into(&mut row.first_name);
    }
    if let Some(name) = &change.last_name {
        name.as_str().clone_into(&mut row.last_name);
    }
    if let Some(phone) = &change.phone {
        row.phone = phone.as_ref().map(|phone| phone.as_str().to_owned());
    }
    if let Some(marketing) = &change.marketing {
        row.marketing = marketing.to_stored();
    }
    if let Some(birth) = &change.date_of_birth {
        check_age(shop.settings.minimum_age, birth.as_ref(), shop.settings.today(shop.now))?;
        row.date_of_birth = birth.as_ref().map(ToString::to_string);
    }
    Ok(())
}

fn ask_for_proof(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &customers::Customer,
    email: &Email,
    return_url: Option<&Url>,
) -> Result<(), StoreError> {
    let notice = Letter::EmailChangeRequested {
        first_name: row.first_name.clone(),
        new_email: email.as_str().to_owned(),
    };
    mails::post(commerce, tx, shop, Some(row.customer_id), &email_of(row)?, &notice)?;
    // Whether the new address has an account is told to the new address only.
    if let Some(owner) = customers::find_by_email(tx, email.as_str())? {
        token_rows::delete_all(tx, row.customer_id, &[Purpose::ChangeEmail.as_str()])?;
        let letter = Letter::EmailTaken { return_url: return_url.cloned() };
        return mails::post(commerce, tx, shop, Some(owner.customer_id), email, &letter);
    }
    let token = mail_tokens::issue(commerce, tx, shop.now, row.customer_id, Purpose::ChangeEmail, email)?;
    let letter = Letter::ConfirmNewEmail {
        first_name: row.first_name.clone(),
        token,
        return_url: return_url.cloned(),
    };
    mails::post(commerce, tx, shop, Some(row.customer_id), email, &letter)
}
