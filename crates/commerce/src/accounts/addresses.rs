//! The address book. Rule: one address is the default for each purpose at the most; making another one it moves it.

use domain::accounts::{Address, AddressForm};
use domain::ids::{AddressId, CustomerId};
use serde::Serialize;
use store::accounts::addresses::{self as rows, AddressRow};
use store::{StoreError, Tx};

use super::{AccountError, SignedIn, present};
use crate::Commerce;

/// Addresses that one customer may keep.
const MOST: usize = 50;

/// An address as its customer sees it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct AddressEntry {
    pub id: AddressId,
    #[serde(flatten)]
    pub address: Address,
    pub is_default_shipping: bool,
    pub is_default_billing: bool,
}

/// The customer's addresses, oldest first.
pub async fn addresses(commerce: &Commerce, who: &SignedIn) -> Result<Vec<AddressEntry>, AccountError> {
    let customer = who.customer;
    commerce.store().read(who.tenant, move |tx| Ok(all(tx, customer)?)).await
}

pub(super) fn all(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<AddressEntry>, StoreError> {
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
    rows::list(tx, customer, limit)?.into_iter().map(shown).collect()
}

/// One of a customer's addresses, within a transaction.
pub(crate) fn address_of(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    id: AddressId,
) -> Result<Option<Address>, StoreError> {
    rows::find(tx, customer, id)?.map(|row| Ok(shown(row)?.address)).transpose()
}

/// Adds an address.
pub async fn add_address(
    commerce: &Commerce,
    who: &SignedIn,
    address: Address,
    default_shipping: bool,
    default_billing: bool,
) -> Result<AddressEntry, AccountError> {
    let (handle, who) = (commerce.clone(), who.clone());
    commerce
        .store()
        .write(who.tenant, move |tx| {
            present(tx, who.customer)?;
            if all(tx, who.customer)?.len() >= MOST {
                return Err(AccountError::LimitReached(MOST));
            }
            let id = AddressId::new(handle.chance().uuid(who.now));
            let mut row = stored(id, who.customer, address.clone());
            row.created_at = who.now;
            (row.is_default_shipping, row.is_default_billing) = (default_shipping, default_billing);
            rows::clear_defaults(tx, who.customer, id, default_shipping, default_billing)?;
            rows::insert(tx, row.clone())?;
            Ok(shown(row)?)
        })
        .await
}

/// Changes an address: `change` writes what was sent over the present values, which are then checked as a whole.
pub async fn change_address<F>(
    commerce: &Commerce,
    who: &SignedIn,
    id: AddressId,
    default_shipping: Option<bool>,
    default_billing: Option<bool>,
    change: F,
) -> Result<AddressEntry, AccountError>
where
    F: Fn(&mut AddressForm) + Send + 'static,
{
    let customer = who.customer;
    commerce
        .store()
        .write(who.tenant, move |tx| {
            present(tx, customer)?;
            let before = rows::find(tx, customer, id)?.ok_or(AccountError::NotFound)?;
            let mut form = shown(before.clone())?.address.to_form();
            change(&mut form);
            let mut row = stored(id, customer, form.parse()?);
            row.created_at = before.created_at;
            row.is_default_shipping = default_shipping.unwrap_or(before.is_default_shipping);
            row.is_default_billing = default_billing.unwrap_or(before.is_default_billing);
            rows::clear_defaults(
                tx,
                customer,
                id,
                default_shipping == Some(true),
                default_billing == Some(true),
            )?;
            rows::update(tx, row.clone())?;
            Ok(shown(row)?)
        })
        .await
}

/// Removes an address.
pub async fn remove_address(commerce: &Commerce, who: &SignedIn, id: AddressId) -> Result<(), AccountError> {
    let customer = who.customer;
    let removed = commerce.store().write(who.tenant, move |tx| rows::delete(tx, customer, id)).await?;
    if removed { Ok(()) } else { Err(AccountError::NotFound) }
}

fn stored(id: AddressId, customer: CustomerId, address: Address) -> AddressRow {
    let form = address.to_form();
    AddressRow {
        address_id: id,
        customer_id: customer,
        first_name: form.first_name,
        last_name: form.last_name,
        company: form.company,
        line1: form.line1.unwrap_or_default(),
        line2: form.line2,
        city: form.city.unwrap_or_default(),
        county: form.county,
        postcode: form.postcode.unwrap_or_default(),
        country: form.country.unwrap_or_default(),
        phone: form.phone,
        is_default_shipping: false,
        is_default_billing: false,
        created_at: domain::time::Timestamp::from_micros(0),
    }
}

fn shown(row: AddressRow) -> Result<AddressEntry, StoreError> {
    let form = AddressForm {
        first_name: row.first_name,
        last_name: row.last_name,
        company: row.company,
        line1: Some(row.line1),
        line2: row.line2,
        city: Some(row.city),
        county: row.county,
        postcode: Some(row.postcode),
        country: Some(row.country),
        phone: row.phone,
    };
    let address =
        form.parse().map_err(|error| StoreError::Broken(format!("address {}: {error}", row.address_id)))?;
    Ok(AddressEntry {
        id: row.address_id,
        address,
        is_default_shipping: row.is_default_shipping,
        is_default_billing: row.is_default_billing,
    })
}
