//! Single things, drawn round the origin, about 200 wide and high.

use super::palette::Palette;
use super::sheet::{Sheet, arched, boxed, disc, mix, open, polygon, rounded};

/// The things there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Motif {
    Blackbird,
    Chateau,
    Cherries,
    Cicada,
    Fan,
    Grapes,
    Lane,
    Lantern,
    Moons,
    Owl,
    Poppy,
    Protea,
    Rata,
    Slate,
    Stones,
    Swallows,
    Tower,
    Walnut,
    Windmill,
}

impl Motif {
    pub(super) fn draw(self, s: &mut Sheet<'_>, p: &Palette) {
        match self {
            Self::Blackbird => blackbird(s, p),
            Self::Chateau => chateau(s, p),
            Self::Cherries => cherries(s, p),
            Self::Cicada => cicada(s, p),
            Self::Fan => fan(s, p),
            Self::Grapes => grapes(s, p),
            Self::Lane => lane(s, p),
            Self::Lantern => lantern(s, p),
            Self::Moons => moons(s, p),
            Self::Owl => owl(s, p),
            Self::Poppy => poppy(s, p),
            Self::Protea => protea(s, p),
            Self::Rata => rata(s, p),
            Self::Slate => slate(s, p),
            Self::Stones => stones(s, p),
            Self::Swallows => swallows(s, p),
            Self::Tower => tower(s, p),
            Self::Walnut => walnut(s, p),
            Self::Windmill => windmill(s, p),
        }
    }
}

/// Places on a circle, the first at the top, clockwise: for each, the angle in radians.
fn round(count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |index| f64::from(index) / f64::from(count) * std::f64::consts::TAU)
}

