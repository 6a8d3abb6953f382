//! Every letter is written, with the built-in templates and with a shop's own.

use std::sync::Arc;

use domain::ids::TenantId;
use domain::tenants::{Currency, Settings, ShopName, TimeZoneName};
use domain::time::Timestamp;

use super::*;
use crate::mails::templates::{self, Own, Part, Written};

fn shop(name: &str) -> Shop {
    let settings = Settings::new(
        ShopName::parse(name).expect("a name"),
        Currency::parse("GBP").expect("a currency"),
        TimeZoneName::parse("Europe/London").expect("a time zone"),
    );
    Shop {
        id: TenantId::new(uuid::Uuid::from_u128(1)),
        number: 1,
        slug: "shop".to_owned(),
        settings: Arc::new(settings),
        version: 1,
        test_mode: true,
        now: Timestamp::from_micros(0),
    }
}

fn written(letter: &Letter, shop: &Shop) -> Written {
    templates::write(letter, shop, &Own::default()).expect("the built-in template holds")
}

#[test]
fn every_letter_is_written_with_much_and_with_little_to_say() {
    for kind in &KINDS {
        for letter in Letter::samples(kind.name).expect("a sample") {
            assert_eq!(letter.template(), kind.name);
            let written = written(&letter, &shop("Malt & Vine"));
            // The one letter to the shop itself speaks of its customer.
            assert!(
                written.subject.contains("Malt & Vine") || kind.name.contains("message"),
                "{letter:?}: {}",
                written.subject
            );
            assert!(written.html.contains("Malt &amp; Vine"), "{letter:?}");
            assert!(!written.text.contains("&amp;"), "escaped text: {letter:?}");
            if let Some((_, shown)) = kind.shows {
                assert!(written.text.contains(shown) && written.html.contains(shown), "{letter:?}");
            }
            for link in letter.links() {
                assert!(written.text.contains(&link) && written.html.contains(&link), "{letter:?}");
            }
        }
    }
}

#[test]
fn every_letter_has_the_values_that_are_documented_and_no_others() {
    for kind in &KINDS {
        for letter in Letter::samples(kind.name).expect("a sample") {
            let values = letter.values(&shop("Shop"), true, Some("x"));
            let mut names: Vec<String> =
                values.try_iter().expect("a map").map(|name| name.to_string()).collect();
            let mut known: Vec<String> =
                COMMON.iter().chain(kind.variables).map(|(name, _)| (*name).to_owned()).collect();
            names.sort();
            known.sort();
            assert_eq!(names, known, "{}", kind.name);
        }
    }
}

#[test]
fn what_people_wrote_is_escaped_and_keeps_its_lines() {
    let evil = "<b>Ann</b> & 'co'\n<script>alert(1)</script>".to_owned();
    let letter = Letter::ContactMessage {
        name: evil.clone(),
        email: "ann@example.com".to_owned(),
        subject: "Hello".to_owned(),
        topic: Some(evil.clone()),
        order_ref: None,
        message: evil.clone(),
    };
    let written = written(&letter, &shop("Shop"));
    assert!(!written.html.contains("<b>Ann") && !written.html.contains("<script"), "{}", written.html);
    assert!(written.html.contains("&#39;co&#39;<br>\n&lt;script&gt;"), "{}", written.html);
    assert!(written.text.contains(&evil), "{}", written.text);
}

#[test]
fn the_text_ends_with_the_shops_name_and_address_on_lines_of_their_own() {
    let mut shop = shop("Malt & Vine");
    let mut form = shop.settings.to_form();
    form.contact_email = Some("hello@vine.example".to_owned());
    shop.settings = Arc::new(form.parse().expect("valid settings"));
    let letter = Letter::PasswordChanged { first_name: "Ann".to_owned() };
    let written = written(&letter, &shop);
    assert!(written.text.ends_with("\n-- \nMalt & Vine\nhello@vine.example\n"), "{}", written.text);
}

