//! Measures the server beside bare baselines in the same run. Its rule: a figure is the median of several runs that
//! alternate with those of its baseline, and each program in it is a process of its own, so that they share the cores
//! as they would anywhere.
#![expect(clippy::print_stdout, reason = "a developer's tool talks to a terminal")]

mod bare;
mod buying;
mod catalogue;
mod commits;
mod http;
mod load;
mod machine;
mod measure;
mod reading;
mod renewals;
mod report;
mod search;
mod seed;
mod server;
mod shop;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};

use crate::measure::{Bench, Lengths};
use crate::server::SlowFlush;

#[derive(Parser)]
#[command(name = "marzipan-bench", about = "Measure the server beside bare baselines", version)]
struct Arguments {
    /// Shorter runs and fewer of them: a rough picture in half a minute.
    #[arg(long)]
    quick: bool,
    /// Measure this binary instead of building one.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Measure only what has this word in its name, and write no results.
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
    #[command(subcommand)]
    role: Option<Role>,
}

/// Parts of a measurement, which the bench starts as processes of their own.
#[derive(Subcommand)]
enum Role {
    #[command(hide = true)]
    Load,
    #[command(hide = true)]
    Bare,
    #[command(hide = true)]
    Buy,
    #[command(hide = true)]
    Commits,
    #[command(hide = true)]
    Search,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.role {
        Some(Role::Load) => load::child(),
        Some(Role::Bare) => bare::child(),
        Some(Role::Buy) => buying::child(),
        Some(Role::Commits) => commits::child(),
        Some(Role::Search) => search::child(),
        None => bench(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("bench: {reason:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> Result<()> {
    let source = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").context("run it by `cargo run`")?);
    let binary = match &arguments.binary {
        Some(binary) => binary.canonicalize().context("there is no such binary")?,
        None => build(&source)?,
    };
    let target = binary.parent().context("a binary is in a folder")?;
    // Beside the build and not in the system's temporary folder, which is often kept in memory.
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(target)?;
    let slow = SlowFlush::build(&source.join("slow_flush.c"), folder.path(), measure::SLOW_FLUSH)?;
    let lengths = if arguments.quick { Lengths::QUICK } else { Lengths::FULL };
    let mut bench = Bench::new(binary, folder.path().to_owned(), slow, lengths);
    let rows = bench.run(arguments.only.as_deref())?;

    let machine = machine::describe(folder.path())?;
    let document = report::document(&rows, &machine, &lengths, bench.notes());
    println!("\n{}", report::table(&rows));
    if arguments.only.is_none() && !arguments.quick {
        let path = source.join("RESULTS.md");
        std::fs::write(&path, document).context("cannot write the results")?;
        println!("Written to bench/RESULTS.md.");
    }
    let missed = rows.iter().filter(|row| row.met == Some(false)).count();
    println!("{missed} figures missed their target.");
    Ok(())
}

/// Builds the release server; gives its binary.
fn build(source: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "-p", "marzipan"])
        .current_dir(source)
        .status()
        .context("cargo does not start")?;
    ensure!(status.success(), "the server could not be built");
    // This program was built beside it, unless it is a debug build.
    let here = std::env::current_exe()?;
    let folder = here.parent().and_then(Path::parent).context("a build is in target/release")?;
    Ok(folder.join("release").join("marzipan"))
}
