//! The server that is measured, and the programs it is measured with, each a process of its own. Rule: none outlives
//! the bench.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::Client;

/// A slow disk, preloaded: the library's path and how long a flush takes.
#[derive(Clone, Debug)]
pub(crate) struct SlowFlush {
    path: PathBuf,
    time: Duration,
}

impl SlowFlush {
    /// Compiles the library into `folder`.
    pub(crate) fn build(source: &Path, folder: &Path, time: Duration) -> Result<Self> {
        let path = folder.join("slow_flush.so");
        let status = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-o"])
            .arg(&path)
            .arg(source)
            .arg("-ldl")
            .status()
            .context("cc does not start")?;
        ensure!(status.success(), "cc could not compile {}", source.display());
        Ok(Self { path, time })
    }

    fn apply(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.path)
            .env("MARZIPAN_BENCH_FLUSH_US", self.time.as_micros().to_string());
    }
}

/// An installation on fresh data.
pub(crate) struct Installation {
    binary: PathBuf,
    folder: PathBuf,
    /// Whether its servers tell their metrics.
    is_counted: bool,
}

impl Installation {
    pub(crate) fn new(binary: &Path, folder: PathBuf) -> Result<Self> {
        std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { binary: binary.to_owned(), folder, is_counted: false })
    }

    /// Its servers tell what they count.
    pub(crate) fn counted(self) -> Self {
        Self { is_counted: true, ..self }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("marzipan.db")
    }

    /// The program with this installation's settings, and no others that happen to be set.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MARZIPAN_") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .env("MARZIPAN_DATABASE_URL", format!("sqlite://{}", self.database().display()))
            .env("MARZIPAN_DATA_DIR", &self.folder)
            .env("MARZIPAN_PUBLIC_URL", "https://api.shop.example");
        for limit in ["PER_ADDRESS", "PER_TOKEN", "STRICT"] {
            command.env(format!("MARZIPAN_RATE_LIMIT_{limit}"), "0");
        }
        command
    }

    /// Runs a command of the program that prints JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let output = self.command(arguments).output().context("the server's binary does not start")?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`marzipan {}` failed: {errors}", arguments.join(" "));
        serde_json::from_slice(&output.stdout).context("no JSON from the server's binary")
    }

    /// Starts the server at `log` level and waits until it is ready.
    pub(crate) fn serve(&self, log: Option<&str>, slow: Option<&SlowFlush>) -> Result<Server> {
        let address = free_address()?;
        let metrics = if self.is_counted { Some(free_address()?) } else { None };
        let file = File::options().create(true).append(true).open(self.folder.join("server.log"))?;
        let mut command = self.command(&["serve"]);
        command.env("MARZIPAN_LISTEN", address.to_string()).stdout(file.try_clone()?).stderr(file);
        if let Some(metrics) = metrics {
            command.env("MARZIPAN_METRICS_LISTEN", metrics.to_string());
        }
        if let Some(level) = log {
            command.env("MARZIPAN_LOG", level);
        }
        if let Some(slow) = slow {
            slow.apply(&mut command);
        }
        let begun = Instant::now();
        let process = Process(command.spawn().context("the server does not start")?);
        let mut server = Server { process, address, metrics, ready_after: Duration::ZERO };
        server.wait_until_ready(begun, &self.folder)?;
        Ok(server)
    }
}

/// A running server; dropped, it is told to stop.
pub(crate) struct Server {
    process: Process,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    ready_after: Duration,
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From its start to its first "ready".
    pub(crate) fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The processor time that it has used.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        self.process.cpu()
    }

    /// Its resident memory in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.process.0.id());
        let status = std::fs::read_to_string(&path).context("the server has gone")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024)
    }

    /// How many transactions have written, of an installation that is counted.
    pub(crate) fn writes(&self) -> Result<f64> {
        let page = Client::connect(self.metrics.context("it is not counted")?)?.get("/metrics", "")?.body;
        let line = page.lines().find_map(|line| line.strip_prefix("marzipan_store_group_size_sum "));
        // It is not told before the first.
        Ok(line.unwrap_or("0").parse()?)
    }

    fn wait_until_ready(&mut self, begun: Instant, folder: &Path) -> Result<()> {
        loop {
            let answer = Client::connect(self.address).and_then(|mut client| client.get("/health/ready", ""));
            self.ready_after = begun.elapsed();
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            let ended = self.process.0.try_wait()?;
            if ended.is_some() || self.ready_after > Duration::from_secs(30) {
                let log = std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
                bail!("the server did not become ready ({ended:?}):\n{log}");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A child that ends with its owner.
struct Process(Child);

impl Process {
    /// The processor time that it has used.
    fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        // The fields are counted from the end of the name, which may hold spaces. Linux counts in hundredths here.
        let (_, fields) = stat.rsplit_once(") ").context("no name in /proc/…/stat")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let (user, system): (u64, u64) = (fields[11].parse()?, fields[12].parse()?);
        Ok(Duration::from_millis((user + system) * 10))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Another role of this program in a process of its own: it is given one value and gives one back.
pub(crate) fn role<I: Serialize, O: DeserializeOwned>(
    name: &str,
    input: &I,
    slow: Option<&SlowFlush>,
) -> Result<O> {
    let mut command = this_program(name)?;
    if let Some(slow) = slow {
        slow.apply(&mut command);
    }
    let mut process = Process(command.spawn()?);
    let mut stdin = process.0.stdin.take().context("a pipe")?;
    serde_json::to_writer(&mut stdin, input)?;
    drop(stdin);
    let stdout = process.0.stdout.take().context("a pipe")?;
    let output = std::io::read_to_string(stdout)?;
    let status = process.0.wait()?;
    ensure!(status.success(), "`{name}` failed");
    serde_json::from_str(&output).with_context(|| format!("no report from `{name}`"))
}

/// A role that serves until it is dropped.
pub(crate) struct Baseline {
    process: Process,
    address: SocketAddr,
}

impl Baseline {
    pub(crate) fn start<I: Serialize>(name: &str, input: &I) -> Result<Self> {
        let mut process = Process(this_program(name)?.spawn()?);
        let stdin = process.0.stdin.as_mut().context("a pipe")?;
        writeln!(stdin, "{}", serde_json::to_string(input)?)?;
        let mut line = String::new();
        BufReader::new(process.0.stdout.as_mut().context("a pipe")?).read_line(&mut line)?;
        let address = serde_json::from_str(&line).with_context(|| format!("`{name}` did not start"))?;
        Ok(Self { process, address })
    }

    pub(crate) fn cpu(&self) -> Result<Duration> {
        self.process.cpu()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn this_program(role: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(role).stdin(Stdio::piped()).stdout(Stdio::piped());
    Ok(command)
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
