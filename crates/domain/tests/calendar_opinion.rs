//! An independent opinion on the days of renewals: that of python-dateutil.
#![expect(clippy::print_stdout, reason = "somebody should see that it was left out")]

use std::path::Path;
use std::process::Command;

use domain::subscriptions::Anchor;

const SEED: &str = "20240229";
const CASES: usize = 10_000;

#[test]
fn dateutil_finds_the_same_days() {
    let Some(venv) = std::env::var_os("MARZIPAN_TEST_VENV") else {
        println!("left out: MARZIPAN_TEST_VENV does not say where Python is; `cargo xtask test` does");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar_opinion.py");
    let told = Command::new(Path::new(&venv).join("python"))
        .arg(script)
        .arg(SEED)
        .output()
        .expect("Python of the virtual environment");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).expect("plain text");

    let mut differing = Vec::new();
    for line in told.lines() {
        let [begun, months, expected] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("not three words: {line}");
        };
        let months = months.parse().expect("a number of months");
        let found = Anchor::parse(begun).expect("an anchor").date(months).to_string();
        if found != expected {
            differing.push(format!("{begun} + {months}: {found}, dateutil says {expected}"));
        }
    }
    assert_eq!(told.lines().count(), CASES);
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}
