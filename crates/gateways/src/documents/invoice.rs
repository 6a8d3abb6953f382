//! The invoice. Rule: it has a place for all that a full VAT invoice has to say (VAT Notice 700, section 16), and prints
//! amounts as they were given: it adds nothing up.

use super::letterhead::{self, Head, SECOND};
use super::letters::Letters;
use super::pdf::{self, About};
use super::sheet::{LEFT, RIGHT, Role, Sheets, Style};
use super::table::{Cell, Column, Kind, Row, Table};
use super::values::{Amount, Invoice, InvoiceLine, Prices, TaxRow};
use super::{
    AMOUNT, DocumentError, FACT, FOOTER, LABEL, MAX_LINES, NAME, NOTES, OPTIONS, SKU, at_most, text, words,
};

const MAX_SUB_TOTALS: usize = 12;
const MAX_TAXES: usize = 12;
const MAX_PAID: usize = 8;

const NOTE: Style = Style::new(9.0, 13.0);
/// Under the table and between the parts below it, in points.
const SPACE: f32 = 18.0;

/// Makes an invoice as a PDF on A4.
pub fn invoice(invoice: &Invoice) -> Result<Vec<u8>, DocumentError> {
    at_most(MAX_LINES, "lines", invoice.lines.len())?;
    at_most(MAX_SUB_TOTALS, "sub-totals", invoice.sub_totals.len())?;
    at_most(MAX_TAXES, "rates of VAT", invoice.taxes.len())?;
    at_most(MAX_PAID, "means of payment", invoice.paid.len())?;

    let title = match text::line(&invoice.title, LABEL) {
        title if title.is_empty() => words::INVOICE.to_owned(),
        title => title,
    };
    let number = text::line(&invoice.number, FACT);
    let author = letterhead::name(&invoice.shop);
    let about =
        About { title: format!("{title} {number}").trim().to_owned(), author, issued_at: invoice.issued_at };

    let letters = Letters::load()?;
    let mut sheets = Sheets::new(&letters);
    letterhead::place(&mut sheets, head(invoice, &title, number));
    lines(invoice).place(&mut sheets);
    sheets.y += SPACE;
    place_amounts(&mut sheets, invoice);
    place_notes(&mut sheets, &invoice.notes);
    let filled = sheets.finish(&about.running_head(), &text::line(&invoice.footer, FOOTER));
    pdf::write(&filled, &letters, about)
}

fn head<'a>(invoice: &'a Invoice, title: &'a str, number: String) -> Head<'a> {
    let fact = |fact: &Option<String>| text::line(fact.as_deref().unwrap_or_default(), FACT);
    let facts = vec![
        (words::NUMBER, number),
        (words::DATE, text::line(&invoice.date, FACT)),
        (words::CORRECTS, fact(&invoice.corrects)),
        (words::TAX_POINT, fact(&invoice.tax_point)),
        (words::ORDER_DATE, fact(&invoice.order_date)),
        (words::VAT_NUMBER, fact(&invoice.shop.vat_number)),
    ];
    let addresses = match (invoice.billing.as_slice(), invoice.shipping.as_slice()) {
        ([], []) => vec![],
        (billing, []) => vec![(words::BILLED_TO, billing.to_vec())],
        ([], shipping) => vec![(words::DELIVERED_TO, shipping.to_vec())],
        (billing, shipping) if billing == shipping => {
            vec![(words::BILLED_AND_DELIVERED_TO, billing.to_vec())]
        }
        (billing, shipping) => {
            vec![(words::BILLED_TO, billing.to_vec()), (words::DELIVERED_TO, shipping.to_vec())]
        }
    };
    Head { shop: &invoice.shop, title, facts, addresses }
}

