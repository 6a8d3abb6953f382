//! The file: what several processes do to it, what a crash leaves of it, and that its sums come out.

use std::collections::HashMap;
use std::io::Write as _;

use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[tokio::test]
async fn two_processes_share_one_book() {
    let folder = folder();
    let (one, other) = (open(folder.path()), open(folder.path()));
    let first = paid(&one, 1).await;
    assert_eq!(paid(&other, 1).await, first, "the names are the same in both");
    paid(&other, 2).await;
    other.refund(&refund(1, &first.reference, 2500)).await.expect("an answer");
    assert!(matches!(one.refund(&refund(2, &first.reference, 1)).await, Err(PaymentError::Refused(_))));
    let card = keep(&other, "a", "tok_ok_then_declined_once").await;
    assert_eq!(declined(&one.charge(&renewal(3, &card)).await.expect("an answer")).1, "card_declined");
    assert_eq!(other.charge(&renewal(4, &card)).await.expect("an answer").status, PaymentStatus::Succeeded);
    assert_eq!(one.charges(OURS, 0, 10).await, other.charges(OURS, 0, 10).await);
}

#[test]
fn charges_side_by_side_through_two_processes_are_one_for_each_key() {
    let folder = folder();
    let (one, other) = (open(folder.path()), open(folder.path()));
    let runtime = runtime();
    runtime.block_on(async {
        let calls = (0..400_u128).map(|call| {
            let sandbox = if call % 2 == 0 { &one } else { &other };
            async move { sandbox.charge(&charge(1 + call / 4, token("tok_ok"))).await }
        });
        let answers = futures_util::future::join_all(calls).await;
        assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|payment| payment.method.is_some())));
        let (charges, total) = one.charges(OURS, 0, 1000).await.expect("the books");
        assert_eq!((charges.len(), total), (100, 100));
    });
    let book = std::fs::read_to_string(folder.path().join("sandbox/books.jsonl")).expect("the books");
    assert_eq!(book.lines().count(), 100, "what was there already wrote nothing");
}

#[test]
fn wherever_the_file_is_cut_the_whole_lines_count() {
    let folder = folder();
    let runtime = runtime();
    let path = folder.path().join("sandbox/books.jsonl");
    let sandbox = open(folder.path());
    runtime.block_on(async {
        for key in 1..=3 {
            paid(&sandbox, key).await;
        }
    });
    drop(sandbox);
    let whole = std::fs::read(&path).expect("the books");
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).expect("a cut");
        let lines = whole[..length].split(|byte| *byte == b'\n').skip(1).count();
        let sandbox = open(folder.path());
        runtime.block_on(async {
            assert_eq!(sandbox.charges(OURS, 0, 10).await.expect("the books").1, lines, "cut at {length}");
            if length % 50 == 0 {
                // What is written next stands on a line of its own.
                paid(&sandbox, 9).await;
                assert_eq!(sandbox.charges(OURS, 0, 10).await.expect("the books").1, lines + 1);
                assert_eq!(open(folder.path()).charges(OURS, 0, 10).await.expect("the books").1, lines + 1);
            }
        });
    }
}

