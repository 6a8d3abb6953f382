//! Tables. Rule: a row is never torn, and the head is repeated on every page that rows go over to; figures stand under one
//! another and are never broken.

use super::letters::Weight;
use super::sheet::{GREY, HAIR, HAIRLINE, INK, Mark, Role, Sheets, Side, Style};

/// Between two columns, in points.
const GAP: f32 = 14.0;
/// What the columns that fit their content leave for the one that takes the rest, in points.
const LEAST_REST: f32 = 150.0;
/// The widest that a column which fits its content gets, in points.
const WIDEST_FIT: f32 = 110.0;
const TICK: f32 = 9.0;
/// Over the line of a sum, in points.
const SUM_AIR: f32 = 4.0;
const BODY: Style = Style::new(9.0, 12.5);
const UNDER: Style = Style::new(8.0, 11.0).in_colour(GREY);
const HEAD: Style = Style::new(7.5, 10.0).in_colour(GREY);

/// A table, before it is placed.
pub(super) struct Table {
    /// Its left and its right edge, in points.
    pub edges: (f32, f32),
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Over and under the text of a row, in points.
    pub padding: f32,
    /// Whether columns have heads and rows have lines between them.
    pub ruled: bool,
}

/// A column.
pub(super) struct Column {
    /// What stands over it.
    pub head: String,
    pub kind: Kind,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words, in what the other columns leave.
    Rest,
    /// Words, as wide as they need to be.
    Words,
    /// Figures, as wide as they need to be, on the right.
    Figures,
    /// A square to be ticked by hand.
    Tick,
}

/// A row.
pub(super) struct Row {
    pub cells: Vec<Cell>,
    /// It is the sum of the others.
    pub sum: bool,
}

/// What stands in one column of a row.
pub(super) struct Cell {
    pub text: String,
    /// A smaller text under it, or nothing.
    pub under: String,
    pub bold: bool,
    pub grey: bool,
}

impl Cell {
    pub(super) const fn new(text: String) -> Self {
        Self { text, under: String::new(), bold: false, grey: false }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn grey(self) -> Self {
        Self { grey: true, ..self }
    }

    /// With a smaller text under it.
    pub(super) fn over(self, under: String) -> Self {
        Self { under, ..self }
    }
}

/// The left and the right edge of a column, in points.
type Edges = (f32, f32);

impl Table {
    /// How high it is on a page that is long enough, in points.
    pub(super) fn height(&self, sheets: &Sheets<'_>) -> f32 {
        let edges = self.column_edges(sheets);
        let rows: f32 = self.rows.iter().map(|row| self.row_height(sheets, row, &edges)).sum();
        rows + self.head_height(sheets, &edges)
    }

    /// Places it from where the page is filled to, and goes over to new pages where it needs them.
    pub(super) fn place(&self, sheets: &mut Sheets<'_>) {
        let edges = self.column_edges(sheets);
        let Some(first) = self.rows.first() else { return };
        sheets.need(self.head_height(sheets, &edges) + self.row_height(sheets, first, &edges));
        sheets.part(Role::Table, |sheets| {
            if self.ruled {
                sheets.part(Role::TableHead, |sheets| self.place_head(sheets, &edges));
            }
            sheets.part(Role::TableBody, |sheets| {
                for row in &self.rows {
                    let height = self.row_height(sheets, row, &edges);
                    if sheets.need(height) && self.ruled {
                        self.repeat_head(sheets, &edges);
                    }
                    self.place_row(sheets, row, height, &edges);
                }
            });
        });
    }

