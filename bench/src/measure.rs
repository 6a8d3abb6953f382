//! The measurements. Rule: what has a baseline runs in turn with it, so that whatever else the machine does in that
//! time slows both.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::http::{Client, request};
use crate::report::Row;
use crate::server::{Baseline, Installation, Server, SlowFlush, role};
use crate::shop::Shop;
use crate::{bare, commits, load, seed};

/// What a flush takes on the slow disk.
pub(crate) const SLOW_FLUSH: Duration = Duration::from_millis(4);
const CONNECTIONS: usize = 64;
const DETAILS: &str = "/v1/account/details";
const LOGOUT: &str = "/v1/account/logout";
const IDLE: Duration = Duration::from_secs(2);
pub(crate) const MIB: f64 = 1024.0 * 1024.0;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    pub(crate) runs: usize,
    pub(crate) seconds: f64,
    pub(crate) logouts: usize,
    pub(crate) slow_logouts: usize,
    pub(crate) cold_starts: usize,
}

impl Lengths {
    pub(crate) const FULL: Self =
        Self { runs: 5, seconds: 4.0, logouts: 40_000, slow_logouts: 20_000, cold_starts: 10 };
    pub(crate) const QUICK: Self =
        Self { runs: 3, seconds: 1.0, logouts: 8_000, slow_logouts: 4_000, cold_starts: 3 };
}

/// A session of measuring.
pub(crate) struct Bench {
    binary: PathBuf,
    folder: PathBuf,
    slow: SlowFlush,
    lengths: Lengths,
    installations: usize,
    notes: Vec<String>,
}

type Measurement = fn(&mut Bench) -> Result<Vec<Row>>;

const ALL: [(&str, Measurement); 14] = [
    ("details", |bench| bench.details(Some("warn"), Some(0.5))),
    ("details-logged", |bench| bench.details(None, None)),
    ("reading", Bench::reading),
    ("logout", |bench| bench.logout(None, 1.5)),
    ("logout-slow", |bench| bench.logout(Some(bench.slow.clone()), 10.0)),
    ("storm", Bench::storm),
    ("start", Bench::start),
    ("memory-and-size", Bench::memory_and_size),
    ("catalogue", Bench::catalogue),
    ("search", Bench::search),
    ("cart", Bench::carts),
    ("checkout", Bench::checkout),
    ("renewals", Bench::renewals),
    ("members", Bench::members),
];

impl Bench {
    pub(crate) fn new(binary: PathBuf, folder: PathBuf, slow: SlowFlush, lengths: Lengths) -> Self {
        Self { binary, folder, slow, lengths, installations: 0, notes: Vec::new() }
    }

