//! Subscriptions against a model of them: what customers, staff, time, a bad provider and `kill -9` do in any order, and what
//! must be true after each step. The model knows the rules by itself: nothing of it is read from the server's own code.
//!
//! A failure prints its seed. `MARZIPAN_MODEL_SEED` begins with another and `MARZIPAN_MODEL_CASES` says how many cases are
//! tried, each with the seed after the one before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use marzipan_tests::{Answer, Client, Installation, PASSWORD, Server, Shop, on_both_engines};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::carts::wine;
use crate::subscriptions::{club, join, six};

on_both_engines!(whatever_happens_the_books_agree);

const SEED: u64 = 2026;
const CASES: u64 = 6;
const STEPS: usize = 25;
const MEMBERS: usize = 3;
const STOCK: i64 = 100_000;
/// What customers join with. The first two are never refused.
const CARDS: [&str; 6] = [
    "tok_ok",
    "tok_unknown",
    "tok_ok_then_declined",
    "tok_ok_then_declined_once",
    "tok_ok_then_lost_card",
    "tok_authentication_on_renewal",
];
/// What the worker does in the background is done in this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// What somebody asks of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Skip,
    Pause { days: Option<i64> },
    Resume,
    CancelNow,
    CancelAtPeriodEnd,
    Reactivate,
    Renew,
    Interval(i64),
    Items([i64; 2]),
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Ask { member: usize, is_staff: bool, command: Command },
    NewCard { member: usize },
    Refund { member: usize, amount: Option<i64> },
    Retry { member: usize },
    Clock { hours: i64 },
    Faults { kind: &'static str, count: u32 },
    CrashInClock { hours: i64, after_us: u64 },
    CrashInRenew { member: usize, after_us: u64 },
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        2 => Just(Command::Skip),
        2 => prop_oneof![Just(None), (1_i64..90).prop_map(Some)].prop_map(|days| Command::Pause { days }),
        3 => Just(Command::Resume),
        1 => Just(Command::CancelNow),
        1 => Just(Command::CancelAtPeriodEnd),
        3 => Just(Command::Reactivate),
        4 => Just(Command::Renew),
        2 => (1_i64..=3).prop_map(Command::Interval),
        2 => (0_i64..=6, 6_i64..=9).prop_map(|(some, all)| Command::Items([some, all - some])),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let moment = || 0_u64..120_000;
    let faults = prop_oneof![Just("failNext"), Just("cutNext"), Just("malformedNext"), Just("latencyMs")];
    let hours = prop_oneof![1_i64..24, (1_i64..14).prop_map(|days| days * 24), 28_i64 * 24..62 * 24];
    let step = prop_oneof![
        20 => (0..MEMBERS, any::<bool>(), commands())
            .prop_map(|(member, is_staff, command)| Step::Ask { member, is_staff, command }),
        2 => (0..MEMBERS).prop_map(|member| Step::NewCard { member }),
        2 => (0..MEMBERS, prop_oneof![Just(None), Just(Some(1000))])
            .prop_map(|(member, amount)| Step::Refund { member, amount }),
        2 => (0..MEMBERS).prop_map(|member| Step::Retry { member }),
        13 => hours.prop_map(|hours| Step::Clock { hours }),
        4 => (faults, 1_u32..5).prop_map(|(kind, count)| Step::Faults { kind, count }),
        1 => (24_i64..40 * 24, moment()).prop_map(|(hours, after_us)| Step::CrashInClock { hours, after_us }),
        1 => (0..MEMBERS, moment()).prop_map(|(member, after_us)| Step::CrashInRenew { member, after_us }),
    ];
    prop::collection::vec(step, STEPS)
}

/// Where a subscription of the model can stand. None of its shops lets one expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Active,
    PastDue,
    Paused,
    Cancelled,
}

impl Status {
    fn parse(shown: &Value) -> Result<Self, String> {
        match shown.as_str() {
            Some("active") => Ok(Self::Active),
            Some("past_due") => Ok(Self::PastDue),
            Some("paused") => Ok(Self::Paused),
            Some("cancelled") => Ok(Self::Cancelled),
            _ => Err(format!("the status {shown} should not be there")),
        }
    }

