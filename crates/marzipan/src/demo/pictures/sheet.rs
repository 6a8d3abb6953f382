//! A sheet to draw on: SVG in the making. Rule: lengths are pixels of the finished picture, y downwards.

use std::fmt::{Arguments, Write as _};

use super::lettering::{Letters, Style};

/// A drawing.
pub(super) struct Sheet<'a> {
    pub letters: &'a Letters,
    pub width: f64,
    pub height: f64,
    defs: String,
    body: String,
    ids: u32,
}

impl<'a> Sheet<'a> {
    pub(super) const fn new(letters: &'a Letters, width: f64, height: f64) -> Self {
        Self { letters, width, height, defs: String::new(), body: String::new(), ids: 0 }
    }

    /// The finished SVG.
    pub(super) fn finish(&self) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\"><defs>{}</defs>{}</svg>",
            self.width, self.height, self.defs, self.body
        )
    }

    fn put(&mut self, element: Arguments<'_>) {
        // Writing to a String can not fail.
        let _ = self.body.write_fmt(element);
    }

    fn define(&mut self, element: Arguments<'_>) {
        let _ = self.defs.write_fmt(element);
    }

    fn id(&mut self) -> u32 {
        self.ids += 1;
        self.ids
    }

    pub(super) fn fill(&mut self, path: &str, colour: &str) {
        self.put(format_args!("<path d=\"{path}\" fill=\"{colour}\"/>"));
    }

    pub(super) fn fill_faint(&mut self, path: &str, colour: &str, opacity: f64) {
        self.put(format_args!("<path d=\"{path}\" fill=\"{colour}\" fill-opacity=\"{opacity:.3}\"/>"));
    }

    pub(super) fn stroke(&mut self, path: &str, colour: &str, width: f64) {
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.2}\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        ));
    }

    pub(super) fn stroke_faint(&mut self, path: &str, colour: &str, width: f64, opacity: f64) {
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.2}\" \
             stroke-opacity=\"{opacity:.3}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        ));
    }

    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, colour: &str) {
        self.put(format_args!(
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"{colour}\"/>"
        ));
    }

    pub(super) fn frame(&mut self, margin: f64, line: f64, colour: &str) {
        let (width, height) = (self.width - 2.0 * margin, self.height - 2.0 * margin);
        self.put(format_args!(
            "<rect x=\"{margin}\" y=\"{margin}\" width=\"{width}\" height=\"{height}\" fill=\"none\" \
             stroke=\"{colour}\" stroke-width=\"{line}\"/>"
        ));
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        self.put(format_args!("<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius:.2}\" fill=\"{colour}\"/>"));
    }

    pub(super) fn ring(&mut self, x: f64, y: f64, radius: f64, colour: &str, width: f64) {
        self.put(format_args!(
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius:.2}\" fill=\"none\" stroke=\"{colour}\" \
             stroke-width=\"{width:.2}\"/>"
        ));
    }

    pub(super) fn ellipse(&mut self, x: f64, y: f64, rx: f64, ry: f64, colour: &str) {
        self.put(format_args!(
            "<ellipse cx=\"{x:.2}\" cy=\"{y:.2}\" rx=\"{rx:.2}\" ry=\"{ry:.2}\" fill=\"{colour}\"/>"
        ));
    }

    pub(super) fn rule(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, colour: &str, width: f64) {
        self.put(format_args!(
            "<line x1=\"{x1:.2}\" y1=\"{y1:.2}\" x2=\"{x2:.2}\" y2=\"{y2:.2}\" stroke=\"{colour}\" \
             stroke-width=\"{width:.2}\" stroke-linecap=\"round\"/>"
        ));
    }

    /// A paint that goes from one point to another: stops of place, colour and opacity.
    pub(super) fn gradient(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        stops: &[(f64, &str, f64)],
    ) -> String {
        let id = self.id();
        self.define(format_args!(
            "<linearGradient id=\"i{id}\" gradientUnits=\"userSpaceOnUse\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\">",
            from.0, from.1, to.0, to.1
        ));
        self.stops(stops);
        self.define(format_args!("</linearGradient>"));
        format!("url(#i{id})")
    }

    /// A paint that goes outwards from a point.
    pub(super) fn glow(&mut self, centre: (f64, f64), radius: f64, stops: &[(f64, &str, f64)]) -> String {
        let id = self.id();
        self.define(format_args!(
            "<radialGradient id=\"i{id}\" gradientUnits=\"userSpaceOnUse\" cx=\"{}\" cy=\"{}\" r=\"{radius}\">",
            centre.0, centre.1
        ));
        self.stops(stops);
        self.define(format_args!("</radialGradient>"));
        format!("url(#i{id})")
    }

    fn stops(&mut self, stops: &[(f64, &str, f64)]) {
        for (place, colour, opacity) in stops {
            self.define(format_args!(
                "<stop offset=\"{place}\" stop-color=\"{colour}\" stop-opacity=\"{opacity}\"/>"
            ));
        }
    }

    /// Draws with the origin at a point and everything `scale` times as large.
    pub(super) fn at(&mut self, x: f64, y: f64, scale: f64, draw: impl FnOnce(&mut Self)) {
        self.put(format_args!("<g transform=\"translate({x:.2} {y:.2}) scale({scale:.4})\">"));
        draw(self);
        self.put(format_args!("</g>"));
    }

    /// Draws with the origin at a point and width and height stretched apart.
    pub(super) fn flat(&mut self, x: f64, y: f64, scale: (f64, f64), draw: impl FnOnce(&mut Self)) {
        self.put(format_args!(
            "<g transform=\"translate({x:.2} {y:.2}) scale({:.4} {:.4})\">",
            scale.0, scale.1
        ));
        draw(self);
        self.put(format_args!("</g>"));
    }

    /// Draws turned by degrees, clockwise, round a point that becomes the origin.
    pub(super) fn turned(&mut self, x: f64, y: f64, degrees: f64, draw: impl FnOnce(&mut Self)) {
        self.put(format_args!("<g transform=\"translate({x:.2} {y:.2}) rotate({degrees:.2})\">"));
        draw(self);
        self.put(format_args!("</g>"));
    }

    /// Draws its mirror image, left and right changed, with the origin at a point.
    pub(super) fn mirrored(&mut self, x: f64, y: f64, scale: f64, draw: impl FnOnce(&mut Self)) {
        self.put(format_args!("<g transform=\"translate({x:.2} {y:.2}) scale({:.4} {scale:.4})\">", -scale));
        draw(self);
        self.put(format_args!("</g>"));
    }

    /// Draws, and shows only what is inside a path.
    pub(super) fn within(&mut self, path: &str, draw: impl FnOnce(&mut Self)) {
        let id = self.id();
        self.define(format_args!("<clipPath id=\"i{id}\"><path d=\"{path}\"/></clipPath>"));
        self.put(format_args!("<g clip-path=\"url(#i{id})\">"));
        draw(self);
        self.put(format_args!("</g>"));
    }

    /// Writes a line with its middle at `x`, as large as fits `widest`. Gives back the size.
    pub(super) fn centred(
        &mut self,
        text: &str,
        style: Style,
        place: (f64, f64),
        widest: f64,
        colour: &str,
    ) -> f64 {
        self.line(text, style, place, 0.5, widest, colour)
    }

    /// Writes a line that begins at `x`.
    pub(super) fn left(
        &mut self,
        text: &str,
        style: Style,
        place: (f64, f64),
        widest: f64,
        colour: &str,
    ) -> f64 {
        self.line(text, style, place, 0.0, widest, colour)
    }

    /// Writes a line that ends at `x`.
    pub(super) fn right(
        &mut self,
        text: &str,
        style: Style,
        place: (f64, f64),
        widest: f64,
        colour: &str,
    ) -> f64 {
        self.line(text, style, place, 1.0, widest, colour)
    }

    /// Writes a line of which `before` (0 to 1) stands before `x`.
    fn line(
        &mut self,
        text: &str,
        style: Style,
        (x, y): (f64, f64),
        before: f64,
        widest: f64,
        colour: &str,
    ) -> f64 {
        let style = self.letters.fit(text, style, widest);
        let start = x - self.letters.width(text, style) * before;
        let path = self.letters.line(text, style, start, y);
        self.fill(&path, colour);
        style.size
    }
}

