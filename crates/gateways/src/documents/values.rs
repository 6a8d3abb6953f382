//! What invoices and packing slips say. Rule: values only; every amount, date and rate comes as the text to be printed.

use domain::time::Timestamp;

/// A shop as its papers show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// The colour of its name. One that is too pale to be read on paper gives way to black.
    pub colour: Colour,
    /// Its postal address, line by line, without the name.
    pub address: Vec<String>,
    /// How to reach it: a mail address, a telephone number, a site.
    pub contact: Vec<String>,
    /// Its VAT registration number, with the country's letters.
    pub vat_number: Option<String>,
}

/// A colour of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

/// Whether the amounts of an invoice's lines include VAT. It stands in the heads of their columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// They include it.
    WithVat,
    /// They do not: what a full VAT invoice shows.
    WithoutVat,
}

/// An invoice, or a credit note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Who sells.
    pub shop: Shop,
    /// What it is: `Invoice`, `VAT invoice`, `Credit note`.
    pub title: String,
    /// Its number, unique in the shop.
    pub number: String,
    /// The day it was issued: `7 October 2024`.
    pub date: String,
    /// The day of the order, where that is to be shown.
    pub order_date: Option<String>,
    /// On a credit note: the invoice that it corrects, and its day: `MZ-10482 of 7 October 2024`.
    pub corrects: Option<String>,
    /// The tax point (time of supply), where it is not the day of issue.
    pub tax_point: Option<String>,
    /// Who pays: name and address, line by line.
    pub billing: Vec<String>,
    /// Where it goes to, line by line; empty where nothing is sent.
    pub shipping: Vec<String>,
    /// What the amounts of the lines mean.
    pub prices: Prices,
    /// What was sold.
    pub lines: Vec<InvoiceLine>,
    /// What leads from the lines to the total: goods, discounts, delivery, VAT.
    pub sub_totals: Vec<Amount>,
    /// Net and VAT by rate; empty for a shop that charges none.
    pub taxes: Vec<TaxRow>,
    /// The sum over all rates. Its `rate` is printed in the first column: `Total`.
    pub tax_total: Option<TaxRow>,
    /// What is to be paid in all.
    pub total: String,
    /// What it was paid with: a gift card, a card. On a credit note, what the money goes back to.
    pub paid: Vec<Amount>,
    /// Anything more, under the amounts. A line break begins a new paragraph.
    pub notes: String,
    /// A small line at the foot of every page: the company's number and registered office.
    pub footer: String,
    /// When it was issued. It is kept in the file, and printed nowhere.
    pub issued_at: Timestamp,
}

/// A line of an invoice. A column that is empty in all lines is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// What it is.
    pub description: String,
    /// Its article number, or nothing.
    pub sku: String,
    /// The options that were chosen (`Case of 6 · Gift wrapped`), or nothing.
    pub options: String,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: String,
    /// What is taken off the line, or nothing.
    pub discount: String,
    /// The rate of VAT: `20%`, `Zero rated`.
    pub tax_rate: String,
    /// What the line comes to.
    pub total: String,
}

/// An amount and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// What it is for.
    pub label: String,
    /// How much.
    pub amount: String,
}

/// What was charged at one rate of VAT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRow {
    /// The rate: `20%`.
    pub rate: String,
    /// The sum without VAT.
    pub net: String,
    /// The VAT.
    pub tax: String,
}

/// What lies in the box, for who packs it and who opens it. It tells no price, for it may be a present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackingSlip {
    /// Who sends it.
    pub shop: Shop,
    /// The order's number.
    pub order: String,
    /// The day it was made out: `7 October 2024`.
    pub date: String,
    /// Where it goes to: name and address, line by line.
    pub shipping: Vec<String>,
    /// How it goes: `Next-day courier`; or nothing.
    pub method: String,
    /// What is in it.
    pub lines: Vec<PackingLine>,
    /// What the giver wants to say, or nothing. A line break begins a new paragraph.
    pub gift_message: String,
    /// A note for the packer, or for the doorstep; or nothing.
    pub note: String,
    /// A small line at the foot of every page.
    pub footer: String,
    /// When it was made out. It is kept in the file, and printed nowhere.
    pub issued_at: Timestamp,
}

/// A line of a packing slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackingLine {
    /// The article number, or nothing.
    pub sku: String,
    /// What it is.
    pub description: String,
    /// The options that were chosen, or nothing.
    pub options: String,
    /// How many.
    pub quantity: u32,
}
