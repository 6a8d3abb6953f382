//! Taking pages, posts, menus and redirects from a line of a file. Rule: what is named is named by slug or by file, so that
//! a line means the same in every shop; the same line once more changes nothing.

use domain::content::{EntryForm, EntryKind, MenuItems};
use domain::fields::{FieldErrors, Fields};
use domain::ids::MediaId;
use domain::slugs::ThingSlug;
use domain::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use store::Tx;
use store::catalog::{collections, products};
use store::content::entries::{self, Entry};
use store::content::menus as menu_rows;

use super::ContentError;
use super::editor::{Editor, check_media, content_of, revision};
use super::entries::{Plan, of_kind};
use super::menus;
use super::redirects::{self, RedirectForm};
use crate::audit::Actor;
use crate::catalog::Put;
use crate::{Commerce, Shop};

/// Puts a page or post under its slug: a new one, or over the one that has it. `file_of` tells the picture of a file.
pub fn put_entry(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    kind: EntryKind,
    line: &Value,
    file_of: &dyn Fn(&str) -> Option<MediaId>,
) -> Result<Put, ContentError> {
    let (form, plan) = Line::read(line, file_of)?;
    let (slug, content) = of_kind(kind, form.clone()).parse()?;
    let editor = Editor { commerce, shop, actor: &Actor::CommandLine };
    let Some(before) = entries::find_by_slug(tx, kind, slug.as_str())? else {
        let entry = editor.create(tx, kind, &slug, &content)?;
        if let Some(plan) = plan {
            planned(tx, &editor, &entry, entry.clone(), Some(plan))?;
        }
        return Ok(Put::Created);
    };
    let draft = content_of(&revision(tx, before.draft_revision)?)?;
    let (_, content) = of_kind(kind, form).over(draft.to_form(&before.slug)).parse()?;
    let mut entry = before.clone();
    if content != draft {
        check_media(tx, &content)?;
        editor.save(tx, &mut entry, &content)?;
    }
    Ok(if planned(tx, &editor, &before, entry, plan)? { Put::Changed } else { Put::Same })
}

/// Shows or hides an entry as the file wants it, and writes it if it is not just so; tells whether it was written.
fn planned(
    tx: &mut Tx<'_>,
    editor: &Editor<'_>,
    before: &Entry,
    mut entry: Entry,
    plan: Option<Plan>,
) -> Result<bool, ContentError> {
    let now = editor.shop.now;
    let mut publication = entry.publication()?;
    publication.settle(now);
    let chosen = publication.next.or_else(|| publication.live.zip(publication.published_at));
    match plan {
        Some(plan) => {
            let is_so = chosen.is_some_and(|(revision, since)| {
                revision == entry.draft_revision && plan.published_at.is_none_or(|from| from == since)
            });
            if !is_so || publication.withdraw_at != plan.withdraw_at {
                publication.publish(entry.draft_revision, plan.published_at, plan.withdraw_at, now);
            }
        }
        None if chosen.is_some() => publication.withdraw(None, now),
        None => {}
    }
    let is_same = entry.draft_revision == before.draft_revision && publication == before.publication()?;
    if !is_same {
        entry.set_publication(&publication);
        editor.write(tx, "import", before, entry)?;
    }
    Ok(!is_same)
}

/// A line of a file about a page or post, with its files turned into pictures.
struct Line;

impl Line {
    fn read(
        line: &Value,
        file_of: &dyn Fn(&str) -> Option<MediaId>,
    ) -> Result<(EntryForm, Option<Plan>), FieldErrors> {
        let mut fields = Fields::default();
        let mut object = object(line)?.clone();
        for (key, id) in [("image", "imageId"), ("metaImage", "metaImageId")] {
            if let Some(mut image) = object.remove(key).filter(|image| !image.is_null()) {
                picture(&mut image, key, file_of, &mut fields);
                let chosen = image.get_mut("mediaId").map(Value::take);
                object.insert(id.to_owned(), chosen.unwrap_or_default());
            }
        }
        let blocks = object.get_mut("blocks").and_then(Value::as_array_mut);
        for (at, block) in blocks.into_iter().flatten().enumerate() {
            let path = format!("blocks.{at}");
            picture(block, &path, file_of, &mut fields);
            let images = block.get_mut("images").and_then(Value::as_array_mut);
            for (at, image) in images.into_iter().flatten().enumerate() {
                picture(image, &format!("{path}.images.{at}"), file_of, &mut fields);
            }
        }
        let time = |key: &str, fields: &mut Fields| {
            let text = object.get(key).and_then(Value::as_str)?;
            fields.take(key, Timestamp::parse(text))
        };
        let (published_at, withdraw_at) = (time("publishedAt", &mut fields), time("withdrawAt", &mut fields));
        let plan = match object.get("status").and_then(Value::as_str) {
            Some("published") => Some(Plan { published_at, withdraw_at }),
            Some("draft") | None => None,
            Some(_) => {
                fields.refuse("status", "Must be one of draft, published.");
                None
            }
        };
        fields.finish()?;
        Ok((typed(Value::Object(object))?, plan))
    }
}

