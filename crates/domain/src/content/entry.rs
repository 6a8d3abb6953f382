//! What a page or a journal post says. Rule: content that exists is whole and valid; a change is read as a whole.

use serde::Serialize;
use serde_json::Value;

use super::blocks::Blocks;
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::ids::MediaId;
use crate::markup;
use crate::text::{self, filled};

/// The two kinds of entries. They differ in their addresses, and in that posts have an author, tags and a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A page.
    Page,
    /// A journal post.
    Post,
}

impl EntryKind {
    /// The word that is stored and audited.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Post => "post",
        }
    }

    /// Reads [`EntryKind::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Page, Self::Post].into_iter().find(|kind| kind.as_str() == word)
    }

    /// The path of an entry on the shop's site.
    #[must_use]
    pub fn path_of(self, slug: &str) -> String {
        format!("/{}s/{slug}", self.as_str())
    }
}

const TITLE: usize = 200;
const EXCERPT: usize = 500;
/// What is made of the text where no excerpt was written.
const OWN_EXCERPT: usize = 200;
const AUTHOR: usize = 100;
const TAG: usize = 50;
const MOST_TAGS: usize = 20;

/// What a page or post says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct Content {
    pub title: String,
    pub excerpt: Option<String>,
    pub image_id: Option<MediaId>,
    pub author: Option<String>,
    pub tags: Vec<String>,
    pub category: Option<String>,
    pub blocks: Blocks,
    pub meta_title: Option<String>,
    pub meta_description: Option<String>,
    pub meta_image_id: Option<MediaId>,
}

impl Content {
    /// The excerpt, made of the text where none was written.
    #[must_use]
    pub fn shown_excerpt(&self, plain_text: &str) -> String {
        self.excerpt.clone().unwrap_or_else(|| markup::excerpt(plain_text, OWN_EXCERPT))
    }

    /// The pictures that it names, each with the path of its key.
    #[must_use]
    pub fn media(&self) -> Vec<(String, MediaId)> {
        let own = [("imageId", self.image_id), ("metaImageId", self.meta_image_id)];
        let own = own.into_iter().filter_map(|(key, id)| Some((key.to_owned(), id?)));
        own.chain(self.blocks.media("blocks")).collect()
    }

    /// The content as a form that [`ContentForm::parse`] reads back.
    #[must_use]
    pub fn to_form(&self) -> ContentForm {
        let Self {
            title,
            excerpt,
            image_id,
            author,
            tags,
            category,
            blocks,
            meta_title,
            meta_description,
            meta_image_id,
        } = self.clone();
        ContentForm {
            title: Some(title),
            excerpt,
            image_id: image_id.map(|id| id.to_string()),
            author,
            tags: Some(tags),
            category,
            blocks: serde_json::to_value(blocks).ok(),
            meta_title,
            meta_description,
            meta_image_id: meta_image_id.map(|id| id.to_string()),
        }
    }
}

/// What a page or post says, as it is typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Content")]
pub struct ContentForm {
    pub title: Option<String>,
    pub excerpt: Option<String>,
    pub image_id: Option<String>,
    pub author: Option<String>,
    pub tags: Option<Vec<String>>,
    pub category: Option<String>,
    pub blocks: Option<Value>,
    pub meta_title: Option<String>,
    pub meta_description: Option<String>,
    pub meta_image_id: Option<String>,
}

impl ContentForm {
    /// The content, or all its bad fields. What is left out or blank is empty.
    pub fn parse(self) -> Result<Content, FieldErrors> {
        let mut fields = Fields::default();
        let title = fields.take("title", text::one_line(self.title.as_deref().unwrap_or_default(), TITLE));
        let excerpt = optional_line(&mut fields, "excerpt", self.excerpt.as_deref(), EXCERPT);
        let image_id = media(&mut fields, "imageId", self.image_id.as_deref());
        let author = optional_line(&mut fields, "author", self.author.as_deref(), AUTHOR);
        let tags = tags(&mut fields, self.tags.unwrap_or_default());
        let category = fields.take_optional("category", filled(self.category.as_deref()).map(label));
        let blocks =
            self.blocks.map(|blocks| Blocks::parse(&blocks, "blocks", &mut fields)).unwrap_or_default();
        let meta_title = optional_line(&mut fields, "metaTitle", self.meta_title.as_deref(), TITLE);
        let meta_description =
            optional_line(&mut fields, "metaDescription", self.meta_description.as_deref(), EXCERPT);
        let meta_image_id = media(&mut fields, "metaImageId", self.meta_image_id.as_deref());
        let Some(title) = title else { return Err(fields.into_errors()) };
        fields.finish()?;
        Ok(Content {
            title,
            excerpt,
            image_id,
            author,
            tags,
            category,
            blocks,
            meta_title,
            meta_description,
            meta_image_id,
        })
    }
}

