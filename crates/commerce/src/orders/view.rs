//! An order as its customer sees it (contract, section 8).

use domain::accounts::Address;
use domain::ids::OrderId;
use domain::money::Money;
use domain::time::Timestamp;
use serde::Serialize;
use store::orders::OrderRow;
use store::orders::items::{self, OrderItemRow};
use store::orders::shipments::{self, ShipmentRow};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::details::{ItemDetails, OrderDetails};
use super::ref_of;
use crate::Shop;
use crate::carts::ChosenOption;

/// An order in its customer's list (published).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct OrderSummary {
    pub id: OrderId,
    pub reference: String,
    pub items: i64,
    pub amount: Money,
    pub status: String,
    pub payment_status: String,
    pub created_at: Timestamp,
}

impl OrderSummary {
    pub(super) fn of(shop: &Shop, row: &OrderRow) -> Self {
        Self {
            id: row.order_id,
            reference: ref_of(row),
            items: row.item_count,
            amount: Money::new(row.total, shop.settings.currency),
            status: row.status.clone(),
            payment_status: row.payment_status.clone(),
            created_at: row.created_at,
        }
    }
}

/// One line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct OrderLine {
    pub id: Uuid,
    pub product_id: Uuid,
    pub name: String,
    pub sku: Option<String>,
    pub quantity: i64,
    pub fulfilled: i64,
    pub unit_price: Money,
    pub total: Money,
    pub options: Vec<ChosenOption>,
    pub subscription_id: Option<Uuid>,
}

/// A parcel on its way.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Tracking {
    pub carrier: Option<String>,
    pub number: Option<String>,
    pub url: Option<String>,
    pub shipped_at: Timestamp,
}

/// An order.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct OrderView {
    pub id: OrderId,
    #[serde(rename = "ref")]
    pub reference: String,
    pub status: String,
    pub payment_status: String,
    pub items: Vec<OrderLine>,
    pub subtotal: Money,
    pub discount_total: Money,
    pub shipping_total: Money,
    pub tax_total: Money,
    pub gift_card_total: Money,
    pub total: Money,
    pub refunded_total: Money,
    pub tax_included: bool,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    pub shipping_method: Option<String>,
    pub tracking: Vec<Tracking>,
    pub gift_message: Option<String>,
    pub subscription_id: Option<Uuid>,
    pub created_at: Timestamp,
}

impl OrderView {
    /// The order with its lines and parcels.
    pub(crate) fn read(tx: &mut Tx<'_>, shop: &Shop, row: OrderRow) -> Result<Self, StoreError> {
        let details = OrderDetails::read(&row)?;
        let lines = items::of(tx, &[row.order_id])?;
        let parcels = shipments::of(tx, row.order_id)?;
        let money = |minor: i64| Money::new(minor, shop.settings.currency);
        let uuid = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
        let line = |line: OrderItemRow| {
            let details = ItemDetails::read(&line)?;
            Ok(OrderLine {
                id: line.item_id.uuid(),
                product_id: line.product_id.uuid(),
                name: line.name,
                sku: line.sku,
                quantity: line.quantity,
                fulfilled: line.fulfilled,
                unit_price: money(line.unit_price),
                total: money(line.total),
                options: details.options,
                subscription_id: uuid(line.subscription_id),
            })
        };
        let address = |form: Option<domain::accounts::AddressForm>| form.and_then(|form| form.parse().ok());
        Ok(Self {
            id: row.order_id,
            reference: ref_of(&row),
            items: lines.into_iter().map(line).collect::<Result<_, StoreError>>()?,
            subtotal: money(row.subtotal),
            discount_total: money(row.discount_total),
            shipping_total: money(row.shipping_total),
            tax_total: money(row.tax_total),
            gift_card_total: money(row.gift_card_total),
            total: money(row.total),
            refunded_total: money(row.refunded_total),
            tax_included: row.tax_included,
            shipping_address: address(details.shipping_address),
            billing_address: address(details.billing_address),
            shipping_method: details.shipping_method.map(|method| method.name),
            tracking: parcels.into_iter().map(tracking).collect(),
            gift_message: details.gift_message,
            subscription_id: uuid(row.subscription_id),
            created_at: row.created_at,
            status: row.status,
            payment_status: row.payment_status,
        })
    }
}

fn tracking(row: ShipmentRow) -> Tracking {
    Tracking { carrier: row.carrier, number: row.tracking_number, url: row.url, shipped_at: row.shipped_at }
}
