//! The words of the command line. Rule: they are only read here; what they do stands in `commands`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::accounts::{Email, PersonName};
use domain::ids::StorefrontTokenId;
use domain::tenants::{Currency, Label, Origin, Role, ShopName, Slug, TimeZoneName};
use domain::time::Timestamp;

/// An open server for subscription commerce: shops, customers, and an API for both.
#[derive(Debug, Parser)]
#[command(name = "marzipan", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Default, Args)]
pub(crate) struct Common {
    /// Read settings from this TOML file; the environment and the flags overrule it.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    pub(crate) config: Option<PathBuf>,
    /// Where the database is: `sqlite://PATH` or `postgres://…`.
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    pub(crate) database_url: Option<String>,
    /// Where the server listens.
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Settings")]
    pub(crate) listen: Option<String>,
    /// Where browsers reach the server.
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    pub(crate) public_url: Option<String>,
    /// The folder of the embedded database and the secret key.
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Settings")]
    pub(crate) data_dir: Option<String>,
    /// What is logged: `info`, `debug`, or `warn,commerce=debug`.
    #[arg(long, global = true, value_name = "FILTER", help_heading = "Settings")]
    pub(crate) log: Option<String>,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a sample shop with nothing set up, and print how to try it.
    Demo,
    /// Serve the shops of this installation.
    Serve(Serve),
    /// Shops.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Storefront tokens, which a shop's pages carry.
    #[command(subcommand)]
    Token(Token),
    /// Sign-ins of those who run a shop.
    #[command(subcommand)]
    Admin(Admin),
    /// Read a catalogue file into a shop. What is in it already stays as it is, so a file may be read again.
    Import(Import),
    /// Write everything that a shop has in its catalogue and content to a folder, to be imported again.
    Export {
        /// The shop's slug.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The folder, which is made unless it is there.
        folder: PathBuf,
    },
    /// Bring the database up to this release.
    Migrate,
    /// Write the whole database to one file, also while the server runs.
    Backup {
        /// The file to write.
        file: PathBuf,
    },
    /// Fill an empty database, of either engine, from a backup.
    Restore {
        /// The file to read.
        file: PathBuf,
    },
    /// The renewals of subscriptions.
    #[command(subcommand)]
    Renewals(Renewals),
    /// The search index of this node.
    #[command(subcommand)]
    Search(Search),
    /// Check the settings and what they lead to, and say what to mend.
    Doctor,
    /// Print the OpenAPI document.
    Openapi {
        /// The document of the admin API instead of the shop's.
        #[arg(long)]
        admin: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Refuse to start where the database is older than this release, instead of migrating it.
    #[arg(long)]
    pub(crate) no_migrate: bool,
    /// Which half of the work this process does.
    #[arg(long, value_enum, default_value_t = Part::All)]
    pub(crate) role: Part,
}

/// The halves of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Answer requests and work off jobs.
    All,
    /// Answer requests only.
    Web,
    /// Work off jobs only; of the addresses only /health/ answers.
    Worker,
}

impl Part {
    /// Its name, for the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Web => "web",
            Self::Worker => "worker",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// Open a shop, and print what opens it.
    Create(TenantCreate),
}

#[derive(Debug, Args)]
pub(crate) struct TenantCreate {
    /// The shop's short name, unique on this installation.
    #[arg(long, value_parser = Slug::parse)]
    pub(crate) slug: Slug,
    /// The shop's name.
    #[arg(long, value_parser = ShopName::parse)]
    pub(crate) name: ShopName,
    /// What its prices are in: `GBP`.
    #[arg(long, value_parser = Currency::parse)]
    pub(crate) currency: Currency,
    /// Where its days begin and end: `Europe/London`.
    #[arg(long, value_parser = TimeZoneName::parse)]
    pub(crate) timezone: TimeZoneName,
    /// Run it on the sandbox payment provider and on a clock of its own.
    #[arg(long)]
    pub(crate) test_mode: bool,
    /// Where that clock starts: `2020-01-01T00:00:00Z`.
    #[arg(long, value_name = "TIME", requires = "test_mode", value_parser = Timestamp::parse)]
    pub(crate) clock: Option<Timestamp>,
    /// An origin that links in mails may lead back to; may be given several times.
    #[arg(long = "return-origin", value_name = "ORIGIN", value_parser = Origin::parse)]
    pub(crate) return_origins: Vec<Origin>,
    /// An origin whose pages may call the API from a browser; may be given several times.
    #[arg(long = "allowed-origin", value_name = "ORIGIN", value_parser = Origin::parse)]
    pub(crate) allowed_origins: Vec<Origin>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Issue a token, and print it this once.
    Issue {
        /// The shop's slug.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// What it is for, to tell it from others.
        #[arg(long, default_value = "issued at the command line", value_parser = Label::parse)]
        name: Label,
        /// When it ends; it does not if left out.
        #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
        expires: Option<Timestamp>,
    },
    /// Revoke a token, at once and on every node.
    Revoke {
        /// The shop's slug.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The token's id.
        id: StorefrontTokenId,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Make a sign-in. Its password is that of `MARZIPAN_ADMIN_PASSWORD` or the first line of the standard input;
    /// otherwise one is made, and printed this once.
    Create(AdminCreate),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The shop's slug.
    #[arg(long, value_name = "SLUG")]
    pub(crate) tenant: String,
    /// What the file is.
    #[arg(long, value_enum)]
    pub(crate) format: FileFormat,
    /// Write nothing, and tell what would become of it.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Leave pictures as they are, and fetch none.
    #[arg(long)]
    pub(crate) no_images: bool,
    /// The file, or `-` for the standard input.
    pub(crate) file: PathBuf,
}

/// What a catalogue file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// Shopify's export of products.
    ShopifyCsv,
    /// What `marzipan export` writes: one JSON object a line.
    MarzipanJsonl,
}

#[derive(Debug, Args)]
pub(crate) struct AdminCreate {
    /// The shop's slug.
    #[arg(long, value_name = "SLUG")]
    pub(crate) tenant: String,
    /// The address to sign in with.
    #[arg(long, value_parser = Email::parse)]
    pub(crate) email: Email,
    /// The person's name; the address's first part if left out.
    #[arg(long, value_parser = PersonName::parse)]
    pub(crate) name: Option<PersonName>,
    /// `owner`, `manager`, `fulfilment`, `content` or `read-only`.
    #[arg(long, default_value = "owner", value_parser = Role::parse)]
    pub(crate) role: Role,
    /// Read the password from the standard input.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Renewals {
    /// Print what falls due from today on and what it would cost as things stand now, and charge nothing. With `--json`, a line
    /// each, and a last one with the totals.
    Preview {
        /// The shop's slug.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The last day, in the shop's zone, a year from now at the most: `2026-12-31`.
        #[arg(long, value_name = "DATE")]
        until: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Search {
    /// Build it anew from the tables, also while a server answers from it.
    Rebuild {
        /// Only this shop's part of it.
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_makes_sense() {
        Cli::command().debug_assert();
    }
}
