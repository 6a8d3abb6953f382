//! A bottle with its label on it, as a shop window shows it.

use anyhow::Result;
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

use super::lettering::Letters;
use super::palette::Palette;
use super::sheet::{Sheet, mix};
use super::{Wine, designs, paint, paint_on, pixels};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 960.0;
const MIDDLE: f64 = WIDTH / 2.0;
const FOOT: f64 = 908.0;
/// How far round the label goes, in radians to each side.
const WRAP: f64 = 1.12;
/// How much lower the front of the bottle stands than its sides.
const BOW: f64 = 9.0;

/// The outline of a bottle.
struct Shape {
    top: f64,
    neck: f64,
    /// Where the neck begins to widen.
    neck_end: f64,
    /// Where it has its full width.
    shoulder: f64,
    half: f64,
    /// How the shoulder swings: 0 like a slope, 1 like a corner.
    square: f64,
    foil: f64,
}

const BORDEAUX: Shape =
    Shape { top: 62.0, neck: 36.0, neck_end: 268.0, shoulder: 384.0, half: 124.0, square: 1.0, foil: 214.0 };
const BURGUNDY: Shape =
    Shape { top: 62.0, neck: 36.0, neck_end: 240.0, shoulder: 500.0, half: 132.0, square: 0.25, foil: 196.0 };
const FLUTE: Shape =
    Shape { top: 36.0, neck: 33.0, neck_end: 200.0, shoulder: 520.0, half: 112.0, square: 0.1, foil: 176.0 };
const SPARKLING: Shape =
    Shape { top: 96.0, neck: 41.0, neck_end: 250.0, shoulder: 500.0, half: 140.0, square: 0.3, foil: 300.0 };

/// Glass, and what is in it.
struct Glass {
    dark: String,
    body: String,
    light: String,
    /// Clear glass shows where the wine ends.
    clear: bool,
}

fn shape(wine: &Wine) -> &'static Shape {
    let has = |word: &str| wine.grape.contains(word);
    if wine.style == "Sparkling" {
        &SPARKLING
    } else if has("Riesling") || has("Albariño") || has("Grüner") || has("Loureiro") {
        &FLUTE
    } else if has("Pinot")
        || has("Chardonnay")
        || has("Syrah")
        || has("Nebbiolo")
        || has("Chenin")
        || has("Cinsault")
    {
        &BURGUNDY
    } else {
        &BORDEAUX
    }
}

fn glass(wine: &Wine) -> Glass {
    let make = |dark: &str, body: &str, light: &str, clear| Glass {
        dark: dark.to_owned(),
        body: body.to_owned(),
        light: light.to_owned(),
        clear,
    };
    match (wine.colour.as_str(), wine.style.as_str()) {
        ("Red", _) => make("#0c100d", "#1a211b", "#3d4a3c", false),
        ("Rosé", "Sparkling") => make("#c2817c", "#eab3a8", "#fbe2da", true),
        ("Rosé", _) => make("#d08c84", "#f0bcae", "#fde6dd", true),
        (_, "Sparkling") => make("#0f1d15", "#21392a", "#4f6d55", false),
        _ if wine.grape.contains("Riesling") => make("#3d2413", "#6b3f1c", "#a4713f", false),
        _ if wine.grape.contains("Sauvignon")
            || wine.grape.contains("Picpoul")
            || wine.grape.contains("Loureiro") =>
        {
            make("#a9a561", "#d9d596", "#f6f4d4", true)
        }
        _ => make("#3a4220", "#66703a", "#a3aa70", false),
    }
}

/// How wide the label is before it is laid round the bottle.
pub(super) fn label_width(wine: &Wine) -> f64 {
    2.0 * shape(wine).half * WRAP
}