    /// Measures all, or what has `only` in its name.
    pub(crate) fn run(&mut self, only: Option<&str>) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (name, measure) in ALL {
            if only.is_none_or(|word| name.contains(word)) {
                rows.append(&mut measure(self).with_context(|| format!("measuring {name}"))?);
            }
        }
        ensure!(!rows.is_empty(), "nothing of that name is measured");
        Ok(rows)
    }

    /// What each run gave.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(crate) fn runs(&self) -> usize {
        self.lengths.runs
    }

    /// Where files are put that a measurement needs.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn details(&mut self, log: Option<&str>, target: Option<f64>) -> Result<Vec<Row>> {
        let (installation, shop) = self.shop()?;
        let server = installation.serve(log, None)?;
        let customers = shop.customers(&server, 0..1)?;
        let tokens = seed::sessions(
            &installation.database(),
            shop.tenant_id,
            &[customers[0].id],
            "details",
            CONNECTIONS,
        )?;
        let (what, target) = match target {
            Some(target) => ("GET /v1/account/details, 64 connections", Some(target)),
            None => ("the same with the log as it is set at first, into a file", None),
        };
        Ok(vec![self.beside_bare(what, &server, DETAILS, &tokens, target)?])
    }

    /// Loads a GET in turn with a bare server of the same bytes.
    pub(crate) fn beside_bare(
        &mut self,
        what: &str,
        server: &Server,
        target: &str,
        tokens: &[String],
        at_least: Option<f64>,
    ) -> Result<Row> {
        let recorded = recorded(server, target, &tokens[0])?;
        let size = recorded.body.len();
        let bare = Baseline::start("bare", &recorded)?;
        let requests: Vec<_> = tokens.iter().map(|token| request("GET", target, token, "")).collect();
        let mut plan = self.plan(server.address(), requests);
        let mut pairs = Vec::new();
        let mut p99s = Vec::new();
        let (mut our_cpu, mut their_cpu) = (Vec::new(), Vec::new());
        for _ in 0..self.lengths.runs {
            let before = (server.cpu()?, bare.cpu()?);
            plan.address = server.address();
            let ours: load::Report = role("load", &plan, None)?;
            plan.address = bare.address();
            let theirs: load::Report = role("load", &plan, None)?;
            our_cpu.push(micros_each(server.cpu()?.saturating_sub(before.0), &plan, &ours));
            their_cpu.push(micros_each(bare.cpu()?.saturating_sub(before.1), &plan, &theirs));
            p99s.push(ours.p99_ms);
            pairs.push((ours.per_second, theirs.per_second));
        }
        let note = format!(
            "{size} bytes, p99 {:.1} ms, {:.1} µs of processor time an answer beside the bare server's {:.1}",
            median(p99s),
            median(our_cpu),
            median(their_cpu)
        );
        Ok(self.compare(what, "bare axum", &pairs, at_least, &note))
    }

    fn logout(&mut self, slow: Option<SlowFlush>, target: f64) -> Result<Vec<Row>> {
        let (installation, shop) = self.shop()?;
        let customers = shop.customers(&installation.serve(Some("warn"), None)?, 0..1)?;
        let server = installation.serve(Some("warn"), slow.as_ref())?;
        let count = if slow.is_some() { self.lengths.slow_logouts } else { self.lengths.logouts };
        let mut pairs = Vec::new();
        let mut p99s = Vec::new();
        for run in 0..self.lengths.runs {
            let series = format!("logout {run}");
            let tokens =
                seed::sessions(&installation.database(), shop.tenant_id, &[customers[0].id], &series, count)?;
            let requests = tokens.iter().map(|token| request("POST", LOGOUT, token, "")).collect();
            let plan = load::Plan {
                again: false,
                seconds: 60.0,
                warm_up_seconds: 0.0,
                ..self.plan(server.address(), requests)
            };
            let ours: load::Report = role("load", &plan, None)?;
            ensure!(ours.answers == count, "{} of {count} logouts were answered", ours.answers);
            let path = self.folder.join(format!("loop-{}-{run}.db", self.installations));
            let bare = commits::Plan {
                path: path.to_string_lossy().into_owned(),
                rows: i64::try_from(count)?,
                seconds: self.lengths.seconds,
            };
            let theirs: commits::Report = role("commits", &bare, slow.as_ref())?;
            p99s.push(ours.p99_ms);
            pairs.push((ours.per_second, theirs.per_second));
        }
        let what = match slow {
            None => "POST /v1/account/logout, 64 connections",
            Some(_) => "the same where each flush takes 4 ms",
        };
        let note = format!("p99 {:.1} ms", median(p99s));
        Ok(vec![self.compare(what, "one commit each", &pairs, Some(target), &note)])
    }

    fn storm(&mut self) -> Result<Vec<Row>> {
        let (installation, shop) = self.shop()?;
        let server = installation.serve(Some("warn"), None)?;
        let customers = shop.customers(&server, 0..CONNECTIONS)?;
        let log_ins = customers.iter().map(|customer| shop.log_in(customer)).collect();
        let seconds = self.lengths.seconds;
        let storm = load::Plan { seconds: seconds + 1.0, ..self.plan(server.address(), log_ins) };
        let requests = vec![request("GET", DETAILS, &customers[0].token, "")];
        // Few enough that it does not itself wear the server out: 800 a second at the most.
        let probe = load::Plan { connections: 4, pause_ms: 5.0, ..self.plan(server.address(), requests) };

        let mut calm = Vec::new();
        let mut stormy = Vec::new();
        for _ in 0..self.lengths.runs {
            calm.push(role::<_, load::Report>("load", &probe, None)?.p99_ms);
            let (probed, logged_in) = std::thread::scope(|scope| {
                let logging_in = scope.spawn(|| role::<_, load::Report>("load", &storm, None));
                // Until every one of them waits for its hash.
                std::thread::sleep(Duration::from_millis(500));
                let probed: Result<load::Report> = role("load", &probe, None);
                (probed, logging_in.join())
            });
            let (probed, logged_in) = (probed?, logged_in.map_err(|_| anyhow::anyhow!("a panic"))??);
            self.note(format!(
                "details while 64 log in: p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms; {:.0} log-ins a second",
                probed.p50_ms, probed.p99_ms, probed.max_ms, logged_in.per_second
            ));
            stormy.push(probed.p99_ms);
        }
        let (ours, calm) = (median(stormy), median(calm));
        Ok(vec![Row {
            what: "p99 of details while 64 log in".to_owned(),
            ours: format!("{ours:.1} ms"),
            baseline: format!("{calm:.1} ms when nobody does"),
            ratio: String::new(),
            target: "≤ 25 ms".to_owned(),
            met: Some(ours <= 25.0),
        }])
    }

    fn start(&mut self) -> Result<Vec<Row>> {
        let mut times = Vec::new();
        for _ in 0..self.lengths.cold_starts {
            let server = self.installation()?.serve(None, None)?;
            times.push(server.ready_after().as_secs_f64() * 1000.0);
        }
        self.note(format!("starts, ms: {}", list(&times, 0)));
        let ours = median(times);
        Ok(vec![Row {
            what: "start on an empty folder, with migrations, to the first 200".to_owned(),
            ours: format!("{ours:.0} ms"),
            baseline: String::new(),
            ratio: String::new(),
            target: "≤ 300 ms".to_owned(),
            met: Some(ours <= 300.0),
        }])
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    fn memory_and_size(&mut self) -> Result<Vec<Row>> {
        let (installation, shop) = self.shop()?;
        // Registered on a server of their own: judging a new password needs memory that signing in does not.
        let customers = shop.customers(&installation.serve(None, None)?, 0..4)?;
        let server = installation.serve(None, None)?;
        let resident = || {
            std::thread::sleep(IDLE);
            server.resident().map(|bytes| bytes as f64 / MIB)
        };
        let fresh = resident()?;
        let log_ins = customers.iter().cycle().take(100).map(|customer| shop.log_in(customer)).collect();
        let plan = load::Plan {
            connections: 8,
            again: false,
            seconds: 60.0,
            warm_up_seconds: 0.0,
            ..self.plan(server.address(), log_ins)
        };
        let logged_in: load::Report = role("load", &plan, None)?;
        ensure!(logged_in.answers == 100, "{} of 100 log-ins were answered", logged_in.answers);
        let used = resident()?;
        shop.customers(&server, 4..5)?;
        self.note(format!("resident memory after a registration besides: {:.1} MiB", resident()?));
        let size = std::fs::metadata(&self.binary)?.len() as f64 / 1e6;
        let row = |what: &str, ours: f64, unit: &str, most: f64| Row {
            what: what.to_owned(),
            ours: format!("{ours:.1} {unit}"),
            baseline: String::new(),
            ratio: String::new(),
            target: format!("≤ {most} {unit}"),
            met: Some(ours <= most),
        };
        Ok(vec![
            row("resident memory, idle after the start", fresh, "MiB", 30.0),
            row("resident memory, idle after 100 log-ins", used, "MiB", 30.0),
            row("the binary's size", size, "MB", 40.0),
        ])
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.lengths.seconds
    }

    pub(crate) fn plan(&self, address: std::net::SocketAddr, requests: Vec<String>) -> load::Plan {
        load::Plan {
            address,
            connections: CONNECTIONS,
            requests,
            again: true,
            seconds: self.lengths.seconds,
            warm_up_seconds: 0.5,
            pause_ms: 0.0,
            status: 200,
        }
    }

    fn installation(&mut self) -> Result<Installation> {
        self.installations += 1;
        Installation::new(&self.binary, self.folder.join(format!("data-{}", self.installations)))
    }

    pub(crate) fn shop(&mut self) -> Result<(Installation, Shop)> {
        let installation = self.installation()?;
        let shop = Shop::create(&installation)?;
        Ok((installation, shop))
    }

    /// A row of rates that are compared; the pairs go into the notes.
    pub(crate) fn compare(
        &mut self,
        what: &str,
        baseline: &str,
        pairs: &[(f64, f64)],
        target: Option<f64>,
        note: &str,
    ) -> Row {
        let ours: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
        let theirs: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
        let ratios: Vec<f64> = pairs.iter().map(|pair| pair.0 / pair.1).collect();
        self.note(format!(
            "{what}: {} a second ({note}); {baseline}: {} a second",
            list(&ours, 0),
            list(&theirs, 0)
        ));
        let ratio = median(ratios);
        let as_text = |ratio: f64| {
            if ratio < 1.0 { format!("{:.0} %", ratio * 100.0) } else { format!("{ratio:.1} ×") }
        };
        Row {
            what: what.to_owned(),
            ours: format!("{:.0} /s", median(ours)),
            baseline: format!("{:.0} /s ({baseline})", median(theirs)),
            ratio: as_text(ratio),
            target: target.map(|target| format!("≥ {}", as_text(target))).unwrap_or_default(),
            met: target.map(|target| ratio >= target),
        }
    }

    #[expect(clippy::print_stdout, reason = "a run takes minutes, and its user wants to see it go on")]
    pub(crate) fn note(&mut self, note: String) {
        println!("{note}");
        self.notes.push(note);
    }
}

