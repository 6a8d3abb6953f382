//! The steps of `cargo xtask test`, in their order. Its rule: a step says what it needs, and by itself does
//! the same as in a full run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::postgres::Postgres;
use crate::process::run;
use crate::tools;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Install the tools that are missing.
    Install,
    /// Check the formatting.
    Format,
    /// Clippy on everything, warnings denied.
    Lint,
    /// Licences, banned crates and sources of all dependencies.
    Licences,
    /// The unit tests of every crate.
    Unit,
    /// Build the server as the next steps use it.
    Build,
    /// The black-box tests, on both database engines.
    Blackbox,
    /// Schemathesis against both served API documents.
    Openapi,
    /// The reference page in a real browser, without the internet.
    Browser,
}

impl Step {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Format => "format",
            Self::Lint => "lint",
            Self::Licences => "licences",
            Self::Unit => "unit",
            Self::Build => "build",
            Self::Blackbox => "blackbox",
            Self::Openapi => "openapi",
            Self::Browser => "browser",
        }
    }

    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Install => "the tools that are missing",
            Self::Format => "is the code formatted?",
            Self::Lint => "clippy, warnings denied",
            Self::Licences => "licences, bans and sources of the dependencies",
            Self::Unit => "unit tests of every crate",
            Self::Build => "the server",
            Self::Blackbox => "the real server on SQLite and PostgreSQL",
            Self::Openapi => "Schemathesis against both served documents",
            Self::Browser => "the reference page in a browser, offline",
        }
    }

    fn needs(self) -> &'static [Self] {
        match self {
            Self::Licences | Self::Unit => &[Self::Install],
            Self::Blackbox | Self::Openapi | Self::Browser => &[Self::Install, Self::Build],
            Self::Install | Self::Format | Self::Lint | Self::Build => &[],
        }
    }
}

/// The wanted steps and what they need, in the order of a full run; all of them when none is named.
pub(crate) fn plan(only: &[Step]) -> Vec<Step> {
    let wanted = |step: &Step| {
        only.is_empty() || only.contains(step) || only.iter().any(|chosen| chosen.needs().contains(step))
    };
    Step::value_variants().iter().copied().filter(wanted).collect()
}

/// What the steps of one run share.
pub(crate) struct Workshop {
    root: PathBuf,
    filter: Vec<String>,
    postgres: Option<Postgres>,
}

impl Workshop {
    pub(crate) fn new(filter: Vec<String>) -> Self {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().map_or_else(|| here.clone(), PathBuf::from);
        Self { root, filter, postgres: None }
    }

    pub(crate) fn carry_out(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Install => tools::install_missing(&self.root),
            Step::Format => run(self.cargo().args(["fmt", "--all", "--check"])),
            Step::Lint => {
                run(self.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
            }
            Step::Licences => self.licences(),
            Step::Unit => {
                self.test(&["--workspace", "--exclude", "marzipan-tests", "--exclude", "marzipan-bench"])
            }
            Step::Build => run(self.cargo().args(["build", "--package", "marzipan"])),
            Step::Blackbox => self.test(&["--package", "marzipan-tests", "--lib", "--test", "suite"]),
            Step::Openapi => self.test(&["--package", "marzipan-tests", "--test", "openapi"]),
            Step::Browser => self.test(&["--package", "marzipan-tests", "--test", "browser"]),
        }
    }

    fn licences(&self) -> Result<()> {
        let mut deny = Command::new(tools::cargo_deny_program(&self.root));
        run(deny.current_dir(&self.root).args(["check", "bans", "licenses", "sources"]))?;
        println!("not checked: known vulnerabilities, because their list must be fetched from the network");
        Ok(())
    }

    fn test(&mut self, what: &[&str]) -> Result<()> {
        let postgres = match self.postgres.take() {
            Some(running) => running,
            None => Postgres::start()?,
        };
        let mut test = self.cargo();
        test.arg("test")
            .args(what)
            .env("MARZIPAN_TEST_POSTGRES", postgres.url())
            .env("MARZIPAN_TEST_VENV", tools::venv(&self.root));
        if !self.filter.is_empty() {
            test.arg("--").args(&self.filter);
        }
        self.postgres = Some(postgres);
        run(&mut test)
    }

    fn cargo(&self) -> Command {
        // The cargo that runs us, so that no other toolchain slips in.
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        cargo
    }
}