impl Shape {
    fn outline(&self) -> String {
        let (neck, half, corner) = (self.neck, self.half, 26.0);
        let rise = self.shoulder - self.neck_end;
        let first = rise * (0.35 + 0.15 * self.square);
        let second = rise * (0.55 - 0.1 * self.square);
        let side = |way: f64, downwards: bool| {
            let x = |from: f64| MIDDLE + way * from;
            if downwards {
                format!(
                    "L{} {}C{} {} {} {} {} {}L{} {}Q{} {} {} {}",
                    x(neck),
                    self.neck_end,
                    x(neck),
                    self.neck_end + first,
                    x(half),
                    self.shoulder - second,
                    x(half),
                    self.shoulder,
                    x(half),
                    FOOT - corner,
                    x(half),
                    FOOT,
                    x(half - corner),
                    FOOT + 2.0
                )
            } else {
                format!(
                    "Q{} {} {} {}L{} {}C{} {} {} {} {} {}L{} {}",
                    x(half),
                    FOOT,
                    x(half),
                    FOOT - corner,
                    x(half),
                    self.shoulder,
                    x(half),
                    self.shoulder - second,
                    x(neck),
                    self.neck_end + first,
                    x(neck),
                    self.neck_end,
                    x(neck),
                    self.top
                )
            }
        };
        format!(
            "M{} {}L{} {}{}Q{MIDDLE} {} {} {}{}Z",
            MIDDLE - neck,
            self.top,
            MIDDLE + neck,
            self.top,
            side(1.0, true),
            FOOT + 8.0,
            MIDDLE - half + corner,
            FOOT + 2.0,
            side(-1.0, false)
        )
    }
}

/// The picture of a bottle, its label already drawn as wide as [`label_width`] says.
pub(super) fn shot(letters: &Letters, wine: &Wine, label: &Pixmap) -> Result<Pixmap> {
    let (_, palette) = designs::of(&wine.slug);
    let (shape, glass) = (shape(wine), glass(wine));
    let mut sheet = Sheet::new(letters, WIDTH, HEIGHT);
    behind(&mut sheet, &palette, shape);
    bottle(&mut sheet, shape, &glass);
    foil(&mut sheet, &palette, shape, wine);
    let mut picture = paint(&sheet, 1.0)?;
    let body = FOOT - shape.shoulder;
    let tall = f64::from(label.height());
    let top = (shape.shoulder + (body - tall) * 0.42).max(FOOT - tall - 74.0).min(FOOT - tall - 40.0);
    wrap(&mut picture, label, shape.half, top);
    let mut sheet = Sheet::new(letters, WIDTH, HEIGHT);
    shine(&mut sheet, shape, &glass);
    paint_on(&mut picture, &sheet, 1.0)?;
    Ok(picture)
}

fn behind(s: &mut Sheet<'_>, p: &Palette, shape: &Shape) {
    let base = mix(&mix(p.paper, p.second, 0.1), "#f4f1ec", 0.45);
    let lit = mix(&base, "#ffffff", 0.62);
    s.rect(0.0, 0.0, WIDTH, HEIGHT, &base);
    let glow = s.glow((MIDDLE, HEIGHT * 0.44), 520.0, &[(0.0, &lit, 1.0), (1.0, &lit, 0.0)]);
    s.rect(0.0, 0.0, WIDTH, HEIGHT, &glow);
    let floor = mix(&base, p.ink, 0.08);
    let paint = s.gradient((0.0, FOOT - 90.0), (0.0, HEIGHT), &[(0.0, &floor, 0.0), (1.0, &floor, 1.0)]);
    s.rect(0.0, FOOT - 90.0, WIDTH, HEIGHT - FOOT + 90.0, &paint);
    // The shadow on the floor: a round glow, pressed flat.
    let shadow =
        s.glow((0.0, 0.0), 100.0, &[(0.0, "#1a1410", 0.5), (0.55, "#1a1410", 0.22), (1.0, "#1a1410", 0.0)]);
    s.flat(MIDDLE + 10.0, FOOT + 2.0, (shape.half * 0.0155, 0.2), |s| s.circle(0.0, 0.0, 100.0, &shadow));
}

fn bottle(s: &mut Sheet<'_>, shape: &Shape, glass: &Glass) {
    let outline = shape.outline();
    let (left, right) = (MIDDLE - shape.half, MIDDLE + shape.half);
    let paint = s.gradient(
        (left, 0.0),
        (right, 0.0),
        &[
            (0.0, &glass.dark, 1.0),
            (0.1, &glass.body, 1.0),
            (0.2, &glass.light, 1.0),
            (0.34, &glass.body, 1.0),
            (0.72, &glass.body, 1.0),
            (0.9, &glass.light, 1.0),
            (1.0, &glass.dark, 1.0),
        ],
    );
    s.fill(&outline, &paint);
    s.within(&outline, |s| {
        if glass.clear && shape.foil < shape.neck_end {
            let pale = mix(&glass.light, "#ffffff", 0.35);
            s.rect(left, 0.0, shape.half * 2.0, shape.foil + 34.0, &pale);
            s.ellipse(MIDDLE, shape.foil + 34.0, shape.neck, 5.0, &mix(&glass.body, "#ffffff", 0.25));
        }
        let deep = s.gradient(
            (0.0, FOOT - 80.0),
            (0.0, FOOT + 6.0),
            &[(0.0, &glass.dark, 0.0), (1.0, &glass.dark, 0.9)],
        );
        s.rect(left, FOOT - 80.0, shape.half * 2.0, 90.0, &deep);
        // The neck is round too.
        let neck = s.gradient(
            (MIDDLE - shape.neck, 0.0),
            (MIDDLE + shape.neck, 0.0),
            &[
                (0.0, &glass.dark, 0.9),
                (0.3, &glass.light, 0.35),
                (0.55, &glass.body, 0.1),
                (1.0, &glass.dark, 0.9),
            ],
        );
        s.rect(MIDDLE - shape.neck, 0.0, shape.neck * 2.0, shape.neck_end, &neck);
        let fade = s.gradient(
            (0.0, shape.neck_end),
            (0.0, shape.neck_end + 60.0),
            &[(0.0, &glass.dark, 0.55), (1.0, &glass.dark, 0.0)],
        );
        s.rect(MIDDLE - shape.half, shape.neck_end, shape.half * 2.0, 60.0, &fade);
    });
}

