//! The blocks that a page is made of. Rule: each has a type and the keys of that type, nothing else; what is HTML is made
//! safe here, when it is written, and once more when it is shown.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::keys::Keys;
use crate::catalog::Reference;
use crate::fields::{Fields, Invalid};
use crate::ids::MediaId;
use crate::markup;
use crate::tenants::HttpsUrl;

/// The most blocks that a page has.
pub const MOST_BLOCKS: usize = 100;
/// The most bytes that its blocks take as JSON.
pub const MOST_BYTES: usize = 256 * 1024;

const LINE: usize = 200;
const LONG_LINE: usize = 1000;
const MOST_IMAGES: usize = 50;
const MOST_PRODUCTS: usize = 50;
const SHOWN_OF_A_COLLECTION: u8 = 12;

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub enum Block {
    /// Text in Markdown.
    RichText { markdown: String },
    /// A heading of level 2 to 4.
    Heading { text: String, level: u8 },
    /// One picture.
    Image {
        media_id: MediaId,
        #[serde(skip_serializing_if = "Option::is_none")]
        alt: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// Several pictures.
    Gallery { images: Vec<GalleryImage> },
    /// What somebody said.
    Quote {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        cite: Option<String>,
    },
    /// A film elsewhere.
    Video {
        url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// Chosen products.
    Products {
        #[serde(serialize_with = "as_texts")]
        products: Vec<Reference>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// The first products of a collection.
    Collection {
        #[serde(serialize_with = "as_text")]
        collection: Reference,
        limit: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// Chosen subscription packages.
    Packages {
        #[serde(serialize_with = "as_texts")]
        packages: Vec<Reference>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// A form that the shop's site draws.
    Form {
        form: FormKind,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// HTML, made safe.
    Html { html: String },
}

fn as_text<S: Serializer>(reference: &Reference, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(reference)
}

fn as_texts<S: Serializer>(references: &[Reference], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(references.iter().map(ToString::to_string))
}

/// A picture of a gallery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GalleryImage {
    /// Which picture.
    pub media_id: MediaId,
    /// What it shows here; as the picture says itself if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// The forms that a page can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FormKind {
    /// Writing to the shop.
    Contact,
    /// Subscribing to its newsletter.
    Newsletter,
}

impl FormKind {
    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Newsletter => "newsletter",
        }
    }
}

/// All blocks of a page, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Blocks(Vec<Block>);

impl Blocks {
    /// Reads a list of blocks; what is wrong is noted under the path of its key, `blocks.2.url`.
    #[must_use]
    pub fn parse(value: &Value, path: &str, fields: &mut Fields) -> Self {
        let Some(items) = value.as_array() else {
            fields.refuse(path, "Must be a list.");
            return Self::default();
        };
        if items.len() > MOST_BLOCKS {
            fields.refuse(path, &format!("Must not have more than {MOST_BLOCKS} entries."));
            return Self::default();
        }
        let mut blocks = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            blocks.extend(Block::parse(item, &format!("{path}.{at}"), fields));
        }
        let blocks = Self(blocks);
        if blocks.to_json().len() > MOST_BYTES {
            fields.refuse(path, &format!("Must not take more than {MOST_BYTES} bytes together."));
        }
        blocks
    }

    /// Reads what [`Blocks::to_json`] wrote.
    pub fn from_stored(json: &str) -> Result<Self, Invalid> {
        let value = serde_json::from_str(json).map_err(|_| Invalid::fixed("not JSON"))?;
        let mut fields = Fields::default();
        let blocks = Self::parse(&value, "blocks", &mut fields);
        fields.finish().map_err(|_| Invalid::fixed("blocks of another release"))?;
        Ok(blocks)
    }

    /// The blocks as JSON: what is stored.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The blocks in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Block] {
        &self.0
    }

    /// The pictures that the blocks name, each with the path of its key.
    #[must_use]
    pub fn media(&self, path: &str) -> Vec<(String, MediaId)> {
        let mut found = Vec::new();
        for (at, block) in self.0.iter().enumerate() {
            match block {
                Block::Image { media_id, .. } => found.push((format!("{path}.{at}.mediaId"), *media_id)),
                Block::Gallery { images } => {
                    let each = images.iter().enumerate();
                    found.extend(each.map(|(image, GalleryImage { media_id, .. })| {
                        (format!("{path}.{at}.images.{image}.mediaId"), *media_id)
                    }));
                }
                _ => {}
            }
        }
        found
    }

    /// All words of the page on one line, for search and for excerpts.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let words = self.0.iter().filter_map(|block| match block {
            Block::RichText { markdown } => Some(markup::plain_text(&markup::render(markdown))),
            Block::Html { html } => Some(markup::plain_text(html)),
            Block::Heading { text, .. } => Some(text.clone()),
            Block::Quote { text, cite } => Some(match cite {
                Some(cite) => format!("{text} {cite}"),
                None => text.clone(),
            }),
            Block::Image { caption, .. } => caption.clone(),
            Block::Video { title, .. }
            | Block::Products { title, .. }
            | Block::Collection { title, .. }
            | Block::Packages { title, .. }
            | Block::Form { title, .. } => title.clone(),
            Block::Gallery { .. } => None,
        });
        words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// The types by their names.
const TYPES: [&str; 11] = [
    "richText",
    "heading",
    "image",
    "gallery",
    "quote",
    "video",
    "products",
    "collection",
    "packages",
    "form",
    "html",
];

