//! Finding and ranking. Rule: a document that has all the words comes before any that has not; what a shop can sell comes first
//! among equals; and no question costs more than a bounded amount of work.

use std::cmp::Ordering;

use domain::ids::TenantId;
use tantivy::columnar::Column;
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, SegmentReader, TantivyError};
use uuid::Uuid;

use super::analysis::words;
use super::expand::{Expansion, Known, Scope, Word};
use super::terms::{Fields, ID_HIGH, ID_LOW, TRAITS, Traits, Whole, whole_term};
use super::{Found, Hit, Kind, Query};

/// What is asked beyond this many characters and words is not looked at.
const LONGEST_QUERY: usize = 200;
const MOST_WORDS: usize = 12;
/// Documents looked at for one word in one segment.
const MOST_DOCUMENTS: usize = 400_000;
/// Scores nearer than this share of the best possible one are equal.
const STEPS: f32 = 24.0;

struct Asked {
    words: Vec<Word>,
    sku: String,
    title: String,
}

fn read(text: &str) -> Asked {
    let cut: String = text.chars().take(LONGEST_QUERY).collect();
    let typing = cut.chars().next_back().is_some_and(|char| !char.is_whitespace());
    let all = words(&cut, MOST_WORDS);
    let (sku, title) = (all.concat(), all.join(" "));
    let mut words: Vec<Word> = Vec::new();
    for (index, text) in all.iter().enumerate() {
        let last = typing && index + 1 == all.len();
        match words.iter_mut().find(|word| word.text == *text) {
            Some(known) => known.last |= last,
            None => words.push(Word { text: text.clone(), last }),
        }
    }
    Asked { words, sku, title }
}

/// Finds what fits, best first.
pub(super) fn find(
    searcher: &Searcher,
    fields: Fields,
    tenant: TenantId,
    query: &Query,
) -> Result<Found, TantivyError> {
    let scope = Scope { searcher, fields, tenant, titles_only: query.titles_only };
    let mut asked = read(&query.text);
    if asked.words.is_empty() {
        return Ok(Found::default());
    }
    let shop_size = documents_of(searcher, fields, tenant)?;
    let mut expansions = Vec::new();
    let mut held_back = Vec::new();
    let mut number = 0;
    while let Some(word) = asked.words.get(number).cloned() {
        let mut expansion = scope.expand(&word)?;
        if expansion.known == Known::Not
            && asked.words.len() < MOST_WORDS
            && let Some((left, right)) = scope.parted(&word.text)?
        {
            asked.words[number] = Word { text: left, last: false };
            asked.words.insert(number + 1, Word { text: right, last: word.last });
            continue;
        }
        if expansion.known == Known::Well {
            held_back.push(number);
        } else {
            scope.forgive(&word, &mut expansion)?;
        }
        expansions.push(expansion);
        number += 1;
    }

    let wholes = wholes(scope, &asked)?;
    let mut scored = score(searcher, &asked.words, &expansions, &wholes, shop_size)?;
    let mut ranked = rank(searcher, &scored, &asked.words, query)?;
    if !ranked.complete {
        // No document has all the words as they stand: perhaps one of them is a slip that happens to be a word.
        let mut more = false;
        for number in held_back {
            more |= scope.forgive(&asked.words[number], &mut expansions[number])?;
        }
        if more {
            scored = score(searcher, &asked.words, &expansions, &wholes, shop_size)?;
            ranked = rank(searcher, &scored, &asked.words, query)?;
        }
    }
    Ok(ranked.found)
}

/// Everything of a shop.
pub(super) fn entries(
    searcher: &Searcher,
    fields: Fields,
    tenant: TenantId,
) -> Result<Vec<(Kind, Uuid)>, TantivyError> {
    let shop = fields.shop(tenant);
    let mut all = Vec::new();
    for segment in searcher.segment_readers() {
        let columns = Columns::of(segment)?;
        let postings =
            segment.inverted_index(shop.field())?.read_block_postings(&shop, IndexRecordOption::Basic)?;
        let Some(mut postings) = postings else { continue };
        while !postings.docs().is_empty() {
            let alive = postings.docs().iter().filter(|doc| !segment.is_deleted(**doc));
            all.extend(alive.filter_map(|doc| Some((columns.traits(*doc)?.kind, columns.id(*doc)?))));
            postings.advance();
        }
    }
    Ok(all)
}

fn documents_of(searcher: &Searcher, fields: Fields, tenant: TenantId) -> Result<u64, TantivyError> {
    searcher.doc_freq(&fields.shop(tenant))
}

/// Stand beside the bits of the words: the document's whole article number, or whole title, was asked for.
const WHOLE_SKU: u16 = 1 << 15;
const WHOLE_TITLE: u16 = 1 << 14;

