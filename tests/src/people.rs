//! A shop and the people who use it: visitors, customers and staff. Its rule: each test has a shop of its own,
//! so that tests share a server and nothing else, and the walls between shops are tried all the time.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::http::{Answer, Client};
use crate::server::{Engine, Installation, Server, eprintln_excerpt};

/// What every customer chooses first.
pub const PASSWORD: &str = "violet harbour 51 lantern";
/// When every shop's clock begins.
pub const BEGINNING: &str = "2026-01-05T09:00:00.000000Z";
/// The site of every shop, which is on its list for links in mails.
pub const SITE: &str = "https://shop.example";

/// What a test of [`crate::on_both_engines`] is given.
pub trait Fixture {
    /// Makes it for this engine.
    fn on(engine: Engine) -> Self;
}

impl Fixture for Installation {
    fn on(engine: Engine) -> Self {
        Self::new(engine)
    }
}

impl Fixture for Shop<'static> {
    fn on(engine: Engine) -> Self {
        Shop::open(Server::shared(engine))
    }
}

/// A shop in test mode, with its site on the list of return origins.
pub struct Shop<'s> {
    server: &'s Server,
    /// Its id.
    pub tenant_id: String,
    /// Its slug.
    pub slug: String,
    /// What its web pages carry.
    pub storefront_token: String,
    /// What its owner's programs carry.
    pub admin_key: String,
}

impl<'s> Shop<'s> {
    /// A new shop on the shared server.
    pub fn open(server: &'s Server) -> Self {
        Self::open_on(server, server.installation())
    }

    /// A new shop on a server over this installation.
    pub fn open_on(server: &'s Server, installation: &Installation) -> Self {
        let slug = format!("shop-{}", number());
        let made = installation.json([
            "tenant",
            "create",
            "--slug",
            &slug,
            "--name",
            "Harbour Wines",
            "--currency",
            "GBP",
            "--timezone",
            "Europe/London",
            "--test-mode",
            "--clock",
            BEGINNING,
            "--return-origin",
            SITE,
            "--json",
        ]);
        let text = |key: &str| made[key].as_str().unwrap_or_else(|| panic!("no {key}: {made}")).to_owned();
        Self {
            server,
            tenant_id: text("tenantId"),
            slug: text("slug"),
            storefront_token: text("storefrontToken"),
            admin_key: text("adminKey"),
        }
    }

    /// The server it is open on.
    pub fn server(&self) -> &'s Server {
        self.server
    }

    /// Someone without any token.
    pub fn nobody(&self) -> Client {
        self.server.nobody()
    }

    /// Someone who looks at the shop's pages.
    pub fn visitor(&self) -> Client {
        self.holding(&self.storefront_token)
    }

    /// The owner, by the shop's first admin key.
    pub fn admin(&self) -> Client {
        self.holding(&self.admin_key)
    }

    /// Someone who holds this token.
    pub fn holding(&self, token: &str) -> Client {
        Client::new(self.server.address(), Some(token))
    }

    /// A customer who has registered, proved their address and so is signed in.
    pub fn customer(&self) -> Customer<'_, 's> {
        self.customer_named("Ada", "Quill")
    }

    /// A customer of this name.
    pub fn customer_named(&self, first_name: &str, last_name: &str) -> Customer<'_, 's> {
        let email = format!("customer-{}@post.example", number());
        let registration =
            json!({ "firstName": first_name, "lastName": last_name, "email": email, "password": PASSWORD });
        self.register(&registration)
    }

    /// Registers with this body, and follows the mail that comes of it.
    pub fn register(&self, registration: &Value) -> Customer<'_, 's> {
        self.visitor().post("/v1/account/register").json(registration).send().expect(201);
        let email = registration["email"].as_str().expect("an address").trim().to_lowercase();
        let token = self.last_mail_to(&email, "verify_email").token();
        let answer = self.visitor().post("/v1/account/verify").json(&json!({ "token": token })).send();
        let answer = answer.expect(200);
        let id = answer.data()["id"].as_str().expect("an id").to_owned();
        Customer { shop: self, id, email, client: self.holding(&answer.string("token")) }
    }

    /// Adds a thing of the catalogue: `products`, `collections`, `attributes`.
    #[track_caller]
    pub fn add(&self, kind: &str, thing: &Value) -> Value {
        self.admin().post(&format!("/admin/v1/{kind}")).json(thing).send().expect(201).data()
    }

    /// Puts a row into a table, behind the server's back: of what no operation makes yet. Values are texts, numbers, or
    /// bytes as a UUID.
    pub fn insert(&self, table: &str, row: &Value) {
        let installation = self.server.installation();
        let value = |value: &Value| match value {
            Value::String(text) if is_uuid(text) => {
                let hex = text.replace('-', "");
                match installation.engine() {
                    Engine::Sqlite => format!("x'{hex}'"),
                    Engine::Postgres => format!("'\\x{hex}'"),
                }
            }
            Value::String(text) => format!("'{text}'"),
            other => other.to_string(),
        };
        let mut row = row.as_object().expect("columns").clone();
        row.insert("tenant_id".to_owned(), Value::String(self.tenant_id.clone()));
        let names: Vec<&str> = row.keys().map(String::as_str).collect();
        let values: Vec<String> = row.values().map(value).collect();
        let statement = format!("insert into {table} ({}) values ({})", names.join(", "), values.join(", "));
        drop(installation.sql(&statement));
    }

    /// Changes the shop's settings.
    pub fn set(&self, settings: &Value) {
        self.admin().patch("/admin/v1/settings").json(settings).send().expect(200);
    }

    /// What the shop's clock shows.
    pub fn now(&self) -> String {
        self.admin().get("/admin/v1/test-clock").send().expect(200).string("now")
    }

    /// Sets the shop's clock forward to this moment.
    pub fn set_clock(&self, now: &str) {
        self.admin().post("/admin/v1/test-clock").json(&json!({ "now": now })).send().expect(200);
    }

    /// Sets the shop's clock forward by so many seconds.
    pub fn wait(&self, seconds: u64) {
        let now: jiff::Timestamp = self.now().parse().expect("RFC 3339");
        let then = now + std::time::Duration::from_secs(seconds);
        self.set_clock(&then.to_string());
    }

    /// Every mail of the shop, the last one first.
    pub fn mails(&self) -> Vec<Mail> {
        let answer = self.admin().get("/admin/v1/outbox?perPage=100").send().expect(200);
        let mails = answer.data();
        mails.as_array().expect("a list").iter().map(|mail| Mail(mail.clone())).collect()
    }

    /// The templates of the mails to this address, the first one first.
    pub fn mails_to(&self, email: &str) -> Vec<String> {
        self.mails()
            .iter()
            .rev()
            .filter(|mail| mail.to() == email)
            .map(|mail| mail.text("template"))
            .collect()
    }

    /// The last mail of this template to this address.
    #[track_caller]
    pub fn last_mail_to(&self, email: &str, template: &str) -> Mail {
        let mails = self.mails();
        let found = mails.iter().find(|mail| mail.to() == email && mail.text("template") == template);
        found.unwrap_or_else(|| panic!("no {template} to {email} among {:?}", self.mails_to(email))).clone()
    }
}