fn foil(s: &mut Sheet<'_>, p: &Palette, shape: &Shape, wine: &Wine) {
    let sparkling = wine.style == "Sparkling";
    let colour = if sparkling { p.third } else { p.accent };
    let (dark, light) = (mix(colour, "#0b0806", 0.55), mix(colour, "#ffffff", 0.5));
    let half = shape.neck + 2.0;
    let paint = s.gradient(
        (MIDDLE - half, 0.0),
        (MIDDLE + half, 0.0),
        &[
            (0.0, &dark, 1.0),
            (0.16, colour, 1.0),
            (0.3, &light, 1.0),
            (0.44, colour, 1.0),
            (0.78, colour, 1.0),
            (1.0, &dark, 1.0),
        ],
    );
    let (top, end) = (if sparkling { shape.top - 50.0 } else { shape.top - 12.0 }, shape.foil);
    if sparkling {
        // Foil over cork and wire, then down the shoulder.
        s.fill(
            &format!(
                "M{a} {b}C{a} {c} {d} {c} {d} {b}C{d} {e} {f} {e} {f} {g}L{h} {end}Q{MIDDLE} {i} {j} {end}L{k} {g}C{k} {e} {a} {e} {a} {b}Z",
                a = MIDDLE - 33.0,
                b = top + 12.0,
                c = top - 20.0,
                d = MIDDLE + 33.0,
                e = top + 34.0,
                f = MIDDLE + half,
                g = top + 56.0,
                h = MIDDLE + half + 9.0,
                i = end + 16.0,
                j = MIDDLE - half - 9.0,
                k = MIDDLE - half,
            ),
            &paint,
        );
        for y in [top + 20.0, top + 27.0] {
            s.stroke_faint(
                &format!("M{} {y}Q{MIDDLE} {} {} {y}", MIDDLE - 32.0, y + 8.0, MIDDLE + 32.0),
                &dark,
                2.0,
                0.7,
            );
        }
    } else {
        s.fill(
            &format!(
                "M{l} {t}Q{l} {u} {m} {u}H{n}Q{r} {u} {r} {t}V{end}Q{MIDDLE} {e} {l} {end}Z",
                l = MIDDLE - half,
                r = MIDDLE + half,
                t = top + 8.0,
                u = top,
                m = MIDDLE - half + 8.0,
                n = MIDDLE + half - 8.0,
                e = end + BOW
            ),
            &paint,
        );
        for (y, wide) in [(top + 26.0, 3.0), (top + 31.0, 1.4)] {
            s.stroke_faint(
                &format!("M{} {y}Q{MIDDLE} {} {} {y}", MIDDLE - half, y + 7.0, MIDDLE + half),
                &dark,
                wide,
                0.8,
            );
        }
        let band = if p.third == colour { p.paper } else { p.third };
        for y in [end - 18.0, end - 11.0] {
            s.stroke_faint(
                &format!("M{} {y}Q{MIDDLE} {} {} {y}", MIDDLE - half, y + BOW * 1.6, MIDDLE + half),
                band,
                2.0,
                0.9,
            );
        }
    }
    let middle = f64::midpoint(top + 40.0, end);
    s.ring(MIDDLE, middle, 13.0, &light, 1.6);
    s.at(MIDDLE, middle, 0.09, |s| {
        super::motifs::grapes(s, &Palette { accent: p.paper, third: p.paper, ink: p.paper, ..*p });
    });
}

