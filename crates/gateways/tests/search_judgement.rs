//! What the search finds in a small shop, judged by questions whose answers were written down before the search was. The
//! figures are printed (`cargo test -p marzipan-gateways --test search_judgement -- --nocapture`), and may not fall.

#![expect(clippy::print_stdout, reason = "the figures are what this test is for")]

#[path = "search_judgement/judge.rs"]
mod judge;

use judge::{Judged, judge};

#[test]
fn the_questions_have_their_answers() {
    let Judged { asked, first, wanted, found, misses } = judge();
    for miss in misses {
        println!("{miss}");
    }
    let (first, recall) = (first * 1000 / asked, found * 1000 / wanted);
    println!("{asked} questions: the first hit is right in {first} ‰, recall among ten is {recall} ‰");
    assert!(asked >= 60, "{asked} questions");
    assert!(first >= 950, "the first hit is right in {first} ‰");
    assert!(recall >= 970, "recall is {recall} ‰");
}
