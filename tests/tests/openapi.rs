//! Schemathesis against the documents that the server itself serves: every operation is called with what its
//! schema allows and with what it forbids, and every answer is checked against the document.

use std::path::Path;
use std::process::Command;

use marzipan_tests::sink::tool;
use marzipan_tests::{Engine, PASSWORD, Server, Shop};
use serde_json::json;

#[test]
fn the_storefront_keeps_its_document() {
    run("/v1/openapi.json", "storefront");
}

#[test]
fn the_admin_api_keeps_its_document() {
    run("/admin/v1/openapi.json", "admin");
}

fn run(document: &str, name: &str) {
    let server = Server::shared(Engine::Sqlite);
    let shop = Shop::open(server);
    // The hooks sign a member of staff in whenever the run has ended their session.
    let owner =
        json!({ "email": "owner@post.example", "name": "Olive", "role": "owner", "password": PASSWORD });
    shop.admin().post("/admin/v1/staff").json(&owner).send().expect(201);
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(tool("schemathesis"))
        .arg("--config-file")
        .arg(tools.join("schemathesis.toml"))
        .args(["run", "--no-color", "--seed", "1", "--workers", "1"])
        .arg(format!("http://{}{document}", server.address()))
        .args(["--url", &format!("http://{}", server.address())])
        .current_dir(folder.path())
        .env("PYTHONPATH", &tools)
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("SHOP_SERVER", format!("http://{}", server.address()))
        .env("SHOP_SLUG", &shop.slug)
        .env("SHOP_STOREFRONT_TOKEN", &shop.storefront_token)
        .env("SHOP_ADMIN_KEY", &shop.admin_key)
        .env("SHOP_PASSWORD", PASSWORD)
        .output()
        .expect("it starts");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/schemathesis-{name}.txt"));
    std::fs::write(&report, &said).expect("target is there");
    let end = said.chars().rev().take(12_000).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    assert!(output.status.success(), "{end}\nthe whole report: {}\n{}", report.display(), server.excerpt());
}