    /// What it may be after a command that was done; nothing where that is not to be done at all.
    fn commanded(self, command: Command) -> &'static [Self] {
        use Status::{Active, Cancelled, PastDue, Paused};
        match (self, command) {
            (Active, Command::Skip | Command::Interval(_) | Command::Items(_))
            | (Paused, Command::Resume)
            | (Active | Cancelled, Command::Reactivate) => &[Active],
            (Paused, Command::Interval(_) | Command::Items(_))
            | (Active | PastDue | Paused, Command::Pause { .. }) => &[Paused],
            (Active, Command::CancelAtPeriodEnd) => &[Active, Cancelled],
            (Active | PastDue | Paused, Command::CancelNow)
            | (PastDue | Paused, Command::CancelAtPeriodEnd) => &[Cancelled],
            (Active | PastDue, Command::Renew) => &[Active, PastDue],
            _ => &[],
        }
    }
}

/// Whether the server may never refuse this where its table has a way for it.
fn is_always_granted(command: Command) -> bool {
    use Command::{CancelAtPeriodEnd, CancelNow, Pause, Resume};
    matches!(command, Pause { .. } | Resume | CancelNow | CancelAtPeriodEnd)
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Done,
    Refused,
    /// Nobody heard.
    Lost,
}

/// A customer and their subscription, as the model knows them.
#[expect(clippy::struct_excessive_bools, reason = "they are independent of one another")]
struct Member {
    email: String,
    customer: String,
    subscription: String,
    session: Client,
    /// Bottles of each wine in a box.
    picks: [i64; 2],
    /// Its card is never refused; as soon as nothing is open any more, if it is a new one.
    is_sure: bool,
    has_new_card: bool,
    status: Status,
    /// It is paused until a day.
    wakes: bool,
    /// It is to end with its period.
    ends: bool,
    /// Its renewal is being charged, or was, and nobody knows.
    is_under_way: bool,
    /// How often the sandbox was asked for its money.
    charges: usize,
}

impl Member {
    /// What it may turn into without being asked, with time passing or without.
    fn by_itself(&self, from: Status, has_time_passed: bool) -> BTreeSet<Status> {
        use Status::{Active, Cancelled, PastDue, Paused};
        let (sure, time) = (self.is_sure, has_time_passed);
        let may_be = match from {
            Active => [(Active, true), (PastDue, !sure), (Cancelled, time && (self.ends || !sure))],
            PastDue => [(PastDue, true), (Active, true), (Cancelled, time)],
            Paused => {
                let wakes = time && self.wakes;
                let ends = time && self.ends || wakes && !sure;
                return [(Paused, true), (Active, wakes), (PastDue, wakes && !sure), (Cancelled, ends)]
                    .into_iter()
                    .filter_map(|(status, may)| may.then_some(status))
                    .collect();
            }
            Cancelled => [(Cancelled, true); 3],
        };
        may_be.into_iter().filter_map(|(status, may)| may.then_some(status)).collect()
    }

    /// All that it may be after a step in which this was asked of it.
    fn may_be(&self, asked: Option<(Command, Told)>, has_time_passed: bool) -> BTreeSet<Status> {
        let mut all = BTreeSet::new();
        for before in self.by_itself(self.status, has_time_passed) {
            let mut after = BTreeSet::new();
            if asked.is_none_or(|(_, told)| told != Told::Done) {
                after.insert(before);
            }
            if let Some((command, Told::Done | Told::Lost)) = asked {
                after.extend(before.commanded(command));
            }
            all.extend(after.into_iter().flat_map(|status| self.by_itself(status, has_time_passed)));
        }
        all
    }
}

/// What the shop and the provider have written down at one moment.
struct Books {
    charges: Vec<Value>,
    renewals: Vec<Value>,
    orders: Vec<Value>,
    subscriptions: Vec<Value>,
    left: [i64; 2],
}

fn minor(money: &Value) -> i64 {
    money["value"].as_i64().unwrap_or_else(|| panic!("no money: {money}"))
}

fn is_taken(charge: &Value) -> bool {
    ["succeeded", "refunded", "partially_refunded"].iter().any(|status| charge["status"] == **status)
}