impl Drop for Shop<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln_excerpt(&self.server.excerpt());
        }
    }
}

/// A customer with the session that their registration gave them.
pub struct Customer<'a, 's> {
    shop: &'a Shop<'s>,
    /// Their id.
    pub id: String,
    /// Their address, as the shop keeps it.
    pub email: String,
    client: Client,
}

impl Customer<'_, '_> {
    /// Signs in on a device.
    #[track_caller]
    pub fn log_in(&self, device: &str) -> Client {
        self.shop.holding(&self.try_log_in(PASSWORD, device).expect(200).string("token"))
    }

    /// Tries to sign in.
    pub fn try_log_in(&self, password: &str, device: &str) -> Answer {
        let body = json!({ "email": self.email, "password": password, "device": device });
        self.shop.visitor().post("/v1/account/login").json(&body).send()
    }

    /// Whether a session of this customer is alive.
    #[track_caller]
    pub fn is_signed_in(&self, session: &Client) -> bool {
        is_signed_in(session)
    }
}

impl Deref for Customer<'_, '_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Whether this session may still read its details.
#[track_caller]
pub fn is_signed_in(session: &Client) -> bool {
    let answer = session.get("/v1/account/details").send();
    if answer.status == 200 {
        return true;
    }
    answer.expect_unauthenticated();
    false
}

/// A mail in the outbox.
#[derive(Clone, Debug)]
pub struct Mail(pub Value);

impl Mail {
    /// The text under this key.
    #[track_caller]
    pub fn text(&self, key: &str) -> String {
        self.0[key].as_str().unwrap_or_else(|| panic!("no {key}: {}", self.0)).to_owned()
    }

    /// Its recipient.
    pub fn to(&self) -> String {
        self.text("to")
    }

    /// Its links.
    pub fn links(&self) -> Vec<String> {
        let links = self.0["links"].as_array().unwrap_or_else(|| panic!("no links: {}", self.0));
        links.iter().map(|link| link.as_str().expect("a text").to_owned()).collect()
    }

    /// The token that its reader is to send back.
    #[track_caller]
    pub fn token(&self) -> String {
        token_in(&self.text("text")).unwrap_or_else(|| panic!("no token: {}", self.0))
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4
}

/// The first mail token in a text.
pub fn token_in(text: &str) -> Option<String> {
    let start = text.find("mzm_")?;
    let is_token = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
    Some(text[start..].chars().take_while(is_token).collect())
}

/// A number that nothing else in this run has.
pub fn number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}
