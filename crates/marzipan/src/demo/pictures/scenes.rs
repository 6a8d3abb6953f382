//! Landscapes that fill a rectangle. Rule: what is told as `top` is left to the sky, so that words can stand there.

use super::motifs::{self, kestrel, perched};
use super::palette::Palette;
use super::sheet::{Dice, Sheet, arched, mix, open, polygon};

/// The landscapes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    Andes,
    Bridge,
    Chapel,
    Cliffs,
    Cypresses,
    Downs,
    Lagoon,
    Poplars,
    Railway,
    Ridge,
    River,
    Strata,
    Terraces,
    Tunnel,
    Volcano,
}

/// Where a landscape is drawn: its size, and how far down the sky reaches before anything stands in it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub width: f64,
    pub height: f64,
    pub top: f64,
}

impl Field {
    /// A height between the top of the land and the bottom of the field.
    fn down(self, part: f64) -> f64 {
        self.top + (self.height - self.top) * part
    }

    fn across(self, part: f64) -> f64 {
        self.width * part
    }

    fn land(self) -> f64 {
        self.height - self.top
    }
}

impl Scene {
    pub(super) fn draw(self, s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
        match self {
            Self::Andes => andes(s, p, field),
            Self::Bridge => bridge(s, p, field),
            Self::Chapel => chapel(s, p, field),
            Self::Cliffs => cliffs(s, p, field, dice),
            Self::Cypresses => cypresses(s, p, field),
            Self::Downs => downs(s, p, field, dice),
            Self::Lagoon => lagoon(s, p, field),
            Self::Poplars => poplars(s, p, field),
            Self::Railway => railway(s, p, field),
            Self::Ridge => ridge(s, p, field, dice),
            Self::River => river(s, p, field),
            Self::Strata => strata(s, p, field, dice),
            Self::Terraces => terraces(s, p, field),
            Self::Tunnel => tunnel(s, p, field, dice),
            Self::Volcano => volcano(s, p, field),
        }
    }
}

fn sky(s: &mut Sheet<'_>, field: Field, above: &str, below: &str) {
    let paint = s.gradient((0.0, 0.0), (0.0, field.height), &[(0.0, above, 1.0), (0.85, below, 1.0)]);
    s.rect(0.0, 0.0, field.width, field.height, &paint);
}

/// Land below a gentle line.
fn hill(field: Field, y: f64, swell: f64, phase: f64, waves: f64) -> String {
    let mut points = Vec::new();
    let mut x = -10.0;
    while x <= field.width + 10.0 {
        let at = x / field.width * std::f64::consts::TAU * waves + phase;
        points.push((x, y + swell * (at.sin() * 0.7 + (at * 1.9 + phase).sin() * 0.3)));
        x += 8.0;
    }
    points.push((field.width + 10.0, field.height + 10.0));
    points.push((-10.0, field.height + 10.0));
    polygon(&points)
}

/// A mountain with a sunny and a shaded side, and snow on it.
struct Peak<'p> {
    at: (f64, f64),
    base: f64,
    half: f64,
    light: &'p str,
    dark: &'p str,
    snow: Option<&'p str>,
}

impl Peak<'_> {
    fn draw(&self, s: &mut Sheet<'_>) {
        let ((x, y), height) = (self.at, self.base - self.at.1);
        let slope = self.half / height;
        s.fill(&polygon(&[(x, y), (x + self.half, self.base), (x - self.half, self.base)]), self.light);
        let foot = x + self.half * 0.12;
        s.fill(
            &polygon(&[
                (x, y),
                (x + self.half, self.base),
                (foot, self.base),
                (x - height * 0.05, y + height * 0.62),
                (x + height * 0.06, y + height * 0.36),
            ]),
            self.dark,
        );
        let Some(snow) = self.snow else { return };
        let cap = height * 0.34;
        let reach = cap * slope;
        s.fill(
            &polygon(&[
                (x, y),
                (x + reach, y + cap),
                (x + reach * 0.52, y + cap * 0.78),
                (x + reach * 0.25, y + cap * 1.12),
                (x - reach * 0.1, y + cap * 0.74),
                (x - reach * 0.42, y + cap * 1.08),
                (x - reach * 0.7, y + cap * 0.8),
                (x - reach, y + cap),
            ]),
            snow,
        );
    }
}

