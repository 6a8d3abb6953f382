//! What every paper begins with: who sends it, what it is, and whom it is for. Rule: two columns, whose left edges the rest
//! of the page keeps to.

use super::sheet::{GREY, INK, LEFT, RIGHT, Role, Sheets, Side, Style};
use super::table::{Cell, Column, Kind, Row, Table};
use super::text;
use super::values::{Colour, Shop};

/// The second column, in points from the left.
pub(super) const SECOND: (f32, f32) = (346.0, RIGHT);
const FIRST: (f32, f32) = (LEFT, SECOND.0 - 24.0);

const NAME: Style = Style::new(20.0, 25.0).bold();
/// For a name that would not fit on a line.
const LONG_NAME: Style = Style::new(15.0, 20.0).bold();
const TITLE: Style = Style::new(20.0, 25.0);
const SMALL: Style = Style::new(8.5, 12.0).in_colour(GREY);
const OVER: Style = Style::new(8.0, 13.0).bold().in_colour(GREY);
const ADDRESS: Style = Style::new(9.5, 13.5);

const NAME_LENGTH: usize = 120;
const LINE_LENGTH: usize = 100;
const ADDRESS_LINES: usize = 10;
const CONTACT_LINES: usize = 4;

/// What a paper is: its title, and facts with what each is called. A fact that is empty is left out.
pub(super) struct Head<'a> {
    pub shop: &'a Shop,
    pub title: &'a str,
    pub facts: Vec<(&'static str, String)>,
    /// Whom it is for, with what stands over each address.
    pub addresses: Vec<(&'static str, Vec<String>)>,
}

/// The name of a shop as it is printed.
pub(super) fn name(shop: &Shop) -> String {
    text::line(&shop.name, NAME_LENGTH)
}

/// The colour of the shop, or black where it is too pale to be read on white.
pub(super) fn colour(shop: &Shop) -> Colour {
    let Colour { red, green, blue } = shop.colour;
    // How bright it looks, 0 to 255,000, by the weights of the television standard.
    let brightness = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    if brightness > 165_000 { INK } else { shop.colour }
}

/// Places the head of the first page.
pub(super) fn place(sheets: &mut Sheets<'_>, head: Head<'_>) {
    let top = sheets.y;
    let left = place_shop(sheets, head.shop, top);
    let right = place_title(sheets, head.title, head.facts, top);
    sheets.y = left.max(right) + 26.0;
    place_addresses(sheets, &head.addresses);
}

fn place_shop(sheets: &mut Sheets<'_>, shop: &Shop, top: f32) -> f32 {
    let name = name(shop);
    let mut y = top;
    if !name.is_empty() {
        let fits = sheets.letters.width(&name, NAME.weight) * NAME.size <= FIRST.1 - FIRST.0;
        let style = if fits { NAME } else { LONG_NAME };
        sheets.part(Role::Paragraph, |sheets| {
            y = sheets.flow(&name, style.in_colour(colour(shop)), FIRST, y, 3) + 4.0;
        });
    }
    for (lines, most) in [(&shop.address, ADDRESS_LINES), (&shop.contact, CONTACT_LINES)] {
        let lines = text::lines(lines, most, LINE_LENGTH);
        if !lines.is_empty() {
            sheets.part(Role::Paragraph, |sheets| y = place_lines(sheets, &lines, SMALL, FIRST, y) + 4.0);
        }
    }
    y
}

fn place_title(sheets: &mut Sheets<'_>, title: &str, facts: Vec<(&'static str, String)>, top: f32) -> f32 {
    sheets.part(Role::Title(title.to_owned()), |sheets| {
        sheets.say_smaller(title, TITLE, Side::Left, SECOND, top);
    });
    sheets.y = top + TITLE.leading + 3.0;
    let facts = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    let rows = facts.map(|(label, fact)| {
        let cells = vec![Cell::new(label.to_owned()).grey(), Cell::new(fact)];
        Row { cells, sum: false }
    });
    let columns = [Kind::Words, Kind::Rest].map(|kind| Column { head: String::new(), kind });
    let table =
        Table { edges: SECOND, columns: columns.into(), rows: rows.collect(), padding: 1.0, ruled: false };
    table.place(sheets);
    sheets.y
}

fn place_addresses(sheets: &mut Sheets<'_>, addresses: &[(&'static str, Vec<String>)]) {
    let top = sheets.y;
    for ((over, lines), edges) in addresses.iter().zip([FIRST, SECOND]) {
        let lines = text::lines(lines, ADDRESS_LINES, LINE_LENGTH);
        sheets.part(Role::Heading((*over).to_owned()), |sheets| {
            sheets.say(over, OVER, Side::Left, edges, top);
        });
        let mut y = top + OVER.leading + 2.0;
        if !lines.is_empty() {
            sheets.part(Role::Paragraph, |sheets| y = place_lines(sheets, &lines, ADDRESS, edges, y));
        }
        sheets.y = sheets.y.max(y);
    }
    if sheets.y > top {
        sheets.y += 26.0;
    }
}

fn place_lines(sheets: &mut Sheets<'_>, lines: &[String], style: Style, edges: (f32, f32), top: f32) -> f32 {
    lines.iter().fold(top, |y, line| sheets.flow(line, style, edges, y, 2))
}
