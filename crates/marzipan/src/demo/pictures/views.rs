//! Pictures of the shop itself: banners, and what stands on its pages. Rule: bottles in them wear the labels of the wines they
//! stand for.

use super::layouts::WIDTH as LABEL;
use super::lettering::{Face, Style};
use super::motifs::Motif;
use super::palette::Palette;
use super::scenes::{Field, Scene};
use super::sheet::{Dice, Sheet, arched, boxed, mix, polygon, rounded};
use super::{Painter, Wine, designs, motifs};

const DUSK: Palette = Palette::new("#f7d9c0", "#22142c", "#c9646a", "#5b3f66", "#f59b66");
const NIGHT: Palette = Palette::new("#33426b", "#0d1226", "#5a6aa0", "#1f2a4d", "#f5e6b8");
const SPRING: Palette = Palette::new("#f2f7e6", "#21402c", "#e9cf62", "#7bb06a", "#f8d862");
const AUTUMN: Palette = Palette::new("#fbeed6", "#3d2318", "#d9813b", "#a9873f", "#f2b750");
const WINTER: Palette = Palette::new("#eef3f7", "#27323d", "#9fb4c4", "#8ea3b3", "#f7ead0");
const CELLAR: Palette = Palette::new("#f4e6cd", "#231a18", "#8c2f3f", "#6b4a35", "#e2b366");

const BANNER: (f64, f64) = (1280.0, 520.0);
const SHOT: (f64, f64) = (640.0, 960.0);

/// The drawing of this name.
pub(super) fn of<'a>(painter: &'a Painter, name: &str) -> Option<Sheet<'a>> {
    let (width, height) = if is_shot(name) { SHOT } else { BANNER };
    let mut sheet = Sheet::new(&painter.letters, width, height);
    let s = &mut sheet;
    let mut dice = Dice::of(name);
    let mut land = |scene: Scene, palette: Palette, top: f64| {
        scene.draw(s, &palette, Field { width, height, top }, &mut dice);
    };
    match name {
        "collection-new-in" => land(Scene::Downs, SPRING, 60.0),
        "collection-reds" => {
            land(Scene::Cliffs, Palette::new("#f8dcc4", "#2a0f1c", "#a8384a", "#7a3042", "#f3a565"), 0.0);
        }
        "collection-under-15" => land(Scene::Terraces, AUTUMN, 20.0),
        "harvest" => land(Scene::Cypresses, AUTUMN, 60.0),
        "hills-at-dusk" => land(Scene::Downs, DUSK, 90.0),
        "malbec-country" => {
            land(Scene::Andes, Palette::new("#f6e3cf", "#3a1430", "#9a4a3c", "#6f4a6b", "#f0a25a"), 70.0);
        }
        "the-lane" => {
            land(Scene::Tunnel, Palette::new("#f8f4e6", "#1b2f25", "#7a8f3c", "#4f7f46", "#f6e08a"), -40.0);
        }
        "collection-whites" => {
            land(Scene::Bridge, Palette::new("#f5f7e8", "#253a46", "#4f8a94", "#8fae7a", "#f2cf7c"), 30.0);
        }
        "collection-rose" => {
            land(Scene::Lagoon, Palette::new("#fdeee6", "#5a2a44", "#f2a0a0", "#a5678f", "#f58a6a"), 20.0);
        }
        "collection-sparkling" => sparkling(s),
        "collection-staff-favourites" => {
            row(
                s,
                painter,
                &["clos-de-la-hulotte", "kestrel-kop", "pedra-mareira", "hollow-lane-rose", "torre-scura"],
            );
        }
        "collection-gifts" => gifts(s),
        "frost" => frost(s),
        "glasses" => glasses(s),
        "winter-vines" => winter(s, &mut dice),
        "parcels" => parcels(s),
        "cellar" => cellar(s),
        "gift-box" => crate_of(s, painter, &["tres-acequias", "tui-bend", "mas-de-la-cigale"], &CELLAR),
        "gift-set" => gift_set(s, painter),
        "tasting" => tasting(s),
        "club-lantern" => {
            crate_of(s, painter, &["chalk-path-pinot", "rooiklip", "blackwood"], &NIGHT);
        }
        "club-pick-and-mix" => shelves(s, painter),
        _ => return None,
    }
    Some(sheet)
}

