//! The documents as a reader finds them: read back with another PDF library.

use domain::time::Timestamp;
use lopdf::{Document, Object};
use proptest::prelude::*;

use super::*;

fn shop() -> Shop {
    Shop {
        name: "Château Rosé & Søn".to_owned(),
        colour: Colour { red: 0x7b, green: 0x1e, blue: 0x3a },
        address: strings(["The Old Cellars", "12 Quay Street", "Bristol BS1 4DJ", "United Kingdom"]),
        contact: strings(["orders@chateau-rose.example", "+44 117 496 0123"]),
        vat_number: Some("GB 123 4567 89".to_owned()),
    }
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

fn issued_at() -> Timestamp {
    Timestamp::parse("2024-10-07T14:05:09Z").expect("a time")
}

fn amount(label: &str, amount: &str) -> Amount {
    Amount { label: label.to_owned(), amount: amount.to_owned() }
}

fn tax_row(rate: &str, net: &str, tax: &str) -> TaxRow {
    TaxRow { rate: rate.to_owned(), net: net.to_owned(), tax: tax.to_owned() }
}

fn line(description: &str, options: &str, quantity: u32, unit_price: &str, total: &str) -> InvoiceLine {
    InvoiceLine {
        description: description.to_owned(),
        sku: "MAL-2021-75".to_owned(),
        options: options.to_owned(),
        quantity,
        unit_price: unit_price.to_owned(),
        discount: String::new(),
        tax_rate: "20%".to_owned(),
        total: total.to_owned(),
    }
}

fn sample() -> Invoice {
    let mut discounted = line("Peña Blanca Albariño, Rías Baixas", "75 cl", 12, "£14.58", "£157.50");
    discounted.discount = "−£17.46".to_owned();
    Invoice {
        shop: shop(),
        title: "VAT invoice".to_owned(),
        number: "MZ-10482".to_owned(),
        date: "7 October 2024".to_owned(),
        order_date: Some("5 October 2024".to_owned()),
        corrects: None,
        tax_point: None,
        billing: strings(["Zofia Wołoszyn", "Flat 4", "8 Canon Row", "Bath BA1 1AA", "United Kingdom"]),
        shipping: strings(["Wołoszyn & Daughters", "Unit 3, Lock Yard", "Bath BA2 3GX", "United Kingdom"]),
        prices: Prices::WithoutVat,
        lines: vec![
            line("Malbec Reserva 2021, Luján de Cuyo", "Case of 6 · Gift wrapped", 2, "£62.50", "£125.00"),
            discounted,
            line("Tasting glass", "", 1, "£4.17", "£4.17"),
        ],
        sub_totals: vec![
            amount("Goods without VAT", "£286.67"),
            amount("Delivery without VAT", "£5.83"),
            amount("VAT", "£58.50"),
        ],
        taxes: vec![tax_row("20%", "£292.50", "£58.50"), tax_row("0%", "£0.00", "£0.00")],
        tax_total: Some(tax_row("Total", "£292.50", "£58.50")),
        total: "£351.00".to_owned(),
        paid: vec![amount("Gift card", "£25.00"), amount("Visa ending in 4242", "£326.00")],
        notes: "Thank you for your order.\nPlease keep this invoice for your records.".to_owned(),
        footer: "Château Rosé Ltd, registered in England 01234567.".to_owned(),
        issued_at: issued_at(),
    }
}

fn slip() -> PackingSlip {
    let line = |sku: &str, description: &str, options: &str, quantity| PackingLine {
        sku: sku.to_owned(),
        description: description.to_owned(),
        options: options.to_owned(),
        quantity,
    };
    PackingSlip {
        shop: shop(),
        order: "MZ-10482".to_owned(),
        date: "7 October 2024".to_owned(),
        shipping: strings(["Zofia Wołoszyn", "8 Canon Row", "Bath BA1 1AA"]),
        method: "Next-day courier".to_owned(),
        lines: vec![
            line("MAL-2021-75", "Malbec Reserva 2021", "Case of 6", 2),
            line("GLS-1", "Tasting glass", "", 1),
        ],
        gift_message: "Happy birthday, Søren!\nWith love from us all.".to_owned(),
        note: "Leave with the neighbour at number 9.".to_owned(),
        footer: String::new(),
        issued_at: issued_at(),
    }
}

/// What every page says, in one line each.
fn read(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).expect("a PDF");
    let pages = document.get_pages();
    let text = |page: &u32| document.extract_text(&[*page]).expect("a text");
    pages.keys().map(|page| text(page).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn lines_of(count: usize) -> Vec<InvoiceLine> {
    (1..=count).map(|at| line(&format!("Wine no. {at}."), "", 1, "£1.00", "£1.00")).collect()
}

#[test]
fn an_invoice_says_what_a_vat_invoice_has_to() {
    let pages = read(&invoice(&sample()).expect("a document"));
    assert_eq!(pages.len(), 1);
    for said in [
        "VAT invoice",
        "Number MZ-10482",
        "Date 7 October 2024",
        "Order date 5 October 2024",
        "Our VAT number GB 123 4567 89",
        "Château Rosé & Søn",
        "12 Quay Street",
        "Billed to",
        "Zofia Wołoszyn",
        "Delivered to",
        "Unit 3, Lock Yard",
        "Unit price excl. VAT",
        "Malbec Reserva 2021, Luján de Cuyo MAL-2021-75 · Case of 6 · Gift wrapped 2 £62.50 20% £125.00",
        "Peña Blanca Albariño, Rías Baixas MAL-2021-75 · 75 cl 12 £14.58 −£17.46 20% £157.50",
        "Goods without VAT £286.67",
        "20% £292.50 £58.50",
        "Total £351.00",
        "Gift card £25.00",
        "Visa ending in 4242 £326.00",
        "Thank you for your order.",
        "registered in England 01234567",
        "Page 1 of 1",
    ] {
        assert!(pages[0].contains(said), "{said:?} is not in {:?}", pages[0]);
    }
    for left_out in ["Tax point", "For invoice", "Refunded to"] {
        assert!(!pages[0].contains(left_out), "{left_out:?} is in {:?}", pages[0]);
    }
}

#[test]
fn a_credit_note_names_the_invoice_that_it_corrects() {
    let credit_note = Invoice {
        title: "Credit note".to_owned(),
        number: "CN-31".to_owned(),
        corrects: Some("MZ-10482 of 7 October 2024".to_owned()),
        tax_point: Some("6 October 2024".to_owned()),
        ..sample()
    };
    let pages = read(&invoice(&credit_note).expect("a document"));
    for said in [
        "Credit note Number CN-31",
        "For invoice MZ-10482 of 7 October 2024",
        "Tax point 6 October 2024",
        "Refunded to Gift card £25.00",
    ] {
        assert!(pages[0].contains(said), "{said:?} is not in {:?}", pages[0]);
    }
}

#[test]
fn a_packing_slip_says_what_is_in_the_box() {
    let pages = read(&packing_slip(&slip()).expect("a document"));
    assert_eq!(pages.len(), 1);
    for said in [
        "Packing slip",
        "Order MZ-10482",
        "Delivery Next-day courier",
        "Deliver to Zofia Wołoszyn 8 Canon Row",
        "MAL-2021-75 Malbec Reserva 2021 Case of 6 2",
        "A message for you Happy birthday, Søren! With love from us all.",
        "Note Leave with the neighbour at number 9.",
    ] {
        assert!(pages[0].contains(said), "{said:?} is not in {:?}", pages[0]);
    }
}

#[test]
fn the_same_values_give_the_same_bytes() {
    assert_eq!(invoice(&sample()).expect("a document"), invoice(&sample()).expect("a document"));
    assert_eq!(packing_slip(&slip()).expect("a document"), packing_slip(&slip()).expect("a document"));
}

#[test]
fn a_file_says_what_it_is_and_can_be_read_aloud() {
    let pdf = invoice(&sample()).expect("a document");
    let document = Document::load_mem(&pdf).expect("a PDF");
    let catalogue = document.catalog().expect("a catalogue");
    assert_eq!(catalogue.get(b"Lang").and_then(Object::as_str).expect("a language"), b"en-GB");
    assert!(catalogue.has(b"StructTreeRoot"));

    let about = document.trailer.get(b"Info").and_then(Object::as_reference).expect("a name");
    let about = document.get_dictionary(about).expect("facts");
    let said = |key: &[u8]| about.get(key).and_then(lopdf::decode_text_string).expect("a text");
    assert_eq!(said(b"Title"), "VAT invoice MZ-10482");
    assert_eq!(said(b"Author"), "Château Rosé & Søn");
    assert_eq!(said(b"CreationDate"), "D:20241007140509Z");

    let roles = document.objects.values().filter_map(|object| object.as_dict().ok());
    let roles: Vec<&[u8]> = roles.filter_map(|part| part.get(b"S").and_then(Object::as_name).ok()).collect();
    for role in [b"H1".as_slice(), b"H2", b"P", b"Table", b"TH", b"TD"] {
        assert!(roles.contains(&role), "{}", String::from_utf8_lossy(role));
    }
}

#[test]
fn many_lines_go_over_to_pages_that_repeat_the_head() {
    for (lines, least) in [(1, 1), (30, 2), (200, 8)] {
        let pages = read(&invoice(&Invoice { lines: lines_of(lines), ..sample() }).expect("a document"));
        let count = pages.len();
        assert!(count >= least && count <= least + 4, "{lines} lines take {count} pages");
        for (at, page) in pages.iter().enumerate() {
            assert!(page.contains(&format!("Page {} of {count}", at + 1)), "{page}");
            assert_eq!(page.contains("Wine no."), page.contains("Unit price"), "{page}");
            if at > 0 {
                assert!(page.contains("Château Rosé & Søn · VAT invoice MZ-10482"), "{page}");
            }
        }
        let all = pages.concat();
        for line in 1..=lines {
            assert_eq!(all.matches(&format!("Wine no. {line}.")).count(), 1, "line {line}");
        }
        assert!(pages[count - 1].contains("Total £351.00"));
    }
}

#[test]
fn too_many_lines_are_refused_with_their_number() {
    let refused = invoice(&Invoice { lines: lines_of(1001), ..sample() }).expect_err("a refusal");
    let sentence = "a document can have 1000 lines at the most, and this one has 1001: divide it";
    assert_eq!(refused.to_string(), sentence);
    let lines = vec![slip().lines[0].clone(); 1001];
    assert_eq!(packing_slip(&PackingSlip { lines, ..slip() }).expect_err("a refusal"), refused);

    let sub_totals = vec![amount("Discount", "−£1.00"); 13];
    let refused = invoice(&Invoice { sub_totals, ..sample() }).expect_err("a refusal");
    assert_eq!(refused, DocumentError::TooMany { what: "sub-totals", limit: 12, found: 13 });
}

#[test]
fn long_names_wrap_and_longer_ones_are_cut() {
    let name = "Cuvée ".repeat(50);
    let lines = vec![line(&name, "", 1, "£1.00", "£1.00")];
    let pages = read(&invoice(&Invoice { lines, ..sample() }).expect("a document"));
    assert!(pages[0].contains(name.trim()));

    let lines = vec![line(&"x".repeat(5000), "", 1, "£1.00", "£1.00")];
    let pages = read(&invoice(&Invoice { lines, ..sample() }).expect("a document"));
    let words = pages[0].split(' ').filter(|word| word.starts_with("xx"));
    assert_eq!(words.collect::<String>(), format!("{}…", "x".repeat(299)));
}

#[test]
fn letters_without_a_shape_do_not_stop_a_document() {
    let lines = vec![line("葡萄酒 🍷 יין", "", 1, "£1.00", "£1.00")];
    let pdf = invoice(&Invoice { lines, ..sample() }).expect("a document");
    // All of them are drawn as one box. It is read as the first of them; beside the others the file says what they are.
    assert!(read(&pdf)[0].contains('葡'));
    let document = Document::load_mem(&pdf).expect("a PDF");
    let page = document.get_pages()[&1];
    let content = document.get_and_decode_page_content(page).expect("a page");
    let beside = content.operations.iter().filter_map(|operation| {
        let properties = operation.operands.get(1)?.as_dict().ok()?;
        lopdf::decode_text_string(properties.get(b"ActualText").ok()?).ok()
    });
    assert_eq!(beside.collect::<Vec<_>>().concat(), "萄酒🍷יין");
}

#[test]
fn empty_parts_are_left_out() {
    let bare = Shop { address: vec![], contact: vec![], vat_number: None, ..shop() };
    let empty = Invoice {
        shop: bare.clone(),
        title: String::new(),
        number: String::new(),
        date: String::new(),
        order_date: None,
        billing: vec![],
        shipping: vec![],
        lines: vec![],
        sub_totals: vec![],
        taxes: vec![],
        tax_total: None,
        total: String::new(),
        paid: vec![],
        notes: String::new(),
        footer: String::new(),
        ..sample()
    };
    assert_eq!(read(&invoice(&empty).expect("a document")), ["Château Rosé & Søn Invoice Page 1 of 1"]);

    let empty = PackingSlip {
        shop: Shop { name: String::new(), ..bare },
        order: String::new(),
        date: String::new(),
        shipping: vec![],
        method: String::new(),
        lines: vec![],
        gift_message: String::new(),
        note: String::new(),
        footer: String::new(),
        issued_at: issued_at(),
    };
    assert_eq!(read(&packing_slip(&empty).expect("a document")), ["Packing slip Page 1 of 1"]);
}

#[test]
fn without_vat_nothing_speaks_of_it() {
    let mut plain = sample();
    plain.title = "Invoice".to_owned();
    plain.shop.vat_number = None;
    plain.lines.iter_mut().for_each(|line| line.tax_rate.clear());
    plain.sub_totals.clear();
    plain.taxes.clear();
    plain.tax_total = None;
    let pages = read(&invoice(&plain).expect("a document"));
    assert!(!pages[0].contains("VAT"), "{}", pages[0]);
    assert!(pages[0].contains("Unit price"));
}

#[test]
fn one_address_for_both_is_printed_once() {
    let both = Invoice { shipping: sample().billing, ..sample() };
    let pages = read(&invoice(&both).expect("a document"));
    assert!(pages[0].contains("Billed and delivered to"));
    assert_eq!(pages[0].matches("Zofia Wołoszyn").count(), 1);
}

#[test]
fn a_colour_that_is_too_pale_gives_way_to_black() {
    let pale = |red, green, blue| {
        let shop = Shop { colour: Colour { red, green, blue }, ..shop() };
        letterhead::colour(&shop) != shop.colour
    };
    assert!(pale(255, 255, 255));
    assert!(pale(255, 220, 0));
    assert!(!pale(0x7b, 0x1e, 0x3a));
    assert!(!pale(0, 0, 255));
}

/// Any text at all, and often the ugly kind.
fn any_text() -> impl Strategy<Value = String> {
    let ugly = prop::collection::vec(any::<char>(), 0..400).prop_map(|letters| letters.into_iter().collect());
    prop_oneof![ugly, "[WM@ \\n]{0,600}", "\\PC{0,400}", Just("\u{0}\u{feff}\u{fffe}\u{e000}".to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_text_stops_a_document(texts in prop::collection::vec(any_text(), 12), lines in 0_usize..20) {
        let text = |at: usize| texts[at].clone();
        let many = |at: usize, count: usize| vec![text(at); count];
        let amounts = |count: usize| vec![Amount { label: text(0), amount: text(1) }; count];
        let shop = Shop {
            name: text(2),
            address: many(3, 20),
            contact: many(4, 3),
            vat_number: Some(text(5)),
            ..shop()
        };
        let sold = InvoiceLine {
            description: text(6),
            sku: text(7),
            options: text(8),
            quantity: u32::MAX,
            unit_price: text(9),
            discount: text(10),
            tax_rate: text(11),
            total: text(0),
        };
        let made = invoice(&Invoice {
            shop: shop.clone(),
            title: text(1),
            number: text(2),
            date: text(3),
            order_date: Some(text(4)),
            corrects: Some(text(9)),
            tax_point: Some(text(5)),
            billing: many(6, 20),
            shipping: many(7, 20),
            prices: Prices::WithVat,
            lines: vec![sold; lines],
            sub_totals: amounts(12),
            taxes: vec![TaxRow { rate: text(8), net: text(9), tax: text(10) }; 12],
            tax_total: Some(TaxRow { rate: text(8), net: text(9), tax: text(10) }),
            total: text(11),
            paid: amounts(8),
            notes: text(0),
            footer: text(1),
            issued_at: issued_at(),
        });
        prop_assert!(made.is_ok(), "{:?}", made.err());

        let packed = PackingLine { sku: text(6), description: text(7), options: text(8), quantity: 0 };
        let made = packing_slip(&PackingSlip {
            shop,
            order: text(1),
            date: text(2),
            shipping: many(3, 20),
            method: text(4),
            lines: vec![packed; lines],
            gift_message: text(5),
            note: text(6),
            footer: text(7),
            issued_at: issued_at(),
        });
        prop_assert!(made.is_ok(), "{:?}", made.err());
    }
}
