//! The books as the journal's lines make them. Rule: they change by lines only, so that every process that has read the same
//! lines has the same books.

use std::collections::HashMap;

use domain::ids::{PaymentId, RefundId, TenantId};
use domain::money::Money;
use domain::tenants::Currency;
use domain::time::Timestamp;
use url::Url;

use super::Faults;
use super::entries::{CardEntry, ChargeEntry, Entry, Fault, Line, SetUpEntry, Status};

/// All that the sandbox knows.
#[derive(Default)]
pub(super) struct Books {
    payments: HashMap<String, PaymentPage>,
    payment_keys: HashMap<(TenantId, PaymentId), String>,
    /// The references of a shop's payments in the order of their coming.
    in_order: HashMap<TenantId, Vec<String>>,
    set_ups: HashMap<String, SetUpPage>,
    set_up_keys: HashMap<(TenantId, String), String>,
    cards: HashMap<String, CardPage>,
    refunds: HashMap<(TenantId, RefundId), RefundPage>,
    faults: HashMap<TenantId, Faults>,
}

/// A payment.
#[derive(Clone, Debug)]
pub(super) struct PaymentPage {
    pub(super) tenant: TenantId,
    pub(super) key: PaymentId,
    pub(super) reference: String,
    pub(super) amount: Money,
    pub(super) order: String,
    pub(super) status: Status,
    pub(super) capture: bool,
    pub(super) card: CardEntry,
    pub(super) return_url: Option<Url>,
    /// Minor units that were given back.
    pub(super) refunded: i64,
    pub(super) created_at: Timestamp,
}

/// A card that is to be kept without a charge.
#[derive(Clone, Debug)]
pub(super) struct SetUpPage {
    pub(super) tenant: TenantId,
    pub(super) key: String,
    pub(super) reference: String,
    pub(super) status: Status,
    pub(super) card: CardEntry,
    pub(super) return_url: Option<Url>,
}

/// A kept card.
#[derive(Clone, Debug)]
pub(super) struct CardPage {
    pub(super) tenant: TenantId,
    pub(super) card: CardEntry,
    /// How often it was charged while nobody was there.
    pub(super) renewals: u32,
    /// A payment that is finished later does not bring it back.
    is_forgotten: bool,
}

/// Money that was given back.
#[derive(Clone, Debug)]
pub(super) struct RefundPage {
    pub(super) reference: String,
    pub(super) payment: String,
    pub(super) amount: i64,
}

impl Books {
    pub(super) fn payment(&self, reference: &str) -> Option<&PaymentPage> {
        self.payments.get(reference)
    }

    pub(super) fn payment_by_key(&self, tenant: TenantId, key: PaymentId) -> Option<&PaymentPage> {
        self.payments.get(self.payment_keys.get(&(tenant, key))?)
    }

    /// The shop's payments from `offset` on, oldest first, and how many there are in all.
    pub(super) fn payments(
        &self,
        tenant: TenantId,
        offset: usize,
        limit: usize,
    ) -> (Vec<&PaymentPage>, usize) {
        let all = self.in_order.get(&tenant).map(Vec::as_slice).unwrap_or_default();
        let page = all.iter().skip(offset).take(limit).filter_map(|reference| self.payments.get(reference));
        (page.collect(), all.len())
    }

    pub(super) fn set_up(&self, reference: &str) -> Option<&SetUpPage> {
        self.set_ups.get(reference)
    }

    pub(super) fn set_up_by_key(&self, tenant: TenantId, key: &str) -> Option<&SetUpPage> {
        self.set_ups.get(self.set_up_keys.get(&(tenant, key.to_owned()))?)
    }

    pub(super) fn card(&self, tenant: TenantId, reference: &str) -> Option<&CardPage> {
        self.cards.get(reference).filter(|card| card.tenant == tenant && !card.is_forgotten)
    }

