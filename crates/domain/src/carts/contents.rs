//! What a shopper has put in a cart. Rule: the same product with the same choices is one line, and two carts become one
//! without losing anything.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::AddressForm;
use crate::fields::Invalid;

/// Lines that a cart may have.
pub const MOST_LINES: usize = 100;
/// How many of one thing a line may have.
pub const MOST_OF_ONE: i64 = 10_000;
/// Codes of discounts, and gift cards, that a cart may have.
pub const MOST_CODES: usize = 10;
/// Different products that a box may have.
pub const MOST_PICKS: usize = 100;
/// Boxes that can be paid at once.
pub const MOST_PREPAID: i64 = 36;

/// All that stands in a cart. It is kept as one document.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Contents {
    /// The lines, oldest first.
    pub items: Vec<Item>,
    /// Codes of discounts, in capitals, in the order in which they were typed.
    pub codes: Vec<String>,
    /// Gift cards, in the order in which they were added.
    pub gift_cards: Vec<Uuid>,
    /// Points to redeem.
    pub points: i64,
    /// Who buys.
    pub contact: Option<Contact>,
    /// Where the goods go.
    pub shipping_address: Option<AddressForm>,
    /// Where the invoice goes; as the goods if left out.
    pub billing_address: Option<AddressForm>,
    /// How the goods go.
    pub shipping_method: Option<Uuid>,
    /// For the card in the parcel.
    pub gift_message: Option<String>,
    /// For the shop.
    pub note: Option<String>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Its own id.
    pub id: Uuid,
    /// The product or package.
    pub product: Uuid,
    /// What was chosen of its options, ascending.
    #[serde(default)]
    pub options: Vec<Uuid>,
    /// How many.
    pub quantity: i64,
    /// How a package is to come.
    #[serde(default)]
    pub subscription: Option<Boxes>,
    /// For whom it is, where it is a present.
    #[serde(default)]
    pub gift: Option<Gift>,
    /// What one cost when it was added or last changed, in minor units, so that a change is told; `None` until the line has
    /// been priced.
    #[serde(default)]
    pub seen_price: Option<i64>,
}

/// How the boxes of a package are to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Boxes {
    /// Months between two.
    pub billing_frequency: i64,
    /// What is in the first, by product: of pick & mix only.
    #[serde(default)]
    pub picks: Vec<Pick>,
    /// How many boxes are paid at once; `None` where each is paid when it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepaid: Option<i64>,
    /// What one box costs by an agreement that stands already, in minor units: of renewals only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_price: Option<i64>,
}

impl Boxes {
    /// How many boxes a price is for.
    #[must_use]
    pub fn paid_at_once(&self) -> i64 {
        self.prepaid.unwrap_or(1).max(1)
    }
}

/// So many of a product in a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pick {
    /// Which product.
    pub product: Uuid,
    /// How many.
    pub quantity: i64,
}

/// For whom a line is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gift {
    /// The name.
    pub recipient_name: String,
    /// The address to write to.
    #[serde(default)]
    pub recipient_email: Option<String>,
    /// What to say.
    #[serde(default)]
    pub message: Option<String>,
    /// The day on which to say it, `2024-12-24`.
    #[serde(default)]
    pub send_on: Option<String>,
}

/// Who buys.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The (normalised) address.
    pub email: String,
    /// The first name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// The number.
    #[serde(default)]
    pub phone: Option<String>,
    /// The day of birth.
    #[serde(default)]
    pub date_of_birth: Option<String>,
}

