//! The sandbox: a payment provider that takes no real money. Rule: it stands apart from the shop as a real one does: its books are
//! its own file, its answers can be lost, and it tells by webhook what happened.
//!
//! The tokens are those of the published test mode. Beside them: `tok_lost_card`, and `tok_authentication_on_renewal`, whose bank
//! asks the customer at every later charge.

mod bank;
mod books;
mod hooks;
mod tokens;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::ids::{PaymentId, TenantId};
use domain::money::Money;
use domain::tenants::Currency;
use domain::time::{Clock, Timestamp};
use secrecy::ExposeSecret;
use tokio::sync::oneshot;
use url::Url;
use uuid::Uuid;

use super::{
    Answer, Charge, Event, Payment, PaymentError, PaymentProvider, PaymentRef, RefundOrder, Refunded, SetUp,
    SetUpBegun, Source, WebhookRefused,
};
use bank::{Done, Wish};
use books::{Fault, Journal, Standing, State};
use hooks::{About, Hooks};

pub use books::Faults;

/// A call that hangs is given up after so long.
const HANGS: Duration = Duration::from_secs(10);
/// What `tok_slow` takes.
const SLOW: Duration = Duration::from_secs(3);
/// Calls that wait for the books.
const QUEUE: usize = 4096;

type Wishes = std::sync::mpsc::SyncSender<(Wish, oneshot::Sender<Done>)>;

/// The sandbox.
pub struct Sandbox {
    folder: PathBuf,
    wishes: OnceLock<Result<Wishes, String>>,
    hooks: Hooks,
    base_url: Url,
    clock: Arc<dyn Clock>,
}

/// A charge in the sandbox's books.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the published test mode")]
pub struct SandboxCharge {
    pub id: String,
    pub idempotency_key: PaymentId,
    pub amount: Money,
    pub refunded: Money,
    pub status: &'static str,
    pub reference: String,
    pub created_at: Timestamp,
}

/// A payment as the page that plays the bank shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct SandboxPayment {
    pub tenant: TenantId,
    pub reference: String,
    pub amount: Option<Money>,
    pub status: &'static str,
    pub return_url: Option<String>,
}

/// Why the books could not be kept.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the sandbox's books: {0}")]
pub struct BooksError(String);

impl Sandbox {
    /// A sandbox whose books are in this folder, opened when the first call comes. `base_url` is where browsers find the page
    /// that plays the bank.
    #[must_use]
    pub fn new(folder: PathBuf, base_url: Url, clock: Arc<dyn Clock>, secret: [u8; 32]) -> Self {
        Self { folder, wishes: OnceLock::new(), hooks: Hooks::new(secret), base_url, clock }
    }

    /// The way to the thread that keeps the books.
    fn books(&self) -> Result<&Wishes, BooksError> {
        let open = || {
            std::fs::create_dir_all(&self.folder)?;
            let journal = Journal::open(&self.folder.join("books.jsonl"))?;
            let (wishes, waiting) = std::sync::mpsc::sync_channel(QUEUE);
            std::thread::Builder::new()
                .name("sandbox-books".to_owned())
                .spawn(move || bank::keep_books(journal, &waiting))?;
            Ok(wishes)
        };
        let opened = self.wishes.get_or_init(|| open().map_err(|error: std::io::Error| error.to_string()));
        opened.as_ref().map_err(|reason| BooksError(reason.clone()))
    }

    /// Where webhooks go from now on.
    pub fn deliver_to(&self, url: Url) {
        self.hooks.deliver_to(url);
    }

    async fn ask(&self, wish: Wish) -> Result<Done, BooksError> {
        let (sender, answer) = oneshot::channel();
        self.books()?.try_send((wish, sender)).map_err(|_| BooksError("too many calls wait".to_owned()))?;
        match answer.await {
            Ok(Done::Failed(reason)) => Err(BooksError(reason)),
            Ok(done) => Ok(done),
            Err(_) => Err(BooksError("the thread that keeps them has ended".to_owned())),
        }
    }

    /// Makes a call as a real provider would be called: with its delay, and what goes wrong.
    async fn call(&self, tenant: TenantId, wish: Wish) -> Result<Done, PaymentError> {
        let away = |error: BooksError| PaymentError::NotDone(error.to_string());
        let Done::Fault { latency, fault } = self.ask(Wish::Fault(tenant.uuid())).await.map_err(away)? else {
            return Err(PaymentError::NotDone("no answer of the books".to_owned()));
        };
        tokio::time::sleep(latency).await;
        match fault {
            Some(Fault::Fail) => return Err(PaymentError::NotDone("500 from the sandbox".to_owned())),
            Some(Fault::Hang) => {
                tokio::time::sleep(HANGS).await;
                return Err(PaymentError::Unknown("the sandbox did not answer".to_owned()));
            }
            _ => {}
        }
        let done = self.ask(wish).await.map_err(away)?;
        match fault {
            Some(Fault::Cut) => Err(PaymentError::Unknown("the connection was cut".to_owned())),
            Some(Fault::Malformed) => Err(PaymentError::Unknown("the answer can not be read".to_owned())),
            _ => Ok(done),
        }
    }

