//! What is built.

use super::super::palette::Palette;
use super::super::sheet::{Sheet, arched, boxed, mix, polygon};

pub(super) fn tower(s: &mut Sheet<'_>, p: &Palette) {
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

pub(super) fn chateau(s: &mut Sheet<'_>, p: &Palette) {
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
pub(in crate::demo::pictures) fn hermitage(s: &mut Sheet<'_>, p: &Palette) {
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

pub(super) fn windmill(s: &mut Sheet<'_>, p: &Palette) {
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
            s.stroke("M0 0V-26M0 -10Q-10 -14 -12 -26M0 -10Q10 -14 12 -26", p.accent, 3.0);
        });
    }
}