    /// Where the columns stand. Those that fit their content are made narrower where too little would be left for the rest,
    /// but not narrower than their heads.
    fn column_edges(&self, sheets: &Sheets<'_>) -> Vec<Edges> {
        let heads: Vec<f32> = self.columns.iter().map(|column| head_width(sheets, column)).collect();
        let more: Vec<f32> = heads
            .iter()
            .enumerate()
            .map(|(at, head)| (self.cells_width(sheets, at) - head).max(0.0))
            .collect();
        let room = self.columns.iter().skip(1).fold(self.edges.1 - self.edges.0, |room, _| room - GAP);
        let spare = room - heads.iter().sum::<f32>();
        let wanted: f32 = more.iter().sum();
        let given = wanted.min((spare - LEAST_REST.min(room / 2.0)).max(0.0));
        let scale = if wanted > 0.0 { given / wanted } else { 0.0 };

        let mut x = self.edges.0;
        let mut edges = Vec::with_capacity(heads.len());
        for ((column, head), more) in self.columns.iter().zip(heads).zip(more) {
            let width = if column.kind == Kind::Rest { spare - given } else { head + more * scale };
            edges.push((x, x + width));
            x += width + GAP;
        }
        edges
    }

    /// How wide the widest text of a column that fits its content is, in points.
    fn cells_width(&self, sheets: &Sheets<'_>, at: usize) -> f32 {
        if self.columns.get(at).is_none_or(|column| matches!(column.kind, Kind::Rest | Kind::Tick)) {
            return 0.0;
        }
        let cells = self.rows.iter().filter_map(|row| Some((row, row.cells.get(at)?)));
        let widths = cells.map(|(row, cell)| {
            let style = style(row, cell);
            sheets.letters.width(&cell.text, style.weight) * style.size
        });
        // A hair more, so that rounding breaks no line.
        widths.fold(0.0, f32::max).min(WIDEST_FIT) + 0.1
    }

    fn head_height(&self, sheets: &Sheets<'_>, edges: &[Edges]) -> f32 {
        if !self.ruled {
            return 0.0;
        }
        let lines = self.head_lines(sheets, edges);
        let highest = lines.iter().map(Vec::len).max().unwrap_or(0);
        (0..highest).fold(2.0 * self.padding, |height, _| height + HEAD.leading)
    }

    fn head_lines(&self, sheets: &Sheets<'_>, edges: &[Edges]) -> Vec<Vec<String>> {
        let wrap = |(column, edges): (&Column, &Edges)| {
            let widest = (edges.1 - edges.0) / HEAD.size;
            let paragraphs = column.head.split('\n');
            paragraphs.flat_map(|line| sheets.letters.wrap(line, HEAD.weight, widest, 3)).collect()
        };
        self.columns.iter().zip(edges).map(wrap).collect()
    }

    fn place_head(&self, sheets: &mut Sheets<'_>, edges: &[Edges]) {
        sheets.part(Role::Row, |sheets| {
            let heads = self.head_lines(sheets, edges);
            for ((column, edges), lines) in self.columns.iter().zip(edges).zip(heads) {
                sheets.part(Role::ColumnHead, |sheets| {
                    let mut y = sheets.y + self.padding;
                    for line in lines {
                        sheets.say(&format!("{} ", line.trim_end()), HEAD, side(column.kind), *edges, y);
                        y += HEAD.leading;
                    }
                });
            }
        });
        self.end_head(sheets, edges);
    }

    /// The head once more. It has been said already.
    fn repeat_head(&self, sheets: &mut Sheets<'_>, edges: &[Edges]) {
        let heads = self.head_lines(sheets, edges);
        for ((column, edges), lines) in self.columns.iter().zip(edges).zip(heads) {
            let mut y = sheets.y + self.padding;
            for line in lines {
                let mark = sheets.line(&line, HEAD, side(column.kind), *edges, y);
                sheets.adorn(mark);
                y += HEAD.leading;
            }
        }
        self.end_head(sheets, edges);
    }

    fn end_head(&self, sheets: &mut Sheets<'_>, edges: &[Edges]) {
        sheets.y += self.head_height(sheets, edges);
        sheets.rule(self.edges, sheets.y, 0.8, INK);
    }

