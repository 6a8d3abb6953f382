//! Mountains and rocks.

use super::super::motifs::kestrel;
use super::super::palette::Palette;
use super::super::sheet::{Dice, Sheet, mix, open, polygon};
use super::{Field, hill, sky};

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

pub(super) fn andes(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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
            dark: near.1,
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

pub(super) fn ridge(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
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

pub(super) fn volcano(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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

pub(super) fn cliffs(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
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
