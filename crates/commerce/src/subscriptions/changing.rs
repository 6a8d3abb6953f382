//! Changes of a subscription: what is in its boxes, how often they come, where they go and what pays for them.

use domain::carts::{Boxes, Item, Pick};
use domain::catalog::{PricingType, SubscriptionType};
use domain::fields::FieldErrors;
use domain::ids::{AddressId, PaymentMethodId, RenewalId, SubscriptionId};
use domain::subscriptions::{Command, RenewalStatus, SubscriptionStatus};
use domain::text::filled;
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use serde_json::json;
use store::payment_methods;
use store::subscriptions::SubscriptionRow;
use store::subscriptions::renewals;
use store::{StoreError, Tx};

use super::details::SubscriptionDetails;
use super::managing::{Changing, command};
use super::schedule::{anchor_of, due_after, editable_until, set_next};
use super::view::SubscriptionView;
use super::{SubscriptionError, Who, status_of};
use crate::accounts::address_of;
use crate::carts::{Goods, PickForm, box_need, left_message, read_picks};
use crate::jobs::{self, Kind};
use crate::{Commerce, Shop};

/// What is to change, as it is typed; what is left out stays.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Change {
    pub billing_interval: Option<i64>,
    pub shipping_address_id: Option<String>,
    pub payment_method_id: Option<String>,
    pub renewal_date: Option<String>,
}

impl Change {
    /// What of the table of commands it is. Of several the strictest counts.
    fn command(&self) -> Command {
        if self.billing_interval.is_some() || self.renewal_date.is_some() {
            Command::ChangeSchedule
        } else if self.payment_method_id.is_some() {
            Command::ChangePayment
        } else {
            Command::ChangeDelivery
        }
    }
}

/// Changes a subscription.
pub async fn change(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    if_version: Option<i64>,
    wanted: Change,
) -> Result<SubscriptionView, SubscriptionError> {
    let done = command(commerce, shop, who, id, if_version, wanted.command(), move |this| {
        if let Some(address) = filled(wanted.shipping_address_id.as_deref()) {
            set_address(this, address)?;
        }
        if let Some(method) = filled(wanted.payment_method_id.as_deref()) {
            set_method(this, method)?;
        }
        if let Some(months) = wanted.billing_interval {
            this.check_changeable()?;
            set_frequency(this.tx, this.shop, this.row, months)?;
            this.note(
                "frequency_changed",
                json!({ "billingInterval": months, "renewalDate": this.row.next_at }),
            )?;
        }
        if let Some(day) = filled(wanted.renewal_date.as_deref()) {
            this.check_changeable()?;
            move_renewal(this, day)?;
        }
        Ok(this.tell(EventKind::SubscriptionUpdated)?)
    });
    done.await.map(|(view, ())| view)
}

impl Changing<'_, '_> {
    /// While paused nothing is being made; else the next box must not be.
    fn check_changeable(&self) -> Result<(), SubscriptionError> {
        if status_of(self.row)? == SubscriptionStatus::Paused {
            Ok(())
        } else {
            self.check_window().map(drop)
        }
    }
}

fn set_address(this: &mut Changing<'_, '_>, typed: &str) -> Result<(), SubscriptionError> {
    // Who was given the boxes has them sent to an address of theirs.
    let owner = match this.who {
        Who::Customer(customer) => *customer,
        _ => this.row.customer_id,
    };
    let refused = || FieldErrors::one("shippingAddressId", "Must be one of the customer's addresses.");
    let id: AddressId = typed.parse().map_err(|_| refused())?;
    let address = address_of(this.tx, owner, id)?.ok_or_else(refused)?;
    let mut details = SubscriptionDetails::read(this.row)?;
    details.shipping_address = Some(address.to_form());
    this.row.details = details.to_stored()?;
    Ok(this.note("address_changed", json!({}))?)
}

fn set_method(this: &mut Changing<'_, '_>, typed: &str) -> Result<(), SubscriptionError> {
    let refused = || FieldErrors::one("paymentMethodId", "Must be one of the customer's payment methods.");
    let id: PaymentMethodId = typed.parse().map_err(|_| refused())?;
    payment_methods::find(this.tx, this.row.customer_id, id)?.ok_or_else(refused)?;
    this.row.method_id = Some(id.to_bytes());
    this.note("card_changed", json!({}))?;
    Ok(try_again(this.commerce, this.tx, this.shop, this.row)?)
}

/// What is owed is tried at once with the new card.
pub(super) fn try_again(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &SubscriptionRow,
) -> Result<(), StoreError> {
    let Some(mut open) = renewals::open_of(tx, row.subscription_id)? else { return Ok(()) };
    if open.status != RenewalStatus::Failed.as_str() {
        return Ok(());
    }
    open.next_try_at = Some(shop.now);
    let id: RenewalId = open.renewal_id;
    renewals::update(tx, open)?;
    jobs::enqueue_by(commerce, tx, shop.now, Kind::Renew(id))
}

