//! Signs and small things.

use std::f64::consts::FRAC_PI_8;

use super::super::palette::Palette;
use super::super::sheet::{Sheet, disc, mix, open, polygon, rounded};
use super::round;

pub(super) fn stones(s: &mut Sheet<'_>, p: &Palette) {
    for (y, rx, ry, shift, part) in [
        (74.0, 84.0, 26.0, 0.0, 0.0),
        (28.0, 62.0, 21.0, 7.0, 0.3),
        (-9.0, 46.0, 17.0, -5.0, 0.55),
        (-39.0, 32.0, 14.0, 3.0, 0.75),
        (-63.0, 20.0, 10.5, -2.0, 1.0),
    ] {
        let stone = mix(p.second, p.third, part);
        s.ellipse(shift, y, rx, ry, &stone);
        s.stroke_faint(
            &format!(
                "M{} {}Q{} {} {} {}",
                shift - rx * 0.7,
                y - ry * 0.2,
                shift - rx * 0.1,
                y - ry * 0.9,
                shift + rx * 0.6,
                y - ry * 0.4
            ),
            p.ink,
            2.0,
            0.35,
        );
        s.stroke_faint(
            &format!(
                "M{} {}Q{} {} {} {}",
                shift - rx * 0.5,
                y + ry * 0.5,
                shift,
                y + ry * 0.8,
                shift + rx * 0.66,
                y + ry * 0.3
            ),
            p.ink,
            2.0,
            0.3,
        );
    }
    s.stroke("M-120 102H120", p.third, 2.4);
}

pub(super) fn slate(s: &mut Sheet<'_>, p: &Palette) {
    for (index, angle) in round(8).enumerate() {
        let long = if index % 2 == 0 { 108.0 } else { 74.0 };
        let (sin, cos) = angle.sin_cos();
        let tip = (long * sin, -long * cos);
        let side = |turn: f64| {
            let (sin, cos) = (angle + turn).sin_cos();
            (30.0 * sin, -30.0 * cos)
        };
        let (dark, light) = if index % 2 == 0 {
            (p.second, mix(p.second, p.paper, 0.35))
        } else {
            (p.accent, mix(p.accent, p.paper, 0.4))
        };
        s.fill(&polygon(&[(0.0, 0.0), side(-FRAC_PI_8), tip]), &light);
        s.fill(&polygon(&[(0.0, 0.0), side(FRAC_PI_8), tip]), dark);
        s.stroke_faint(&open(&[(0.0, 0.0), tip]), p.paper, 1.6, 0.9);
    }
    s.circle(0.0, 0.0, 7.0, p.third);
    for (x, y, size) in [
        (-84.0, -76.0, 4.0),
        (88.0, -62.0, 3.0),
        (72.0, 88.0, 4.0),
        (-92.0, 66.0, 2.6),
        (-54.0, -104.0, 2.4),
        (104.0, 30.0, 2.4),
    ] {
        s.circle(x, y, size, p.third);
    }
}

pub(super) fn moons(s: &mut Sheet<'_>, p: &Palette) {
    for (x, radius, shadow) in [(-96.0, 38.0, Some(16.0)), (0.0, 56.0, None), (96.0, 38.0, Some(-16.0))] {
        let shape = disc(x, 0.0, radius);
        s.fill(&shape, p.third);
        s.within(&shape, |s| {
            for (dx, dy, size) in
                [(-0.3, -0.2, 0.22), (0.25, 0.3, 0.28), (0.35, -0.36, 0.14), (-0.2, 0.45, 0.12)]
            {
                s.circle(x + dx * radius, dy * radius, size * radius, &mix(p.third, p.accent, 0.28));
            }
            if let Some(shift) = shadow {
                s.circle(x + shift * 1.6, -4.0, radius, &mix(p.second, p.ink, 0.1));
            }
        });
    }
    for (x, y, size) in [
        (-48.0, -66.0, 3.0),
        (52.0, -72.0, 4.0),
        (-112.0, -68.0, 2.4),
        (118.0, -60.0, 2.6),
        (-56.0, 62.0, 2.6),
        (60.0, 66.0, 3.2),
        (0.0, -92.0, 2.6),
        (-104.0, 64.0, 3.0),
        (108.0, 62.0, 2.2),
    ] {
        star(s, (x, y), size * 2.6, p.third);
    }
}

