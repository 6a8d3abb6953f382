//! Posting events to other programs, signed as Standard Webhooks has it.
//!
//! Rule: an address that somebody else wrote leads to the open internet and nowhere else (the guard is that of [`crate::fetch`]),
//! no redirect is followed, and of an answer no more is read than the log keeps.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use sha2::Sha256;
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

use crate::fetch::{self, FetchError, is_public};

/// How long an endpoint may take for one delivery, its answer included.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// How many bytes of an answer are read.
pub const ANSWER_KEPT: usize = 1024;

const PREFIX: &str = "whsec_";

/// What an endpoint's deliveries are signed with: 32 random bytes.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

impl SigningSecret {
    /// A secret of these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as its owner is shown it, once: `whsec_` and base64.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0.as_slice()))
    }

    /// The signature of a message: `v1,` and base64.
    fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The signatures of a message by each secret, a space between two.
fn signatures(secrets: &[SigningSecret], id: &str, seconds: i64, body: &str) -> String {
    let all: Vec<String> = secrets.iter().map(|secret| secret.sign(id, seconds, body)).collect();
    all.join(" ")
}

/// One attempt to deliver an event.
pub struct Post {
    /// Where to.
    pub url: String,
    /// The event's id, the same at each attempt.
    pub id: String,
    /// The real time of the attempt: receivers refuse what is more than some minutes off their own clocks.
    pub at: Timestamp,
    /// The body, JSON.
    pub body: String,
    /// What signs it: the present secret, and for a while the one before.
    pub secrets: Vec<SigningSecret>,
}

/// What an endpoint answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How the body begins, as text.
    pub body: String,
}

/// Posts events.
#[derive(Clone, Debug)]
pub struct Poster {
    client: Client,
    may_call: fn(IpAddr) -> bool,
    allow_private: bool,
}

impl Poster {
    /// A poster. `allow_private` lets it call private networks, and without TLS: for tests, and for programs beside the
    /// server.
    pub fn new(allow_private: bool) -> Result<Self, FetchError> {
        let may_call: fn(IpAddr) -> bool = if allow_private { |_| true } else { is_public };
        Ok(Self { client: fetch::client(may_call, PATIENCE, PATIENCE)?, may_call, allow_private })
    }

    /// Refuses an address that would never be called. Where a name leads is seen at each delivery.
    pub fn check(&self, url: &str) -> Result<(), FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::NotCalled("is no web address"))?;
        self.check_url(&url)
    }

    fn check_url(&self, url: &Url) -> Result<(), FetchError> {
        if url.scheme() == "http" && !self.allow_private {
            return Err(FetchError::NotCalled("must begin with https://: what is sent holds data of people"));
        }
        fetch::check(url, self.may_call)
    }

    /// Posts an event. Any answer counts as one, whatever its status; an error is that there was none.
    pub async fn post(&self, post: &Post) -> Result<Answer, FetchError> {
        timeout(PATIENCE, self.try_post(post))
            .await
            .unwrap_or_else(|_| Err(FetchError::Unreachable("it took too long".to_owned())))
    }

    async fn try_post(&self, post: &Post) -> Result<Answer, FetchError> {
        let Post { url, id, at, body, secrets } = post;
        let url = Url::parse(url).map_err(|_| FetchError::NotCalled("is no web address"))?;
        self.check_url(&url)?;
        let seconds = at.as_micros().div_euclid(1_000_000);
        let answer = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signatures(secrets, id, seconds, body))
            .body(body.clone())
            .send()
            .await
            .map_err(|error| fetch::told(&error))?;
        Ok(Answer { status: answer.status().as_u16(), body: beginning(answer).await })
    }
}

/// How an answer begins, as text without control characters. Where it breaks off, what came counts.
async fn beginning(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_KEPT
        && let Ok(Some(part)) = answer.chunk().await
    {
        bytes.extend_from_slice(&part);
    }
    bytes.truncate(ANSWER_KEPT);
    String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// The vector of the libraries of Standard Webhooks.
    #[test]
    fn signs_as_the_specification_does() {
        let secret = SigningSecret::new(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64"));
        assert_eq!(secret.reveal(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = signatures(
            &[secret.clone(), secret],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed, format!("{one} {one}"));
    }

    #[test]
    fn what_would_never_be_called_is_refused_at_once() {
        let poster = Poster::new(false).expect("a poster");
        assert_eq!(poster.check("https://books.example/in"), Ok(()));
        for private in
            ["https://127.0.0.1/in", "https://[::1]/in", "https://169.254.169.254/", "https://10.1.2.3"]
        {
            assert_eq!(poster.check(private), Err(FetchError::Private), "{private}");
        }
        for other in ["http://books.example/in", "https://me:secret@books.example", "file:///etc/passwd", ""]
        {
            assert!(matches!(poster.check(other), Err(FetchError::NotCalled(_))), "{other}");
        }
        let lenient = Poster::new(true).expect("a poster");
        assert_eq!(lenient.check("http://127.0.0.1:9/in"), Ok(()));
    }

    /// Posts to a server that gives this answer, and gives what it was sent.
    async fn post_to(answer: String) -> (Result<Answer, FetchError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut request = Vec::new();
            while !request.ends_with(b"{\"type\":\"ping\"}") {
                let mut part = [0; 1024];
                let read = stream.read(&mut part).await.expect("is read");
                request.extend_from_slice(&part[..read]);
            }
            stream.write_all(answer.as_bytes()).await.expect("is written");
            String::from_utf8(request).expect("text")
        });
        let post = Post {
            url: format!("http://{address}/in"),
            id: "1".to_owned(),
            at: Timestamp::from_micros(1_614_265_330_999_999),
            body: r#"{"type":"ping"}"#.to_owned(),
            secrets: vec![SigningSecret::new([7; 32])],
        };
        let outcome = Poster::new(true).expect("a poster").post(&post).await;
        (outcome, served.await.expect("served"))
    }

    #[tokio::test]
    async fn a_post_carries_its_headers_and_the_answer_is_told() {
        let (outcome, request) =
            post_to("HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nl\0er".to_owned()).await;
        assert_eq!(outcome, Ok(Answer { status: 503, body: "ler".to_owned() }));
        assert!(request.starts_with("POST /in HTTP/1.1\r\n"), "{request}");
        for header in ["content-type: application/json", "webhook-id: 1", "webhook-timestamp: 1614265330"] {
            assert!(request.contains(&format!("\r\n{header}\r\n")), "{request}");
        }
        assert!(request.contains("\r\nwebhook-signature: v1,"), "{request}");
    }

    #[tokio::test]
    async fn redirects_are_answers_and_long_answers_are_cut() {
        let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(post_to(moved.to_owned()).await.0, Ok(Answer { status: 302, body: String::new() }));
        let long = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "é".repeat(5000));
        let answer = post_to(long).await.0.expect("an answer");
        assert_eq!((answer.status, answer.body.chars().count()), (200, ANSWER_KEPT / 2));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_called() {
        let post = Post {
            url: "https://localhost:1/in".to_owned(),
            id: String::new(),
            at: Timestamp::from_micros(0),
            body: String::new(),
            secrets: Vec::new(),
        };
        assert_eq!(Poster::new(false).expect("a poster").post(&post).await, Err(FetchError::Private));
    }
}
