//! Birds.

use super::super::palette::Palette;
use super::super::sheet::{Sheet, disc, mix};
use super::leaf;
use super::round;

/// A bird on its perch, looking left; its feet at y = 62.
pub(in crate::demo::pictures) fn perched(s: &mut Sheet<'_>, body: &str, breast: &str, wing: &str, tail: f64) {
    let tip = (44.0 + 60.0 * tail, 20.0 + 46.0 * tail);
    s.fill(&format!("M38 8L{} {}L{} {}L26 38Z", tip.0, tip.1, tip.0 - 12.0, tip.1 + 10.0), body);
    s.stroke("M-6 44L-10 64M6 44L4 64", body, 3.0);
    s.fill(
        "M-70 -18L-49 -27C-46 -46 -24 -54 -8 -44C8 -34 30 -16 46 12C44 26 30 44 4 50C-20 54 -42 38 -47 10C-48 2 -48 -6 -48 -12Z",
        body,
    );
    s.fill("M-46 2C-46 30 -24 50 0 48C-14 36 -22 20 -26 0C-32 6 -40 6 -46 2Z", breast);
    s.fill("M-20 -10C6 -16 34 2 58 36C30 36 -4 30 -20 -10Z", wing);
    s.stroke_faint("M-10 0C8 4 26 16 40 30M-8 10C4 16 14 22 28 30", body, 2.0, 0.8);
    s.circle(-34.0, -30.0, 4.0, breast);
    s.circle(-34.0, -30.0, 2.2, "#101010");
}

/// A falcon that stands in the wind, seen from below.
pub(in crate::demo::pictures) fn kestrel(s: &mut Sheet<'_>, colour: &str) {
    s.fill(
        "M0 -26C7 -26 10 -18 10 -10C34 -20 62 -30 92 -22C116 -16 130 -2 138 12C114 4 92 6 74 14C52 22 28 20 12 22L10 46L20 78L0 72L-20 78L-10 46\
         L-12 22C-28 20 -52 22 -74 14C-92 6 -114 4 -138 12C-130 -2 -116 -16 -92 -22C-62 -30 -34 -20 -10 -10C-10 -18 -7 -26 0 -26Z",
        colour,
    );
}

/// A swallow in flight, to the upper left.
fn swallow(s: &mut Sheet<'_>, colour: &str, breast: &str) {
    s.fill(
        "M-44 -20C-36 -30 -22 -30 -12 -20C6 -52 40 -78 86 -84C60 -62 46 -40 30 -12C44 4 70 26 100 32C70 34 44 30 22 20C34 44 50 62 54 84C34 66 18 44 8 22\
         C-4 40 -40 66 -84 66C-54 50 -34 26 -26 0C-32 -4 -38 -12 -44 -20Z",
        colour,
    );
    s.fill("M-30 -14C-24 -6 -8 8 10 18C2 6 -8 -10 -16 -18C-20 -20 -26 -20 -30 -14Z", breast);
}

pub(super) fn blackbird(s: &mut Sheet<'_>, p: &Palette) {
    s.stroke("M-110 74C-60 60 -10 66 40 62C70 60 96 50 116 34", p.ink, 6.0);
    s.stroke("M60 60C74 76 88 82 104 84M-70 66C-84 84 -94 90 -108 92", p.ink, 3.6);
    for (x, y, turn) in [
        (104.0, 84.0, 100.0),
        (84.0, 76.0, 150.0),
        (116.0, 34.0, 40.0),
        (-108.0, 92.0, -110.0),
        (-88.0, 82.0, -160.0),
        (-110.0, 74.0, -60.0),
        (-60.0, 64.0, -20.0),
    ] {
        s.turned(x, y, turn, |s| leaf(s, 38.0, p.second, p.paper));
    }
    for (x, y) in [(70.0, 80.0), (80.0, 92.0), (62.0, 94.0)] {
        s.circle(x, y, 7.5, p.accent);
    }
    s.at(0.0, -8.0, 1.12, |s| {
        perched(s, p.ink, &mix(p.ink, p.paper, 0.22), &mix(p.ink, p.paper, 0.12), 1.0);
        s.fill("M-72 -18L-49 -27L-48 -15Z", p.accent);
        s.circle(-34.0, -30.0, 5.0, p.accent);
        s.circle(-34.0, -30.0, 3.0, "#101010");
    });
}

