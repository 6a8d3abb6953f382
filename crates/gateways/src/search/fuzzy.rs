//! Words with typing errors. Rule: what is walked is the shop's part of the dictionary, and only as far as a word can still come
//! near enough.

use std::sync::LazyLock;

use domain::ids::TenantId;
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy_fst::Automaton;

use super::terms::END_OF_WORD;

/// Two neighbouring letters changed about are one error.
static ONE_ERROR: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_ERRORS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// A word is not compared with typing errors when it is longer than this many letters.
const LONGEST: usize = 24;

/// How many errors are forgiven a word of so many letters.
pub(super) fn errors_forgiven(letters: usize) -> u8 {
    match letters {
        4..=7 => 1,
        8..=LONGEST => 2,
        _ => 0,
    }
}

/// Accepts a shop's terms whose word, or where `begins` is set whose word's beginning, is nearly the one asked for.
pub(super) struct Nearly {
    shop: [u8; 16],
    dfa: DFA,
}

impl Nearly {
    /// None where no errors are forgiven.
    pub(super) fn new(tenant: TenantId, word: &str, begins: bool) -> Option<Self> {
        let builder = match errors_forgiven(word.chars().count()) {
            1 => &ONE_ERROR,
            2 => &TWO_ERRORS,
            _ => return None,
        };
        let dfa = if begins { builder.build_prefix_dfa(word) } else { builder.build_dfa(word) };
        Some(Self { shop: *tenant.uuid().as_bytes(), dfa })
    }

    /// How many errors there are to this word, of which the automaton has accepted the term.
    pub(super) fn errors(&self, word: &[u8]) -> u8 {
        match self.dfa.eval(word) {
            Distance::Exact(errors) | Distance::AtLeast(errors) => errors,
        }
    }
}

/// How far into a term the walk is.
#[derive(Clone, Copy)]
pub(super) enum At {
    Shop(usize),
    Word(u32),
    Place,
    End,
    Nowhere,
}

impl Automaton for Nearly {
    type State = At;

    fn start(&self) -> At {
        At::Shop(0)
    }

    fn is_match(&self, at: &At) -> bool {
        matches!(at, At::End)
    }

    fn can_match(&self, at: &At) -> bool {
        !matches!(at, At::Nowhere)
    }

    fn accept(&self, at: &At, byte: u8) -> At {
        match *at {
            At::Shop(seen) if self.shop.get(seen) == Some(&byte) => {
                if seen + 1 == self.shop.len() {
                    At::Word(self.dfa.initial_state())
                } else {
                    At::Shop(seen + 1)
                }
            }
            At::Word(state) if byte == END_OF_WORD => match self.dfa.distance(state) {
                Distance::Exact(_) => At::Place,
                Distance::AtLeast(_) => At::Nowhere,
            },
            At::Word(state) => match self.dfa.transition(state, byte) {
                SINK_STATE => At::Nowhere,
                next => At::Word(next),
            },
            At::Place => At::End,
            At::Shop(_) | At::End | At::Nowhere => At::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::search::terms::{Place, placed};

    fn accepts(asked: &str, begins: bool, tenant: TenantId, word: &str) -> bool {
        let ours = TenantId::new(Uuid::from_u128(7));
        let Some(nearly) = Nearly::new(ours, asked, begins) else { return false };
        let mut at = nearly.start();
        for byte in placed(tenant, word, Place::Title) {
            at = nearly.accept(&at, byte);
        }
        nearly.is_match(&at)
    }

    #[test]
    fn words_of_four_letters_have_one_error_and_of_eight_two() {
        let ours = TenantId::new(Uuid::from_u128(7));
        for (asked, word, found) in [
            ("rose", "rosa", true),
            ("rso", "ros", false),
            ("mlabec", "malbec", true),
            ("mlabek", "malbec", false),
            ("chardonay", "chardonnay", true),
            ("shardonay", "chardonnay", true),
            ("shardonei", "chardonnay", false),
        ] {
            assert_eq!(accepts(asked, false, ours, word), found, "{asked} {word}");
        }
        assert!(accepts("shard", true, ours, "chardonnay"));
        assert!(!accepts("sharp", true, ours, "chardonnay"));
    }

    #[test]
    fn another_shops_words_are_out_of_reach() {
        assert!(!accepts("rose", false, TenantId::new(Uuid::from_u128(8)), "rose"));
    }
}
