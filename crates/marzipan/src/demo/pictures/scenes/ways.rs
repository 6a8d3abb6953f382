//! Ways that lead somewhere.

use super::super::palette::Palette;
use super::super::sheet::{Dice, Sheet, boxed, mix, open, polygon};
use super::{Field, sky};

/// A lane worn deep between banks, trees closing over it.
pub(super) fn tunnel(s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
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

pub(super) fn railway(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    let horizon = field.down(0.4);
    sky(s, field, p.paper, &mix(p.paper, p.accent, 0.6));
    let x = field.across(0.5);
    s.within(&boxed(0.0, 0.0, field.width, horizon), |s| {
        for ray in 0..24_u32 {
            let (from, to) = (f64::from(ray) * 0.2618, f64::from(ray) * 0.2618 + 0.13);
            let (far, ends) = (field.height, [from.sin_cos(), to.sin_cos()]);
            s.fill_faint(
                &polygon(&[
                    (x, horizon),
                    (x + far * ends[0].1, horizon - far * ends[0].0),
                    (x + far * ends[1].1, horizon - far * ends[1].0),
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
        let near = (f64::from(index) / 12.0).powf(2.1);
        let y = horizon + 4.0 + (foot - horizon) * near;
        let half = 6.0 + field.width * 0.27 * near;
        s.rect(x - half, y, half * 2.0, 2.0 + 20.0 * near, p.ink);
    }
    for side in [-1.0, 1.0] {
        let (far, near) = (x + side * 3.0, x + side * field.width * 0.2);
        s.fill(
            &polygon(&[(far - 0.8, horizon), (far + 0.8, horizon), (near + 11.0, foot), (near - 11.0, foot)]),
            p.paper,
        );
    }
}