/// A magpie on a branch.
pub(in crate::demo::pictures) fn magpie(s: &mut Sheet<'_>, p: &Palette) {
    s.stroke("M-120 66C-60 58 20 72 118 56", p.ink, 6.0);
    s.at(-20.0, -4.0, 1.1, |s| {
        s.fill("M30 10L142 74L128 84L22 38Z", p.second);
        s.fill("M44 20L142 74L134 80L36 32Z", &mix(p.second, p.ink, 0.4));
        perched(s, p.ink, p.paper, p.second, 0.3);
        s.fill("M-18 -8C-4 -14 12 -8 24 6C10 10 -8 8 -18 -8Z", p.paper);
        s.fill("M-72 -18L-49 -27L-48 -15Z", p.ink);
    });
    for (x, turn) in [(-96.0, -30.0), (-112.0, -70.0), (92.0, 40.0), (112.0, 80.0)] {
        s.turned(x, 62.0, turn, |s| leaf(s, 34.0, p.accent, p.paper));
    }
}

/// A tui: dark, with a white tuft at its throat.
pub(in crate::demo::pictures) fn tui(s: &mut Sheet<'_>, p: &Palette) {
    perched(s, p.ink, &mix(p.ink, p.second, 0.45), &mix(p.ink, p.accent, 0.4), 0.9);
    s.fill("M-72 -16C-66 -24 -58 -27 -49 -27L-48 -15C-56 -18 -64 -18 -72 -16Z", p.ink);
    s.circle(-40.0, 4.0, 7.0, p.paper);
    s.circle(-33.0, 9.0, 5.5, p.paper);
}

pub(super) fn owl(s: &mut Sheet<'_>, p: &Palette) {
    let wing = mix(p.accent, p.ink, 0.35);
    s.fill("M-58 -70C-66 -92 -60 -104 -56 -108C-44 -98 -24 -92 0 -92C24 -92 44 -98 56 -108C60 -104 66 -92 58 -70C80 -30 78 50 44 88C20 104 -20 104 -44 88C-78 50 -80 -30 -58 -70Z", p.accent);
    s.fill(
        "M-66 -28C-86 20 -78 66 -44 88C-46 50 -50 10 -66 -28ZM66 -28C86 20 78 66 44 88C46 50 50 10 66 -28Z",
        &wing,
    );
    for row in 0..5_u32 {
        let y = -6.0 + f64::from(row) * 19.0;
        let count = if row % 2 == 0 { 4_u32 } else { 3 };
        for index in 0..count {
            let x = (f64::from(index) - f64::from(count - 1) / 2.0) * 22.0;
            s.stroke(&format!("M{} {y}Q{x} {} {} {y}", x - 9.0, y + 17.0, x + 9.0), p.paper, 2.6);
        }
    }
    for side in [-1.0, 1.0] {
        let x = side * 28.0;
        s.circle(x, -54.0, 30.0, p.paper);
        for angle in round(18) {
            s.rule(
                x + 20.0 * angle.sin(),
                -54.0 - 20.0 * angle.cos(),
                x + 28.0 * angle.sin(),
                -54.0 - 28.0 * angle.cos(),
                &wing,
                1.8,
            );
        }
        s.circle(x, -54.0, 17.0, p.third);
        s.circle(x, -54.0, 10.0, p.ink);
        s.circle(x - 3.5, -58.0, 3.4, p.paper);
    }
    s.fill("M0 -48L9 -34L0 -16L-9 -34Z", p.third);
    s.stroke("M-96 98C-40 90 40 104 98 94", &mix(p.third, p.ink, 0.35), 8.0);
    for x in [-26.0, -17.0, -8.0, 9.0, 18.0, 27.0] {
        s.ellipse(x, 96.0, 4.4, 8.5, p.third);
    }
}

pub(super) fn swallows(s: &mut Sheet<'_>, p: &Palette) {
    s.circle(0.0, 0.0, 104.0, p.third);
    s.within(&disc(0.0, 0.0, 104.0), |s| {
        for (y, wide) in [(40.0, 3.0), (54.0, 5.0), (70.0, 7.0), (88.0, 9.0)] {
            s.rule(-110.0, y, 110.0, y, p.paper, wide);
        }
    });
    for (x, y, size, turn) in [(-8.0, -10.0, 0.95, 0.0), (84.0, -76.0, 0.46, 14.0), (-92.0, 66.0, 0.4, -12.0)]
    {
        s.at(x, y, size, |s| s.turned(0.0, 0.0, turn, |s| swallow(s, p.ink, p.paper)));
    }
}
