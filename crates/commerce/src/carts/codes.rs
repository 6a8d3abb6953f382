//! Discounts, gift cards and points in a cart. Rule: a code that can not count is refused with the reason when it is typed, and
//! told as a warning when it ceases to count later.

use domain::carts::pricing::Outcome;
use domain::carts::{Contents, MOST_CODES};
use domain::fields::FieldErrors;
use domain::ids::CartId;
use domain::money::Money;
use store::Tx;
use store::carts::CartRow;
use store::selling::{discounts, gift_cards, reward_entries, reward_programmes};

use super::basket::{Occasion, customer_key, is_good, load, unusable};
use super::change::{change, owner};
use super::{CartError, CartView};
use crate::accounts::Shopper;
use crate::selling::{discount_of, gift_card_hash, programme_of};
use crate::{Commerce, Shop};

const CODE_LENGTH: usize = 40;

/// Adds the code of a discount, in any case.
pub async fn add_discount(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    typed: &str,
) -> Result<CartView, CartError> {
    let code = read_code(typed)?;
    let (handle, shop) = (commerce.clone(), shopper.shop.clone());
    change(commerce, shopper, id, if_version, move |tx, row, contents| {
        try_code(&handle, tx, &shop, row, contents, &code)
    })
    .await
}

fn read_code(typed: &str) -> Result<String, CartError> {
    let code = typed.trim().to_uppercase();
    if code.is_empty() {
        return Err(FieldErrors::one("code", "Is required.").into());
    }
    if code.chars().count() > CODE_LENGTH {
        return Err(CartError::Code("invalid_code", "This code is not valid.".to_owned()));
    }
    Ok(code)
}

fn try_code(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    row: &CartRow,
    contents: &mut Contents,
    code: &str,
) -> Result<(), CartError> {
    if contents.codes.iter().any(|known| known == code) {
        return Ok(());
    }
    if contents.codes.len() >= MOST_CODES {
        return Err(CartError::Full("A cart can have ten codes. Please remove one first."));
    }
    let invalid = |reason: &str| CartError::Code("invalid_code", reason.to_owned());
    let found = discounts::find_by_code(tx, code)?.ok_or_else(|| invalid("This code is not valid."))?;
    let discount = discount_of(found.clone())?;
    let key = customer_key(contents);
    if let Some(reason) = unusable(tx, &found, &discount, shop.now, key.as_deref(), Occasion::Cart)? {
        return Err(invalid(reason));
    }
    contents.codes.push(code.to_owned());
    let outcome = load(commerce, tx, shop, contents, owner(row)?)?.outcome(discount.id);
    match outcome {
        Some(Outcome::BelowMinimum(missing)) => {
            let missing = Money::new(missing, shop.settings.currency);
            Err(CartError::Code("below_minimum_spend", format!("Spend {missing} more to use this code.")))
        }
        Some(Outcome::NothingCovered) => {
            Err(CartError::Code("nothing_covered", "This code is for other products.".to_owned()))
        }
        Some(Outcome::NotCombined) => Err(CartError::Code(
            "not_combined",
            "This code can not be used together with another discount in the cart.".to_owned(),
        )),
        Some(Outcome::Applied(_)) | None => Ok(()),
    }
}

/// Takes a code out of a cart.
pub async fn remove_discount(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    typed: &str,
) -> Result<CartView, CartError> {
    let code = typed.trim().to_uppercase();
    change(commerce, shopper, id, if_version, move |_, _, contents| {
        let before = contents.codes.len();
        contents.codes.retain(|known| *known != code);
        if contents.codes.len() < before { Ok(()) } else { Err(CartError::NotFound) }
    })
    .await
}

/// Adds a gift card by its code.
pub async fn add_gift_card(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    typed: &str,
) -> Result<CartView, CartError> {
    let refused = || CartError::Code("invalid_code", "This gift card is not valid.".to_owned());
    let hash = gift_card_hash(typed).ok_or_else(refused)?;
    let now = shopper.shop.now;
    change(commerce, shopper, id, if_version, move |tx, _, contents| {
        let card = gift_cards::find_by_hash(tx, &hash)?.ok_or_else(refused)?;
        if card.balance == 0 {
            return Err(CartError::Code("invalid_code", "This gift card has been spent.".to_owned()));
        }
        if !is_good(&card, now) {
            return Err(CartError::Code("invalid_code", "This gift card has expired.".to_owned()));
        }
        let card = card.gift_card_id.uuid();
        if contents.gift_cards.contains(&card) {
            return Ok(());
        }
        if contents.gift_cards.len() >= MOST_CODES {
            return Err(CartError::Full("A cart can have ten gift cards."));
        }
        contents.gift_cards.push(card);
        Ok(())
    })
    .await
}

/// Takes a gift card out of a cart.
pub async fn remove_gift_card(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    card: uuid::Uuid,
) -> Result<CartView, CartError> {
    change(commerce, shopper, id, if_version, move |_, _, contents| {
        let before = contents.gift_cards.len();
        contents.gift_cards.retain(|known| *known != card);
        if contents.gift_cards.len() < before { Ok(()) } else { Err(CartError::NotFound) }
    })
    .await
}

/// Pays with so many of the customer's points; 0 takes them out.
pub async fn redeem_points(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    points: i64,
) -> Result<CartView, CartError> {
    change(commerce, shopper, id, if_version, move |tx, row, contents| {
        let customer = owner(row)?.ok_or(CartError::Unauthenticated)?;
        let programme = programme_of(reward_programmes::find(tx)?.ok_or(CartError::NotOffered)?)?;
        let refused = |reason: String| CartError::Invalid(FieldErrors::one("points", reason));
        if points < 0 {
            return Err(refused("Must be a whole number of points, 0 for none.".to_owned()));
        }
        let has = reward_entries::balance(tx, customer)?;
        if points > has {
            return Err(refused(format!("You have {has} points.")));
        }
        if points > 0 && points < programme.minimum_redeem {
            return Err(refused(format!("Must be at least {} points.", programme.minimum_redeem)));
        }
        contents.points = points;
        Ok(())
    })
    .await
}
