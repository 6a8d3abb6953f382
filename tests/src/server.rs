//! The real binary, started as a user starts it. Its rule: a server ends with the test that started it, also
//! when that test is killed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::eventually;
use crate::http::Client;

/// The address in links; a name of its own, so that no test takes it for the address it calls.
pub const PUBLIC_URL: &str = "https://api.shop.example";

/// Which database a server stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own in the cluster that `cargo xtask test` starts.
    Postgres,
}

/// One database with the settings and keys of those who serve from it.
pub struct Installation {
    folder: TempDir,
    engine: Engine,
    settings: BTreeMap<String, String>,
}

impl Installation {
    /// A fresh, empty database and a folder of its own.
    pub fn new(engine: Engine) -> Self {
        let folder = tempfile::Builder::new().prefix("marzipan-test-").tempdir().expect("a temporary folder");
        let database = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("marzipan.db").display()),
            Engine::Postgres => new_postgres_database(),
        };
        let mut settings = BTreeMap::new();
        let mut set = |name: &str, value: &str| settings.insert(name.to_owned(), value.to_owned());
        set("MARZIPAN_DATABASE_URL", &database);
        set("MARZIPAN_SECRET_KEY_FILE", &folder.path().join("secret.key").to_string_lossy());
        set("MARZIPAN_DATA_DIR", &folder.path().join("data").to_string_lossy());
        set("MARZIPAN_PUBLIC_URL", PUBLIC_URL);
        set("MARZIPAN_LOG_FORMAT", "json");
        // A command that should fail before it listens must not meet another test on the usual port.
        set("MARZIPAN_LISTEN", "127.0.0.1:0");
        // Tests call far more often than a person does; those of the limits set their own.
        for limit in ["PER_ADDRESS", "PER_TOKEN", "STRICT"] {
            set(&format!("MARZIPAN_RATE_LIMIT_{limit}"), "0");
        }
        // A cluster is shared by all tests of a run.
        set("MARZIPAN_POSTGRES_CONNECTIONS", "4");
        Self { folder, engine, settings }
    }

    /// Another, empty database with the same keys.
    pub fn another(&self) -> Self {
        self.another_on(self.engine)
    }

    /// The same on the other engine, perhaps.
    pub fn another_on(&self, engine: Engine) -> Self {
        let mut other = Self::new(engine);
        let keys = self.settings["MARZIPAN_SECRET_KEY_FILE"].clone();
        other.settings.insert("MARZIPAN_SECRET_KEY_FILE".to_owned(), keys);
        other
    }

    /// What its database is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The folder that is deleted with this installation.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        &self.settings["MARZIPAN_DATABASE_URL"]
    }

    /// Runs a statement in the database itself, behind the server's back, and tells what it printed.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        let output = match self.engine {
            Engine::Sqlite => {
                let script = "import sqlite3, sys\n\
                    db = sqlite3.connect(sys.argv[1], timeout=30)\n\
                    for row in db.execute(sys.argv[2]): print('|'.join(str(value) for value in row))\n\
                    db.commit()";
                let path = self.database_url().trim_start_matches("sqlite://");
                Command::new("python3").args(["-c", script, path, statement]).output()
            }
            Engine::Postgres => {
                Command::new("psql").args(["-qAtX", self.database_url(), "-c", statement]).output()
            }
        };
        let output = output.expect("python3 and psql are installed");
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    /// The program with this installation's settings and nothing else of ours.
    pub fn command<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new(binary());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MARZIPAN_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).envs(&self.settings).current_dir(self.folder()).stdin(Stdio::null());
        command
    }

    /// Runs a command of the program to its end.
    pub fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Runs a command that must succeed, and reads the JSON that it prints.
    #[track_caller]
    pub fn json<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Value {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("not JSON ({error}): {said}"))
    }
}

/// A running server.
pub struct Server {
    installation: Option<Installation>,
    command: Command,
    child: Child,
    guard: Child,
    address: SocketAddr,
    metrics: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// A server over an installation, one of perhaps several.
    pub fn start(installation: &Installation) -> Self {
        Self::start_with(installation, &[])
    }

    /// A server with further settings.
    pub fn start_with(installation: &Installation, settings: &[(&str, &str)]) -> Self {
        Self::start_as(installation, "all", settings)
    }

    /// A server that does one half of the work: `web` or `worker`.
    pub fn start_as(installation: &Installation, role: &str, settings: &[(&str, &str)]) -> Self {
        static NODES: AtomicU32 = AtomicU32::new(0);
        let number = NODES.fetch_add(1, Ordering::Relaxed);
        let address = free_address();
        let metrics = free_address();
        let log = installation.folder().join(format!("node-{number}.log"));
        let mut command = installation.command(["serve", "--role", role]);
        command
            .env("MARZIPAN_LISTEN", address.to_string())
            .env("MARZIPAN_METRICS_LISTEN", metrics.to_string())
            .envs(settings.iter().copied());
        let (child, guard) = spawn(&mut command, &log, installation.folder());
        let mut server = Self { installation: None, command, child, guard, address, metrics, log };
        server.wait_until_ready();
        server
    }