fn andes(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.55));
    s.circle(field.across(0.7), field.down(0.16), field.width * 0.105, p.third);
    let far = (mix(p.second, p.paper, 0.55), mix(p.second, p.paper, 0.4));
    let near = (mix(p.second, p.paper, 0.15), p.second);
    let ranges = [(&far, [(0.12, 0.2, 0.3), (0.5, 0.12, 0.34), (0.88, 0.22, 0.3)], 0.62)];
    for ((light, dark), peaks, base) in ranges {
        for (x, y, half) in peaks {
            Peak {
                at: (field.across(x), field.down(y)),
                base: field.down(base),
                half: field.across(half),
                light,
                dark,
                snow: Some(p.paper),
            }
            .draw(s);
        }
    }
    for (x, y, half) in [(0.02, 0.38, 0.3), (0.32, 0.26, 0.33), (0.78, 0.34, 0.4)] {
        Peak {
            at: (field.across(x), field.down(y)),
            base: field.down(0.7),
            half: field.across(half),
            light: &near.0,
            dark: &near.1,
            snow: Some(p.paper),
        }
        .draw(s);
    }
    let plain = hill(field, field.down(0.66), 8.0, 0.6, 0.6);
    s.fill(&plain, p.accent);
    vine_rows(s, field, field.down(0.665), &mix(p.accent, p.ink, 0.35), 13);
    for (start, end) in [(0.47, 0.08), (0.5, 0.5), (0.53, 0.92)] {
        let (x, y) = (field.across(start), field.down(0.66));
        let (to, bottom) = (field.across(end), field.height + 6.0);
        let bend = (x * 2.0 + to) / 3.0;
        let (near, far) = (field.width * 0.032, 1.6);
        s.fill(
            &format!(
                "M{} {y}C{bend} {} {} {} {} {bottom}H{}C{} {} {bend} {} {} {y}Z",
                x - far,
                y + 50.0,
                to - near,
                bottom - 120.0,
                to - near,
                to + near,
                to + near,
                bottom - 120.0,
                y + 50.0,
                x + far
            ),
            &mix(p.paper, p.second, 0.12),
        );
    }
}

/// Rows that run together far away.
fn vine_rows(s: &mut Sheet<'_>, field: Field, from: f64, colour: &str, count: u32) {
    let middle = field.across(0.5);
    let half = f64::from(count - 1) / 2.0;
    for index in 0..count {
        let part = (f64::from(index) - half) / half;
        let start = middle + part * field.width * 0.34;
        let end = middle + part * field.width * 1.15;
        s.stroke_faint(&open(&[(start, from + 6.0), (end, field.height + 4.0)]), colour, 3.0, 0.55);
    }
}

fn downs(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.6));
    let sun_x = dice.between(0.62, 0.78);
    s.circle(field.across(sun_x), field.down(0.2), field.width * 0.1, p.third);
    let mut layers = Vec::new();
    for index in 0..5_u32 {
        let part = f64::from(index) / 4.0;
        let colour = mix(&mix(p.second, p.paper, 0.62), &mix(p.second, p.ink, 0.22), part);
        let y = field.down(0.24 + part * 0.5);
        let swell = field.land() * (0.045 + 0.012 * part);
        layers.push((hill(field, y, swell, dice.between(0.0, 6.0), dice.between(0.5, 0.9)), colour));
    }
    for (index, (land, colour)) in layers.iter().enumerate() {
        s.fill(land, colour);
        if index == 2 || index == 3 {
            let rows = mix(colour, p.accent, 0.75);
            let lean = if index == 2 { -0.5 } else { 0.42 };
            s.within(land, |s| {
                for row in 0..30_u32 {
                    let x = field.width * (-0.4 + f64::from(row) * 0.06);
                    let reach = field.land() * 0.45;
                    let top = field.down(0.3);
                    s.stroke_faint(
                        &format!(
                            "M{x} {top}Q{} {} {} {}",
                            x + reach * lean * 0.2,
                            top + reach * 0.6,
                            x + reach * lean,
                            top + reach
                        ),
                        &rows,
                        3.4,
                        0.5,
                    );
                }
            });
        }
    }
    trees(s, field, p);
    chalk_path(s, field, p.paper, 0.5);
}

fn trees(s: &mut Sheet<'_>, field: Field, p: &Palette) {
    let dark = mix(p.second, p.ink, 0.55);
    for (x, y, size) in
        [(0.12, 0.56, 24.0), (0.17, 0.575, 17.0), (0.86, 0.5, 20.0), (0.9, 0.505, 15.0), (0.82, 0.51, 13.0)]
    {
        let (x, y) = (field.across(x), field.down(y));
        s.rect(x - size * 0.07, y, size * 0.14, size * 1.1, &dark);
        s.ellipse(x, y, size * 0.62, size * 0.8, &dark);
        s.ellipse(x - size * 0.18, y - size * 0.14, size * 0.34, size * 0.46, &mix(&dark, p.second, 0.35));
    }
}

/// A path that winds towards the viewer.
fn chalk_path(s: &mut Sheet<'_>, field: Field, colour: &str, from: f64) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for step in 0..=60_u32 {
        let t = f64::from(step) / 60.0;
        let y = field.down(from) + (field.height + 10.0 - field.down(from)) * t.powf(1.25);
        let x = field.width * (0.5 + 0.2 * (t * 7.0 + 0.6).sin() * (1.0 - 0.5 * t));
        let half = 1.4 + field.width * 0.075 * t.powf(1.8);
        left.push((x - half, y));
        right.push((x + half, y));
    }
    right.reverse();
    left.extend(right);
    s.fill(&polygon(&left), colour);
}

