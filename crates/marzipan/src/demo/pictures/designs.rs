//! Which label each wine has. A wine that is not here gets one by its name.

use super::layouts::Layout::{
    self, Arch, Badge, Bleed, Botanical, Classic, Deco, Inset, Plate, Script, Split, Wide,
};
use super::motifs::Motif;
use super::palette::Palette;
use super::patterns::Pattern;
use super::scenes::Scene;
use super::sheet::Dice;

/// Layout and colours of the label of a wine.
pub(super) fn of(slug: &str) -> (Layout, Palette) {
    let known = DESIGNS.iter().find(|(name, ..)| slug.starts_with(name));
    known.map_or_else(
        || {
            let mut dice = Dice::of(slug);
            (DESIGNS[0].1, dice.pick(DESIGNS).2)
        },
        |(_, layout, palette)| (*layout, *palette),
    )
}

/// Whether a wine has a label of its own.
#[cfg(test)]
pub(super) fn is_known(slug: &str) -> bool {
    DESIGNS.iter().any(|(name, ..)| slug.starts_with(name))
}

/// By the beginning of the slug, without the vintage.
const DESIGNS: &[(&str, Layout, Palette)] = &[
    // Reds
    (
        "tres-acequias-malbec",
        Bleed(Scene::Andes),
        Palette::new("#f6e3cf", "#3a1430", "#9a4a3c", "#7a4a66", "#f0a25a"),
    ),
    (
        "piedra-larga-gran-malbec",
        Plate(Motif::Stones),
        Palette::new("#efe6da", "#1b1820", "#8c2f4a", "#4c4754", "#cba56a"),
    ),
    (
        "clos-du-merle-gris-cahors",
        Classic(Motif::Blackbird),
        Palette::new("#f6f0e2", "#231f20", "#a8322d", "#6b7a4b", "#d9a441"),
    ),
    (
        "chalk-path-pinot-noir",
        Bleed(Scene::Downs),
        Palette::new("#f8e6da", "#43192b", "#c8746a", "#8e4a5c", "#ee9f6d"),
    ),
    (
        "rata-gorge-pinot-noir",
        Botanical(Motif::Rata),
        Palette::new("#f7f1e6", "#2b2320", "#c22f36", "#4f6b4c", "#f2c14e"),
    ),
    (
        "finca-tordilla-crianza",
        Inset(Pattern::Tiles),
        Palette::new("#f7efdf", "#4a1a1f", "#b5392f", "#8a2331", "#e2a43b"),
    ),
    (
        "finca-tordilla-gran-reserva",
        Badge(Motif::Grapes),
        Palette::new("#f3e7d3", "#3b0d16", "#b8873f", "#5e1824", "#d8b06a"),
    ),
    (
        "ermita-de-los-vientos-garnacha",
        Split(Scene::Chapel),
        Palette::new("#f8eddb", "#4c2118", "#c65b3a", "#a98a4a", "#f3c567"),
    ),
    (
        "torre-scura-barolo",
        Classic(Motif::Tower),
        Palette::new("#fbf8f0", "#1d1d22", "#7d1f2b", "#555555", "#c2a25f"),
    ),
    (
        "poggio-alla-gazza-chianti",
        Arch(Scene::Cypresses),
        Palette::new("#faf0dc", "#2b2a22", "#b04a2f", "#7f8a4e", "#f2b14c"),
    ),
    (
        "masseria-tre-lune-primitivo",
        Plate(Motif::Moons),
        Palette::new("#f4ead6", "#171a35", "#b07c4a", "#2c3160", "#f0d9a0"),
    ),
    (
        "kestrel-kop-syrah",
        Bleed(Scene::Ridge),
        Palette::new("#f7e2c6", "#2a1520", "#e0703c", "#8a3a3f", "#f5c26b"),
    ),
    (
        "blackwood-siding-shiraz",
        Split(Scene::Railway),
        Palette::new("#fbeed8", "#231a24", "#d9482f", "#7d3b3a", "#f6b64f"),
    ),
    (
        "quinta-do-pardal-branco-douro",
        Bleed(Scene::Terraces),
        Palette::new("#f6ecd9", "#3b1f22", "#9c4b35", "#9a9a5a", "#eab765"),
    ),
    (
        "chateau-pierrelune-saint-emilion",
        Wide(Motif::Chateau),
        Palette::new("#faf5e8", "#2a211d", "#8b1e2d", "#6e7b5a", "#d9b25c"),
    ),
    (
        "les-trois-peupliers-chinon",
        Split(Scene::Poplars),
        Palette::new("#f7f2e1", "#23322a", "#7c3f58", "#5f8a5a", "#f3cf6f"),
    ),
    (
        "lantern-grade-cabernet",
        Plate(Motif::Lantern),
        Palette::new("#fdf3dc", "#0f1624", "#b98a3d", "#27384f", "#e5b85c"),
    ),
    (
        "volcan-dormido-carmenere",
        Split(Scene::Volcano),
        Palette::new("#fbead6", "#3a1d2e", "#e4572e", "#6d3b52", "#f4a259"),
    ),
    // Whites
    (
        "chalk-path-bacchus",
        Bleed(Scene::Downs),
        Palette::new("#f4f7e4", "#24402f", "#e8d67a", "#7fae6a", "#f7d65a"),
    ),
    (
        "hollow-lane-chardonnay",
        Arch(Scene::Tunnel),
        Palette::new("#f8f4e6", "#1f3328", "#7a8f3c", "#5c8a4a", "#f6e08a"),
    ),
    (
        "deux-noyers-chablis",
        Classic(Motif::Walnut),
        Palette::new("#fdfbf3", "#28352b", "#a98b4d", "#5f8055", "#d8c27a"),
    ),
    (
        "clos-de-la-hulotte-meursault",
        Badge(Motif::Owl),
        Palette::new("#f7eed8", "#142a2c", "#a97b45", "#1f4244", "#e3bd6a"),
    ),
    (
        "pont-fendu-sancerre",
        Split(Scene::Bridge),
        Palette::new("#f7f5e9", "#253a46", "#4f8a94", "#8fae7a", "#f2cf7c"),
    ),
    (
        "tui-bend-sauvignon-blanc",
        Bleed(Scene::River),
        Palette::new("#eaf5ee", "#0f3a3f", "#4fb0a6", "#6fb36a", "#f7d774"),
    ),
    (
        "schieferstern-riesling",
        Script(Motif::Slate),
        Palette::new("#f4f6f7", "#26343f", "#5f7f94", "#3c5266", "#d9b65a"),
    ),
    (
        "losskeller-gruner",
        Split(Scene::Strata),
        Palette::new("#f9f4e2", "#3d3220", "#cfa45a", "#7d9a4a", "#f6d36b"),
    ),
    (
        "pedra-mareira-albarino",
        Inset(Pattern::Waves),
        Palette::new("#f6fafa", "#12344d", "#4fa3b8", "#2a6f97", "#f4b860"),
    ),
    (
        "contrada-ventosa-etna",
        Inset(Pattern::Contours),
        Palette::new("#fbf9f2", "#1f1f21", "#d8422e", "#8a8578", "#f2c230"),
    ),
    (
        "rooiklip-chenin",
        Arch(Scene::Cliffs),
        Palette::new("#fbf1df", "#45221a", "#c4603a", "#8f9a5b", "#f4c25f"),
    ),
    (
        "mas-de-l-etang-sale-picpoul",
        Bleed(Scene::Lagoon),
        Palette::new("#fdf3e3", "#1d3b4f", "#f2a48b", "#4f93a8", "#f58a5c"),
    ),
    (
        "vinha-do-moinho-azul",
        Script(Motif::Windmill),
        Palette::new("#fbfcfd", "#173a7a", "#2f66b5", "#1f4b9b", "#f0c24f"),
    ),
    // Rosé
    (
        "mas-de-la-cigale-bleue",
        Script(Motif::Cicada),
        Palette::new("#fbe9e4", "#233a6b", "#3f63ad", "#2d4a87", "#f2b6a8"),
    ),
    (
        "hollow-lane-rose",
        Arch(Scene::Tunnel),
        Palette::new("#fdf1ec", "#5a2436", "#c2607a", "#c9788a", "#fde0c4"),
    ),
    (
        "flor-del-cierzo-rosado",
        Botanical(Motif::Poppy),
        Palette::new("#fdf3ea", "#42282a", "#e2504a", "#7c935c", "#f4c25f"),
    ),
    (
        "colle-del-ciliegio",
        Script(Motif::Cherries),
        Palette::new("#fdf2ee", "#4a1524", "#c42b45", "#5d7d4f", "#f1b2a4"),
    ),
    // Sparkling
    (
        "hollow-lane-classic-cuvee",
        Deco(Motif::Lane),
        Palette::new("#fbf7ec", "#15263d", "#9a7a3a", "#1b3352", "#dcb96a"),
    ),
    (
        "hollow-lane-blanc-de-blancs",
        Deco(Motif::Fan),
        Palette::new("#fdfbf6", "#3a3f38", "#a08a4f", "#4a6458", "#e0c987"),
    ),
    (
        "hollow-lane-sparkling-rose",
        Badge(Motif::Lane),
        Palette::new("#fdf0ea", "#7d3348", "#c98094", "#a4506a", "#f6d3b4"),
    ),
    (
        "vigna-delle-rondini-prosecco",
        Script(Motif::Swallows),
        Palette::new("#fbfaf0", "#20324a", "#c88f2e", "#4a6a8a", "#f6cf63"),
    ),
    (
        "mas-gavarra-cava",
        Inset(Pattern::Mosaic),
        Palette::new("#fbf6ea", "#1d3f5e", "#e07b39", "#2f8f9d", "#f5c64a"),
    ),
];
