//! Import and export: files of other programs come in whole and once, what is wrong is told by its line, and what goes out
//! comes in again anywhere.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use marzipan_tests::{Engine, Installation, Server, Shop, eventually, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    a_table_comes_in_as_another_reader_counts_it,
    a_dry_run_leaves_everything_as_it_is,
    tables_of_all_sorts_come_in_or_are_refused_by_line,
    pictures_that_can_not_be_had_are_told_and_the_rest_comes_in,
    lines_may_name_what_comes_after_them,
    what_is_set_up_for_selling_comes_in,
    what_is_wrong_with_a_line_is_told,
    an_import_that_was_killed_is_finished_by_the_next,
    a_server_that_runs_shows_what_was_imported,
);

/// A web server full of pictures.
struct Pictures {
    child: Child,
    url: String,
}

impl Pictures {
    fn serve() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/picture_server.py");
        let mut child = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it tells its port");
        let url = format!("http://127.0.0.1:{}", line.trim());
        Self { child, url }
    }

    /// The picture at a path.
    fn get(&self, path: &str) -> Vec<u8> {
        let address = self.url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let body = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("a head") + 4;
        answer.split_off(body)
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn shop(installation: &Installation, slug: &str) {
    let create = [
        "tenant",
        "create",
        "--slug",
        slug,
        "--name",
        "Cellar",
        "--currency",
        "GBP",
        "--timezone",
        "Europe/London",
    ];
    installation.json(create.iter().chain(&["--json"]));
}

/// Imports a file, and reads what the program says of it.
#[track_caller]
fn try_import(
    installation: &Installation,
    slug: &str,
    format: &str,
    file: &Path,
    more: &[&str],
) -> (Output, Value) {
    let file = file.to_str().expect("a plain path");
    let words = ["import", "--tenant", slug, "--format", format, "--json"];
    let mut command = installation.command(words.iter().chain(more).chain(&[file]));
    let output = command.env("MARZIPAN_ALLOW_PRIVATE_FETCH", "true").output().expect("it starts");
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output, report)
}

/// The same of a file that must come in without a fault.
#[track_caller]
fn import(installation: &Installation, slug: &str, format: &str, file: &Path, more: &[&str]) -> Value {
    let (output, report) = try_import(installation, slug, format, file, more);
    assert!(output.status.success(), "{report} {}", String::from_utf8_lossy(&output.stderr));
    report
}

fn csv(installation: &Installation, slug: &str, file: &Path, more: &[&str]) -> Value {
    import(installation, slug, "shopify-csv", file, more)
}

fn jsonl(installation: &Installation, slug: &str, file: &Path, more: &[&str]) -> Value {
    import(installation, slug, "marzipan-jsonl", file, more)
}

/// `created / changed / unchanged / refused` of one kind.
fn tally(report: &Value, kind: &str) -> [u64; 4] {
    ["created", "changed", "unchanged", "refused"].map(|what| report[kind][what].as_u64().unwrap_or(0))
}

/// The problems of this grade as `line: field`.
fn problems(report: &Value, grade: &str) -> Vec<String> {
    let all = report["problems"].as_array().cloned().unwrap_or_default();
    let of_grade = all.iter().filter(|problem| problem["grade"] == grade);
    of_grade
        .map(|problem| format!("{}: {}", problem["line"], problem["field"].as_str().unwrap_or_default()))
        .collect()
}

fn write(installation: &Installation, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = installation.folder().join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

fn count(installation: &Installation, table: &str) -> u64 {
    installation.sql(&format!("select count(*) from {table}")).parse().expect("a number")
}

/// Every row that an import could touch.
fn everything(installation: &Installation) -> Vec<String> {
    let tables = [
        "products",
        "variants",
        "product_attributes",
        "product_links",
        "product_images",
        "collections",
        "collection_products",
        "attributes",
        "media",
        "media_sources",
        "entries",
        "entry_revisions",
        "menus",
        "redirects",
        "tax_rates",
        "shipping_methods",
        "discounts",
        "reward_programmes",
        "tenants",
        "changes",
        "jobs",
        "audit_log",
    ];
    tables.iter().map(|table| installation.sql(&format!("select * from {table} order by 1, 2, 3"))).collect()
}

/// The folder with the files that the project did not write, where it is there.
#[expect(clippy::print_stderr, reason = "what is left out is to be seen")]
fn real_files() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("MARZIPAN_TEST_DATA").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED the real files: {} is not there, and MARZIPAN_TEST_DATA is not set", folder.display());
    None
}

fn quirks(pictures: &Pictures) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/quirks.csv");
    std::fs::read_to_string(file).expect("our own file").replace("{pictures}", &pictures.url)
}

