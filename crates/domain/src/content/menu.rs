//! The tree of a menu. Rule: three deep and two hundred items at the most; an item leads to a thing by its id, or to a
//! link.

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::Value;

use super::keys::Keys;
use super::link::Link;
use crate::fields::{Fields, Invalid};
use crate::ids::{CollectionId, EntryId, ProductId};

/// How many levels a menu has at the most.
pub const MOST_DEPTH: usize = 3;
/// How many items it has on all levels at the most.
pub const MOST_ITEMS: usize = 200;

const LABEL: usize = 100;

/// Where an item leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuTarget {
    /// To a page.
    Page(EntryId),
    /// To a journal post.
    Post(EntryId),
    /// To a product.
    Product(ProductId),
    /// To a collection.
    Collection(CollectionId),
    /// To a link.
    Url(Link),
}

impl MenuTarget {
    /// The word for it in the API.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Post(_) => "post",
            Self::Product(_) => "product",
            Self::Collection(_) => "collection",
            Self::Url(_) => "url",
        }
    }

    /// The id of the thing it leads to; none for a link.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Page(id) | Self::Post(id) => Some(id.to_string()),
            Self::Product(id) => Some(id.to_string()),
            Self::Collection(id) => Some(id.to_string()),
            Self::Url(_) => None,
        }
    }
}

/// One item of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// What it reads.
    pub label: String,
    /// Where it leads.
    pub target: MenuTarget,
    /// What opens below it.
    pub children: Vec<MenuItem>,
}

impl Serialize for MenuItem {
    /// As [`MenuItems::parse`] reads it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("label", &self.label)?;
        map.serialize_entry("type", self.target.kind())?;
        match &self.target {
            MenuTarget::Url(link) => map.serialize_entry("url", link)?,
            target => map.serialize_entry("targetId", &target.id())?,
        }
        map.serialize_entry("children", &self.children)?;
        map.end()
    }
}

/// The items of a menu's first level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MenuItems(Vec<MenuItem>);

impl MenuItems {
    /// Reads a list of items; what is wrong is noted under the path of its key, `items.0.children.1.url`.
    #[must_use]
    pub fn parse(value: &Value, path: &str, fields: &mut Fields) -> Self {
        let mut left = MOST_ITEMS;
        let items = level(value, path, 1, &mut left, fields);
        if left == 0 && count(value, MOST_DEPTH) > MOST_ITEMS {
            fields.refuse(path, &format!("Must not have more than {MOST_ITEMS} entries on all levels."));
        }
        Self(items)
    }

    /// Reads what [`MenuItems::to_json`] wrote.
    pub fn from_stored(json: &str) -> Result<Self, Invalid> {
        let value = serde_json::from_str(json).map_err(|_| Invalid::fixed("not JSON"))?;
        let mut fields = Fields::default();
        let items = Self::parse(&value, "items", &mut fields);
        fields.finish().map_err(|_| Invalid::fixed("a menu of another release"))?;
        Ok(items)
    }

    /// The items as JSON: what is stored.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The items of the first level.
    #[must_use]
    pub fn as_slice(&self) -> &[MenuItem] {
        &self.0
    }

    /// Every item with its path, an item before its children.
    #[must_use]
    pub fn flat(&self, path: &str) -> Vec<(String, &MenuItem)> {
        fn add<'a>(items: &'a [MenuItem], path: &str, found: &mut Vec<(String, &'a MenuItem)>) {
            for (at, item) in items.iter().enumerate() {
                let own = format!("{path}.{at}");
                found.push((own.clone(), item));
                add(&item.children, &format!("{own}.children"), found);
            }
        }
        let mut found = Vec::new();
        add(&self.0, path, &mut found);
        found
    }
}

fn level(value: &Value, path: &str, depth: usize, left: &mut usize, fields: &mut Fields) -> Vec<MenuItem> {
    let Some(items) = value.as_array() else {
        fields.refuse(path, "Must be a list.");
        return Vec::new();
    };
    if depth > MOST_DEPTH && !items.is_empty() {
        fields.refuse(path, &format!("Must be empty: a menu is {MOST_DEPTH} levels deep at the most."));
        return Vec::new();
    }
    let mut read = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if *left == 0 {
            break;
        }
        *left -= 1;
        read.extend(one(item, &format!("{path}.{at}"), depth, left, fields));
    }
    read
}

fn one(value: &Value, path: &str, depth: usize, left: &mut usize, fields: &mut Fields) -> Option<MenuItem> {
    let mut keys = Keys::of(value, path, fields)?;
    let label = keys.line("label", LABEL);
    let kind = keys.required("type", |kind| match kind {
        "page" | "post" | "product" | "collection" | "url" => Ok(kind.to_owned()),
        _ => Err(Invalid::fixed("Must be one of page, post, product, collection, url.")),
    });
    let target = if let Some(kind) = kind {
        target(&kind, &mut keys)
    } else {
        // Either key may belong to the type that was meant.
        let _ = (keys.value("targetId"), keys.value("url"));
        None
    };
    let children = match keys.value("children") {
        Some(children) => {
            let path = keys.path_of("children");
            level(children, &path, depth + 1, left, keys.fields())
        }
        None => Vec::new(),
    };
    keys.finish();
    Some(MenuItem { label: label?, target: target?, children })
}

