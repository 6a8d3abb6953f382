//! The program: reads its words and settings, puts the parts together, and runs one command.
//!
//! Rule: it ends with 0 when the command is done, with 1 and one line that says why and how to mend it when it failed,
//! and with 2 when it was called wrongly.

mod cli;
mod commands;
mod demo;
mod files;
mod logging;
mod metrics;
mod serve;
mod settings;
#[cfg(feature = "otlp")]
mod traces;
mod wiring;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;

use crate::cli::{Admin, Cli, Command, Renewals, Search, Tenant, Token};
use crate::commands::{
    Printer, admin, backup, doctor, export, import, migrate, openapi, renewals, search, tenant, token,
};
use crate::settings::Settings;

fn main() -> ExitCode {
    // Wrong usage ends here, with 2.
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let Cli { common, command } = cli;
    let printer = Printer::new(common.json);
    let settings = Settings::load(&common)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("marzipan")
        .build()
        .context("no threads to work with")?;
    runtime.block_on(async {
        let logs = logging::start(&settings, &command)?;
        let outcome = carry_out(command, &settings, printer).await;
        logs.finish().await;
        outcome
    })
}

async fn carry_out(command: Command, settings: &Settings, printer: Printer) -> Result<()> {
    match command {
        Command::Demo => demo::run(settings, printer).await,
        Command::Serve(words) => serve::run(settings, &words, printer).await,
        Command::Tenant(Tenant::Create(words)) => tenant::create(settings, words, printer).await,
        Command::Token(Token::Issue { tenant, name, expires }) => {
            token::issue(settings, &tenant, &name, expires, printer).await
        }
        Command::Token(Token::Revoke { tenant, id }) => token::revoke(settings, &tenant, id, printer).await,
        Command::Admin(Admin::Create(words)) => admin::create(settings, words, printer).await,
        Command::Import(words) => import::run(settings, words, printer).await,
        Command::Export { tenant, folder } => export::run(settings, &tenant, &folder, printer).await,
        Command::Migrate => migrate::run(settings, printer),
        Command::Backup { file } => backup::write(settings, &file, printer),
        Command::Restore { file } => backup::restore(settings, &file, printer),
        Command::Renewals(Renewals::Preview { tenant, until }) => {
            renewals::preview(settings, &tenant, until, printer).await
        }
        Command::Search(Search::Rebuild { tenant }) => {
            search::rebuild(settings, tenant.as_deref(), printer).await
        }
        Command::Doctor => doctor::run(settings, printer).await,
        Command::Openapi { admin } => openapi::print(admin),
    }
}