fn is_shot(name: &str) -> bool {
    matches!(name, "gift-box" | "gift-set" | "tasting" | "club-lantern" | "club-pick-and-mix")
}

/// A bottle drawn flat, its label the wine's own; `foot` is where it stands.
fn bottle(s: &mut Sheet<'_>, wine: &Wine, (x, foot): (f64, f64), tall: f64) {
    let (layout, palette) = designs::of(&wine.slug);
    let half = tall * 0.137;
    let (glass, light) = match wine.colour.as_str() {
        "Red" => ("#171d18", "#39463a"),
        "Rosé" => ("#eab0a4", "#fbe0d8"),
        _ if wine.style == "Sparkling" => ("#1d3325", "#476150"),
        _ => ("#68723a", "#a2a96c"),
    };
    let y = |part: f64| foot - tall * part;
    let neck = half * 0.29;
    let body = format!(
        "M{} {top}H{}V{}C{} {} {} {} {} {}V{}Q{r} {foot} {} {foot}H{}Q{l} {foot} {l} {}V{}C{} {} {} {} {} {}Z",
        x - neck,
        x + neck,
        y(0.74),
        x + neck,
        y(0.68),
        x + half,
        y(0.68),
        x + half,
        y(0.58),
        foot - 12.0,
        x + half - 12.0,
        x - half + 12.0,
        foot - 12.0,
        y(0.58),
        x - half,
        y(0.68),
        x - neck,
        y(0.68),
        x - neck,
        y(0.74),
        top = y(1.0),
        r = x + half,
        l = x - half,
    );
    s.fill(&body, glass);
    s.within(&body, |s| {
        s.fill_faint(&rounded(x - half * 0.8, y(0.6), half * 0.2, tall * 0.58, half * 0.1), light, 0.8);
        s.rect(x + half * 0.66, y(0.7), half * 0.5, tall * 0.7, &mix(glass, "#000000", 0.25));
    });
    s.fill(&rounded(x - neck - 1.5, y(1.0), neck * 2.0 + 3.0, tall * 0.2, 3.0), palette.accent);
    s.rect(x - neck - 1.5, y(0.825), neck * 2.0 + 3.0, tall * 0.008, palette.third);
    let across = half * 1.84;
    let scale = across / LABEL;
    let label = layout.height() * scale;
    let top = foot - tall * 0.05 - label - (tall * 0.5 - label).max(0.0) * 0.4;
    let (width, height) = (s.width, s.height);
    (s.width, s.height) = (LABEL, layout.height());
    s.at(x - across / 2.0, top, scale, |s| s.within(&layout.outline(), |s| layout.draw(s, &palette, wine)));
    (s.width, s.height) = (width, height);
    let shade = s.gradient((x, 0.0), (x + half, 0.0), &[(0.0, "#000000", 0.0), (1.0, "#000000", 0.28)]);
    s.rect(x, top, across / 2.0, label, &shade);
}

fn wine<'a>(painter: &'a Painter, slug: &str) -> Option<&'a Wine> {
    painter.wines.iter().find(|wine| wine.slug.starts_with(slug))
}

fn wall(s: &mut Sheet<'_>, p: &Palette, floor: f64) {
    let (width, height) = (s.width, s.height);
    let glow = s.glow(
        (width / 2.0, floor * 0.55),
        width.max(height) * 0.75,
        &[(0.0, &mix(p.paper, "#ffffff", 0.35), 1.0), (1.0, &mix(p.paper, p.second, 0.35), 1.0)],
    );
    s.rect(0.0, 0.0, width, height, &glow);
    s.rect(0.0, floor, width, height - floor, &mix(p.second, p.paper, 0.22));
    s.rect(0.0, floor, width, 5.0, &mix(p.second, p.ink, 0.35));
}

fn row(s: &mut Sheet<'_>, painter: &Painter, slugs: &[&str]) {
    wall(s, &CELLAR, 450.0);
    for (index, wine) in slugs.iter().filter_map(|slug| wine(painter, slug)).enumerate() {
        let x = 240.0 + 200.0 * f64::from(u32::try_from(index).unwrap_or_default());
        s.ellipse(x + 6.0, 482.0, 74.0, 9.0, &mix(CELLAR.second, CELLAR.ink, 0.25));
        bottle(s, wine, (x, 482.0), 440.0);
    }
}

