//! Pages as they fill. Rule: everything is placed before anything is drawn, so that each page can say how many there are;
//! what is said stands in the document's tree, in the order it is read, and what only adorns stands outside of it.

use super::letters::{Letters, Setting, Weight};
use super::values::Colour;
use super::words;

/// A4, in points (1/72 inch).
pub(super) const PAGE: (f32, f32) = (595.276, 841.89);
/// Where what is said begins and ends, in points from the left.
pub(super) const LEFT: f32 = 54.0;
pub(super) const RIGHT: f32 = PAGE.0 - LEFT;
/// Where the first page begins, in points from its top; and the ones after it, under their running head.
pub(super) const FIRST_TOP: f32 = 54.0;
const NEXT_TOP: f32 = 84.0;
/// Where what is said ends, in points from the top of the page. The foot is below.
const BOTTOM: f32 = PAGE.1 - 84.0;
const FOOT: f32 = PAGE.1 - 66.0;
const RUNNING_HEAD: f32 = 48.0;
/// The lines that a footer may take.
const FOOT_LINES: usize = 3;

/// Nearly black, for what is to be read first.
pub(super) const INK: Colour = Colour { red: 0x1d, green: 0x21, blue: 0x26 };
/// For what goes with it; dark enough for poor eyes and poor printers.
pub(super) const GREY: Colour = Colour { red: 0x5c, green: 0x63, blue: 0x6b };
/// For lines between rows.
pub(super) const HAIR: Colour = Colour { red: 0xd3, green: 0xd7, blue: 0xdc };
/// The thickness of these, in points.
pub(super) const HAIRLINE: f32 = 0.5;

/// How letters look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub weight: Weight,
    /// In points.
    pub size: f32,
    /// From one line to the next, in points.
    pub leading: f32,
    pub colour: Colour,
}

impl Style {
    pub(super) const fn new(size: f32, leading: f32) -> Self {
        Self { weight: Weight::Regular, size, leading, colour: INK }
    }

    pub(super) const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    pub(super) const fn in_colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
}

/// Where a line stands between its two edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// What is drawn.
pub(super) enum Mark {
    /// Letters that begin at `x` and stand on `y`.
    Letters { setting: Setting, weight: Weight, size: f32, colour: Colour, x: f32, y: f32 },
    /// A filled rectangle.
    Bar { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    /// The outline of a square.
    Square { x: f32, y: f32, side: f32, colour: Colour },
}

/// A mark and what it is in the document.
pub(super) struct Placed {
    pub mark: Mark,
    pub place: Place,
}

/// Whether a mark says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It does: a leaf of the tree. They are numbered in the order of drawing.
    Said,
    /// It adorns, or repeats what was said.
    Adornment,
    /// It is a page's foot.
    Foot,
    /// It is a page's running head.
    Head,
}

/// What a part of a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The document's one title.
    Title(String),
    /// What stands over a part.
    Heading(String),
    Paragraph,
    Table,
    TableHead,
    TableBody,
    Row,
    ColumnHead,
    RowHead,
    Cell,
}

/// A part of the document, with what is in it.
pub(super) struct Part {
    pub role: Role,
    pub children: Vec<Child>,
}

/// What is in a part.
pub(super) enum Child {
    Part(Part),
    /// A mark that says something, by its number.
    Leaf(usize),
}

/// Pages that are being filled, from top to bottom.
pub(super) struct Sheets<'a> {
    pub letters: &'a Letters,
    /// How far the present page is filled, in points from its top.
    pub y: f32,
    pages: Vec<Vec<Placed>>,
    leaves: usize,
    open: Vec<Part>,
    parts: Vec<Part>,
}

/// All pages, and the tree of what they say.
pub(super) struct Filled {
    pub pages: Vec<Vec<Placed>>,
    pub parts: Vec<Part>,
}

impl<'a> Sheets<'a> {
    pub(super) fn new(letters: &'a Letters) -> Self {
        let pages = vec![Vec::new()];
        Self { letters, y: FIRST_TOP, pages, leaves: 0, open: Vec::new(), parts: Vec::new() }
    }

    /// Which page it is, the first is 1.
    pub(super) const fn page(&self) -> usize {
        self.pages.len()
    }

    /// Begins a new page where so many points are not left on this one, and tells whether it did. On an empty page there is
    /// no more to be had.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let filled = self.y > NEXT_TOP;
        if !filled || self.y + height <= BOTTOM {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = NEXT_TOP;
        true
    }

