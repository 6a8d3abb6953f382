//! The sandbox as a payment provider: each call meets the shop's faults, is decided at the desk, and answered as late as it is
//! to be.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::{CustomerId, TenantId};
use domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::sleep;

use super::desk::Turn;
use super::entries::{Entry, Fault};
use super::names::Names;
use super::rules::{self, ChargeAsk, Decided, Payer, SetUpAsk};
use super::tokens::Behaviour;
use super::{Sandbox, SandboxError, hooks};
use crate::payments::{
    Answer, Charge, Event, Payment, PaymentError, PaymentProvider, PaymentRef, RefundOrder, Refunded, SetUp,
    SetUpBegun, Source, WebhookRefused,
};

impl PaymentProvider for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Answer<'a, Payment> {
        Box::pin(async move {
            let payer = match &charge.source {
                Source::Token(token) => card(token).map(Payer::New),
                Source::Client => Ok(Payer::AtPage),
                Source::Saved { customer, method } => {
                    Ok(Payer::Kept { customer: customer.clone(), card: method.clone() })
                }
            };
            let (tenant, key, amount) = (charge.tenant, charge.key, charge.amount);
            let (keep_for, off_session, capture) =
                (charge.keep_for.clone(), charge.off_session, charge.capture);
            let (order, return_url) = (charge.reference.clone(), charge.return_url.clone());
            self.call(tenant, move |turn, names| {
                let payer = payer?;
                let ask = ChargeAsk {
                    tenant,
                    key,
                    amount,
                    payer,
                    keep_for,
                    off_session,
                    capture,
                    order,
                    return_url,
                };
                rules::charge(turn, names, ask)
            })
            .await
        })
    }

    fn capture<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        let (tenant, key) = (payment.tenant, payment.key);
        Box::pin(self.call(tenant, move |turn, names| rules::capture(turn, names, tenant, key)))
    }

    fn cancel<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        let (tenant, key) = (payment.tenant, payment.key);
        Box::pin(self.call(tenant, move |turn, names| rules::cancel(turn, names, tenant, key)))
    }

    fn refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Refunded> {
        let (tenant, key, payment, amount) =
            (refund.tenant, refund.key, refund.payment.clone(), refund.amount);
        Box::pin(
            self.call(tenant, move |turn, names| rules::refund(turn, names, tenant, key, &payment, amount)),
        )
    }

    fn customer(&self, tenant: TenantId, customer: CustomerId) -> Answer<'_, String> {
        Box::pin(std::future::ready(Ok(self.names.customer(tenant, customer))))
    }

    fn set_up<'a>(&'a self, set_up: &'a SetUp) -> Answer<'a, SetUpBegun> {
        Box::pin(async move {
            let (tenant, customer, key) = (set_up.tenant, set_up.customer, set_up.key.clone());
            let card = set_up.token.as_ref().map(card).transpose();
            let (provider_customer, return_url) =
                (set_up.provider_customer.clone(), set_up.return_url.clone());
            self.call(tenant, move |turn, names| {
                let card = card?;
                rules::set_up(
                    turn,
                    names,
                    SetUpAsk { tenant, customer, provider_customer, key, card, return_url },
                )
            })
            .await
        })
    }

    fn set_up_outcome<'a>(&'a self, tenant: TenantId, reference: &'a str) -> Answer<'a, SetUpBegun> {
        let reference = reference.to_owned();
        Box::pin(self.call(tenant, move |turn, names| rules::set_up_outcome(turn, names, tenant, &reference)))
    }

    fn forget<'a>(&'a self, tenant: TenantId, method: &'a str) -> Answer<'a, ()> {
        let card = method.to_owned();
        Box::pin(self.call(tenant, move |turn, _| {
            // One that is forgotten already is as it should be.
            if turn.books().card(tenant, &card).is_some() {
                turn.write(tenant, Entry::Forgotten { card });
            }
            Ok(Decided::told(()))
        }))
    }

    fn look_up<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Option<Payment>> {
        let (tenant, key) = (payment.tenant, payment.key);
        Box::pin(self.call(tenant, move |turn, names| {
            let found = turn.books().payment_by_key(tenant, key);
            Ok(Decided::told(found.map(|page| rules::told(names, page))))
        }))
    }

    fn look_up_refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Option<Refunded>> {
        let (tenant, key) = (refund.tenant, refund.key);
        Box::pin(self.call(tenant, move |turn, _| {
            let found = turn.books().refund(tenant, key);
            Ok(Decided::told(found.map(|page| Refunded { reference: page.reference.clone() })))
        }))
    }

    fn read_webhook(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Event, WebhookRefused> {
        hooks::read(&self.names, signature, body, now)
    }
}

/// The card behind a token.
fn card(token: &SecretString) -> Result<Behaviour, PaymentError> {
    // The token is not told again: a real one may have come to the wrong provider.
    Behaviour::of_token(token.expose_secret())
        .ok_or_else(|| PaymentError::Refused("the sandbox has no such token: tok_ok is one".to_owned()))
}

/// What becomes of a call.
enum Fate<T> {
    Told(Result<Decided<T>, PaymentError>),
    Hangs,
    Cut,
    Malformed,
}

impl Sandbox {
    async fn call<T: Send + 'static>(
        &self,
        tenant: TenantId,
        decide: impl FnOnce(&mut Turn<'_>, &Names) -> Result<Decided<T>, PaymentError> + Send + 'static,
    ) -> Result<T, PaymentError> {
        let names = Arc::clone(&self.names);
        let asked = self.desk.ask(move |turn| {
            let latency = Duration::from_millis(turn.books().faults(tenant).latency_ms);
            let fate = match turn.fault(tenant) {
                None => Fate::Told(decide(turn, &names)),
                Some(Fault::Fail) => {
                    Fate::Told(Err(PaymentError::NotDone("the sandbox answered with status 500".to_owned())))
                }
                Some(Fault::Hang) => Fate::Hangs,
                Some(Fault::Cut) => {
                    drop(turn.untold(|turn| decide(turn, &names)));
                    Fate::Cut
                }
                Some(Fault::Malformed) => {
                    drop(turn.untold(|turn| decide(turn, &names)));
                    Fate::Malformed
                }
            };
            (latency, fate)
        });
        let (latency, fate) = asked.await.map_err(|error| match error {
            SandboxError::Busy => PaymentError::NotDone(error.to_string()),
            SandboxError::Books(_) | SandboxError::Silent => PaymentError::Unknown(error.to_string()),
        })?;
        let delay = match &fate {
            Fate::Told(Ok(decided)) => latency + decided.delay,
            _ => latency,
        };
        if delay >= self.patience || matches!(fate, Fate::Hangs) {
            sleep(self.patience).await;
            return unknown("no answer came in time");
        }
        sleep(delay).await;
        match fate {
            Fate::Told(Ok(decided)) if decided.is_lost => unknown("the answer was lost"),
            Fate::Told(decided) => decided.map(|decided| decided.answer),
            Fate::Malformed => unknown("the answer can not be read"),
            Fate::Cut | Fate::Hangs => unknown("the connection was cut"),
        }
    }
}

fn unknown<T>(why: &str) -> Result<T, PaymentError> {
    Err(PaymentError::Unknown(why.to_owned()))
}
