//! Requests to Stripe, and what an answer means before anybody looks into it.
//!
//! Rule: what never left this machine, or was turned away at the door, was not done; where Stripe began and did not say how it
//! ended, nobody knows.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use super::shapes::{Failure, Fault};
use super::{StripeAccount, VERSION};
use crate::payments::PaymentError;
use crate::payments::client::{NoClient, client};

/// The longest answer that is read, in bytes: a page of a hundred payments has a tenth of it.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// What requests to Stripe are made with, whoever's account it is. Clones share their connections.
#[derive(Clone, Debug)]
pub struct StripeClient(Client);

impl StripeClient {
    /// A client.
    pub fn new() -> Result<Self, NoClient> {
        client().map(Self)
    }
}

/// The fields of a request.
#[derive(Default)]
pub(super) struct Form(Vec<(&'static str, String)>);

impl Form {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    fn encoded(self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.0).finish()
    }
}

/// What Stripe said.
pub(super) enum Reply<T> {
    Done {
        value: T,
        /// Said before, to the same key: it may stand otherwise by now.
        is_old: bool,
    },
    /// The bank does not want it.
    Declined(Box<Fault>),
    /// Stripe does not want it.
    Refused { status: u16, fault: Box<Fault> },
}

impl<T> Reply<T> {
    /// What was done; everything else is an error.
    pub(super) fn done(self) -> Result<T, PaymentError> {
        match self {
            Self::Done { value, .. } => Ok(value),
            Self::Declined(fault) | Self::Refused { fault, .. } => Err(fault.refused()),
        }
    }
}

/// One account, and how it is called.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) account: StripeAccount,
    client: StripeClient,
}

impl Line {
    pub(super) const fn new(account: StripeAccount, client: StripeClient) -> Self {
        Self { account, client }
    }

    /// Asks for something to be done, once for each key.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: Form,
        key: Option<String>,
    ) -> Result<Reply<T>, PaymentError> {
        let request = self.client.0.post(self.url(path)?).body(form.encoded());
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        self.send(request).await
    }

    /// Asks how something stands.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: Form,
    ) -> Result<Reply<T>, PaymentError> {
        let mut url = self.url(path)?;
        url.query_pairs_mut().extend_pairs(query.0);
        self.send(self.client.0.get(url)).await
    }

    /// The same; `None` where there is no such thing.
    pub(super) async fn find<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: Form,
    ) -> Result<Option<T>, PaymentError> {
        match self.get(path, query).await? {
            Reply::Refused { status: 404, .. } => Ok(None),
            reply => reply.done().map(Some),
        }
    }

    /// Each part of the path is one part, whatever is in it.
    fn url(&self, path: &[&str]) -> Result<Url, PaymentError> {
        let mut url = self.account.base_url.clone();
        let no_address = |()| PaymentError::NotDone("the account's address has no path".to_owned());
        url.path_segments_mut().map_err(no_address)?.pop_if_empty().push("v1").extend(path);
        Ok(url)
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Reply<T>, PaymentError> {
        let request = request.bearer_auth(self.account.secret_key.expose_secret());
        let answer =
            request.header("Stripe-Version", VERSION).send().await.map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let is_old = is_old(answer.headers());
        let body = read(answer).await?;
        match status {
            200..=299 => {
                let value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
                Ok(Reply::Done { value, is_old })
            }
            // The first request with this key is under way.
            409 => Err(PaymentError::Unknown("the same request is under way at Stripe".to_owned())),
            429 => Err(PaymentError::NotDone("Stripe is asked too often (status 429)".to_owned())),
            400..=499 => {
                let failure: Failure = serde_json::from_slice(&body).map_err(|_| unreadable())?;
                let fault = Box::new(failure.error);
                let is_of_card = status == 402 || fault.is_of_card();
                Ok(if is_of_card { Reply::Declined(fault) } else { Reply::Refused { status, fault } })
            }
            _ => Err(PaymentError::Unknown(format!("Stripe answered with status {status}"))),
        }
    }
}

fn is_old(headers: &HeaderMap) -> bool {
    headers.get("Idempotent-Replayed").is_some_and(|value| value == "true")
}

async fn read(mut answer: Response) -> Result<Vec<u8>, PaymentError> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| failed(&error))? {
        if body.len() + part.len() > LONGEST_ANSWER {
            return Err(unreadable());
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn unreadable() -> PaymentError {
    PaymentError::Unknown("Stripe's answer can not be read".to_owned())
}

/// In words of our own: the error's would tell the address with what stands in it.
fn failed(error: &reqwest::Error) -> PaymentError {
    if error.is_connect() {
        PaymentError::NotDone("Stripe can not be reached".to_owned())
    } else if error.is_builder() {
        PaymentError::NotDone(
            "the request to Stripe can not be made: its key or address is malformed".to_owned(),
        )
    } else if error.is_timeout() {
        PaymentError::Unknown("Stripe did not answer in time".to_owned())
    } else {
        PaymentError::Unknown("the connection to Stripe was cut".to_owned())
    }
}