/// A wooden crate with bottles looking out of it.
fn crate_of(s: &mut Sheet<'_>, painter: &Painter, slugs: &[&str], p: &Palette) {
    wall(
        s,
        &Palette { paper: CELLAR.paper, second: p.second, ink: p.ink, accent: p.accent, third: p.third },
        800.0,
    );
    let count = f64::from(u32::try_from(slugs.len()).unwrap_or(1));
    let room = 480.0 / count;
    s.ellipse(320.0, 884.0, 292.0, 20.0, &mix(p.second, p.ink, 0.5));
    s.rect(76.0, 520.0, 488.0, 60.0, "#6f4c2e");
    for (index, wine) in slugs.iter().filter_map(|slug| wine(painter, slug)).enumerate() {
        let x = 80.0 + room * (f64::from(u32::try_from(index).unwrap_or_default()) + 0.5);
        bottle(s, wine, (x, 850.0), (room / 0.272).min(640.0));
    }
    let grain = "#8a6238";
    for (y, tone) in [(700.0, "#b98a55"), (760.0, "#c29360"), (820.0, "#b58450")] {
        s.fill(&rounded(64.0, y, 512.0, 56.0, 4.0), tone);
        for (dy, long) in [(14.0, 0.7), (28.0, 0.5), (42.0, 0.8)] {
            s.rule(90.0, y + dy, 90.0 + 450.0 * long, y + dy, grain, 1.2);
        }
    }
    for x in [64.0, 548.0] {
        s.rect(x, 692.0, 28.0, 190.0, "#a67845");
        for y in [716.0, 786.0, 846.0] {
            s.circle(x + 14.0, y, 4.0, "#5d4024");
        }
    }
    let words = Style::new(Face::Serif, 40.0, 0.24);
    s.centred("HOLLOW LANE", words, (320.0, 802.0), 380.0, "#4a2f18");
}

fn gift_set(s: &mut Sheet<'_>, painter: &Painter) {
    let p = Palette { paper: "#f6ead8", ..CELLAR };
    wall(s, &p, 780.0);
    s.ellipse(320.0, 862.0, 270.0, 18.0, &mix(p.second, p.ink, 0.4));
    if let Some(wine) = wine(painter, "hollow-lane-classic") {
        bottle(s, wine, (214.0, 858.0), 640.0);
    }
    for x in [386.0, 500.0] {
        flute(s, (x, 856.0), 400.0);
    }
    s.at(452.0, 812.0, 0.72, |s| motifs::parcel(s, &Palette { accent: "#1b3352", third: "#dcb96a", ..p }));
}

/// A tall glass with bubbles.
fn flute(s: &mut Sheet<'_>, (x, foot): (f64, f64), tall: f64) {
    let half = tall * 0.1;
    let y = |part: f64| foot - tall * part;
    let bowl = |half: f64, from: f64| {
        format!(
            "M{} {}C{} {} {} {} {x} {}C{} {} {} {} {} {}Z",
            x - half,
            y(from),
            x - half,
            y(0.5),
            x - half * 0.5,
            y(0.4),
            y(0.38),
            x + half * 0.5,
            y(0.4),
            x + half,
            y(0.5),
            x + half,
            y(from)
        )
    };
    s.fill_faint(&bowl(half, 1.0), "#ffffff", 0.5);
    s.fill(&bowl(half * 0.94, 0.86), "#f0d68a");
    for (dx, part) in
        [(-0.3, 0.5), (0.1, 0.56), (0.35, 0.64), (-0.1, 0.7), (-0.4, 0.76), (0.25, 0.8), (0.0, 0.46)]
    {
        s.circle(x + half * dx, y(part), tall * 0.007, "#fffbe8");
    }
    s.stroke_faint(&bowl(half, 1.0), "#8a7a5c", 2.0, 0.6);
    s.rule(x, y(0.38), x, foot - 6.0, "#cbbd9f", 5.0);
    s.ellipse(x, foot - 4.0, half * 1.05, 6.0, "#cbbd9f");
}

