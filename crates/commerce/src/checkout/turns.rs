//! What is being paid in this process at this moment. Rule: it spares work and confusion, and no promise rests on it; those
//! rest on the database.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::{CartId, RenewalId, TenantId};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::Commerce;

/// The payments that are under way: of carts and of renewals, by their ids.
#[derive(Default)]
pub(crate) struct Turns {
    paying: Mutex<HashSet<Uuid>>,
    numbering: Mutex<HashMap<TenantId, Arc<tokio::sync::Mutex<()>>>>,
}

/// A payment that is under way until this is dropped.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    id: Uuid,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.paying.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Commerce {
    /// Begins a checkout of this cart; `None` while there is one.
    pub(crate) fn begin_checkout(&self, cart: CartId) -> Option<Turn> {
        self.begin_paying(cart.uuid())
    }

    /// Begins to charge this renewal; `None` while it is being charged.
    pub(crate) fn begin_renewal(&self, renewal: RenewalId) -> Option<Turn> {
        self.begin_paying(renewal.uuid())
    }

    fn begin_paying(&self, id: Uuid) -> Option<Turn> {
        let turns = Arc::clone(self.turns());
        let is_first = turns.paying.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        is_first.then(|| Turn { turns, id })
    }

    /// Whether a request of this process is checking the cart out.
    pub(crate) fn is_checking_out(&self, cart: CartId) -> bool {
        self.turns().paying.lock().unwrap_or_else(PoisonError::into_inner).contains(&cart.uuid())
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
