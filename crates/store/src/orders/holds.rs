//! What is held for an order until it is paid or given up, and who has used which discount.

use diesel::prelude::*;
use domain::ids::{DiscountId, OrderId};
use uuid::Uuid;

use crate::error::StoreError;
use crate::schema::{discount_uses, order_holds};
use crate::tx::Tx;

/// What can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldKind {
    /// So many of a product.
    Product,
    /// So many of an option's value.
    Variant,
    /// One use of a discount.
    Discount,
    /// Minor units of a gift card.
    GiftCard,
    /// Points of a customer.
    Points,
}

impl HoldKind {
    const ALL: [Self; 5] = [Self::Product, Self::Variant, Self::Discount, Self::GiftCard, Self::Points];

    const fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Variant => "variant",
            Self::Discount => "discount",
            Self::GiftCard => "gift_card",
            Self::Points => "points",
        }
    }
}

/// Something that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What sort of thing.
    pub kind: HoldKind,
    /// Which one.
    pub subject: Uuid,
    /// How much of it.
    pub amount: i64,
}

/// Notes something that is held for an order.
pub fn insert(tx: &mut Tx<'_>, order: OrderId, hold: Hold) -> Result<(), StoreError> {
    let row = (
        order_holds::order_id.eq(order.to_bytes()),
        order_holds::kind.eq(hold.kind.name()),
        order_holds::subject_id.eq(hold.subject.as_bytes().to_vec()),
        order_holds::amount.eq(hold.amount),
    );
    tx.insert(order_holds::table, row)
}

/// What is held for an order.
pub fn of(tx: &mut Tx<'_>, order: OrderId) -> Result<Vec<Hold>, StoreError> {
    let rows = tx
        .from(order_holds::table)
        .with(|all| {
            all.filter(order_holds::order_id.eq(order.to_bytes()))
                .order((order_holds::kind.asc(), order_holds::subject_id.asc()))
                .select((order_holds::kind, order_holds::subject_id, order_holds::amount))
        })
        .all::<(String, Vec<u8>, i64)>()?;
    let hold = |(kind, subject, amount): (String, Vec<u8>, i64)| {
        let kind = HoldKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| StoreError::Broken(format!("a hold of the unknown kind {kind:?}")))?;
        let subject = Uuid::from_slice(&subject).map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Hold { kind, subject, amount })
    };
    rows.into_iter().map(hold).collect()
}

/// Forgets what was held for an order.
pub fn delete_of(tx: &mut Tx<'_>, order: OrderId) -> Result<(), StoreError> {
    tx.from(order_holds::table)
        .with(|all| all.filter(order_holds::order_id.eq(order.to_bytes())))
        .delete()
        .map(drop)
}

/// Notes that somebody uses a discount with an order.
pub fn note_use(
    tx: &mut Tx<'_>,
    discount: DiscountId,
    order: OrderId,
    customer_key: &[u8],
) -> Result<(), StoreError> {
    let row = (
        discount_uses::discount_id.eq(discount.to_bytes()),
        discount_uses::order_id.eq(order.to_bytes()),
        discount_uses::customer_key.eq(customer_key.to_vec()),
    );
    tx.insert(discount_uses::table, row)
}

/// How often somebody has used a discount.
pub fn uses(tx: &mut Tx<'_>, discount: DiscountId, customer_key: &[u8]) -> Result<i64, StoreError> {
    let used = tx
        .from(discount_uses::table)
        .with(|all| {
            all.filter(discount_uses::discount_id.eq(discount.to_bytes()))
                .filter(discount_uses::customer_key.eq(customer_key.to_vec()))
                .count()
        })
        .one::<i64>()?;
    Ok(used.unwrap_or(0))
}

/// Forgets that an order used discounts: it was given up.
pub fn forget_uses(tx: &mut Tx<'_>, order: OrderId) -> Result<(), StoreError> {
    tx.from(discount_uses::table)
        .with(|all| all.filter(discount_uses::order_id.eq(order.to_bytes())))
        .delete()
        .map(drop)
}