/// A glass for wine.
fn goblet(s: &mut Sheet<'_>, (x, foot): (f64, f64), tall: f64, wine: &str) {
    let half = tall * 0.2;
    let y = |part: f64| foot - tall * part;
    let bowl = format!(
        "M{} {}C{} {} {} {} {x} {}C{} {} {} {} {} {}Z",
        x - half * 0.78,
        y(1.0),
        x - half * 1.25,
        y(0.68),
        x - half * 0.8,
        y(0.45),
        y(0.44),
        x + half * 0.8,
        y(0.45),
        x + half * 1.25,
        y(0.68),
        x + half * 0.78,
        y(1.0)
    );
    s.fill_faint(&bowl, "#ffffff", 0.34);
    s.within(&bowl, |s| {
        s.rect(x - half * 1.3, y(0.74), half * 2.6, tall * 0.32, wine);
        s.ellipse(x, y(0.74), half * 1.02, tall * 0.018, &mix(wine, "#ffffff", 0.25));
        s.fill_faint(
            &format!(
                "M{} {}Q{} {} {} {}L{} {}Q{} {} {} {}Z",
                x - half * 0.72,
                y(0.94),
                x - half * 1.0,
                y(0.7),
                x - half * 0.6,
                y(0.52),
                x - half * 0.48,
                y(0.54),
                x - half * 0.78,
                y(0.7),
                x - half * 0.56,
                y(0.94)
            ),
            "#ffffff",
            0.5,
        );
    });
    s.stroke_faint(&bowl, "#4a3b3a", 2.4, 0.55);
    s.rule(x, y(0.44), x, foot - 6.0, "#b9a894", 6.0);
    s.ellipse(x, foot - 4.0, half * 0.95, 7.0, "#b9a894");
}

fn tasting(s: &mut Sheet<'_>) {
    let (p, floor) = (DUSK, 700.0);
    s.rect(0.0, 0.0, 640.0, 960.0, "#3a2430");
    let window = arched(90.0, 90.0, 460.0, 610.0);
    s.within(&window, |s| {
        s.at(90.0, 90.0, 1.0, |s| {
            Scene::Downs.draw(
                s,
                &p,
                Field { width: 460.0, height: 620.0, top: 170.0 },
                &mut Dice::of("tasting"),
            );
        });
    });
    s.stroke(&window, "#20131c", 14.0);
    s.rule(320.0, 90.0, 320.0, floor, "#20131c", 7.0);
    s.rect(0.0, floor, 640.0, 260.0, "#6e4630");
    s.rect(0.0, floor, 640.0, 10.0, "#8d5d3f");
    for y in [760.0, 822.0, 890.0] {
        s.rule(0.0, y, 640.0, y, "#5a3826", 2.0);
    }
    s.at(498.0, 610.0, 1.5, |s| Motif::Lantern.draw(s, &Palette { ink: "#2a1820", third: "#f3bf62", ..p }));
    for (x, foot, tall, wine) in
        [(130.0, 770.0, 330.0, "#7a1730"), (262.0, 812.0, 350.0, "#e9cf7a"), (398.0, 850.0, 360.0, "#e8968c")]
    {
        s.ellipse(x + 8.0, foot, 74.0, 10.0, "#4c2e20");
        goblet(s, (x, foot), tall, wine);
    }
}

