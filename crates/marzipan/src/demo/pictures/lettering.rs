//! Letters as outlines. Rule: what is written is measured first, so that it fits where it goes; no font of the machine is
//! asked for.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use ttf_parser::{GlyphId, OutlineBuilder};

/// A type face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Serif,
    Italic,
    Sans,
    Script,
}

/// How a line is set: its face, its size in pixels, and what is added between letters, in parts of the size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub face: Face,
    pub size: f64,
    pub spacing: f64,
}

impl Style {
    pub(super) const fn new(face: Face, size: f64, spacing: f64) -> Self {
        Self { face, size, spacing }
    }

    const fn sized(self, size: f64) -> Self {
        Self { size, ..self }
    }
}

/// The faces that are built in.
pub(super) struct Letters {
    serif: ttf_parser::Face<'static>,
    italic: ttf_parser::Face<'static>,
    sans: ttf_parser::Face<'static>,
    script: ttf_parser::Face<'static>,
}

struct Placed {
    glyph: GlyphId,
    x: f64,
    advance: f64,
}

impl Letters {
    pub(super) fn load() -> Result<Self> {
        let face =
            |data: &'static [u8]| ttf_parser::Face::parse(data, 0).context("a built-in font can not be read");
        Ok(Self {
            serif: face(include_bytes!("../../../demo/fonts/serif.ttf"))?,
            italic: face(include_bytes!("../../../demo/fonts/italic.ttf"))?,
            sans: face(include_bytes!("../../../demo/fonts/sans.ttf"))?,
            script: face(include_bytes!("../../../demo/fonts/script.ttf"))?,
        })
    }

    const fn face(&self, face: Face) -> &ttf_parser::Face<'static> {
        match face {
            Face::Serif => &self.serif,
            Face::Italic => &self.italic,
            Face::Sans => &self.sans,
            Face::Script => &self.script,
        }
    }

    /// Whether every letter of a text can be drawn in every face.
    #[cfg(test)]
    pub(super) fn can_write(&self, text: &str) -> bool {
        let faces = [&self.serif, &self.italic, &self.sans, &self.script];
        faces.iter().all(|face| text.chars().all(|letter| face.glyph_index(letter).is_some()))
    }

    fn place(&self, text: &str, style: Style) -> Vec<Placed> {
        let face = self.face(style.face);
        let scale = style.size / f64::from(face.units_per_em());
        let mut x = 0.0;
        let mut last = None;
        let mut placed = Vec::with_capacity(text.len());
        for letter in text.chars() {
            let Some(glyph) = face.glyph_index(letter) else { continue };
            if let Some(last) = last {
                x += kerning(face, last, glyph) * scale;
            }
            let advance = f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
            placed.push(Placed { glyph, x, advance });
            x += advance + style.spacing * style.size;
            last = Some(glyph);
        }
        placed
    }

    /// How wide a line is, without the space after its last letter.
    pub(super) fn width(&self, text: &str, style: Style) -> f64 {
        self.place(text, style).last().map_or(0.0, |last| last.x + last.advance)
    }

    /// The style, made smaller where the line would be wider than `widest`.
    pub(super) fn fit(&self, text: &str, style: Style, widest: f64) -> Style {
        let width = self.width(text, style);
        if width > widest { style.sized(style.size * widest / width) } else { style }
    }

    /// The outline of a line that begins at `x` and stands on `y`.
    pub(super) fn line(&self, text: &str, style: Style, x: f64, y: f64) -> String {
        let mut pen = Pen { out: String::new(), turn: (1.0, 0.0), at: (x, y), scale: 1.0 };
        let face = self.face(style.face);
        pen.scale = style.size / f64::from(face.units_per_em());
        for placed in self.place(text, style) {
            pen.at = (x + placed.x, y);
            face.outline_glyph(placed.glyph, &mut pen);
        }
        pen.out
    }

    /// The outline of a line on a circle round `centre`, its middle at `angle` (radians, 0 is the top, clockwise). `inside`
    /// stands its feet outwards, for the lower half.
    pub(super) fn arc(
        &self,
        text: &str,
        style: Style,
        centre: (f64, f64),
        radius: f64,
        angle: f64,
        inside: bool,
    ) -> String {
        let face = self.face(style.face);
        let scale = style.size / f64::from(face.units_per_em());
        let half = self.width(text, style) / 2.0;
        let way = if inside { -1.0 } else { 1.0 };
        let mut pen = Pen { out: String::new(), turn: (1.0, 0.0), at: centre, scale };
        for placed in self.place(text, style) {
            let middle = placed.x + placed.advance / 2.0 - half;
            let at = angle + way * middle / radius;
            let (sin, cos) = at.sin_cos();
            let foot = (centre.0 + radius * sin, centre.1 - radius * cos);
            pen.turn = (way * cos, way * sin);
            let back = placed.advance / 2.0;
            pen.at = (foot.0 - pen.turn.0 * back, foot.1 - pen.turn.1 * back);
            face.outline_glyph(placed.glyph, &mut pen);
        }
        pen.out
    }
}

fn kerning(face: &ttf_parser::Face<'_>, left: GlyphId, right: GlyphId) -> f64 {
    let Some(kern) = face.tables().kern else { return 0.0 };
    let table = kern.subtables.into_iter().find(|table| table.horizontal && !table.variable);
    table.and_then(|table| table.glyphs_kerning(left, right)).map_or(0.0, f64::from)
}

struct Pen {
    out: String,
    turn: (f64, f64),
    at: (f64, f64),
    scale: f64,
}

impl Pen {
    fn point(&mut self, x: f32, y: f32) {
        let (x, y) = (f64::from(x) * self.scale, -f64::from(y) * self.scale);
        let (cos, sin) = self.turn;
        // Writing to a String can not fail.
        let _ =
            write!(self.out, "{:.2} {:.2} ", self.at.0 + x * cos - y * sin, self.at.1 + x * sin + y * cos);
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.out.push('M');
        self.point(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.out.push('L');
        self.point(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.out.push('Q');
        self.point(x1, y1);
        self.point(x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.out.push('C');
        self.point(x1, y1);
        self.point(x2, y2);
        self.point(x, y);
    }

    fn close(&mut self) {
        self.out.push('Z');
    }
}