fn ridge(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
    sky(s, field, p.paper, &mix(p.paper, p.accent, 0.4));
    let sun = (field.across(0.5), field.down(0.36));
    s.circle(sun.0, sun.1, field.width * 0.29, p.accent);
    for index in 0..4_u32 {
        let part = f64::from(index) / 3.0;
        let base = field.down(0.52 + 0.14 * f64::from(index));
        let mut points = vec![(-10.0, field.height + 10.0)];
        let mut x = -10.0;
        while x < field.width + 80.0 {
            let far = (x / field.width - 0.5 + dice.between(-0.03, 0.03)).abs();
            let rise = if index % 2 == 0 { 0.24 * (0.6 - far) } else { 0.26 * far };
            points.push((x, base - field.land() * (rise + dice.between(0.0, 0.035))));
            x += field.width * dice.between(0.05, 0.09);
        }
        points.push((x, field.height + 10.0));
        s.fill(&polygon(&points), &mix(&mix(p.second, p.accent, 0.35), p.ink, part));
    }
    s.at(sun.0, sun.1 - field.land() * 0.11, field.width / 420.0, |s| kestrel(s, p.ink));
}

fn cypresses(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.65));
    s.circle(field.across(0.28), field.down(0.2), field.width * 0.1, p.third);
    for (index, (y, phase)) in [(0.32, 1.2), (0.42, 4.0), (0.56, 0.4)].into_iter().enumerate() {
        let part = f64::from(u32::try_from(index).unwrap_or_default()) / 3.0;
        s.fill(
            &hill(field, field.down(y), 20.0, phase, 0.7),
            &mix(&mix(p.second, p.paper, 0.6), p.second, part),
        );
    }
    let dark = mix(p.second, p.ink, 0.6);
    let tall = field.land();
    for (x, y, size) in [(0.6, 0.44, 0.13), (0.66, 0.45, 0.17), (0.72, 0.455, 0.15), (0.78, 0.45, 0.11)] {
        cypress(s, (field.across(x), field.down(y)), tall * size, &dark, p.second);
    }
    let (x, y, unit) = (field.across(0.86), field.down(0.43), field.width * 0.045);
    s.rect(x - unit, y - unit, unit * 2.0, unit * 1.3, p.paper);
    s.fill(
        &polygon(&[(x - unit * 1.25, y - unit), (x, y - unit * 1.8), (x + unit * 1.25, y - unit)]),
        p.accent,
    );
    s.rect(x - unit * 0.2, y - unit * 0.45, unit * 0.4, unit * 0.75, &dark);
    s.fill(&hill(field, field.down(0.72), 16.0, 2.5, 0.55), &mix(p.second, p.ink, 0.4));
    s.fill(&hill(field, field.down(0.9), 12.0, 5.0, 0.6), &mix(p.second, p.ink, 0.7));
    for (x, size) in [(0.07, 0.4), (0.94, 0.3)] {
        cypress(s, (field.across(x), field.down(0.97)), tall * size, p.ink, &dark);
    }
    let bird = Palette { second: "#2f5d7a", accent: p.second, ..*p };
    s.at(field.across(0.2), field.down(0.66), field.width / 800.0, |s| motifs::magpie(s, &bird));
}

fn cypress(s: &mut Sheet<'_>, (x, foot): (f64, f64), tall: f64, colour: &str, light: &str) {
    let half = tall * 0.13;
    s.fill(
        &format!(
            "M{x} {}C{} {} {} {} {x} {foot}C{} {} {} {} {x} {}Z",
            foot - tall,
            x + half * 0.8,
            foot - tall * 0.7,
            x + half * 1.7,
            foot - tall * 0.1,
            x - half * 1.7,
            foot - tall * 0.1,
            x - half * 0.8,
            foot - tall * 0.7,
            foot - tall
        ),
        colour,
    );
    s.stroke_faint(
        &format!(
            "M{} {}Q{} {} {} {}",
            x - half * 0.2,
            foot - tall * 0.85,
            x - half * 0.8,
            foot - tall * 0.4,
            x - half * 0.3,
            foot - tall * 0.1
        ),
        light,
        half * 0.3,
        0.5,
    );
}

fn chapel(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.accent, 0.45));
    let wind = mix(p.paper, p.accent, 0.75);
    for (x, y, size) in [(0.2, 0.18, 1.0), (0.74, 0.1, 0.8), (0.52, 0.3, 0.6), (0.9, 0.36, 0.7)] {
        s.at(field.across(x), field.down(y), size * field.width / 640.0, |s| {
            s.stroke("M-150 30C-80 30 -20 34 20 20C58 6 52 -38 18 -36C-8 -34 -10 0 14 2", &wind, 5.0);
            s.stroke("M-110 48C-40 50 40 54 90 34C120 20 114 -6 94 -4", &wind, 4.0);
            s.stroke("M-170 10C-130 8 -100 14 -70 12", &wind, 3.4);
        });
    }
    s.fill(&hill(field, field.down(0.62), 16.0, 2.0, 0.8), &mix(p.second, p.paper, 0.5));
    let (x, y) = (field.across(0.5), field.down(0.62));
    s.fill(
        &format!(
            "M{} {h}C{} {} {} {y} {x} {y}C{} {y} {} {} {} {h}Z",
            -20.0,
            field.across(0.12),
            field.down(0.86),
            field.across(0.28),
            field.across(0.74),
            field.across(0.86),
            field.down(0.84),
            field.width + 20.0,
            h = field.height + 10.0
        ),
        p.second,
    );
    let rows = mix(p.second, p.ink, 0.3);
    for index in 0..9_u32 {
        let part = f64::from(index) / 8.0 - 0.5;
        s.stroke_faint(
            &format!(
                "M{} {}Q{} {} {} {}",
                x + part * field.width * 0.4,
                y + 30.0 + part.abs() * 60.0,
                x + part * field.width * 0.7,
                field.down(0.8),
                x + part * field.width * 1.3,
                field.height + 8.0
            ),
            &rows,
            3.0,
            0.7,
        );
    }
    s.at(x, y + 6.0, field.width / 400.0, |s| motifs::hermitage(s, p));
}

