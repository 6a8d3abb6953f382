//! A shop's own mail templates. Rule: what is saved can be written: it is tried with samples first, with much to say and
//! with little.

use domain::fields::FieldErrors;
use domain::messaging::TemplateSource;
use domain::problem::{Kind as ProblemKind, Problem};
use domain::time::Timestamp;
use serde::Serialize;
use store::messaging::templates::{self as rows, Template};
use store::{StoreError, Tx};

use super::letters::{COMMON, KINDS, Kind, Letter};
use super::own_parts;
use super::templates::{self as engine, Own, Part, Written};
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// A template as staff see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct TemplateEntry {
    pub name: String,
    pub about: String,
    /// The sources in force, the shop's own or the built-in ones.
    pub subject: String,
    pub html: String,
    pub text: String,
    /// The parts that are the shop's own.
    pub customised: Vec<&'static str>,
    #[serde(skip)]
    pub variables: Vec<TemplateVariable>,
    /// Why the last mail was written with the built-in parts instead.
    pub last_error: Option<String>,
    pub failed_at: Option<Timestamp>,
    /// When the shop changed it last.
    pub updated_at: Option<Timestamp>,
    #[serde(skip)]
    pub version: i64,
}

/// A value that a template can use.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct TemplateVariable {
    pub name: &'static str,
    pub about: &'static str,
}

/// Why a template was not changed.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is no letter of this name.
    #[error("not found")]
    NotFound,
    /// `If-Match` named another version.
    #[error("the template was changed meanwhile")]
    Stale,
    /// Parts that can not be written.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        match error {
            TemplateError::NotFound => Self::not_found(),
            TemplateError::Stale => Self::new(
                ProblemKind::Stale,
                "stale",
                "The template was changed meanwhile. Please load it again.",
            ),
            TemplateError::Invalid(fields) => Self::invalid(fields),
            TemplateError::Store(error) => error.into(),
        }
    }
}

/// What to change of a template. An outer `None` leaves the part alone; an inner one takes the built-in one back.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct PartsChange {
    pub subject: Option<Option<String>>,
    pub html: Option<Option<String>>,
    pub text: Option<Option<String>>,
}

/// All letters, with what the shop writes them with.
pub async fn templates(commerce: &Commerce, shop: &Shop) -> Result<Vec<TemplateEntry>, StoreError> {
    let own = commerce.store().read(shop.id, rows::list).await?;
    let entry = |kind: &Kind| shown(kind, own.iter().find(|row| row.name == kind.name).cloned());
    Ok(KINDS.iter().map(entry).collect())
}

/// One of them.
pub async fn template(commerce: &Commerce, shop: &Shop, name: &str) -> Result<TemplateEntry, TemplateError> {
    let kind = kind(name)?;
    let row = commerce.store().read(shop.id, move |tx| rows::find(tx, kind.name)).await?;
    Ok(shown(kind, row))
}

/// Changes a template, if it can still be written.
pub async fn change_template(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    name: &str,
    if_version: Option<i64>,
    change: PartsChange,
) -> Result<TemplateEntry, TemplateError> {
    let kind = kind(name)?;
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = rows::find(tx, kind.name)?;
            let mut row = before.clone().unwrap_or_else(|| untouched(kind, shop.now));
            check_version(&row, if_version)?;
            apply(&mut row, &change);
            try_with_samples(kind, &shop, &read_parts(&row)?)?;
            save(&handle, tx, &shop, &actor, kind, before, row, "mail-template.update")
        })
        .await
}

/// Takes the built-in template back.
pub async fn reset_template(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    name: &str,
    if_version: Option<i64>,
) -> Result<TemplateEntry, TemplateError> {
    let kind = kind(name)?;
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = rows::find(tx, kind.name)?;
            let mut row = before.clone().unwrap_or_else(|| untouched(kind, shop.now));
            check_version(&row, if_version)?;
            if !is_customised(&row) {
                return Ok(shown(kind, before));
            }
            (row.subject, row.html, row.text) = (None, None, None);
            save(&handle, tx, &shop, &actor, kind, before, row, "mail-template.reset")
        })
        .await
}

/// Writes a letter with samples, as it would be after a change that is not made.
pub async fn preview_template(
    commerce: &Commerce,
    shop: &Shop,
    name: &str,
    change: PartsChange,
) -> Result<(String, String, String), TemplateError> {
    let kind = kind(name)?;
    let row = commerce.store().read(shop.id, move |tx| rows::find(tx, kind.name)).await?;
    let mut row = row.unwrap_or_else(|| untouched(kind, shop.now));
    apply(&mut row, &change);
    let Written { subject, text, html } = try_with_samples(kind, shop, &read_parts(&row)?)?;
    Ok((subject, html, text))
}