fn is_one_of(value: &Value, words: &[&str]) -> bool {
    words.iter().any(|word| value == word)
}

impl Books {
    fn taken_for<'a>(&'a self, order: &Value) -> Vec<&'a Value> {
        let id = &order["id"];
        self.charges.iter().filter(|charge| charge["reference"] == *id && is_taken(charge)).collect()
    }

    fn renewal_of(&self, order: &Value) -> Option<&Value> {
        self.renewals.iter().find(|renewal| renewal["orderId"] == order["id"])
    }

    /// Whether nothing waits for its provider.
    fn is_settled(&self) -> bool {
        let waits = ["scheduled", "pending", "charging", "unknown"];
        let mut refunds = self.orders.iter().flat_map(|order| order["refunds"].as_array().expect("refunds"));
        !self.renewals.iter().any(|renewal| is_one_of(&renewal["status"], &waits))
            && !refunds.any(|refund| refund["status"] == "pending")
    }

    /// Each order has the money that it says it has, and none but that is anywhere.
    fn check_money(&self) -> Result<(), String> {
        for charge in self.charges.iter().filter(|charge| is_taken(charge)) {
            if !self.orders.iter().any(|order| order["id"] == charge["reference"]) {
                return Err(format!("money without an order: {charge}"));
            }
        }
        for order in &self.orders {
            let (taken, renewal) = (self.taken_for(order), self.renewal_of(order));
            let status = renewal.map_or(&Value::Null, |renewal| &renewal["status"]);
            let told = || format!("taken {taken:?}, renewal {renewal:?}, order {order}");
            let is_paid = !order["paidAt"].is_null();
            let may_be_taken = is_paid || is_one_of(status, &["charging", "unknown"]);
            if taken.len() > 1 || (!taken.is_empty() && !may_be_taken) || (taken.is_empty() && is_paid) {
                return Err(format!("charged {} times: {}", taken.len(), told()));
            }
            if renewal.is_some() && is_paid != (status == "paid") {
                return Err(format!("the renewal and its order differ: {}", told()));
            }
            // What holds bottles without being paid has to be waited for by somebody.
            let is_open = is_one_of(status, &["pending", "charging", "unknown", "failed"]);
            if !is_paid && (order["status"] == "cancelled") == is_open {
                return Err(format!("unpaid, and left or lost: {}", told()));
            }
            let refunds = order["refunds"].as_array().expect("refunds");
            let waits = refunds.iter().any(|refund| refund["status"] == "pending");
            for charge in &taken {
                let (back, said) = (minor(&charge["refunded"]), minor(&order["refundedTotal"]));
                let agrees = if waits { back <= said } else { back == said };
                if !agrees || minor(&charge["amount"]) != minor(&order["total"]) {
                    return Err(format!("the sums differ: {}", told()));
                }
            }
        }
        Ok(())
    }

    /// Once nothing waits, the sums of both sides are the same.
    fn check_sums(&self) -> Result<(), String> {
        let taken: Vec<&Value> = self.charges.iter().filter(|charge| is_taken(charge)).collect();
        let paid: Vec<&Value> = self.orders.iter().filter(|order| !order["paidAt"].is_null()).collect();
        let kept: i64 =
            taken.iter().map(|charge| minor(&charge["amount"]) - minor(&charge["refunded"])).sum();
        let earned: i64 =
            paid.iter().map(|order| minor(&order["total"]) - minor(&order["refundedTotal"])).sum();
        let is_paid = |renewal: &&Value| renewal["status"] == "paid" && minor(&renewal["amount"]) > 0;
        let renewed = self.renewals.iter().filter(is_paid).count();
        let for_renewals =
            |charge: &&&Value| self.renewals.iter().any(|renewal| renewal["orderId"] == charge["reference"]);
        let charged = taken.iter().filter(for_renewals).count();
        if (kept, taken.len(), renewed) == (earned, paid.len(), charged) {
            return Ok(());
        }
        Err(format!(
            "taken {kept} with {} charges, {charged} of renewals; earned {earned} with {} orders, {renewed} renewals",
            taken.len(),
            paid.len()
        ))
    }

    /// Each cycle has one renewal, and none is left out.
    fn check_cycles(&self, member: &Member) -> Result<(), String> {
        let of_this = |renewal: &&Value| renewal["subscriptionId"] == *member.subscription;
        let mut own: Vec<&Value> = self.renewals.iter().filter(of_this).collect();
        own.sort_by_key(|renewal| renewal["cycle"].as_i64());
        for (before, after) in own.iter().zip(own.iter().skip(1)) {
            let follows = after["cycle"].as_i64() == before["cycle"].as_i64().map(|cycle| cycle + 1);
            if !follows || after["createdAt"].as_str() < before["createdAt"].as_str() {
                return Err(format!("{after} does not follow {before}"));
            }
        }
        for left in own.iter().filter(|renewal| is_one_of(&renewal["status"], &["skipped", "cancelled"])) {
            if self.charges.iter().any(|charge| charge["reference"] == left["orderId"] && is_taken(charge)) {
                return Err(format!("charged for what was left out: {left}"));
            }
        }
        let open =
            own.iter().filter(|renewal| !is_one_of(&renewal["status"], &["paid", "skipped", "cancelled"]));
        if open.count() > 1 {
            return Err(format!("two renewals are open: {own:?}"));
        }
        Ok(())
    }

    fn charges_of(&self, member: &Member) -> usize {
        let is_theirs = |charge: &&Value| {
            self.orders
                .iter()
                .any(|order| order["id"] == charge["reference"] && order["customerId"] == *member.customer)
        };
        self.charges.iter().filter(is_theirs).count()
    }
}