#[test]
fn a_token_goes_into_the_shops_page_or_stands_alone() {
    let page = Url::parse("https://shop.example/verify?lang=en").expect("a URL");
    let with = |return_url| Letter::ResetPassword {
        first_name: "Ann".to_owned(),
        token: "mzm_token".to_owned(),
        return_url,
    };
    assert_eq!(with(Some(page)).links(), ["https://shop.example/verify?lang=en&token=mzm_token"]);
    assert!(with(None).links().is_empty());
    assert!(written(&with(None), &shop("Shop")).text.contains("mzm_token"));
}

#[test]
fn a_mail_that_is_not_the_only_one_says_so() {
    let with = |standing| Letter::VerifyEmail {
        first_name: "Ann".to_owned(),
        token: "mzm_token".to_owned(),
        return_url: None,
        standing,
    };
    for (standing, says) in [
        (Standing::Alone, [false, false, false]),
        (Standing::OneOfSeveral, [true, true, false]),
        (Standing::NoneOfSeveral, [true, false, true]),
    ] {
        let written = written(&with(standing), &shop("Shop"));
        let sentences = ["more than one", "the one of Ann", "forgotten password"];
        assert_eq!(sentences.map(|part| written.text.contains(part)), says, "{}", written.text);
        assert_eq!(sentences.map(|part| written.html.contains(part)), says, "{}", written.html);
    }
}

fn own(part: Part, source: &str) -> Own {
    let source = Some(domain::messaging::TemplateSource::parse(source).expect("a source"));
    match part {
        Part::Subject => Own { subject: source, ..Own::default() },
        Part::Html => Own { html: source, ..Own::default() },
        Part::Text => Own { text: source, ..Own::default() },
    }
}

#[test]
fn a_shops_own_parts_stand_beside_the_built_in_ones() {
    let [letter, _] = Letter::samples("password_changed").expect("a sample");
    let source =
        "{% extends \"layout.html\" %}\n{% block content %}<i>Dear {{ first_name|upper }}</i>{% endblock %}";
    let mine = templates::write(&letter, &shop("A <b>"), &own(Part::Html, source)).expect("it holds");
    assert!(mine.html.contains("<i>Dear ANN</i>") && mine.html.contains("A &lt;b&gt;"), "{}", mine.html);
    assert_eq!(mine.text, written(&letter, &shop("A <b>")).text);
    let subject = templates::write(&letter, &shop("S"), &own(Part::Subject, " Hello\n {{ first_name }} "));
    assert_eq!(subject.expect("it holds").subject, "Hello Ann");
}

#[test]
fn a_broken_part_is_told_with_its_line() {
    let [letter, _] = Letter::samples("password_changed").expect("a sample");
    for (part, source, line, reason) in [
        (Part::Html, "a\nb {{ token }}", 2, "no value `token`"),
        (Part::Text, "a\n{% if not first_name %}\n{{ link }}{% endif %}", 3, "no value `link`"),
        (Part::Subject, "{{ subject }}", 1, "no value `subject`"),
        (Part::Text, "a\n{% extends \"verify_email.txt\" %}", 2, "layout"),
        (Part::Text, "a\nb\n{{ first_name|nothing }}", 3, "nothing"),
        (Part::Html, "a\n{% if first_name %}", 2, ""),
        (Part::Html, "a\n{{ first_name.token }}", 2, "not there"),
        (Part::Text, "{{ debug() }}", 1, ""),
        (Part::Subject, "{# nothing #}", 1, "empty"),
        (Part::Html, "{% block a %}{{ self.a() }}{% endblock %}", 1, ""),
    ] {
        let fault = templates::write(&letter, &shop("S"), &own(part, source)).expect_err(source);
        assert_eq!((fault.part, fault.fault.line), (part, line), "{source}: {fault}");
        assert!(fault.fault.reason.contains(reason), "{source}: {fault}");
    }
}

