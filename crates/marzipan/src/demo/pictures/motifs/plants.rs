//! What grows.

use super::super::palette::Palette;
use super::super::sheet::{Sheet, mix};
use super::round;

/// A leaf whose stalk is at the origin and whose tip points upwards.
pub(in crate::demo::pictures) fn leaf(s: &mut Sheet<'_>, long: f64, colour: &str, vein: &str) {
    let half = long * 0.3;
    s.fill(
        &format!(
            "M0 0C{half} {} {half} {} 0 {}C{} {} {} {} 0 0Z",
            -long * 0.3,
            -long * 0.75,
            -long,
            -half,
            -long * 0.75,
            -half,
            -long * 0.3
        ),
        colour,
    );
    s.stroke(&format!("M0 0V{}", -long * 0.86), vein, long * 0.028);
    for part in [0.28, 0.46, 0.64] {
        let y = -long * part;
        s.stroke(
            &format!("M{} {}L0 {y}L{} {}", -half * 0.6, y - long * 0.11, half * 0.6, y - long * 0.11),
            vein,
            long * 0.02,
        );
    }
}

pub(super) fn cherries(s: &mut Sheet<'_>, p: &Palette) {
    s.stroke("M-104 -92C-60 -76 -10 -88 40 -100", p.ink, 6.0);
    s.stroke("M-22 -84C-30 -40 -50 -10 -48 24M-16 -84C0 -40 34 -10 44 34", p.second, 4.4);
    for (x, y, turn, size) in
        [(-24.0, -84.0, 110.0, 84.0), (-70.0, -84.0, -140.0, 60.0), (36.0, -98.0, 60.0, 52.0)]
    {
        s.turned(x, y, turn, |s| leaf(s, size, p.second, &mix(p.second, p.paper, 0.6)));
    }
    for (x, y, radius) in [(-50.0, 58.0, 42.0), (48.0, 66.0, 40.0)] {
        let paint = s.glow(
            (x - 12.0, y - 14.0),
            radius * 1.5,
            &[
                (0.0, &mix(p.accent, p.paper, 0.25), 1.0),
                (0.6, p.accent, 1.0),
                (1.0, &mix(p.accent, p.ink, 0.45), 1.0),
            ],
        );
        s.fill(
            &format!(
                "M{x} {}C{} {} {} {} {} {y}C{} {} {} {} {x} {}C{} {} {} {} {} {y}C{} {} {} {} {x} {}Z",
                y - radius * 0.8,
                x + radius * 0.4,
                y - radius * 1.1,
                x + radius,
                y - radius * 0.7,
                x + radius,
                x + radius,
                y + radius * 0.6,
                x + radius * 0.5,
                y + radius,
                y + radius,
                x - radius * 0.5,
                y + radius,
                x - radius,
                y + radius * 0.6,
                x - radius,
                x - radius,
                y - radius * 0.7,
                x - radius * 0.4,
                y - radius * 1.1,
                y - radius * 0.8
            ),
            &paint,
        );
        s.stroke_faint(
            &format!(
                "M{} {}Q{} {} {} {}",
                x - radius * 0.6,
                y + 4.0,
                x - radius * 0.62,
                y - radius * 0.4,
                x - radius * 0.3,
                y - radius * 0.58
            ),
            p.paper,
            5.0,
            0.85,
        );
    }
}

pub(super) fn walnut(s: &mut Sheet<'_>, p: &Palette) {
    for side in [-1.0, 1.0] {
        let draw = |s: &mut Sheet<'_>| {
            s.stroke("M6 44C30 10 56 -30 84 -84", p.second, 4.0);
            for (x, y, turn, size) in [
                (84.0, -84.0, 28.0, 58.0),
                (70.0, -56.0, 96.0, 54.0),
                (70.0, -56.0, -40.0, 48.0),
                (52.0, -24.0, 104.0, 58.0),
                (52.0, -24.0, -32.0, 50.0),
                (32.0, 8.0, 112.0, 50.0),
            ] {
                s.turned(x, y, turn, |s| leaf(s, size, p.second, p.paper));
            }
        };
        if side > 0.0 { s.at(0.0, 0.0, 1.0, draw) } else { s.mirrored(0.0, 0.0, 1.0, draw) }
    }
    for (x, y) in [(-32.0, 58.0), (34.0, 62.0)] {
        s.ellipse(x, y, 32.0, 35.0, p.accent);
        s.stroke(&format!("M{x} {}V{}", y - 35.0, y + 35.0), p.ink, 2.4);
        for (bend, turn) in [(-15.0, -1.0), (-26.0, -1.0), (15.0, 1.0), (26.0, 1.0)] {
            s.stroke_faint(
                &format!(
                    "M{} {}Q{} {} {} {}",
                    x + turn * 4.0,
                    y - 26.0,
                    x + bend,
                    y,
                    x + turn * 4.0,
                    y + 26.0
                ),
                p.ink,
                2.0,
                0.7,
            );
        }
        s.stroke_faint(
            &format!(
                "M{} {}Q{} {} {} {}M{} {}Q{} {} {} {}",
                x - 22.0,
                y - 8.0,
                x - 12.0,
                y - 2.0,
                x - 6.0,
                y - 10.0,
                x + 8.0,
                y + 8.0,
                x + 16.0,
                y + 2.0,
                x + 24.0,
                y + 10.0
            ),
            p.ink,
            2.0,
            0.7,
        );
    }
}

