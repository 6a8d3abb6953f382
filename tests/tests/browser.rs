//! The reference page at `/docs` in a real browser: it shows both APIs and asks nobody but the server itself.

use std::path::Path;
use std::process::Command;

use marzipan_tests::{Engine, Server};

#[test]
fn the_reference_page_works_without_the_internet() {
    let server = Server::shared(Engine::Sqlite);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let picture = root.join("../target/docs.png");
    let output = Command::new("node")
        .arg(root.join("tools/reference_page.mjs"))
        .arg(format!("http://{}", server.address()))
        .arg(&picture)
        .output()
        .expect("node is installed");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{}", server.excerpt());
    assert!(picture.is_file());
}
