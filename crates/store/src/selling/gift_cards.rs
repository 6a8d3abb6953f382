//! Gift cards and what moves on them. Rule: a balance changes together with its entry, by one conditional change of the row,
//! so that it never falls below nothing and its entries always add up to it.

use diesel::prelude::*;
use domain::ids::{GiftCardEntryId, GiftCardId, OrderId};
use domain::time::Timestamp;

use super::ACTIVE;
use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::{gift_card_entries, gift_cards};
use crate::tx::{Tx, exactly_one};

/// One gift card.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = gift_cards, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields are those of domain::selling::GiftCard")]
pub struct GiftCardRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub gift_card_id: GiftCardId,
    /// SHA-256 of the code's letters and digits in capitals.
    pub code_hash: Vec<u8>,
    /// The code, for staff to see again.
    pub code_sealed: Vec<u8>,
    pub last_four: String,
    /// In minor units, like `balance`.
    pub initial_value: i64,
    pub balance: i64,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub expires_at: Option<Timestamp>,
    pub recipient_name: Option<String>,
    pub recipient_email: Option<String>,
    pub message: Option<String>,
    pub note: Option<String>,
    pub status: String,
    pub version: i64,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
}

/// Something that moved on a card.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = gift_card_entries)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct EntryRow {
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub entry_id: GiftCardEntryId,
    #[diesel(deserialize_as = Vec<u8>, serialize_as = Vec<u8>)]
    pub gift_card_id: GiftCardId,
    /// In minor units; below nothing where it was taken off.
    pub delta: i64,
    /// `issued`, `adjusted`, `spent` or `given_back`.
    pub reason: String,
    /// What staff wrote of it.
    pub note: Option<String>,
    pub order_id: Option<Vec<u8>>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub created_at: Timestamp,
}

/// What is noted of a movement.
#[derive(Clone, Copy, Debug)]
pub struct Movement {
    /// The new entry's id.
    pub id: GiftCardEntryId,
    /// The order that it is for.
    pub order: Option<OrderId>,
    /// When, by the shop's clock.
    pub at: Timestamp,
}

impl Movement {
    fn entry(self, card: GiftCardId, delta: i64, reason: &str, note: Option<&str>) -> EntryRow {
        EntryRow {
            entry_id: self.id,
            gift_card_id: card,
            delta,
            reason: reason.to_owned(),
            note: note.map(ToOwned::to_owned),
            order_id: self.order.map(OrderId::to_bytes),
            created_at: self.at,
        }
    }
}

