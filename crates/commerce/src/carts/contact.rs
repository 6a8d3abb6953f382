//! Who buys, where it goes, and what goes with it.

use domain::accounts::{AddressForm, BirthDate, Email, PersonName, Phone};
use domain::carts::Contact;
use domain::fields::{FieldErrors, Fields};
use domain::ids::{CartId, ShippingMethodId};
use domain::money::Money;
use domain::text::{self, filled};

use super::basket::load;
use super::change::{change, contents_of, owner, visible};
use super::{CartError, CartView, ShippingChoice};
use crate::Commerce;
use crate::accounts::Shopper;

/// Who buys, as it is typed.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct ContactForm {
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub date_of_birth: Option<String>,
}

/// Says who buys.
pub async fn set_contact(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    form: ContactForm,
) -> Result<CartView, CartError> {
    let contact = read_contact(form, shopper.shop.settings.today(shopper.shop.now))?;
    change(commerce, shopper, id, if_version, move |_, _, contents| {
        contents.contact = Some(contact.clone());
        Ok(())
    })
    .await
}

fn read_contact(form: ContactForm, today: jiff::civil::Date) -> Result<Contact, FieldErrors> {
    let mut fields = Fields::default();
    let email = fields.take("email", Email::parse(form.email.as_deref().unwrap_or_default()));
    let first = filled(form.first_name.as_deref()).map(PersonName::parse);
    let first = fields.take_optional("firstName", first);
    let last = filled(form.last_name.as_deref()).map(PersonName::parse);
    let last = fields.take_optional("lastName", last);
    let phone = fields.take_optional("phone", filled(form.phone.as_deref()).map(Phone::parse));
    let birth = filled(form.date_of_birth.as_deref()).map(|date| BirthDate::parse(date, today));
    let birth = fields.take_optional("dateOfBirth", birth);
    let Some(email) = email else { return Err(fields.into_errors()) };
    fields.finish()?;
    Ok(Contact {
        email: email.as_str().to_owned(),
        first_name: first.map(|name| name.as_str().to_owned()),
        last_name: last.map(|name| name.as_str().to_owned()),
        phone: phone.map(|phone| phone.as_str().to_owned()),
        date_of_birth: birth.map(|birth| birth.to_string()),
    })
}

/// Where the goods and the invoice go, as it is typed.
#[derive(Clone)]
pub struct AddressesForm {
    /// Where the goods go.
    pub shipping: AddressForm,
    /// Where the invoice goes; as the goods if left out.
    pub billing: Option<AddressForm>,
}

/// Says where the goods and the invoice go.
pub async fn set_addresses(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    form: AddressesForm,
) -> Result<CartView, CartError> {
    let mut errors = FieldErrors::default();
    let shipping = read_address(&mut errors, "shipping", form.shipping);
    let billing = form.billing.map(|form| read_address(&mut errors, "billing", form));
    if !errors.is_empty() {
        return Err(errors.into());
    }
    change(commerce, shopper, id, if_version, move |_, _, contents| {
        contents.shipping_address.clone_from(&shipping);
        contents.billing_address = billing.clone().flatten();
        Ok(())
    })
    .await
}

fn read_address(errors: &mut FieldErrors, path: &str, form: AddressForm) -> Option<AddressForm> {
    match form.parse() {
        Ok(address) => Some(address.to_form()),
        Err(refused) => {
            for (field, reasons) in refused.iter() {
                for reason in reasons {
                    errors.add(format!("{path}.{field}"), reason.clone());
                }
            }
            None
        }
    }
}

/// The ways to send the cart where it is to go, in the shop's order.
pub async fn shipping_methods(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
) -> Result<Vec<ShippingChoice>, CartError> {
    let (handle, shopper) = (commerce.clone(), shopper.clone());
    commerce
        .store()
        .read(shopper.shop.id, move |tx| {
            let row = visible(tx, &shopper, id)?;
            let loaded = load(&handle, tx, &shopper.shop, &contents_of(&row)?, owner(&row)?)?;
            let currency = shopper.shop.settings.currency;
            let choice = |(method, cost): &(domain::selling::ShippingMethod, i64)| ShippingChoice {
                id: method.id.uuid(),
                name: method.name.clone(),
                price: Money::new(*cost, currency),
            };
            Ok(loaded.methods.iter().map(choice).collect())
        })
        .await
}

/// Chooses a way to send the cart.
pub async fn set_shipping_method(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    method: Option<ShippingMethodId>,
) -> Result<CartView, CartError> {
    let (handle, shop) = (commerce.clone(), shopper.shop.clone());
    change(commerce, shopper, id, if_version, move |tx, row, contents| {
        let loaded = load(&handle, tx, &shop, contents, owner(row)?)?;
        let offered = method.filter(|id| loaded.methods.iter().any(|(method, _)| method.id == *id));
        let Some(method) = offered else {
            let reason = if loaded.shipping_address.is_none() {
                "Please give the address first: it decides which ways there are."
            } else {
                "Must be one of the cart's shipping methods."
            };
            return Err(FieldErrors::one("shippingMethodId", reason).into());
        };
        contents.shipping_method = Some(method.uuid());
        Ok(())
    })
    .await
}

/// Words that go with the cart; `None` leaves them as they are, blank takes them away.
#[derive(Clone, Default)]
pub struct Messages {
    /// For the card in the parcel.
    pub gift_message: Option<String>,
    /// For the shop.
    pub note: Option<String>,
}

/// Sets the words that go with the cart.
pub async fn set_messages(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    messages: Messages,
) -> Result<CartView, CartError> {
    const MOST: usize = 1000;
    let mut fields = Fields::default();
    let read = |text: Option<String>| text.map(|text| text::optional_text(&text, MOST));
    let message = fields.take("message", read(messages.gift_message).transpose());
    let note = fields.take("note", read(messages.note).transpose());
    let (Some(message), Some(note)) = (message, note) else { return Err(fields.into_errors().into()) };
    change(commerce, shopper, id, if_version, move |_, _, contents| {
        if let Some(message) = &message {
            contents.gift_message.clone_from(message);
        }
        if let Some(note) = &note {
            contents.note.clone_from(note);
        }
        Ok(())
    })
    .await
}