/// A shop in the middle of a case.
struct World {
    admin: Client,
    visitor: Client,
    members: Vec<Member>,
    wines: [String; 2],
    /// What each order holds, as the box was when it was made.
    holds: BTreeMap<String, [i64; 2]>,
    books: Books,
    /// What to read when it fails.
    tale: Tale,
}

/// Tells what happened, if the test fails.
struct Tale(String);

impl Drop for Tale {
    #[expect(clippy::print_stderr, reason = "the test runner shows it beside the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

fn whatever_happens_the_books_agree(installation: &Installation) {
    let told = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (seed, cases) =
        (told("MARZIPAN_MODEL_SEED").unwrap_or(SEED), told("MARZIPAN_MODEL_CASES").unwrap_or(CASES));
    let mut server = Server::start(installation);
    for seed in seed..seed + cases {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let cards = prop::collection::vec(prop::sample::select(&CARDS[..]), MEMBERS);
        let made = (cards, steps()).new_tree(&mut runner).expect("a case");
        let (cards, steps) = made.current();
        let mut world = World::open(&server, installation, seed, &cards);
        for step in steps {
            world.take(&mut server, step);
        }
        world.settle(&mut server);
    }
}

impl World {
    fn open(server: &Server, installation: &Installation, seed: u64, cards: &[&str]) -> Self {
        let tale = Tale(format!("MARZIPAN_MODEL_SEED={seed} MARZIPAN_MODEL_CASES=1, {cards:?}"));
        let shop = Shop::open_on(server, installation);
        let bottles = ["Malbec", "Syrah"].map(|name| wine(&shop, name, 1200, Some(STOCK)));
        let club = club(&shop, &[&bottles[0], &bottles[1]]);
        let members = cards.iter().map(|card| {
            let customer = shop.customer();
            let subscription = join(&shop, &customer, &club, &six(&bottles[0]), card);
            Member {
                email: customer.email.clone(),
                customer: customer.id.clone(),
                subscription,
                session: customer.clone(),
                picks: [6, 0],
                is_sure: CARDS[..2].contains(card),
                has_new_card: false,
                status: Status::Active,
                wakes: false,
                ends: false,
                is_under_way: false,
                charges: 1,
            }
        });
        let members: Vec<Member> = members.collect();
        let wines = bottles.map(|bottle| bottle["id"].as_str().expect("an id").to_owned());
        let books =
            Books { charges: vec![], renewals: vec![], orders: vec![], subscriptions: vec![], left: [0; 2] };
        let (admin, visitor) = (shop.admin(), shop.visitor());
        let mut world = Self { admin, visitor, members, wines, holds: BTreeMap::new(), books, tale };
        world.check(&[None; MEMBERS], false);
        world
    }

