//! A real mail server that keeps what it is sent, so that tests read mails as a person's mail program does.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::eventually;

/// The mail server of one test. It ends when its standard input closes, so with us.
pub struct Sink {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
}

/// A mail as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    /// The headers, folded lines joined, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The plain text part, decoded.
    pub text: String,
    /// The HTML part, decoded.
    pub html: String,
}

impl Received {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Sink {
    /// Starts one. `reply` is what it answers to every mail: `250 OK`, or a refusal for tests of those.
    pub fn start(reply: &str) -> Self {
        Self::at_port("0", reply)
    }

    /// Starts one where another has been.
    pub fn start_at(url: &str, reply: &str) -> Self {
        Self::at_port(url.rsplit(':').next().expect("a port"), reply)
    }

    fn at_port(port: &str, reply: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/smtp_sink.py");
        let mut child = Command::new(python())
            .arg(script)
            .arg(folder.path())
            .arg(reply)
            .arg(port)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("the sink tells its port");
        let port: u16 = line.trim().parse().expect("aiosmtpd is installed: `cargo xtask test` sees to it");
        Self { child, folder, url: format!("smtp://127.0.0.1:{port}") }
    }

    /// The setting that sends mail here.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until so many mails have come, and reads them in the order of their coming.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        eventually("mails arrive", || {
            let mails = self.received();
            (mails.len() >= count).then_some(mails)
        })
    }

    /// What has come so far.
    pub fn received(&self) -> Vec<Received> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the sink's folder");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        files.iter().map(|file| read(file)).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read(file: &Path) -> Received {
    let bytes = std::fs::read(file).expect("a received mail");
    let mail: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON of the sink");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let list = |key: &str| mail[key].as_array().cloned().unwrap_or_default();
    Received {
        headers: list("headers").iter().map(|pair| (text(&pair[0]).to_lowercase(), text(&pair[1]))).collect(),
        from: text(&mail["from"]),
        to: list("to").iter().map(text).collect(),
        text: text(&mail["text"]),
        html: text(&mail["html"]),
    }
}

/// The Python that has the test tools.
pub fn python() -> PathBuf {
    tool("python")
}

/// A program of the virtual environment that `cargo xtask test` makes.
pub fn tool(name: &str) -> PathBuf {
    let venv = std::env::var_os("MARZIPAN_TEST_VENV")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/venv/bin"), PathBuf::from);
    let program = venv.join(name);
    assert!(program.is_file(), "{} is not there: run `cargo xtask test`", program.display());
    program
}