/// A flower head like the rata's: nothing but stamens.
pub(super) fn rata(s: &mut Sheet<'_>, p: &Palette) {
    s.stroke(
        "M-20 210C-30 130 0 70 0 0M-14 130C30 100 60 96 92 62M-22 170C-60 140 -80 120 -96 84",
        p.second,
        5.0,
    );
    for (x, y, turn, size) in [
        (-16.0, 140.0, -62.0, 74.0),
        (-8.0, 92.0, 66.0, 66.0),
        (-20.0, 190.0, 70.0, 80.0),
        (60.0, 88.0, 128.0, 58.0),
        (-64.0, 142.0, -120.0, 58.0),
        (92.0, 62.0, 80.0, 48.0),
        (-96.0, 84.0, -70.0, 48.0),
        (-6.0, 60.0, -50.0, 54.0),
    ] {
        s.turned(x, y, turn, |s| leaf(s, size, p.second, &mix(p.second, p.paper, 0.55)));
    }
    for (x, y, size) in [(0.0, -6.0, 1.0), (92.0, 52.0, 0.62), (-98.0, 76.0, 0.66)] {
        s.at(x, y, size, |s| {
            for (index, angle) in round(40).enumerate() {
                let (sin, cos) = angle.sin_cos();
                let far = [100.0, 78.0, 92.0, 66.0][index % 4];
                let colour = if index % 3 == 0 { mix(p.accent, p.ink, 0.3) } else { p.accent.to_owned() };
                s.stroke(
                    &format!(
                        "M{} {}Q{} {} {} {}",
                        10.0 * sin,
                        -10.0 * cos,
                        far * 0.5 * sin + 5.0 * cos,
                        -far * 0.5 * cos + 5.0 * sin,
                        far * sin,
                        -far * cos
                    ),
                    &colour,
                    2.4,
                );
                s.circle(far * sin, -far * cos, 4.0, p.third);
            }
            s.circle(0.0, 0.0, 15.0, &mix(p.accent, p.ink, 0.4));
        });
    }
}

pub(super) fn poppy(s: &mut Sheet<'_>, p: &Palette) {
    for (x, y, bend, foot) in [
        (0.0, 0.0, 26.0, -6.0),
        (-92.0, 58.0, -30.0, -20.0),
        (88.0, 84.0, 40.0, 8.0),
        (-44.0, 126.0, -10.0, -14.0),
    ] {
        s.stroke(
            &format!("M{x} {y}C{} {} {} {} {foot} 224", x + bend, y + 60.0, foot + bend, 170.0),
            p.second,
            4.0,
        );
    }
    for (x, y, turn, size) in [
        (4.0, 190.0, 48.0, 80.0),
        (-10.0, 200.0, -56.0, 86.0),
        (10.0, 150.0, 40.0, 60.0),
        (-18.0, 170.0, -38.0, 64.0),
    ] {
        s.turned(x, y, turn, |s| leaf(s, size, p.second, &mix(p.second, p.paper, 0.5)));
    }
    for (x, y, size) in [(0.0, -6.0, 1.0), (-92.0, 54.0, 0.6), (88.0, 80.0, 0.66)] {
        s.at(x, y, size, |s| {
            let (dark, light) = (mix(p.accent, p.ink, 0.22), mix(p.accent, p.paper, 0.18));
            s.fill("M0 10C-70 0 -96 -60 -64 -92C-36 -110 36 -110 64 -92C96 -60 70 0 0 10Z", &dark);
            s.fill("M-4 16C-90 30 -110 -30 -84 -62C-60 -70 -14 -30 -4 16Z", p.accent);
            s.fill("M4 16C90 30 110 -30 84 -62C60 -70 14 -30 4 16Z", p.accent);
            s.fill("M0 34C-60 44 -70 -10 -44 -36C-20 -46 20 -46 44 -36C70 -10 60 44 0 34Z", &light);
            for angle in round(22) {
                let (sin, cos) = angle.sin_cos();
                s.rule(0.0, -6.0, 24.0 * sin, -6.0 - 24.0 * cos, p.ink, 1.6);
                s.circle(24.0 * sin, -6.0 - 24.0 * cos, 2.6, p.ink);
            }
            s.circle(0.0, -6.0, 10.0, p.second);
        });
    }
    s.turned(-44.0, 122.0, -16.0, |s| {
        s.fill("M0 8C-16 0 -18 -30 0 -44C18 -30 16 0 0 8Z", p.second);
        s.fill("M-4 -20C-6 -34 0 -44 0 -44C8 -34 6 -18 2 -8Z", p.accent);
    });
}

/// A bunch of grapes with its leaves.
pub(in crate::demo::pictures) fn grapes(s: &mut Sheet<'_>, p: &Palette) {
    s.stroke("M0 -96C4 -78 -4 -66 0 -54", p.third, 6.0);
    s.turned(0.0, -70.0, 70.0, |s| leaf(s, 76.0, p.third, p.ink));
    s.turned(0.0, -70.0, -80.0, |s| leaf(s, 60.0, p.third, p.ink));
    for row in 0..5_u32 {
        let count = 5 - row;
        for index in 0..count {
            let x = (f64::from(index) - f64::from(count - 1) / 2.0) * 31.0;
            let y = -36.0 + f64::from(row) * 28.0;
            s.circle(x, y, 18.0, &mix(p.accent, p.ink, f64::from(row) * 0.08));
            s.stroke_faint(
                &format!("M{} {}Q{} {} {} {}", x - 9.0, y - 2.0, x - 8.0, y - 9.0, x - 2.0, y - 10.0),
                p.paper,
                2.4,
                0.7,
            );
        }
    }
}