    pub(super) fn refund(&self, tenant: TenantId, key: RefundId) -> Option<&RefundPage> {
        self.refunds.get(&(tenant, key))
    }

    pub(super) fn faults(&self, tenant: TenantId) -> Faults {
        self.faults.get(&tenant).copied().unwrap_or_default()
    }

    /// Takes up a line; an error says what is wrong with it.
    pub(super) fn apply(&mut self, line: Line) -> Result<(), String> {
        let (tenant, at) = (line.tenant(), line.at());
        match line.entry {
            Entry::Charge(charge) => self.charge(tenant, at, *charge)?,
            Entry::Moved { reference, status } => self.moved(&reference, status),
            Entry::Refund { key, reference, payment, amount } => {
                if let Some(page) = self.payments.get_mut(&payment) {
                    page.refunded = page.refunded.saturating_add(amount);
                }
                self.refunds.insert((tenant, RefundId::new(key)), RefundPage { reference, payment, amount });
            }
            Entry::SetUp(set_up) => self.begin_set_up(tenant, *set_up),
            Entry::Forgotten { card } => {
                if let Some(page) = self.cards.get_mut(&card) {
                    page.is_forgotten = true;
                }
            }
            Entry::Faults(faults) => drop(self.faults.insert(tenant, faults)),
            Entry::Fault { fault } => {
                let faults = self.faults.entry(tenant).or_default();
                let left = match fault {
                    Fault::Fail => &mut faults.fail_next,
                    Fault::Hang => &mut faults.hang_next,
                    Fault::Cut => &mut faults.cut_next,
                    Fault::Malformed => &mut faults.malformed_next,
                };
                *left = left.saturating_sub(1);
            }
        }
        Ok(())
    }

    fn charge(&mut self, tenant: TenantId, at: Timestamp, entry: ChargeEntry) -> Result<(), String> {
        let currency =
            Currency::parse(&entry.currency).map_err(|_| format!("currency {}", entry.currency))?;
        let key = PaymentId::new(entry.key);
        if let Some(card) = self.cards.get_mut(&entry.card.reference).filter(|_| entry.off_session) {
            card.renewals = card.renewals.saturating_add(1);
        }
        let page = PaymentPage {
            tenant,
            key,
            reference: entry.reference.clone(),
            amount: Money::new(entry.amount, currency),
            order: entry.order,
            status: entry.status,
            capture: entry.capture,
            card: entry.card,
            return_url: entry.return_url,
            refunded: 0,
            created_at: at,
        };
        self.keep(tenant, page.status, &page.card);
        self.payment_keys.insert((tenant, key), entry.reference.clone());
        self.in_order.entry(tenant).or_default().push(entry.reference.clone());
        self.payments.insert(entry.reference, page);
        Ok(())
    }

    fn begin_set_up(&mut self, tenant: TenantId, entry: SetUpEntry) {
        let SetUpEntry { key, reference, status, card, return_url } = entry;
        self.keep(tenant, status, &card);
        self.set_up_keys.insert((tenant, key.clone()), reference.clone());
        let page = SetUpPage { tenant, key, reference: reference.clone(), status, card, return_url };
        self.set_ups.insert(reference, page);
    }

    fn moved(&mut self, reference: &str, status: Status) {
        let found = if let Some(page) = self.payments.get_mut(reference) {
            page.status = status;
            Some((page.tenant, page.card.clone()))
        } else if let Some(page) = self.set_ups.get_mut(reference) {
            page.status = status;
            Some((page.tenant, page.card.clone()))
        } else {
            None
        };
        if let Some((tenant, card)) = found {
            self.keep(tenant, status, &card);
        }
    }

    fn keep(&mut self, tenant: TenantId, status: Status, card: &CardEntry) {
        if status.is_good() && card.customer.is_some() && !self.cards.contains_key(&card.reference) {
            let page = CardPage { tenant, card: card.clone(), renewals: 0, is_forgotten: false };
            self.cards.insert(card.reference.clone(), page);
        }
    }
}
