//! The search index as a whole: what it holds, what of it is seen, and what it outlives.

use std::fs;
use std::time::{Duration, Instant};

use domain::ids::TenantId;
use gateways::search::{Entry, Hit, Kind, Query, SearchError, SearchIndex};
use proptest::prelude::*;
use uuid::Uuid;

const OURS: TenantId = TenantId::new(Uuid::from_u128(1));
const THEIRS: TenantId = TenantId::new(Uuid::from_u128(2));

fn product(id: u128, title: &str) -> Entry {
    Entry {
        kind: Kind::Product,
        id: Uuid::from_u128(id),
        title: title.to_owned(),
        skus: Vec::new(),
        keywords: Vec::new(),
        text: String::new(),
        buyable: true,
    }
}

fn query(text: &str) -> Query {
    Query { text: text.to_owned(), kinds: Vec::new(), limit: 10, titles_only: false }
}

fn hits(index: &SearchIndex, tenant: TenantId, text: &str) -> Vec<Hit> {
    index.search(tenant, &query(text)).expect("searches").hits
}

fn ids(index: &SearchIndex, tenant: TenantId, text: &str) -> Vec<u128> {
    hits(index, tenant, text).into_iter().map(|hit| hit.id.as_u128()).collect()
}

fn write(index: &SearchIndex, tenant: TenantId, entries: &[Entry]) {
    let mut writing = index.write().expect("begins");
    for entry in entries {
        writing.put(tenant, entry).expect("writes");
    }
    writing.commit().expect("commits");
}

#[test]
fn shops_see_nothing_of_one_another() {
    let index = SearchIndex::in_memory().expect("an index");
    write(&index, OURS, &[product(1, "Estate Malbec"), product(2, "Malbec Rosé")]);
    write(&index, THEIRS, &[product(3, "Malbec Reserve"), product(1, "Merlot")]);
    assert_eq!(ids(&index, OURS, "malbec").len(), 2);
    assert_eq!(ids(&index, THEIRS, "malbec"), [3]);
    assert_eq!(ids(&index, THEIRS, "mlabec"), [3]);
    assert_eq!(ids(&index, OURS, "reserve"), [0; 0], "not even the other's words are known");
    assert_eq!(ids(&index, TenantId::new(Uuid::from_u128(3)), "malbec"), [0; 0]);

    // One id may stand in both: each changes its own.
    let mut writing = index.write().expect("begins");
    writing.remove(THEIRS, Kind::Product, Uuid::from_u128(1)).expect("writes");
    writing.commit().expect("commits");
    assert_eq!(ids(&index, OURS, "estate"), [1]);
    let mut writing = index.write().expect("begins");
    writing.clear(THEIRS).expect("writes");
    writing.commit().expect("commits");
    assert_eq!(index.entries(THEIRS).expect("reads"), []);
    assert_eq!(index.entries(OURS).expect("reads").len(), 2);
}

#[test]
fn a_write_is_seen_as_a_whole_or_not_at_all() {
    let index = SearchIndex::in_memory().expect("an index");
    write(&index, OURS, &[product(1, "Malbec")]);
    let mut writing = index.write().expect("begins");
    writing.put(OURS, &product(2, "Malbec")).expect("writes");
    writing.put(OURS, &product(1, "Merlot")).expect("writes");
    writing.reached(OURS, 7);
    assert!(matches!(index.write().err(), Some(SearchError::Busy)), "one write at a time");
    assert_eq!(ids(&index, OURS, "malbec"), [1], "before the commit nothing is seen");
    drop(writing);
    assert_eq!(
        (ids(&index, OURS, "malbec"), index.cursor(OURS)),
        (vec![1], None),
        "what was dropped never was"
    );

    let mut writing = index.write().expect("begins");
    writing.put(OURS, &product(1, "Merlot")).expect("writes");
    writing.reached(OURS, 8);
    writing.commit().expect("commits");
    assert_eq!((ids(&index, OURS, "malbec"), ids(&index, OURS, "merlot")), (vec![], vec![1]));
    assert_eq!(index.cursor(OURS), Some(8));
}

