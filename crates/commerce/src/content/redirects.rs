//! Old addresses that lead to new ones. Rule: one step leads there (`domain::content::resolve`).

use domain::content::{RedirectPath, RedirectStatus, RedirectTarget, label_key, resolve};
use domain::fields::{FieldErrors, Fields, Invalid};
use domain::ids::RedirectId;
use domain::patch::Patch;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::changes::{Change as Changed, Subject, record};
use store::content::redirects::{self as rows, Redirect};
use store::{StoreError, Tx};

use super::{ContentError, taken};
use crate::audit::{self, Actor, Change};
use crate::catalog::Put;
use crate::{Commerce, Shop};

/// A redirect as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct RedirectView {
    pub id: RedirectId,
    pub from: String,
    pub to: String,
    pub status: i64,
    /// Whether a change of an address left it behind.
    pub automatic: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip)]
    pub version: i64,
}

impl From<Redirect> for RedirectView {
    fn from(row: Redirect) -> Self {
        Self {
            id: row.redirect_id,
            from: row.from_path,
            to: row.target,
            status: row.status,
            automatic: row.automatic,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// A redirect as it is typed. A PATCH is the present one's form, written over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of RedirectView")]
pub struct RedirectForm {
    pub from: Patch<String>,
    pub to: Patch<String>,
    pub status: Patch<i64>,
}

/// A redirect that was read.
pub(super) struct Parsed {
    from: RedirectPath,
    to: RedirectTarget,
    status: RedirectStatus,
}

impl RedirectForm {
    /// The form of a stored redirect.
    pub(super) fn of(row: &Redirect) -> Self {
        Self {
            from: Patch::Value(row.from_path.clone()),
            to: Patch::Value(row.target.clone()),
            status: Patch::Value(row.status),
        }
    }

    fn over(self, base: Self) -> Self {
        Self { from: self.from.or(base.from), to: self.to.or(base.to), status: self.status.or(base.status) }
    }

    pub(super) fn parse(self) -> Result<Parsed, FieldErrors> {
        let mut fields = Fields::default();
        let required = |text: Patch<String>| text.into_value().ok_or(Invalid::fixed("Is required."));
        let from = fields.take("from", required(self.from).and_then(|from| RedirectPath::parse(&from)));
        let to = fields.take("to", required(self.to).and_then(|to| RedirectTarget::parse(&to)));
        let status = match self.status.into_value() {
            Some(status) => fields.take("status", RedirectStatus::parse(status)),
            None => Some(RedirectStatus::MOVED),
        };
        match (from, to, status) {
            (Some(from), Some(to), Some(status)) => Ok(Parsed { from, to, status }),
            _ => Err(fields.into_errors()),
        }
    }
}

/// Writes a redirect: over `before`, or a new one. Whatever leads to its beginning leads to its end from now on.
pub(super) fn write(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    before: Option<&Redirect>,
    parsed: Parsed,
    automatic: bool,
) -> Result<Redirect, ContentError> {
    let Parsed { from, to, status } = parsed;
    let end = end_of(tx, before, &from, to)?;
    let row = Redirect {
        redirect_id: before
            .map_or_else(|| RedirectId::new(commerce.chance().uuid(now)), |row| row.redirect_id),
        from_key: label_key(from.as_str()),
        from_path: from.as_str().to_owned(),
        target: end.as_str().to_owned(),
        target_path: end.path().map(|path| path.as_str().to_owned()),
        status: i64::from(status.code()),
        automatic,
        version: before.map_or(1, |row| row.version + 1),
        created_at: before.map_or(now, |row| row.created_at),
        updated_at: now,
    };
    let path = row.from_path.clone();
    let duplicate = taken(|| format!("the path {path}"));
    if before.is_some() {
        rows::update(tx, row.clone()).map_err(duplicate)?;
    } else {
        if rows::find_by_path(tx, &path)?.is_some() {
            return Err(ContentError::Taken(format!("the path {path}")));
        }
        rows::insert(tx, row.clone()).map_err(duplicate)?;
    }
    let mut changed = vec![change_of(row.redirect_id)];
    for mut leading in rows::leading_to(tx, &row.from_path)? {
        leading.target.clone_from(&row.target);
        leading.target_path.clone_from(&row.target_path);
        leading.version += 1;
        leading.updated_at = now;
        changed.push(change_of(leading.redirect_id));
        rows::update(tx, leading)?;
    }
    record(tx, &changed)?;
    Ok(row)
}

/// Where a redirect that is to be written will lead.
fn end_of(
    tx: &mut Tx<'_>,
    before: Option<&Redirect>,
    from: &RedirectPath,
    to: RedirectTarget,
) -> Result<RedirectTarget, ContentError> {
    let own = before.map(|row| row.redirect_id);
    let end = resolve(from, to, |path| {
        let next = rows::find_by_path(tx, path.as_str())?.filter(|row| Some(row.redirect_id) != own);
        next.map(|row| target_of(&row)).transpose()
    })?;
    Ok(end.map_err(|_| FieldErrors::one("to", "Must not lead back to where it begins."))?)
}

/// Puts a redirect in the place of the one that begins where it does; tells whether that changed anything.
pub(super) fn put(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    parsed: Parsed,
) -> Result<Put, ContentError> {
    let before = rows::find_by_path(tx, parsed.from.as_str())?;
    if let Some(before) = &before {
        let end = end_of(tx, Some(before), &parsed.from, parsed.to.clone())?;
        if end.as_str() == before.target && i64::from(parsed.status.code()) == before.status {
            return Ok(Put::Same);
        }
    }
    write(commerce, tx, now, before.as_ref(), parsed, false)?;
    Ok(if before.is_some() { Put::Changed } else { Put::Created })
}

fn target_of(row: &Redirect) -> Result<RedirectTarget, StoreError> {
    RedirectTarget::parse(&row.target)
        .map_err(|error| StoreError::Broken(format!("redirect {}: {error}", row.redirect_id)))
}

fn change_of(id: RedirectId) -> Changed {
    Changed::of(Subject::Redirect, id.uuid())
}

/// Leads from an address that a thing had to the one that it has now. Where the old address leads elsewhere already, that
/// is replaced; what led from the new address goes.
pub fn leave_redirect(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    from: &str,
    to: &str,
) -> Result<(), StoreError> {
    let broken =
        |error: Invalid| StoreError::Broken(format!("an address of a thing, {from} or {to}: {error}"));
    let from = RedirectPath::parse(from).map_err(broken)?;
    let to = RedirectTarget::parse(to).map_err(broken)?;
    let new_address = to.path().map(|path| path.as_str().to_owned()).unwrap_or_default();
    if let Some(row) = rows::find_by_path(tx, &new_address)? {
        rows::delete(tx, row.redirect_id)?;
        record(tx, &[change_of(row.redirect_id)])?;
    }
    let before = rows::find_by_path(tx, from.as_str())?;
    let parsed = Parsed { from, to, status: RedirectStatus::MOVED };
    match write(commerce, tx, now, before.as_ref(), parsed, true) {
        Ok(_) => Ok(()),
        Err(ContentError::Store(error)) => Err(error),
        // Nothing leads on from the new address, so there is no loop, and the old address has one redirect.
        Err(other) => Err(StoreError::Broken(other.to_string())),
    }
}

/// Where a path of the shop's site leads.
pub async fn redirect(commerce: &Commerce, shop: &Shop, path: &str) -> Result<RedirectView, ContentError> {
    let path = RedirectPath::parse(path).map_err(|error| FieldErrors::one("path", error.reason()))?;
    commerce
        .store()
        .read(shop.id, move |tx| {
            let found = rows::find_by_path(tx, path.as_str())?;
            found.map(RedirectView::from).ok_or(ContentError::NotFound)
        })
        .await
}

/// A page of the shop's redirects by where they begin, and how many there are.
pub async fn redirects(
    commerce: &Commerce,
    shop: &Shop,
    query: Option<String>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<RedirectView>, i64), ContentError> {
    let key = query.as_deref().map(label_key).unwrap_or_default();
    let (page, total) = commerce.store().read(shop.id, move |tx| rows::list(tx, &key, offset, limit)).await?;
    Ok((page.into_iter().map(RedirectView::from).collect(), total))
}

/// One redirect.
pub async fn find_redirect(
    commerce: &Commerce,
    shop: &Shop,
    id: RedirectId,
) -> Result<RedirectView, ContentError> {
    let found = commerce.store().read(shop.id, move |tx| rows::find(tx, id)).await?;
    found.map(RedirectView::from).ok_or(ContentError::NotFound)
}

/// Adds a redirect.
pub async fn create_redirect(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    form: RedirectForm,
) -> Result<RedirectView, ContentError> {
    let (handle, now) = (commerce.clone(), shop.now);
    form.clone().parse()?;
    commerce
        .store()
        .write(shop.id, move |tx| {
            let after = write(&handle, tx, now, None, form.clone().parse()?, false)?.into();
            note(&handle, tx, now, &actor, "redirect.create", None, Some(&after))?;
            Ok(after)
        })
        .await
}

/// Changes a redirect: what the form names is written over what there is.
pub async fn change_redirect(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: RedirectId,
    if_version: Option<i64>,
    form: RedirectForm,
) -> Result<RedirectView, ContentError> {
    let (handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = current(tx, id, if_version)?;
            let parsed = form.clone().over(RedirectForm::of(&before)).parse()?;
            let after = write(&handle, tx, now, Some(&before), parsed, false)?.into();
            note(&handle, tx, now, &actor, "redirect.update", Some(&before.into()), Some(&after))?;
            Ok(after)
        })
        .await
}

/// Removes a redirect.
pub async fn delete_redirect(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    id: RedirectId,
    if_version: Option<i64>,
) -> Result<(), ContentError> {
    let (handle, now) = (commerce.clone(), shop.now);
    commerce
        .store()
        .write(shop.id, move |tx| {
            let before = current(tx, id, if_version)?;
            rows::delete(tx, id)?;
            record(tx, &[change_of(id)])?;
            Ok(note(&handle, tx, now, &actor, "redirect.delete", Some(&before.into()), None)?)
        })
        .await
}

fn current(tx: &mut Tx<'_>, id: RedirectId, if_version: Option<i64>) -> Result<Redirect, ContentError> {
    let row = rows::find(tx, id)?.ok_or(ContentError::NotFound)?;
    if if_version.is_some_and(|version| version != row.version) {
        return Err(ContentError::Stale);
    }
    Ok(row)
}

fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    now: Timestamp,
    actor: &Actor,
    action: &str,
    before: Option<&RedirectView>,
    after: Option<&RedirectView>,
) -> Result<(), StoreError> {
    let target = after.or(before).map(|view| view.id.to_string()).unwrap_or_default();
    let json = |view: Option<&RedirectView>| view.and_then(|view| serde_json::to_value(view).ok());
    let change = Change {
        action,
        target_kind: "redirect",
        target_id: target,
        before: json(before),
        after: json(after),
    };
    audit::record(commerce, tx, now, actor, change)
}