    /// Does a step, and looks at everything after it.
    fn take(&mut self, server: &mut Server, step: Step) {
        write!(self.tale.0, "\n  {step:?}").expect("memory");
        let mut asked = [None; MEMBERS];
        let mut has_time_passed = false;
        match step {
            Step::Ask { member, is_staff, command } => {
                let told = self.ask(member, is_staff, command);
                asked[member] = Some((command, told));
                if let (Command::Items(picks), Told::Done) = (command, told) {
                    self.members[member].picks = picks;
                }
            }
            Step::NewCard { member } => self.new_card(member),
            Step::Refund { member, amount } => self.refund(member, amount),
            Step::Retry { member } => self.retry(member),
            Step::Clock { hours } => {
                self.move_clock(hours);
                has_time_passed = true;
            }
            Step::Faults { kind, count } => {
                let count = if kind == "latencyMs" { count * 5 } else { count };
                self.set_faults(&json!({ kind: count }));
            }
            Step::CrashInClock { hours, after_us } => {
                let request = self.clock_request(hours);
                crash(server, after_us, request);
                self.move_clock(1);
                has_time_passed = true;
            }
            Step::CrashInRenew { member, after_us } => {
                let path = format!("/admin/v1/subscriptions/{}/renew", self.members[member].subscription);
                crash(server, after_us, self.admin.post(&path).json(&json!({})));
                asked[member] = Some((Command::Renew, Told::Lost));
                self.move_clock(1);
                has_time_passed = true;
            }
        }
        self.check(&asked, has_time_passed);
    }

    /// Lets everything come to its end, and then looks closer.
    fn settle(&mut self, server: &mut Server) {
        self.tale.0.push_str("\n  it settles");
        self.set_faults(&json!({}));
        for hour in 1.. {
            self.take(server, Step::Clock { hours: 1 });
            if self.books.is_settled() {
                break;
            }
            assert!(hour < 48, "it never settles: {:?}", self.books.renewals);
        }
        self.books.check_sums().unwrap_or_else(|wrong| panic!("{wrong}"));
        let now = self.now();
        for shown in &self.books.subscriptions {
            let next: Option<jiff::Timestamp> =
                shown["renewalDate"].as_str().map(|time| time.parse().expect("RFC 3339"));
            let goes_on = shown["status"] == "active" && shown["cancelsAt"].is_null();
            assert!(
                !goes_on || next.is_some_and(|next| next > now),
                "it is {now}, and it stands still: {shown}"
            );
        }
    }

    fn now(&self) -> jiff::Timestamp {
        self.admin.get("/admin/v1/test-clock").send().expect(200).string("now").parse().expect("RFC 3339")
    }

    fn clock_request(&self, hours: i64) -> marzipan_tests::Request {
        let then = self.now() + jiff::SignedDuration::from_hours(hours);
        self.admin.post("/admin/v1/test-clock").json(&json!({ "now": then.to_string() }))
    }

    fn move_clock(&self, hours: i64) {
        self.clock_request(hours).send().expect(200);
    }

    fn set_faults(&self, faults: &Value) {
        self.admin.post("/admin/v1/sandbox/settings").json(faults).send().expect(200);
    }

    /// Asks as the customer, who signs in anew when their session is over.
    fn as_customer(&mut self, member: usize, method: &str, path: &str, body: &Value) -> Answer {
        let member = &mut self.members[member];
        let answer = member.session.request(method, path).json(body).send();
        if answer.status != 401 {
            return answer;
        }
        let who = json!({ "email": member.email, "password": PASSWORD, "device": "phone" });
        let token = self.visitor.post("/v1/account/login").json(&who).send().expect(200).string("token");
        member.session = self.visitor.with_token(&token);
        member.session.request(method, path).json(body).send()
    }

