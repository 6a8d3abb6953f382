//! An order's papers: the invoice for who paid, the packing slip for who packs. Rule: both are made of the order's own copy
//! of what was agreed, so an invoice printed again years later says the same.

use std::collections::BTreeMap;

use domain::accounts::{Address, AddressForm};
use domain::catalog::ProductType;
use domain::money::Money;
use domain::time::Timestamp;
use gateways::documents::{
    self, Amount, Colour, DocumentError, Invoice, InvoiceLine, PackingLine, PackingSlip, Prices, TaxRow,
};
use store::Tx;
use store::orders::OrderRow;
use store::orders::items::{self, OrderItemRow};

use super::details::{ItemDetails, OrderDetails};
use super::mails::address_lines;
use super::own::own;
use super::{OrderError, find_named, ref_of};
use crate::accounts::SignedIn;
use crate::{Commerce, Shop};

/// A paper, to be printed.
#[derive(Clone, Debug)]
pub struct Paper {
    /// What to call the file.
    pub file_name: String,
    /// The PDF.
    pub pdf: Vec<u8>,
}

/// The invoice of an order, by its id or its ref.
pub async fn invoice(commerce: &Commerce, shop: &Shop, named: String) -> Result<Paper, OrderError> {
    let read = move |tx: &mut Tx<'_>| find_named(tx, &named)?.ok_or(OrderError::NotFound);
    invoice_of(commerce, shop, read).await
}

