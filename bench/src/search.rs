//! Searching with a typing error in a big shop. Rule: the index is filled and asked directly, in a process of its own, so that the
//! figure is the search's alone; the questions are the same in every run.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use gateways::search::{Entry, Kind, Query, SearchIndex};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::judging::judge;
use crate::measure::{Bench, MIB};
use crate::report::Row;
use crate::server::role;

/// The questions that the tests ask too.
#[path = "../../crates/gateways/tests/search_judgement/judge.rs"]
mod judging;

/// What was measured.
#[derive(Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) products: u32,
    pub(crate) filled: Duration,
    pub(crate) typo: Times,
    /// Words of one to three letters, which begin a great many others.
    pub(crate) short_prefix: Times,
    /// Twelve words, each with an error.
    pub(crate) longest: Times,
    /// How many in a thousand of the questions with an error found the product they were made from among their hits.
    pub(crate) recall: u32,
    /// On disk.
    pub(crate) mebibytes: f64,
}

/// How long the answers took.
#[derive(Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) longest: Duration,
}

impl Times {
    fn of(mut all: Vec<Duration>) -> Result<Self> {
        all.sort_unstable();
        let at = |share: usize| all.get((all.len() * share / 100).min(all.len() - 1)).copied();
        Ok(Self {
            p50: at(50).context("nothing was measured")?,
            p99: at(99).context("nothing was measured")?,
            longest: at(100).context("nothing was measured")?,
        })
    }
}

/// Fills an index in `folder` with made-up products and asks it.
pub(crate) fn measure(folder: &Path, products: u32, questions: u32) -> Result<Figures> {
    let index = SearchIndex::open(folder)?;
    anyhow::ensure!(index.own()?, "another process writes in the folder");
    let shop = domain::ids::TenantId::new(Uuid::from_u128(1));
    let words = Words::make(20_000);
    let mut chance = Chance(42);
    let began = Instant::now();
    let mut writing = index.begin_anew()?;
    let mut titles = Vec::new();
    for number in 0..products {
        let entry = product(number, &words, &mut chance);
        writing.put(shop, &entry)?;
        titles.push((entry.id, entry.title));
    }
    writing.reached(shop, 1);
    index.publish(writing)?;
    let filled = began.elapsed();

    let mut found = 0;
    let typo = times(
        &index,
        questions,
        &mut chance,
        |chance| {
            let (id, title) = &titles[chance.below(titles.len())];
            (mistype(title, chance), Some(*id))
        },
        &mut found,
    )?;
    let recall = found * 1000 / questions.max(1);
    let short_prefix = times(
        &index,
        questions / 10,
        &mut chance,
        |chance| {
            let word = words.any(chance);
            (word.chars().take(1 + chance.below(3)).collect(), None)
        },
        &mut found,
    )?;
    let longest = times(
        &index,
        questions / 10,
        &mut chance,
        |chance| {
            let all: Vec<String> = (0..12).map(|_| mistype(words.any(chance), chance)).collect();
            (all.join(" "), None)
        },
        &mut found,
    )?;
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    let mebibytes = size_of(folder)? as f64 / MIB;
    Ok(Figures { products, filled, typo, short_prefix, longest, recall, mebibytes })
}

fn times(
    index: &SearchIndex,
    questions: u32,
    chance: &mut Chance,
    mut question: impl FnMut(&mut Chance) -> (String, Option<Uuid>),
    found: &mut u32,
) -> Result<Times> {
    let shop = domain::ids::TenantId::new(Uuid::from_u128(1));
    let mut all = Vec::new();
    for _ in 0..questions {
        let (text, wanted) = question(chance);
        let query = Query { text, kinds: Vec::new(), limit: 10, titles_only: false };
        let began = Instant::now();
        let answer = index.search(shop, &query)?;
        all.push(began.elapsed());
        *found += u32::from(wanted.is_some_and(|id| answer.hits.iter().any(|hit| hit.id == id)));
    }
    Times::of(all)
}

fn product(number: u32, words: &Words, chance: &mut Chance) -> Entry {
    let year = 2000 + chance.below(24);
    let title = format!("{} {} {year}", words.any(chance), words.common(chance));
    let text: Vec<&str> = (0..60).map(|_| words.common(chance)).collect();
    Entry {
        kind: Kind::Product,
        id: Uuid::from_u128(u128::from(number) + 1),
        skus: vec![format!("{}-{number:06}", &words.any(chance)[..3].to_uppercase())],
        keywords: vec![words.common(chance).to_owned(), words.common(chance).to_owned(), year.to_string()],
        text: text.join(" "),
        buyable: chance.below(10) > 0,
        title,
    }
}

