//! Another program that hears of what happens in a shop: a web server that keeps what is posted to it, and answers each path
//! as the test wants it to.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::eventually;

/// The web server of one test.
pub struct Receiver {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    answers: BTreeMap<String, Answer>,
    hooks: Vec<Hook>,
    is_over: bool,
}

/// How a path is answered.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Status(u16),
    Silence,
}

/// What was posted.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Where to.
    pub path: String,
    /// The headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Receiver {
    /// Starts one, which answers 200 to everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = kept.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.lock().expect("no test panics within").is_over {
                    break;
                }
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, kept }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Has a path answer with this status from now on.
    pub fn answers(&self, path: &str, status: u16) {
        self.set(path, Answer::Status(status));
    }

    /// Has a path take what it is sent and never answer.
    pub fn is_silent(&self, path: &str) {
        self.set(path, Answer::Silence);
    }

    fn set(&self, path: &str, answer: Answer) {
        self.kept.lock().expect("no test panics within").answers.insert(path.to_owned(), answer);
    }

    /// What a path was sent, in the order of its coming.
    pub fn hooks(&self, path: &str) -> Vec<Hook> {
        let kept = self.kept.lock().expect("no test panics within");
        kept.hooks.iter().filter(|hook| hook.path == path).cloned().collect()
    }

    /// Waits until a path was sent so many.
    #[track_caller]
    pub fn wait_for(&self, path: &str, count: usize) -> Vec<Hook> {
        eventually("something is posted", || {
            let hooks = self.hooks(path);
            (hooks.len() >= count).then_some(hooks)
        })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Ok(mut kept) = self.kept.lock() {
            kept.is_over = true;
        }
        // The thread that waits for callers gets one more, and ends.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Kept>) {
    let Ok(writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    let mut writer = writer;
    while let Some(hook) = read(&mut reader) {
        let answer = {
            let mut kept = kept.lock().expect("no test panics within");
            let answer = kept.answers.get(&hook.path).copied().unwrap_or(Answer::Status(200));
            kept.hooks.push(hook);
            answer
        };
        let Answer::Status(status) = answer else {
            std::thread::sleep(Duration::from_mins(1));
            return;
        };
        let body = format!("answer {status}");
        let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n", body.len());
        // Where a redirect would lead nobody must come.
        let answer = format!("{head}location: /moved\r\n\r\n{body}");
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Hook> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Hook { path, headers, body: String::from_utf8(body).ok()? })
}