#[tokio::test]
async fn a_line_that_another_process_left_half_written_is_taken_out() {
    let folder = folder();
    let sandbox = open(folder.path());
    paid(&sandbox, 1).await;
    let path = folder.path().join("sandbox/books.jsonl");
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("the books");
    file.write_all(br#"{"tenant":"0000"#).expect("half a line");
    paid(&sandbox, 2).await;
    assert_eq!(open(folder.path()).charges(OURS, 0, 10).await.expect("the books").1, 2);
}

#[tokio::test]
async fn books_that_were_emptied_are_begun_anew() {
    let folder = folder();
    let sandbox = open(folder.path());
    paid(&sandbox, 1).await;
    std::fs::write(folder.path().join("sandbox/books.jsonl"), "").expect("emptied");
    assert_eq!(sandbox.look_up(&asked(1)).await, Ok(None));
    paid(&sandbox, 1).await;
    assert_eq!(sandbox.charges(OURS, 0, 10).await.expect("the books").1, 1);
}

#[tokio::test]
async fn a_line_that_is_no_line_is_told_with_its_number() {
    let folder = folder();
    let sandbox = open(folder.path());
    paid(&sandbox, 1).await;
    let path = folder.path().join("sandbox/books.jsonl");
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("the books");
    file.write_all(b"{}\n").expect("a line");
    // Nobody knows what it said, so nothing is known.
    assert!(matches!(sandbox.look_up(&asked(1)).await, Err(PaymentError::Unknown(_))));
    let error = open(folder.path()).charges(OURS, 0, 10).await.expect_err("is refused").to_string();
    assert!(error.contains("line 2 of") && error.contains("move the file away"), "{error}");
}

/// What is done to a sandbox.
#[derive(Clone, Debug)]
enum Step {
    Charge { key: u128, token: &'static str, capture: bool },
    Capture(u128),
    Cancel(u128),
    Authenticate { key: u128, approves: bool },
    Refund { key: u128, payment: u128, amount: i64 },
    Faults(Faults),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 1..6_u128;
    let token =
        prop::sample::select(vec!["tok_ok", "tok_declined", "tok_authentication_required", "tok_unknown"]);
    prop_oneof![
        4 => (key.clone(), token, any::<bool>()).prop_map(|(key, token, capture)| Step::Charge { key, token, capture }),
        1 => key.clone().prop_map(Step::Capture),
        1 => key.clone().prop_map(Step::Cancel),
        2 => (key.clone(), any::<bool>()).prop_map(|(key, approves)| Step::Authenticate { key, approves }),
        4 => (1..8_u128, key, 1..2600_i64).prop_map(|(key, payment, amount)| Step::Refund { key, payment, amount }),
        1 => (0..2_u64, 0..2_u64).prop_map(|(fail_next, cut_next)| {
            Step::Faults(Faults { fail_next, cut_next, ..Faults::default() })
        }),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_books_balance_whatever_is_done(steps in prop::collection::vec(step(), 1..40)) {
        let folder = folder();
        let nodes = [open(folder.path()), open(folder.path())];
        let references: HashMap<u128, String> =
            (1..6).map(|key| (key, nodes[0].names.payment(OURS, PaymentId::new(Uuid::from_u128(key))))).collect();
        let mut nodes = Nodes { nodes: nodes.into(), turn: 0 };
        let mut given_back: HashMap<u128, (u128, i64)> = HashMap::new();
        let runtime = runtime();
        runtime.block_on(async {
            for step in steps {
                let sandbox = nodes.next();
                match step {
                    Step::Charge { key, token: name, capture } => {
                        let asked = Charge { capture, ..charge(key, token(name)) };
                        drop(sandbox.charge(&asked).await);
                    }
                    Step::Capture(key) => drop(sandbox.capture(&asked(key)).await),
                    Step::Cancel(key) => drop(sandbox.cancel(&asked(key)).await),
                    Step::Authenticate { key, approves } => {
                        drop(sandbox.authenticate(&references[&key], approves).await);
                    }
                    Step::Refund { key, payment, amount } => {
                        let asked = refund(key, &references[&payment], amount);
                        let answer = sandbox.refund(&asked).await;
                        let is_known = matches!(sandbox.faults(OURS).await, Ok(faults) if faults == Faults::default());
                        if let Ok(refunded) = answer {
                            let first = given_back.entry(key).or_insert((payment, amount));
                            prop_assert_eq!(*first, (payment, amount));
                            if is_known {
                                prop_assert_eq!(sandbox.look_up_refund(&asked).await, Ok(Some(refunded)));
                            }
                        }
                    }
                    Step::Faults(faults) => drop(sandbox.set_faults(OURS, faults).await),
                    Step::Reopen => nodes.replace(open(folder.path())),
                }
            }
            let last = open(folder.path());
            let (charges, total) = last.charges(OURS, 0, 100).await.expect("the books");
            prop_assert_eq!(charges.len(), total);
            let mut keys: Vec<_> = charges.iter().map(|charge| charge.idempotency_key).collect();
            keys.sort();
            keys.dedup();
            prop_assert_eq!(keys.len(), total, "one charge for each key");
            for charge in &charges {
                prop_assert!(charge.refunded.minor() <= charge.amount.minor());
                prop_assert!(charge.refunded.minor() == 0 || charge.status.ends_with("refunded"));
            }
            // What was answered is in the books; what was cut may be there besides.
            let told: i64 = given_back.values().map(|(_, amount)| amount).sum();
            prop_assert!(told <= charges.iter().map(|charge| charge.refunded.minor()).sum::<i64>());
            prop_assert_eq!(nodes.next().charges(OURS, 0, 100).await, Ok((charges, total)));
            Ok(())
        })?;
    }
}

/// Two processes that take turns.
struct Nodes {
    nodes: Vec<Sandbox>,
    turn: usize,
}

impl Nodes {
    fn next(&mut self) -> &Sandbox {
        self.turn = (self.turn + 1) % self.nodes.len();
        &self.nodes[self.turn]
    }

    fn replace(&mut self, node: Sandbox) {
        self.nodes[self.turn] = node;
    }
}
