//! A shop with customers, made the way anybody makes one: through the command line and over HTTP.

use std::ops::Range;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::http::{Client, request};
use crate::server::{Installation, Server};

const PASSWORD: &str = "violet harbour 51 lantern";

/// A new shop.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shop {
    pub(crate) tenant_id: Uuid,
    storefront_token: String,
    admin_key: String,
}

/// A customer who is signed in.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) token: String,
}

impl Shop {
    /// What its web pages carry.
    pub(crate) fn storefront_token(&self) -> &str {
        &self.storefront_token
    }

    pub(crate) fn admin_key(&self) -> &str {
        &self.admin_key
    }

    pub(crate) fn create(installation: &Installation) -> Result<Self> {
        installation.json(&[
            "tenant",
            "create",
            "--slug",
            "bench",
            "--name",
            "Harbour Wines",
            "--currency",
            "GBP",
            "--timezone",
            "Europe/London",
            "--json",
        ])
    }

    /// Registers customers of these numbers, follows the links in their mails, and so signs them in.
    pub(crate) fn customers(&self, server: &Server, numbers: Range<usize>) -> Result<Vec<Customer>> {
        let mut client = Client::connect(server.address())?;
        numbers.map(|number| self.customer(&mut client, number)).collect()
    }

    fn customer(&self, client: &mut Client, number: usize) -> Result<Customer> {
        let email = format!("customer-{number}@post.example");
        let registration =
            json!({ "firstName": "Ada", "lastName": "Quill", "email": email, "password": PASSWORD });
        client.post("/v1/account/register", &self.storefront_token, &registration)?.json(201)?;
        let outbox = client.get("/admin/v1/outbox?perPage=5", &self.admin_key)?.json(200)?;
        let mails = outbox["data"].as_array().context("the outbox is a list")?;
        let mail = mails.iter().find(|mail| mail["to"] == email.as_str());
        let text = mail.and_then(|mail| mail["text"].as_str()).context("no mail to a new customer")?;
        let token = json!({ "token": mail_token(text).context("no token in a mail")? });
        let signed_in = client.post("/v1/account/verify", &self.storefront_token, &token)?.json(200)?;
        let token = signed_in["token"].as_str().context("no account token")?.to_owned();
        let id = signed_in["data"]["id"].as_str().context("no customer id")?.parse()?;
        Ok(Customer { id, email, token })
    }

    /// The bytes of a sign-in.
    pub(crate) fn log_in(&self, customer: &Customer) -> String {
        let body = json!({ "email": customer.email, "password": PASSWORD, "device": "bench" });
        request("POST", "/v1/account/login", &self.storefront_token, &body.to_string())
    }
}

fn mail_token(text: &str) -> Option<&str> {
    let rest = &text[text.find("mzm_")?..];
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    Some(&rest[..end.unwrap_or(rest.len())])
}
