//! How a label is laid out. Rule: every line is fitted to the room it has, so any name can stand on any label.

use super::Wine;
use super::lettering::{Face, Style};
use super::motifs::Motif;
use super::palette::Palette;
use super::patterns::Pattern;
use super::scenes::{Field, Scene};
use super::sheet::{Dice, Sheet, arched, boxed, disc, mix, rounded};

/// The width of every label, in its own pixels.
pub(super) const WIDTH: f64 = 640.0;

/// A way to lay out a label, and what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A landscape cut round at the top, the words under it.
    Arch(Scene),
    /// A round label with words along its edge.
    Badge(Motif),
    /// A landscape over the whole label, the words in its sky.
    Bleed(Scene),
    /// A plant from the foot, the words beside it.
    Botanical(Motif),
    /// Engraver's work: double frame, capitals.
    Classic(Motif),
    /// Dark with gold, as about 1925.
    Deco(Motif),
    /// Ornament with a white plate on it.
    Inset(Pattern),
    /// Dark with a thin frame, a thing in the middle.
    Plate(Motif),
    /// The name in handwriting under a thing.
    Script(Motif),
    /// A landscape above, paper below.
    Split(Scene),
    /// Wider than high, a thing between the lines.
    Wide(Motif),
}

impl Layout {
    pub(super) const fn height(self) -> f64 {
        match self {
            Self::Badge(_) => 640.0,
            Self::Wide(_) => 520.0,
            Self::Split(_) => 740.0,
            Self::Bleed(_) | Self::Inset(_) | Self::Deco(_) => 780.0,
            Self::Arch(_) | Self::Classic(_) | Self::Plate(_) | Self::Script(_) => 820.0,
            Self::Botanical(_) => 860.0,
        }
    }

    /// The shape that the label is cut to.
    pub(super) fn outline(self) -> String {
        let height = self.height();
        match self {
            Self::Badge(_) => disc(WIDTH / 2.0, height / 2.0, WIDTH / 2.0),
            Self::Arch(_) => arched(0.0, 0.0, WIDTH, height),
            Self::Deco(_) | Self::Inset(_) | Self::Script(_) => rounded(0.0, 0.0, WIDTH, height, 26.0),
            _ => boxed(0.0, 0.0, WIDTH, height),
        }
    }

    pub(super) fn draw(self, s: &mut Sheet<'_>, p: &Palette, wine: &Wine) {
        let mut dice = Dice::of(&wine.slug);
        match self {
            Self::Arch(scene) => arch(s, p, wine, scene, &mut dice),
            Self::Badge(motif) => badge(s, p, wine, motif),
            Self::Bleed(scene) => bleed(s, p, wine, scene, &mut dice),
            Self::Botanical(motif) => botanical(s, p, wine, motif),
            Self::Classic(motif) => classic(s, p, wine, motif),
            Self::Deco(motif) => deco(s, p, wine, motif),
            Self::Inset(pattern) => inset(s, p, wine, pattern, &mut dice),
            Self::Plate(motif) => plate(s, p, wine, motif),
            Self::Script(motif) => script(s, p, wine, motif),
            Self::Split(scene) => split(s, p, wine, scene, &mut dice),
            Self::Wide(motif) => wide(s, p, wine, motif),
        }
    }
}

const MIDDLE: f64 = WIDTH / 2.0;

const fn serif(size: f64, spacing: f64) -> Style {
    Style::new(Face::Serif, size, spacing)
}

const fn italic(size: f64) -> Style {
    Style::new(Face::Italic, size, 0.0)
}

const fn sans(size: f64, spacing: f64) -> Style {
    Style::new(Face::Sans, size, spacing)
}

/// The name as it is broken and set.
struct Name {
    lines: Vec<String>,
    style: Style,
}

impl Name {
    /// In one line where that is not much smaller than wished, else in two.
    fn set(s: &Sheet<'_>, text: &str, style: Style, widest: f64) -> Self {
        let width = |line: &str| s.letters.width(line, style);
        let mut lines = vec![text.to_owned()];
        if width(text) * 0.8 > widest {
            let words: Vec<&str> = text.split(' ').collect();
            let cuts = (1..words.len()).map(|at| (words[..at].join(" "), words[at..].join(" ")));
            let broad = |cut: &(String, String)| width(&cut.0).max(width(&cut.1));
            if let Some((first, second)) = cuts.min_by(|one, other| broad(one).total_cmp(&broad(other))) {
                lines = vec![first, second];
            }
        }
        let size =
            lines.iter().map(|line| s.letters.fit(line, style, widest).size).fold(style.size, f64::min);
        Self { lines, style: Style { size, ..style } }
    }

