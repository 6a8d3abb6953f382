//! The thread that keeps the books. Rule: whoever waits is served under one lock and one flush, and answered only after it.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::oneshot;
use uuid::Uuid;

use super::books::{
    ChargeEntry, Desk, Entry, Fault, Faults, Journal, SetUpEntry, Standing, State, method_of,
};
use super::tokens;

/// What the books are asked for.
pub(super) enum Wish {
    Charge {
        tenant: Uuid,
        key: Uuid,
        amount: i64,
        currency: String,
        token: String,
        /// The kept card, in the place of a token.
        saved: Option<String>,
        customer: Option<String>,
        off_session: bool,
        capture: bool,
        order: String,
        return_url: Option<String>,
        at: i64,
    },
    Turn {
        tenant: Uuid,
        key: Uuid,
        from: State,
        to: State,
    },
    Refund {
        tenant: Uuid,
        key: Uuid,
        charge: String,
        amount: i64,
        at: i64,
    },
    SetUp {
        tenant: Uuid,
        key: String,
        customer: String,
        token: String,
        return_url: Option<String>,
    },
    Authenticate(String, bool),
    Forget(String),
    Find(String),
    OfKey(Uuid, Uuid),
    RefundOfKey(Uuid, Uuid),
    Charges {
        tenant: Uuid,
        offset: usize,
        limit: usize,
    },
    Fault(Uuid),
    SetFaults(Uuid, Faults),
}

/// What they answer.
pub(super) enum Done {
    Charge(Option<Standing>),
    SetUp(Option<SetUpEntry>),
    Refund(Option<String>),
    Charges(Vec<Standing>, usize),
    Fault { latency: Duration, fault: Option<Fault> },
    Refused(String),
    Nothing,
    Failed(String),
}

/// As many are served at once.
const AT_ONCE: usize = 512;

/// Serves until nobody can ask any more.
pub(super) fn keep_books(mut journal: Journal, waiting: &Receiver<(Wish, oneshot::Sender<Done>)>) {
    while let Ok(first) = waiting.recv() {
        let mut wishes = vec![first];
        wishes.extend(waiting.try_iter().take(AT_ONCE));
        let mut answers = Vec::with_capacity(wishes.len());
        let (wishes, senders): (Vec<Wish>, Vec<oneshot::Sender<Done>>) = wishes.into_iter().unzip();
        let kept = journal.work(|desk| answers.extend(wishes.into_iter().map(|wish| serve(desk, wish))));
        if let Err(error) = kept {
            let reason = error.to_string();
            answers = senders.iter().map(|_| Done::Failed(reason.clone())).collect();
        }
        for (sender, answer) in senders.into_iter().zip(answers) {
            // Whoever does not wait any more finds it in the books.
            let _ = sender.send(answer);
        }
    }
}