/// A leaf whose stalk is at the origin and whose tip points upwards.
pub(super) fn leaf(s: &mut Sheet<'_>, long: f64, colour: &str, vein: &str) {
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

/// A bird on its perch, looking left; its feet at y = 62.
pub(super) fn perched(s: &mut Sheet<'_>, body: &str, breast: &str, wing: &str, tail: f64) {
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
pub(super) fn kestrel(s: &mut Sheet<'_>, colour: &str) {
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

fn blackbird(s: &mut Sheet<'_>, p: &Palette) {
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
pub(super) fn magpie(s: &mut Sheet<'_>, p: &Palette) {
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
pub(super) fn tui(s: &mut Sheet<'_>, p: &Palette) {
    perched(s, p.ink, &mix(p.ink, p.second, 0.45), &mix(p.ink, p.accent, 0.4), 0.9);
    s.fill("M-72 -16C-66 -24 -58 -27 -49 -27L-48 -15C-56 -18 -64 -18 -72 -16Z", p.ink);
    s.circle(-40.0, 4.0, 7.0, p.paper);
    s.circle(-33.0, 9.0, 5.5, p.paper);
}

fn owl(s: &mut Sheet<'_>, p: &Palette) {
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

fn swallows(s: &mut Sheet<'_>, p: &Palette) {
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

fn tower(s: &mut Sheet<'_>, p: &Palette) {
    let shade = mix(p.paper, p.ink, 0.16);
    s.fill("M-150 98C-90 70 -40 84 0 78C50 70 100 84 150 98Z", &mix(p.paper, p.ink, 0.1));
    for row in 0..6_u32 {
        let y = 86.0 + f64::from(row) * 3.2;
        let half = 140.0 - f64::from(row) * 4.0;
        s.stroke_faint(&format!("M{} {}Q0 {} {half} {}", -half, y + 6.0, y - 14.0, y + 6.0), p.ink, 1.5, 0.7);
    }
    s.fill("M-40 84L-34 -62H34L40 84Z", p.paper);
    s.fill("M8 84L10 -62H34L40 84Z", &shade);
    s.stroke("M-40 84L-34 -62H34L40 84", p.ink, 3.4);
    s.fill("M-48 -62V-92H-32V-80H-16V-92H0V-80H16V-92H32V-80H48V-62Z", p.paper);
    s.stroke("M-48 -62V-92H-34V-80H-18V-92H-7V-80H7V-92H18V-80H34V-92H48V-62Z", p.ink, 3.4);
    for index in 0..11_u32 {
        let y = -50.0 + f64::from(index) * 12.4;
        let shift = if index % 2 == 0 { 0.0 } else { 9.0 };
        for block in 0..4_u32 {
            let x = 4.0 + f64::from(block) * 9.0 + shift * 0.5;
            if x < 33.0 {
                s.rule(x, y, x + 6.0, y, p.ink, 1.5);
            }
        }
        if index % 3 == 1 {
            s.rule(-28.0 + shift, y, -20.0 + shift, y, p.ink, 1.5);
        }
    }
    s.fill(&arched(-7.0, -38.0, 14.0, 30.0), p.ink);
    s.fill(&arched(-5.0, 10.0, 10.0, 22.0), p.ink);
    s.fill(&arched(-11.0, 52.0, 22.0, 32.0), p.accent);
    s.stroke("M0 -92V-126", p.ink, 2.6);
    s.fill("M1 -126C16 -130 26 -118 42 -122V-104C26 -100 16 -112 1 -108Z", p.accent);
    for (x, size) in [(-92.0, 44.0), (-72.0, 34.0), (78.0, 38.0), (98.0, 50.0), (114.0, 30.0)] {
        s.fill(
            &format!(
                "M{x} {}C{} {} {} {} {x} 88C{} {} {} {} {x} {}Z",
                88.0 - size,
                x + size * 0.2,
                88.0 - size * 0.5,
                x + size * 0.26,
                84.0,
                x - size * 0.26,
                84.0,
                x - size * 0.2,
                88.0 - size * 0.5,
                88.0 - size
            ),
            p.ink,
        );
    }
}

fn chateau(s: &mut Sheet<'_>, p: &Palette) {
    let (roof, shade, line) = (mix(p.second, p.ink, 0.25), mix(p.paper, p.ink, 0.12), p.ink);
    s.circle(0.0, -70.0, 40.0, p.third);
    s.circle(14.0, -78.0, 34.0, p.paper);
    for (x, wide) in [(-98.0, 44.0), (54.0, 44.0)] {
        s.fill(&polygon(&[(x - 5.0, -10.0), (x + wide / 2.0, -66.0), (x + wide + 5.0, -10.0)]), &roof);
        s.rule(x + wide / 2.0, -66.0, x + wide / 2.0, -82.0, line, 2.0);
        s.rect(x, -10.0, wide, 92.0, p.paper);
        s.rect(x + wide * 0.62, -10.0, wide * 0.38, 92.0, &shade);
        s.stroke(&boxed(x, -10.0, wide, 92.0), line, 2.4);
    }
    s.fill("M-60 8L-44 -28H44L60 8Z", &roof);
    s.rect(-54.0, 8.0, 108.0, 74.0, p.paper);
    s.stroke(&boxed(-54.0, 8.0, 108.0, 74.0), line, 2.4);
    s.fill("M-18 -14L0 -40L18 -14V6H-18Z", p.paper);
    s.stroke("M-18 6V-14L0 -40L18 -14V6", line, 2.4);
    s.fill(&arched(-6.0, -18.0, 12.0, 18.0), line);
    for x in [-44.0, -26.0, 14.0, 32.0] {
        s.fill(&boxed(x, 20.0, 12.0, 18.0), line);
        s.fill(&boxed(x, 50.0, 12.0, 18.0), line);
    }
    for x in [-82.0, 70.0] {
        for y in [8.0, 36.0] {
            s.fill(&arched(x, y, 12.0, 18.0), line);
        }
    }
    s.fill(&arched(-9.0, 46.0, 18.0, 36.0), p.accent);
    s.stroke("M-150 84H150", line, 3.0);
    for (x, size) in [(-136.0, 44.0), (-118.0, 32.0), (118.0, 34.0), (136.0, 46.0)] {
        s.ellipse(x, 84.0 - size * 0.62, size * 0.34, size * 0.46, p.second);
        s.rule(x, 84.0, x, 84.0 - size * 0.5, line, 2.4);
    }
    for row in 0..3_u32 {
        let y = 92.0 + f64::from(row) * 7.0;
        s.stroke_faint(
            &format!("M{} {y}H{}", -140.0 + f64::from(row) * 22.0, 140.0 - f64::from(row) * 22.0),
            line,
            1.6,
            0.7,
        );
    }
}

/// The chapel with its bell, foot at the origin.
pub(super) fn hermitage(s: &mut Sheet<'_>, p: &Palette) {
    let shade = mix(p.paper, p.ink, 0.22);
    s.rect(-44.0, -44.0, 88.0, 46.0, p.paper);
    s.rect(10.0, -44.0, 34.0, 46.0, &shade);
    s.fill("M-52 -42L-40 -62H48L54 -42Z", p.accent);
    s.rect(-40.0, -104.0, 34.0, 106.0, p.paper);
    s.rect(-16.0, -104.0, 10.0, 106.0, &shade);
    s.fill("M-46 -102L-23 -126L0 -102Z", p.accent);
    s.fill(&arched(-30.0, -92.0, 14.0, 26.0), p.ink);
    s.circle(-23.0, -74.0, 4.4, p.third);
    s.fill(&arched(-30.0, -30.0, 14.0, 32.0), p.ink);
    s.fill(&arched(20.0, -32.0, 9.0, 18.0), p.ink);
    s.stroke("M-23 -126V-142M-29 -136H-17", p.ink, 2.8);
}

fn stones(s: &mut Sheet<'_>, p: &Palette) {
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

fn slate(s: &mut Sheet<'_>, p: &Palette) {
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
        s.fill(&polygon(&[(0.0, 0.0), side(-0.3927), tip]), &light);
        s.fill(&polygon(&[(0.0, 0.0), side(0.3927), tip]), dark);
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

fn moons(s: &mut Sheet<'_>, p: &Palette) {
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

fn lantern(s: &mut Sheet<'_>, p: &Palette) {
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

fn cicada(s: &mut Sheet<'_>, p: &Palette) {
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

fn cherries(s: &mut Sheet<'_>, p: &Palette) {
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

fn walnut(s: &mut Sheet<'_>, p: &Palette) {
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

fn windmill(s: &mut Sheet<'_>, p: &Palette) {
    s.fill("M-36 96L-26 -30H26L36 96Z", p.paper);
    s.fill("M6 96L8 -30H26L36 96Z", &mix(p.paper, p.second, 0.25));
    s.stroke("M-36 96L-26 -30H26L36 96Z", p.second, 3.6);
    s.fill("M-34 -28C-30 -66 30 -66 34 -28Z", p.second);
    s.fill(&arched(-10.0, 60.0, 20.0, 36.0), p.second);
    s.fill(&boxed(-7.0, 4.0, 14.0, 18.0), p.second);
    for turn in [20.0, 110.0, 200.0, 290.0] {
        s.turned(0.0, -32.0, turn, |s| {
            s.rule(0.0, 0.0, 0.0, -92.0, p.accent, 4.0);
            s.fill("M3 -20L30 -26L26 -92L3 -90Z", p.paper);
            s.stroke(
                "M3 -20L30 -26L26 -92L3 -90M3 -38L29 -43M3 -55L28 -59M3 -73L27 -76M16 -23L15 -91",
                p.accent,
                2.4,
            );
        });
    }
    s.circle(0.0, -32.0, 8.0, p.accent);
    s.stroke("M-120 98C-70 88 70 88 120 98", p.second, 4.0);
    for (x, size) in [(-98.0, 1.0), (-76.0, 0.8), (74.0, 0.9), (98.0, 1.1)] {
        s.at(x, 94.0, size, |s| {
            s.stroke("M0 0V-26M0 -10Q-10 -14 -12 -26M0 -10Q10 -14 12 -26", p.accent, 3.0)
        });
    }
}

/// A flower head like the rata's: nothing but stamens.
fn rata(s: &mut Sheet<'_>, p: &Palette) {
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

fn protea(s: &mut Sheet<'_>, p: &Palette) {
    s.stroke("M0 40C4 100 -8 160 -14 220", p.second, 9.0);
    for (y, turn, size) in [
        (70.0, 74.0, 96.0),
        (96.0, -70.0, 104.0),
        (140.0, 66.0, 110.0),
        (166.0, -64.0, 108.0),
        (200.0, 60.0, 96.0),
    ] {
        s.turned(-2.0, y, turn, |s| leaf(s, size, p.second, &mix(p.second, p.paper, 0.5)));
    }
    for (count, spread, long, part) in
        [(9_u32, 1.5, 118.0, 0.0), (8, 1.2, 112.0, 0.22), (7, 0.95, 102.0, 0.42), (5, 0.66, 90.0, 0.6)]
    {
        for index in 0..count {
            let turn = (f64::from(index) / f64::from(count - 1) - 0.5) * spread * 100.0;
            let petal = mix(p.accent, p.paper, part);
            s.turned(0.0, 48.0, turn, |s| {
                s.fill(
                    &format!("M0 0C24 -30 26 {} 0 {}C-26 {} -24 -30 0 0Z", -long * 0.7, -long, -long * 0.7),
                    &petal,
                );
                s.stroke_faint(&format!("M0 -10V{}", -long * 0.8), &mix(p.accent, p.ink, 0.3), 1.8, 0.5);
            });
        }
    }
    s.fill("M-34 36C-34 -10 -16 -34 0 -36C16 -34 34 -10 34 36C20 54 -20 54 -34 36Z", p.third);
    for index in 0..9_u32 {
        let x = (f64::from(index) - 4.0) * 7.4;
        s.stroke(
            &format!("M{x} 42Q{} 0 {} {}", x * 1.05, x * 0.7, -30.0 + x.abs() * 0.6),
            &mix(p.third, p.accent, 0.55),
            2.2,
        );
    }
}

fn poppy(s: &mut Sheet<'_>, p: &Palette) {
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

/// Rays in an arch, as about 1925.
fn fan(s: &mut Sheet<'_>, p: &Palette) {
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
fn lane(s: &mut Sheet<'_>, p: &Palette) {
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

/// A bunch of grapes with its leaves.
pub(super) fn grapes(s: &mut Sheet<'_>, p: &Palette) {
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

/// A parcel tied with a ribbon.
pub(super) fn parcel(s: &mut Sheet<'_>, p: &Palette) {
    s.fill(&rounded(-92.0, -20.0, 184.0, 116.0, 4.0), p.accent);
    s.fill(&rounded(-100.0, -44.0, 200.0, 34.0, 4.0), &mix(p.accent, p.ink, 0.25));
    s.rect(-14.0, -44.0, 28.0, 140.0, p.third);
    s.fill("M0 -44C-50 -100 -92 -84 -76 -60C-64 -46 -26 -44 0 -44ZM0 -44C50 -100 92 -84 76 -60C64 -46 26 -44 0 -44Z", p.third);
    s.circle(0.0, -46.0, 12.0, &mix(p.third, p.ink, 0.2));
}
