//! `cargo xtask test`: every check of the project by one command. Its rule: what a check needs it installs
//! or starts itself, and what it started it stops, also after a failure.
#![expect(clippy::print_stdout, reason = "a developer's tool talks to a terminal")]

mod guard;
mod postgres;
mod process;
mod steps;
mod tools;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use crate::steps::{Step, Workshop};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores", version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every check, in order; the first failure ends the run.
    Test {
        /// Run only this step (may be given several times), with what it needs.
        #[arg(long, value_name = "STEP")]
        only: Vec<Step>,
        /// Hand these words to the test binaries, for example a part of a test's name.
        #[arg(last = true)]
        filter: Vec<String>,
    },
}

fn main() -> ExitCode {
    let Chore::Test { only, filter } = Arguments::parse().chore;
    let began = Instant::now();
    let (done, failure) = run(&steps::plan(&only), filter);

    println!("\nWhat ran:");
    for (step, took) in &done {
        println!("  {:<10} {:>7}  ok", step.name(), seconds(*took));
    }
    if let Some((step, took, reason)) = &failure {
        println!("  {:<10} {:>7}  FAILED: {reason:#}", step.name(), seconds(*took));
    }
    println!("  {:<10} {:>7}", "in all", seconds(began.elapsed()));
    println!("steps: {} passed, {} failed", done.len(), u8::from(failure.is_some()));
    if failure.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

type Done = Vec<(Step, Duration)>;
type Failure = Option<(Step, Duration, anyhow::Error)>;

fn run(plan: &[Step], filter: Vec<String>) -> (Done, Failure) {
    let mut workshop = Workshop::new(filter);
    let mut done = Vec::new();
    for &step in plan {
        println!("\n== {}: {}", step.name(), step.what());
        let began = Instant::now();
        match workshop.carry_out(step) {
            Ok(()) => {
                println!("== {} done in {}", step.name(), seconds(began.elapsed()));
                done.push((step, began.elapsed()));
            }
            Err(reason) => return (done, Some((step, began.elapsed(), reason))),
        }
    }
    (done, None)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