    fn row_height(&self, sheets: &Sheets<'_>, row: &Row, edges: &[Edges]) -> f32 {
        let cells = self.columns.iter().zip(&row.cells).zip(edges);
        let heights =
            cells.map(|((column, cell), edges)| cell_height(sheets, column.kind, row, cell, *edges));
        let air = if row.sum { 2.0 * SUM_AIR } else { 0.0 };
        heights.fold(0.0, f32::max) + 2.0 * self.padding + air
    }

    fn place_row(&self, sheets: &mut Sheets<'_>, row: &Row, height: f32, edges: &[Edges]) {
        let top = sheets.y;
        if row.sum {
            sheets.rule(self.edges, top + SUM_AIR, 0.8, INK);
            sheets.y += 1.5 * SUM_AIR;
        }
        sheets.part(Role::Row, |sheets| {
            for (at, ((column, cell), edges)) in self.columns.iter().zip(&row.cells).zip(edges).enumerate() {
                // Where columns have no heads, the first cell says what the others are.
                let role = if at == 0 && !self.ruled { Role::RowHead } else { Role::Cell };
                sheets.part(role, |sheets| {
                    self.place_cell(sheets, column.kind, style(row, cell), cell, *edges);
                });
            }
        });
        sheets.y = top + height;
        if self.ruled && !row.sum {
            sheets.rule(self.edges, sheets.y, HAIRLINE, HAIR);
        }
    }

    fn place_cell(&self, sheets: &mut Sheets<'_>, kind: Kind, style: Style, cell: &Cell, edges: Edges) {
        let top = sheets.y + self.padding;
        let text = spoken(cell.text.clone());
        match kind {
            Kind::Figures => sheets.say_smaller(&text, style, Side::Right, edges, top),
            Kind::Tick => {
                sheets.say(&text, style, Side::Left, edges, top);
                let y = top + (style.leading - TICK) / 2.0;
                sheets.adorn(Mark::Square { x: edges.0, y, side: TICK, colour: GREY });
            }
            Kind::Rest | Kind::Words => {
                let mut y = top + style.leading;
                if cell.text.is_empty() {
                    sheets.say(&text, style, Side::Left, edges, top);
                } else {
                    y = sheets.flow(&text, style, edges, top, usize::MAX);
                }
                if !cell.under.is_empty() {
                    sheets.flow(&cell.under, UNDER, edges, y, usize::MAX);
                }
            }
        }
    }
}

/// How wide a column is without its cells, in points.
fn head_width(sheets: &Sheets<'_>, column: &Column) -> f32 {
    match column.kind {
        Kind::Rest => 0.0,
        Kind::Tick => TICK,
        Kind::Words | Kind::Figures => {
            let lines = column.head.split('\n');
            let widths = lines.map(|line| sheets.letters.width(line, HEAD.weight) * HEAD.size);
            widths.fold(0.0, f32::max) + 0.1
        }
    }
}

fn cell_height(sheets: &Sheets<'_>, kind: Kind, row: &Row, cell: &Cell, edges: Edges) -> f32 {
    let style = style(row, cell);
    if matches!(kind, Kind::Figures | Kind::Tick) {
        return style.leading;
    }
    let height = sheets.flow_height(&cell.text, style, edges);
    if cell.under.is_empty() { height } else { height + sheets.flow_height(&cell.under, UNDER, edges) }
}

/// A cell that is empty holds a space, so that every row of the document's tree has every cell.
fn spoken(text: String) -> String {
    if text.is_empty() { " ".to_owned() } else { text }
}

const fn side(kind: Kind) -> Side {
    match kind {
        Kind::Figures => Side::Right,
        Kind::Rest | Kind::Words | Kind::Tick => Side::Left,
    }
}

const fn style(row: &Row, cell: &Cell) -> Style {
    let weight = if cell.bold || row.sum { Weight::Bold } else { Weight::Regular };
    let colour = if cell.grey { GREY } else { INK };
    if row.sum {
        return Style { weight, size: 11.0, leading: 16.0, colour };
    }
    Style { weight, colour, ..BODY }
}