    fn step(&self) -> f64 {
        self.style.size * 0.96
    }

    /// From the first line's foot to the last's.
    fn depth(&self) -> f64 {
        if self.lines.len() > 1 { self.step() } else { 0.0 }
    }

    /// How far its capitals stand over its first line's foot.
    fn rise(&self) -> f64 {
        self.style.size * 0.66
    }

    /// Writes it with its middle at `x`, the last line on `y`.
    fn above(&self, s: &mut Sheet<'_>, (x, y): (f64, f64), colour: &str) {
        let mut y = y - self.depth();
        for line in &self.lines {
            s.centred(line, self.style, (x, y), f64::INFINITY, colour);
            y += self.step();
        }
    }

    /// Writes it from `x` on, the first line on `y`.
    fn left(&self, s: &mut Sheet<'_>, (x, y): (f64, f64), colour: &str) {
        for (line, y) in self.lines.iter().zip([y, y + self.step()]) {
            s.left(line, self.style, (x, y), f64::INFINITY, colour);
        }
    }
}

/// A line with a lozenge in its middle.
fn ornament(s: &mut Sheet<'_>, (x, y): (f64, f64), half: f64, colour: &str) {
    s.rule(x - half, y, x - 14.0, y, colour, 1.8);
    s.rule(x + 14.0, y, x + half, y, colour, 1.8);
    s.fill(&format!("M{x} {}L{} {y}L{x} {}L{} {y}Z", y - 6.0, x + 6.0, y + 6.0, x - 6.0), colour);
}

/// Draws a thing as large as fits between two heights.
fn between(s: &mut Sheet<'_>, p: &Palette, motif: Motif, (from, to): (f64, f64), largest: f64) {
    let scale = ((to - from) / 224.0).min(largest);
    s.at(MIDDLE, f64::midpoint(from, to), scale, |s| motif.draw(s, p));
}

fn classic(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, motif: Motif) {
    let height = s.height;
    s.rect(0.0, 0.0, WIDTH, height, p.paper);
    s.frame(22.0, 4.0, p.ink);
    s.frame(32.0, 1.6, p.accent);
    s.centred(&wine.region.to_uppercase(), sans(22.0, 0.26), (MIDDLE, 84.0), 500.0, p.ink);
    let name = Name::set(s, &wine.producer.to_uppercase(), serif(78.0, 0.06), 520.0);
    let last = height - 288.0;
    name.above(s, (MIDDLE, last), p.ink);
    between(s, p, motif, (114.0, last - name.depth() - name.rise() - 34.0), 1.4);
    ornament(s, (MIDDLE, last + 44.0), 150.0, p.accent);
    s.centred(&wine.title, italic(56.0), (MIDDLE, last + 112.0), 500.0, p.accent);
    s.centred(&wine.vintage, serif(50.0, 0.14), (MIDDLE, height - 106.0), 300.0, p.ink);
    foot(s, wine, height - 58.0, p.ink);
}

fn foot(s: &mut Sheet<'_>, wine: &Wine, y: f64, colour: &str) {
    let line = format!("{}  ·  {}  ·  75 cl", wine.country.to_uppercase(), wine.abv);
    s.centred(&line, sans(17.0, 0.18), (MIDDLE, y), 470.0, colour);
}

fn bleed(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, scene: Scene, dice: &mut Dice) {
    let height = s.height;
    let name = Name::set(s, &wine.producer, serif(92.0, 0.0), 560.0);
    let last = 126.0 + name.depth();
    let top = (last + 140.0).max(height * 0.4);
    scene.draw(s, p, Field { width: WIDTH, height, top }, dice);
    name.above(s, (MIDDLE, last), p.ink);
    s.centred(&wine.title.to_uppercase(), sans(28.0, 0.3), (MIDDLE, last + 60.0), 540.0, p.ink);
    s.centred(
        &format!("{}  ·  {}", wine.region, wine.vintage),
        italic(38.0),
        (MIDDLE, last + 114.0),
        520.0,
        p.ink,
    );
}

