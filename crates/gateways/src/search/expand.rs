//! What a word that was asked for may stand for: itself, other forms, longer words, words with typing errors. Rule: each word
//! becomes a bounded number of terms, and the better a term fits, the more it counts.

use std::sync::Arc;

use domain::ids::TenantId;
use tantivy::index::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::{Searcher, TantivyError};

use super::analysis::{is_code, is_small, stem};
use super::fuzzy::Nearly;
use super::terms::{Fields, Place, beginning, end, placed, read};

/// Terms of one word in one segment.
const MOST_TERMS: usize = 256;
/// Terms that are looked at to find the best of them.
const MOST_LOOKED_AT: usize = 8_192;

const EXACT: f32 = 1.0;
const STEM: f32 = 0.9;
/// A word that begins so counts the more, the less of it is missing.
const PREFIX: (f32, f32) = (0.45, 0.4);
const ONE_ERROR: f32 = 0.5;
const TWO_ERRORS: f32 = 0.35;
/// A word whose beginning was typed with errors.
const NEAR_PREFIX: f32 = 0.6;
/// Somebody is still typing the last word: the others are likely whole.
const NOT_LAST: f32 = 0.85;

/// A word that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) last: bool,
}

impl Word {
    /// Whether a document must have it, where others have all.
    pub(super) fn counts(&self) -> bool {
        !is_small(&self.text)
    }
}

/// A term that fits a word, in one segment.
pub(super) struct Fit {
    pub(super) postings: Arc<InvertedIndexReader>,
    pub(super) term: TermInfo,
    pub(super) score: f32,
}

/// How well the shop knows a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// Nothing is or begins so.
    Not,
    /// Something begins so, or has another ending, or it stands in a text.
    Somewhat,
    /// A title, an attribute or an article number has the very word.
    Well,
}

/// All that a word may stand for.
pub(super) struct Expansion {
    /// One list a segment.
    pub(super) fits: Vec<Vec<Fit>>,
    pub(super) known: Known,
}

/// Where to look.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) searcher: &'s Searcher,
    pub(super) fields: Fields,
    pub(super) tenant: TenantId,
    pub(super) titles_only: bool,
}

