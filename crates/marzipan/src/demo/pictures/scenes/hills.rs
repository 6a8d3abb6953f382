//! Hills with vines on them.

use super::super::motifs::{hermitage, magpie, perched};
use super::super::palette::Palette;
use super::super::sheet::{Dice, Sheet, arched, mix, open, polygon};
use super::{Field, hill, hill_line, sky};

pub(super) fn downs(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
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

pub(super) fn cypresses(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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
    s.at(field.across(0.2), field.down(0.66), field.width / 800.0, |s| magpie(s, &bird));
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

pub(super) fn chapel(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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
    s.at(x, y + 6.0, field.width / 400.0, |s| hermitage(s, p));
}

pub(super) fn terraces(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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

pub(super) fn strata(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
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
