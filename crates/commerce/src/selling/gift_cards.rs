//! Keeping gift cards. Rule: a code is found by its hash, shown by name only, and stands neither in lists nor in the log of
//! changes; nor do people, who may ask to be forgotten.

use domain::fields::FieldErrors;
use domain::ids::{GiftCardEntryId, GiftCardId, OrderId};
use domain::money::HIGHEST_PRICE;
use domain::selling::{GiftCard, GiftCardAdjustment, GiftCardCode, GiftCardForm, GiftCardStatus};
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::selling::gift_cards::{self as rows, EntryRow, GiftCardRow, Movement, Search};
use store::{StoreError, Tx};

use super::{SellingError, broken, check_balance, check_version, gift_card_hash, gift_card_of, taken};
use crate::audit::{self, Actor, Change};
use crate::secrets::sha256;
use crate::{Commerce, Shop};

/// A gift card as it is stored, without its code.
#[derive(Clone, Debug)]
pub struct GiftCardEntry {
    /// Its id.
    pub id: GiftCardId,
    /// The end of its code.
    pub last_four: String,
    /// The card.
    pub card: GiftCard,
    /// Counts the changes that staff made.
    pub version: i64,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When staff changed it last.
    pub updated_at: Timestamp,
}

/// Something that moved on a card.
#[derive(Clone, Debug)]
pub struct GiftCardMovement {
    /// Its id.
    pub id: GiftCardEntryId,
    /// In minor units; below nothing where it was taken off.
    pub delta: i64,
    /// `issued`, `adjusted`, `spent` or `given_back`.
    pub reason: String,
    /// What staff wrote of it.
    pub note: Option<String>,
    /// The order that it was for.
    pub order: Option<OrderId>,
    /// When.
    pub created_at: Timestamp,
}

/// Which gift cards to list.
#[derive(Clone, Debug, Default)]
pub struct GiftCardSearch {
    /// With this status.
    pub status: Option<GiftCardStatus>,
    /// With this code, as it was typed.
    pub code: Option<String>,
    /// Whose code ends so, in capitals.
    pub last_four: Option<String>,
}

/// As [`gift_card_hash`], for staff who are told what is wrong.
fn typed_hash(code: &str) -> Result<Vec<u8>, FieldErrors> {
    let hash = gift_card_hash(code).map(|hash| hash.to_vec());
    hash.ok_or_else(|| FieldErrors::one("code", "Must be a gift card's code, such as ABCD-EFGH-JKLM-2345."))
}

fn hash(code: &GiftCardCode) -> Vec<u8> {
    sha256(code.normal().as_bytes())
}

fn entry(row: GiftCardRow) -> Result<GiftCardEntry, StoreError> {
    Ok(GiftCardEntry {
        id: row.gift_card_id,
        last_four: row.last_four.clone(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        card: gift_card_of(row)?,
    })
}

/// The row with what the entry says; what belongs to the code stays.
fn over(row: GiftCardRow, entry: &GiftCardEntry) -> GiftCardRow {
    let card = &entry.card;
    GiftCardRow {
        balance: card.balance,
        expires_at: card.expires_at,
        recipient_name: card.recipient_name.as_ref().map(|name| name.as_str().to_owned()),
        recipient_email: card.recipient_email.as_ref().map(|email| email.as_str().to_owned()),
        message: card.message.clone(),
        note: card.note.clone(),
        status: card.status.to_string(),
        version: entry.version,
        updated_at: entry.updated_at,
        ..row
    }
}

fn seal_context(id: GiftCardId) -> String {
    format!("gift card {id}")
}

fn movement(commerce: &Commerce, shop: &Shop) -> Movement {
    Movement { id: GiftCardEntryId::new(commerce.chance().uuid(shop.now)), order: None, at: shop.now }
}

/// A page of the shop's gift cards, the newest first, and how many there are.
pub async fn gift_cards(
    commerce: &Commerce,
    shop: &Shop,
    search: GiftCardSearch,
    offset: i64,
    limit: i64,
) -> Result<(Vec<GiftCardEntry>, i64), SellingError> {
    let search = Search {
        status: search.status.map(|status| status.to_string()),
        code_hash: search.code.map(|code| typed_hash(&code)).transpose()?,
        last_four: search.last_four,
    };
    commerce
        .store()
        .read(shop.id, move |tx| {
            let (page, total) = rows::list(tx, &search, offset, limit)?;
            Ok((page.into_iter().map(entry).collect::<Result<_, _>>()?, total))
        })
        .await
}

/// One gift card.
pub async fn find_gift_card(
    commerce: &Commerce,
    shop: &Shop,
    id: GiftCardId,
) -> Result<GiftCardEntry, SellingError> {
    commerce.store().read(shop.id, move |tx| Ok(entry(find(tx, id)?)?)).await
}

fn find(tx: &mut Tx<'_>, id: GiftCardId) -> Result<GiftCardRow, SellingError> {
    rows::find(tx, id)?.ok_or(SellingError::NotFound)
}

/// The code of a card. That somebody looked at it is noted.
pub async fn gift_card_code(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: GiftCardId,
) -> Result<GiftCardCode, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = find(tx, id)?;
            let plain = handle.secrets().open(&seal_context(id), &row.code_sealed);
            let plain = plain.map_err(broken("the code of a gift card"))?;
            let code = String::from_utf8(plain).map_err(broken("the code of a gift card"))?;
            let code = GiftCardCode::parse(&code).map_err(broken("the code of a gift card"))?;
            note(&handle, tx, &shop, &actor, "gift-card.show-code", id, None, None)?;
            Ok(code)
        })
        .await
}

