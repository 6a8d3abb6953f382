//! Requests to Stripe, and what an answer that is not a success means.

use std::time::Duration;

use domain::fields::Invalid;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::shapes::Failure;
use super::{StripeAccount, VERSION};
use crate::payments::PaymentError;

const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(30);

/// What requests to Stripe are made with. Clones share their connections.
#[derive(Clone)]
pub struct StripeClient(reqwest::Client);

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

/// What a request came to.
pub(super) enum Called<T> {
    Done(T),
    /// The card was refused.
    Declined(Failure),
}

impl StripeClient {
    /// A client with time-outs.
    ///
    /// # Errors
    /// Where the system's cryptography can not be set up.
    pub fn new() -> Result<Self, Invalid> {
        let _ = crate::crypto();
        reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map(Self)
            .map_err(|error| Invalid::new(error.to_string()))
    }

    fn url(account: &StripeAccount, path: &str) -> String {
        format!("{}{path}", account.base_url.as_str().trim_end_matches('/'))
    }

    fn prepared(&self, account: &StripeAccount, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let _ = &self.0;
        request.bearer_auth(account.secret_key.expose_secret()).header("Stripe-Version", VERSION)
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        account: &StripeAccount,
        path: &str,
        form: Form,
        key: Option<String>,
    ) -> Result<Called<T>, PaymentError> {
        let request = self.0.post(Self::url(account, path));
        let mut request = self
            .prepared(account, request)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.encoded());
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let (status, body) = sent(request).await?;
        match status {
            200..=299 => read(&body).map(Called::Done),
            402 => Ok(Called::Declined(read(&body)?)),
            // Another request with this key is under way.
            409 => Err(PaymentError::Unknown("409 from Stripe".to_owned())),
            429 => Err(PaymentError::NotDone("429 from Stripe".to_owned())),
            400..=499 => Err(PaymentError::Refused(reason(status, &body))),
            _ => Err(PaymentError::Unknown(format!("{status} from Stripe"))),
        }
    }

    /// `None` where there is no such thing.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        account: &StripeAccount,
        path: &str,
        query: &[(String, String)],
    ) -> Result<Option<T>, PaymentError> {
        let mut url = Self::url(account, path);
        if !query.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            url = format!("{url}?{query}");
        }
        let (status, body) = sent(self.prepared(account, self.0.get(url))).await?;
        match status {
            200..=299 => read(&body).map(Some),
            404 => Ok(None),
            _ => Err(PaymentError::Unknown(reason(status, &body))),
        }
    }
}

/// What never left this machine was not done; of all else nobody knows.
async fn sent(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), PaymentError> {
    // The error would name the address with its query.
    let failed = |error: reqwest::Error| {
        let reason = error.without_url().to_string();
        PaymentError::Unknown(reason)
    };
    let answer = request.send().await.map_err(|error| {
        if error.is_connect() || error.is_builder() {
            PaymentError::NotDone(error.without_url().to_string())
        } else {
            failed(error)
        }
    })?;
    let status = answer.status().as_u16();
    let body = answer.bytes().await.map_err(failed)?;
    Ok((status, body.to_vec()))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, PaymentError> {
    serde_json::from_slice(body)
        .map_err(|_| PaymentError::Unknown("an answer that can not be read".to_owned()))
}

/// Stripe's words for a refused request, which name fields and never secrets.
fn reason(status: u16, body: &[u8]) -> String {
    let failure: Option<Failure> = serde_json::from_slice(body).ok();
    let code = failure.and_then(|failure| failure.error.code.or(failure.error.kind)).unwrap_or_default();
    format!("{status} from Stripe: {code}")
}
