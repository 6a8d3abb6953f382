//! Drives the sender against a mail server that follows a script.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use domain::time::Timestamp;
use secrecy::SecretString;

use super::*;
use crate::mail::{Mailer, Message};

/// What the server does at one point of one mail.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Turn {
    /// Takes the mail.
    Takes,
    /// Answers `RCPT TO` so.
    Answers(&'static str),
    /// Says nothing to `DATA`'s end, ever.
    FallsSilent,
    /// Takes the mail and hangs up without a word.
    TakesAndHangsUp,
}

/// A mail server for one test. It ends when the test's process does; every read has a time-out.
struct Sink {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    mails: Vec<String>,
    commands: Vec<String>,
}

impl Sink {
    fn with(turns: &[Turn]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let turns = Arc::new(Mutex::new(VecDeque::from(turns.to_vec())));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().take(10) {
                let (stream, seen, turns) =
                    (stream.expect("a client"), Arc::clone(&shared), Arc::clone(&turns));
                thread::spawn(move || converse(stream, &seen, &turns));
            }
        });
        Self { port, seen }
    }

    fn mailer(&self, user: &str) -> Mailer {
        let server =
            Server::from_url(&format!("smtp://{user}127.0.0.1:{}", self.port)).expect("a valid address");
        Mailer::Smtp(Box::new(server.with_patience(Duration::from_secs(2))))
    }

    fn seen<T>(&self, look: impl Fn(&Seen) -> T) -> T {
        look(&self.seen.lock().expect("no panic"))
    }
}

/// One connection. Ends, rather than panics, when the client goes away.
fn converse(stream: TcpStream, seen: &Mutex<Seen>, turns: &Mutex<VecDeque<Turn>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    seen.lock().ok()?.connections += 1;
    let mut answers = stream.try_clone().ok()?;
    let mut say = |line: &str| answers.write_all(format!("{line}\r\n").as_bytes()).ok();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    say("220 sink")?;
    let mut turn = Turn::Takes;
    while let Some(line) = lines.next() {
        seen.lock().ok()?.commands.push(line.clone());
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => say("250-sink\r\n250 AUTH PLAIN LOGIN")?,
            "AUTH" if line.contains("AHVzZXIAcEBzcw==") => say("235 welcome")?,
            "AUTH" => say("535 who are you")?,
            "MAIL" => {
                turn = turns.lock().ok()?.pop_front().unwrap_or(Turn::Takes);
                say("250 ok")?;
            }
            "RCPT" => match turn {
                Turn::Answers(answer) => say(answer)?,
                _ => say("250 ok")?,
            },
            "DATA" => {
                say("354 go on")?;
                let mail: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                match turn {
                    Turn::FallsSilent => thread::sleep(Duration::from_secs(4)),
                    Turn::TakesAndHangsUp => return None,
                    _ => {}
                }
                seen.lock().ok()?.mails.push(mail.join("\n"));
                say("250 taken")?;
            }
            "QUIT" => {
                say("221 bye")?;
                return Some(());
            }
            _ => say("250 ok")?,
        }
    }
    Some(())
}

fn message() -> Message {
    Message {
        message_id: "7@example.com".to_owned(),
        references: Vec::new(),
        date: Timestamp::from_micros(1_728_303_178_000_000),
        from_name: "Malt & Vine".to_owned(),
        from: "shop@example.com".to_owned(),
        to: "ann@example.com".to_owned(),
        reply_to: None,
        subject: "Hello".to_owned(),
        text: "first\n.\n..last".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        unsubscribe: None,
    }
}

#[tokio::test]
async fn a_mail_arrives_whole_and_the_connection_serves_the_next() {
    let sink = Sink::with(&[]);
    let mailer = sink.mailer("");
    mailer.check().await.expect("it answers");
    mailer.send(&message()).await.expect("taken");
    mailer.send(&message()).await.expect("taken");
    assert_eq!(sink.seen(|seen| (seen.connections, seen.mails.len())), (1, 2));
    let mail = sink.seen(|seen| seen.mails[0].clone());
    assert!(mail.contains("Subject: Hello"), "{mail}");
    assert!(mail.contains("first\n..\n...last"), "dots are doubled on the wire: {mail}");
    let envelope = sink.seen(|seen| seen.commands.iter().any(|line| line == "RCPT TO:<ann@example.com>"));
    assert!(envelope);
}

#[tokio::test]
async fn come_back_later_is_transient_and_go_away_is_permanent() {
    let sink = Sink::with(&[
        Turn::Answers("450 4.2.1 <Ann@example.com>: greylisted"),
        Turn::Answers("550 5.1.1 <ann@example.com>: no such user"),
    ]);
    let mailer = sink.mailer("");
    let place = format!("mail server 127.0.0.1:{}", sink.port);
    assert_eq!(
        mailer.send(&message()).await,
        Err(MailError::Transient(format!("{place}: transient error (450): 4.2.1 <…>: greylisted")))
    );
    assert_eq!(
        mailer.send(&message()).await,
        Err(MailError::Permanent(format!("{place}: permanent error (550): 5.1.1 <…>: no such user")))
    );
    mailer.send(&message()).await.expect("the next one is taken");
}