fn star(s: &mut Sheet<'_>, (x, y): (f64, f64), size: f64, colour: &str) {
    let waist = size * 0.2;
    s.fill(
        &format!(
            "M{x} {}L{} {}L{} {y}L{} {}L{x} {}L{} {}L{} {y}L{} {}Z",
            y - size,
            x + waist,
            y - waist,
            x + size,
            x + waist,
            y + waist,
            y + size,
            x - waist,
            y + waist,
            x - size,
            x - waist,
            y - waist
        ),
        colour,
    );
}

pub(super) fn lantern(s: &mut Sheet<'_>, p: &Palette) {
    let glow = s.glow((0.0, 4.0), 120.0, &[(0.0, p.third, 0.55), (0.5, p.third, 0.14), (1.0, p.third, 0.0)]);
    s.circle(0.0, 4.0, 120.0, &glow);
    for (index, angle) in round(32).enumerate() {
        let (sin, cos) = angle.sin_cos();
        let far = if index % 2 == 0 { 118.0 } else { 102.0 };
        s.rule(84.0 * sin, 4.0 - 84.0 * cos, far * sin, 4.0 - far * cos, p.third, 1.8);
    }
    s.stroke("M-30 -50C-40 -90 40 -90 30 -50", p.third, 4.0);
    s.fill("M-34 -38L-22 -56H22L34 -38Z", p.third);
    s.fill("M-28 -36H28L34 44H-34Z", p.ink);
    s.stroke("M-28 -36H28L34 44H-34ZM-9 -36L-11 44M9 -36L11 44", p.third, 3.4);
    s.fill("M0 -18C14 0 18 12 12 24C8 32 -8 32 -12 24C-18 12 -12 0 0 -18Z", p.third);
    s.fill("M0 4C6 12 8 18 5 24C3 28 -3 28 -5 24C-8 18 -6 12 0 4Z", p.paper);
    s.fill("M-40 46H40L34 60H-34Z", p.third);
    s.fill("M-28 60H28V66H-28Z", p.third);
}

pub(super) fn cicada(s: &mut Sheet<'_>, p: &Palette) {
    for side in [-1.0, 1.0] {
        let draw = |s: &mut Sheet<'_>| {
            s.fill_faint("M10 -40C44 -52 84 10 78 84C74 108 46 92 32 56C22 30 12 0 10 -40Z", p.accent, 0.22);
            s.stroke("M10 -40C44 -52 84 10 78 84C74 108 46 92 32 56C22 30 12 0 10 -40Z", p.accent, 3.2);
            s.stroke("M14 -36C38 -10 62 40 72 88M18 -22C34 10 50 52 60 86M34 -30C56 0 70 30 76 66M30 6L52 -2M40 32L66 22M48 56L74 48", p.accent, 1.8);
            s.stroke(
                "M14 -56C34 -64 42 -70 52 -84M18 -40C40 -40 54 -46 66 -56M10 10C26 20 22 40 26 52",
                p.second,
                2.6,
            );
        };
        if side > 0.0 { s.at(0.0, 0.0, 1.0, draw) } else { s.mirrored(0.0, 0.0, 1.0, draw) }
    }
    s.fill("M-24 -66C-22 -84 22 -84 24 -66L20 -34H-20Z", p.second);
    s.circle(-25.0, -70.0, 8.5, p.accent);
    s.circle(25.0, -70.0, 8.5, p.accent);
    s.fill("M-20 -36H20C22 -4 18 50 0 88C-18 50 -22 -4 -20 -36Z", p.second);
    for row in 0..7_u32 {
        let y = -20.0 + f64::from(row) * 14.0;
        let half = 18.0 - f64::from(row) * 1.9;
        s.stroke(&format!("M{} {y}Q0 {} {half} {y}", -half, y + 8.0), p.paper, 2.0);
    }
    s.stroke("M-12 -70Q0 -60 12 -70M0 -62V-38", p.paper, 2.0);
}

