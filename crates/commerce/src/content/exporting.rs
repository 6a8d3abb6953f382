//! Pages, posts, menus and redirects as lines of a file that [`super::put_entry`] and its like read in any shop.

use domain::catalog::Reference;
use domain::content::{Block, Content, EntryKind, MenuItem, MenuTarget, Publication};
use domain::ids::{CollectionId, EntryId, MediaId, ProductId, RevisionId};
use serde_json::{Value, json};
use store::catalog::{collections, products};
use store::content::entries::{self, Entry, Search};
use store::content::{menus as menu_rows, redirects as redirect_rows};
use store::{StoreError, Tx};

use super::editor::{content_of, revision};
use super::menus::MenuView;
use crate::{Commerce, Shop};

/// Rows read together: what they say is held in memory, and no more.
const AT_ONCE: i64 = 20;

/// Gives every page, post, menu and redirect of the shop to `sink`, a line each, in an order in which they can be put back.
/// Of a page that is shown (or will be) the line has what is shown, of another one its draft. `file_of` names a picture.
pub async fn export<E, S>(
    commerce: &Commerce,
    shop: &Shop,
    file_of: impl Fn(MediaId) -> Option<String> + Clone + Send + 'static,
    mut sink: S,
) -> Result<(), E>
where
    E: From<StoreError>,
    S: FnMut(Value) -> Result<(), E>,
{
    for kind in [EntryKind::Page, EntryKind::Post] {
        let mut last: Option<EntryId> = None;
        loop {
            let file_of = file_of.clone();
            let lines: Vec<(EntryId, Value)> = commerce
                .store()
                .read(shop.id, move |tx| {
                    let all = Search { kind: Some(kind), ..Search::default() };
                    let page = entries::after(tx, &all, last, AT_ONCE)?;
                    let line =
                        |entry: &Entry| Ok::<_, StoreError>((entry.entry_id, line_of(tx, entry, &file_of)?));
                    page.iter().map(line).collect::<Result<Vec<_>, _>>()
                })
                .await?;
            let Some((id, _)) = lines.last() else { break };
            last = Some(*id);
            lines.into_iter().try_for_each(|(_, line)| sink(line))?;
        }
    }
    let mut offset = 0;
    loop {
        let lines = commerce.store().read(shop.id, move |tx| menu_lines(tx, offset)).await?;
        if lines.is_empty() {
            break;
        }
        offset += AT_ONCE;
        lines.into_iter().try_for_each(&mut sink)?;
    }
    let mut path = String::new();
    loop {
        let after = path.clone();
        let rows =
            commerce.store().read(shop.id, move |tx| redirect_rows::after(tx, &after, AT_ONCE)).await?;
        let Some(row) = rows.last() else { return Ok(()) };
        path.clone_from(&row.from_path);
        for row in rows {
            sink(
                json!({ "kind": "redirect", "from": row.from_path, "to": row.target, "status": row.status }),
            )?;
        }
    }
}

fn line_of(
    tx: &mut Tx<'_>,
    entry: &Entry,
    file_of: &dyn Fn(MediaId) -> Option<String>,
) -> Result<Value, StoreError> {
    let publication = entry.publication()?;
    let Publication { live, next, published_at, withdraw_at } = publication;
    let chosen: Option<RevisionId> = live.or(next.map(|(revision, _)| revision));
    let kind = entry.kind()?;
    let Content {
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
    } = content_of(&revision(tx, chosen.unwrap_or(entry.draft_revision))?)?;
    let image = |id: Option<MediaId>| id.map(|id| named(&json!({ "mediaId": id }), id, file_of));
    let mut lines = Vec::with_capacity(blocks.as_slice().len());
    for block in blocks.as_slice() {
        lines.push(block_line(tx, block, file_of)?);
    }
    let mut line = json!({
        "kind": kind.as_str(),
        "title": title,
        "slug": entry.slug,
        "excerpt": excerpt,
        "image": image(image_id),
        "status": if chosen.is_some() { "published" } else { "draft" },
        "publishedAt": chosen.and(published_at),
        "withdrawAt": chosen.and(withdraw_at),
        "blocks": lines,
        "metaTitle": meta_title,
        "metaDescription": meta_description,
        "metaImage": image(meta_image_id),
    });
    if kind == EntryKind::Post {
        line["author"] = json!(author);
        line["tags"] = json!(tags);
        line["category"] = json!(category);
    }
    Ok(line)
}