fn shelves(s: &mut Sheet<'_>, painter: &Painter) {
    let wood = "#7a5334";
    s.rect(0.0, 0.0, 640.0, 960.0, "#efe0c6");
    let stock = [
        ["vinha-do-moinho", "mas-gavarra", "volcan-dormido", "colle-del-ciliegio"],
        ["contrada-ventosa", "rata-gorge", "les-trois-peupliers", "pont-fendu"],
        ["schieferstern", "finca-tordilla-crianza", "flor-del-cierzo", "vigna-delle"],
    ];
    for (level, slugs) in stock.iter().enumerate() {
        let foot = 316.0 + 300.0 * f64::from(u32::try_from(level).unwrap_or_default());
        let shade = s.gradient(
            (0.0, foot - 290.0),
            (0.0, foot),
            &[(0.0, "#3b2616", 0.42), (0.25, "#3b2616", 0.08), (1.0, "#3b2616", 0.0)],
        );
        s.rect(0.0, foot - 284.0, 640.0, 284.0, &shade);
        for (place, wine) in slugs.iter().filter_map(|slug| wine(painter, slug)).enumerate() {
            let x = 98.0 + 148.0 * f64::from(u32::try_from(place).unwrap_or_default());
            bottle(s, wine, (x, foot), 268.0);
        }
        s.rect(0.0, foot, 640.0, 16.0, wood);
        s.rect(0.0, foot + 16.0, 640.0, 5.0, "#4d3320");
    }
    s.rect(0.0, 0.0, 24.0, 960.0, wood);
    s.rect(616.0, 0.0, 24.0, 960.0, wood);
    s.rect(0.0, 0.0, 640.0, 22.0, wood);
}

fn sparkling(s: &mut Sheet<'_>) {
    let p = Palette::new("#fbf7ec", "#15263d", "#9a7a3a", "#1b3352", "#dcb96a");
    s.rect(0.0, 0.0, 1280.0, 520.0, p.second);
    for ray in 0..60_u32 {
        let angle = (f64::from(ray) / 59.0 - 0.5) * std::f64::consts::PI;
        let (sin, cos) = angle.sin_cos();
        let path = format!(
            "M{} {}L{} {}",
            640.0 + 190.0 * sin,
            470.0 - 190.0 * cos,
            640.0 + 1100.0 * sin,
            470.0 - 1100.0 * cos
        );
        s.stroke_faint(&path, p.third, if ray % 2 == 0 { 2.4 } else { 1.0 }, 0.7);
    }
    s.at(640.0, 372.0, 1.5, |s| Motif::Fan.draw(s, &p));
    s.rect(0.0, 486.0, 1280.0, 5.0, p.third);
    s.rect(0.0, 498.0, 1280.0, 2.0, p.third);
}

fn gifts(s: &mut Sheet<'_>) {
    wall(s, &CELLAR, 420.0);
    for (x, size, box_colour, ribbon) in [
        (250.0, 1.25, "#8c2f3f", "#e2b366"),
        (520.0, 1.65, "#1f4244", "#e3bd6a"),
        (800.0, 1.05, "#c9646a", "#fbe9dc"),
        (1020.0, 1.5, "#1b3352", "#dcb96a"),
    ] {
        s.ellipse(x + 8.0, 470.0, 112.0 * size, 11.0, &mix(CELLAR.second, CELLAR.ink, 0.25));
        s.at(x, 470.0 - 96.0 * size, size, |s| {
            motifs::parcel(s, &Palette { accent: box_colour, third: ribbon, ..CELLAR });
        });
    }
}

/// Candles between the rows in a cold night of spring.
fn frost(s: &mut Sheet<'_>) {
    let p = NIGHT;
    let (width, height) = BANNER;
    let sky = s.gradient(
        (0.0, 0.0),
        (0.0, height),
        &[(0.0, p.ink, 1.0), (0.7, p.second, 1.0), (1.0, p.paper, 1.0)],
    );
    s.rect(0.0, 0.0, width, height, &sky);
    let mut dice = Dice::of("frost");
    for _ in 0..90 {
        s.circle(dice.between(0.0, width), dice.between(0.0, 250.0), dice.between(0.6, 2.0), "#f4ecd0");
    }
    s.circle(1040.0, 104.0, 44.0, p.third);
    s.circle(1058.0, 94.0, 40.0, &mix(p.ink, p.second, 0.28));
    s.fill("M0 300C240 250 420 270 640 286C900 304 1080 250 1280 276V520H0Z", &mix(p.second, p.ink, 0.45));
    s.fill("M0 350C300 320 700 336 1280 318V520H0Z", &mix(p.ink, "#000000", 0.2));
    for row in 0..9_u32 {
        let part = f64::from(row) / 8.0 - 0.5;
        for place in 0..7_u32 {
            let near = ((f64::from(place) + 1.0) / 7.0).powf(1.5);
            let x = 640.0 + part * (420.0 + 1700.0 * near);
            let y = 336.0 + 176.0 * near;
            let size = 3.0 + 11.0 * near;
            let glow = s.glow(
                (x, y - size),
                size * 5.0,
                &[(0.0, "#ffbf5e", 0.75), (0.4, "#ff9a3c", 0.26), (1.0, "#ff9a3c", 0.0)],
            );
            s.circle(x, y - size, size * 5.0, &glow);
            s.rect(x - size * 0.45, y - size * 0.5, size * 0.9, size, "#2b1a14");
            s.fill(
                &format!(
                    "M{x} {}C{} {} {} {} {x} {}C{} {} {} {} {x} {}Z",
                    y - size * 2.0,
                    x + size * 0.7,
                    y - size,
                    x + size * 0.5,
                    y - size * 0.4,
                    y - size * 0.4,
                    x - size * 0.5,
                    y - size * 0.4,
                    x - size * 0.7,
                    y - size,
                    y - size * 2.0
                ),
                "#ffd98a",
            );
        }
    }
}