/// The lines that were sold. Columns that would be empty are left out.
fn lines(invoice: &Invoice) -> Table {
    let with =
        |field: fn(&InvoiceLine) -> &str| invoice.lines.iter().any(|line| !field(line).trim().is_empty());
    let discounts = with(|line| &line.discount);
    let rates = with(|line| &line.tax_rate);

    let basis = match invoice.prices {
        _ if !rates && invoice.taxes.is_empty() => "",
        Prices::WithVat => words::WITH_VAT,
        Prices::WithoutVat => words::WITHOUT_VAT,
    };
    let column = |head: String, kind| Column { head, kind };
    let mut columns = vec![
        column(words::DESCRIPTION.to_owned(), Kind::Rest),
        column(words::QUANTITY.to_owned(), Kind::Figures),
        column(format!("{}{basis}", words::UNIT_PRICE), Kind::Figures),
    ];
    if discounts {
        columns.push(column(words::DISCOUNT.to_owned(), Kind::Figures));
    }
    if rates {
        columns.push(column(words::VAT_RATE.to_owned(), Kind::Figures));
    }
    columns.push(column(format!("{}{basis}", words::AMOUNT), Kind::Figures));

    let row = |line: &InvoiceLine| {
        let under = [text::line(&line.sku, SKU), text::line(&line.options, OPTIONS)];
        let under = under.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        let mut cells = vec![
            Cell::new(text::line(&line.description, NAME)).over(under),
            Cell::new(line.quantity.to_string()),
            Cell::new(text::line(&line.unit_price, AMOUNT)),
        ];
        if discounts {
            cells.push(Cell::new(text::line(&line.discount, AMOUNT)));
        }
        if rates {
            cells.push(Cell::new(text::line(&line.tax_rate, AMOUNT)));
        }
        cells.push(Cell::new(text::line(&line.total, AMOUNT)));
        Row { cells, sum: false }
    };
    let rows = invoice.lines.iter().map(row).collect();
    Table { edges: (LEFT, RIGHT), columns, rows, padding: 5.0, ruled: true }
}

/// VAT by rate on the left, what leads to the total on the right; both on one page.
fn place_amounts(sheets: &mut Sheets<'_>, invoice: &Invoice) {
    let taxes = taxes(invoice);
    let amounts = amounts(invoice);
    sheets.need(taxes.height(sheets).max(amounts.height(sheets)));
    let (page, top) = (sheets.page(), sheets.y);
    amounts.place(sheets);
    let amounts_end = sheets.y;
    // Side by side, unless amounts of an unheard-of length went over to another page.
    if sheets.page() == page {
        sheets.y = top;
    }
    taxes.place(sheets);
    if sheets.page() == page {
        sheets.y = sheets.y.max(amounts_end);
    }
}

fn amounts(invoice: &Invoice) -> Table {
    let row = |row: &Amount| {
        let cells =
            vec![Cell::new(text::line(&row.label, LABEL)), Cell::new(text::line(&row.amount, AMOUNT))];
        Row { cells, sum: false }
    };
    let mut rows: Vec<Row> = invoice.sub_totals.iter().map(row).collect();
    let total = text::line(&invoice.total, AMOUNT);
    if !total.is_empty() {
        rows.push(Row { cells: vec![Cell::new(words::TOTAL.to_owned()), Cell::new(total)], sum: true });
    }
    if !invoice.paid.is_empty() {
        let over = if invoice.corrects.is_some() { words::REFUNDED_TO } else { words::PAID_WITH };
        let cells = vec![Cell::new(over.to_owned()).grey(), Cell::new(String::new())];
        rows.push(Row { cells, sum: false });
    }
    rows.extend(invoice.paid.iter().map(row));
    let columns = [Kind::Rest, Kind::Figures].map(|kind| Column { head: String::new(), kind });
    Table { edges: SECOND, columns: columns.into(), rows, padding: 2.5, ruled: false }
}

fn taxes(invoice: &Invoice) -> Table {
    let cells = |row: &TaxRow| {
        let words = [&row.rate, &row.net, &row.tax];
        words.map(|word| Cell::new(text::line(word, AMOUNT)))
    };
    let mut rows: Vec<Row> =
        invoice.taxes.iter().map(|row| Row { cells: cells(row).into(), sum: false }).collect();
    if let Some(total) = &invoice.tax_total {
        rows.push(Row { cells: cells(total).map(Cell::bold).into(), sum: false });
    }
    let columns = [(words::VAT_RATE, Kind::Rest), (words::NET, Kind::Figures), (words::VAT, Kind::Figures)];
    let columns = columns.map(|(head, kind)| Column { head: head.to_owned(), kind });
    Table { edges: (LEFT, SECOND.0 - 60.0), columns: columns.into(), rows, padding: 3.0, ruled: true }
}

fn place_notes(sheets: &mut Sheets<'_>, notes: &str) {
    sheets.y += SPACE;
    for paragraph in text::paragraphs(notes, NOTES) {
        sheets.part(Role::Paragraph, |sheets| sheets.tell(&paragraph, NOTE, (LEFT, RIGHT - 60.0), None));
    }
}