    /// What the sandbox took from a shop, oldest first, and how much of it there is.
    ///
    /// # Errors
    /// [`BooksError`] where the books can not be read.
    pub async fn charges(
        &self,
        tenant: TenantId,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<SandboxCharge>, usize), BooksError> {
        let done = self.ask(Wish::Charges { tenant: tenant.uuid(), offset, limit }).await?;
        let Done::Charges(found, total) = done else { return Ok((Vec::new(), 0)) };
        Ok((found.iter().filter_map(sandbox_charge).collect(), total))
    }

    /// Sets the faults of a shop's next calls.
    ///
    /// # Errors
    /// [`BooksError`] where they can not be written down.
    pub async fn set_faults(&self, tenant: TenantId, faults: Faults) -> Result<Faults, BooksError> {
        self.ask(Wish::SetFaults(tenant.uuid(), faults)).await.map(|_| faults)
    }

    /// A payment or set-up, for the page that plays the bank.
    ///
    /// # Errors
    /// [`BooksError`] where the books can not be read.
    pub async fn payment(&self, reference: &str) -> Result<Option<SandboxPayment>, BooksError> {
        Ok(match self.ask(Wish::Find(reference.to_owned())).await? {
            Done::Charge(Some(standing)) => Some(shown(&standing)),
            Done::SetUp(Some(set_up)) => Some(SandboxPayment {
                tenant: TenantId::new(set_up.tenant),
                reference: set_up.reference,
                amount: None,
                status: set_up.state.as_str(),
                return_url: set_up.return_url,
            }),
            _ => None,
        })
    }

    /// Plays the bank's step; once it is decided it stays so.
    ///
    /// # Errors
    /// [`BooksError`] where the books can not be written.
    pub async fn authenticate(
        &self,
        reference: &str,
        approves: bool,
    ) -> Result<Option<SandboxPayment>, BooksError> {
        match self.ask(Wish::Authenticate(reference.to_owned(), approves)).await? {
            Done::Charge(Some(standing)) => self.tell(&standing),
            Done::SetUp(Some(set_up)) => {
                let about = About {
                    tenant: set_up.tenant,
                    reference: set_up.reference.clone(),
                    idempotency_key: set_up.key.clone(),
                };
                self.hooks.tell(self.clock.now(), "set_up.updated", set_up.state.as_str(), about);
            }
            _ => {}
        }
        self.payment(reference).await
    }

    /// Tells the shop by webhook how a charge stands.
    fn tell(&self, standing: &Standing) {
        let charge = &standing.charge;
        let about = About {
            tenant: charge.tenant,
            reference: charge.reference.clone(),
            idempotency_key: charge.key.to_string(),
        };
        self.hooks.tell(self.clock.now(), "payment.updated", charge.state.as_str(), about);
    }

    fn payment_of(&self, standing: &Standing) -> Payment {
        tokens::payment(standing, &self.base_url)
    }
}

fn currency(code: &str) -> Option<Currency> {
    Currency::parse(code).ok()
}

fn sandbox_charge(standing: &Standing) -> Option<SandboxCharge> {
    let charge = &standing.charge;
    let currency = currency(&charge.currency)?;
    let status = match charge.state {
        State::Succeeded if standing.refunded >= charge.amount => "refunded",
        State::Succeeded if standing.refunded > 0 => "partially_refunded",
        state => state.as_str(),
    };
    Some(SandboxCharge {
        id: charge.reference.clone(),
        idempotency_key: PaymentId::new(charge.key),
        amount: Money::new(charge.amount, currency),
        refunded: Money::new(standing.refunded, currency),
        status,
        reference: charge.order.clone(),
        created_at: Timestamp::from_micros(charge.at),
    })
}

fn shown(standing: &Standing) -> SandboxPayment {
    let charge = &standing.charge;
    SandboxPayment {
        tenant: TenantId::new(charge.tenant),
        reference: charge.reference.clone(),
        amount: currency(&charge.currency).map(|currency| Money::new(charge.amount, currency)),
        status: charge.state.as_str(),
        return_url: charge.return_url.clone(),
    }
}

/// What a customer is called here.
fn customer_name(customer: Uuid) -> String {
    format!("cus_{}", customer.simple())
}