/// Whether any part is the shop's own.
pub(super) fn is_customised(row: &Template) -> bool {
    row.subject.is_some() || row.html.is_some() || row.text.is_some()
}

fn kind(name: &str) -> Result<&'static Kind, TemplateError> {
    KINDS.iter().find(|kind| kind.name == name).ok_or(TemplateError::NotFound)
}

fn untouched(kind: &Kind, now: Timestamp) -> Template {
    Template {
        name: kind.name.to_owned(),
        subject: None,
        html: None,
        text: None,
        last_error: None,
        failed_at: None,
        updated_at: now,
        version: 0,
    }
}

fn check_version(row: &Template, if_version: Option<i64>) -> Result<(), TemplateError> {
    match if_version {
        Some(version) if version != row.version => Err(TemplateError::Stale),
        _ => Ok(()),
    }
}

fn apply(row: &mut Template, change: &PartsChange) {
    for (change, part) in
        [(&change.subject, &mut row.subject), (&change.html, &mut row.html), (&change.text, &mut row.text)]
    {
        if let Some(change) = change {
            part.clone_from(change);
        }
    }
}

/// The parts, or all that is wrong with them.
fn read_parts(row: &Template) -> Result<Own, TemplateError> {
    own_parts(row).map_err(|_| {
        let mut errors = FieldErrors::default();
        for (part, source) in Part::ALL.into_iter().zip([&row.subject, &row.html, &row.text]) {
            if let Some(Err(fault)) = source.as_deref().map(TemplateSource::parse) {
                errors.add(part.as_str(), fault.to_string());
            }
        }
        errors.into()
    })
}

/// Writes the letter with its samples and gives the first, the one with most to say.
fn try_with_samples(kind: &Kind, shop: &Shop, own: &Own) -> Result<Written, TemplateError> {
    let samples = Letter::samples(kind.name).ok_or(TemplateError::NotFound)?;
    let mut first = None;
    for letter in &samples {
        let written = engine::write(letter, shop, own)
            .map_err(|unwritable| FieldErrors::one(unwritable.part.as_str(), unwritable.fault.to_string()))?;
        if let Some((value, sample)) = kind.shows {
            let mut errors = FieldErrors::default();
            for (part, text) in [(Part::Html, &written.html), (Part::Text, &written.text)] {
                if !text.contains(sample) {
                    errors.add(part.as_str(), format!("Must show {value} whatever else there is to say."));
                }
            }
            if !errors.is_empty() {
                return Err(errors.into());
            }
        }
        first = first.or(Some(written));
    }
    first.ok_or(TemplateError::NotFound)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one audited change, told apart by their types")]
fn save(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    kind: &Kind,
    before: Option<Template>,
    row: Template,
    action: &str,
) -> Result<TemplateEntry, TemplateError> {
    let row =
        Template { last_error: None, failed_at: None, updated_at: shop.now, version: row.version + 1, ..row };
    rows::put(tx, row.clone())?;
    let entry = shown(kind, Some(row));
    let change = Change {
        action,
        target_kind: "mail-template",
        target_id: kind.name.to_owned(),
        before: serde_json::to_value(shown(kind, before)).ok(),
        after: serde_json::to_value(&entry).ok(),
    };
    audit::record(commerce, tx, shop.now, actor, change)?;
    Ok(entry)
}

fn shown(kind: &Kind, row: Option<Template>) -> TemplateEntry {
    let row = row.unwrap_or_else(|| untouched(kind, Timestamp::from_micros(0)));
    let own = |part| match part {
        Part::Subject => &row.subject,
        Part::Html => &row.html,
        Part::Text => &row.text,
    };
    let source =
        |part| own(part).clone().unwrap_or_else(|| engine::built_in_source(kind.name, part).to_owned());
    let customised = Part::ALL.into_iter().filter(|part| own(*part).is_some()).map(Part::as_str).collect();
    TemplateEntry {
        name: kind.name.to_owned(),
        about: kind.about.to_owned(),
        subject: source(Part::Subject),
        html: source(Part::Html),
        text: source(Part::Text),
        customised,
        variables: kind
            .variables
            .iter()
            .chain(&COMMON)
            .map(|(name, about)| TemplateVariable { name, about })
            .collect(),
        updated_at: (row.version > 0).then_some(row.updated_at),
        last_error: row.last_error,
        failed_at: row.failed_at,
        version: row.version,
    }
}