/// The path of a rectangle.
pub(super) fn boxed(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("M{x:.2} {y:.2}h{width:.2}v{height:.2}h{:.2}Z", -width)
}

/// The path of a rectangle with round corners.
pub(super) fn rounded(x: f64, y: f64, width: f64, height: f64, radius: f64) -> String {
    let (right, bottom) = (x + width, y + height);
    format!(
        "M{:.2} {y:.2}H{:.2}A{radius} {radius} 0 0 1 {right:.2} {:.2}V{:.2}A{radius} {radius} 0 0 1 {:.2} {bottom:.2}\
         H{:.2}A{radius} {radius} 0 0 1 {x:.2} {:.2}V{:.2}A{radius} {radius} 0 0 1 {:.2} {y:.2}Z",
        x + radius,
        right - radius,
        y + radius,
        bottom - radius,
        right - radius,
        x + radius,
        bottom - radius,
        y + radius,
        x + radius,
    )
}

/// The path of a circle.
pub(super) fn disc(x: f64, y: f64, radius: f64) -> String {
    format!(
        "M{:.2} {y:.2}a{radius:.2} {radius:.2} 0 1 0 {:.2} 0a{radius:.2} {radius:.2} 0 1 0 {:.2} 0Z",
        x - radius,
        2.0 * radius,
        -2.0 * radius
    )
}