fn poplars(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.5));
    s.circle(field.across(0.5), field.down(0.42), field.width * 0.2, p.third);
    s.fill(&hill(field, field.down(0.66), 8.0, 1.0, 0.7), &mix(p.second, p.paper, 0.45));
    s.fill(&hill(field, field.down(0.74), 7.0, 3.0, 0.5), &mix(p.second, p.paper, 0.2));
    let dark = mix(p.second, p.ink, 0.45);
    for (x, tall) in [(0.27, 0.58), (0.5, 0.7), (0.73, 0.62)] {
        let (x, foot) = (field.across(x), field.down(0.82));
        let tall = field.land() * tall;
        s.rect(x - 4.0, foot - tall * 0.16, 8.0, tall * 0.2, p.ink);
        let half = field.width * 0.062;
        for (shift, wide, colour) in
            [(0.0, 1.0, dark.as_str()), (-0.22, 0.56, p.second), (-0.4, 0.24, &mix(p.second, p.paper, 0.25))]
        {
            let centre = x + shift * half;
            let (half, high) = (half * wide, tall * (0.72 + 0.28 * wide));
            s.fill(
                &format!(
                    "M{centre} {}C{} {} {} {} {centre} {}C{} {} {} {} {centre} {}Z",
                    foot - tall * 0.1 - high * 0.92,
                    centre + half * 1.1,
                    foot - high * 0.8,
                    centre + half * 1.5,
                    foot - high * 0.2,
                    foot - tall * 0.1,
                    centre - half * 1.5,
                    foot - high * 0.2,
                    centre - half * 1.1,
                    foot - high * 0.8,
                    foot - tall * 0.1 - high * 0.92
                ),
                colour,
            );
        }
    }
    s.fill(&hill(field, field.down(0.83), 4.0, 0.0, 0.6), &dark);
    let water = field.down(0.88);
    s.rect(0.0, water, field.width, field.height - water + 4.0, &mix(p.accent, p.paper, 0.35));
    for (x, y, long) in
        [(0.12, 0.2, 0.2), (0.45, 0.38, 0.3), (0.2, 0.62, 0.26), (0.66, 0.24, 0.22), (0.62, 0.7, 0.3)]
    {
        let y = water + (field.height - water) * y;
        s.rule(field.across(x), y, field.across(x + long), y, p.paper, 3.0);
    }
}

fn bridge(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.5));
    s.circle(field.across(0.74), field.down(0.18), field.width * 0.09, p.third);
    s.fill(&hill(field, field.down(0.34), 22.0, 2.0, 0.6), &mix(p.second, p.paper, 0.5));
    s.fill(&hill(field, field.down(0.46), 14.0, 5.4, 0.7), &mix(p.second, p.paper, 0.15));
    let water = field.down(0.72);
    s.rect(0.0, water, field.width, field.height - water + 4.0, p.accent);
    let (deck, stone, shade) = (field.down(0.4), mix(p.paper, p.third, 0.35), mix(p.paper, p.ink, 0.3));
    let crown = deck - field.land() * 0.05;
    s.fill(
        &format!(
            "M-10 {}L{} {crown}L{} {}V{water}H-10Z",
            deck + 14.0,
            field.across(0.5),
            field.width + 10.0,
            deck + 14.0
        ),
        &stone,
    );
    let half = field.width * 0.115;
    for (x, rise) in [(0.16, 0.0), (0.5, 14.0), (0.84, 0.0)] {
        let (x, high) = (field.across(x), water - deck - 30.0 + rise);
        let span =
            |half: f64, high: f64| format!("M{} {water}A{half} {high} 0 0 1 {} {water}Z", x - half, x + half);
        s.fill(&span(half + 9.0, high + 9.0), &shade);
        s.fill(&span(half, high), &mix(&stone, p.ink, 0.45));
        s.at(9.0, 0.0, 1.0, |s| s.fill(&span(half - 10.0, high - 5.0), &mix(p.second, p.paper, 0.3)));
    }
    // The crack that it has its name from.
    let crack = field.across(0.5);
    s.stroke(
        &open(&[
            (crack, crown - 2.0),
            (crack - 7.0, crown + 13.0),
            (crack + 5.0, crown + 24.0),
            (crack - 3.0, deck + 26.0),
        ]),
        p.ink,
        3.4,
    );
    s.stroke(
        &open(&[(-10.0, deck + 14.0), (field.across(0.5), crown), (field.width + 10.0, deck + 14.0)]),
        p.ink,
        5.0,
    );
    for (x, y, long) in [
        (0.05, 0.14, 0.24),
        (0.42, 0.2, 0.2),
        (0.72, 0.12, 0.22),
        (0.2, 0.42, 0.3),
        (0.58, 0.5, 0.32),
        (0.08, 0.72, 0.26),
        (0.46, 0.84, 0.36),
    ] {
        let y = water + (field.height - water) * y;
        s.rule(field.across(x), y, field.across(x + long), y, &mix(p.accent, p.paper, 0.6), 4.0);
    }
}