/// Sets how often the boxes come: the next falls due so many months after the last.
pub(super) fn set_frequency(
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &mut SubscriptionRow,
    months: i64,
) -> Result<(), SubscriptionError> {
    let package = super::beginning::package_of(tx, row)?;
    let known = package.map(|package| package.billing_frequencies).unwrap_or_default();
    if !known.contains(&months) {
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        let reason = format!("Must be one of {}.", known.join(", "));
        return Err(FieldErrors::one("billingInterval", reason).into());
    }
    let last = row.months - row.frequency;
    let zone = &shop.settings.timezone;
    // Not so soon that the box could not be changed any more.
    let earliest = shop.now.plus(shop.settings.subscriptions.edit_window());
    row.frequency = months;
    row.months = anchor_of(row)?.months_after(earliest, last + months, months, zone);
    Ok(set_next(shop, row)?)
}

/// Moves the next renewal to a later day of its cycle; those after it stay where they are.
fn move_renewal(this: &mut Changing<'_, '_>, typed: &str) -> Result<(), SubscriptionError> {
    let refused = |reason: &str| FieldErrors::one("renewalDate", reason);
    let next = this.row.next_at.ok_or(SubscriptionError::Refused("No renewal is coming."))?;
    let wanted = match typed.parse::<jiff::civil::Date>() {
        Ok(day) if !typed.contains('T') => anchor_of(this.row)?.on(day, &this.shop.settings.timezone),
        _ => Timestamp::parse(typed).map_err(|_| refused("Must be a day such as 2026-12-24."))?,
    };
    let following = due_after(this.shop, this.row, this.row.months + this.row.frequency)?;
    if wanted <= next || wanted >= following {
        let zone = &this.shop.settings.timezone;
        let (first, last) = (zone.date_at(next), zone.date_at(following));
        return Err(refused(&format!("Must be a day after {first} and before {last}.")).into());
    }
    this.row.next_at = Some(wanted);
    Ok(this.note("renewal_moved", json!({ "from": next, "to": wanted }))?)
}

/// Sets what is in the boxes: of pick & mix only. It counts for the next box and all after it.
pub async fn set_items(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    if_version: Option<i64>,
    items: Vec<PickForm>,
) -> Result<SubscriptionView, SubscriptionError> {
    let done = command(commerce, shop, who, id, if_version, Command::ChangeItems, move |this| {
        if this.row.next_at.is_some_and(|next| this.shop.now > editable_until(this.shop, next)) {
            return Err(SubscriptionError::WindowClosed);
        }
        let picks = checked_picks(this, &items)?;
        let mut details = SubscriptionDetails::read(this.row)?;
        details.picks = picks;
        this.row.details = details.to_stored()?;
        this.note("items_changed", json!({ "items": details.picks }))?;
        Ok(this.tell(EventKind::SubscriptionUpdated)?)
    });
    done.await.map(|(view, ())| view)
}

fn checked_picks(this: &mut Changing<'_, '_>, items: &[PickForm]) -> Result<Vec<Pick>, SubscriptionError> {
    let row = &*this.row;
    let probe = |picks: Vec<Pick>| Item {
        id: row.subscription_id.uuid(),
        product: row.package_id.uuid(),
        options: Vec::new(),
        quantity: row.quantity,
        subscription: Some(Boxes {
            billing_frequency: row.frequency,
            picks,
            prepaid: None,
            agreed_price: None,
        }),
        gift: None,
        seen_price: None,
    };
    let mut goods = Goods::read(this.tx, &[probe(Vec::new())])?;
    goods.read_pool(this.tx, row.package_id.uuid())?;
    let closed = || SubscriptionError::Refused("This club is closed.");
    let good = goods.get(row.package_id.uuid()).ok_or_else(closed)?;
    let package = good.package.as_ref().ok_or_else(closed)?;
    if package.subscription_type != SubscriptionType::Picknmix {
        return Err(FieldErrors::one("items", "The shop chooses what is in this box.").into());
    }
    let picks = read_picks(&goods, good, package, items, "items")?;
    let picked = picks.iter().map(|pick| pick.quantity).fold(0_i64, i64::saturating_add);
    if let Some(message) = box_need(package, picked) {
        return Err(SubscriptionError::Box("below_minimum", FieldErrors::one("items", message)));
    }
    for (index, pick) in picks.iter().enumerate() {
        let Some(product) = goods.get(pick.product) else { continue };
        if let Some(left) = product.left()
            && left < pick.quantity.saturating_mul(row.quantity)
        {
            let message = format!("{}: {}", product.row.name, left_message(left));
            return Err(SubscriptionError::Box(
                "out_of_stock",
                FieldErrors::one(format!("items.{index}.quantity"), message),
            ));
        }
    }
    if package.pricing_type == PricingType::PerItem {
        let price = goods.prices(&probe(picks.clone()), this.shop.now).regular;
        this.row.price = price;
    }
    Ok(picks)
}
