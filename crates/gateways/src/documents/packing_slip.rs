//! The packing slip. Rule: it has no prices, and a square beside each line for the packer's pencil.

use super::letterhead::{self, Head};
use super::letters::Letters;
use super::pdf::{self, About};
use super::sheet::{GREY, LEFT, RIGHT, Role, Sheets, Side, Style};
use super::table::{Cell, Column, Kind, Row, Table};
use super::values::{PackingLine, PackingSlip};
use super::{DocumentError, FACT, FOOTER, MAX_LINES, NAME, NOTES, OPTIONS, SKU, at_most, text, words};

const OVER: Style = Style::new(8.0, 14.0).bold().in_colour(GREY);
const NOTE: Style = Style::new(9.0, 13.0);
const MESSAGE: Style = Style::new(11.0, 17.0);
/// Between the parts, in points.
const SPACE: f32 = 22.0;

/// Makes a packing slip as a PDF on A4.
pub fn packing_slip(slip: &PackingSlip) -> Result<Vec<u8>, DocumentError> {
    at_most(MAX_LINES, "lines", slip.lines.len())?;

    let order = text::line(&slip.order, FACT);
    let author = letterhead::name(&slip.shop);
    let about = About {
        title: format!("{} {order}", words::PACKING_SLIP).trim().to_owned(),
        author,
        issued_at: slip.issued_at,
    };

    let letters = Letters::load()?;
    let mut sheets = Sheets::new(&letters);
    letterhead::place(&mut sheets, head(slip, order));
    lines(slip).place(&mut sheets);
    let colour = letterhead::colour(&slip.shop);
    place_text(&mut sheets, words::MESSAGE, &slip.gift_message, |sheets, paragraph| {
        sheets.tell(paragraph, MESSAGE, (LEFT + 14.0, RIGHT - 40.0), Some(colour));
    });
    place_text(&mut sheets, words::NOTE, &slip.note, |sheets, paragraph| {
        sheets.tell(paragraph, NOTE, (LEFT, RIGHT - 40.0), None);
    });
    let filled = sheets.finish(&about.running_head(), &text::line(&slip.footer, FOOTER));
    pdf::write(&filled, &letters, about)
}

fn head(slip: &PackingSlip, order: String) -> Head<'_> {
    let facts = vec![
        (words::ORDER, order),
        (words::DATE, text::line(&slip.date, FACT)),
        (words::DELIVERY, text::line(&slip.method, FACT)),
    ];
    let addresses = match slip.shipping.as_slice() {
        [] => vec![],
        shipping => vec![(words::DELIVER_TO, shipping.to_vec())],
    };
    Head { shop: &slip.shop, title: words::PACKING_SLIP, facts, addresses }
}

fn lines(slip: &PackingSlip) -> Table {
    let numbered = slip.lines.iter().any(|line| !line.sku.trim().is_empty());
    let column = |head: &str, kind| Column { head: head.to_owned(), kind };
    let mut columns = vec![column("", Kind::Tick)];
    if numbered {
        columns.push(column(words::ARTICLE, Kind::Words));
    }
    columns.push(column(words::DESCRIPTION, Kind::Rest));
    columns.push(column(words::QUANTITY, Kind::Figures));

    let row = |line: &PackingLine| {
        let mut cells = vec![Cell::new(String::new())];
        if numbered {
            cells.push(Cell::new(text::line(&line.sku, SKU)).grey());
        }
        cells.push(Cell::new(text::line(&line.description, NAME)).over(text::line(&line.options, OPTIONS)));
        cells.push(Cell::new(line.quantity.to_string()).bold());
        Row { cells, sum: false }
    };
    let rows = slip.lines.iter().map(row).collect();
    Table { edges: (LEFT, RIGHT), columns, rows, padding: 6.0, ruled: true }
}

/// A text with what stands over it, where there is one.
fn place_text(
    sheets: &mut Sheets<'_>,
    over: &'static str,
    text: &str,
    place: impl Fn(&mut Sheets<'_>, &str),
) {
    let paragraphs = text::paragraphs(text, NOTES);
    if paragraphs.is_empty() {
        return;
    }
    sheets.y += SPACE;
    // What stands over it is not left alone at the end of a page.
    sheets.need(OVER.leading + 2.0 * MESSAGE.leading);
    sheets.part(Role::Heading(over.to_owned()), |sheets| {
        sheets.say(over, OVER, Side::Left, (LEFT, RIGHT), sheets.y);
    });
    sheets.y += OVER.leading + 2.0;
    for paragraph in paragraphs {
        sheets.part(Role::Paragraph, |sheets| place(sheets, &paragraph));
    }
}
