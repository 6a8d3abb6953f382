//! Ornament that fills a rectangle.

use super::palette::Palette;
use super::sheet::{Dice, Sheet, boxed, mix, open, polygon};

/// The ornaments there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Contours,
    Mosaic,
    Tiles,
    Waves,
}

impl Pattern {
    pub(super) fn draw(self, s: &mut Sheet<'_>, p: &Palette, (width, height): (f64, f64), dice: &mut Dice) {
        match self {
            Self::Contours => contours(s, p, (width, height)),
            Self::Mosaic => mosaic(s, p, (width, height), dice),
            Self::Tiles => tiles(s, p, (width, height), dice),
            Self::Waves => waves(s, p, (width, height)),
        }
    }
}

/// Lines of equal height round a mountain with its mouth at the top.
fn contours(s: &mut Sheet<'_>, p: &Palette, (width, height): (f64, f64)) {
    s.rect(0.0, 0.0, width, height, p.paper);
    let centre = (width * 0.52, height * 0.4);
    for ring in (0..26_u32).rev() {
        let size = 16.0 + f64::from(ring) * 19.0;
        let mut points = Vec::new();
        for step in 0..120_u32 {
            let angle = f64::from(step) / 120.0 * std::f64::consts::TAU;
            let drift = f64::from(ring) * 0.045;
            let wobble = 1.0
                + 0.1 * (3.0 * angle + drift * 3.0).sin()
                + 0.06 * (5.0 * angle - drift * 5.0).cos()
                + 0.035 * (9.0 * angle + drift * 8.0).sin();
            points.push((
                centre.0 + size * 1.08 * wobble * angle.sin(),
                centre.1 - size * 0.86 * wobble * angle.cos(),
            ));
        }
        let path = polygon(&points);
        if ring < 3 {
            s.fill(&path, &mix(p.accent, p.third, f64::from(ring) / 3.0));
        } else if ring < 6 {
            s.fill(&path, &mix(p.second, p.paper, 0.25 + f64::from(ring - 3) * 0.22));
        }
        s.stroke_faint(&path, p.ink, if ring % 5 == 0 { 2.6 } else { 1.3 }, 0.85);
    }
}

/// Broken tiles set in plaster.
fn mosaic(s: &mut Sheet<'_>, p: &Palette, (width, height): (f64, f64), dice: &mut Dice) {
    s.rect(0.0, 0.0, width, height, p.paper);
    let (columns, rows) = (8_u32, 10_u32);
    let (wide, high) = (width / f64::from(columns), height / f64::from(rows));
    let mut corners = Vec::new();
    for row in 0..=rows {
        for column in 0..=columns {
            let loose = if row == 0 || row == rows || column == 0 || column == columns { 0.0 } else { 0.3 };
            corners.push((
                (f64::from(column) + dice.between(-loose, loose)) * wide,
                (f64::from(row) + dice.between(-loose, loose)) * high,
            ));
        }
    }
    let corner =
        |row: u32, column: u32| corners[usize::try_from(row * (columns + 1) + column).unwrap_or_default()];
    let sun = (width * 0.5, height * 0.42);
    let glazes = [p.second, p.second, p.accent, p.ink];
    for row in 0..rows {
        for column in 0..columns {
            let quad = [
                corner(row, column),
                corner(row, column + 1),
                corner(row + 1, column + 1),
                corner(row + 1, column),
            ];
            let halves = if dice.between(0.0, 1.0) < 0.5 {
                [[quad[0], quad[1], quad[2]], [quad[0], quad[2], quad[3]]]
            } else {
                [[quad[0], quad[1], quad[3]], [quad[1], quad[2], quad[3]]]
            };
            for piece in halves {
                let middle = (
                    (piece[0].0 + piece[1].0 + piece[2].0) / 3.0,
                    (piece[0].1 + piece[1].1 + piece[2].1) / 3.0,
                );
                let far = (middle.0 - sun.0).hypot(middle.1 - sun.1) / width;
                let colour = if far < 0.2 {
                    mix(p.third, p.paper, dice.between(0.0, 0.35))
                } else if far < 0.34 {
                    mix(p.accent, p.third, dice.between(0.0, 0.5))
                } else {
                    let glaze: &&str = dice.pick(&glazes);
                    mix(glaze, p.paper, dice.between(0.05, 0.45))
                };
                // A little smaller than its place, for the plaster between.
                let shrunk =
                    piece.map(|(x, y)| (middle.0 + (x - middle.0) * 0.88, middle.1 + (y - middle.1) * 0.88));
                s.fill(&polygon(&shrunk), &colour);
                s.stroke(&polygon(&shrunk), &colour, 2.6);
            }
        }
    }
}

/// Glazed tiles, four to a flower.
fn tiles(s: &mut Sheet<'_>, p: &Palette, (width, height): (f64, f64), dice: &mut Dice) {
    let size = width / 6.0;
    let turn = dice.between(0.0, 1.0) < 0.5;
    let mut y = 0.0;
    let mut row = 0_u32;
    while y < height {
        for column in 0..6_u32 {
            let x = f64::from(column) * size;
            let odd = (row + column) % 2 == 1;
            s.within(&boxed(x, y, size + 0.6, size + 0.6), |s| {
                s.rect(x, y, size + 1.0, size + 1.0, if odd { p.paper } else { p.second });
                let (corner_x, corner_y) = match (column % 2, row % 2) {
                    (0, 0) => (x + size, y + size),
                    (1, 0) => (x, y + size),
                    (0, _) => (x + size, y),
                    _ => (x, y),
                };
                let (near, far) = if odd { (p.accent, p.third) } else { (p.third, p.accent) };
                s.circle(corner_x, corner_y, size * 0.82, near);
                s.circle(corner_x, corner_y, size * 0.62, if odd { p.second } else { p.paper });
                s.circle(corner_x, corner_y, size * 0.34, far);
                let away = (2.0 * x + size - corner_x, 2.0 * y + size - corner_y);
                s.circle(away.0, away.1, size * 0.26, if turn { far } else { near });
                s.circle(away.0, away.1, size * 0.12, if odd { p.second } else { p.paper });
            });
        }
        y += size;
        row += 1;
    }
}

/// Scales of water.
fn waves(s: &mut Sheet<'_>, p: &Palette, (width, height): (f64, f64)) {
    s.rect(0.0, 0.0, width, height, p.second);
    let radius = width / 8.0;
    let horizon = height * 0.2;
    s.rect(0.0, 0.0, width, horizon + radius, p.paper);
    s.circle(width * 0.5, horizon + radius * 0.2, width * 0.19, p.third);
    let mut y = horizon + radius;
    let mut row = 0_u32;
    while y < height + radius * 2.0 {
        let shift = if row.is_multiple_of(2) { 0.0 } else { radius };
        for column in 0..=5_u32 {
            let x = f64::from(column) * radius * 2.0 + shift - radius;
            let depth = ((y - horizon) / (height - horizon)).clamp(0.0, 1.0);
            let sea = mix(&mix(p.second, p.accent, 0.55), &mix(p.second, p.ink, 0.35), depth);
            for (index, part) in [1.0, 0.76, 0.52, 0.28].into_iter().enumerate() {
                let colour = if index % 2 == 0 { p.paper } else { sea.as_str() };
                s.circle(x, y, radius * part, colour);
                s.circle(x, y, radius * (part - 0.07), &sea);
            }
        }
        y += radius * 0.5;
        row += 1;
    }
    s.stroke(&open(&[(0.0, height), (width, height)]), p.ink, 1.0);
}