fn optional_line(fields: &mut Fields, path: &str, typed: Option<&str>, most: usize) -> Option<String> {
    fields.take_optional(path, filled(typed).map(|typed| text::one_line(typed, most)))
}

fn media(fields: &mut Fields, path: &str, typed: Option<&str>) -> Option<MediaId> {
    let parsed =
        filled(typed).map(|id| id.parse().map_err(|_| Invalid::fixed("Must be the id of a picture.")));
    fields.take_optional(path, parsed)
}

fn tags(fields: &mut Fields, typed: Vec<String>) -> Vec<String> {
    if typed.len() > MOST_TAGS {
        fields.refuse("tags", &format!("Must not have more than {MOST_TAGS} entries."));
        return Vec::new();
    }
    let mut tags: Vec<String> = Vec::new();
    for (at, tag) in typed.iter().enumerate() {
        if let Some(tag) = fields.take(&format!("tags.{at}"), label(tag)) {
            let is_known = tags.iter().any(|known| label_key(known) == label_key(&tag));
            tags.extend((!is_known).then_some(tag));
        }
    }
    tags
}

fn label(typed: &str) -> Result<String, Invalid> {
    let label = text::one_line(typed, TAG)?;
    if label_key(&label).is_empty() {
        return Err(Invalid::fixed("Must hold a letter or a digit."));
    }
    Ok(label)
}

/// What a tag, a category or a title is found by: its letters and digits in lower case, with a hyphen where others were.
///
/// So `Red Wine`, `red-wine` and `RED WINE` are one tag.
#[must_use]
pub fn label_key(label: &str) -> String {
    let mut key = String::with_capacity(label.len());
    for c in label.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    key.truncate(key.trim_end_matches('-').len());
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "the fields of a form are options")]
    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn content_reads_back_as_it_was_written() {
        let form = ContentForm {
            title: some(" A guide to Malbec "),
            excerpt: some("Plum, smoke and patience."),
            image_id: some("01926a3c-0000-7000-8000-000000000001"),
            author: some("Ada"),
            tags: Some(vec!["Red".to_owned(), "red".to_owned(), "South America".to_owned()]),
            category: some("Guides"),
            blocks: Some(json!([{"type": "richText", "markdown": "# Hi"}])),
            meta_title: some(""),
            meta_description: None,
            meta_image_id: None,
        };
        let content = form.parse().expect("good content");
        assert_eq!(content.title, "A guide to Malbec");
        assert_eq!(content.tags, ["Red", "South America"]);
        assert_eq!(content.meta_title, None);
        assert_eq!(content.to_form().parse(), Ok(content));
    }

    #[test]
    fn every_refused_field_is_named_at_once() {
        let form = ContentForm {
            title: some(" "),
            excerpt: some(&"x".repeat(501)),
            image_id: some("picture.png"),
            author: some("\u{202e}"),
            tags: Some(vec!["fine".to_owned(), "!!".to_owned()]),
            category: some("—"),
            blocks: Some(json!([{"type": "heading"}])),
            meta_title: some("a\nb"),
            meta_description: some(&"x".repeat(501)),
            meta_image_id: some("x"),
        };
        let errors = form.parse().expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            [
                "author",
                "blocks.0.text",
                "category",
                "excerpt",
                "imageId",
                "metaDescription",
                "metaImageId",
                "metaTitle",
                "tags.1",
                "title"
            ]
        );
    }

    #[test]
    fn labels_are_found_however_they_are_written() {
        for (label, key) in [
            ("Red Wine", "red-wine"),
            (" red--wine! ", "red-wine"),
            ("Rosé", "rosé"),
            ("100%", "100"),
            ("%_|", ""),
        ] {
            assert_eq!(label_key(label), key);
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(label in "\\PC{0,60}") {
            let key = label_key(&label);
            prop_assert_eq!(label_key(&key), key.clone());
            prop_assert!(!key.contains(['%', '_', '|', '\\']), "{}", key);
        }
    }
}
