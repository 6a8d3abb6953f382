//! Text to words, the same way for what is indexed and what is asked. Rule: case and accents make no difference, and text of any size
//! or content gives a bounded number of bounded words.

use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer};

/// Longer words are cut to this many characters.
const LONGEST_WORD: usize = 40;

/// Words that tell little: a document need not have them to match.
const SMALL_WORDS: [&str; 44] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "da", "de", "del", "des", "di", "do", "du", "et", "for",
    "from", "how", "in", "is", "it", "la", "le", "les", "my", "of", "on", "or", "our", "that", "the",
    "their", "this", "to", "was", "we", "what", "when", "which", "will", "with", "you", "your",
];

static ANALYZER: LazyLock<TextAnalyzer> = LazyLock::new(|| {
    TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build()
});

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));

/// The words of a text in their order, folded to lower case without accents; at most `limit`.
pub(super) fn words(text: &str, limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut analyzer = ANALYZER.clone();
    let text = one_form(text);
    let mut stream = analyzer.token_stream(&text);
    while found.len() < limit && stream.advance() {
        let word: String = stream.token().text.chars().take(LONGEST_WORD).collect();
        if !word.is_empty() {
            found.push(word);
        }
    }
    found
}

/// An accent that stands as a character of its own goes, and so does the apostrophe of a possessive: neither ends a word.
fn one_form(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        let possessive = matches!(char, '\'' | '\u{2019}') && rest.peek() == Some(&'s');
        if !matches!(char, '\u{300}'..='\u{36f}') && !possessive {
            out.push(char);
        }
    }
    out
}

/// What the English endings leave of a word.
pub(super) fn stem(word: &str) -> String {
    STEMMER.stem(word).into_owned()
}

/// Whether it is a vintage, an article number or the like: such words are meant to the letter.
pub(super) fn is_code(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a document need not have the word.
pub(super) fn is_small(word: &str) -> bool {
    SMALL_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> String {
        words(text, 100).join(" ")
    }

    #[test]
    fn accents_and_case_make_no_difference() {
        for (text, folded) in [
            ("Rosé", "rose"),
            ("Rose\u{301}", "rose"),
            ("CHA\u{302}TEAUNEUF-du-Pape", "chateauneuf du pape"),
            ("Gewürztraminer Weißburgunder", "gewurztraminer weissburgunder"),
            ("Żywiec Øl Łódź", "zywiec ol lodz"),
            ("waiter's friend\u{2019}s", "waiters friends"),
            ("l'Ermitage 2019", "l ermitage 2019"),
            ("MAL-EST-19", "mal est 19"),
            ("Вино 葡萄酒", "вино 葡萄酒"),
            ("  \u{0} <b>&amp;</b> ", "b amp b"),
        ] {
            assert_eq!(of(text), folded, "{text}");
        }
    }

    #[test]
    fn small_words_are_in_order() {
        assert!(SMALL_WORDS.is_sorted());
        assert!(is_small("the") && is_small("you") && is_small("a") && !is_small("wine"));
    }

    #[test]
    fn endings_go() {
        assert_eq!(stem("wines"), stem("wine"));
        assert_eq!(stem("decanting"), stem("decant"));
    }

    proptest! {
        #[test]
        fn any_text_gives_bounded_words(text in ".{0,400}") {
            let found = words(&text, 12);
            prop_assert!(found.len() <= 12);
            // One character may fold to a few.
            prop_assert!(found.iter().all(|word| !word.is_empty() && word.chars().count() <= LONGEST_WORD));
        }
    }
}