fn target(kind: &str, keys: &mut Keys<'_>) -> Option<MenuTarget> {
    if kind == "url" {
        if keys.value("targetId").is_some() {
            keys.refuse("targetId", "Must be left out where the type is url.");
        }
        return keys.required("url", Link::parse).map(MenuTarget::Url);
    }
    if keys.value("url").is_some() {
        keys.refuse("url", "Must be left out: it follows from the target.");
    }
    keys.required("targetId", |id| {
        let read = match kind {
            "page" => id.parse().map(MenuTarget::Page),
            "post" => id.parse().map(MenuTarget::Post),
            "product" => id.parse().map(MenuTarget::Product),
            _ => id.parse().map(MenuTarget::Collection),
        };
        read.map_err(|_| Invalid::new(format!("Must be the id of a {kind}.")))
    })
}

/// The items on all levels that are read.
fn count(value: &Value, depth: usize) -> usize {
    let Some(items) = value.as_array().filter(|_| depth > 0) else { return 0 };
    items.iter().map(|item| 1 + count(&item["children"], depth - 1)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const ID: &str = "01926a3c-0000-7000-8000-000000000001";

    fn read(value: &Value) -> Result<MenuItems, Vec<String>> {
        let mut fields = Fields::default();
        let items = MenuItems::parse(value, "items", &mut fields);
        match fields.finish() {
            Ok(()) => Ok(items),
            Err(errors) => Err(errors.iter().map(|(path, _)| path.to_owned()).collect()),
        }
    }

    #[test]
    fn a_menu_reads_back_as_it_was_written() {
        let written = json!([
            {"label": "Wines", "type": "collection", "targetId": ID, "children": [
                {"label": "Reds", "type": "product", "targetId": ID, "children": [
                    {"label": "News", "type": "post", "targetId": ID, "children": []},
                ]},
            ]},
            {"label": "About", "type": "page", "targetId": ID, "children": []},
            {"label": "Write to us", "type": "url", "url": "mailto:a@b.example", "children": []},
        ]);
        let items = read(&written).expect("a good menu");
        assert_eq!(serde_json::to_value(&items).expect("JSON"), written);
        assert_eq!(MenuItems::from_stored(&items.to_json()), Ok(items));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        let deep = json!([{"label": "1", "type": "url", "url": "/", "children": [
            {"label": "2", "type": "url", "url": "/", "children": [
                {"label": "3", "type": "url", "url": "/", "children": [
                    {"label": "4", "type": "url", "url": "/"},
                ]},
            ]},
        ]}]);
        for (menu, paths) in [
            (json!({}), vec!["items"]),
            (json!([5]), vec!["items.0"]),
            (json!([{}]), vec!["items.0.label", "items.0.type"]),
            (json!([{"label": "x", "type": "url", "url": "javascript:alert(1)"}]), vec!["items.0.url"]),
            (json!([{"label": "x", "type": "url", "url": "/", "targetId": ID}]), vec!["items.0.targetId"]),
            (json!([{"label": "x", "type": "page", "targetId": ID, "url": "/"}]), vec!["items.0.url"]),
            (json!([{"label": "x", "type": "page", "targetId": "about"}]), vec!["items.0.targetId"]),
            (json!([{"label": "x", "type": "blog", "targetId": ID}]), vec!["items.0.type"]),
            (json!([{"label": "x", "type": "page", "targetId": ID, "icon": 1}]), vec!["items.0.icon"]),
            (
                json!([{"label": "x", "type": "page", "targetId": ID, "children": [{"label": ""}]}]),
                vec!["items.0.children.0.label", "items.0.children.0.type"],
            ),
            (deep, vec!["items.0.children.0.children.0.children"]),
        ] {
            assert_eq!(read(&menu), Err(paths.into_iter().map(ToOwned::to_owned).collect()), "{menu}");
        }
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = Just(json!({"label": "x", "type": "url", "url": "/x", "children": []}));
        leaf.prop_recursive(5, 300, 40, |inner| {
            prop::collection::vec(inner, 0..40)
                .prop_map(|children| json!({"label": "x", "type": "url", "url": "/x", "children": children}))
        })
    }

    fn depth(item: &Value) -> usize {
        1 + item["children"].as_array().into_iter().flatten().map(depth).max().unwrap_or(0)
    }

    fn size(item: &Value) -> usize {
        1 + item["children"].as_array().into_iter().flatten().map(size).sum::<usize>()
    }

    proptest! {
        #[test]
        fn trees_are_taken_up_to_their_limits_and_no_further(trees in prop::collection::vec(tree(), 0..4)) {
            let deepest = trees.iter().map(depth).max().unwrap_or(0);
            let items: usize = trees.iter().map(size).sum();
            let fits = deepest <= MOST_DEPTH && items <= MOST_ITEMS;
            let menu = Value::Array(trees);
            let taken = read(&menu);
            prop_assert_eq!(taken.is_ok(), fits, "{} deep, {} items", deepest, items);
            if let Ok(taken) = taken {
                prop_assert_eq!(taken.flat("items").len(), items);
                prop_assert_eq!(serde_json::to_value(&taken).expect("JSON"), menu);
            }
        }
    }
}