impl PaymentProvider for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Answer<'a, Payment> {
        Box::pin(async move {
            let (token, saved) = match &charge.source {
                Source::Token(token) => (token.expose_secret().to_owned(), None),
                Source::Saved { method, .. } => (String::new(), Some(method.clone())),
                Source::Client => (tokens::AUTHENTICATION.to_owned(), None),
            };
            let wish = Wish::Charge {
                tenant: charge.tenant.uuid(),
                key: charge.key.uuid(),
                amount: charge.amount.minor(),
                currency: charge.amount.currency().as_str().to_owned(),
                token,
                saved,
                customer: charge.keep_for.clone(),
                off_session: charge.off_session,
                capture: charge.capture,
                order: charge.reference.clone(),
                return_url: charge.return_url.as_ref().map(Url::to_string),
                at: self.clock.now().as_micros(),
            };
            match self.call(charge.tenant, wish).await? {
                Done::Charge(Some(standing)) => {
                    if standing.charge.token == tokens::SLOW {
                        tokio::time::sleep(SLOW).await;
                    }
                    if standing.charge.state == State::Succeeded {
                        self.tell(&standing);
                    }
                    if standing.charge.token == tokens::UNKNOWN {
                        return Err(PaymentError::Unknown("the answer was lost".to_owned()));
                    }
                    Ok(self.payment_of(&standing))
                }
                Done::Refused(reason) => Err(PaymentError::Refused(reason)),
                _ => Err(PaymentError::NotDone("no answer of the books".to_owned())),
            }
        })
    }

    fn capture<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        self.turn(payment, State::Authorised, State::Succeeded)
    }

    fn cancel<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Payment> {
        self.turn(payment, State::RequiresAction, State::Cancelled)
    }

    fn refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Refunded> {
        Box::pin(async move {
            let wish = Wish::Refund {
                tenant: refund.tenant.uuid(),
                key: refund.key.uuid(),
                charge: refund.payment.clone(),
                amount: refund.amount.minor(),
                at: self.clock.now().as_micros(),
            };
            match self.call(refund.tenant, wish).await? {
                Done::Refund(Some(reference)) => Ok(Refunded { reference }),
                Done::Refused(reason) => Err(PaymentError::Refused(reason)),
                _ => Err(PaymentError::NotDone("no answer of the books".to_owned())),
            }
        })
    }

    fn customer(&self, _: TenantId, customer: domain::ids::CustomerId) -> Answer<'_, String> {
        Box::pin(async move { Ok(customer_name(customer.uuid())) })
    }

    fn set_up<'a>(&'a self, set_up: &'a SetUp) -> Answer<'a, SetUpBegun> {
        Box::pin(async move {
            let token = set_up.token.as_ref().map_or(tokens::AUTHENTICATION, ExposeSecret::expose_secret);
            let named = || customer_name(set_up.customer.uuid());
            let wish = Wish::SetUp {
                tenant: set_up.tenant.uuid(),
                key: set_up.key.clone(),
                customer: set_up.provider_customer.clone().unwrap_or_else(named),
                token: token.to_owned(),
                return_url: set_up.return_url.as_ref().map(Url::to_string),
            };
            match self.call(set_up.tenant, wish).await? {
                Done::SetUp(Some(entry)) => Ok(tokens::set_up(&entry, &self.base_url)),
                Done::Refused(reason) => Err(PaymentError::Refused(reason)),
                _ => Err(PaymentError::NotDone("no answer of the books".to_owned())),
            }
        })
    }

    fn set_up_outcome<'a>(&'a self, tenant: TenantId, reference: &'a str) -> Answer<'a, SetUpBegun> {
        Box::pin(async move {
            match self.call(tenant, Wish::Find(reference.to_owned())).await? {
                Done::SetUp(Some(entry)) if entry.tenant == tenant.uuid() => {
                    Ok(tokens::set_up(&entry, &self.base_url))
                }
                _ => Err(PaymentError::Refused("there is no such set-up".to_owned())),
            }
        })
    }

    fn forget<'a>(&'a self, tenant: TenantId, method: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.call(tenant, Wish::Forget(method.to_owned())).await.map(drop) })
    }

    fn look_up<'a>(&'a self, payment: &'a PaymentRef) -> Answer<'a, Option<Payment>> {
        Box::pin(async move {
            let wish = Wish::OfKey(payment.tenant.uuid(), payment.key.uuid());
            match self.call(payment.tenant, wish).await? {
                Done::Charge(found) => Ok(found.map(|standing| self.payment_of(&standing))),
                _ => Ok(None),
            }
        })
    }

    fn look_up_refund<'a>(&'a self, refund: &'a RefundOrder) -> Answer<'a, Option<Refunded>> {
        Box::pin(async move {
            let wish = Wish::RefundOfKey(refund.tenant.uuid(), refund.key.uuid());
            match self.call(refund.tenant, wish).await? {
                Done::Refund(found) => Ok(found.map(|reference| Refunded { reference })),
                _ => Ok(None),
            }
        })
    }

    fn read_webhook(&self, signature: &str, body: &[u8], now: Timestamp) -> Result<Event, WebhookRefused> {
        self.hooks.read(signature, body, now)
    }
}

impl Sandbox {
    fn turn<'a>(&'a self, payment: &'a PaymentRef, from: State, to: State) -> Answer<'a, Payment> {
        Box::pin(async move {
            let wish = Wish::Turn { tenant: payment.tenant.uuid(), key: payment.key.uuid(), from, to };
            match self.call(payment.tenant, wish).await? {
                Done::Charge(Some(standing)) => Ok(self.payment_of(&standing)),
                Done::Refused(reason) => Err(PaymentError::Refused(reason)),
                _ => Err(PaymentError::NotDone("no answer of the books".to_owned())),
            }
        })
    }
}