fn split(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, scene: Scene, dice: &mut Dice) {
    let height = s.height;
    s.rect(0.0, 0.0, WIDTH, height, p.paper);
    let name = Name::set(s, &wine.producer.to_uppercase(), serif(66.0, 0.08), 560.0);
    let last = height - 164.0;
    let picture = Field { width: WIDTH, height: last - name.depth() - name.rise() - 44.0, top: 30.0 };
    s.within(&boxed(0.0, 0.0, WIDTH, picture.height), |s| scene.draw(s, p, picture, dice));
    s.rect(0.0, picture.height, WIDTH, 7.0, p.ink);
    name.above(s, (MIDDLE, last), p.ink);
    s.centred(&wine.title, italic(50.0), (MIDDLE, last + 64.0), 540.0, p.accent);
    let line = format!("{}  ·  {}", wine.region.to_uppercase(), wine.vintage);
    s.centred(&line, sans(22.0, 0.24), (MIDDLE, last + 118.0), 540.0, p.ink);
}

fn arch(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, scene: Scene, dice: &mut Dice) {
    let height = s.height;
    s.rect(0.0, 0.0, WIDTH, height, p.paper);
    let (margin, tall) = (34.0, 516.0);
    let window = arched(margin, margin, WIDTH - 2.0 * margin, tall);
    s.within(&window, |s| {
        s.at(margin, margin, 1.0, |s| {
            scene.draw(s, p, Field { width: WIDTH - 2.0 * margin, height: tall, top: 110.0 }, dice);
        });
    });
    s.stroke(&window, p.ink, 4.0);
    Name::set(s, &wine.producer, serif(80.0, 0.02), 560.0).above(s, (MIDDLE, 638.0), p.ink);
    s.centred(&wine.title.to_uppercase(), sans(25.0, 0.28), (MIDDLE, 696.0), 540.0, p.accent);
    let line = format!("{}  ·  {}", wine.region, wine.vintage);
    s.centred(&line, italic(38.0), (MIDDLE, height - 52.0), 520.0, p.ink);
}

fn badge(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, motif: Motif) {
    let centre = (MIDDLE, s.height / 2.0);
    s.circle(centre.0, centre.1, MIDDLE, p.ink);
    s.ring(centre.0, centre.1, 304.0, p.third, 3.0);
    s.ring(centre.0, centre.1, 226.0, p.third, 2.0);
    let above = s.letters.fit(&wine.producer.to_uppercase(), serif(54.0, 0.16), 620.0);
    let path = s.letters.arc(&wine.producer.to_uppercase(), above, centre, 247.0, 0.0, false);
    s.fill(&path, p.third);
    let words = wine.title.to_uppercase();
    let below = s.letters.fit(&words, sans(31.0, 0.2), 480.0);
    let path = s.letters.arc(&words, below, centre, 274.0, std::f64::consts::PI, true);
    s.fill(&path, p.third);
    for side in [-1.0, 1.0] {
        let (sin, cos) = (side * 1.72_f64).sin_cos();
        s.circle(centre.0 + 265.0 * sin, centre.1 - 265.0 * cos, 6.0, p.third);
    }
    s.circle(centre.0, centre.1, 216.0, p.second);
    s.at(centre.0, centre.1 - 36.0, 1.2, |s| motif.draw(s, p));
    s.centred(&wine.vintage, serif(46.0, 0.2), (MIDDLE, centre.1 + 148.0), 200.0, p.paper);
    s.centred(&wine.region.to_uppercase(), sans(15.0, 0.2), (MIDDLE, centre.1 + 178.0), 220.0, p.paper);
}

fn botanical(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, motif: Motif) {
    let height = s.height;
    s.rect(0.0, 0.0, WIDTH, height, p.paper);
    let name = Name::set(s, &wine.producer, serif(104.0, 0.0), 560.0);
    let last = 128.0 + name.depth();
    s.at(MIDDLE + 14.0, (last + 424.0).min(574.0), 1.4, |s| motif.draw(s, p));
    name.above(s, (MIDDLE, last), p.ink);
    s.rule(MIDDLE - 40.0, last + 36.0, MIDDLE + 40.0, last + 36.0, p.accent, 3.0);
    s.centred(&wine.title.to_uppercase(), sans(27.0, 0.26), (MIDDLE, last + 86.0), 540.0, p.ink);
    s.centred(
        &format!("{}, {}", wine.region, wine.country),
        italic(36.0),
        (MIDDLE, last + 134.0),
        540.0,
        p.ink,
    );
    s.left(&wine.vintage, serif(46.0, 0.08), (40.0, height - 40.0), 200.0, p.ink);
    s.right(&wine.abv, sans(20.0, 0.1), (600.0, height - 40.0), 200.0, p.ink);
}

