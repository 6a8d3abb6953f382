//! Colours that go together.

/// The colours of one drawing, as `#rrggbb`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    /// What it is printed on; the sky of a landscape.
    pub paper: &'static str,
    /// The letters and the darkest lines.
    pub ink: &'static str,
    pub accent: &'static str,
    pub second: &'static str,
    /// The light: sun, moon, gold.
    pub third: &'static str,
}

impl Palette {
    pub(super) const fn new(
        paper: &'static str,
        ink: &'static str,
        accent: &'static str,
        second: &'static str,
        third: &'static str,
    ) -> Self {
        Self { paper, ink, accent, second, third }
    }
}