macro_rules! hidden {
    ($($name:ident)*) => {$(
        /// Says nothing of the person.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

hidden! { Contents Gift Contact }

/// Why something can not be put in a cart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// There are [`MOST_LINES`] lines.
    #[error("the cart has as many lines as it may have")]
    Lines,
    /// There would be more than [`MOST_OF_ONE`].
    #[error("there would be too many of one thing")]
    OfOne,
}

/// Reads how many of something to add or have.
pub fn quantity(given: i64) -> Result<i64, Invalid> {
    if (0..=MOST_OF_ONE).contains(&given) {
        Ok(given)
    } else {
        Err(Invalid::fixed("Must be a whole number from 0 to 10000."))
    }
}

impl Item {
    /// Whether the other line is the same thing with the same choices.
    #[must_use]
    pub fn is_same_choice(&self, other: &Self) -> bool {
        self.product == other.product
            && self.options == other.options
            && self.subscription == other.subscription
            && self.gift == other.gift
    }
}

impl Contents {
    /// Adds to the line of the same choice, or makes a new one; gives the line's id.
    pub fn add(&mut self, item: Item) -> Result<Uuid, Full> {
        if let Some(line) = self.items.iter_mut().find(|line| line.is_same_choice(&item)) {
            let sum = line.quantity.saturating_add(item.quantity);
            if sum > MOST_OF_ONE {
                return Err(Full::OfOne);
            }
            line.quantity = sum;
            line.seen_price = item.seen_price;
            return Ok(line.id);
        }
        if self.items.len() >= MOST_LINES {
            return Err(Full::Lines);
        }
        let id = item.id;
        self.items.push(item);
        Ok(id)
    }

    /// The line with this id.
    #[must_use]
    pub fn item(&self, id: Uuid) -> Option<&Item> {
        self.items.iter().find(|line| line.id == id)
    }

    /// Removes the line with this id; tells whether it was there.
    pub fn remove(&mut self, id: Uuid) -> bool {
        let before = self.items.len();
        self.items.retain(|line| line.id != id);
        self.items.len() < before
    }

    /// Units in all lines.
    #[must_use]
    pub fn unit_count(&self) -> i64 {
        self.items.iter().fold(0, |sum, line| sum.saturating_add(line.quantity))
    }

    /// Takes over another cart, line by line: where both have the same choice the other's quantity counts, and what only
    /// one has stays. What does not fit any more is left out; tells whether all did.
    #[must_use]
    pub fn take_over(&mut self, other: Self) -> bool {
        let mut all_fit = true;
        for item in other.items {
            if let Some(line) = self.items.iter_mut().find(|line| line.is_same_choice(&item)) {
                line.quantity = item.quantity;
                line.seen_price = item.seen_price;
            } else if self.items.len() < MOST_LINES {
                self.items.push(item);
            } else {
                all_fit = false;
            }
        }
        for code in other.codes {
            if !self.codes.contains(&code) && self.codes.len() < MOST_CODES {
                self.codes.push(code);
            }
        }
        for card in other.gift_cards {
            if !self.gift_cards.contains(&card) && self.gift_cards.len() < MOST_CODES {
                self.gift_cards.push(card);
            }
        }
        if other.shipping_address.is_some() {
            self.shipping_address = other.shipping_address;
            self.billing_address = other.billing_address;
            self.shipping_method = other.shipping_method;
        }
        self.gift_message = other.gift_message.or(self.gift_message.take());
        self.note = other.note.or(self.note.take());
        all_fit
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(product: u128, quantity: i64) -> Item {
        Item {
            id: Uuid::from_u128(product * 1000),
            product: Uuid::from_u128(product),
            options: Vec::new(),
            quantity,
            subscription: None,
            gift: None,
            seen_price: Some(100),
        }
    }

    fn cart(items: &[(u128, i64)]) -> Contents {
        let items = items.iter().map(|(product, quantity)| item(*product, *quantity)).collect();
        Contents { items, ..Contents::default() }
    }

    fn held(cart: &Contents) -> Vec<(u128, i64)> {
        let mut held: Vec<(u128, i64)> =
            cart.items.iter().map(|line| (line.product.as_u128(), line.quantity)).collect();
        held.sort_unstable();
        held
    }

    #[test]
    fn the_same_choice_adds_to_its_line() {
        let mut cart = Contents::default();
        let first = cart.add(item(1, 2)).expect("room");
        assert_eq!(cart.add(item(1, 3)), Ok(first));
        let chosen = Item { options: vec![Uuid::from_u128(9)], id: Uuid::from_u128(77), ..item(1, 1) };
        assert_eq!(cart.add(chosen), Ok(Uuid::from_u128(77)));
        let present =
            Gift { recipient_name: "Bea".to_owned(), recipient_email: None, message: None, send_on: None };
        let gift = Item { gift: Some(present), id: Uuid::from_u128(78), ..item(1, 1) };
        assert_eq!(cart.add(gift), Ok(Uuid::from_u128(78)));
        assert_eq!(held(&cart), [(1, 1), (1, 1), (1, 5)]);
        assert_eq!(cart.add(item(1, MOST_OF_ONE)), Err(Full::OfOne));
        assert_eq!(cart.unit_count(), 7);
        assert!(cart.remove(first) && !cart.remove(first));
    }

    #[test]
    fn a_cart_has_an_end() {
        let mut cart = Contents::default();
        for product in 0..MOST_LINES {
            cart.add(item(product as u128, 1)).expect("room");
        }
        assert_eq!(cart.add(item(1_000_000, 1)), Err(Full::Lines));
        assert!(!cart.clone().take_over(self::cart(&[(1_000_000, 1)])));
        assert!(cart.add(item(5, 1)).is_ok());
    }

    #[test]
    fn two_carts_become_one() {
        for (own, guest, both) in [
            (vec![(1, 1)], vec![(2, 1)], vec![(1, 1), (2, 1)]),
            (vec![(1, 1)], vec![(1, 3)], vec![(1, 3)]),
            (vec![(1, 3)], vec![(1, 1)], vec![(1, 1)]),
            (vec![], vec![(1, 1)], vec![(1, 1)]),
            (vec![(1, 1)], vec![], vec![(1, 1)]),
        ] {
            let mut cart = cart(&own);
            assert!(cart.take_over(self::cart(&guest)));
            assert_eq!(held(&cart), both);
        }
    }

    #[test]
    fn a_stored_cart_is_read_back() {
        let contents = Contents { codes: vec!["AUTUMN".to_owned()], points: 5, ..cart(&[(1, 2)]) };
        let text = serde_json::to_string(&contents).expect("JSON");
        assert_eq!(serde_json::from_str::<Contents>(&text).expect("a cart"), contents);
        assert_eq!(serde_json::from_str::<Contents>("{}").expect("a cart"), Contents::default());
    }

    proptest! {
        #[test]
        fn the_order_of_adding_does_not_matter(mut adds in proptest::collection::vec((1_u128..6, 1_i64..20), 0..20)) {
            let fill = |adds: &[(u128, i64)]| {
                let mut cart = Contents::default();
                for (product, quantity) in adds {
                    cart.add(item(*product, *quantity)).expect("room");
                }
                held(&cart)
            };
            let forwards = fill(&adds);
            adds.reverse();
            prop_assert_eq!(forwards, fill(&adds));
        }

        #[test]
        fn taking_over_loses_no_line_and_is_the_same_twice(
            own in proptest::collection::btree_map(1_u128..8, 1_i64..20, 0..6),
            guest in proptest::collection::btree_map(1_u128..8, 1_i64..20, 0..6),
        ) {
            let list = |map: &std::collections::BTreeMap<u128, i64>| map.iter().map(|(a, b)| (*a, *b)).collect::<Vec<_>>();
            let mut merged = cart(&list(&own));
            prop_assert!(merged.take_over(cart(&list(&guest))));
            let mut expected = own.clone();
            expected.extend(guest.clone());
            prop_assert_eq!(held(&merged), list(&expected));
            let once = merged.clone();
            prop_assert!(merged.take_over(cart(&list(&guest))));
            prop_assert_eq!(merged, once);
        }
    }
}
