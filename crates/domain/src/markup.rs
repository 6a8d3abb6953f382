//! Text with markup that merchants write. Rule: what leaves as HTML has been through one sanitiser, whatever came in.

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, html};

use crate::fields::Invalid;

/// The most characters of Markdown or HTML in one text.
pub const LONGEST: usize = 50_000;

/// Checks the length of a text with markup. Control characters other than line ends and tabs go.
pub fn source(text: &str) -> Result<String, Invalid> {
    if text.chars().count() > LONGEST {
        return Err(Invalid::new(format!("Must not be longer than {LONGEST} characters.")));
    }
    Ok(text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect())
}

/// Markdown (with the HTML that it may hold) as safe HTML.
#[must_use]
pub fn render(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(
        &mut out,
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH),
    );
    sanitise(&out).trim().to_owned()
}

/// HTML without anything that runs, loads from elsewhere in a frame, or restyles the page around it.
#[must_use]
pub fn sanitise(html: &str) -> String {
    Builder::default().link_rel(Some("noopener noreferrer")).clean(html).to_string()
}

/// The words of HTML on one line.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let mut spaced = String::with_capacity(html.len() + html.len() / 8);
    for (at, piece) in html.split('<').enumerate() {
        if at > 0 {
            spaced.push_str(if is_within_a_line(piece) { "<" } else { " <" });
        }
        spaced.push_str(piece);
    }
    let bare = Builder::empty().clean(&spaced).to_string();
    let text = bare
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace('\u{a0}', " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a tag (what follows its `<`) stands within a line: it parts no words.
fn is_within_a_line(tag: &str) -> bool {
    const WITHIN: [&str; 22] = [
        "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q",
        "s", "small", "span", "strong", "sub", "sup", "u",
    ];
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
    WITHIN.iter().any(|name| tag[..end].eq_ignore_ascii_case(name))
}

/// The first words of a plain text, at most `most` characters, with an ellipsis where it was cut.
#[must_use]
pub fn excerpt(plain: &str, most: usize) -> String {
    if plain.chars().count() <= most {
        return plain.to_owned();
    }
    let cut: String = plain.chars().take(most.saturating_sub(1)).collect();
    let whole = cut.rfind(' ').map_or(cut.as_str(), |end| &cut[..end]);
    format!("{}…", whole.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markdown_becomes_html() {
        assert_eq!(
            render("A **bold** red.\n\n- plum\n- oak"),
            "<p>A <strong>bold</strong> red.</p>\n<ul>\n<li>plum</li>\n<li>oak</li>\n</ul>"
        );
        assert_eq!(render("<p>Already <em>HTML</em></p>"), "<p>Already <em>HTML</em></p>");
        assert_eq!(render(""), "");
    }

    #[test]
    fn what_runs_is_gone() {
        for nasty in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "<a href=\"data:text/html,x\">x</a>",
            "<svg onload=alert(1)>",
            "<style>body{display:none}</style>",
            "<iframe src=//evil.example></iframe>",
            "<form action=//evil.example><input></form>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        ] {
            let html = render(nasty).to_lowercase();
            for word in [
                "<script",
                "onerror",
                "javascript:",
                "data:text",
                "onload",
                "<style",
                "<iframe",
                "<form",
                "<input",
            ] {
                assert!(!html.contains(word), "{nasty} gave {html}");
            }
        }
    }

    #[test]
    fn plain_text_has_no_marks() {
        assert_eq!(plain_text("<p>Fish &amp; chips,<br>peas</p><p>&lt;3</p>"), "Fish & chips, peas <3");
        assert_eq!(plain_text("<p>Some <em>dry</em>, <b>red</b>dish</p>wines"), "Some dry, reddish wines");
        assert_eq!(excerpt("one two three four", 12), "one two…");
        assert_eq!(excerpt("short", 12), "short");
    }

    proptest! {
        #[test]
        fn rendering_never_lets_a_script_through(text in "[<>a-z/=\"' :()!\\-]{0,80}") {
            let html = render(&text);
            prop_assert!(!html.contains("<script"));
            let again = sanitise(&html);
            prop_assert_eq!(again.trim(), html.as_str());
        }

        #[test]
        fn excerpts_are_short(text in "\\PC{0,80}", most in 1_usize..40) {
            prop_assert!(excerpt(&text, most).chars().count() <= most.max(1));
        }
    }
}