/// A page of what moved on a card, the newest first, and how many entries there are.
pub async fn gift_card_movements(
    commerce: &Commerce,
    shop: &Shop,
    id: GiftCardId,
    offset: i64,
    limit: i64,
) -> Result<(Vec<GiftCardMovement>, i64), SellingError> {
    commerce
        .store()
        .read(shop.id, move |tx| {
            find(tx, id)?;
            let (page, total) = rows::entries(tx, id, offset, limit)?;
            Ok((page.into_iter().map(moved).collect::<Result<_, _>>()?, total))
        })
        .await
}

fn moved(row: EntryRow) -> Result<GiftCardMovement, StoreError> {
    let order = row.order_id.map(OrderId::try_from).transpose();
    Ok(GiftCardMovement {
        id: row.entry_id,
        delta: row.delta,
        reason: row.reason,
        note: row.note,
        order: order.map_err(broken("the order of a gift card's entry"))?,
        created_at: row.created_at,
    })
}

/// Issues a gift card; gives its code, too, which is made where none was chosen.
pub async fn issue_gift_card(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: GiftCardForm,
) -> Result<(GiftCardEntry, GiftCardCode), SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let (code, card) = form.issue(shop.settings.currency)?;
    let code = code.unwrap_or_else(|| GiftCardCode::made_of(commerce.chance().bytes()));
    commerce
        .store()
        .write(shop.id, move |tx| {
            let hash = hash(&code);
            if rows::find_by_hash(tx, &hash)?.is_some() {
                return Err(SellingError::CodeTaken);
            }
            let id = GiftCardId::new(handle.chance().uuid(shop.now));
            let issued = GiftCardEntry {
                id,
                last_four: code.last_four(),
                card: card.clone(),
                version: 1,
                created_at: shop.now,
                updated_at: shop.now,
            };
            let sealed = handle.secrets().seal(handle.chance(), &seal_context(id), code.reveal().as_bytes());
            let row = new_row(&issued, hash, sealed);
            rows::issue(tx, row, movement(&handle, &shop)).map_err(taken(SellingError::CodeTaken))?;
            note(&handle, tx, &shop, &actor, "gift-card.issue", id, None, Some(shown(&issued)))?;
            Ok((issued, code.clone()))
        })
        .await
}

fn new_row(entry: &GiftCardEntry, code_hash: Vec<u8>, code_sealed: Vec<u8>) -> GiftCardRow {
    let bare = GiftCardRow {
        gift_card_id: entry.id,
        code_hash,
        code_sealed,
        last_four: entry.last_four.clone(),
        initial_value: entry.card.initial_value,
        balance: 0,
        expires_at: None,
        recipient_name: None,
        recipient_email: None,
        message: None,
        note: None,
        status: String::new(),
        version: 0,
        created_at: entry.created_at,
        updated_at: entry.updated_at,
    };
    over(bare, entry)
}

/// Changes what is said of a gift card; what is on it stays.
pub async fn change_gift_card(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: GiftCardId,
    version: Option<i64>,
    form: GiftCardForm,
) -> Result<GiftCardEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = find(tx, id)?;
            let before = entry(row.clone())?;
            check_version(version, before.version)?;
            let card = form.clone().change(&before.card)?;
            let changed =
                GiftCardEntry { card, version: before.version + 1, updated_at: shop.now, ..before.clone() };
            rows::update(tx, over(row, &changed))?;
            let (before, after) = (Some(shown(&before)), Some(shown(&changed)));
            note(&handle, tx, &shop, &actor, "gift-card.update", id, before, after)?;
            Ok(changed)
        })
        .await
}

/// Adds to what is on a gift card, or takes from it.
pub async fn adjust_gift_card(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: GiftCardId,
    adjustment: GiftCardAdjustment,
) -> Result<GiftCardEntry, SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let GiftCardAdjustment { delta, reason } = &adjustment;
            let before = entry(find(tx, id)?)?;
            check_balance(before.card.balance.checked_add(*delta))?;
            let movement = movement(&handle, &shop);
            if !rows::adjust(tx, id, *delta, HIGHEST_PRICE, reason, movement)? {
                return Err(SellingError::BalanceTooLow);
            }
            let after = entry(find(tx, id)?)?;
            let told = json!({ "balance": after.card.balance, "delta": delta, "reason": reason });
            let had = json!({ "balance": before.card.balance });
            note(&handle, tx, &shop, &actor, "gift-card.adjust", id, Some(had), Some(told))?;
            Ok(after)
        })
        .await
}

/// Removes a gift card that was never paid with, and what moved on it.
pub async fn delete_gift_card(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: GiftCardId,
    version: Option<i64>,
) -> Result<(), SellingError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = entry(find(tx, id)?)?;
            check_version(version, before.version)?;
            if rows::was_spent(tx, id)? {
                return Err(SellingError::Spent);
            }
            rows::delete(tx, id)?;
            note(&handle, tx, &shop, &actor, "gift-card.delete", id, Some(shown(&before)), None)?;
            Ok(())
        })
        .await
}

/// What the log of changes says of a card: no code, and nobody's name, address or letter.
fn shown(entry: &GiftCardEntry) -> Value {
    let card = &entry.card;
    json!({
        "lastFour": entry.last_four,
        "initialValue": card.initial_value,
        "balance": card.balance,
        "expiresAt": card.expires_at,
        "note": card.note,
        "status": card.status,
    })
}

#[expect(clippy::too_many_arguments, reason = "what changed, with what it was and is")]
fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    id: GiftCardId,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), StoreError> {
    let change = Change { action, target_kind: "gift-card", target_id: id.to_string(), before, after };
    audit::record(commerce, tx, shop.now, actor, change)
}
