//! What a page or a journal post says. Rule: content that exists is whole and valid; a change is read as a whole.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::blocks::Blocks;
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::ids::MediaId;
use crate::markup;
use crate::patch::Patch;
use crate::slugs::ThingSlug;
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

    /// The content under its slug as a form that [`EntryForm::parse`] reads back.
    #[must_use]
    pub fn to_form(&self, slug: &str) -> EntryForm {
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
        EntryForm {
            slug: Patch::Value(slug.to_owned()),
            title: Patch::Value(title),
            excerpt: excerpt.map_or(Patch::Null, Patch::Value),
            image_id: image_id.map_or(Patch::Null, |id| Patch::Value(id.to_string())),
            author: author.map_or(Patch::Null, Patch::Value),
            tags: Patch::Value(tags),
            category: category.map_or(Patch::Null, Patch::Value),
            blocks: serde_json::to_value(blocks).map_or(Patch::Null, Patch::Value),
            meta_title: meta_title.map_or(Patch::Null, Patch::Value),
            meta_description: meta_description.map_or(Patch::Null, Patch::Value),
            meta_image_id: meta_image_id.map_or(Patch::Null, |id| Patch::Value(id.to_string())),
        }
    }
}

/// A page or post as it is typed. A PATCH is the present one's form, written over.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Content, and its slug")]
pub struct EntryForm {
    pub slug: Patch<String>,
    pub title: Patch<String>,
    pub excerpt: Patch<String>,
    pub image_id: Patch<String>,
    pub author: Patch<String>,
    pub tags: Patch<Vec<String>>,
    pub category: Patch<String>,
    pub blocks: Patch<Value>,
    pub meta_title: Patch<String>,
    pub meta_description: Patch<String>,
    pub meta_image_id: Patch<String>,
}

impl EntryForm {
    /// This form, with what it leaves out taken from `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            slug: self.slug.or(base.slug),
            title: self.title.or(base.title),
            excerpt: self.excerpt.or(base.excerpt),
            image_id: self.image_id.or(base.image_id),
            author: self.author.or(base.author),
            tags: self.tags.or(base.tags),
            category: self.category.or(base.category),
            blocks: self.blocks.or(base.blocks),
            meta_title: self.meta_title.or(base.meta_title),
            meta_description: self.meta_description.or(base.meta_description),
            meta_image_id: self.meta_image_id.or(base.meta_image_id),
        }
    }

    /// The slug and the content, or all bad fields. What is left out or blank is empty; a slug is made of the title.
    pub fn parse(self) -> Result<(ThingSlug, Content), FieldErrors> {
        let mut fields = Fields::default();
        let title = text::one_line(&self.title.into_value().unwrap_or_default(), TITLE);
        let title = fields.take("title", title);
        let slug = match (filled(self.slug.into_value().as_deref()), &title) {
            (Some(slug), _) => fields.take("slug", ThingSlug::parse(slug)),
            (None, Some(title)) => fields.take("slug", ThingSlug::from_name(title)),
            (None, None) => None,
        };
        let excerpt = optional_line(&mut fields, "excerpt", self.excerpt, EXCERPT);
        let image_id = media(&mut fields, "imageId", self.image_id);
        let author = optional_line(&mut fields, "author", self.author, AUTHOR);
        let tags = tags(&mut fields, self.tags.into_value().unwrap_or_default());
        let category = self.category.into_value();
        let category = fields.take_optional("category", filled(category.as_deref()).map(label));
        let blocks = self.blocks.into_value();
        let blocks = blocks.map(|blocks| Blocks::parse(&blocks, "blocks", &mut fields)).unwrap_or_default();
        let meta_title = optional_line(&mut fields, "metaTitle", self.meta_title, TITLE);
        let meta_description = optional_line(&mut fields, "metaDescription", self.meta_description, EXCERPT);
        let meta_image_id = media(&mut fields, "metaImageId", self.meta_image_id);
        let (Some(slug), Some(title)) = (slug, title) else { return Err(fields.into_errors()) };
        fields.finish()?;
        let content = Content {
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
        };
        Ok((slug, content))
    }
}

fn optional_line(fields: &mut Fields, path: &str, typed: Patch<String>, most: usize) -> Option<String> {
    let typed = typed.into_value();
    fields.take_optional(path, filled(typed.as_deref()).map(|typed| text::one_line(typed, most)))
}

fn media(fields: &mut Fields, path: &str, typed: Patch<String>) -> Option<MediaId> {
    let parsed = typed
        .into_value()
        .map(|id| id.parse().map_err(|_| Invalid::fixed("Must be the id of a picture, or null.")));
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

    fn form(form: Value) -> EntryForm {
        serde_json::from_value(form).expect("a form")
    }

    #[test]
    fn content_reads_back_as_it_was_written() {
        let form = form(json!({
            "title": " A guide to Malbec ",
            "excerpt": "Plum, smoke and patience.",
            "imageId": "01926a3c-0000-7000-8000-000000000001",
            "author": "Ada",
            "tags": ["Red", "red", "South America"],
            "category": "Guides",
            "blocks": [{"type": "richText", "markdown": "# Hi"}],
            "metaTitle": "",
        }));
        let (slug, content) = form.parse().expect("good content");
        assert_eq!((slug.as_str(), content.title.as_str()), ("a-guide-to-malbec", "A guide to Malbec"));
        assert_eq!(content.tags, ["Red", "South America"]);
        assert_eq!(content.meta_title, None);
        assert_eq!(content.to_form(slug.as_str()).parse(), Ok((slug, content)));
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let before = form(json!({"title": "One", "excerpt": "Short.", "author": "Ada"}));
        let after = form(json!({"title": "Two", "author": null})).over(before);
        let (slug, content) = after.parse().expect("good content");
        assert_eq!((slug.as_str(), content.title.as_str()), ("two", "Two"));
        assert_eq!((content.excerpt.as_deref(), content.author), (Some("Short."), None));
    }

    #[test]
    fn every_refused_field_is_named_at_once() {
        let long = "x".repeat(501);
        let form = form(json!({
            "slug": "A b", "title": " ", "excerpt": long, "imageId": "picture.png", "author": "\u{202e}",
            "tags": ["fine", "!!"], "category": "—", "blocks": [{"type": "heading"}], "metaTitle": "a\nb",
            "metaDescription": long, "metaImageId": "x",
        }));
        let errors = form.parse().expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields.join(" "),
            "author blocks.0.text category excerpt imageId metaDescription metaImageId metaTitle slug tags.1 title"
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
