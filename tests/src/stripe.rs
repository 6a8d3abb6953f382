//! A stand-in for Stripe: localstripe, which others made.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::Client;
use crate::sink::python;

/// What its callers say that they are.
pub const SECRET_KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
/// What its webhooks are signed with.
pub const WEBHOOK_SECRET: &str = "whsec_5f2d8c1b";

/// A stand-in of one test; it ends with it.
pub struct StripeStandIn {
    child: Child,
    address: SocketAddr,
}

impl StripeStandIn {
    /// Starts one on a free port, with nothing in its books.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/stripe_stand_in.py");
        let mut child = Command::new(python())
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("the stand-in tells its port");
        let port: u16 = line.trim().parse().expect("localstripe is installed: `cargo xtask test` sees to it");
        Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) }
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whoever calls it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.address, Some(SECRET_KEY))
    }

    /// What its library does on the shopper's device: a card's number for a token.
    #[must_use]
    pub fn tokenise(&self, number: &str) -> String {
        let card = json!({"number": number, "exp_month": "11", "exp_year": "2031", "cvc": "123"});
        let made =
            self.client().post("/v1/payment_methods").json(&json!({"type": "card", "card": card})).send();
        made.expect(200).string("id")
    }

    /// Has it tell an address of these events.
    pub fn tells(&self, name: &str, url: &str, events: &[&str]) {
        let config = json!({"url": url, "secret": WEBHOOK_SECRET, "events": events});
        self.client().post(&format!("/_config/webhooks/{name}")).json(&config).send().expect(200);
    }
}

impl Drop for StripeStandIn {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
