//! Asks the questions of `queries.tsv` of an index of `catalogue.tsv`. The test and the benchmark share it.

use std::collections::HashMap;

use domain::ids::TenantId;
use gateways::search::{Entry, Kind, Query, SearchIndex};
use uuid::Uuid;

const CATALOGUE: &str = include_str!("catalogue.tsv");
const QUERIES: &str = include_str!("queries.tsv");

const SHOP: TenantId = TenantId::new(Uuid::from_u128(1));

/// What came of it.
pub(crate) struct Judged {
    /// Questions.
    pub(crate) asked: usize,
    /// Those whose first hit is right.
    pub(crate) first: usize,
    /// Things that belong among the first ten, over all questions.
    pub(crate) wanted: usize,
    /// Those of them that are there.
    pub(crate) found: usize,
    /// What went wrong, a line a question.
    pub(crate) misses: Vec<String>,
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// The shop's index, and the slugs of its entries by their ids.
fn shop() -> (SearchIndex, HashMap<Uuid, String>) {
    let index = SearchIndex::in_memory().expect("an index");
    let mut writing = index.write().expect("begins");
    let mut slugs = HashMap::new();
    for (number, row) in (1..).zip(rows(CATALOGUE)) {
        let [kind, slug, title, skus, keywords, buyable, text] = row[..] else { panic!("{row:?}") };
        let kind = match kind {
            "product" => Kind::Product,
            "package" => Kind::Package,
            "collection" => Kind::Collection,
            "page" => Kind::Page,
            "post" => Kind::Post,
            _ => panic!("{kind}"),
        };
        let list = |text: &str| -> Vec<String> {
            text.split(';').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
        };
        let id = Uuid::from_u128(number);
        slugs.insert(id, slug.to_owned());
        let entry = Entry {
            kind,
            id,
            title: title.to_owned(),
            skus: list(skus),
            keywords: list(keywords),
            text: text.to_owned(),
            buyable: buyable == "1",
        };
        writing.put(SHOP, &entry).expect("writes");
    }
    writing.commit().expect("commits");
    (index, slugs)
}

/// Asks all questions.
pub(crate) fn judge() -> Judged {
    let (index, slugs) = shop();
    let mut judged = Judged { asked: 0, first: 0, wanted: 0, found: 0, misses: Vec::new() };
    for row in rows(QUERIES) {
        let [text, firsts, relevant] = row[..] else { panic!("{row:?}") };
        let query = Query { text: text.to_owned(), kinds: Vec::new(), limit: 10, titles_only: false };
        let answer = index.search(SHOP, &query).expect("searches");
        let top: Vec<&str> = answer.hits.iter().take(10).map(|hit| slugs[&hit.id].as_str()).collect();
        let is_first = top.first().is_some_and(|slug| firsts.split('|').any(|wanted| wanted == *slug));
        let missing: Vec<&str> = relevant.split(' ').filter(|slug| !top.contains(slug)).collect();
        let relevant = relevant.split(' ').count();
        judged.asked += 1;
        judged.first += usize::from(is_first);
        judged.wanted += relevant;
        judged.found += relevant - missing.len();
        if !is_first || !missing.is_empty() {
            judged.misses.push(format!("{text:?}: missing {missing:?}, of {top:?}"));
        }
    }
    judged
}