#[tokio::test]
async fn silence_has_an_end_and_its_connection_is_not_used_again() {
    let sink = Sink::with(&[Turn::Takes, Turn::FallsSilent]);
    let mailer = sink.mailer("");
    mailer.send(&message()).await.expect("taken");
    assert!(
        matches!(mailer.send(&message()).await, Err(MailError::Transient(why)) if why.ends_with("in time"))
    );
    mailer.send(&message()).await.expect("taken by a new connection");
    assert_eq!(sink.seen(|seen| seen.connections), 2);
}

#[tokio::test]
async fn a_server_that_hangs_up_is_tried_again() {
    let sink = Sink::with(&[Turn::TakesAndHangsUp]);
    let mailer = sink.mailer("");
    assert!(matches!(mailer.send(&message()).await, Err(MailError::Transient(_))));
    mailer.send(&message()).await.expect("taken");
}

#[tokio::test]
async fn a_server_that_never_greets_or_is_not_there_is_transient() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("bound").port();
    let sink = Sink { port, seen: Arc::default() };
    assert!(matches!(sink.mailer("").check().await, Err(MailError::Transient(_))));
    drop(silent);
    assert!(matches!(sink.mailer("").send(&message()).await, Err(MailError::Transient(_))));
}

#[tokio::test]
async fn a_wrong_password_is_no_reason_to_give_a_mail_up() {
    let sink = Sink::with(&[]);
    sink.mailer("user:p%40ss@").send(&message()).await.expect("the escaped password is right");
    let error = sink.mailer("user:hunter2@").send(&message()).await.expect_err("wrong");
    assert!(matches!(&error, MailError::Transient(why) if why.contains("535") && !why.contains("hunter2")));
}

#[tokio::test]
async fn no_password_travels_in_the_clear_where_tls_is_required() {
    let sink = Sink::with(&[]);
    let url = SecretString::from(format!("smtp://user:p%40ss@127.0.0.1:{}?tls=required", sink.port));
    let mailer = Mailer::from_url(Some(&url)).expect("a valid address");
    assert!(matches!(mailer.check().await, Err(MailError::Transient(why)) if why.contains("STARTTLS")));
    assert!(!sink.seen(|seen| seen.commands.iter().any(|line| line.starts_with("AUTH"))));
}

#[tokio::test]
async fn without_a_server_mail_is_kept() {
    let mailer = Mailer::from_url(None).expect("nothing to read");
    assert!(!mailer.sends());
    assert_eq!(mailer.send(&message()).await, Ok(()));
    assert_eq!(mailer.check().await, Ok(()));
}

#[test]
fn addresses_say_how_safely_they_are_spoken_to() {
    fn read(url: &str) -> (u16, &'static str) {
        let server = Server::from_url(url).expect(url);
        let encryption = match server.encryption {
            Encryption::Never => "never",
            Encryption::IfOffered(_) => "if offered",
            Encryption::Required(_) => "required",
            Encryption::FromTheStart(_) => "from the start",
        };
        (server.port, encryption)
    }
    for (url, expected) in [
        ("smtp://mail.example.com", (25, "if offered")),
        ("smtp://mail.example.com/", (25, "if offered")),
        ("smtp://mail.example.com?tls=required", (25, "required")),
        ("smtp://u:p@mail.example.com", (587, "required")),
        ("smtp://u:p@mail.example.com:2525?tls=none", (2525, "never")),
        ("smtp://u:p@localhost:1025", (1025, "if offered")),
        ("smtp://[::1]:1025", (1025, "if offered")),
        ("smtps://u:p@mail.example.com", (465, "from the start")),
        ("smtps://u:p%25@mail.example.com:4650", (4650, "from the start")),
    ] {
        assert_eq!(read(url), expected, "{url}");
    }
}

#[test]
fn a_wrong_address_is_told_without_its_password() {
    for url in [
        "",
        "mail.example.com",
        "smtp://",
        "http://u:hunter2@mail.example.com",
        "smtp://u:hunter2@mail.example.com:99999",
        "smtp://:hunter2@mail.example.com",
        "smtp://hunter2@mail.example.com",
        "smtp://u:hunter2%@mail.example.com",
        "smtp://u:hunter2%zz@mail.example.com",
        "smtp://u:hunter2%ff@mail.example.com",
        "smtp://u:hunter2@mail.example.com/path",
        "smtp://u:hunter2@mail.example.com?tls=maybe",
        "smtps://u:hunter2@mail.example.com?tls=none",
        "smtp://u:hunter2@bad host",
    ] {
        let Err(MailError::Permanent(why)) = Mailer::from_url(Some(&SecretString::from(url))) else {
            panic!("{url} is taken");
        };
        assert!(!why.contains("hunter2"), "{why}");
        assert!(why.contains("it looks like smtps://"), "{why}");
    }
}
