//! Who is checking out in this process at this moment. Rule: it spares work and confusion, and no promise rests on it; those
//! rest on the database.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::{CartId, TenantId};
use tokio::sync::OwnedMutexGuard;

use crate::Commerce;

/// The checkouts that are under way.
#[derive(Default)]
pub(crate) struct Turns {
    carts: Mutex<HashSet<CartId>>,
    numbering: Mutex<HashMap<TenantId, Arc<tokio::sync::Mutex<()>>>>,
}

/// A checkout that is under way until this is dropped.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    cart: CartId,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.carts.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.cart);
    }
}

impl Commerce {
    /// Begins a checkout of this cart; `None` while there is one.
    pub(crate) fn begin_checkout(&self, cart: CartId) -> Option<Turn> {
        let turns = Arc::clone(self.turns());
        let is_first = turns.carts.lock().unwrap_or_else(PoisonError::into_inner).insert(cart);
        is_first.then(|| Turn { turns, cart })
    }

    /// Whether a request of this process is checking the cart out.
    pub(crate) fn is_checking_out(&self, cart: CartId) -> bool {
        self.turns().carts.lock().unwrap_or_else(PoisonError::into_inner).contains(&cart)
    }

    /// The turn to number a shop's orders.
    pub(crate) async fn numbering_turn(&self, shop: TenantId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut shops = self.turns().numbering.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shops.entry(shop).or_default())
        };
        turn.lock_owned().await
    }
}