/// The invoice of one of the customer's own orders.
pub async fn own_invoice(
    commerce: &Commerce,
    shop: &Shop,
    who: &SignedIn,
    named: String,
) -> Result<Paper, OrderError> {
    let customer = who.customer;
    invoice_of(commerce, shop, move |tx: &mut Tx<'_>| own(tx, customer, &named)).await
}

async fn invoice_of<F>(commerce: &Commerce, shop: &Shop, find: F) -> Result<Paper, OrderError>
where
    F: Fn(&mut Tx<'_>) -> Result<OrderRow, OrderError> + Send + 'static,
{
    let here = shop.clone();
    let (reference, invoice) = commerce
        .store()
        .read(shop.id, move |tx| {
            let order = find(tx)?;
            let Some(paid_at) = order.paid_at else {
                return Err(OrderError::NotNow("An order has an invoice once it is paid."));
            };
            Ok((ref_of(&order), describe(tx, &here, &order, paid_at)?))
        })
        .await?;
    print(format!("invoice-{reference}.pdf"), move || documents::invoice(&invoice)).await
}

/// The packing slip of an order, by its id or its ref: what is still to be sent, or all of it once nothing is.
pub async fn packing_slip(commerce: &Commerce, shop: &Shop, named: String) -> Result<Paper, OrderError> {
    let here = shop.clone();
    let (reference, slip) = commerce
        .store()
        .read(shop.id, move |tx| {
            let order = find_named(tx, &named)?.ok_or(OrderError::NotFound)?;
            if order.paid_at.is_none() {
                return Err(OrderError::NotNow("An order is packed once it is paid."));
            }
            Ok((ref_of(&order), slip(tx, &here, &order)?))
        })
        .await?;
    print(format!("packing-slip-{reference}.pdf"), move || documents::packing_slip(&slip)).await
}

/// Drawing takes milliseconds of a processor, which the server's own threads do not spend.
async fn print(
    file_name: String,
    draw: impl FnOnce() -> Result<Vec<u8>, DocumentError> + Send + 'static,
) -> Result<Paper, OrderError> {
    let drawn = tokio::task::spawn_blocking(draw).await;
    let pdf = drawn.map_err(|error| OrderError::Unprintable(error.to_string()))?;
    Ok(Paper { file_name, pdf: pdf.map_err(|error| OrderError::Unprintable(error.to_string()))? })
}

fn describe(
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    paid_at: Timestamp,
) -> Result<Invoice, OrderError> {
    let details = OrderDetails::read(order)?;
    let rows = items::of(tx, &[order.order_id])?;
    let lines = rows.iter().map(|row| invoice_line(shop, row)).collect::<Result<_, OrderError>>()?;
    let taxes = taxes(shop, order, &details, &rows);
    let settings = &shop.settings;
    let is_vat_invoice = settings.checkout.vat_number.is_some() && taxes.is_some();
    let (taxes, tax_total) = taxes.map_or((Vec::new(), None), |(rows, total)| (rows, Some(total)));
    Ok(Invoice {
        shop: letterhead(shop),
        title: if is_vat_invoice { "VAT invoice" } else { "Invoice" }.to_owned(),
        number: ref_of(order),
        date: settings.timezone.day_text(paid_at),
        order_date: Some(settings.timezone.day_text(order.created_at)),
        corrects: None,
        tax_point: None,
        billing: lines_of(details.billing_address.as_ref()),
        shipping: lines_of(details.shipping_address.as_ref()),
        prices: if order.tax_included { Prices::WithVat } else { Prices::WithoutVat },
        lines,
        sub_totals: sub_totals(shop, order, &details),
        taxes,
        tax_total,
        total: money(shop, order.total),
        paid: paid(shop, order, &details),
        notes: String::new(),
        footer: String::new(),
        issued_at: paid_at,
    })
}

fn invoice_line(shop: &Shop, row: &OrderItemRow) -> Result<InvoiceLine, OrderError> {
    let details = ItemDetails::read(row)?;
    Ok(InvoiceLine {
        description: row.name.clone(),
        sku: row.sku.clone().unwrap_or_default(),
        options: inside(&details),
        quantity: u32::try_from(row.quantity).unwrap_or_default(),
        unit_price: money(shop, row.unit_price),
        discount: if row.discount > 0 { minus(shop, row.discount) } else { String::new() },
        tax_rate: rate(row.tax_basis_points),
        total: money(shop, row.total - row.discount),
    })
}

/// Net and tax by rate, with their sum; `None` for an order without any tax.
fn taxes(
    shop: &Shop,
    order: &OrderRow,
    details: &OrderDetails,
    rows: &[OrderItemRow],
) -> Option<(Vec<TaxRow>, TaxRow)> {
    let shipping = (
        details.shipping_basis_points,
        order.shipping_total - details.shipping_discount,
        details.shipping_tax,
    );
    let lines = rows.iter().map(|row| (row.tax_basis_points, row.total - row.discount, row.tax));
    let mut by_rate: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (basis_points, charged, tax) in lines.chain([shipping]).filter(|(_, charged, _)| *charged > 0) {
        let (net, taxed) = by_rate.entry(basis_points).or_default();
        *net += if order.tax_included { charged - tax } else { charged };
        *taxed += tax;
    }
    if by_rate.keys().all(|basis_points| *basis_points == 0) {
        return None;
    }
    let row =
        |rate: String, (net, tax): (i64, i64)| TaxRow { rate, net: money(shop, net), tax: money(shop, tax) };
    let sum = by_rate.values().fold((0, 0), |sum, (net, tax)| (sum.0 + net, sum.1 + tax));
    let rows = by_rate.into_iter().rev().map(|(basis_points, sums)| row(rate(basis_points), sums)).collect();
    Some((rows, row("Total".to_owned(), sum)))
}

/// What leads from the goods to the total. Discounts on lines stand in the lines too, so they are summed here by name.
fn sub_totals(shop: &Shop, order: &OrderRow, details: &OrderDetails) -> Vec<Amount> {
    let amount = |label: &str, amount: String| Amount { label: label.to_owned(), amount };
    let mut all = vec![amount("Goods", money(shop, order.subtotal))];
    let mut named = 0;
    for discount in &details.discounts {
        if discount.amount > 0 {
            named += discount.amount;
            all.push(amount(&discount.name, minus(shop, discount.amount)));
        }
    }
    if order.discount_total > named {
        all.push(amount("Points", minus(shop, order.discount_total - named)));
    }
    if let Some(method) = &details.shipping_method {
        all.push(amount(&format!("Delivery: {}", method.name), money(shop, order.shipping_total)));
    }
    if !order.tax_included && order.tax_total > 0 {
        all.push(amount("VAT", money(shop, order.tax_total)));
    }
    all
}

fn paid(shop: &Shop, order: &OrderRow, details: &OrderDetails) -> Vec<Amount> {
    let card = |card: &super::details::StoredGiftCard| Amount {
        label: format!("Gift card ending in {}", card.last_four),
        amount: money(shop, card.amount),
    };
    let mut all: Vec<Amount> = details.gift_cards.iter().map(card).collect();
    let rest = order.total - order.gift_card_total;
    if rest > 0 {
        all.push(Amount { label: "Card".to_owned(), amount: money(shop, rest) });
    }
    all
}

fn slip(tx: &mut Tx<'_>, shop: &Shop, order: &OrderRow) -> Result<PackingSlip, OrderError> {
    let details = OrderDetails::read(order)?;
    let rows = items::of(tx, &[order.order_id])?;
    let to_send = |row: &OrderItemRow| (row.quantity - row.fulfilled - row.restocked).max(0);
    let is_sent = rows.iter().all(|row| to_send(row) == 0);
    let mut lines = Vec::new();
    for row in &rows {
        let count = if is_sent { row.quantity } else { to_send(row) };
        let details = ItemDetails::read(row)?;
        if count > 0 && details.product_type != ProductType::Event.as_str() {
            lines.push(PackingLine {
                sku: row.sku.clone().unwrap_or_default(),
                description: row.name.clone(),
                options: inside(&details),
                quantity: u32::try_from(count).unwrap_or_default(),
            });
        }
    }
    Ok(PackingSlip {
        shop: letterhead(shop),
        order: ref_of(order),
        date: shop.settings.timezone.day_text(shop.now),
        shipping: lines_of(details.shipping_address.as_ref()),
        method: details.shipping_method.map(|method| method.name).unwrap_or_default(),
        lines,
        gift_message: details.gift_message.unwrap_or_default(),
        note: details.note.unwrap_or_default(),
        footer: String::new(),
        issued_at: shop.now,
    })
}

/// What was chosen, and what one of a bundle or a box is made of.
fn inside(details: &ItemDetails) -> String {
    let chosen = details.options.iter().map(|option| option.label.clone());
    let contained = details.contains.iter().map(|part| format!("{} × {}", part.count, part.name));
    chosen.chain(contained).collect::<Vec<_>>().join(" · ")
}

fn letterhead(shop: &Shop) -> documents::Shop {
    let settings = &shop.settings;
    let contact = [
        settings.contact_email.as_ref().map(|email| email.as_str().to_owned()),
        settings.contact_phone.as_ref().map(|phone| phone.as_str().to_owned()),
    ];
    documents::Shop {
        name: settings.name.as_str().to_owned(),
        colour: colour(settings.colours.primary.as_str()),
        address: settings.contact_address.clone(),
        contact: contact.into_iter().flatten().collect(),
        vat_number: settings.checkout.vat_number.clone(),
    }
}

/// Reads `#rrggbb`; black for what is none.
fn colour(text: &str) -> Colour {
    let part = |at: usize| text.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
    Colour { red: part(1), green: part(3), blue: part(5) }
}

fn lines_of(form: Option<&AddressForm>) -> Vec<String> {
    let address: Option<Address> = form.and_then(|form| form.clone().parse().ok());
    address.as_ref().map(address_lines).unwrap_or_default()
}

fn money(shop: &Shop, minor: i64) -> String {
    Money::new(minor, shop.settings.currency).formatted()
}

fn minus(shop: &Shop, minor: i64) -> String {
    format!("\u{2212}{}", money(shop, minor))
}

/// A rate in hundredths of a percent, as people write it: `20%`, `17.5%`.
fn rate(basis_points: i64) -> String {
    let text = format!("{}.{:02}", basis_points / 100, basis_points % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_people_do() {
        for (basis_points, text) in [(2000, "20%"), (1750, "17.5%"), (500, "5%"), (0, "0%"), (25, "0.25%")] {
            assert_eq!(rate(basis_points), text);
        }
    }

    #[test]
    fn colours_are_read() {
        assert_eq!(colour("#7b1e3a"), Colour { red: 0x7b, green: 0x1e, blue: 0x3a });
        assert_eq!(colour("none"), Colour { red: 0, green: 0, blue: 0 });
    }
}