fn plate(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, motif: Motif) {
    let height = s.height;
    let paint = s.glow((MIDDLE, 280.0), 620.0, &[(0.0, &mix(p.ink, p.second, 0.42), 1.0), (1.0, p.ink, 1.0)]);
    s.rect(0.0, 0.0, WIDTH, height, &paint);
    s.frame(26.0, 2.6, p.third);
    let name = Name::set(s, &wine.producer.to_uppercase(), serif(74.0, 0.12), 530.0);
    let last = height - 280.0;
    name.above(s, (MIDDLE, last), p.third);
    between(s, p, motif, (64.0, last - name.depth() - name.rise() - 40.0), 1.5);
    s.centred(&wine.title, italic(54.0), (MIDDLE, last + 74.0), 520.0, p.paper);
    ornament(s, (MIDDLE, last + 116.0), 120.0, p.third);
    s.centred(&wine.region.to_uppercase(), sans(22.0, 0.28), (MIDDLE, height - 112.0), 500.0, p.paper);
    s.centred(&wine.vintage, serif(42.0, 0.22), (MIDDLE, height - 58.0), 300.0, p.third);
}

fn script(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, motif: Motif) {
    let height = s.height;
    s.rect(0.0, 0.0, WIDTH, height, p.paper);
    let name = Name::set(s, &wine.producer, Style::new(Face::Script, 116.0, 0.0), 540.0);
    let last = height - 210.0;
    between(s, p, motif, (44.0, last - name.depth() - name.rise() - 56.0), 1.6);
    name.above(s, (MIDDLE, last), p.ink);
    s.centred(&wine.title.to_uppercase(), sans(27.0, 0.28), (MIDDLE, last + 76.0), 540.0, p.accent);
    s.rule(MIDDLE - 60.0, height - 104.0, MIDDLE + 60.0, height - 104.0, p.accent, 2.4);
    s.centred(
        &format!("{}  ·  {}", wine.region, wine.vintage),
        italic(36.0),
        (MIDDLE, height - 54.0),
        520.0,
        p.ink,
    );
}

fn wide(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, motif: Motif) {
    let height = s.height;
    s.rect(0.0, 0.0, WIDTH, height, p.paper);
    s.frame(18.0, 3.0, p.accent);
    s.frame(26.0, 1.2, p.accent);
    let name = Name::set(s, &wine.producer.to_uppercase(), serif(58.0, 0.06), 540.0);
    let last = height - 142.0;
    name.above(s, (MIDDLE, last), p.ink);
    between(s, p, motif, (44.0, last - name.depth() - name.rise() - 22.0), 1.4);
    s.centred(&wine.title, italic(42.0), (MIDDLE, last + 52.0), 520.0, p.accent);
    let y = height - 46.0;
    s.left(&wine.vintage, serif(34.0, 0.1), (52.0, y), 120.0, p.ink);
    s.centred(&wine.region.to_uppercase(), sans(20.0, 0.28), (MIDDLE, y), 300.0, p.ink);
    s.right(&wine.abv, sans(18.0, 0.1), (588.0, y), 120.0, p.ink);
}

