//! Texts as they are printed. Rule: whatever comes in, what goes out is short, composed, and has no character that only
//! steers a screen.

use icu_normalizer::ComposingNormalizerBorrowed;

const ELLIPSIS: char = '…';

/// A text on one line, of so many characters at the most; a longer one ends in an ellipsis.
pub(super) fn line(text: &str, limit: usize) -> String {
    let mut words = String::new();
    for word in composed(text, limit).split(' ').filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    cut(words, limit)
}

/// The lines of an address that say something, so many at the most.
pub(super) fn lines(texts: &[String], most: usize, limit: usize) -> Vec<String> {
    texts.iter().map(|text| line(text, limit)).filter(|text| !text.is_empty()).take(most).collect()
}

/// The paragraphs of a text that may be so long in all. Several empty lines in a row are one.
pub(super) fn paragraphs(text: &str, limit: usize) -> Vec<String> {
    let mut left = limit;
    let mut paragraphs: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let paragraph = line(paragraph, left);
        if paragraph.is_empty() && paragraphs.last().is_none_or(String::is_empty) {
            continue;
        }
        // An empty line takes room on paper too.
        left = left.saturating_sub(paragraph.chars().count().max(1));
        paragraphs.push(paragraph);
        if left == 0 {
            break;
        }
    }
    while paragraphs.last().is_some_and(String::is_empty) {
        paragraphs.pop();
    }
    paragraphs
}

/// Letters with their accents in one character, every space the same, and nothing invisible.
fn composed(text: &str, limit: usize) -> String {
    // A character is composed of three others at the most in any living script; the one more is for the ellipsis.
    let shortened: String = text.chars().filter(|letter| !invisible(*letter)).take(3 * limit + 1).collect();
    ComposingNormalizerBorrowed::new_nfc().normalize(&shortened).chars().map(printed).collect()
}

/// What a character is printed as.
fn printed(letter: char) -> char {
    match letter {
        // These two keep together what they stand between.
        '\u{a0}' | '\u{202f}' => letter,
        letter if letter.is_whitespace() || letter.is_control() => ' ',
        // Nobody but one font knows what these are, and a document that is kept may not have them.
        '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' | '\u{f0000}'.. => '\u{fffd}',
        letter => letter,
    }
}

/// Joiners, marks of direction, selectors of variants: they would be printed as boxes.
const fn invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn cut(text: String, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text;
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push(ELLIPSIS);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_single_spaces_and_no_invisible_characters() {
        assert_eq!(line("  Ch\u{e2}teau\t\nMar\u{ad}gaux\u{200b} ", 40), "Château Margaux");
    }

    #[test]
    fn accents_are_composed() {
        assert_eq!(line("Rose\u{301} Pen\u{303}a", 40), "Rosé Peña");
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(line("Pinot Noir", 10), "Pinot Noir");
        assert_eq!(line("Pinot Noir", 7), "Pinot…");
        assert_eq!(line("Pinot Noir", 8), "Pinot N…");
        assert_eq!(line(&"e\u{301}".repeat(50), 3), "éé…");
    }

    #[test]
    fn private_characters_are_replaced() {
        assert_eq!(line("a\u{e000}b\u{10fffd}", 10), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn paragraphs_share_one_limit_and_one_empty_line() {
        assert_eq!(paragraphs("\n\nOne\n\n\n\nTwo\n\n", 20), ["One", "", "Two"]);
        assert_eq!(paragraphs("123456\n123456\n123456", 9), ["123456", "12…"]);
    }

    #[test]
    fn empty_lines_of_an_address_are_left_out() {
        let address = ["1 High Street", " ", "Bath", "BA1"].map(str::to_owned);
        assert_eq!(lines(&address, 2, 30), ["1 High Street", "Bath"]);
    }
}