fn lagoon(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.accent, 0.75));
    let horizon = field.down(0.46);
    let (x, radius) = (field.across(0.5), field.width * 0.23);
    s.within(&super::sheet::boxed(0.0, 0.0, field.width, horizon), |s| {
        s.circle(x, horizon - radius * 0.3, radius, p.third);
    });
    s.rect(0.0, horizon, field.width, field.height - horizon + 4.0, p.second);
    let paint =
        s.gradient((0.0, horizon), (0.0, field.height), &[(0.0, p.accent, 0.75), (1.0, p.second, 0.0)]);
    s.rect(0.0, horizon, field.width, field.height - horizon + 4.0, &paint);
    for index in 0..9_u32 {
        let part = f64::from(index) / 8.0;
        let y = horizon + 16.0 + (field.height - horizon - 40.0) * part;
        let long = radius * (0.98 - 0.72 * part) * if index % 2 == 0 { 1.0 } else { 0.72 };
        s.rule(x - long, y, x + long, y, p.third, 9.0 - 4.0 * part);
    }
    for (at, long, y) in [
        (0.06, 0.16, 0.16),
        (0.8, 0.14, 0.1),
        (0.1, 0.12, 0.5),
        (0.78, 0.18, 0.46),
        (0.66, 0.12, 0.78),
        (0.16, 0.16, 0.86),
    ] {
        let y = horizon + (field.height - horizon) * y;
        s.rule(field.across(at), y, field.across(at + long), y, &mix(p.second, p.paper, 0.45), 3.0);
    }
    // Heaps of salt on the far bank.
    for (at, size) in [(0.1, 34.0), (0.17, 24.0), (0.88, 30.0)] {
        let at = field.across(at);
        s.fill(&polygon(&[(at - size, horizon), (at, horizon - size * 0.8), (at + size, horizon)]), p.paper);
        s.fill(
            &polygon(&[(at, horizon - size * 0.8), (at + size, horizon), (at + size * 0.2, horizon)]),
            &mix(p.paper, p.second, 0.3),
        );
    }
}

fn terraces(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.45));
    let steps = 9_u32;
    for index in 0..steps {
        let part = f64::from(index) / f64::from(steps - 1);
        let y = field.down(0.14 + part * 0.72);
        let shift = f64::from(index) * 0.55;
        let swell = field.land() * 0.055;
        let colour = mix(&mix(p.second, p.paper, 0.5), &mix(p.accent, p.ink, 0.25), part);
        s.fill(&hill(field, y, swell, shift, 0.62), &colour);
        let wall = hill_line(field, y + 7.0, swell, shift, 0.62);
        s.stroke_faint(&open(&wall), p.paper, 2.4, 0.75);
        let vine = mix(&colour, p.ink, 0.45);
        for (count, (x, y)) in wall.iter().enumerate() {
            if count % 4 == 1 {
                s.circle(*x, *y + 14.0 + 5.0 * part, 4.0 + 3.4 * part, &vine);
            }
        }
    }
    s.at(field.across(0.72), field.down(0.12), field.width / 900.0, |s| {
        perched(s, p.ink, p.paper, &mix(p.paper, p.ink, 0.2), 0.7);
    });
}

fn hill_line(field: Field, y: f64, swell: f64, phase: f64, waves: f64) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    let mut x = -10.0;
    while x <= field.width + 10.0 {
        let at = x / field.width * std::f64::consts::TAU * waves + phase;
        points.push((x, y + swell * (at.sin() * 0.7 + (at * 1.9 + phase).sin() * 0.3)));
        x += 8.0;
    }
    points
}

