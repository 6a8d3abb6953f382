//! Everything held on a customer, for them to take away. Each area that learns something of customers adds it here.

use domain::ids::{CustomerId, ProductId, TenantId};
use domain::time::Timestamp;
use serde::Serialize;
use store::Tx;
use store::accounts::{customers, sessions};
use store::carts;
use store::catalog::reviews;
use store::mails as mail_rows;

use super::addresses::{self, AddressEntry};
use super::identity::is_live;
use super::{AccountError, Details, details_of};
use crate::messaging::{self, ExportedSubscription, ExportedThread};
use crate::orders::{OrderView, orders_of};
use crate::payments::{MethodEntry, methods_of};
use crate::selling::{self, ExportedGiftCard, ExportedPoints};
use crate::subscriptions::{SubscriptionExport, export_of as subscriptions_of};
use crate::{Commerce, Shop};

/// Mails and sessions listed in an export, the newest.
const LISTED: i64 = 1000;

/// The export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Export {
    pub exported_at: Timestamp,
    pub details: Details,
    pub addresses: Vec<AddressEntry>,
    pub sessions: Vec<ExportedSession>,
    pub mails: Vec<ExportedMail>,
    pub reviews: Vec<ExportedReview>,
    pub threads: Vec<ExportedThread>,
    pub newsletter: Option<ExportedSubscription>,
    pub orders: Vec<OrderView>,
    pub subscriptions: Vec<SubscriptionExport>,
    pub payment_methods: Vec<MethodEntry>,
    pub cart: Option<serde_json::Value>,
    pub rewards: Vec<ExportedPoints>,
    pub gift_cards: Vec<ExportedGiftCard>,
}

/// A sign-in in an export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedSession {
    pub device: Option<String>,
    pub ip_address: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
}

/// A mail in an export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedMail {
    pub to: String,
    pub subject: String,
    pub created_at: Timestamp,
}

/// What the customer said of a product, in an export.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedReview {
    pub product_id: ProductId,
    pub author: String,
    pub rating: i64,
    pub title: Option<String>,
    pub body: Option<String>,
    pub status: String,
    pub created_at: Timestamp,
}

/// Gathers everything held on a customer.
pub async fn export(
    commerce: &Commerce,
    tenant: TenantId,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Export, AccountError> {
    let system_now = commerce.system_now();
    commerce
        .store()
        .read(tenant, move |tx| {
            let shop = Shop::of(tx, system_now)?;
            gather(tx, &shop, customer, now)
        })
        .await
}

fn gather(
    tx: &mut Tx<'_>,
    shop: &Shop,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Export, AccountError> {
    let row =
        customers::find(tx, customer)?.filter(|row| row.erased_at.is_none()).ok_or(AccountError::NotFound)?;
    Ok(Export {
        exported_at: now,
        details: details_of(tx, &row)?,
        addresses: addresses::all(tx, customer)?,
        sessions: sessions::list(tx, customer, LISTED)?
            .into_iter()
            .filter(|row| is_live(row, now))
            .map(|row| ExportedSession {
                device: row.device,
                ip_address: row.ip_address,
                created_at: row.created_at,
                last_used_at: row.last_used_at,
            })
            .collect(),
        mails: mail_rows::list_of_customer(tx, customer, LISTED)?
            .into_iter()
            .map(|row| ExportedMail { to: row.recipient, subject: row.subject, created_at: row.created_at })
            .collect(),
        reviews: reviews::of_customer(tx, customer)?
            .into_iter()
            .map(|row| ExportedReview {
                product_id: row.product_id,
                author: row.author,
                rating: row.rating,
                title: row.title,
                body: row.body,
                status: row.status,
                created_at: row.created_at,
            })
            .collect(),
        threads: messaging::exported_threads(tx, customer)?,
        newsletter: messaging::exported_subscription(tx, &row)?,
        orders: orders_of(tx, shop, customer)?,
        subscriptions: subscriptions_of(tx, shop, customer)?,
        payment_methods: methods_of(tx, customer)?,
        // It is stored as the document that it is.
        cart: carts::find_open(tx, customer)?.and_then(|row| serde_json::from_str(&row.contents).ok()),
        rewards: selling::exported_points(tx, customer)?,
        gift_cards: selling::exported_gift_cards(tx, row.email.as_deref())?,
    })
}
