use proptest::prelude::*;
use serde_json::json;

use super::*;

const ID: &str = "01926a3c-0000-7000-8000-000000000001";

fn read(blocks: &Value) -> Result<Blocks, Vec<(String, String)>> {
    let mut fields = Fields::default();
    let blocks = Blocks::parse(blocks, "blocks", &mut fields);
    match fields.finish() {
        Ok(()) => Ok(blocks),
        Err(errors) => Err(errors.iter().map(|(path, why)| (path.to_owned(), why.join(" "))).collect()),
    }
}

fn refused(blocks: &Value) -> Vec<String> {
    read(blocks).expect_err("is refused").into_iter().map(|(path, _)| path).collect()
}

/// One of each type, with every key.
fn each() -> Value {
    json!([
        {"type": "richText", "markdown": "Some *words*."},
        {"type": "heading", "text": "Visit us", "level": 3},
        {"type": "image", "mediaId": ID, "alt": "A cellar", "caption": "Our cellar"},
        {"type": "gallery", "images": [{"mediaId": ID, "alt": "A barrel"}, {"mediaId": ID}]},
        {"type": "quote", "text": "Lovely.", "cite": "A guest"},
        {"type": "video", "url": "https://video.example/1", "title": "The harvest"},
        {"type": "products", "products": ["estate-malbec", ID], "title": "Reds"},
        {"type": "collection", "collection": "reds", "limit": 4, "title": "More reds"},
        {"type": "packages", "packages": ["discovery-club"], "title": "Clubs"},
        {"type": "form", "form": "newsletter", "title": "News"},
        {"type": "html", "html": "<p>Safe</p>"},
    ])
}

#[test]
fn each_type_reads_back_as_it_was_written() {
    let blocks = read(&each()).expect("good blocks");
    assert_eq!(serde_json::to_value(&blocks).expect("JSON"), each());
    assert_eq!(Blocks::from_stored(&blocks.to_json()), Ok(blocks.clone()));
    assert_eq!(blocks.media("blocks").len(), 3);
    assert_eq!(blocks.media("blocks")[1].0, "blocks.3.images.0.mediaId");
    assert_eq!(
        blocks.plain_text(),
        "Some words. Visit us Our cellar Lovely. A guest The harvest Reds More reds Clubs News Safe"
    );
}

#[test]
fn what_is_left_out_has_its_usual_value() {
    let blocks = read(&json!([
        {"type": "heading", "text": "Hi"},
        {"type": "collection", "collection": "reds", "title": null},
        {"type": "quote", "text": "x", "cite": " "},
    ]));
    assert_eq!(
        serde_json::to_value(blocks.expect("good blocks")).expect("JSON"),
        json!([
            {"type": "heading", "text": "Hi", "level": 2},
            {"type": "collection", "collection": "reds", "limit": 12},
            {"type": "quote", "text": "x"},
        ])
    );
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    for (block, paths) in [
        (json!(5), vec!["blocks.0"]),
        (json!({}), vec!["blocks.0.type"]),
        (json!({"type": "script"}), vec!["blocks.0.type"]),
        (json!({"type": 5}), vec!["blocks.0.type"]),
        (json!({"type": "richText"}), vec!["blocks.0.markdown"]),
        (json!({"type": "richText", "markdown": "x".repeat(50_001)}), vec!["blocks.0.markdown"]),
        (json!({"type": "heading", "text": "", "level": 1}), vec!["blocks.0.level", "blocks.0.text"]),
        (json!({"type": "heading", "text": "x", "level": "2"}), vec!["blocks.0.level"]),
        (json!({"type": "image"}), vec!["blocks.0.mediaId"]),
        (json!({"type": "image", "mediaId": "cellar.png"}), vec!["blocks.0.mediaId"]),
        (json!({"type": "image", "mediaId": ID, "file": "x.png"}), vec!["blocks.0.file"]),
        (json!({"type": "gallery", "images": []}), vec!["blocks.0.images"]),
        (
            json!({"type": "gallery", "images": [{"mediaId": ID}, {"url": 1}]}),
            vec!["blocks.0.images.1.mediaId", "blocks.0.images.1.url"],
        ),
        (json!({"type": "quote", "text": "x", "cite": 5}), vec!["blocks.0.cite"]),
        (json!({"type": "video", "url": "javascript:alert(1)"}), vec!["blocks.0.url"]),
        (json!({"type": "video", "url": "http://video.example"}), vec!["blocks.0.url"]),
        (json!({"type": "products", "products": "all"}), vec!["blocks.0.products"]),
        (
            json!({"type": "products", "products": ["a", "B c", 5]}),
            vec!["blocks.0.products.1", "blocks.0.products.2"],
        ),
        (json!({"type": "products", "products": vec!["a"; 51]}), vec!["blocks.0.products"]),
        (json!({"type": "collection", "collection": "a", "limit": 0}), vec!["blocks.0.limit"]),
        (json!({"type": "packages"}), vec!["blocks.0.packages"]),
        (json!({"type": "form", "form": "login"}), vec!["blocks.0.form"]),
        (json!({"type": "html", "html": ["x"]}), vec!["blocks.0.html"]),
    ] {
        assert_eq!(refused(&json!([block])), paths, "{block}");
    }
    assert_eq!(refused(&json!({})), ["blocks"]);
    assert_eq!(
        refused(&json!([{"type": "html", "html": "x"}, {"type": "video", "url": "x"}])),
        ["blocks.1.url"]
    );
}