/// A lane worn deep between banks, trees closing over it.
fn tunnel(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
    s.rect(0.0, 0.0, field.width, field.height, p.ink);
    let centre = (field.across(0.5), field.down(0.56));
    let rings = 7_u32;
    for ring in 0..rings {
        let part = f64::from(ring) / f64::from(rings - 1);
        let colour = mix(&mix(p.ink, p.second, 0.3), &mix(p.second, p.third, 0.85), part);
        let (wide, tall) = (field.width * (0.54 - 0.42 * part), field.land() * (0.6 - 0.46 * part));
        let mut points = Vec::new();
        for step in 0..72_u32 {
            let angle = f64::from(step) / 72.0 * std::f64::consts::TAU;
            let (sin, cos) = angle.sin_cos();
            let leafy = if cos > -0.5 { dice.between(0.93, 1.07) } else { 1.0 };
            points.push((
                centre.0 + wide * leafy * sin,
                centre.1 - tall * leafy * cos * if cos < 0.0 { 1.1 } else { 1.0 },
            ));
        }
        s.fill(&polygon(&points), &colour);
    }
    let glow = s.glow(
        centre,
        field.width * 0.26,
        &[(0.0, p.third, 0.95), (0.45, p.third, 0.35), (1.0, p.third, 0.0)],
    );
    s.circle(centre.0, centre.1, field.width * 0.26, &glow);
    let (horizon, foot) = (centre.1 + field.land() * 0.1, field.height + 8.0);
    let lane = mix(p.third, p.paper, 0.5);
    let paint = s.gradient(
        (0.0, horizon),
        (0.0, foot),
        &[(0.0, &lane, 1.0), (1.0, &mix(p.third, p.second, 0.55), 1.0)],
    );
    s.fill(
        &format!(
            "M{} {horizon}C{} {} {} {} {} {foot}H{}C{} {} {} {} {} {horizon}Z",
            centre.0 - 6.0,
            centre.0 - 20.0,
            horizon + 40.0,
            centre.0 + field.width * 0.02,
            foot - 60.0,
            centre.0 - field.width * 0.2,
            centre.0 + field.width * 0.24,
            centre.0 + field.width * 0.14,
            foot - 60.0,
            centre.0 + 8.0,
            horizon + 40.0,
            centre.0 + 8.0
        ),
        &paint,
    );
    for near in [0.16, 0.4, 0.7, 1.0] {
        let bark = mix(&mix(p.second, p.third, 0.3), p.ink, 0.25 + 0.75 * near);
        for side in [-1.0, 1.0] {
            trunk(s, field, centre, (side, if side > 0.0 { near * 0.93 } else { near }), &bark);
        }
    }
}

/// A tree beside the lane that bends over it; the nearer, the larger.
fn trunk(s: &mut Sheet<'_>, field: Field, centre: (f64, f64), (side, near): (f64, f64), bark: &str) {
    let x = |part: f64| centre.0 + side * field.width * part;
    let y = |part: f64| centre.1 + field.land() * part;
    let unit = field.width.min(field.land() * 1.3);
    let thick = unit * 0.034 * near;
    let (foot, waist, crown) = (0.1 + 0.3 * near, 0.075 + 0.32 * near, 0.01 + 0.06 * near);
    let (ground, bend, top) = (y(0.09 + 0.34 * near), y(0.02 - 0.2 * near), y(-0.1 - 0.5 * near));
    let limb = |sideways: f64, width: f64| {
        format!(
            "M{} {ground}C{} {} {} {bend} {} {top}C{} {} {} {} {} {ground}Z",
            x(foot) + side * width,
            x(waist),
            ground - 60.0 * near,
            x(waist),
            x(crown + sideways),
            x(waist) - side * width * 1.1,
            bend - 20.0 * near,
            x(waist) - side * width * 1.4,
            ground - 60.0 * near,
            x(foot) - side * width * 1.4
        )
    };
    s.fill(&limb(0.0, thick), bark);
    for (from, reach, rise) in [(0.36, 0.24, 0.2), (0.5, 0.02, 0.26), (0.62, 0.2, 0.16)] {
        let start = (x(waist - 0.02), ground + (top - ground) * from);
        let end = (start.0 - side * unit * reach * near, start.1 - field.land() * rise * near);
        s.stroke(
            &format!(
                "M{} {}Q{} {} {} {}",
                start.0,
                start.1,
                start.0,
                f64::midpoint(start.1, end.1),
                end.0,
                end.1
            ),
            bark,
            thick * 0.42,
        );
    }
}

fn strata(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.35));
    s.circle(field.across(0.76), field.down(0.1), field.width * 0.07, p.third);
    let tints = [
        mix(p.second, p.ink, 0.1),
        mix(p.accent, p.paper, 0.35),
        mix(p.accent, p.paper, 0.55),
        p.accent.to_owned(),
        mix(p.accent, p.third, 0.5),
        mix(p.accent, p.ink, 0.3),
        mix(p.accent, p.paper, 0.2),
        mix(p.accent, p.ink, 0.5),
    ];
    let mut y = field.down(0.3);
    let phase = dice.between(0.0, 6.0);
    for (index, tint) in tints.iter().enumerate() {
        let swell = 10.0 - f64::from(u32::try_from(index).unwrap_or_default());
        s.fill(&hill(field, y, swell, phase, 0.6), tint);
        y += field.land() * dice.between(0.06, 0.12);
    }
    for index in 0..12_u32 {
        let x = field.width * (0.045 + f64::from(index) * 0.083);
        let foot = field.down(0.3) + 6.0;
        s.rule(x, foot, x, foot - 34.0, p.ink, 3.4);
        s.ellipse(x, foot - 36.0, 15.0, 12.0, &mix(p.second, p.ink, 0.15));
        s.stroke(
            &format!(
                "M{x} {}C{} {} {} {} {} {}",
                foot,
                x - 8.0,
                foot + 30.0,
                x + 10.0,
                foot + 60.0,
                x + 2.0,
                foot + dice.between(90.0, 170.0)
            ),
            p.ink,
            1.5,
        );
    }
    let (x, wide) = (field.across(0.5), field.width * 0.13);
    let door = arched(x - wide / 2.0, field.down(0.66), wide, field.land() * 0.24);
    s.fill(&door, p.ink);
    s.stroke(&door, p.paper, 5.0);
    s.rule(x, field.down(0.67), x, field.down(0.9), p.paper, 2.0);
}