/// One letter left out, doubled, changed, or two changed about, in the longest word.
fn mistype(title: &str, chance: &mut Chance) -> String {
    let mut words: Vec<Vec<char>> = title.split(' ').map(|word| word.chars().collect()).collect();
    let Some(word) = words.iter_mut().max_by_key(|word| word.len()) else { return String::new() };
    let at = 1 + chance.below(word.len().saturating_sub(2).max(1));
    match chance.below(4) {
        0 => drop(word.remove(at)),
        1 => word.insert(at, word[at]),
        2 => word[at] = 'e',
        _ => word.swap(at - 1, at),
    }
    let words: Vec<String> = words.into_iter().map(|word| word.into_iter().collect()).collect();
    words.join(" ")
}

/// Made-up words that sound like names.
struct Words(Vec<String>);

impl Words {
    fn make(count: usize) -> Self {
        const SYLLABLES: [&str; 24] = [
            "mal", "bec", "char", "don", "nay", "pi", "not", "ries", "ling", "sau", "vi", "gnon", "ro", "sé",
            "ca", "ber", "net", "tem", "pra", "nil", "lo", "bar", "be", "ra",
        ];
        let mut chance = Chance(7);
        let word = |chance: &mut Chance| {
            let syllables = 2 + chance.below(3);
            (0..syllables).map(|_| SYLLABLES[chance.below(SYLLABLES.len())]).collect::<String>()
        };
        let mut all: Vec<String> = (0..count).map(|_| word(&mut chance)).collect();
        all.retain(|word| word.len() >= 4);
        Self(all)
    }

    /// Any word, each as often as the others.
    fn any(&self, chance: &mut Chance) -> &str {
        &self.0[chance.below(self.0.len())]
    }

    /// A word as texts have them: some very often, most of them hardly ever.
    fn common(&self, chance: &mut Chance) -> &str {
        let within = 1 + chance.below(self.0.len());
        let within = 1 + chance.below(within);
        &self.0[chance.below(within)]
    }
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % limit.max(1)
    }
}

fn size_of(folder: &Path) -> Result<u64> {
    let mut size = 0;
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        size += if item.file_type()?.is_dir() { size_of(&item.path())? } else { item.metadata()?.len() };
    }
    Ok(size)
}

impl Bench {
    /// Questions with a typing error among very many products.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    pub(crate) fn search(&mut self) -> Result<Vec<Row>> {
        let figures: Figures = role("search", &(), None)?;
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let row = |what: &str, times: &Times, target: Option<f64>| Row {
            what: format!("{what}, 100,000 products: p99 (p50)"),
            ours: format!("{:.2} ms ({:.2})", ms(times.p99), ms(times.p50)),
            baseline: String::new(),
            ratio: String::new(),
            target: target.map(|most| format!("≤ {most:.0} ms")).unwrap_or_default(),
            met: target.map(|most| ms(times.p99) <= most),
        };
        self.note(format!(
            "an index of {} products was filled in {:.1} s and takes {:.1} MiB; of the questions with a typing error {} in \
             1,000 had the product they were made from among their ten hits, though its words are often shared by many",
            figures.products,
            figures.filled.as_secs_f64(),
            figures.mebibytes,
            figures.recall,
        ));
        let judged = judge();
        let share = |part: usize, whole: usize| format!("{:.1} %", 100.0 * part as f64 / whole as f64);
        let quality = |what: &str, part: usize, whole: usize| Row {
            what: what.to_owned(),
            ours: share(part, whole),
            baseline: format!("{} questions", judged.asked),
            ratio: String::new(),
            target: String::new(),
            met: None,
        };
        Ok(vec![
            quality("search: the first hit is the right one", judged.first, judged.asked),
            quality("search: of what belongs among the first ten is there", judged.found, judged.wanted),
            row("search with a typing error", &figures.typo, Some(15.0)),
            row("search for one to three letters", &figures.short_prefix, None),
            row("search for twelve words, each with an error", &figures.longest, None),
        ])
    }
}

/// The child's part: measures, and tells the figures as JSON.
pub(crate) fn child() -> Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("bench-search-")
        .tempdir_in(std::env::current_exe()?.parent().context("a folder")?)?;
    println!("{}", serde_json::to_string_pretty(&measure(folder.path(), 100_000, 5_000)?)?);
    Ok(())
}