/// What Python's csv module finds in a file.
fn counted(file: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/shopify_counts.py");
    let output = Command::new("python3").arg(script).arg(file).output().expect("python3 is installed");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn a_table_comes_in_as_another_reader_counts_it(installation: &Installation) {
    let pictures = Pictures::serve();
    let mut files = vec![("quirks".to_owned(), quirks(&pictures))];
    if let Some(folder) = real_files() {
        for name in ["shopify-apparel", "shopify-jewelery"] {
            let text = std::fs::read_to_string(folder.join(format!("{name}.csv"))).expect("a real file");
            // Their pictures are on the other side of the network.
            files.push((name.to_owned(), text.replace("https://burst.shopifycdn.com", &pictures.url)));
        }
    }
    let tables = ["products", "variants", "product_images", "media", "collections"];
    let mut before = tables.map(|_| 0);
    for (name, text) in files {
        let file = write(installation, &format!("{name}.csv"), text);
        shop(installation, &name);

        let report = csv(installation, &name, &file, &[]);

        let counts = counted(&file);
        for (table, before) in tables.iter().zip(&mut before) {
            let now = count(installation, table);
            assert_eq!(Value::from(now - *before), counts[table], "{table} of {name}");
            *before = now;
        }
        assert_eq!(Value::from(tally(&report, "product")[0]), counts["products"], "{report}");
        assert_eq!(report["pictures"]["failed"], 0, "{report}");

        let stored = everything(installation);
        let again = csv(installation, &name, &file, &[]);
        assert_eq!(Value::from(tally(&again, "product")[2]), counts["products"], "{again}");
        assert_eq!(everything(installation), stored, "{name} again");
    }
    // One sentence in the audit log an import that changed something.
    let imports = installation.sql("select count(*) from audit_log where action = 'catalogue.import'");
    assert_eq!(imports, count(installation, "tenants").to_string());
    let product = |slug: &str| {
        let sql = format!(
            "select name, status, price, sale_price, quantity, sku, weight_grams from products where slug = '{slug}'"
        );
        installation.sql(&sql).replace("None", "")
    };
    assert_eq!(product("estate-rose"), "Estate Rosé|active|1500|1250|48|ROSE-21|1250");
    assert_eq!(product("estate-malbec"), "Estate Malbec|active|1800||||1300");
    assert_eq!(product("corkscrew"), "Corkscrew|inactive|995||||");
    assert_eq!(product("voucher"), "Voucher|inactive|1000||||");
    let html = installation.sql("select details from products where slug = 'estate-rose'");
    assert!(
        html.contains("<li>Serve at 8 °C</li>") && !html.contains("<script") && !html.contains("<code>"),
        "{html}"
    );
    let values = installation.sql(
        "select option_name, label, price, quantity from variants where option_slug = 'size-case' order by position",
    );
    assert_eq!(
        values.replace("None", ""),
        "Size / Case|75 cl / single||24\nSize / Case|75 cl / case of six|9900|4\nSize / Case|Magnum / single|4200|"
    );
}

fn a_dry_run_leaves_everything_as_it_is(installation: &Installation) {
    let pictures = Pictures::serve();
    shop(installation, "cellar");
    let table = write(installation, "quirks.csv", quirks(&pictures));
    std::fs::create_dir(installation.folder().join("labels")).expect("a folder");
    write(installation, "labels/estate.png", pictures.get("/estate.png"));
    let lines = write(installation, "lines.jsonl", format!("{SELLING}{FORWARD}{CONTENT}"));
    for (format, file) in [("shopify-csv", &table), ("marzipan-jsonl", &lines)] {
        let before = everything(installation);
        let dry = import(installation, "cellar", format, file, &["--dry-run"]);
        assert_eq!(everything(installation), before);

        let mut wet = import(installation, "cellar", format, file, &[]);
        wet["dryRun"] = json!(true);
        assert_eq!(dry, wet, "it tells what would be");

        let before = everything(installation);
        let dry = import(installation, "cellar", format, file, &["--dry-run"]);
        assert_eq!(tally(&dry, "product")[..2], [0, 0], "{dry}");
        assert_eq!(everything(installation), before);
    }
}

const HEAD: &str = "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Price\n";

fn tables_of_all_sorts_come_in_or_are_refused_by_line(installation: &Installation) {
    shop(installation, "cellar");
    let good = |name: &str| format!("{name},Wine {name},,Estate,,12.50\n");
    let rows = |rows: &[&str]| format!("{HEAD}{}", rows.concat()).into_bytes();
    let with = |text: &str| text.as_bytes().to_vec();
    let long = format!("{HEAD}a,A,\"{}\",,,1\n{}", "x".repeat(2 * 1024 * 1024), good("after"));
    // What comes in of each, and which lines are refused.
    for (name, bytes, [created, refused], lines) in [
        ("plain", rows(&[&good("a1"), &good("a2")]), [2, 0], vec![]),
        ("crlf", with_carriage_returns(rows(&[&good("b1"), &good("b2")])), [2, 0], vec![]),
        ("mark", [b"\xef\xbb\xbf".to_vec(), rows(&[&good("c1")])].concat(), [1, 0], vec![]),
        ("semicolons", with("Handle;Title;Variant Price\nd1;Wine d1;12,50\n"), [1, 0], vec![]),
        ("tabs", with("Handle\tTitle\tVariant Price\ne1\tWine, red\t12.50\n"), [1, 0], vec![]),
        (
            "latin-1",
            [with("Handle,Title,Variant Price\nf1,Ros"), b"\xe9 \x96 d'\xc9t\xe9,12.50\n".to_vec()].concat(),
            [1, 0],
            vec![],
        ),
        ("nul", rows(&[&good("g1"), "g2,Wine\0,,,,1\n", &good("g3")]), [2, 1], vec!["3: Handle"]),
        ("price", rows(&["h1,Wine,,,,cheap\n", &good("h2")]), [1, 1], vec!["2: Variant Price"]),
        ("title", rows(&["i1,,,,,12.50\n", &good("i2")]), [1, 1], vec!["2: Title"]),
        ("handle", rows(&[",Wine,,,,12.50\n", &good("j2")]), [1, 1], vec!["2: Handle"]),
        ("quote", rows(&["k1,Wine,\"open,,,1\n", &good("k2"), "k3,W,\"x\",,,1\n"]), [2, 1], vec!["2: "]),
        ("fields", rows(&["l1,W,a,b,c,1,too,many\n", &good("l2")]), [1, 1], vec!["2: "]),
        ("variant", rows(&["m1,W,,,,1\n", "m1,,,,S,x\n", &good("m2")]), [1, 1], vec!["3: Variant Price"]),
        ("long", long.into_bytes(), [1, 1], vec!["2: "]),
        ("head only", with(HEAD), [0, 0], vec![]),
    ] {
        let file = write(installation, &format!("{name}.csv"), bytes);
        let (output, report) = try_import(installation, "cellar", "shopify-csv", &file, &[]);
        let told = format!("{name}: {report} {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(tally(&report, "product"), [created, 0, 0, refused], "{told}");
        assert_eq!(problems(&report, "refused"), lines, "{told}");
        assert_eq!(output.status.code(), Some(i32::from(refused > 0)), "{told}");
    }
    let names = installation.sql("select name from products where slug in ('f1', 'e1') order by slug");
    assert_eq!(names, "Wine, red\nRosé – d'Été");
    assert_eq!(installation.sql("select price from products where slug = 'd1'"), "1250");

    for (bytes, line) in [
        (with("Handle,Title\na,b\n"), "line 1: the column Variant Price is missing"),
        (with("{\"kind\": \"product\"}"), "line 1: the columns Handle, Title, Variant Price are missing"),
        (with(""), "line 1: the file is empty"),
        (b"\xff\xfeH\0a\0".to_vec(), "UTF-16"),
    ] {
        let file = write(installation, "unusable.csv", bytes);
        let (output, _) = try_import(installation, "cellar", "shopify-csv", &file, &[]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(line) && told.trim().lines().count() == 1, "{told}");
    }
    for words in [
        vec!["--format", "xlsx"],
        vec!["--format", "shopify-csv", "nowhere.csv"],
        vec!["--format", "shopify-csv", "."],
    ] {
        let output = installation.run(["import", "--tenant", "cellar"].iter().chain(&words));
        assert!(!output.status.success() && !output.stderr.is_empty());
    }
    let output = installation.run(["import", "--tenant", "nobody", "--format", "shopify-csv", "plain.csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nobody"));
}

/// As a program of another system ends its lines.
fn with_carriage_returns(text: Vec<u8>) -> Vec<u8> {
    let byte = |byte: u8| if byte == b'\n' { b"\r\n".to_vec() } else { vec![byte] };
    text.into_iter().flat_map(byte).collect()
}

fn pictures_that_can_not_be_had_are_told_and_the_rest_comes_in(installation: &Installation) {
    let pictures = Pictures::serve();
    shop(installation, "cellar");
    let mut table = "Handle,Title,Variant Price,Image Src,Image Position\n".to_owned();
    let url = &pictures.url;
    let faulty = [
        format!("{url}/404/a.png"),
        format!("{url}/html/a.png"),
        format!("{url}/long/a.png"),
        format!("{url}/silent/a.png"),
        "http://127.0.0.1:1/a.png".to_owned(),
        "ftp://example.com/a.png".to_owned(),
        "nonsense".to_owned(),
    ];
    writeln!(table, "red,Red,10,{url}/good/1.png,1").expect("text");
    for address in &faulty {
        writeln!(table, "red,,,{address},2").expect("text");
    }
    writeln!(table, "red,,,{url}/good/2.png,3\nwhite,White,10,{url}/404/b.png,1").expect("text");
    // A hundred addresses of a server that is gone.
    for number in 0..100 {
        writeln!(table, "wine-{number},Wine,10,http://127.0.0.1:1/{number}.png,1").expect("text");
    }
    let file = write(installation, "pictures.csv", table);

    let report = csv(installation, "cellar", &file, &[]);

    assert_eq!(tally(&report, "product"), [102, 0, 0, 0], "pictures refuse no product: {report}");
    assert_eq!(report["pictures"], json!({ "added": 2, "known": 0, "failed": 108 }));
    let told = problems(&report, "picture");
    let lines: Vec<String> = (3..=9).chain(11..=111).map(|line| format!("{line}: Image Src")).collect();
    assert_eq!(told, lines);
    assert_eq!((count(installation, "media"), count(installation, "product_images")), (2, 2));

    // Those that were fetched are not fetched again, and not lost when their server is gone.
    drop(pictures);
    let before = everything(installation);
    let report = csv(installation, "cellar", &file, &[]);
    assert_eq!(tally(&report, "product"), [0, 0, 102, 0], "{report}");
    assert_eq!(report["pictures"]["known"], 2);
    let report = csv(installation, "cellar", &file, &["--no-images"]);
    assert_eq!((tally(&report, "product"), &report["pictures"]["failed"]), ([0, 0, 102, 0], &json!(0)));
    assert_eq!(everything(installation), before);
}

/// Each names what only comes after it.
const FORWARD: &str = r#"{"kind": "product", "productType": "bundle", "name": "Box", "slug": "box", "price": 5000, "bundleItems": [{"product": "red", "quantity": 2}, {"product": "white"}], "relatedProducts": ["big-box"]}
{"kind": "product", "productType": "bundle", "name": "Big box", "slug": "big-box", "price": 9000, "bundleItems": [{"product": "white", "quantity": 6}]}
{"kind": "collection", "name": "Reds", "slug": "reds", "products": ["blend", "red"]}
{"kind": "product", "productType": "subscription", "name": "Club", "slug": "club", "price": 0, "subscriptionType": "picknmix", "pricingType": "per_item", "billingFrequencies": [1, 3], "minimumItems": 6, "picknmixProducts": ["red", "white"], "linkedSubscriptions": []}
{"kind": "attribute", "name": "Grape", "slug": "grape"}
{"kind": "product", "name": "Red", "slug": "red", "price": 1200, "upsellProducts": ["box"], "relatedProducts": ["white"], "linkedSubscriptions": ["club"], "collections": ["reds"], "attributes": [{"slug": "grape", "values": ["Malbec"]}], "awards": [{"name": "Valley Show", "year": 2024, "medal": "Gold"}]}
{"kind": "product", "name": "Blend", "slug": "blend", "price": 1500, "collections": ["reds"], "options": [{"name": "Size", "values": [{"label": "75 cl", "quantity": 3}, {"label": "Magnum", "price": 3500, "quantity": 1}]}]}
{"kind": "product", "name": "White", "slug": "white", "price": 1100, "quantity": 12, "relatedProducts": ["red"]}
{"kind": "product", "productType": "event", "name": "Tasting", "slug": "tasting", "price": 2500, "event": {"startsAt": "2027-05-01T18:00:00Z", "place": "The cellar", "capacity": 24}}
{"kind": "collection", "name": "Cheap", "slug": "cheap", "rule": {"matches": "all", "conditions": [{"field": "priceBelow", "amount": 1300}]}}
"#;

/// Pages and what leads to them; the menu leads to a bundle that waits for its parts.
const CONTENT: &str = r#"{"kind": "page", "title": "About us", "slug": "about", "status": "published", "publishedAt": "2026-01-02T00:00:00Z", "image": {"file": "labels/estate.png"}, "blocks": [{"type": "heading", "text": "Since 1902", "level": 2}, {"type": "richText", "markdown": "A *small* estate."}, {"type": "image", "file": "labels/estate.png", "alt": "The label"}, {"type": "gallery", "images": [{"file": "labels/estate.png", "alt": "Again"}]}, {"type": "products", "products": ["red", "box"], "title": "Ours"}, {"type": "collection", "collection": "reds", "limit": 4, "title": "Reds"}], "metaTitle": "About"}
{"kind": "page", "title": "Hidden", "slug": "hidden", "status": "draft", "blocks": []}
{"kind": "post", "title": "Harvest", "slug": "harvest", "status": "published", "publishedAt": "2026-01-03T00:00:00Z", "author": "Ada", "tags": ["red", "news"], "category": "Journal", "blocks": [{"type": "quote", "text": "It rained.", "cite": "Ada"}]}
{"kind": "menu", "handle": "main", "items": [{"label": "Wines", "type": "collection", "target": "reds", "children": [{"label": "The box", "type": "product", "target": "box", "children": []}]}, {"label": "About", "type": "page", "target": "about", "children": []}, {"label": "Journal", "type": "post", "target": "harvest", "children": []}, {"label": "Elsewhere", "type": "url", "target": "https://example.com/", "children": []}]}
{"kind": "redirect", "from": "/old", "to": "/pages/about", "status": 301}
{"kind": "redirect", "from": "/old-shop", "to": "https://example.com/shop", "status": 302}
"#;

/// What is set up for selling; the discounts name wines that come after them.
const SELLING: &str = r#"{"kind": "discount", "code": "reds-10", "name": "Reds", "type": "percent", "value": 10, "products": ["red", "box"], "collections": ["reds"], "usageLimit": 5, "combinesWith": ["shipping"], "appliesTo": "both"}
{"kind": "discount", "name": "Free over fifty", "type": "free_shipping", "minimumSpend": 5000}
{"kind": "taxRate", "name": "VAT 19 %", "country": "DE", "rate": 1900}
{"kind": "taxRate", "name": "VAT 20 %", "country": "GB", "rate": 2000}
{"kind": "shippingMethod", "name": "Courier", "price": 595, "countries": ["GB"]}
{"kind": "shippingMethod", "name": "Courier", "rateKind": "weight", "bands": [{"from": 0, "price": 1295}, {"from": 5000, "price": 1995}], "countries": ["IE", "FR"], "position": 1, "tariff": 1}
{"kind": "rewards", "pointsPerUnit": 1, "redeemPoints": 100, "redeemValue": 500, "tiers": [{"name": "Friend", "fromPoints": 0, "perks": ["A tasting"]}]}
"#;

fn what_is_set_up_for_selling_comes_in(installation: &Installation) {
    shop(installation, "cellar");
    let file = write(installation, "lines.jsonl", format!("{SELLING}{FORWARD}"));
    let all =
        |report: &Value| ["discount", "taxRate", "shippingMethod", "rewards"].map(|kind| tally(report, kind));

    let report = jsonl(installation, "cellar", &file, &[]);

    // A new shop has the rates of the United Kingdom already.
    assert_eq!(all(&report), [[2, 0, 0, 0], [1, 0, 1, 0], [2, 0, 0, 0], [1, 0, 0, 0]], "{report}");
    assert_eq!(problems(&report, "note"), ["6: tariff"]);
    let names = installation.sql("select code, kind, status, usage_limit, used from discounts order by name");
    assert_eq!(names.replace("None", ""), "|free_shipping|active||0\nREDS-10|percent|active|5|0");
    let before = everything(installation);
    let again = jsonl(installation, "cellar", &file, &[]);
    assert_eq!(all(&again), [[0, 0, 2, 0], [0, 0, 2, 0], [0, 0, 2, 0], [0, 0, 1, 0]], "{again}");
    assert_eq!(everything(installation), before);

    let changed =
        SELLING.replace("\"value\": 10", "\"value\": 15").replace("1900", "1950").replace("595", "650");
    let changed =
        write(installation, "changed.jsonl", changed.replace("\"redeemValue\": 500", "\"redeemValue\": 600"));
    let report = jsonl(installation, "cellar", &changed, &[]);
    assert_eq!(all(&report), [[0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 0, 0]], "{report}");

    // What all of its wines are gone from is not for everything all at once.
    let only = r#"{"kind": "discount", "code": "whites", "name": "Whites", "type": "percent", "value": 10, "products": ["rare"]}
{"kind": "product", "name": "Rare", "slug": "rare", "price": 1200}
{"kind": "discount", "code": "none", "name": "None", "type": "percent", "value": 10, "products": ["nobody"], "collections": ["nowhere"]}
{"kind": "discount", "code": "x", "name": "Bad", "type": "percent", "value": 0}
{"kind": "taxRate", "name": "Tax", "country": "UK", "rate": 1}
{"kind": "shippingMethod", "name": "Pigeon", "rateKind": "pigeon", "price": 1}"#;
    let only = write(installation, "only.jsonl", only);
    let (_, report) = try_import(installation, "cellar", "marzipan-jsonl", &only, &[]);
    assert_eq!(
        problems(&report, "refused"),
        ["3: collections.0", "3: products.0", "4: code", "4: value", "5: country", "6: rateKind"],
        "{report}"
    );
    assert!(exported(installation, "cellar").contains(r#""code":"WHITES""#));
    installation.sql("delete from products where slug = 'rare'");
    let out = exported(installation, "cellar");
    assert!(!out.contains("WHITES") && out.contains("REDS-10"), "{out}");
}

fn lines_may_name_what_comes_after_them(installation: &Installation) {
    shop(installation, "cellar");
    let file = write(installation, "lines.jsonl", FORWARD);

    let report = jsonl(installation, "cellar", &file, &[]);

    assert_eq!(tally(&report, "product"), [7, 0, 0, 0], "{report}");
    assert_eq!((tally(&report, "collection"), tally(&report, "attribute")), ([2, 0, 0, 0], [1, 0, 0, 0]));
    let links = installation.sql(
        "select (select slug from products p where p.product_id = l.product_id), kind, \
         (select slug from products p where p.product_id = l.target_id), quantity from product_links l \
         order by 1, 2, l.position",
    );
    assert_eq!(
        links,
        "big-box|bundle_item|white|6\nbox|bundle_item|red|2\nbox|bundle_item|white|1\nbox|related|big-box|1\n\
         club|picknmix|red|1\nclub|picknmix|white|1\nred|linked_subscription|club|1\nred|related|white|1\n\
         red|upsell|box|1\nwhite|related|red|1"
    );
    let order = installation.sql(
        "select (select slug from products p where p.product_id = c.product_id) from collection_products c order by position",
    );
    assert_eq!(order, "blend\nred");
    let before = everything(installation);
    let again = jsonl(installation, "cellar", &file, &[]);
    assert_eq!(tally(&again, "product"), [0, 0, 7, 0], "{again}");
    assert_eq!(tally(&again, "collection"), [0, 0, 2, 0], "{again}");
    assert_eq!(everything(installation), before);

    // A change in one line is a change of one thing.
    let changed = write(installation, "changed.jsonl", FORWARD.replace("\"price\": 1100", "\"price\": 1150"));
    let report = jsonl(installation, "cellar", &changed, &[]);
    assert_eq!(tally(&report, "product"), [0, 1, 6, 0], "{report}");

    // From the standard input the same.
    let mut command =
        installation.command(["import", "--tenant", "cellar", "--format", "marzipan-jsonl", "--json", "-"]);
    let output = command.stdin(std::fs::File::open(&changed).expect("a file")).output().expect("it starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(tally(&report, "product"), [0, 0, 7, 0], "{report}");
}

fn what_is_wrong_with_a_line_is_told(installation: &Installation) {
    shop(installation, "cellar");
    let long = format!(
        "{{\"kind\": \"product\", \"name\": \"Long\", \"price\": 1, \"description\": \"{}\"}}",
        "x".repeat(5_000_000)
    );
    let lines = [
        r#"{"kind": "product", "name": "Good", "price": 1}"#,
        r#"{"kind": "product", "name": "Bad", "price": -1}"#,
        r#"{"kind": "product", "name": "Bad", "price": "one"}"#,
        r#"{"kind": "product", "name": "Alone", "price": 1, "relatedProducts": ["good", "nobody"]}"#,
        r#"{"kind": "product", "productType": "bundle", "name": "Empty", "price": 1, "bundleItems": [{"product": "nobody"}]}"#,
        r#"{"kind": "product", "name": "Lost", "price": 1, "collections": ["nowhere"], "attributes": [{"slug": "none", "values": ["x"]}]}"#,
        r#"{"kind": "moon"}"#,
        "not JSON at all",
        long.as_str(),
        r#"{"kind": "collection", "name": "Mixed", "slug": "mixed", "products": ["good", "bad"]}"#,
        r#"{"kind": "product", "name": "Last", "price": 2, "pirce": 3, "images": [{"file": "../secret.key"}, {"file": "none.png"}]}"#,
        r#"{"kind": "media", "file": "none.png"}"#,
    ];
    let file = write(installation, "lines.jsonl", lines.join("\n"));

    let (output, report) = try_import(installation, "cellar", "marzipan-jsonl", &file, &[]);

    assert_eq!(
        problems(&report, "refused"),
        [
            "2: price",
            "3: price",
            "4: relatedProductIds.1",
            "5: bundleItems.0",
            "6: attributes.0.slug",
            "6: collections.0",
            "7: kind",
            "8: ",
            "9: ",
            "12: file",
            "10: products.1",
        ],
        "{report}"
    );
    assert_eq!(problems(&report, "note"), ["11: pirce", "10: "]);
    assert_eq!(problems(&report, "picture"), ["11: images.0", "11: images.1"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("of 12 things were refused") && told.trim().lines().count() == 1, "{told}");
    assert_eq!(installation.sql("select slug from products order by slug"), "good\nlast");

    // For people the same, a line each.
    let output = installation.run([
        "import",
        "--tenant",
        "cellar",
        "--format",
        "marzipan-jsonl",
        file.to_str().expect("a plain path"),
    ]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("\nline 2: price: Must be a price in minor units")
            || told.starts_with("line 2: price: "),
        "{told}"
    );

    let other = write(installation, "other.jsonl", "{\"kind\": \"settings\", \"currency\": \"JPY\"}");
    let (output, _) = try_import(installation, "cellar", "marzipan-jsonl", &other, &[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && told.contains("JPY") && told.contains("GBP"), "{told}");
}

/// So many wines that name one another, as an export would have them.
fn many(count: usize) -> String {
    let mut lines = "{\"kind\": \"attribute\", \"name\": \"Grape\", \"slug\": \"grape\"}\n".to_owned();
    for number in 0..count {
        let other = (number * 7 + 3) % count;
        let line = json!({
            "kind": "product", "name": format!("Wine {number}"), "slug": format!("wine-{number}"), "price": 1000 + number,
            "createdAt": "2026-01-05T09:00:00Z", "attributes": [{ "slug": "grape", "values": ["Malbec"] }],
            "relatedProducts": if other == number { vec![] } else { vec![format!("wine-{other}")] },
            "options": [{ "name": "Size", "values": [{ "label": "75 cl" }, { "label": "Magnum", "price": 5000 }] }],
        });
        writeln!(lines, "{line}").expect("text");
    }
    lines
}

/// What a shop has, as it goes out.
fn exported(installation: &Installation, slug: &str) -> String {
    let folder = installation.folder().join(format!("export-{slug}"));
    installation.json(["export", "--tenant", slug, "--json", folder.to_str().expect("a plain path")]);
    std::fs::read_to_string(folder.join("shop.jsonl")).expect("an export")
}

fn an_import_that_was_killed_is_finished_by_the_next(installation: &Installation) {
    const WINES: usize = 700;
    let file = write(installation, "many.jsonl", many(WINES));
    let file_name = file.to_str().expect("a plain path");
    shop(installation, "whole");
    jsonl(installation, "whole", &file, &[]);
    shop(installation, "killed");
    let words = ["import", "--tenant", "killed", "--format", "marzipan-jsonl", file_name];
    let mut child =
        installation.command(words).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
    eventually("some of it is in", || (count(installation, "products") >= 700 + 100).then_some(()));
    drop(child.kill());
    let ended = child.wait().expect("a child of ours");
    assert!(!ended.success(), "it was killed in the midst of its work");
    assert!(count(installation, "products") < 2 * 700, "in the midst of its work");

    let report = jsonl(installation, "killed", &file, &[]);

    let [created, _, _, refused] = tally(&report, "product");
    assert!(created > 0 && created < 700 && refused == 0, "{report}");
    assert_eq!(exported(installation, "killed"), exported(installation, "whole"));
    assert_eq!(tally(&jsonl(installation, "killed", &file, &[]), "product")[2], 700);
}

fn a_server_that_runs_shows_what_was_imported(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let list = || shop.visitor().get("/v1/products?perPage=1").send().expect(200).json();
    assert_eq!(list()["meta"]["total"], 0, "{}", list());
    let file = write(installation, "many.jsonl", many(30));

    jsonl(installation, &shop.slug, &file, &[]);

    eventually("the list has them", || (list()["meta"]["total"] == 30).then_some(()));
    let wine = shop.visitor().get("/v1/products/wine-7").send().expect(200).json();
    assert_eq!(wine["name"], "Wine 7");
}

/// A shop that is taken to the other engine and back is the same to the byte, and so are its pictures.
#[test]
fn what_goes_out_comes_in_again_on_the_other_engine() {
    let pictures = Pictures::serve();
    let first = Installation::new(Engine::Sqlite);
    shop(&first, "cellar");
    let url = &pictures.url;
    let more = format!(
        "{{\"kind\": \"settings\", \"name\": \"The Cellar\", \"contactEmail\": \"hello@cellar.example\", \"currency\": \"GBP\"}}\n\
         {{\"kind\": \"collection\", \"name\": \"Whites\", \"slug\": \"whites\", \"image\": {{\"url\": \"{url}/whites.png\"}}, \"position\": 3}}\n\
         {{\"kind\": \"product\", \"name\": \"Rosé d'Été\", \"price\": 1300, \"salePrice\": 1200, \"saleEndsAt\": \"2030-01-01T00:00:00Z\",\
           \"images\": [{{\"url\": \"{url}/1.png\", \"alt\": \"Front\"}}, {{\"url\": \"{url}/2.png\"}}], \"metaImage\": {{\"url\": \"{url}/2.png\"}},\
           \"labels\": {{\"front\": [{{\"url\": \"{url}/3.png\"}}], \"back\": []}}, \"availability\": \"subscribers\", \"subscriberPrice\": 1100,\
           \"awards\": [{{\"name\": \"Show\", \"image\": {{\"url\": \"{url}/4.png\"}}}}], \"collections\": [\"whites\"], \"taxClass\": \"wine\"}}\n"
    );
    std::fs::create_dir(first.folder().join("labels")).expect("a folder");
    write(&first, "labels/estate.png", pictures.get("/estate.png"));
    for text in [format!("{SELLING}{FORWARD}{CONTENT}"), more] {
        let file = write(&first, "lines.jsonl", text);
        let report = jsonl(&first, "cellar", &file, &[]);
        assert_eq!(report["pictures"]["failed"], 0, "{report}");
    }
    let out = exported(&first, "cellar");
    assert_eq!(out.lines().filter(|line| line.starts_with("{\"kind\":\"product\"")).count(), 8, "{out}");
    assert_eq!(out.lines().filter(|line| line.starts_with("{\"kind\":\"media\"")).count(), 6, "{out}");
    let kinds =
        |kind: &str| out.lines().filter(|line| line.starts_with(&format!("{{\"kind\":\"{kind}\""))).count();
    assert_eq!(["page", "post", "menu", "redirect", "settings"].map(kinds), [2, 1, 1, 2, 1], "{out}");
    assert_eq!(["discount", "taxRate", "shippingMethod", "rewards"].map(kinds), [2, 4, 2, 1], "{out}");
    let mut folder = first.folder().join("export-cellar");
    let mut hops = Vec::new();
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let next = Installation::new(engine);
        shop(&next, "cellar");
        let file = folder.join("shop.jsonl");

        let dry = jsonl(&next, "cellar", &file, &["--dry-run"]);
        let report = jsonl(&next, "cellar", &file, &[]);

        assert_eq!(
            (tally(&report, "product"), tally(&report, "media")),
            ([8, 0, 0, 0], [6, 0, 0, 0]),
            "{report}"
        );
        assert_eq!((tally(&report, "taxRate"), tally(&dry, "taxRate")), ([1, 0, 3, 0], [1, 0, 3, 0]));
        for kind in [
            "product",
            "media",
            "collection",
            "attribute",
            "page",
            "post",
            "menu",
            "redirect",
            "discount",
            "shippingMethod",
            "rewards",
        ] {
            assert_eq!(
                (tally(&dry, kind), tally(&report, kind)[1..] == [0, 0, 0]),
                (tally(&report, kind), true),
                "{kind}"
            );
        }
        assert_eq!(exported(&next, "cellar"), out);
        let theirs = next.folder().join("export-cellar");
        let files = |folder: &Path| {
            let mut names: Vec<_> = folder
                .join("media")
                .read_dir()
                .expect("a folder")
                .map(|file| file.expect("a file").file_name())
                .collect();
            names.sort();
            names
        };
        assert_eq!(files(&theirs), files(&folder));
        for name in files(&folder) {
            let read = |folder: &Path| std::fs::read(folder.join("media").join(&name)).expect("a file");
            assert_eq!(read(&theirs), read(&folder), "{name:?}");
        }
        let again = jsonl(&next, "cellar", &file, &[]);
        assert_eq!(
            (tally(&again, "product"), tally(&again, "media")),
            ([0, 0, 8, 0], [0, 0, 6, 0]),
            "{again}"
        );
        for kind in ["settings", "page", "post", "menu", "redirect"] {
            assert_eq!(tally(&again, kind)[..2], [0, 0], "{kind}: {again}");
        }
        folder = theirs;
        hops.push(next);
    }
}

/// Runs the program, and tells the most memory that it had, in KiB.
fn memory_of(installation: &Installation, words: &[&str]) -> u64 {
    let script = "import resource, subprocess, sys\n\
        status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode\n\
        assert status in (0, 1), status\n\
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let ours = installation.command(words.iter().copied());
    let mut command = Command::new("python3");
    command
        .arg("-c")
        .arg(script)
        .arg(ours.get_program())
        .args(ours.get_args())
        .current_dir(installation.folder());
    for (name, value) in ours.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().expect("python3 is installed");
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// A hundred times the rows take no more memory: they are read as they come.
#[test]
fn a_large_file_takes_no_more_memory_than_a_small_one() {
    let installation = Installation::new(Engine::Sqlite);
    shop(&installation, "cellar");
    let table = |rows: usize| {
        let mut table = HEAD.to_owned();
        let body = "plum and smoke ".repeat(40);
        for number in 0..rows {
            // Most are refused, which takes no less of reading, and less of a minute.
            let price = if number % 100 == 0 { "12.50" } else { "cheap" };
            writeln!(table, "wine-{number},Wine {number},{body},Estate,,{price}").expect("text");
        }
        write(&installation, &format!("{rows}.csv"), table)
    };
    let [small, large] = [1_000, 100_000].map(|rows| {
        let file = table(rows);
        memory_of(
            &installation,
            &["import", "--tenant", "cellar", "--format", "shopify-csv", file.to_str().expect("a path")],
        )
    });
    assert_eq!(count(&installation, "products"), 1000);
    assert!(large < small + 20 * 1024, "{large} KiB for 60 MB, {small} KiB for 0.6 MB");
}