impl Block {
    fn parse(value: &Value, path: &str, fields: &mut Fields) -> Option<Self> {
        let mut keys = Keys::of(value, path, fields)?;
        let kind = keys.required("type", |kind| {
            let known = TYPES.into_iter().find(|known| *known == kind);
            known.ok_or_else(|| Invalid::new(format!("Must be one of {}.", TYPES.join(", "))))
        })?;
        let block = match kind {
            "richText" => Self::rich_text(&mut keys),
            "heading" => Self::heading(&mut keys),
            "image" => Self::image(&mut keys),
            "gallery" => Some(Self::gallery(&mut keys)),
            "quote" => Self::quote(&mut keys),
            "video" => Self::video(&mut keys),
            "products" => Some(Self::products(&mut keys)),
            "collection" => Self::collection(&mut keys),
            "packages" => Some(Self::packages(&mut keys)),
            "form" => Self::form(&mut keys),
            _ => Self::html(&mut keys),
        };
        keys.finish();
        block
    }

    fn rich_text(keys: &mut Keys<'_>) -> Option<Self> {
        Some(Self::RichText { markdown: keys.required("markdown", markup::source)? })
    }

    fn heading(keys: &mut Keys<'_>) -> Option<Self> {
        let text = keys.line("text", LINE);
        let level = match keys.value("level") {
            None => Some(2),
            Some(level) => {
                let level = level.as_u64().and_then(|level| u8::try_from(level).ok());
                let level = level.filter(|level| (2..=4).contains(level));
                keys.take("level", level.ok_or(Invalid::fixed("Must be 2, 3 or 4.")))
            }
        };
        Some(Self::Heading { text: text?, level: level? })
    }

    fn image(keys: &mut Keys<'_>) -> Option<Self> {
        let media_id = keys.required("mediaId", media_id);
        let alt = keys.optional_line("alt", LINE);
        let caption = keys.optional_line("caption", LONG_LINE);
        Some(Self::Image { media_id: media_id?, alt, caption })
    }

    fn gallery(keys: &mut Keys<'_>) -> Self {
        let mut images = Vec::new();
        for (path, item) in keys.list("images", MOST_IMAGES) {
            let Some(mut keys) = Keys::of(item, &path, keys.fields()) else { continue };
            let media_id = keys.required("mediaId", media_id);
            let alt = keys.optional_line("alt", LINE);
            keys.finish();
            images.extend(media_id.map(|media_id| GalleryImage { media_id, alt }));
        }
        Self::Gallery { images }
    }

    fn quote(keys: &mut Keys<'_>) -> Option<Self> {
        let text = keys.line("text", LONG_LINE);
        let cite = keys.optional_line("cite", LINE);
        Some(Self::Quote { text: text?, cite })
    }

    fn video(keys: &mut Keys<'_>) -> Option<Self> {
        let url = keys.required("url", HttpsUrl::parse);
        let title = keys.optional_line("title", LINE);
        Some(Self::Video { url: url?.as_str().to_owned(), title })
    }

    fn products(keys: &mut Keys<'_>) -> Self {
        let products = references(keys, "products");
        Self::Products { products, title: keys.optional_line("title", LINE) }
    }

    fn packages(keys: &mut Keys<'_>) -> Self {
        let packages = references(keys, "packages");
        Self::Packages { packages, title: keys.optional_line("title", LINE) }
    }

    fn collection(keys: &mut Keys<'_>) -> Option<Self> {
        let collection = keys.required("collection", Reference::parse);
        let limit = match keys.value("limit") {
            None => Some(SHOWN_OF_A_COLLECTION),
            Some(limit) => {
                let limit = limit.as_u64().and_then(|limit| u8::try_from(limit).ok());
                let limit = limit.filter(|limit| (1..=50).contains(limit));
                keys.take("limit", limit.ok_or(Invalid::fixed("Must be from 1 to 50.")))
            }
        };
        let title = keys.optional_line("title", LINE);
        Some(Self::Collection { collection: collection?, limit: limit?, title })
    }

    fn form(keys: &mut Keys<'_>) -> Option<Self> {
        let form = keys.required("form", |form| match form {
            "contact" => Ok(FormKind::Contact),
            "newsletter" => Ok(FormKind::Newsletter),
            _ => Err(Invalid::fixed("Must be one of contact, newsletter.")),
        });
        let title = keys.optional_line("title", LINE);
        Some(Self::Form { form: form?, title })
    }

    fn html(keys: &mut Keys<'_>) -> Option<Self> {
        let html = keys.required("html", markup::source)?;
        Some(Self::Html { html: markup::sanitise(&html) })
    }
}

fn media_id(text: &str) -> Result<MediaId, Invalid> {
    text.parse().map_err(|_| Invalid::fixed("Must be the id of a picture."))
}

fn references(keys: &mut Keys<'_>, key: &'static str) -> Vec<Reference> {
    let mut found = Vec::new();
    for (path, item) in keys.list(key, MOST_PRODUCTS) {
        let parsed = item.as_str().map_or(Err(Invalid::fixed("Must be a string.")), Reference::parse);
        found.extend(keys.fields().take(&path, parsed));
    }
    found
}

#[cfg(test)]
#[path = "blocks_tests.rs"]
mod tests;