/// Light on the glass, over the label too.
fn shine(s: &mut Sheet<'_>, shape: &Shape, glass: &Glass) {
    let x = MIDDLE - shape.half * 0.78;
    let strength = if glass.clear { 0.5 } else { 0.3 };
    let paint = s.gradient(
        (x - 10.0, 0.0),
        (x + 16.0, 0.0),
        &[(0.0, "#ffffff", 0.0), (0.5, "#ffffff", strength), (1.0, "#ffffff", 0.0)],
    );
    let top = shape.shoulder - 10.0;
    s.fill(&super::sheet::rounded(x - 10.0, top, 26.0, FOOT - top - 26.0, 12.0), &paint);
    let shoulder = format!(
        "M{} {}C{} {} {} {} {} {}",
        MIDDLE - shape.neck * 0.55,
        shape.neck_end + 4.0,
        MIDDLE - shape.neck * 0.6,
        shape.neck_end + (shape.shoulder - shape.neck_end) * 0.5,
        MIDDLE - shape.half * 0.72,
        shape.shoulder - (shape.shoulder - shape.neck_end) * 0.42,
        MIDDLE - shape.half * 0.78,
        shape.shoulder + 16.0
    );
    s.stroke_faint(&shoulder, "#ffffff", 6.0, strength * 0.55);
}

/// Lays the label round the bottle and shades it as it turns away from the light.
fn wrap(picture: &mut Pixmap, label: &Pixmap, radius: f64, top: f64) {
    let reach = radius * WRAP.sin();
    let (first, last) = (pixels(MIDDLE - reach), pixels(MIDDLE + reach));
    let (wide, tall) = (f64::from(label.width()), f64::from(label.height()));
    let (columns, rows) = (picture.width(), picture.height());
    for column in first..=last {
        let angle = ((f64::from(column) + 0.5 - MIDDLE) / radius).clamp(-1.0, 1.0).asin();
        if angle.abs() > WRAP {
            continue;
        }
        let across = f64::midpoint(angle / WRAP, 1.0) * wide;
        let drop = BOW * (angle.cos() - WRAP.cos());
        let light = (0.5 + 0.54 * (angle + 0.22).cos()).min(1.0);
        for row in pixels(top)..=pixels(top + tall + BOW + 1.0).min(rows - 1) {
            let down = f64::from(row) + 0.5 - top - drop;
            let Some(colour) = sample(label, across, down, light) else { continue };
            let at = usize::try_from(row * columns + column).unwrap_or_default();
            let under = picture.pixels()[at];
            picture.pixels_mut()[at] = over(colour, under);
        }
    }
}

/// The label's colour between four pixels, premultiplied; `None` beside it.
fn sample(label: &Pixmap, x: f64, y: f64, light: f64) -> Option<[f64; 4]> {
    let (left, above) = ((x - 0.5).floor(), (y - 0.5).floor());
    let (part_x, part_y) = (x - 0.5 - left, y - 0.5 - above);
    let mut sum = [0.0; 4];
    for (dx, dy, weight) in [
        (0.0, 0.0, (1.0 - part_x) * (1.0 - part_y)),
        (1.0, 0.0, part_x * (1.0 - part_y)),
        (0.0, 1.0, (1.0 - part_x) * part_y),
        (1.0, 1.0, part_x * part_y),
    ] {
        let (x, y) = (left + dx, above + dy);
        if x < 0.0 || y < 0.0 {
            continue;
        }
        let Some(pixel) = label.pixel(pixels(x), pixels(y)) else { continue };
        let channels = [pixel.red(), pixel.green(), pixel.blue()];
        for (sum, channel) in sum.iter_mut().zip(channels) {
            *sum += f64::from(channel) * weight * light;
        }
        sum[3] += f64::from(pixel.alpha()) * weight;
    }
    (sum[3] > 0.5).then_some(sum)
}

fn over(colour: [f64; 4], under: PremultipliedColorU8) -> PremultipliedColorU8 {
    let left = 1.0 - colour[3] / 255.0;
    let channel = |above: f64, below: u8| byte(above + f64::from(below) * left);
    let alpha = channel(colour[3], under.alpha());
    let [red, green, blue] = [
        channel(colour[0], under.red()).min(alpha),
        channel(colour[1], under.green()).min(alpha),
        channel(colour[2], under.blue()).min(alpha),
    ];
    PremultipliedColorU8::from_rgba(red, green, blue, alpha).unwrap_or(under)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held within 0 to 255")]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