#[test]
fn it_is_there_again_after_a_restart_and_is_one_process_own() {
    let place = tempfile::tempdir().expect("a folder");
    {
        let index = SearchIndex::open(place.path()).expect("opens");
        assert!(matches!(index.write().err(), Some(SearchError::Busy)), "it was not taken yet");
        assert!(index.own().expect("takes it"));
        let mut writing = index.write().expect("begins");
        writing.put(OURS, &product(1, "Malbec")).expect("writes");
        writing.reached(OURS, 5);
        writing.commit().expect("commits");
        // This one is lost, as if the process had been killed.
        let mut lost = index.write().expect("begins");
        lost.put(OURS, &product(2, "Malbec")).expect("writes");
    }
    let index = SearchIndex::open(place.path()).expect("opens");
    assert_eq!(
        (ids(&index, OURS, "malbec"), index.cursor(OURS)),
        (vec![1], Some(5)),
        "read before it is taken"
    );
    assert!(index.own().expect("takes it"));

    // Another process may look, and follows what the first writes.
    let other = SearchIndex::open(place.path()).expect("opens");
    assert!(!other.own().expect("asks"));
    write(&index, OURS, &[product(3, "Malbec")]);
    other.refresh().expect("looks");
    assert_eq!(ids(&other, OURS, "malbec"), [1, 3]);
    let mut anew = index.begin_anew().expect("begins");
    anew.put(OURS, &product(9, "Malbec")).expect("writes");
    assert_eq!(ids(&index, OURS, "malbec"), [1, 3], "the old one serves until the new one is ready");
    index.publish(anew).expect("publishes");
    assert_eq!((ids(&index, OURS, "malbec"), index.cursor(OURS)), (vec![9], None));
    assert_eq!(ids(&other, OURS, "malbec"), [1, 3]);
    other.refresh().expect("looks");
    assert_eq!(ids(&other, OURS, "malbec"), [9]);
    drop(index);
    assert!(other.own().expect("takes it over"));
    write(&other, OURS, &[product(10, "Malbec")]);
    assert_eq!(ids(&other, OURS, "malbec"), [9, 10]);
    let generations = fs::read_dir(place.path()).expect("reads").filter(|item| {
        item.as_ref().is_ok_and(|item| item.file_name().to_string_lossy().starts_with("generation-"))
    });
    assert_eq!(generations.count(), 1, "old ones are deleted");
}

#[test]
fn a_damaged_index_is_begun_anew() {
    let place = tempfile::tempdir().expect("a folder");
    {
        let index = SearchIndex::open(place.path()).expect("opens");
        assert!(index.own().expect("takes it"));
        write(&index, OURS, &[product(1, "Malbec")]);
    }
    assert_eq!(SearchIndex::examine(place.path()).expect("is well"), Some(0));
    let generation = fs::read_dir(place.path())
        .expect("reads")
        .filter_map(Result::ok)
        .find(|item| item.file_name().to_string_lossy().starts_with("generation-"))
        .expect("there is one");
    for broken in ["meta.json", "meta.json is gone"] {
        let meta = generation.path().join("meta.json");
        if broken == "meta.json" {
            fs::write(meta, "{").expect("breaks it");
        } else {
            let _ = fs::remove_file(meta);
        }
        assert!(SearchIndex::examine(place.path()).is_err(), "{broken}");
    }
    let index = SearchIndex::open(place.path()).expect("opens all the same");
    assert_eq!(ids(&index, OURS, "malbec"), [0; 0]);
    assert!(index.own().expect("takes it"));
    write(&index, OURS, &[product(2, "Malbec")]);
    assert_eq!(ids(&index, OURS, "malbec"), [2]);
}

#[test]
fn the_order_is_as_promised() {
    let index = SearchIndex::in_memory().expect("an index");
    let with = |id, title: &str, change: fn(&mut Entry)| {
        let mut entry = product(id, title);
        change(&mut entry);
        entry
    };
    write(
        &index,
        OURS,
        &[
            with(1, "Table Red", |entry| entry.text = "Goes with a malbec.".to_owned()),
            with(2, "Plain Red", |entry| entry.keywords = vec!["Malbec".to_owned()]),
            with(3, "Old Malbec", |entry| entry.buyable = false),
            product(4, "New Malbec"),
            with(5, "Corkscrew", |entry| entry.skus = vec!["MALBEC".to_owned()]),
            with(6, "MAL-21 Poster", |_| ()),
            with(7, "Red", |entry| entry.skus = vec!["MAL-21".to_owned(), "MAL-22".to_owned()]),
        ],
    );
    assert_eq!(ids(&index, OURS, "malbec"), [5, 4, 3, 2, 1], "SKU, title (in stock first), attribute, text");
    assert_eq!(ids(&index, OURS, "mal-21")[0], 7, "an article number comes before a title");
    assert_eq!(ids(&index, OURS, "mal 22")[0], 7, "of any variant, however written");
    assert_eq!(ids(&index, OURS, "MAL22")[0], 7);
    assert_eq!(ids(&index, OURS, "plain malbec"), [2], "who has all the words leaves no room for others");
    assert_eq!(ids(&index, OURS, "plain corkscrew").len(), 2, "where nobody has all, some do");
    assert_eq!(ids(&index, OURS, "the malbec").len(), 5, "small words need not be there");
    let found = index.search(OURS, &Query { limit: 2, ..query("malbec") }).expect("searches");
    assert_eq!((found.hits.len(), found.totals[Kind::Product.index()]), (2, 5));
    let pages = Query { kinds: vec![Kind::Page], ..query("malbec") };
    assert_eq!(index.search(OURS, &pages).expect("searches").hits, []);
    let titles = Query { titles_only: true, ..query("malb") };
    let titles: Vec<u128> =
        index.search(OURS, &titles).expect("searches").hits.iter().map(|hit| hit.id.as_u128()).collect();
    assert_eq!(titles, [4, 3, 6], "no attributes, no texts; last what is near");
}

