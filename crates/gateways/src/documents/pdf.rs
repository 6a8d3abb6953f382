//! Pages become a PDF. Rule: the same pages give the same bytes, and the file keeps to PDF/A-2a (it can be archived) and
//! PDF/UA-1 (it can be read aloud), which the library checks as it writes.

use std::num::NonZeroU16;

use domain::time::Timestamp;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
    TagTree,
};
use krilla::{Document, SerializeSettings};

use super::DocumentError;
use super::letters::Letters;
use super::sheet::{Child, FIRST_TOP, Filled, LEFT, Mark, PAGE, Part, Place, Placed, Role};
use super::values::Colour;
use super::words;

/// What a file says of itself.
pub(super) struct About {
    pub title: String,
    pub author: String,
    pub issued_at: Timestamp,
}

impl About {
    /// What stands over the pages after the first.
    pub(super) fn running_head(&self) -> String {
        if self.author.is_empty() { self.title.clone() } else { format!("{} · {}", self.author, self.title) }
    }
}

/// Draws the pages and writes them down.
pub(super) fn write(filled: &Filled, letters: &Letters, about: About) -> Result<Vec<u8>, DocumentError> {
    let mut document = Document::new_with(settings()?);
    let mut leaves = Vec::new();
    for page in &filled.pages {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| broken("the page has no size"))?;
        let mut sheet = document.start_page_with(size);
        let mut surface = sheet.surface();
        for placed in page {
            leaves.extend(draw(&mut surface, letters, placed));
        }
        surface.finish();
        sheet.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(words::LANGUAGE.to_owned()));
    for part in &filled.parts {
        tree.push(group(part, &leaves));
    }
    document.set_tag_tree(tree);
    document.set_outline(outline(&about.title));
    document.set_metadata(metadata(about));
    document.finish().map_err(|error| broken(&format!("{error:?}")))
}

fn settings() -> Result<SerializeSettings, DocumentError> {
    let standards = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1);
    let configuration = standards.finish().map_err(|error| broken(&format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

fn broken(why: &str) -> DocumentError {
    DocumentError::Pdf(why.to_owned())
}

fn metadata(about: About) -> Metadata {
    let authors = Some(about.author).filter(|author| !author.is_empty());
    Metadata::new()
        .title(about.title)
        .authors(authors.into_iter().collect())
        .language(words::LANGUAGE.to_owned())
        .creation_date(date_time(about.issued_at))
}

/// The time as the file has it, in UTC. A year before the first is the first.
fn date_time(time: Timestamp) -> DateTime {
    let date = time.utc_date();
    let second = time.as_micros().div_euclid(1_000_000).rem_euclid(86_400);
    // All of these fit: no hour, minute or second is above 59.
    let small = |number: i64| u8::try_from(number).unwrap_or(0);
    DateTime::new(u16::try_from(date.year()).unwrap_or(0))
        .month(small(date.month().into()))
        .day(small(date.day().into()))
        .hour(small(second / 3600))
        .minute(small(second / 60 % 60))
        .second(small(second % 60))
        .utc_offset_hour(0)
}

fn outline(title: &str) -> Outline {
    let mut outline = Outline::new();
    let top = XyzDestination::new(0, Point::from_xy(LEFT, FIRST_TOP));
    outline.push_child(OutlineNode::new(title.to_owned(), top));
    outline
}

/// Draws a mark, and gives its name in the file where it says something.
fn draw(surface: &mut Surface<'_>, letters: &Letters, placed: &Placed) -> Option<Identifier> {
    let tag = match placed.place {
        Place::Said => ContentTag::Span(SpanTag::empty()),
        Place::Adornment => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        Place::Head => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)),
        Place::Foot => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)),
    };
    let identifier = surface.start_tagged(tag);
    match &placed.mark {
        Mark::Letters { setting, weight, size, colour, x, y } => {
            surface.set_stroke(None);
            surface.set_fill(Some(filled_with(*colour)));
            let font = letters.font(*weight).clone();
            let at = Point::from_xy(*x, *y);
            surface.draw_glyphs(at, &setting.glyphs, font, &setting.text, *size, false);
        }
        Mark::Bar { x, y, width, height, colour } => {
            surface.set_stroke(None);
            surface.set_fill(Some(filled_with(*colour)));
            rectangle(surface, *x, *y, *width, *height);
        }
        Mark::Square { x, y, side, colour } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: paint(*colour).into(),
                width: 0.8,
                ..Stroke::default()
            }));
            rectangle(surface, *x, *y, *side, *side);
        }
    }
    surface.end_tagged();
    (placed.place == Place::Said).then_some(identifier)
}

fn paint(colour: Colour) -> rgb::Color {
    rgb::Color::new(colour.red, colour.green, colour.blue)
}

fn filled_with(colour: Colour) -> Fill {
    Fill { paint: paint(colour).into(), ..Fill::default() }
}

fn rectangle(surface: &mut Surface<'_>, x: f32, y: f32, width: f32, height: f32) {
    let mut path = PathBuilder::new();
    if let Some(rectangle) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rectangle);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn group(part: &Part, leaves: &[Identifier]) -> TagGroup {
    let mut group = TagGroup::new(tag(&part.role));
    for child in &part.children {
        match child {
            Child::Part(part) => group.push(self::group(part, leaves)),
            Child::Leaf(leaf) => {
                if let Some(identifier) = leaves.get(*leaf) {
                    group.push(*identifier);
                }
            }
        }
    }
    group
}

fn tag(role: &Role) -> TagKind {
    let level = |level: u16| NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    match role {
        Role::Title(title) => Tag::Hn(level(1), Some(title.clone())).into(),
        Role::Heading(title) => Tag::Hn(level(2), Some(title.clone())).into(),
        Role::Paragraph => Tag::P.into(),
        Role::Table => Tag::Table.into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Role::Cell => Tag::TD.into(),
    }
}