/// Rays in an arch, as about 1925.
pub(super) fn fan(s: &mut Sheet<'_>, p: &Palette) {
    for row in 0..3_u32 {
        let radius = 112.0 - f64::from(row) * 34.0;
        s.stroke(&format!("M{} 60A{radius} {radius} 0 0 1 {radius} 60", -radius), p.third, 3.4);
        s.stroke(&format!("M{} 60A{r} {r} 0 0 1 {r} 60", -radius + 7.0, r = radius - 7.0), p.third, 1.4);
    }
    for ray in 0..=12_u32 {
        let angle = (f64::from(ray) / 12.0 - 0.5) * std::f64::consts::PI;
        let (sin, cos) = angle.sin_cos();
        s.rule(38.0 * sin, 60.0 - 38.0 * cos, 105.0 * sin, 60.0 - 105.0 * cos, p.third, 2.0);
        s.circle(122.0 * sin, 60.0 - 122.0 * cos, 3.4, p.third);
    }
    s.fill("M-30 60A30 30 0 0 1 30 60Z", p.third);
    s.rule(-128.0, 66.0, 128.0, 66.0, p.third, 3.0);
    s.rule(-100.0, 74.0, 100.0, 74.0, p.third, 1.6);
}

/// The house's mark: a lane under trees.
pub(super) fn lane(s: &mut Sheet<'_>, p: &Palette) {
    let shape = disc(0.0, 0.0, 100.0);
    s.within(&shape, |s| {
        s.rect(-100.0, -100.0, 200.0, 200.0, p.second);
        for (ring, part) in [(0.0, 0.2), (1.0, 0.42), (2.0, 0.66), (3.0, 1.0)] {
            let (rx, ry) = (84.0 - ring * 20.0, 92.0 - ring * 22.0);
            let mut points = Vec::new();
            for (index, angle) in round(40).enumerate() {
                let wobble = if index % 2 == 0 { 1.05 } else { 0.96 };
                points.push((rx * wobble * angle.sin(), 22.0 - ry * wobble * angle.cos()));
            }
            s.fill(&polygon(&points), &mix(p.second, p.third, part));
        }
        s.fill("M-3 26C-8 50 -40 84 -56 104H48C30 84 8 50 3 26Z", p.paper);
        s.fill("M-110 40C-70 56 -50 80 -44 104H-110ZM110 36C74 54 56 80 50 104H110Z", p.ink);
        for side in [-1.0, 1.0] {
            for (x, top, thick) in [(74.0, -96.0, 10.0), (50.0, -66.0, 6.0), (30.0, -34.0, 3.6)] {
                s.stroke(
                    &format!(
                        "M{} {}C{} {} {} {} {} {top}",
                        side * x,
                        30.0 + x * 0.6,
                        side * (x - 8.0),
                        0.0,
                        side * (x - 2.0),
                        top * 0.6,
                        side * (x * 0.3)
                    ),
                    p.ink,
                    thick,
                );
            }
        }
    });
    s.ring(0.0, 0.0, 100.0, p.ink, 4.0);
}

/// A parcel tied with a ribbon.
pub(in crate::demo::pictures) fn parcel(s: &mut Sheet<'_>, p: &Palette) {
    s.fill(&rounded(-92.0, -20.0, 184.0, 116.0, 4.0), p.accent);
    s.fill(&rounded(-100.0, -44.0, 200.0, 34.0, 4.0), &mix(p.accent, p.ink, 0.25));
    s.rect(-14.0, -44.0, 28.0, 140.0, p.third);
    s.fill("M0 -44C-50 -100 -92 -84 -76 -60C-64 -46 -26 -44 0 -44ZM0 -44C50 -100 92 -84 76 -60C64 -46 26 -44 0 -44Z", p.third);
    s.circle(0.0, -46.0, 12.0, &mix(p.third, p.ink, 0.2));
}
