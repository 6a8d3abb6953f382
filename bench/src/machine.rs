//! What the figures were measured on: a figure without it says nothing.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// The machine and the versions.
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) cores: usize,
    pub(crate) model: String,
    pub(crate) memory: String,
    pub(crate) kernel: String,
    pub(crate) filesystem: String,
    pub(crate) rustc: String,
    pub(crate) commit: String,
    pub(crate) load: String,
}

/// Describes this machine; `folder` is where the databases are.
pub(crate) fn describe(folder: &Path) -> Result<Machine> {
    let processors = std::fs::read_to_string("/proc/cpuinfo")?;
    let kib: u64 = value(&std::fs::read_to_string("/proc/meminfo")?, "MemTotal")
        .and_then(|total| total.trim_end_matches("kB").trim().parse().ok())
        .unwrap_or_default();
    let changed = !said_by("git", &["status", "--porcelain", "--", ":!bench/RESULTS.md"])?.is_empty();
    let commit = said_by("git", &["rev-parse", "--short", "HEAD"])?;
    let load = std::fs::read_to_string("/proc/loadavg")?;
    Ok(Machine {
        date: said_by("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?,
        cores: std::thread::available_parallelism()?.get(),
        model: value(&processors, "model name").unwrap_or("unknown").to_owned(),
        memory: format!("{} GiB", (kib + (1 << 19)) >> 20),
        kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        filesystem: said_by("stat", &["-f", "-c", "%T", &folder.to_string_lossy()])?,
        rustc: said_by("rustc", &["--version"])?,
        commit: if changed { format!("{commit} with changes") } else { commit },
        load: load.split(' ').next().unwrap_or_default().to_owned(),
    })
}

fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn said_by(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.with_context(|| format!("{program} does not start"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