/// What the server answers to this GET, to be answered by the bare server.
fn recorded(server: &Server, target: &str, token: &str) -> Result<bare::Answer> {
    let answer = Client::connect(server.address())?.get(target, token)?;
    ensure!(answer.status == 200, "{target} answered {}: {}", answer.status, answer.body);
    let written_by_the_library = ["date", "content-length", "connection"];
    let headers = answer
        .headers
        .into_iter()
        .filter(|(name, _)| !written_by_the_library.contains(&name.as_str()))
        .collect();
    Ok(bare::Answer { path: target.to_owned(), headers, body: answer.body })
}

/// The processor time of each answer, those of the warm-up included.
fn micros_each(cpu: Duration, plan: &load::Plan, report: &load::Report) -> f64 {
    cpu.as_secs_f64() * 1e6 / (report.per_second * (report.seconds + plan.warm_up_seconds))
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 { figures[middle] } else { f64::midpoint(figures[middle - 1], figures[middle]) }
}

/// The figure below which this share of them lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index"
)]
pub(crate) fn percentile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let index = ((figures.len() as f64 - 1.0) * share).round() as usize;
    figures.get(index).copied().unwrap_or_default()
}

fn list(figures: &[f64], digits: usize) -> String {
    let texts: Vec<_> = figures.iter().map(|figure| format!("{figure:.digits$}")).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
    }
}
