//! A server that answers as it was told to, and tells what it was asked.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use gateways::payments::{Stripe, StripeAccount, StripeClient};
use secrecy::SecretString;
use serde_json::Value;
use url::form_urlencoded;

pub(crate) const SECRET_KEY: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";

/// What is answered.
pub(crate) enum Answer {
    Status(u16, String),
    /// From before, to the same key.
    Replayed(String),
    /// Half of it, and the connection is cut.
    Cut,
}

pub(crate) fn ok(body: Value) -> Answer {
    Answer::Status(200, body.to_string())
}

/// What was asked.
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    form: HashMap<String, String>,
}

impl Asked {
    /// A field of its form or query; empty where there is none.
    pub(crate) fn has(&self, name: &str) -> &str {
        self.form.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// A server that gives these answers, one connection each.
pub(crate) struct Script {
    address: SocketAddr,
    thread: JoinHandle<Vec<Asked>>,
}

impl Script {
    pub(crate) fn of(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let thread =
            std::thread::spawn(move || answers.iter().map(|answer| serve(&listener, answer)).collect());
        Self { address, thread }
    }

    pub(crate) fn stripe(&self) -> Stripe {
        stripe_at(self.address)
    }

    /// What was asked, once every answer was fetched.
    pub(crate) fn asked(self) -> Vec<Asked> {
        self.thread.join().expect("every answer is fetched")
    }
}

pub(crate) fn stripe_at(address: SocketAddr) -> Stripe {
    let account = StripeAccount {
        base_url: format!("http://{address}").parse().expect("a URL"),
        secret_key: SecretString::from(SECRET_KEY),
        webhook_secret: SecretString::from("whsec_5f2d8c1b"),
        publishable_key: "pk_live_TYooMQauvdEDq54NiTphI7jx".to_owned(),
    };
    Stripe::new(account, StripeClient::new().expect("a client"))
}

fn serve(listener: &TcpListener, answer: &Answer) -> Asked {
    let (mut stream, _) = listener.accept().expect("a connection");
    let asked = read(&mut stream);
    let (status, replayed, body) = match answer {
        Answer::Status(status, body) => (*status, "", body.as_str()),
        Answer::Replayed(body) => (200, "idempotent-replayed: true\r\n", body.as_str()),
        Answer::Cut => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":")
                .expect("half an answer");
            return asked;
        }
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} Told\r\ncontent-length: {length}\r\n{replayed}connection: close\r\n\r\n");
    // Who has read enough may hang up.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())));
    asked
}

fn read(stream: &mut TcpStream) -> Asked {
    let mut request = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).expect("a request");
        assert_ne!(count, 0, "the request ends early");
        request.extend_from_slice(&part[..count]);
        let text = String::from_utf8(request.clone()).expect("text");
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.lines();
        let line = lines.next().expect("a request line").to_owned();
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
        if body.len() == length {
            let query =
                line.split_once('?').map_or("", |(_, query)| query.split(' ').next().expect("a query"));
            let fields = if length > 0 { body } else { query };
            let form = form_urlencoded::parse(fields.as_bytes()).into_owned().collect();
            return Asked { line, headers, form };
        }
    }
}
