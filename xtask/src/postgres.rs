//! A database cluster for one run. Its rule: nothing of it is left when the run is over.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::guard::Guard;
use crate::process::{self, run_quietly};

pub(crate) struct Postgres {
    url: String,
    _guard: Guard,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed (apt-get install postgresql)")?;
        let folder = std::env::temp_dir().join(format!("marzipan-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let port = free_port()?;
        let data = folder.join("data");
        let pg_ctl = programs.join("pg_ctl");

        // The server refuses to run as root; its package brings a user for it.
        let is_root = process::ask("id", &["-u"]).as_deref() == Some("0");
        if is_root {
            run_quietly(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let as_owner = |program: &Path| {
            let mut command = if is_root {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            } else {
                Command::new(program)
            };
            command.current_dir(&folder);
            command
        };

        let guard = Guard::new(&format!(
            "{} {} -D {} -m immediate stop; rm -rf {}",
            if is_root { "runuser -u postgres --" } else { "" },
            pg_ctl.display(),
            data.display(),
            folder.display()
        ))?;
        run_quietly(
            as_owner(&programs.join("initdb"))
                .args([
                    "--username=postgres",
                    "--auth=trust",
                    "--no-locale",
                    "--encoding=UTF8",
                    "--no-sync",
                    "-D",
                ])
                .arg(&data),
        )?;
        // No test crashes this server (they kill ours), so it need not flush.
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off \
             -c max_connections=300 -c shared_buffers=64MB",
            folder.display()
        );
        run_quietly(
            as_owner(&pg_ctl)
                .args(["-w", "-D"])
                .arg(&data)
                .args(["-o", &options, "-l"])
                .arg(folder.join("log"))
                .arg("start"),
        )?;
        let url = format!("postgres://postgres@127.0.0.1:{port}");
        println!("a PostgreSQL for this run listens at {url}");
        Ok(Self { url, _guard: guard })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// Where the server's programs are: Debian keeps them off the path, in a folder for each version.
pub(crate) fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("pg_ctl").is_file() && folder.join("initdb").is_file())
        .collect();
    versions.sort();
    versions.pop()
}

/// A port that was free a moment ago: nothing else on the machine hands out the same one so soon.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