fn glasses(s: &mut Sheet<'_>) {
    wall(s, &CELLAR, 430.0);
    for (index, wine) in ["#e9d58a", "#d9c15c", "#efb3a6", "#c9485b", "#8d1f38", "#4f1024"].iter().enumerate()
    {
        let x = 190.0 + 180.0 * f64::from(u32::try_from(index).unwrap_or_default());
        s.ellipse(x + 8.0, 476.0, 66.0, 9.0, &mix(CELLAR.second, CELLAR.ink, 0.25));
        goblet(s, (x, 476.0), 340.0, wine);
    }
}

/// Pruned vines in the snow.
fn winter(s: &mut Sheet<'_>, dice: &mut Dice) {
    let (width, height) = BANNER;
    Scene::Downs.draw(s, &WINTER, Field { width, height, top: 40.0 }, dice);
    s.fill("M0 380C320 352 820 400 1280 366V520H0Z", "#fbfdfe");
    for index in 0..13_u32 {
        let x = 50.0 + 100.0 * f64::from(index);
        let foot = 424.0 + 10.0 * (f64::from(index) * 1.7).sin();
        s.stroke(
            &format!(
                "M{x} {foot}C{} {} {} {} {x} {}",
                x - 9.0,
                foot - 30.0,
                x + 9.0,
                foot - 50.0,
                foot - 78.0
            ),
            WINTER.ink,
            9.0,
        );
        for side in [-1.0, 1.0] {
            s.stroke(
                &format!(
                    "M{x} {}C{} {} {} {} {} {}",
                    foot - 76.0,
                    x + side * 10.0,
                    foot - 92.0,
                    x + side * 28.0,
                    foot - 88.0,
                    x + side * 46.0,
                    foot - 84.0
                ),
                WINTER.ink,
                4.6,
            );
            s.stroke(
                &format!(
                    "M{} {}V{}M{} {}V{}",
                    x + side * 20.0,
                    foot - 88.0,
                    foot - 106.0,
                    x + side * 36.0,
                    foot - 87.0,
                    foot - 102.0
                ),
                WINTER.ink,
                2.6,
            );
        }
    }
    s.stroke("M0 346H1280M0 326H1280", "#7d8b96", 1.4);
}