/// Documents whose whole article number or title was asked for, by segment.
fn wholes(scope: Scope<'_>, asked: &Asked) -> Result<Vec<Vec<(u32, u16)>>, TantivyError> {
    let mut all = Vec::new();
    for segment in scope.searcher.segment_readers() {
        let index = segment.inverted_index(scope.fields.wholes)?;
        let mut here = Vec::new();
        for (whole, text, bit) in
            [(Whole::Sku, &asked.sku, WHOLE_SKU), (Whole::Title, &asked.title, WHOLE_TITLE)]
        {
            let Some(term) = index.terms().get(whole_term(scope.tenant, whole, text))? else { continue };
            let mut postings = index.read_block_postings_from_terminfo(&term, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() && here.len() < MOST_DOCUMENTS {
                here.extend(postings.docs().iter().map(|doc| (*doc, bit)));
                postings.advance();
            }
        }
        all.push(here);
    }
    Ok(all)
}

/// The documents of one segment that fit at least one word.
struct Scored {
    /// By document: the sum over the words.
    scores: Vec<f32>,
    /// By document: which words it has, and whether it is wholly what was asked for.
    has: Vec<u16>,
    /// Those with a score.
    documents: Vec<u32>,
}

fn score(
    searcher: &Searcher,
    words: &[Word],
    expansions: &[Expansion],
    wholes: &[Vec<(u32, u16)>],
    shop_size: u64,
) -> Result<Vec<Scored>, TantivyError> {
    let rarities: Vec<f32> = expansions.iter().map(|expansion| rarity(expansion, shop_size)).collect();
    let all = all_words(words);
    let mut scored = Vec::new();
    for (number, segment) in searcher.segment_readers().iter().enumerate() {
        let size = usize::try_from(segment.max_doc()).unwrap_or(0);
        let mut here = Scored { scores: vec![0.0; size], has: vec![0; size], documents: Vec::new() };
        let mut best = vec![0.0_f32; size];
        let mut touched: Vec<u32> = Vec::new();
        for (word, (expansion, rarity)) in expansions.iter().zip(&rarities).enumerate() {
            for fit in by_score(&expansion.fits[number]) {
                if touched.len() >= MOST_DOCUMENTS {
                    break;
                }
                let mut postings =
                    fit.postings.read_block_postings_from_terminfo(&fit.term, IndexRecordOption::Basic)?;
                while !postings.docs().is_empty() {
                    for doc in postings.docs() {
                        let best = &mut best[index(*doc)];
                        // The best fits come first, so the first one counts.
                        if *best == 0.0 {
                            *best = fit.score;
                            touched.push(*doc);
                        }
                    }
                    postings.advance();
                }
            }
            for doc in touched.drain(..) {
                let doc_index = index(doc);
                if here.has[doc_index] == 0 {
                    here.documents.push(doc);
                }
                here.has[doc_index] |= 1 << word;
                here.scores[doc_index] += best[doc_index] * rarity;
                best[doc_index] = 0.0;
            }
        }
        for (doc, whole) in &wholes[number] {
            if here.has[index(*doc)] == 0 {
                here.documents.push(*doc);
            }
            here.has[index(*doc)] |= all | whole;
        }
        scored.push(here);
    }
    Ok(scored)
}

fn index(doc: u32) -> usize {
    usize::try_from(doc).unwrap_or(0)
}

fn by_score(fits: &[super::expand::Fit]) -> Vec<&super::expand::Fit> {
    let mut sorted: Vec<_> = fits.iter().collect();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    sorted
}

/// A word that few documents have says more than one that most have.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn rarity(expansion: &Expansion, shop_size: u64) -> f32 {
    let having: u64 = expansion.fits.iter().flatten().map(|fit| u64::from(fit.term.doc_freq)).sum();
    let having = having.clamp(1, shop_size.max(1));
    1.0 + 0.3 * (shop_size.max(1) as f32 / having as f32).ln()
}

fn all_words(words: &[Word]) -> u16 {
    let count = u32::try_from(words.len()).unwrap_or(16).min(12);
    (1 << count) - 1
}

/// Those a document must have: all but the small ones, unless there are only small ones.
fn needed(words: &[Word]) -> u16 {
    let counting = words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.counts())
        .fold(0, |mask, (number, _)| mask | 1 << number);
    if counting == 0 { all_words(words) } else { counting }
}

struct Ranked {
    found: Found,
    /// Whether the documents found have all the words.
    complete: bool,
}

/// One document on its way into the order.
struct Candidate {
    whole: u16,
    step: u16,
    buyable: bool,
    score: f32,
    kind: Kind,
    title_words: usize,
    id: Uuid,
}