fn volcano(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, p.third);
    let (x, mouth, base) = (field.across(0.5), field.down(0.3), field.down(0.9));
    s.circle(field.across(0.72), field.down(0.26), field.width * 0.15, p.accent);
    s.fill(&hill(field, field.down(0.66), 14.0, 1.0, 0.8), &mix(p.second, p.third, 0.55));
    let slope = |side: f64| {
        format!(
            "M{} {mouth}C{} {} {} {} {} {base}H{x}V{}Z",
            x + side * field.width * 0.09,
            x + side * field.width * 0.16,
            field.down(0.52),
            x + side * field.width * 0.3,
            field.down(0.74),
            x + side * field.width * 0.62,
            mouth + 20.0
        )
    };
    s.fill(&slope(-1.0), p.second);
    s.fill(&slope(1.0), &mix(p.second, p.ink, 0.5));
    s.fill(
        &format!(
            "M{} {mouth}L{} {}L{} {}L{x} {}L{} {}L{} {}L{} {mouth}Q{x} {} {} {mouth}Z",
            x - field.width * 0.09,
            x - field.width * 0.135,
            mouth + 66.0,
            x - field.width * 0.07,
            mouth + 42.0,
            mouth + 90.0,
            x + field.width * 0.06,
            mouth + 44.0,
            x + field.width * 0.135,
            mouth + 66.0,
            x + field.width * 0.09,
            mouth + 18.0,
            x - field.width * 0.09
        ),
        p.paper,
    );
    for (shift, y, size) in
        [(0.0, -18.0, 15.0), (10.0, -42.0, 19.0), (-4.0, -70.0, 25.0), (16.0, -104.0, 30.0)]
    {
        s.circle(x + shift, mouth + y, size, &mix(p.paper, p.second, 0.18));
    }
    s.fill(&hill(field, field.down(0.84), 9.0, 4.0, 0.7), &mix(p.second, p.ink, 0.7));
    s.fill(&hill(field, field.down(0.92), 6.0, 2.0, 0.8), p.ink);
}

fn river(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.6));
    s.circle(field.across(0.24), field.down(0.2), field.width * 0.085, p.third);
    s.fill(&hill(field, field.down(0.32), 26.0, 0.7, 0.6), &mix(p.second, p.paper, 0.62));
    s.fill(&hill(field, field.down(0.42), 18.0, 3.6, 0.8), &mix(p.second, p.paper, 0.4));
    let plain = field.down(0.5);
    s.rect(0.0, plain, field.width, field.height - plain + 6.0, &mix(p.second, p.paper, 0.15));
    for index in 0..16_u32 {
        let x = field.width * (f64::from(index) * 0.1 - 0.3);
        s.stroke_faint(
            &open(&[
                (field.across(0.5) + (x - field.across(0.5)) * 0.5, plain),
                (x * 1.5 - 160.0, field.height + 8.0),
            ]),
            &mix(p.second, p.ink, 0.35),
            3.4,
            0.5,
        );
    }
    let water = mix(p.accent, p.paper, 0.35);
    s.fill(
        &format!(
            "M{a} {plain}C{b} {c} {d} {c} {e} {f}C{g} {h} {i} {h} {j} {k}H{l}C{m} {n} {o} {q} {r} {t}C{u} {v} {w} {v} {x} {plain}Z",
            a = field.across(0.36),
            b = field.across(0.3),
            c = field.down(0.6),
            d = field.across(0.98),
            e = field.across(0.86),
            f = field.down(0.7),
            g = field.across(0.74),
            h = field.down(0.82),
            i = field.across(0.1),
            j = field.across(0.16),
            k = field.height + 8.0,
            l = field.across(0.62),
            m = field.across(0.42),
            n = field.down(0.94),
            o = field.across(0.78),
            q = field.down(0.9),
            r = field.across(1.02),
            t = field.down(0.72),
            u = field.across(1.16),
            v = field.down(0.57),
            w = field.across(0.44),
            x = field.across(0.4),
        ),
        &water,
    );
    let branch = p.ink;
    let y = field.down(0.5);
    s.stroke(
        &format!(
            "M{} {}C{} {} {} {} {} {}",
            field.width + 10.0,
            y + 46.0,
            field.across(0.82),
            y + 10.0,
            field.across(0.66),
            y + 26.0,
            field.across(0.5),
            y + 4.0
        ),
        branch,
        8.0,
    );
    for (x, dy, turn) in [
        (0.56, -4.0, -30.0),
        (0.66, 30.0, 200.0),
        (0.84, -2.0, -60.0),
        (0.92, 50.0, 150.0),
        (0.52, 14.0, 190.0),
    ] {
        s.turned(field.across(x), y + dy, turn, |s| motifs::leaf(s, 46.0, p.second, p.ink));
    }
    s.at(field.across(0.73), y - field.width * 0.095, field.width / 380.0, |s| motifs::tui(s, p));
}

