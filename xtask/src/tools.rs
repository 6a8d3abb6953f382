//! The tools the checks need. Its rule: only what is missing is installed, everything in its exact version,
//! and nothing outside the project's folder but Debian's own packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::postgres;
use crate::process::{ask, is_on_path, run, run_quietly};

const CARGO_DENY: &str = "0.20.2";

pub(crate) fn install_missing(root: &Path) -> Result<()> {
    debian_packages()?;
    python_packages(root)?;
    node_packages(root)?;
    cargo_deny(root)
}

/// The Python of the project's own virtual environment, which also holds Schemathesis and the mail sink.
pub(crate) fn venv(root: &Path) -> PathBuf {
    root.join(".tools/venv/bin")
}

pub(crate) fn cargo_deny_program(root: &Path) -> PathBuf {
    root.join(".tools/bin/cargo-deny")
}

fn debian_packages() -> Result<()> {
    let mut missing = Vec::new();
    if postgres::programs().is_none() {
        missing.push("postgresql");
    }
    if !is_on_path("psql") {
        missing.push("postgresql-client");
    }
    if !is_on_path("chromium") {
        // Without any font a page's text takes no room, and a screenshot shows nothing.
        missing.extend(["chromium", "fonts-dejavu-core"]);
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !is_on_path("apt-get") || ask("id", &["-u"]).as_deref() != Some("0") {
        bail!("please install {} and run this again", missing.join(", "));
    }
    println!("installing {}", missing.join(", "));
    run_quietly(Command::new("apt-get").args(["-qq", "update"]))?;
    run_quietly(
        Command::new("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "-y", "--no-install-recommends", "install"])
            .args(missing),
    )
}

fn python_packages(root: &Path) -> Result<()> {
    let wanted = root.join("tests/tools/requirements.txt");
    let installed = root.join(".tools/venv/requirements.txt");
    if same_text(&wanted, &installed) {
        return Ok(());
    }
    println!("installing the Python tools into .tools/venv");
    run_quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(root.join(".tools/venv")))?;
    run_quietly(
        Command::new(venv(root).join("pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&wanted),
    )?;
    std::fs::copy(&wanted, &installed)?;
    Ok(())
}

fn node_packages(root: &Path) -> Result<()> {
    let folder = root.join("tests/tools");
    if same_text(&folder.join("package.json"), &folder.join("node_modules/.installed")) {
        return Ok(());
    }
    println!("installing the Node tools into tests/tools/node_modules");
    run_quietly(
        Command::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&folder),
    )?;
    std::fs::copy(folder.join("package.json"), folder.join("node_modules/.installed"))?;
    Ok(())
}

fn cargo_deny(root: &Path) -> Result<()> {
    let program = cargo_deny_program(root);
    let has = ask(&program.to_string_lossy(), &["--version"]);
    if has.is_some_and(|version| version.ends_with(CARGO_DENY)) {
        return Ok(());
    }
    // Unoptimised: it builds in a fraction of the time and has one short job here.
    run(Command::new("cargo")
        .args(["install", "--quiet", "--debug", "--locked", "--force", "--version", CARGO_DENY, "--root"])
        .arg(root.join(".tools"))
        .arg("cargo-deny")
        .env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

fn same_text(one: &Path, other: &Path) -> bool {
    matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}