/// The path of an arched window: a half circle upon a rectangle.
pub(super) fn arched(x: f64, y: f64, width: f64, height: f64) -> String {
    let radius = width / 2.0;
    format!(
        "M{x:.2} {:.2}V{:.2}A{radius:.2} {radius:.2} 0 0 1 {:.2} {:.2}V{:.2}Z",
        y + height,
        y + radius,
        x + width,
        y + radius,
        y + height
    )
}

/// A closed path through points.
pub(super) fn polygon(points: &[(f64, f64)]) -> String {
    let mut path = open(points);
    path.push('Z');
    path
}

/// A path through points.
pub(super) fn open(points: &[(f64, f64)]) -> String {
    let mut path = String::with_capacity(points.len() * 14);
    for (index, (x, y)) in points.iter().enumerate() {
        let _ = write!(path, "{}{x:.2} {y:.2}", if index == 0 { 'M' } else { 'L' });
    }
    path
}

/// A colour between two, both `#rrggbb`: 0 is the first, 1 the second.
pub(super) fn mix(first: &str, second: &str, part: f64) -> String {
    let part_of = |colour: &str, at: usize| {
        colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).map_or(0.0, f64::from)
    };
    let channel = |at| {
        let (from, to) = (part_of(first, at), part_of(second, at));
        format!("{:02x}", whole(from + (to - from) * part))
    };
    format!("#{}{}{}", channel(1), channel(3), channel(5))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held within 0 to 255")]
fn whole(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// Numbers that look like chance and are the same for the same name.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(name: &str) -> Self {
        // FNV-1a, so that names that differ by one letter begin far apart.
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u32 {
        // SplitMix64; the upper half has the better bits.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from(upper).unwrap_or_default()
    }

    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * f64::from(self.next()) / f64::from(u32::MAX)
    }

    pub(super) fn pick<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        let count = u32::try_from(things.len()).unwrap_or(1).max(1);
        &things[usize::try_from(self.next() % count).unwrap_or_default()]
    }
}