    fn ask(&mut self, member: usize, is_staff: bool, command: Command) -> Told {
        let (method, action, body) = match command {
            Command::Skip => ("POST", "/skip", json!({})),
            Command::Pause { days: None } => ("POST", "/pause", json!({})),
            Command::Pause { days: Some(days) } => {
                let until = (self.now() + jiff::SignedDuration::from_hours(24 * days)).to_string();
                ("POST", "/pause", json!({ "until": until[..10] }))
            }
            Command::Resume => ("POST", "/resume", json!({})),
            Command::CancelNow => ("POST", "/cancel", json!({ "at": "now" })),
            Command::CancelAtPeriodEnd => ("POST", "/cancel", json!({ "at": "period_end" })),
            Command::Reactivate => ("POST", "/reactivate", json!({})),
            Command::Renew => ("POST", "/renew", json!({})),
            Command::Interval(months) => ("PATCH", "", json!({ "billingInterval": months })),
            Command::Items(picks) => {
                let lines = self.wines.iter().zip(picks).filter(|(_, quantity)| *quantity > 0);
                let lines: Vec<Value> = lines
                    .map(|(wine, quantity)| json!({ "productId": wine, "quantity": quantity }))
                    .collect();
                ("PUT", "/items", json!({ "items": lines }))
            }
        };
        let path = format!("/subscriptions/{}{action}", self.members[member].subscription);
        let answer = if is_staff {
            self.admin.request(method, &format!("/admin/v1{path}")).json(&body).send()
        } else {
            self.as_customer(member, method, &format!("/v1{path}"), &body)
        };
        write!(self.tale.0, " -> {}", answer.status).expect("memory");
        match answer.status {
            200 => Told::Done,
            409 | 422 => {
                let this = &self.members[member];
                let may = this.by_itself(this.status, false);
                let is_due = is_always_granted(command)
                    || (command == Command::Reactivate && this.status == Status::Cancelled);
                let is_wrong = is_due && may.iter().all(|status| !status.commanded(command).is_empty());
                assert!(!is_wrong, "{:?} and refused: {answer}", this.status);
                Told::Refused
            }
            503 => Told::Lost,
            _ => panic!("{answer}"),
        }
    }

    /// A card that is never refused, if the provider takes it.
    fn new_card(&mut self, member: usize) {
        let path = "/v1/account/payment-methods";
        let kept = self.as_customer(member, "POST", path, &json!({ "token": "tok_ok" }));
        write!(self.tale.0, " -> {}", kept.status).expect("memory");
        assert!(kept.status < 500 || kept.status == 503, "{kept}");
        if kept.status != 201 || kept.data()["paymentMethod"]["id"].is_null() {
            return;
        }
        let path = format!("/v1/subscriptions/{}", self.members[member].subscription);
        let card = json!({ "paymentMethodId": kept.data()["paymentMethod"]["id"] });
        self.as_customer(member, "PATCH", &path, &card).expect(200);
        self.members[member].has_new_card = true;
    }

    /// Gives back the last paid renewal that has something left, or a part of it.
    fn refund(&mut self, member: usize, amount: Option<i64>) {
        let customer = &self.members[member].customer;
        let has_left = |order: &&Value| {
            order["customerId"] == **customer
                && !order["paidAt"].is_null()
                && self.books.renewal_of(order).is_some()
                && minor(&order["refundedTotal"]) < minor(&order["total"])
        };
        let Some(order) = self.books.orders.iter().find(has_left) else { return };
        let path = format!("/admin/v1/orders/{}/refund", order["id"].as_str().expect("an id"));
        let answer = self.admin.post(&path).json(&json!({ "amount": amount })).send();
        write!(self.tale.0, " -> {}", answer.status).expect("memory");
        assert!(is_one_of(&json!(answer.status.to_string()), &["200", "409", "422", "503"]), "{answer}");
    }

    fn retry(&mut self, member: usize) {
        let open = &self.books.subscriptions[member]["openRenewal"];
        let Some(renewal) = open["id"].as_str() else { return };
        let answer = self.admin.post(&format!("/admin/v1/renewals/{renewal}/retry")).send();
        write!(self.tale.0, " -> {}", answer.status).expect("memory");
        assert!(is_one_of(&json!(answer.status.to_string()), &["200", "409", "422", "503"]), "{answer}");
    }