fn deco(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, motif: Motif) {
    let height = s.height;
    s.rect(0.0, 0.0, WIDTH, height, p.second);
    for ray in 0..30_u32 {
        let angle = (f64::from(ray) / 29.0 - 0.5) * std::f64::consts::PI * 1.06;
        let (sin, cos) = angle.sin_cos();
        s.stroke_faint(
            &format!(
                "M{} {}L{} {}",
                MIDDLE + 160.0 * sin,
                350.0 - 160.0 * cos,
                MIDDLE + 900.0 * sin,
                350.0 - 900.0 * cos
            ),
            p.third,
            if ray % 2 == 0 { 2.6 } else { 1.1 },
            0.75,
        );
    }
    s.at(MIDDLE, 262.0, 1.3, |s| motif.draw(s, p));
    s.rect(0.0, 440.0, WIDTH, height - 440.0, p.paper);
    s.rect(0.0, 440.0, WIDTH, 6.0, p.third);
    s.rect(0.0, 452.0, WIDTH, 2.0, p.third);
    Name::set(s, &wine.producer.to_uppercase(), serif(78.0, 0.1), 560.0).above(s, (MIDDLE, 544.0), p.ink);
    s.centred(&wine.title, italic(54.0), (MIDDLE, 614.0), 540.0, p.accent);
    ornament(s, (MIDDLE, 656.0), 130.0, p.third);
    let line = format!("{}  ·  {}", wine.region.to_uppercase(), wine.vintage);
    s.centred(&line, sans(24.0, 0.28), (MIDDLE, height - 52.0), 520.0, p.ink);
}

fn inset(s: &mut Sheet<'_>, p: &Palette, wine: &Wine, pattern: Pattern, dice: &mut Dice) {
    let height = s.height;
    pattern.draw(s, p, (WIDTH, height), dice);
    let (x, y, across, tall) = (76.0, height * 0.5, WIDTH - 152.0, height * 0.4);
    s.fill(&boxed(x, y, across, tall), p.paper);
    s.stroke(&boxed(x + 10.0, y + 10.0, across - 20.0, tall - 20.0), p.ink, 1.8);
    let name = Name::set(s, &wine.producer, serif(70.0, 0.0), across - 68.0);
    name.left(s, (x + 34.0, y + 88.0), p.ink);
    let title = (x + 36.0, y + 88.0 + name.depth() + 56.0);
    s.left(&wine.title.to_uppercase(), sans(24.0, 0.18), title, across - 72.0, p.accent);
    let last = y + tall - 38.0;
    s.left(&wine.region, italic(34.0), (x + 36.0, last), across - 190.0, p.ink);
    s.right(&wine.vintage, serif(40.0, 0.06), (x + across - 34.0, last), 110.0, p.ink);
}

/// The height of a back label.
pub(super) const BACK_HEIGHT: f64 = 640.0;

const BACK_WORDS: &str = "The lane is a thousand years old and three metres deep. At the end of it the hill opens \
    to the south, and there we grow nine acres of vines on chalk and greensand. Picked by hand, pressed in whole \
    bunches, settled by time alone.";

/// The back of a bottle that we filled ourselves.
pub(super) fn back(s: &mut Sheet<'_>, p: &Palette, wine: &Wine) {
    s.rect(0.0, 0.0, WIDTH, s.height, p.paper);
    s.frame(18.0, 2.4, p.accent);
    s.at(MIDDLE, 96.0, 0.5, |s| Motif::Lane.draw(s, p));
    s.centred(&wine.producer.to_uppercase(), serif(40.0, 0.14), (MIDDLE, 204.0), 520.0, p.ink);
    s.centred(&wine.title, italic(36.0), (MIDDLE, 246.0), 520.0, p.accent);
    let style = serif(27.0, 0.0);
    let (mut y, mut line) = (302.0, String::new());
    for word in BACK_WORDS.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if s.letters.width(&longer, style) > 520.0 {
            s.centred(&line, style, (MIDDLE, y), 540.0, p.ink);
            y += 36.0;
            word.clone_into(&mut line);
        } else {
            line = longer;
        }
    }
    s.centred(&line, style, (MIDDLE, y), 540.0, p.ink);
    let mut dice = Dice::of(&wine.slug);
    s.rect(60.0, 528.0, 168.0, 70.0, "#ffffff");
    let mut x = 70.0;
    while x < 214.0 {
        let bar = dice.between(1.6, 5.0);
        s.rect(x, 534.0, bar, 58.0, "#101010");
        x += bar + dice.between(2.0, 5.0);
    }
    s.right(&format!("{} vol  ·  75 cl", wine.abv), sans(24.0, 0.06), (584.0, 552.0), 320.0, p.ink);
    s.right("Contains sulphites", sans(17.0, 0.06), (584.0, 578.0), 320.0, p.ink);
    s.right("Product of England", sans(17.0, 0.06), (584.0, 602.0), 320.0, p.ink);
}
