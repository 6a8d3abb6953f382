//! `marzipan demo`: the main job with nothing set up.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use marzipan_tests::eventually;
use marzipan_tests::server::{binary, free_address};
use serde_json::Value;

struct Demo {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    printed: Vec<String>,
}

impl Demo {
    fn start(folder: &std::path::Path, listen: &str) -> Self {
        let mut command = Command::new(binary());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MARZIPAN_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .arg("demo")
            .env("MARZIPAN_LISTEN", listen)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines, printed: Vec::new() }
    }

    /// The lines to paste, once they are printed: two that show what the shop sells, six that buy, two that sign in and look,
    /// twelve that join a club, one that signs out.
    fn curl_lines(&mut self) -> Vec<String> {
        eventually("the lines to paste are printed", || {
            self.printed.extend(self.lines.try_iter());
            let whole = self.printed.join("\n").replace("\\\n", " ");
            let curls: Vec<String> = whole
                .lines()
                .map(str::trim)
                .filter(|line| line.starts_with("curl ") || line.contains("$(curl ") || is_a_step(line))
                .map(ToOwned::to_owned)
                .collect();
            (curls.len() >= 23).then_some(curls)
        })
    }
}

/// Whether this is one of the lines that buy, or join.
fn is_a_step(line: &str) -> bool {
    ["shop ", "shop() ", "me ", "me() ", "CART=", "CLUB=", "CARD=", "sleep 1; me "]
        .iter()
        .any(|begins| line.starts_with(begins))
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn said_by(script: &str) -> String {
    let output = Command::new("bash").args(["-c", script]).output().expect("bash starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The answer of the line that asks this path.
fn answer(lines: &[String], path: &str) -> Value {
    let line = lines.iter().find(|line| line.contains(path)).expect("a line for it is printed");
    let said = said_by(line);
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{line} gave {said}"))
}

#[test]
fn prints_lines_that_show_what_it_sells_sign_in_look_and_sign_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listen = free_address().to_string();
    let mut demo = Demo::start(folder.path(), &listen);
    let first = demo.curl_lines();
    let printed = demo.printed.join("\n");
    for part in [listen.as_str(), "shopper@example.com", "mzk_", "/docs"] {
        assert!(printed.contains(part), "{part} is not printed: {printed}");
    }
    // As a newcomer would: one after the other, in one shell.
    let script = format!("set -e\n{}\n", first.join("\necho\n"));
    let run = || said_by(&script);
    eventually("the server listens", || std::net::TcpStream::connect(&listen).ok());
    let said = run();
    assert!(said.contains("\"firstName\"") || said.contains("\"email\""), "{said}\n{script}");
    assert!(!said.lines().any(|line| line.starts_with("{\"message\"")), "{said}\n{script}");

    assert!(said.contains("\"paymentStatus\":\"paid\""), "nothing was bought: {said}\n{script}");

    // The club: its box was changed, one was skipped, and what the first card refused the second paid.
    assert!(said.contains("\"status\":\"past_due\""), "the card did not fail: {said}");
    let renewals: Value =
        serde_json::from_str(said.lines().rfind(|line| line.starts_with("{\"data\":[")).expect("a list"))
            .expect("JSON");
    let statuses: Vec<&Value> =
        renewals["data"].as_array().expect("renewals").iter().map(|renewal| &renewal["status"]).collect();
    assert_eq!(statuses, ["paid", "skipped"], "{renewals}");

    // The red wines of two countries, each with a picture that is there.
    let reds = answer(&first, "/v1/products");
    let wines = reds["data"].as_array().expect("a list");
    assert!(wines.len() > 3, "{reds}");
    for wine in wines {
        assert_eq!((&wine["collection"], &wine["productType"]), (&"Reds".into(), &"physical".into()));
        let picture = wine["image"]["src"].as_str().expect("a picture");
        let said =
            said_by(&format!("curl -s -o /dev/null -w '%{{http_code}} %{{content_type}}' '{picture}'"));
        assert_eq!(said, "200 image/png", "{picture}");
    }
    // What was typed with a slip is found all the same, once the index has it.
    eventually("the search finds Chardonnay", || {
        let found = answer(&first, "/v1/search");
        let title = found["results"]["products"][0]["title"].as_str()?.to_owned();
        assert!(title.contains("Chardonnay"), "{found}");
        Some(())
    });

    // A second start keeps the data, and what was printed stays true.
    drop(demo);
    let mut demo = Demo::start(folder.path(), &listen);
    let second = demo.curl_lines();
    assert_eq!(first, second);
    eventually("the server listens", || std::net::TcpStream::connect(&listen).ok());
    assert_eq!(answer(&second, "/v1/products"), reds, "it was stocked again");
    assert!(run().contains("shopper@example.com"), "{}", run());
    assert!(folder.path().join("marzipan-data").is_dir());
}
