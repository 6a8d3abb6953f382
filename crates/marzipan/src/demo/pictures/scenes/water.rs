//! Rivers and lagoons.

use super::super::motifs::{leaf, tui};
use super::super::palette::Palette;
use super::super::sheet::{Sheet, boxed, mix, open, polygon};
use super::{Field, hill, sky};

pub(super) fn poplars(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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

pub(super) fn bridge(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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

pub(super) fn lagoon(s: &mut Sheet<'_>, p: &Palette, field: Field) {
    sky(s, field, p.paper, &mix(p.paper, p.accent, 0.75));
    let horizon = field.down(0.46);
    let (x, radius) = (field.across(0.5), field.width * 0.23);
    s.within(&boxed(0.0, 0.0, field.width, horizon), |s| {
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

pub(super) fn river(s: &mut Sheet<'_>, p: &Palette, field: Field) {
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
        s.turned(field.across(x), y + dy, turn, |s| leaf(s, 46.0, p.second, p.ink));
    }
    s.at(field.across(0.73), y - field.width * 0.095, field.width / 380.0, |s| tui(s, p));
}
