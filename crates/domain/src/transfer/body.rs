//! Descriptions in HTML where ours are Markdown. Rule: Markdown leaves HTML alone only in a block without blank lines and
//! deep indents, so it is brought into that form; what it may hold is judged when it is rendered.

/// Tags that begin a block of HTML in Markdown (`CommonMark`, section 4.6, kind 6), those that shops write.
const BLOCKS: [&str; 27] = [
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "section",
    "table",
    "ul",
];

/// A description as it stands in the file, as Markdown that renders to the same.
pub(super) fn markdown(body: &str) -> String {
    if !has_tag(body) {
        return body.trim().to_owned();
    }
    let lines: Vec<&str> = body.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let html = lines.join("\n");
    // After its text, Markdown would read on for signs of its own.
    if begins_block(&html) && ends_tag(&html) { html } else { format!("<div>{html}</div>") }
}

fn has_tag(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = text[at + 1..].trim_start_matches('/');
        rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains('>')
    })
}

fn begins_block(html: &str) -> bool {
    let Some(rest) = html.strip_prefix('<') else { return false };
    let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    let is_whole = rest[name.len()..].starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    is_whole && BLOCKS.contains(&name.to_ascii_lowercase().as_str())
}

fn ends_tag(html: &str) -> bool {
    html.ends_with('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup;

    #[test]
    fn html_renders_as_it_was_written() {
        for (body, html) in [
            ("Plain words. ", "<p>Plain words.</p>"),
            ("3 < 4 and 5 > 2", "<p>3 &lt; 4 and 5 &gt; 2</p>"),
            ("<p>One</p>\n\n    <p>Two *not bold*</p>", "<p>One</p>\n<p>Two *not bold*</p>"),
            (
                "Black cord, 12\" long. <ul>\n<li>14k *gold*</li>\n\n\n     <li>Leather</li></ul>",
                "<div>Black cord, 12\" long. <ul>\n<li>14k *gold*</li>\n<li>Leather</li></ul></div>",
            ),
            ("<strong>1.</strong> _x_", "<div><strong>1.</strong> _x_</div>"),
            ("<p>One</p> trailing _x_", "<div><p>One</p> trailing _x_</div>"),
            ("<script>alert(1)</script>Fine", "<div>Fine</div>"),
        ] {
            assert_eq!(markup::render(&markdown(body)), html, "{body:?}");
        }
    }

    #[test]
    fn what_was_read_reads_the_same_again() {
        for body in ["<p>a</p>\n\n<p>b</p>", "a <b>b</b>\n\n c", "plain", ""] {
            let once = markdown(body);
            assert_eq!(markdown(&once), once, "{body:?}");
        }
    }
}