/// The one whose code has this hash, whatever its state: whether it can be used is `domain::selling::GiftCard`'s to say.
pub fn find_by_hash(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<GiftCardRow>, StoreError> {
    tx.from(gift_cards::table)
        .with(|all| all.filter(gift_cards::code_hash.eq(hash.to_vec())).select(GiftCardRow::as_select()))
        .one()
}

/// Those with one of these ids, in no order and whatever their state.
pub fn find_all(tx: &mut Tx<'_>, ids: &[GiftCardId]) -> Result<Vec<GiftCardRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_bytes()).collect();
    tx.from(gift_cards::table)
        .with(|all| all.filter(gift_cards::gift_card_id.eq_any(ids)).select(GiftCardRow::as_select()))
        .all()
}

/// Takes so many minor units off a card that is active, has not expired and holds as much; tells whether it did.
pub fn spend(tx: &mut Tx<'_>, id: GiftCardId, amount: i64, movement: Movement) -> Result<bool, StoreError> {
    let spent = tx
        .from(gift_cards::table)
        .with(|all| {
            all.filter(gift_cards::gift_card_id.eq(id.to_bytes()))
                .filter(gift_cards::status.eq(ACTIVE))
                .filter(
                    gift_cards::expires_at.is_null().or(gift_cards::expires_at.gt(movement.at.as_micros())),
                )
                .filter(gift_cards::balance.ge(amount))
        })
        .update(gift_cards::balance.eq(gift_cards::balance - amount))?;
    if spent == 1 {
        tx.insert(gift_card_entries::table, movement.entry(id, -amount, "spent", None))?;
    }
    Ok(spent == 1)
}

/// Puts so many minor units back on a card that they were spent from, whatever its state.
pub fn give_back(tx: &mut Tx<'_>, id: GiftCardId, amount: i64, movement: Movement) -> Result<(), StoreError> {
    exactly_one(
        tx.from(gift_cards::table)
            .with(|all| all.filter(gift_cards::gift_card_id.eq(id.to_bytes())))
            .update(gift_cards::balance.eq(gift_cards::balance + amount))?,
    )?;
    tx.insert(gift_card_entries::table, movement.entry(id, amount, "given_back", None))
}

/// Changes a balance by hand, unless it would fall below nothing or rise above `most`; tells whether it did.
pub fn adjust(
    tx: &mut Tx<'_>,
    id: GiftCardId,
    delta: i64,
    most: i64,
    note: &str,
    movement: Movement,
) -> Result<bool, StoreError> {
    let adjusted = tx
        .from(gift_cards::table)
        .with(|all| {
            all.filter(gift_cards::gift_card_id.eq(id.to_bytes()))
                .filter((gift_cards::balance + delta).between(0, most))
        })
        .update((
            gift_cards::balance.eq(gift_cards::balance + delta),
            gift_cards::version.eq(gift_cards::version + 1),
            gift_cards::updated_at.eq(movement.at.as_micros()),
        ))?;
    if adjusted == 1 {
        tx.insert(gift_card_entries::table, movement.entry(id, delta, "adjusted", Some(note)))?;
    }
    Ok(adjusted == 1)
}

/// A page of what moved on a card, the newest first, and how many entries there are.
pub fn entries(
    tx: &mut Tx<'_>,
    id: GiftCardId,
    offset: i64,
    limit: i64,
) -> Result<(Vec<EntryRow>, i64), StoreError> {
    let total = tx
        .from(gift_card_entries::table)
        .with(|all| all.filter(gift_card_entries::gift_card_id.eq(id.to_bytes())).count())
        .one::<i64>()?
        .unwrap_or(0);
    let page = tx
        .from(gift_card_entries::table)
        .with(|all| {
            all.filter(gift_card_entries::gift_card_id.eq(id.to_bytes()))
                .order((gift_card_entries::created_at.desc(), gift_card_entries::entry_id.desc()))
                .offset(offset)
                .limit(limit)
                .select(EntryRow::as_select())
        })
        .all()?;
    Ok((page, total))
}

/// Whether the card has ever been paid with.
pub fn was_spent(tx: &mut Tx<'_>, id: GiftCardId) -> Result<bool, StoreError> {
    let spent = tx
        .from(gift_card_entries::table)
        .with(|all| {
            all.filter(gift_card_entries::gift_card_id.eq(id.to_bytes()))
                .filter(gift_card_entries::reason.eq("spent"))
                .count()
        })
        .one::<i64>()?;
    Ok(spent.unwrap_or(0) > 0)
}

/// The newest cards for the recipient with this (normalised) address.
pub fn of_recipient(tx: &mut Tx<'_>, email: &str, limit: i64) -> Result<Vec<GiftCardRow>, StoreError> {
    tx.from(gift_cards::table)
        .with(|all| {
            all.filter(gift_cards::recipient_email.eq(email.to_owned()))
                .order((gift_cards::created_at.desc(), gift_cards::gift_card_id.desc()))
                .limit(limit)
                .select(GiftCardRow::as_select())
        })
        .all()
}

/// Leaves nothing of a recipient on the cards that name this (normalised) address; what is on them stays good.
pub fn forget_recipient(tx: &mut Tx<'_>, email: &str) -> Result<(), StoreError> {
    tx.from(gift_cards::table)
        .with(|all| all.filter(gift_cards::recipient_email.eq(email.to_owned())))
        .update((
            gift_cards::recipient_name.eq(None::<String>),
            gift_cards::recipient_email.eq(None::<String>),
            gift_cards::message.eq(None::<String>),
        ))
        .map(drop)
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// With this status.
    pub status: Option<String>,
    /// Whose code has this hash.
    pub code_hash: Option<Vec<u8>>,
    /// Whose code ends so, in capitals.
    pub last_four: Option<String>,
}

/// The rows that a search is for.
macro_rules! matching {
    ($all:expr, $search:expr) => {{
        let mut matching = $all.into_boxed();
        if let Some(status) = $search.status.clone() {
            matching = matching.filter(gift_cards::status.eq(status));
        }
        if let Some(hash) = $search.code_hash.clone() {
            matching = matching.filter(gift_cards::code_hash.eq(hash));
        }
        if let Some(end) = $search.last_four.clone() {
            matching = matching.filter(gift_cards::last_four.eq(end));
        }
        matching
    }};
}

/// A page of the list, the newest first, and how many there are in all.
pub fn list(
    tx: &mut Tx<'_>,
    search: &Search,
    offset: i64,
    limit: i64,
) -> Result<(Vec<GiftCardRow>, i64), StoreError> {
    let total =
        tx.from(gift_cards::table).with(|all| matching!(all.count(), search)).one::<i64>()?.unwrap_or(0);
    let page = tx
        .from(gift_cards::table)
        .with(|all| {
            matching!(all.select(GiftCardRow::as_select()), search)
                .order((gift_cards::created_at.desc(), gift_cards::gift_card_id.desc()))
                .offset(offset)
                .limit(limit)
        })
        .all()?;
    Ok((page, total))
}

/// The one with this id.
pub fn find(tx: &mut Tx<'_>, id: GiftCardId) -> Result<Option<GiftCardRow>, StoreError> {
    tx.from(gift_cards::table)
        .with(|all| all.filter(gift_cards::gift_card_id.eq(id.to_bytes())).select(GiftCardRow::as_select()))
        .one()
}

/// Adds a card with its first entry; [`StoreError::Duplicate`] where another has its code.
pub fn issue(tx: &mut Tx<'_>, row: GiftCardRow, movement: Movement) -> Result<(), StoreError> {
    let entry = movement.entry(row.gift_card_id, row.balance, "issued", None);
    tx.insert(gift_cards::table, row)?;
    tx.insert(gift_card_entries::table, entry)
}

/// Writes a card anew, whose balance is what it was.
pub fn update(tx: &mut Tx<'_>, row: GiftCardRow) -> Result<(), StoreError> {
    let id = row.gift_card_id.to_bytes();
    exactly_one(
        tx.from(gift_cards::table).with(|all| all.filter(gift_cards::gift_card_id.eq(id))).update(row)?,
    )
}

/// Removes a card and its entries.
pub fn delete(tx: &mut Tx<'_>, id: GiftCardId) -> Result<(), StoreError> {
    tx.from(gift_card_entries::table)
        .with(|all| all.filter(gift_card_entries::gift_card_id.eq(id.to_bytes())))
        .delete()?;
    exactly_one(
        tx.from(gift_cards::table)
            .with(|all| all.filter(gift_cards::gift_card_id.eq(id.to_bytes())))
            .delete()?,
    )
}
