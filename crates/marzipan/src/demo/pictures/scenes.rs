//! Landscapes that fill a rectangle. Rule: what is told as `top` is left to the sky, so that words can stand there.

mod heights;
mod hills;
mod water;
mod ways;

use super::palette::Palette;
use super::sheet::{Dice, Sheet, polygon};

use heights::{andes, cliffs, ridge, volcano};
use hills::{chapel, cypresses, downs, strata, terraces};
use water::{bridge, lagoon, poplars, river};
use ways::{railway, tunnel};

/// The landscapes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    Andes,
    Bridge,
    Chapel,
    Cliffs,
    Cypresses,
    Downs,
    Lagoon,
    Poplars,
    Railway,
    Ridge,
    River,
    Strata,
    Terraces,
    Tunnel,
    Volcano,
}

/// Where a landscape is drawn: its size, and how far down the sky reaches before anything stands in it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub width: f64,
    pub height: f64,
    pub top: f64,
}

impl Field {
    /// A height between the top of the land and the bottom of the field.
    fn down(self, part: f64) -> f64 {
        self.top + (self.height - self.top) * part
    }

    fn across(self, part: f64) -> f64 {
        self.width * part
    }

    fn land(self) -> f64 {
        self.height - self.top
    }
}

impl Scene {
    pub(super) fn draw(self, s: &mut Sheet<'_>, p: &Palette, field: Field, dice: &mut Dice) {
        match self {
            Self::Andes => andes(s, p, field),
            Self::Bridge => bridge(s, p, field),
            Self::Chapel => chapel(s, p, field),
            Self::Cliffs => cliffs(s, p, field, dice),
            Self::Cypresses => cypresses(s, p, field),
            Self::Downs => downs(s, p, field, dice),
            Self::Lagoon => lagoon(s, p, field),
            Self::Poplars => poplars(s, p, field),
            Self::Railway => railway(s, p, field),
            Self::Ridge => ridge(s, p, field, dice),
            Self::River => river(s, p, field),
            Self::Strata => strata(s, p, field, dice),
            Self::Terraces => terraces(s, p, field),
            Self::Tunnel => tunnel(s, p, field, dice),
            Self::Volcano => volcano(s, p, field),
        }
    }
}

fn sky(s: &mut Sheet<'_>, field: Field, above: &str, below: &str) {
    let paint = s.gradient((0.0, 0.0), (0.0, field.height), &[(0.0, above, 1.0), (0.85, below, 1.0)]);
    s.rect(0.0, 0.0, field.width, field.height, &paint);
}

/// Land below a gentle line.
fn hill(field: Field, y: f64, swell: f64, phase: f64, waves: f64) -> String {
    let mut points = hill_line(field, y, swell, phase, waves);
    points.push((field.width + 10.0, field.height + 10.0));
    points.push((-10.0, field.height + 10.0));
    polygon(&points)
}

/// A gentle line from side to side.
fn hill_line(field: Field, y: f64, swell: f64, phase: f64, waves: f64) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    let mut x = -10.0;
    while x <= field.width + 10.0 {
        let at = x / field.width * std::f64::consts::TAU * waves + phase;
        points.push((x, y + swell * (at.sin() * 0.7 + (at * 1.9 + phase).sin() * 0.3)));
        x += 8.0;
    }
    points
}