#[test]
fn numbers_are_meant_to_the_letter() {
    let index = SearchIndex::in_memory().expect("an index");
    write(&index, OURS, &[product(1, "Malbec 2019"), product(2, "Malbec 2018"), product(3, "Malbec 2109")]);
    assert_eq!(ids(&index, OURS, "malbec 2019"), [1]);
    assert_eq!(ids(&index, OURS, "2019"), [1]);
    assert_eq!(ids(&index, OURS, "201").len(), 2, "a beginning does");
    assert_eq!(ids(&index, OURS, "2017"), [0; 0]);
}

#[test]
fn hostile_questions_are_answered_quickly() {
    let index = SearchIndex::in_memory().expect("an index");
    let entries: Vec<Entry> =
        (0..2_000).map(|id| product(id, &format!("Malbec {id} a{id} wine abcdefgh{id}"))).collect();
    write(&index, OURS, &entries);
    let began = Instant::now();
    let texts = [
        "a".repeat(1_000_000),
        "a ".repeat(100_000),
        "malbecmalbecmalbecmalbec ".repeat(100),
        "\u{0}\u{1}\u{ffff}\u{10ffff}".repeat(1000),
        "e\u{301}".repeat(10_000),
        "葡萄酒".repeat(1000),
        "ﷺ".repeat(1000),
        "' OR 1=1 --".to_owned(),
        "title:malbec AND *:* OR (((((".to_owned(),
        "\"malbec\" +wine -red ~2 ^9 [a TO z}".to_owned(),
        "../../etc/passwd".to_owned(),
        "%00%ff%c0%ae".to_owned(),
    ];
    for text in &texts {
        index.search(OURS, &query(text)).expect("searches");
        index.search(OURS, &Query { titles_only: true, ..query(text) }).expect("searches");
    }
    // Far more than it takes: a question that grew with its length would take minutes.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(
        index.search(OURS, &Query { limit: usize::MAX, ..query("wine") }).expect("searches").hits.len(),
        2_000
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is written and removed, in whatever portions: what was put last is what is found.
    #[test]
    fn what_was_put_last_is_found(steps in prop::collection::vec((0_u128..6, prop::option::of(0_usize..4), any::<bool>()), 1..24)) {
        const TITLES: [&str; 4] = ["Malbec", "Merlot", "Shiraz", "Riesling"];
        let index = SearchIndex::in_memory().expect("an index");
        let mut expected = std::collections::BTreeMap::new();
        let mut writing = index.write().expect("begins");
        for (id, title, commits) in steps {
            if let Some(title) = title {
                writing.put(OURS, &product(id, TITLES[title])).expect("writes");
                expected.insert(id, title);
            } else {
                writing.remove(OURS, Kind::Product, Uuid::from_u128(id)).expect("writes");
                expected.remove(&id);
            }
            if commits {
                writing.commit().expect("commits");
                writing = index.write().expect("begins");
            }
        }
        writing.commit().expect("commits");
        for (number, title) in TITLES.iter().enumerate() {
            let mut found = ids(&index, OURS, title);
            found.sort_unstable();
            let wanted: Vec<u128> = expected.iter().filter(|(_, title)| **title == number).map(|(id, _)| *id).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn any_question_has_an_answer(text in "\\PC{0,300}") {
        let index = SearchIndex::in_memory().expect("an index");
        write(&index, OURS, &[product(1, "Malbec Rosé 2019")]);
        index.search(OURS, &query(&text)).expect("searches");
    }

    /// One letter wrong, left out, doubled or changed about: it is found all the same.
    #[test]
    fn one_slip_is_forgiven(at in 0_usize..9, slip in 0_u8..4) {
        let index = SearchIndex::in_memory().expect("an index");
        write(&index, OURS, &[product(1, "Chardonnay"), product(2, "Tempranillo")]);
        let mut word: Vec<char> = "chardonnay".chars().collect();
        match slip {
            0 => drop(word.remove(at)),
            1 => word.insert(at, 'q'),
            2 => word[at] = 'q',
            _ => word.swap(at, at + 1),
        }
        prop_assert_eq!(ids(&index, OURS, &word.into_iter().collect::<String>()), [1]);
    }
}