    /// Looks until all is as it must be: the worker may be in the middle of something, and the pages are read one by one.
    fn check(&mut self, asked: &[Option<(Command, Told)>; MEMBERS], has_time_passed: bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.books = self.read();
            for order in &self.books.orders {
                let id = order["id"].as_str().expect("an id");
                let whose = self.members.iter().find(|member| order["customerId"] == *member.customer);
                let picks = whose.expect("nobody else buys").picks;
                self.holds.entry(id.to_owned()).or_insert(picks);
            }
            match self.examine(asked, has_time_passed) {
                Ok(()) => break,
                Err(wrong) => assert!(Instant::now() < deadline, "{wrong}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        for (member, shown) in self.members.iter_mut().zip(&self.books.subscriptions) {
            let open = &shown["openRenewal"];
            member.status = Status::parse(&shown["status"]).expect("it was examined");
            member.wakes = !shown["pausedUntil"].is_null();
            member.ends = !shown["cancelsAt"].is_null();
            member.is_under_way = is_one_of(&open["status"], &["charging", "unknown"]);
            member.is_sure |= member.has_new_card && open.is_null();
            member.charges = self.books.charges_of(member);
        }
    }

    fn read(&self) -> Books {
        let show = |path: String| self.admin.get(&path).send().expect(200).data();
        let shown = |member: &Member| show(format!("/admin/v1/subscriptions/{}", member.subscription));
        let left = |wine: &String| show(format!("/admin/v1/products/{wine}"))["quantity"].as_i64();
        Books {
            subscriptions: self.members.iter().map(shown).collect(),
            renewals: all(&self.admin, "renewals"),
            orders: all(&self.admin, "orders"),
            charges: all(&self.admin, "sandbox/charges"),
            left: self.wines.each_ref().map(|wine| left(wine).expect("a count")),
        }
    }

    fn examine(
        &self,
        asked: &[Option<(Command, Told)>; MEMBERS],
        has_time_passed: bool,
    ) -> Result<(), String> {
        let books = &self.books;
        books.check_money()?;
        for (at, (member, shown)) in self.members.iter().zip(&books.subscriptions).enumerate() {
            books.check_cycles(member)?;
            let status = Status::parse(&shown["status"])?;
            let may_be = member.may_be(asked[at], has_time_passed);
            if !may_be.contains(&status) {
                return Err(format!("member {at} was {:?} and may be {may_be:?}: {shown}", member.status));
            }
            // What rests is not charged, but for a charge that was under way when it was left.
            let rests =
                member.status == Status::Cancelled || member.status == Status::Paused && !member.wakes;
            let charges = books.charges_of(member);
            if rests && !member.is_under_way && status == member.status && charges != member.charges {
                return Err(format!("member {at} rests and is charged: {shown}"));
            }
            let picked = |wine: &String| {
                let lines = shown["items"].as_array().expect("items").iter();
                lines
                    .filter(|line| line["productId"] == **wine)
                    .filter_map(|line| line["quantity"].as_i64())
                    .sum::<i64>()
            };
            if self.wines.each_ref().map(picked) != member.picks {
                return Err(format!("member {at} picked {:?}: {shown}", member.picks));
            }
        }
        for (which, left) in books.left.into_iter().enumerate() {
            let holds = |order: &&Value| order["status"] != "cancelled";
            let of_order = |order: &Value| self.holds[order["id"].as_str().expect("an id")][which];
            let held: i64 = books.orders.iter().filter(holds).map(of_order).sum();
            if left + held != STOCK {
                return Err(format!("{left} are left and {held} held, of {STOCK}"));
            }
        }
        Ok(())
    }
}

/// `kill -9` while the server does this.
fn crash(server: &mut Server, after_us: u64, request: marzipan_tests::Request) {
    std::thread::scope(|scope| {
        scope.spawn(move || drop(request.try_send()));
        std::thread::sleep(Duration::from_micros(after_us));
        server.kill9();
    });
    server.restart();
}

/// All pages of a list.
fn all(admin: &Client, list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for page in 1.. {
        let path = format!("/admin/v1/{list}?perPage=100&page={page}");
        let part = admin.get(&path).send().expect(200).data();
        let part = part.as_array().expect("a list").clone();
        let is_last = part.len() < 100;
        found.extend(part);
        if is_last {
            break;
        }
    }
    found
}