fn parcels(s: &mut Sheet<'_>) {
    let p = SPRING;
    let (width, height) = BANNER;
    Scene::Downs.draw(s, &p, Field { width, height, top: 30.0 }, &mut Dice::of("parcels"));
    s.rect(0.0, 430.0, width, 90.0, "#4a5a52");
    s.rect(0.0, 430.0, width, 6.0, "#e9eddc");
    for index in 0..9_u32 {
        s.rect(40.0 + 150.0 * f64::from(index), 476.0, 80.0, 7.0, "#e9eddc");
    }
    let (x, foot) = (470.0, 452.0);
    s.ellipse(x + 180.0, foot + 22.0, 250.0, 12.0, "#35423c");
    s.fill(&rounded(x, foot - 210.0, 270.0, 200.0, 14.0), "#1f3d30");
    s.fill(
        &format!(
            "M{} {}H{}Q{} {} {} {}L{} {}Q{} {} {} {}V{}H{}Z",
            x + 262.0,
            foot - 170.0,
            x + 326.0,
            x + 348.0,
            foot - 170.0,
            x + 358.0,
            foot - 146.0,
            x + 378.0,
            foot - 98.0,
            x + 398.0,
            foot - 88.0,
            x + 398.0,
            foot - 62.0,
            foot - 10.0,
            x + 262.0
        ),
        "#2a5140",
    );
    s.fill(
        &polygon(&[
            (x + 284.0, foot - 154.0),
            (x + 324.0, foot - 154.0),
            (x + 350.0, foot - 98.0),
            (x + 284.0, foot - 98.0),
        ]),
        "#cfe3dc",
    );
    s.fill(&boxed(x - 8.0, foot - 24.0, 412.0, 16.0), "#14261e");
    for wheel in [x + 70.0, x + 322.0] {
        s.circle(wheel, foot - 6.0, 38.0, "#14201a");
        s.circle(wheel, foot - 6.0, 18.0, "#d9dfd0");
    }
    s.circle(x + 388.0, foot - 56.0, 8.0, "#f8d862");
    s.at(x + 70.0, foot - 116.0, 0.5, |s| {
        Motif::Lane.draw(s, &Palette::new("#fbf7ec", "#0f2119", "#e9cf62", "#4f7f46", "#f6e08a"));
    });
    s.left("Hollow Lane", Style::new(Face::Serif, 34.0, 0.02), (x + 130.0, foot - 116.0), 130.0, "#f6edc9");
    s.left("CELLARS", Style::new(Face::Sans, 16.0, 0.4), (x + 132.0, foot - 90.0), 120.0, "#f6edc9");
}

/// Barrels under a vault.
fn cellar(s: &mut Sheet<'_>) {
    let p = CELLAR;
    let (width, height) = BANNER;
    s.rect(0.0, 0.0, width, height, "#2a1e1b");
    for ring in 0..5_u32 {
        let part = f64::from(ring) / 4.0;
        let (half, top) = (620.0 - 430.0 * part, 10.0 + 150.0 * part);
        let vault = arched(640.0 - half, top, half * 2.0, 900.0);
        s.fill(&vault, &mix("#4b342a", "#c89a63", part * 0.85));
    }
    let glow = s.glow((640.0, 300.0), 260.0, &[(0.0, "#ffe2a0", 0.9), (1.0, "#ffe2a0", 0.0)]);
    s.circle(640.0, 300.0, 260.0, &glow);
    s.fill("M560 372H720L1010 520H270Z", "#7b5a43");
    for side in [-1.0, 1.0] {
        for near in [0.3, 0.55, 1.0] {
            let x = 640.0 + side * (120.0 + 370.0 * near);
            let y = 376.0 + 50.0 * near;
            barrel(s, (x, y), 150.0 * near, near);
            if near < 1.0 {
                barrel(s, (x + side * 6.0, y - 170.0 * near), 130.0 * near, near);
            }
        }
    }
    for x in [380.0, 900.0] {
        s.at(x, 96.0, 0.5, |s| Motif::Lantern.draw(s, &Palette { ink: "#2a1e1b", ..p }));
    }
}

fn barrel(s: &mut Sheet<'_>, (x, y): (f64, f64), radius: f64, near: f64) {
    let wood = mix("#5c3d26", "#a87443", 0.35 + 0.5 * near);
    s.circle(x, y, radius, "#2c2220");
    s.circle(x, y, radius * 0.93, &wood);
    for index in 0..7_u32 {
        let at = (f64::from(index) - 3.0) * radius * 0.26;
        let reach = (radius * radius * 0.84 - at * at).max(0.0).sqrt();
        s.rule(x + at, y - reach, x + at, y + reach, &mix(&wood, "#2a1a10", 0.5), 2.2);
    }
    s.ring(x, y, radius * 0.8, &mix(&wood, "#2a1a10", 0.35), radius * 0.03);
    s.circle(x, y + radius * 0.5, radius * 0.07, "#2a1a10");
    s.at(x, y - radius * 0.12, radius / 420.0, |s| {
        motifs::grapes(s, &Palette { accent: "#3a2415", third: "#3a2415", ink: "#3a2415", ..CELLAR });
    });
}