/// A picture by its file, where it has one.
fn named(holder: &Value, id: MediaId, file_of: &dyn Fn(MediaId) -> Option<String>) -> Value {
    let mut holder = holder.clone();
    if let (Some(file), Some(object)) = (file_of(id), holder.as_object_mut()) {
        object.remove("mediaId");
        object.insert("file".to_owned(), json!(file));
    }
    holder
}

fn block_line(
    tx: &mut Tx<'_>,
    block: &Block,
    file_of: &dyn Fn(MediaId) -> Option<String>,
) -> Result<Value, StoreError> {
    let mut line = serde_json::to_value(block).map_err(|error| StoreError::Broken(error.to_string()))?;
    match block {
        Block::Image { media_id, .. } => line = named(&line, *media_id, file_of),
        Block::Gallery { images } => {
            let each = images.iter().zip(line["images"].as_array().into_iter().flatten());
            line["images"] = each.map(|(image, line)| named(line, image.media_id, file_of)).collect();
        }
        Block::Products { products: named, .. } => line["products"] = product_slugs(tx, named)?.into(),
        Block::Packages { packages: named, .. } => line["packages"] = product_slugs(tx, named)?.into(),
        Block::Collection { collection: Reference::Id(id), .. } => {
            if let Some(row) = collections::find(tx, CollectionId::new(*id))? {
                line["collection"] = json!(row.slug);
            }
        }
        _ => {}
    }
    Ok(line)
}

/// The slugs of products; of one that is gone, its id.
fn product_slugs(tx: &mut Tx<'_>, named: &[Reference]) -> Result<Vec<String>, StoreError> {
    let mut slugs = Vec::with_capacity(named.len());
    for reference in named {
        let found = match reference {
            Reference::Id(id) => products::find(tx, ProductId::new(*id))?,
            Reference::Slug(_) => None,
        };
        slugs.push(found.map_or_else(|| reference.to_string(), |row| row.slug));
    }
    Ok(slugs)
}

fn menu_lines(tx: &mut Tx<'_>, offset: i64) -> Result<Vec<Value>, StoreError> {
    let (page, _) = menu_rows::list(tx, offset, AT_ONCE)?;
    let mut lines = Vec::with_capacity(page.len());
    for row in page {
        let menu = MenuView::of(row)?;
        let items = item_lines(tx, menu.items.as_slice())?;
        lines.push(json!({ "kind": "menu", "handle": menu.handle, "items": items }));
    }
    Ok(lines)
}

/// Items by the slugs of their targets. One whose target is gone is left out, with what stands below it.
fn item_lines(tx: &mut Tx<'_>, items: &[MenuItem]) -> Result<Vec<Value>, StoreError> {
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        let target = match &item.target {
            MenuTarget::Page(id) | MenuTarget::Post(id) => entries::find(tx, *id)?.map(|row| row.slug),
            MenuTarget::Product(id) => products::find(tx, *id)?.map(|row| row.slug),
            MenuTarget::Collection(id) => collections::find(tx, *id)?.map(|row| row.slug),
            MenuTarget::Url(link) => Some(link.as_str().to_owned()),
        };
        if let Some(target) = target {
            lines.push(json!({
                "label": item.label,
                "type": item.target.kind(),
                "target": target,
                "children": item_lines(tx, &item.children)?,
            }));
        }
    }
    Ok(lines)
}