impl Candidate {
    fn order(&self, other: &Self) -> Ordering {
        (other.whole, other.step, other.buyable)
            .cmp(&(self.whole, self.step, self.buyable))
            .then(other.score.total_cmp(&self.score))
            .then(self.title_words.cmp(&other.title_words))
            .then(self.id.cmp(&other.id))
    }
}

struct Columns {
    traits: Column<u64>,
    id_high: Column<u64>,
    id_low: Column<u64>,
}

impl Columns {
    fn of(segment: &SegmentReader) -> Result<Self, TantivyError> {
        let fast = segment.fast_fields();
        Ok(Self { traits: fast.u64(TRAITS)?, id_high: fast.u64(ID_HIGH)?, id_low: fast.u64(ID_LOW)? })
    }

    fn traits(&self, doc: u32) -> Option<Traits> {
        Traits::from_bits(self.traits.first(doc)?)
    }

    fn id(&self, doc: u32) -> Option<Uuid> {
        Some(Uuid::from_u64_pair(self.id_high.first(doc)?, self.id_low.first(doc)?))
    }
}

fn rank(
    searcher: &Searcher,
    scored: &[Scored],
    words: &[Word],
    query: &Query,
) -> Result<Ranked, TantivyError> {
    let needed = needed(words);
    let columns: Vec<Columns> =
        searcher.segment_readers().iter().map(Columns::of).collect::<Result<_, _>>()?;
    let mut most = 0;
    let mut fitting: Vec<(usize, u32, u32, Traits)> = Vec::new();
    for (segment_number, (segment, here)) in searcher.segment_readers().iter().zip(scored).enumerate() {
        for doc in &here.documents {
            let has = (here.has[index(*doc)] & needed).count_ones();
            // A lone small word is no reason to show something, where other words were asked for.
            if has < most || has == 0 || segment.is_deleted(*doc) {
                continue;
            }
            let Some(traits) = columns[segment_number].traits(*doc) else { continue };
            if !query.takes(traits.kind) {
                continue;
            }
            if has > most {
                most = has;
                fitting.clear();
            }
            fitting.push((segment_number, *doc, has, traits));
        }
    }
    let highest = fitting
        .iter()
        .map(|(segment, doc, ..)| scored[*segment].scores[index(*doc)])
        .fold(0.0_f32, f32::max)
        .max(f32::MIN_POSITIVE);
    let mut found = Found::default();
    let mut groups: Vec<Vec<Candidate>> = Kind::ALL.iter().map(|_| Vec::new()).collect();
    for (segment, doc, _, traits) in fitting {
        let Some(id) = columns[segment].id(doc) else { continue };
        let here = &scored[segment];
        let score = here.scores[index(doc)] * covering(words.len(), traits.title_words);
        let candidate = Candidate {
            whole: here.has[index(doc)] & (WHOLE_SKU | WHOLE_TITLE),
            step: step(score / highest),
            buyable: traits.buyable,
            score,
            kind: traits.kind,
            title_words: traits.title_words,
            id,
        };
        found.totals[traits.kind.index()] += 1;
        let group = &mut groups[traits.kind.index()];
        group.push(candidate);
        if group.len() >= query.limit.saturating_mul(4).max(64) {
            keep_best(group, query.limit);
        }
    }
    for group in &mut groups {
        keep_best(group, query.limit);
    }
    let mut hits: Vec<Candidate> = groups.into_iter().flatten().collect();
    hits.sort_by(Candidate::order);
    found.hits = hits
        .into_iter()
        .map(|candidate| Hit { kind: candidate.kind, id: candidate.id, score: candidate.score })
        .collect();
    Ok(Ranked { found, complete: most == needed.count_ones() })
}

fn keep_best(group: &mut Vec<Candidate>, limit: usize) {
    group.sort_by(Candidate::order);
    group.truncate(limit);
}

/// A title that says little else is nearer to what was asked.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn covering(asked: usize, title_words: usize) -> f32 {
    let share = (asked as f32 / title_words.max(1) as f32).min(1.0);
    1.0 + 0.15 * share
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
fn step(share: f32) -> u16 {
    (share * STEPS).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_cut_and_each_word_asked_once() {
        let asked = read(&"malbec ".repeat(1000));
        assert_eq!(asked.words.len(), 1);
        let long = (0..100).map(|number| format!("w{number}x")).collect::<Vec<_>>().join(" ");
        assert_eq!(read(&long).words.len(), MOST_WORDS);
        let asked = read("Pinot noir");
        assert!(!asked.words[0].last && asked.words[1].last);
        assert!(!read("pinot noir ").words[1].last, "a blank ends the last word");
        for nothing in ["", " ", "\u{0}\u{301}", "?!*()[]{}\"'~^:"] {
            assert!(read(nothing).words.is_empty(), "{nothing:?}");
        }
    }
}