#[test]
fn an_unknown_type_or_key_is_told_what_is_known() {
    let told = |block: Value| read(&json!([block])).expect_err("is refused").remove(0).1;
    assert_eq!(
        told(json!({"type": "carousel"})),
        "Must be one of richText, heading, image, gallery, quote, video, products, collection, packages, form, html."
    );
    assert_eq!(
        told(json!({"type": "quote", "text": "x", "by": "y"})),
        "Is not known here; known are type, text, cite."
    );
}

#[test]
fn there_is_a_limit_to_their_number_and_to_their_size() {
    let some = |count: usize, words: usize| {
        Value::Array(vec![json!({"type": "richText", "markdown": "x".repeat(words)}); count])
    };
    assert!(read(&some(MOST_BLOCKS, 10)).is_ok());
    assert_eq!(refused(&some(MOST_BLOCKS + 1, 10)), ["blocks"]);
    assert!(read(&some(5, 50_000)).is_ok());
    assert_eq!(refused(&some(6, 50_000)), ["blocks"]);
}

/// What has been tried on other sites, and what must never stand in the HTML that comes of it.
#[test]
fn html_that_harms_comes_out_harmless() {
    let payloads = [
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example/x.js></sCrIpT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<img src=\"x\" ONERROR =\"alert(1)\">",
        "<img src=`javascript:alert(1)`>",
        "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"&#106;avascript:alert(1)\">x</a>",
        "<a href=\"java\nscript:alert(1)\">x</a>",
        "<a href=\" javascript:alert(1)\">x</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "<a href=\"vbscript:msgbox(1)\">x</a>",
        "<a href=x onclick=alert(1)>x</a>",
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
        "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<math><maction actiontype=statusline xlink:href=\"javascript:alert(1)\">x</maction></math>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=alert(1)&gt;\">",
        "<form action=\"javascript:alert(1)\"><input type=submit></form>",
        "<form><button formaction=\"javascript:alert(1)\">x</button></form>",
        "<input autofocus onfocus=alert(1)>",
        "<style>@import 'javascript:alert(1)';</style>",
        "<p style=\"background:url(javascript:alert(1))\">x</p>",
        "<link rel=stylesheet href=\"javascript:alert(1)\">",
        "<iframe src=\"javascript:alert(1)\"></iframe>",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
        "<object data=\"javascript:alert(1)\"></object>",
        "<embed src=\"javascript:alert(1)\">",
        "<base href=\"javascript:alert(1)//\">",
        "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
        "<body onload=alert(1)>",
        "<details open ontoggle=alert(1)>x</details>",
        "<video><source onerror=alert(1)></video>",
        "<audio src=x onerror=alert(1)>",
        "<marquee onstart=alert(1)>x</marquee>",
        "<template><script>alert(1)</script></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<textarea><script>alert(1)</script></textarea>",
        "<xmp><script>alert(1)</script></xmp>",
        "[x](javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "`<script>alert(1)</script>`",
        "<div\x00onclick=alert(1)>x</div>",
    ];
    for payload in payloads {
        let html = match read(&json!([{"type": "html", "html": payload}])).expect("is taken").as_slice() {
            [Block::Html { html }] => html.clone(),
            other => panic!("{other:?}"),
        };
        for html in [html.clone(), markup::sanitise(&html), markup::render(payload)] {
            assert_eq!(harm_in(&html), None, "{payload} gave {html}");
        }
    }
}

/// The first tag or attribute of this HTML that is not among those that a text needs.
fn harm_in(html: &str) -> Option<String> {
    const TAGS: &str = " a abbr acronym area article aside b bdi bdo blockquote br caption center cite code col colgroup \
        data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li \
        map mark nav ol p pre q rp rt rtc ruby s samp small span strike strong sub summary sup table tbody td th thead \
        time tr tt u ul var wbr tfoot ";
    const ATTRIBUTES: &str = " href hreflang src alt title lang rel cite datetime width height align span start charoff \
        char colspan rowspan headers scope summary dir ";
    for piece in html.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        if !TAGS.contains(&format!(" {name} ")) {
            return Some(name.to_owned());
        }
        // Values stand in quotes, so what is left without them are names.
        let names: String = tag.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        for attribute in names.split_whitespace().skip(1).map(|name| name.trim_end_matches('=')) {
            if !attribute.is_empty() && !ATTRIBUTES.contains(&format!(" {attribute} ")) {
                return Some(attribute.to_owned());
            }
        }
        for value in tag.split('"').skip(1).step_by(2) {
            let bare: String = value.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
            if ["javascript:", "vbscript:", "data:"].iter().any(|scheme| bare.starts_with(scheme)) {
                return Some(value.to_owned());
            }
        }
    }
    None
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é\\n]{0,20}".prop_map(Value::from),
        Just(json!(ID)),
        prop::sample::select(TYPES.to_vec()).prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "type",
        "markdown",
        "text",
        "level",
        "mediaId",
        "alt",
        "caption",
        "images",
        "cite",
        "url",
        "title",
        "products",
        "collection",
        "limit",
        "packages",
        "form",
        "html",
        "extra",
    ]);
    leaf.prop_recursive(3, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_sent_is_kept_whole_or_refused_by_path(value in any_json()) {
        match read(&value) {
            Ok(blocks) => {
                prop_assert_eq!(Blocks::from_stored(&blocks.to_json()), Ok(blocks));
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                prop_assert!(errors.iter().all(|(path, why)| path.starts_with("blocks") && why.ends_with('.')));
            }
        }
    }

    #[test]
    fn whatever_html_is_sent_does_no_harm(html in "[<>a-z/=\"' :()!&#;\\-]{0,100}") {
        let blocks = read(&json!([{"type": "html", "html": html}])).expect("is taken");
        if let [Block::Html { html }] = blocks.as_slice() {
            prop_assert_eq!(harm_in(html), None, "{}", html);
        }
    }
}
