//! Site maps and feeds as XML. Rule: what a shop wrote stands in them as text, escaped, without what XML can not hold.

use std::fmt::Write as _;

use commerce::Shop;
use commerce::content::{Address, Article};
use domain::time::Timestamp;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SITE_MAPS: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// Text that stands between tags or in an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0, section 2.2: no other control characters, and neither of the two that are none.
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// A site map (sitemaps.org, protocol 0.9).
pub(super) fn site_map(addresses: &[Address]) -> String {
    let mut xml = format!("{HEAD}<urlset xmlns=\"{SITE_MAPS}\">\n");
    for Address { url, updated_at } in addresses {
        let url = escaped(url);
        let _ = writeln!(xml, "<url><loc>{url}</loc><lastmod>{updated_at}</lastmod></url>");
    }
    xml.push_str("</urlset>\n");
    xml
}

/// The index of several site maps.
pub(super) fn site_map_index(files: impl Iterator<Item = String>) -> String {
    let mut xml = format!("{HEAD}<sitemapindex xmlns=\"{SITE_MAPS}\">\n");
    for url in files {
        let url = escaped(&url);
        let _ = writeln!(xml, "<sitemap><loc>{url}</loc></sitemap>");
    }
    xml.push_str("</sitemapindex>\n");
    xml
}

/// An Atom feed (RFC 4287) of the newest posts, newest first. `url` is the feed's own.
pub(super) fn feed(shop: &Shop, url: &str, posts: &[Article]) -> String {
    let name = escaped(shop.settings.name.as_str());
    // A feed without posts has no time of its own; one that changes with each look would never be the same.
    let updated = posts.iter().map(|post| post.updated_at).max().unwrap_or(Timestamp::from_micros(0));
    let mut xml = format!(
        "{HEAD}<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n<id>urn:uuid:{id}</id>\n\
         <title>{name}</title>\n<updated>{updated}</updated>\n<author><name>{name}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{url}\"/>\n",
        lang = escaped(shop.settings.locale.as_str()),
        id = shop.id,
        url = escaped(url),
    );
    for post in posts {
        entry(&mut xml, post);
    }
    xml.push_str("</feed>\n");
    xml
}

fn entry(xml: &mut String, post: &Article) {
    let _ = write!(
        xml,
        "<entry>\n<id>urn:uuid:{}</id>\n<title>{}</title>\n<link rel=\"alternate\" href=\"{}\"/>\n<updated>{}</updated>\n",
        post.id,
        escaped(&post.title),
        escaped(&post.url),
        post.updated_at,
    );
    if let Some(time) = post.published_at {
        let _ = writeln!(xml, "<published>{time}</published>");
    }
    if let Some(author) = &post.author {
        let _ = writeln!(xml, "<author><name>{}</name></author>", escaped(author));
    }
    for label in post.tags.iter().chain(&post.category) {
        let _ = writeln!(xml, "<category term=\"{}\"/>", escaped(label));
    }
    let _ = writeln!(xml, "<summary>{}</summary>\n</entry>", escaped(&post.excerpt));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_holds_what_xml_can_hold() {
        assert_eq!(escaped("Fish & <chips> \"it's\""), "Fish &amp; &lt;chips&gt; &quot;it&#39;s&quot;");
        assert_eq!(escaped("a\u{1}b\u{ffff}c\u{85}d\te"), "abcd\te");
    }

    #[test]
    fn a_site_map_names_each_address() {
        let address = Address {
            url: "https://shop.example/pages/a&b".to_owned(),
            updated_at: Timestamp::from_micros(1_728_303_178_000_000),
        };
        assert_eq!(
            site_map(&[address]),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
             <url><loc>https://shop.example/pages/a&amp;b</loc><lastmod>2024-10-07T12:12:58.000000Z</lastmod></url>\n\
             </urlset>\n"
        );
        let index = site_map_index(["https://shop.example/sitemap-1.xml".to_owned()].into_iter());
        assert!(
            index.contains("<sitemap><loc>https://shop.example/sitemap-1.xml</loc></sitemap>"),
            "{index}"
        );
    }
}
