//! Single things, drawn round the origin, about 200 wide and high.

mod birds;
mod buildings;
mod plants;
mod signs;

use super::palette::Palette;
use super::sheet::Sheet;

pub(super) use birds::{kestrel, magpie, perched, tui};
pub(super) use buildings::hermitage;
pub(super) use plants::{grapes, leaf};
pub(super) use signs::parcel;

use birds::{blackbird, owl, swallows};
use buildings::{chateau, tower, windmill};
use plants::{cherries, poppy, rata, walnut};
use signs::{cicada, fan, lane, lantern, moons, slate, stones};

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
