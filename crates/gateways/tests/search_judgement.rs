//! What the search finds in a small shop, judged by questions whose answers were written down before the search was. The
//! figures are printed (`cargo test -p marzipan-gateways --test search_judgement -- --nocapture`), and may not fall.

use std::collections::HashMap;

use domain::ids::TenantId;
use gateways::search::{Entry, Kind, Query, SearchIndex};
use uuid::Uuid;

const CATALOGUE: &str = include_str!("search_judgement/catalogue.tsv");
const QUERIES: &str = include_str!("search_judgement/queries.tsv");

const SHOP: TenantId = TenantId::new(Uuid::from_u128(1));

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

#[test]
fn the_questions_have_their_answers() {
    let (index, slugs) = shop();
    let (mut asked, mut first, mut wanted, mut found) = (0, 0, 0, 0);
    for row in rows(QUERIES) {
        let [text, firsts, relevant] = row[..] else { panic!("{row:?}") };
        let query = Query { text: text.to_owned(), kinds: Vec::new(), limit: 10, titles_only: false };
        let answer = index.search(SHOP, &query).expect("searches");
        let top: Vec<&str> = answer.hits.iter().take(10).map(|hit| slugs[&hit.id].as_str()).collect();
        asked += 1;
        let is_first = top.first().is_some_and(|slug| firsts.split('|').any(|wanted| wanted == *slug));
        first += u32::from(is_first);
        let missing: Vec<&str> = relevant.split(' ').filter(|slug| !top.contains(slug)).collect();
        let relevant = relevant.split(' ').count();
        wanted += relevant;
        found += relevant - missing.len();
        if !is_first || !missing.is_empty() {
            println!("{text:?}: first {:?}, missing {missing:?}, of {top:?}", top.first());
        }
    }
    let share = |part: usize, whole: usize| part * 1000 / whole;
    let (first, recall) = (share(usize::try_from(first).expect("small"), asked), share(found, wanted));
    println!("{asked} questions: the first hit is right in {first} ‰, recall among ten is {recall} ‰");
    assert!(asked >= 60, "{asked} questions");
    assert!(first >= 950, "the first hit is right in {first} ‰");
    assert!(recall >= 970, "recall is {recall} ‰");
}
