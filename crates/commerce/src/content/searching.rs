//! Pages and posts as the search index takes them.

use std::collections::HashMap;

use domain::content::{EntryKind, Status};
use domain::ids::{EntryId, RevisionId};
use store::content::entries::{self, Entry, Search};
use store::content::revisions;
use store::{StoreError, Tx};

use super::shown::{Article, listed};
use crate::{Commerce, Shop};

/// A page or post that is shown, with its words.
#[derive(Clone, Debug)]
pub struct Document {
    /// Whether it is a page or a post.
    pub kind: EntryKind,
    /// As lists show it.
    pub article: Article,
    /// All its words on one line.
    pub text: String,
}

/// Those of these entries that are shown now. One that is not, or not any more, is missing from the answer.
pub fn documents(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    ids: &[EntryId],
) -> Result<Vec<Document>, StoreError> {
    let rows = entries::find_all(tx, ids)?;
    of(commerce, tx, shop, rows)
}

/// The next entries that are shown now, after this one, at most `limit`: for going through all of them.
pub fn shown_after(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    last: Option<EntryId>,
    limit: i64,
) -> Result<Vec<Document>, StoreError> {
    let shown = Search { status: Some((Status::Published, shop.now)), ..Search::default() };
    let rows = entries::after(tx, &shown, last, limit)?;
    of(commerce, tx, shop, rows)
}

fn of(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    rows: Vec<Entry>,
) -> Result<Vec<Document>, StoreError> {
    let mut shown: HashMap<EntryId, (EntryKind, RevisionId)> = HashMap::new();
    for row in &rows {
        if let Some((revision, _)) = row.publication()?.shown(shop.now) {
            shown.insert(row.entry_id, (row.kind()?, revision));
        }
    }
    let ids: Vec<RevisionId> = shown.values().map(|(_, revision)| *revision).collect();
    let mut words: HashMap<RevisionId, String> =
        revisions::summaries(tx, &ids)?.into_iter().map(|row| (row.revision_id, row.plain_text)).collect();
    let articles = listed(commerce, tx, shop, rows)?;
    Ok(articles
        .into_iter()
        .filter_map(|article| {
            let (kind, revision) = *shown.get(&article.id)?;
            Some(Document { kind, article, text: words.remove(&revision).unwrap_or_default() })
        })
        .collect())
}