fn railway(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    let horizon = field.down(0.4);
    sky(s, field, p.paper, &mix(p.paper, p.accent, 0.6));
    let x = field.across(0.5);
    s.within(&super::sheet::boxed(0.0, 0.0, field.width, horizon), |s| {
        for ray in 0..24_u32 {
            let (from, to) = (f64::from(ray) * 0.2618, f64::from(ray) * 0.2618 + 0.13);
            let far = field.height;
            s.fill_faint(
                &polygon(&[
                    (x, horizon),
                    (x + far * from.cos(), horizon - far * from.sin()),
                    (x + far * to.cos(), horizon - far * to.sin()),
                ]),
                p.third,
                0.5,
            );
        }
        s.circle(x, horizon, field.width * 0.2, p.accent);
    });
    s.rect(0.0, horizon, field.width, field.height - horizon + 6.0, &mix(p.second, p.ink, 0.2));
    for index in 0..22_u32 {
        let part = f64::from(index) / 21.0 - 0.5;
        s.stroke_faint(
            &open(&[(x + part * 170.0, horizon), (x + part * field.width * 3.4, field.height + 8.0)]),
            &mix(p.second, p.accent, 0.6),
            4.0,
            0.8,
        );
    }
    let foot = field.height + 8.0;
    s.fill(
        &polygon(&[
            (x - 7.0, horizon),
            (x + 7.0, horizon),
            (x + field.width * 0.34, foot),
            (x - field.width * 0.34, foot),
        ]),
        &mix(p.second, p.paper, 0.35),
    );
    for index in 0..13_u32 {
        let t = (f64::from(index) / 12.0).powf(2.1);
        let y = horizon + 4.0 + (foot - horizon) * t;
        let half = 6.0 + field.width * 0.27 * t;
        s.rect(x - half, y, half * 2.0, 2.0 + 20.0 * t, p.ink);
    }
    for side in [-1.0, 1.0] {
        let (far, near) = (x + side * 3.0, x + side * field.width * 0.2);
        s.fill(
            &polygon(&[(far - 0.8, horizon), (far + 0.8, horizon), (near + 11.0, foot), (near - 11.0, foot)]),
            p.paper,
        );
    }
}

fn cliffs(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
    sky(s, field, p.paper, &mix(p.paper, p.third, 0.7));
    s.circle(field.across(0.3), field.down(0.22), field.width * 0.11, p.third);
    let base = field.down(0.88);
    for (middle, half, top, near) in
        [(0.82, 0.2, 0.36, 0.0), (0.12, 0.24, 0.42, 0.35), (0.62, 0.26, 0.24, 1.0)]
    {
        let rock = mix(&mix(p.accent, p.paper, 0.42), p.accent, near);
        let (x, half, top) = (field.across(middle), field.across(half), field.down(top));
        let edge = top + (base - top) * 0.5;
        let mesa = polygon(&[
            (x - half, top + 6.0),
            (x - half * 0.3, top),
            (x + half * 0.5, top + 4.0),
            (x + half, top + 10.0),
            (x + half * 1.12, edge),
            (x + half * 2.0, base),
            (x - half * 2.0, base),
            (x - half * 1.12, edge),
        ]);
        s.fill(&mesa, &rock);
        s.within(&mesa, |s| {
            s.fill(
                &polygon(&[
                    (x + half * 0.3, top),
                    (x + half * 0.5, edge),
                    (x + half * 0.9, base),
                    (x + half * 3.0, base),
                    (x + half * 2.0, top),
                ]),
                &mix(&rock, p.ink, 0.3),
            );
            let mut y = top + 16.0;
            while y < edge {
                let thick = dice.between(3.0, 8.0);
                s.rect(0.0, y, field.width * 1.2, thick, &mix(&rock, p.paper, 0.28));
                y += thick + dice.between(12.0, 20.0);
            }
            for gully in 0..9_u32 {
                let at = x - half + half * 2.0 * (f64::from(gully) + dice.between(0.2, 0.8)) / 9.0;
                let lean = (at - x) * 0.7;
                s.stroke_faint(
                    &open(&[(at, edge + dice.between(-30.0, 6.0)), (at + lean, base)]),
                    p.ink,
                    3.0,
                    0.22,
                );
            }
        });
    }
    s.fill(&hill(field, field.down(0.78), 12.0, 0.8, 0.7), &mix(p.second, p.paper, 0.2));
    s.fill(&hill(field, field.down(0.86), 9.0, 3.0, 0.6), p.second);
    for index in 0..9_u32 {
        let x = field.width * (0.04 + f64::from(index) * 0.115) + dice.between(-12.0, 12.0);
        let y = field.down(0.9) + dice.between(-14.0, 30.0);
        for blade in 0..7_u32 {
            let lean = (f64::from(blade) - 3.0) * 9.0;
            s.stroke(
                &format!(
                    "M{x} {y}Q{} {} {} {}",
                    x + lean * 0.3,
                    y - 20.0,
                    x + lean,
                    y - 30.0 + lean.abs() * 0.4
                ),
                &mix(p.second, p.ink, 0.5),
                3.0,
            );
        }
    }
}