#[test]
fn a_part_that_writes_too_much_is_stopped() {
    let letter = Letter::MessageReply {
        name: "Ann".to_owned(),
        subject: "Hello".to_owned(),
        message: "x".repeat(5000),
    };
    let source = "{{message}}".repeat(5000);
    let fault = templates::write(&letter, &shop("S"), &own(Part::Text, &source)).expect_err("too long");
    assert!(fault.fault.reason.contains("too much"), "{fault}");
    let source = "{% if message %}{{message}}{% endif %}".repeat(1500);
    assert!(templates::write(&letter, &shop("S"), &own(Part::Html, &source)).is_err());
}

#[test]
fn every_built_in_part_can_be_a_shops_own() {
    for kind in &KINDS {
        for part in Part::ALL {
            let mine = own(part, templates::built_in_source(kind.name, part));
            for letter in Letter::samples(kind.name).expect("a sample") {
                let same = templates::write(&letter, &shop("S"), &mine).expect("it holds");
                assert_eq!(same, written(&letter, &shop("S")), "{}", kind.name);
            }
        }
    }
}

fn subscription(occasion: SubscriptionOccasion, facts: SubscriptionFacts) -> Written {
    let facts = SubscriptionFacts { package: "Reds & Whites".to_owned(), ..facts };
    written(&Letter::Subscription { occasion, facts: Box::new(facts) }, &shop("Shop"))
}

#[test]
fn a_letter_about_a_subscription_holds_together_without_what_may_be_missing() {
    for kind in KINDS.iter().filter(|kind| kind.name.contains("subscription")) {
        for letter in Letter::samples(kind.name).expect("a sample") {
            let Letter::Subscription { occasion, facts } = letter else { panic!("{}", kind.name) };
            let least = SubscriptionFacts {
                gone: facts.gone.clone(),
                redeem_code: facts.redeem_code.clone(),
                ..SubscriptionFacts::default()
            };
            for facts in [*facts, least] {
                let Written { subject, text, html } = subscription(occasion, facts);
                let html = html.replace("text-decoration:none", "");
                for part in [&subject, &text, &html] {
                    for wrong in ["none", "  ", " .", " ,", ".."] {
                        assert!(!part.contains(wrong), "{wrong:?}: {part}");
                    }
                }
                assert!(!text.contains("\n\n\n") && text.contains("\n\n-- \n"), "{text}");
            }
        }
    }
}

#[test]
fn a_subscription_is_told_how_often_it_comes() {
    for (interval, says) in [(1, "every month."), (3, "every 3 months.")] {
        let facts = SubscriptionFacts { interval, ..SubscriptionFacts::default() };
        let written = subscription(SubscriptionOccasion::Begun, facts);
        assert!(written.text.contains(says) && written.html.contains(says), "{}", written.text);
    }
}

#[test]
fn a_cancelled_subscription_is_told_until_when_it_runs_and_why() {
    for (ends, unpaid) in [(None, false), (None, true), (Some("7 October 2024"), false)] {
        let facts =
            SubscriptionFacts { ends: ends.map(ToOwned::to_owned), unpaid, ..SubscriptionFacts::default() };
        let written = subscription(SubscriptionOccasion::Cancelled, facts);
        for part in [&written.text, &written.html] {
            assert_eq!(part.contains("still runs until 7 October 2024"), ends.is_some(), "{part}");
            assert_eq!(part.contains("its payment failed"), unpaid, "{part}");
        }
    }
}

#[test]
fn a_givers_words_are_escaped_and_keep_their_lines() {
    let facts = SubscriptionFacts {
        giver: Some("<b>Bob</b>\nBcc: all".to_owned()),
        message: Some("For you,\n<i>Ann</i>".to_owned()),
        ..SubscriptionFacts::default()
    };
    let written = subscription(SubscriptionOccasion::Gift, facts);
    assert_eq!(written.subject, "A present for you at Shop, from <b>Bob</b> Bcc: all");
    assert!(written.html.contains("For you,<br>\n&lt;i&gt;Ann&lt;/i&gt;"), "{}", written.html);
    assert!(!written.html.contains("<b>Bob"), "{}", written.html);
    assert!(written.text.contains("For you,\n<i>Ann</i>\n"), "{}", written.text);
}
