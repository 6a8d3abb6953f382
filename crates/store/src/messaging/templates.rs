//! What a shop writes its mails with, where it is not what is built in.

use diesel::prelude::*;
use domain::time::Timestamp;

use crate::columns::{Micros, NullableMicros};
use crate::error::StoreError;
use crate::schema::mail_templates;
use crate::tx::{Tx, exactly_one};

/// The shop's own parts of one letter. It stays as a row without parts when they are taken back, so that its version
/// never comes again.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mail_templates, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Template {
    pub name: String,
    pub subject: Option<String>,
    pub html: Option<String>,
    pub text: Option<String>,
    /// Why the last mail was written with the built-in parts instead.
    pub last_error: Option<String>,
    #[diesel(deserialize_as = NullableMicros, serialize_as = NullableMicros)]
    pub failed_at: Option<Timestamp>,
    #[diesel(deserialize_as = Micros, serialize_as = Micros)]
    pub updated_at: Timestamp,
    pub version: i64,
}

/// The shop's parts of the letter of this name.
pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<Template>, StoreError> {
    tx.from(mail_templates::table)
        .with(|all| all.filter(mail_templates::name.eq(name.to_owned())).select(Template::as_select()))
        .one()
}

/// All that the shop has: one a letter at the most.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Template>, StoreError> {
    tx.from(mail_templates::table).with(|all| all.select(Template::as_select())).all()
}

/// Writes the parts of one letter, new or known.
pub fn put(tx: &mut Tx<'_>, template: Template) -> Result<(), StoreError> {
    let name = template.name.clone();
    let known = tx
        .from(mail_templates::table)
        .with(|all| all.filter(mail_templates::name.eq(name)))
        .update(template.clone())?;
    if known == 0 { tx.insert(mail_templates::table, template) } else { Ok(()) }
}

/// Notes that a mail could not be written with the shop's parts.
pub fn note_failure(tx: &mut Tx<'_>, name: &str, error: &str, now: Timestamp) -> Result<(), StoreError> {
    exactly_one(
        tx.from(mail_templates::table)
            .with(|all| all.filter(mail_templates::name.eq(name.to_owned())))
            .update((
                mail_templates::last_error.eq(Some(error.to_owned())),
                mail_templates::failed_at.eq(Some(now.as_micros())),
            ))?,
    )
}