    /// The one server of this engine that all tests share which do not need their own.
    pub fn shared(engine: Engine) -> &'static Self {
        static SQLITE: LazyLock<Server> = LazyLock::new(|| start_shared(Engine::Sqlite));
        static POSTGRES: LazyLock<Server> = LazyLock::new(|| start_shared(Engine::Postgres));
        match engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => {
                // Without one, each test is to say so, not only the first.
                cluster();
                &POSTGRES
            }
        }
    }

    /// What the shared server stands on.
    pub fn installation(&self) -> &Installation {
        self.installation.as_ref().expect("the shared server brings its own installation")
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A caller without a token.
    pub fn nobody(&self) -> Client {
        Client::new(self.address, None)
    }

    /// The value of a counter on the metrics listener, summed over its labels; 0 while it is not there.
    pub fn counter(&self, name: &str) -> f64 {
        let page = Client::new(self.metrics, None).get("/metrics").send().expect(200).text();
        let of_this_name = |line: &&str| line.split(['{', ' ']).next() == Some(name);
        page.lines()
            .filter(of_this_name)
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// The whole page of the metrics listener.
    pub fn metrics(&self) -> Client {
        Client::new(self.metrics, None)
    }

    /// Everything it has logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Ends it as a power cut would.
    pub fn kill9(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Asks it to stop, as an operator does.
    pub fn terminate(&self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()), "the server is still there");
    }

    /// Waits for it to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the server ends", || self.child.try_wait().expect("a child of ours"))
    }

    /// Kills it, if it still lives, and starts it anew at the same address.
    pub fn restart(&mut self) {
        self.kill9();
        let folder = self.log.parent().expect("the log is in a folder").to_owned();
        drop(self.guard.kill());
        drop(self.guard.wait());
        let (child, guard) = spawn(&mut self.command, &self.log, &folder);
        self.child = child;
        self.guard = guard;
        self.wait_until_ready();
    }

    fn wait_until_ready(&mut self) {
        let client = self.nobody();
        eventually("the server is ready", || {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                panic!("the server ended with {status}:\n{}", self.log());
            }
            let answer = client.get("/health/ready").try_send().ok()?;
            (answer.status == 200).then_some(())
        });
    }

    /// The end of the log, and every warning in it: for whoever reads a failed test.
    pub fn excerpt(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.len().saturating_sub(if self.installation.is_some() { 10 } else { 40 });
        let worth = |(number, line): &(usize, &&str)| {
            *number >= last || line.contains("\"WARN\"") || line.contains("\"ERROR\"")
        };
        let told: Vec<&str> = lines.iter().enumerate().filter(worth).map(|(_, line)| *line).collect();
        told[told.len().saturating_sub(60)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        drop(self.guard.kill());
        drop(self.guard.wait());
        if std::thread::panicking() {
            eprintln_excerpt(&self.excerpt());
        }
    }
}

#[expect(clippy::print_stderr, reason = "the test runner shows it beside the failure")]
pub(crate) fn eprintln_excerpt(excerpt: &str) {
    eprintln!("--- the server's log ---\n{excerpt}\n---");
}

/// Whoever runs the tests may name another binary, a release build for one.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("MARZIPAN_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().expect("a test has a path");
    let built = test.parent().and_then(Path::parent).expect("target/debug/deps/…").join("marzipan");
    assert!(built.is_file(), "{} is not built: run `cargo xtask test`", built.display());
    built
}

fn start_shared(engine: Engine) -> Server {
    let installation = Installation::new(engine);
    let settings = [("MARZIPAN_POSTGRES_CONNECTIONS", "16"), ("MARZIPAN_WEBHOOKS_ALLOW_PRIVATE", "true")];
    let mut server = Server::start_with(&installation, &settings);
    server.installation = Some(installation);
    server
}

/// Starts the program and a shell that kills it, and deletes its folder, when we are gone: the system closes
/// the shell's standard input then, however we end.
fn spawn(command: &mut Command, log: &Path, folder: &Path) -> (Child, Child) {
    let log = File::options().create(true).append(true).open(log).expect("a log file");
    let errors = log.try_clone().expect("a second handle");
    let child = command.stdout(log).stderr(errors).spawn().expect("the server starts");
    let guard = Command::new("sh")
        .args(["-c", &format!("read -r _; kill -9 {}; rm -rf {}", child.id(), folder.display())])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // An interrupt from the terminal goes to our process group; the guard must outlive it.
        .process_group(0)
        .spawn()
        .expect("sh starts");
    (child, guard)
}

/// An address nobody listens at. The ports lie below those the system gives to outgoing connections, and each
/// is handed out once, so that no connection of another test can take it first.
pub fn free_address() -> SocketAddr {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
        let spread = u16::try_from(std::process::id() % 97).expect("below 97");
        AtomicU16::new(20_000 + 120 * spread)
    });
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Where the cluster is that `cargo xtask test` has started.
fn cluster() -> String {
    std::env::var("MARZIPAN_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("MARZIPAN_TEST_POSTGRES names no PostgreSQL: run `cargo xtask test`, which starts one")
    })
}

fn new_postgres_database() -> String {
    static DATABASES: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster();
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    let created = eventually("a PostgreSQL database is created", || {
        // Two at once fail on the template that both copy; the second only has to ask again.
        let output = Command::new("psql")
            .args(["-qX", &format!("{cluster}/postgres"), "-c", &format!("create database {name}")])
            .output()
            .expect("psql is installed: `cargo xtask test` sees to it");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success() || !said.contains("being accessed by other users")).then_some((output, said))
    });
    assert!(created.0.status.success(), "{}", created.1);
    format!("{cluster}/{name}")
}

/// Long enough for a busy machine, short enough to fail before someone loses patience.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