impl Scope<'_> {
    fn takes(&self, place: Place) -> bool {
        !self.titles_only || place == Place::Title
    }

    /// What a word stands for to the letter: itself, its other endings, and words that begin so.
    pub(super) fn expand(&self, word: &Word) -> Result<Expansion, TantivyError> {
        let mut fits = Vec::new();
        let mut known = Known::Not;
        let stem = (!is_code(&word.text)).then(|| stem(&word.text));
        for segment in self.searcher.segment_readers() {
            let mut here = Vec::new();
            for field in [self.fields.words, self.fields.codes] {
                let postings = segment.inverted_index(field)?;
                known = known.max(self.beginning_so(word, &postings, &mut here)?);
            }
            if let Some(stem) = &stem {
                let postings = segment.inverted_index(self.fields.stems)?;
                for place in [Place::Title, Place::Keyword, Place::Text] {
                    let term = postings.terms().get(placed(self.tenant, stem, place))?;
                    if let Some(term) = term.filter(|_| self.takes(place)) {
                        here.push(Fit { postings: postings.clone(), term, score: STEM * place.weight() });
                        known = known.max(Known::Somewhat);
                    }
                }
            }
            keep_best(&mut here);
            fits.push(here);
        }
        Ok(Expansion { fits, known })
    }

    fn beginning_so(
        &self,
        word: &Word,
        postings: &Arc<InvertedIndexReader>,
        fits: &mut Vec<Fit>,
    ) -> Result<Known, TantivyError> {
        let mut known = Known::Not;
        let asked = word.text.as_str();
        let letters = asked.chars().count();
        // One letter begins everything; it stands for longer words only where somebody is still typing, and in titles.
        let (from, to) = (beginning(self.tenant, asked), end(self.tenant, asked));
        let mut stream = postings.terms().range().ge(&from).lt(&to).into_stream()?;
        let mut looked_at = 0;
        while looked_at < MOST_LOOKED_AT
            && let Some((term, info)) = stream.next()
        {
            looked_at += 1;
            let Some((found, place)) = read(term).filter(|(_, place)| self.takes(*place)) else { continue };
            let whole = found == asked.as_bytes();
            if !whole && letters < 2 && !(word.last && place == Place::Title) {
                continue;
            }
            let fit = if whole {
                known = known.max(if place == Place::Text { Known::Somewhat } else { Known::Well });
                EXACT
            } else {
                known = known.max(Known::Somewhat);
                let share = ratio(asked.len(), found.len());
                (PREFIX.0 + PREFIX.1 * share) * if word.last { 1.0 } else { NOT_LAST }
            };
            fits.push(Fit { postings: postings.clone(), term: info.clone(), score: fit * place.weight() });
            if fits.len() >= 4 * MOST_TERMS {
                keep_best(fits);
            }
        }
        Ok(known)
    }

    /// Adds what a word stands for if it was mistyped; tells whether anything was added. In texts only where the shop knows nothing
    /// of the word otherwise: most words are near some word of some text.
    pub(super) fn forgive(&self, word: &Word, expansion: &mut Expansion) -> Result<bool, TantivyError> {
        if is_code(&word.text) {
            return Ok(false);
        }
        let mut added = false;
        for begins in [false, true] {
            if begins && !word.last {
                continue;
            }
            let Some(nearly) = Nearly::new(self.tenant, &word.text, begins) else { continue };
            added |= self.nearly(word, &nearly, begins, expansion)?;
        }
        Ok(added)
    }

    fn nearly(
        &self,
        word: &Word,
        nearly: &Nearly,
        begins: bool,
        expansion: &mut Expansion,
    ) -> Result<bool, TantivyError> {
        let mut added = false;
        for (segment, fits) in self.searcher.segment_readers().iter().zip(&mut expansion.fits) {
            let postings = segment.inverted_index(self.fields.words)?;
            let mut found = Vec::new();
            let mut stream = postings.terms().search(nearly).into_stream()?;
            let mut looked_at = 0;
            while looked_at < MOST_LOOKED_AT
                && let Some((term, info)) = stream.next()
            {
                looked_at += 1;
                let Some((near, place)) = read(term).filter(|(_, place)| self.takes(*place)) else {
                    continue;
                };
                if (place == Place::Text && expansion.known != Known::Not)
                    || near.starts_with(word.text.as_bytes())
                {
                    continue;
                }
                let errors = if nearly.errors(near) <= 1 { ONE_ERROR } else { TWO_ERRORS };
                let fit = if begins { errors * NEAR_PREFIX } else { errors };
                found.push(Fit {
                    postings: postings.clone(),
                    term: info.clone(),
                    score: fit * place.weight(),
                });
            }
            keep_best(&mut found);
            added |= !found.is_empty();
            fits.extend(found);
        }
        Ok(added)
    }

    /// The two words that were written as one, where the shop knows both.
    pub(super) fn parted(&self, word: &str) -> Result<Option<(String, String)>, TantivyError> {
        const SHORTEST: usize = 3;
        if is_code(word) {
            return Ok(None);
        }
        for (at, _) in word.char_indices() {
            let Some((left, right)) = word.split_at_checked(at) else { continue };
            if left.chars().count() >= SHORTEST
                && right.chars().count() >= SHORTEST
                && self.has(left)?
                && self.has(right)?
            {
                return Ok(Some((left.to_owned(), right.to_owned())));
            }
        }
        Ok(None)
    }

    fn has(&self, word: &str) -> Result<bool, TantivyError> {
        for segment in self.searcher.segment_readers() {
            let postings = segment.inverted_index(self.fields.words)?;
            for place in [Place::Title, Place::Keyword] {
                if postings.terms().get(placed(self.tenant, word, place))?.is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Of many fits the best ones stay; of equals, those with the most documents.
fn keep_best(fits: &mut Vec<Fit>) {
    if fits.len() > MOST_TERMS {
        fits.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.term.doc_freq.cmp(&a.term.doc_freq)));
        fits.truncate(MOST_TERMS);
    }
}

#[expect(clippy::cast_precision_loss, reason = "words are short")]
fn ratio(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}