fn serve(desk: &mut Desk<'_>, wish: Wish) -> Done {
    match wish {
        Wish::Charge {
            tenant,
            key,
            amount,
            currency,
            token,
            saved,
            customer,
            off_session,
            capture,
            order,
            return_url,
            at,
        } => {
            if let Some(known) = desk.books().of_key(tenant, key) {
                return Done::Charge(Some(known.clone()));
            }
            let token = match &saved {
                None => token,
                Some(method) => match desk.books().methods.get(method) {
                    Some(token) => token.clone(),
                    None => return Done::Refused("there is no such card".to_owned()),
                },
            };
            let Some(state) = tokens::outcome(&token, saved.is_some(), off_session, capture) else {
                return Done::Refused("there is no such token".to_owned());
            };
            let reference = format!("pay_{}", key.simple());
            let method = saved.or_else(|| customer.is_some().then(|| method_of(&reference)));
            let entry = ChargeEntry {
                reference,
                tenant,
                key,
                amount,
                currency,
                token,
                method,
                customer,
                order,
                return_url,
                state,
                at,
            };
            desk.write(Entry::Charge(entry));
            Done::Charge(desk.books().of_key(tenant, key).cloned())
        }
        Wish::Turn { tenant, key, from, to } => turn(desk, tenant, key, from, to),
        Wish::Refund { tenant, key, charge, amount, at } => refund(desk, tenant, key, charge, amount, at),
        Wish::SetUp { tenant, key, customer, token, return_url } => {
            if let Some(known) = desk.books().set_up_keys.get(&(tenant, key.clone())) {
                return Done::SetUp(desk.books().set_ups.get(known).cloned());
            }
            let Some(state) = tokens::outcome(&token, false, false, true) else {
                return Done::Refused("there is no such token".to_owned());
            };
            let reference = format!("set_{}", key.replace('-', ""));
            let entry =
                SetUpEntry { reference: reference.clone(), tenant, key, customer, token, return_url, state };
            desk.write(Entry::SetUp(entry));
            Done::SetUp(desk.books().set_ups.get(&reference).cloned())
        }
        Wish::Authenticate(reference, approves) => authenticate(desk, reference, approves),
        Wish::Forget(method) => {
            desk.write(Entry::Forget { method });
            Done::Nothing
        }
        Wish::Find(reference) => match desk.books().charges.get(&reference) {
            Some(standing) => Done::Charge(Some(standing.clone())),
            None => Done::SetUp(desk.books().set_ups.get(&reference).cloned()),
        },
        Wish::OfKey(tenant, key) => Done::Charge(desk.books().of_key(tenant, key).cloned()),
        Wish::RefundOfKey(tenant, key) => {
            Done::Refund(desk.books().refunds.get(&(tenant, key)).map(|(reference, _)| reference.clone()))
        }
        Wish::Charges { tenant, offset, limit } => charges(desk, tenant, offset, limit),
        Wish::Fault(tenant) => {
            let latency = Duration::from_millis(desk.books().faults(tenant).latency_ms);
            let fault = desk.books().next_fault(tenant);
            if let Some(which) = fault {
                desk.write(Entry::FaultUsed { tenant, which });
            }
            Done::Fault { latency, fault }
        }
        Wish::SetFaults(tenant, faults) => {
            desk.write(Entry::Faults { tenant, faults });
            Done::Nothing
        }
    }
}

fn turn(desk: &mut Desk<'_>, tenant: Uuid, key: Uuid, from: State, to: State) -> Done {
    let Some(standing) = desk.books().of_key(tenant, key) else {
        return Done::Refused("there is no such payment".to_owned());
    };
    let (state, reference) = (standing.charge.state, standing.charge.reference.clone());
    if state == from {
        desk.write(Entry::State { reference, state: to });
    } else if state != to {
        return Done::Refused(format!("the payment is {}", state.as_str()));
    }
    Done::Charge(desk.books().of_key(tenant, key).cloned())
}

fn refund(desk: &mut Desk<'_>, tenant: Uuid, key: Uuid, charge: String, amount: i64, at: i64) -> Done {
    if let Some((reference, _)) = desk.books().refunds.get(&(tenant, key)) {
        return Done::Refund(Some(reference.clone()));
    }
    let left = desk
        .books()
        .charges
        .get(&charge)
        .filter(|standing| standing.charge.tenant == tenant && standing.charge.state == State::Succeeded)
        .map_or(0, |standing| standing.charge.amount - standing.refunded);
    if amount <= 0 || amount > left {
        return Done::Refused("more than was paid is not given back".to_owned());
    }
    let reference = format!("ref_{}", key.simple());
    desk.write(Entry::Refund { reference: reference.clone(), charge, tenant, key, amount, at });
    Done::Refund(Some(reference))
}

fn authenticate(desk: &mut Desk<'_>, reference: String, approves: bool) -> Done {
    let state = if approves { State::Succeeded } else { State::Declined };
    let waits = |state: State| state == State::RequiresAction;
    if desk.books().charges.get(&reference).is_some_and(|standing| waits(standing.charge.state)) {
        desk.write(Entry::State { reference: reference.clone(), state });
        return Done::Charge(desk.books().charges.get(&reference).cloned());
    }
    if desk.books().set_ups.get(&reference).is_some_and(|set_up| waits(set_up.state)) {
        desk.write(Entry::SetUpState { reference: reference.clone(), state });
        return Done::SetUp(desk.books().set_ups.get(&reference).cloned());
    }
    Done::Nothing
}

fn charges(desk: &Desk<'_>, tenant: Uuid, offset: usize, limit: usize) -> Done {
    let books = desk.books();
    let own = books.order.iter().filter_map(|reference| books.charges.get(reference));
    let own: Vec<&Standing> = own.filter(|standing| standing.charge.tenant == tenant).collect();
    let page = own.iter().skip(offset).take(limit).map(|standing| (*standing).clone()).collect();
    Done::Charges(page, own.len())
}