/// Puts the id of a picture in the place of its file.
fn picture(holder: &mut Value, path: &str, file_of: &dyn Fn(&str) -> Option<MediaId>, fields: &mut Fields) {
    let Some(holder) = holder.as_object_mut() else { return };
    let Some(file) = holder.remove("file") else { return };
    match file.as_str().and_then(file_of) {
        Some(id) => {
            holder.insert("mediaId".to_owned(), json!(id));
        }
        None => fields.refuse(&format!("{path}.file"), "There is no such picture in this shop."),
    }
}

fn object(line: &Value) -> Result<&Map<String, Value>, FieldErrors> {
    line.as_object().ok_or_else(|| FieldErrors::one("line", "Must be an object."))
}

/// A form of values that have the right types.
fn typed<F: DeserializeOwned>(line: Value) -> Result<F, FieldErrors> {
    serde_json::from_value(line)
        .map_err(|error| FieldErrors::one("line", format!("Has a wrong type: {error}.")))
}

/// Puts a menu under its handle. Its items name their targets by slug.
pub fn put_menu(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    line: &Value,
) -> Result<Put, ContentError> {
    let mut fields = Fields::default();
    let handle = object(line)?.get("handle").and_then(Value::as_str).unwrap_or_default();
    let handle = fields.take("handle", ThingSlug::parse(handle));
    let mut items = line.get("items").cloned().unwrap_or_else(|| json!([]));
    look_up(tx, &mut items, "items", domain::content::MOST_DEPTH, &mut fields)?;
    fields = finished(fields)?;
    let items = MenuItems::parse(&items, "items", &mut fields);
    fields.finish()?;
    let Some(handle) = handle else { return Ok(Put::Same) };
    let before = menu_rows::find_by_handle(tx, handle.as_str())?;
    if before.as_ref().is_some_and(|before| before.items == items.to_json()) {
        return Ok(Put::Same);
    }
    menus::write(commerce, tx, shop.now, before.as_ref(), &handle, &items)?;
    Ok(if before.is_some() { Put::Changed } else { Put::Created })
}

/// Stops where something was refused already: what follows would only say it again.
fn finished(fields: Fields) -> Result<Fields, FieldErrors> {
    fields.finish()?;
    Ok(Fields::default())
}

/// Puts ids and links in the place of the targets of items.
fn look_up(
    tx: &mut Tx<'_>,
    items: &mut Value,
    path: &str,
    depth: usize,
    fields: &mut Fields,
) -> Result<(), ContentError> {
    for (at, item) in items.as_array_mut().into_iter().flatten().enumerate() {
        let path = format!("{path}.{at}");
        let Some(item) = item.as_object_mut() else { continue };
        let kind = item.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(Value::String(target)) = item.remove("target") {
            if kind == "url" {
                item.insert("url".to_owned(), json!(target));
            } else if let Some(id) = id_of(tx, &kind, &target)? {
                item.insert("targetId".to_owned(), json!(id));
            } else {
                fields.refuse(
                    &format!("{path}.target"),
                    &format!("There is no {kind} `{target}` in this shop."),
                );
            }
        }
        if depth > 1
            && let Some(children) = item.get_mut("children")
        {
            look_up(tx, children, &format!("{path}.children"), depth - 1, fields)?;
        }
    }
    Ok(())
}

fn id_of(tx: &mut Tx<'_>, kind: &str, slug: &str) -> Result<Option<String>, ContentError> {
    Ok(match kind {
        "page" => entries::find_by_slug(tx, EntryKind::Page, slug)?.map(|row| row.entry_id.to_string()),
        "post" => entries::find_by_slug(tx, EntryKind::Post, slug)?.map(|row| row.entry_id.to_string()),
        "product" => products::find_by_slug(tx, slug)?.map(|row| row.product_id.to_string()),
        "collection" => collections::find_by_slug(tx, slug)?.map(|row| row.collection_id.to_string()),
        _ => None,
    })
}

/// Puts a redirect in the place of the one that begins where it does.
pub fn put_redirect(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    line: &Value,
) -> Result<Put, ContentError> {
    let form: RedirectForm = typed(Value::Object(object(line)?.clone()))?;
    redirects::put(commerce, tx, shop.now, form.parse()?)
}