    /// What is placed within belongs to one part.
    pub(super) fn part(&mut self, role: Role, fill: impl FnOnce(&mut Self)) {
        self.open.push(Part { role, children: Vec::new() });
        fill(self);
        let Some(part) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Child::Part(part)),
            None => self.parts.push(part),
        }
    }

    /// Places a line of a part between two edges, its room beginning at `top`.
    pub(super) fn say(&mut self, text: &str, style: Style, side: Side, edges: (f32, f32), top: f32) {
        let mark = self.line(text, style, side, edges, top);
        let Some(part) = self.open.last_mut() else {
            debug_assert!(false, "a text stands in no part of the document");
            return self.adorn(mark);
        };
        part.children.push(Child::Leaf(self.leaves));
        self.leaves += 1;
        self.put(mark, Place::Said);
    }

    /// The same, made smaller where it is too wide.
    pub(super) fn say_smaller(&mut self, text: &str, style: Style, side: Side, edges: (f32, f32), top: f32) {
        let width = self.letters.width(text, style.weight) * style.size;
        let room = edges.1 - edges.0;
        let fitting = if width > room { style.size * room / width } else { style.size };
        self.say(text, Style { size: fitting, ..style }, side, edges, top);
    }

    /// Places a text between two edges, in lines, `most` at the most; gives where the next line would begin.
    pub(super) fn flow(&mut self, text: &str, style: Style, edges: (f32, f32), top: f32, most: usize) -> f32 {
        let lines = self.letters.wrap(text, style.weight, (edges.1 - edges.0) / style.size, most);
        let mut y = top;
        for line in lines {
            self.say(&line, style, Side::Left, edges, y);
            y += style.leading;
        }
        y
    }

    /// How high [`Sheets::flow`] would make a text, in points.
    pub(super) fn flow_height(&self, text: &str, style: Style, edges: (f32, f32)) -> f32 {
        let lines = self.letters.wrap(text, style.weight, (edges.1 - edges.0) / style.size, usize::MAX);
        lines.iter().fold(0.0, |height, _| height + style.leading)
    }

    /// Places a text in lines from where the page is filled to, and goes over to new pages where it needs them.
    pub(super) fn tell(&mut self, text: &str, style: Style, edges: (f32, f32), bar: Option<Colour>) {
        for line in self.letters.wrap(text, style.weight, (edges.1 - edges.0) / style.size, usize::MAX) {
            self.need(style.leading);
            if let Some(colour) = bar {
                let (x, y, width, height) = (LEFT, self.y, 2.0, style.leading);
                self.adorn(Mark::Bar { x, y, width, height, colour });
            }
            if !line.is_empty() {
                self.say(&line, style, Side::Left, edges, self.y);
            }
            self.y += style.leading;
        }
    }

    /// A line that is not a part of the document.
    pub(super) fn line(&self, text: &str, style: Style, side: Side, edges: (f32, f32), top: f32) -> Mark {
        let setting = self.letters.set(text, style.weight);
        let x = match side {
            Side::Left => edges.0,
            Side::Right => {
                // A space at the end hangs out.
                let hanging = if text.ends_with(' ') { self.letters.width(" ", style.weight) } else { 0.0 };
                edges.1 - (setting.width - hanging) * style.size
            }
        };
        // Capitals are 0.727 of the size high; they stand in the middle of the line's room.
        let y = top + 0.5 * style.leading + 0.364 * style.size;
        Mark::Letters { setting, weight: style.weight, size: style.size, colour: style.colour, x, y }
    }

    /// A line across, from edge to edge, with its middle at `y`.
    pub(super) fn rule(&mut self, edges: (f32, f32), y: f32, thickness: f32, colour: Colour) {
        let (x, width) = (edges.0, edges.1 - edges.0);
        self.adorn(Mark::Bar { x, y: y - thickness / 2.0, width, height: thickness, colour });
    }

    /// Places what says nothing.
    pub(super) fn adorn(&mut self, mark: Mark) {
        self.put(mark, Place::Adornment);
    }

    fn put(&mut self, mark: Mark, place: Place) {
        if let Some(page) = self.pages.last_mut() {
            page.push(Placed { mark, place });
        }
    }

    /// Puts the feet under all pages, and the running head over all but the first.
    pub(super) fn finish(mut self, head: &str, footer: &str) -> Filled {
        let count = self.pages.len();
        let mut pages = std::mem::take(&mut self.pages);
        for (at, page) in pages.iter_mut().enumerate() {
            if at > 0 {
                page.extend(self.running_head(head));
            }
            page.extend(self.foot(footer, &words::page_of(at + 1, count)));
        }
        Filled { pages, parts: self.parts }
    }

    fn running_head(&self, head: &str) -> Vec<Placed> {
        let style = Style::new(8.0, 12.0).in_colour(GREY);
        let text = self.letters.wrap(head, style.weight, (RIGHT - LEFT) / style.size, 1).concat();
        let line = self.line(&text, style, Side::Left, (LEFT, RIGHT), RUNNING_HEAD);
        let (y, width, height) = (RUNNING_HEAD + 16.0, RIGHT - LEFT, HAIRLINE);
        let rule = Mark::Bar { x: LEFT, y, width, height, colour: HAIR };
        [line, rule].into_iter().map(|mark| Placed { mark, place: Place::Head }).collect()
    }

    fn foot(&self, footer: &str, number: &str) -> Vec<Placed> {
        let style = Style::new(7.5, 10.5).in_colour(GREY);
        let (width, height) = (RIGHT - LEFT, HAIRLINE);
        let mut marks = vec![Mark::Bar { x: LEFT, y: FOOT, width, height, colour: HAIR }];
        let top = FOOT + 8.0;
        marks.push(self.line(number, style, Side::Right, (LEFT, RIGHT), top));
        let edges = (LEFT, RIGHT - 80.0);
        let mut y = top;
        for line in self.letters.wrap(footer, style.weight, (edges.1 - edges.0) / style.size, FOOT_LINES) {
            marks.push(self.line(&line, style, Side::Left, edges, y));
            y += style.leading;
        }
        marks.into_iter().map(|mark| Placed { mark, place: Place::Foot }).collect()
    }
}
