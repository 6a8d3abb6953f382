//! The program's commands and their exit status: 0 done, 1 failed with one line that says why, 2 wrong usage.

use std::process::Output;

use marzipan_tests::people::is_signed_in;
use marzipan_tests::{Client, Engine, Installation, Server, Shop, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    wrong_usage_is_2,
    failures_are_1_and_say_why_in_a_line,
    tenant_create_prints_what_opens_the_shop,
    tokens_are_issued_and_revoked,
    staff_sign_ins_are_made,
    migrating_twice_changes_nothing,
    an_unmigrated_database_is_refused_when_asked_so,
    a_newer_schema_is_refused,
    settings_come_from_a_file_too,
    doctor_says_what_is_well_and_no_secret,
    what_was_backed_up_is_restored,
    the_documents_are_printed_as_they_are_served,
);

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn expect_status(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "{}", text(output));
}

/// One line on the error output, and nothing on the other.
#[track_caller]
fn expect_failure(output: &Output, words: &[&str]) {
    expect_status(output, 1);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error.trim().lines().count(), 1, "one line: {error}");
    for word in words {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
}

const CREATE: [&str; 8] =
    ["tenant", "create", "--name", "Harbour", "--currency", "GBP", "--timezone", "Europe/London"];

fn wrong_usage_is_2(installation: &Installation) {
    for arguments in [
        vec!["nonsense"],
        vec!["serve", "--nonsense"],
        vec!["tenant"],
        vec!["tenant", "create"],
        vec!["backup"],
        vec!["renewals"],
        vec!["renewals", "preview"],
        vec!["serve", "--role", "king"],
    ] {
        let output = installation.run(&arguments);
        expect_status(&output, 2);
        assert!(String::from_utf8_lossy(&output.stderr).contains("--help"), "{}", text(&output));
    }
    for arguments in
        [vec!["--help"], vec!["--version"], vec!["serve", "--help"], vec!["tenant", "create", "--help"]]
    {
        expect_status(&installation.run(arguments), 0);
    }
}

fn failures_are_1_and_say_why_in_a_line(installation: &Installation) {
    let create = |more: &[&str]| installation.run(CREATE.iter().chain(more));
    expect_status(&create(&["--slug", "harbour"]), 0);
    expect_failure(&create(&["--slug", "harbour"]), &["harbour"]);
    let bad_slug = create(&["--slug", "Not A Slug"]);
    assert!(matches!(bad_slug.status.code(), Some(1 | 2)), "{}", text(&bad_slug));
    expect_failure(&installation.run(["token", "issue", "--tenant", "nowhere"]), &["nowhere"]);
    let preview = |slug: &str, until: &str| {
        installation.run(["renewals", "preview", "--tenant", slug, "--until", until])
    };
    expect_failure(&preview("nowhere", "2026-12-31"), &["nowhere"]);
    expect_failure(&preview("harbour", "soon"), &["until"]);

    let config = installation.folder().join("marzipan.toml");
    let config = config.to_str().expect("a plain path");
    std::fs::write(config, "listen = \"127.0.0.1:0\"\nsmpt_url = \"smtp://127.0.0.1\"\n").expect("a file");
    expect_failure(&installation.run(["doctor", "--config", config]), &["smpt_url", "smtp_url"]);
    std::fs::write(config, "listen = [\n").expect("a file");
    expect_failure(&installation.run(["doctor", "--config", config]), &["marzipan.toml"]);
    expect_failure(&installation.run(["doctor", "--config", "nowhere.toml"]), &["nowhere.toml"]);

    let mut wrong = installation.command(["migrate"]);
    wrong.env("MARZIPAN_DATABASE_URL", "mysql://127.0.0.1/shop");
    expect_failure(&wrong.output().expect("it starts"), &["postgres://"]);
    let mut closed = installation.command(["migrate"]);
    closed.env("MARZIPAN_DATABASE_URL", "postgres://someone:top-secret@127.0.0.1:1/shop");
    let output = closed.output().expect("it starts");
    expect_status(&output, 1);
    assert!(!text(&output).contains("top-secret"), "{}", text(&output));
}

fn tenant_create_prints_what_opens_the_shop(installation: &Installation) {
    let made = installation.json(CREATE.iter().chain(&["--slug", "harbour", "--json"]));
    let keys: Vec<&String> = made.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["adminKey", "slug", "storefrontToken", "tenantId"]);

    let server = Server::start(installation);

    let admin = Client::new(server.address(), made["adminKey"].as_str());
    let settings = admin.get("/admin/v1/settings").send().expect(200).data();
    assert_eq!((&settings["name"], &settings["currency"]), (&json!("Harbour"), &json!("GBP")));
    // For people the same, in words.
    let output = installation.run(CREATE.iter().chain(&["--slug", "other"]));
    expect_status(&output, 0);
    assert!(text(&output).contains("mzk_"), "{}", text(&output));
}

/// The first text in this JSON that begins so.
fn find(value: &Value, prefix: &str) -> String {
    let text = value.to_string();
    let start = text.find(&format!("\"{prefix}")).unwrap_or_else(|| panic!("no {prefix} in {text}")) + 1;
    text[start..].split('"').next().expect("a part").to_owned()
}

fn tokens_are_issued_and_revoked(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let issued = installation.json(["token", "issue", "--tenant", &shop.slug, "--json"]);
    let token = find(&issued, "eyJ");
    let try_it = || {
        let body = json!({ "token": "mzm_nonsense" });
        shop.holding(&token).post("/v1/account/verify").json(&body).send().status
    };
    assert_eq!(try_it(), 422);

    let id = issued["id"].as_str().or(issued["tokenId"].as_str()).expect("an id").to_owned();
    expect_status(&installation.run(["token", "revoke", "--tenant", &shop.slug, &id]), 0);

    assert_eq!(try_it(), 401, "at once, on a server that runs");
    expect_failure(
        &installation.run([
            "token",
            "revoke",
            "--tenant",
            &shop.slug,
            "0192f0a0-7c11-7abc-8def-0123456789ab",
        ]),
        &[],
    );
}

fn staff_sign_ins_are_made(installation: &Installation) {
    let server = Server::start(installation);
    let shop = Shop::open_on(&server, installation);
    let made = installation.json([
        "admin",
        "create",
        "--tenant",
        &shop.slug,
        "--email",
        "olive@post.example",
        "--json",
    ]);

    // Either it makes a password, or it says which one to use.
    let password = made["password"].as_str().unwrap_or_else(|| panic!("no password: {made}"));
    let body = json!({ "tenant": shop.slug, "email": "olive@post.example", "password": password });
    let answer = shop.nobody().post("/admin/v1/staff/login").json(&body).send().expect(200);
    assert_eq!(answer.data()["role"], "owner");
}

fn schema_of(installation: &Installation) -> String {
    match installation.engine() {
        Engine::Sqlite => installation.sql("select name, sql from sqlite_master order by name"),
        Engine::Postgres => installation.sql(
            "select table_name, column_name, data_type from information_schema.columns \
             where table_schema = 'public' order by 1, 2",
        ),
    }
}

fn migrating_twice_changes_nothing(installation: &Installation) {
    expect_status(&installation.run(["migrate"]), 0);
    let schema = schema_of(installation);
    assert!(schema.contains("customers"), "{schema}");

    expect_status(&installation.run(["migrate"]), 0);

    assert_eq!(schema_of(installation), schema);
}

fn an_unmigrated_database_is_refused_when_asked_so(installation: &Installation) {
    let output = installation.run(["serve", "--no-migrate"]);
    expect_status(&output, 1);
    assert!(text(&output).contains("migrate"), "{}", text(&output));
}

fn a_newer_schema_is_refused(installation: &Installation) {
    expect_status(&installation.run(["migrate"]), 0);
    drop(installation.sql("insert into __diesel_schema_migrations (version) values ('99990101000000')"));

    for command in ["serve", "migrate"] {
        let output = installation.run([command]);
        expect_status(&output, 1);
        let said = text(&output);
        assert!(said.contains("99990101000000") && said.contains("newer"), "{said}");
    }
    let output = installation.run(["doctor"]);
    expect_status(&output, 1);
    assert!(text(&output).contains("newer"), "{}", text(&output));
}

fn doctor_says_what_is_well_and_no_secret(installation: &Installation) {
    expect_status(&installation.run(["migrate"]), 0);
    let mut doctor = installation.command(["doctor"]);
    doctor.env("MARZIPAN_SMTP_URL", "smtp://someone:top-secret@127.0.0.1:1");
    let output = doctor.output().expect("it starts");
    // The mail server is not there, and that is worth a word.
    expect_status(&output, 1);
    let said = text(&output);
    assert!(!said.contains("top-secret"), "{said}");
    assert!(said.to_lowercase().contains("mail"), "{said}");

    let output = installation.run(["doctor"]);
    expect_status(&output, 0);
    for checked in ["database", "clock", "mail", "settings"] {
        assert!(text(&output).to_lowercase().contains(checked), "no {checked}: {}", text(&output));
    }
    let json = installation.json(["doctor", "--json"]);
    assert!(!json.to_string().contains("top-secret"));
}

fn what_was_backed_up_is_restored(installation: &Installation) {
    let backup = installation.folder().join("shop.backup");
    let backup = backup.to_str().expect("a plain path").to_owned();
    let (phone, laptop) = {
        let server = Server::start(installation);
        let shop = Shop::open_on(&server, installation);
        let customer = shop.customer_named("Zoë", "Quill");
        let phone = customer.log_in("Phone");
        // While the server runs and writes.
        expect_status(&installation.run(["backup", &backup]), 0);
        phone.post("/v1/account/logout").send().expect(200);
        customer.patch("/v1/account/details").json(&json!({ "firstName": "Later" })).send().expect(200);
        (phone, Client::clone(&customer))
    };
    // Nothing that is there is overwritten by accident.
    let again = installation.run(["restore", &backup]);
    expect_status(&again, 1);

    // The keys are no part of the database; an installation is moved with its key file.
    let elsewhere = installation.another();
    expect_status(&elsewhere.run(["restore", &backup]), 0);

    let server = Server::start(&elsewhere);
    let [phone, laptop] = [phone, laptop].map(|client| client.at(server.address()));
    assert_eq!(laptop.get("/v1/account/details").send().expect(200).data()["firstName"], "Zoë");
    assert!(is_signed_in(&phone), "as it was at the time of the backup");
    let output = elsewhere.run(["doctor"]);
    expect_status(&output, 0);
    expect_failure(&elsewhere.another().run(["restore", "/nowhere/at/all"]), &["/nowhere/at/all"]);
}

/// A shop that has outgrown its one machine takes its data along.
#[test]
fn a_backup_moves_between_the_engines() {
    for (from, to) in [(Engine::Sqlite, Engine::Postgres), (Engine::Postgres, Engine::Sqlite)] {
        let old = Installation::new(from);
        let backup = old.folder().join("shop.backup").to_string_lossy().into_owned();
        let session = {
            let server = Server::start(&old);
            let shop = Shop::open_on(&server, &old);
            let customer = shop.customer_named("Zoë", "Quill");
            expect_status(&old.run(["backup", &backup]), 0);
            Client::clone(&customer)
        };

        let new = old.another_on(to);
        expect_status(&new.run(["restore", &backup]), 0);

        let server = Server::start(&new);
        let answer = session.at(server.address()).get("/v1/account/details").send().expect(200);
        assert_eq!(answer.data()["firstName"], "Zoë");
    }
}

fn settings_come_from_a_file_too(installation: &Installation) {
    let file = installation.folder().join("marzipan.toml");
    let elsewhere = installation.folder().join("elsewhere");
    std::fs::write(&file, format!("data_dir = '{}'\nlog_format = 'json'\n", elsewhere.display()))
        .expect("a file");
    let file = file.to_string_lossy().into_owned();
    let migrate = || {
        let mut command = installation.command(["migrate", "--config", &file]);
        command.env_remove("MARZIPAN_DATABASE_URL").env_remove("MARZIPAN_SECRET_KEY_FILE");
        command
    };
    let data =
        |folder: &std::path::Path| folder.is_dir() && folder.read_dir().is_ok_and(|all| all.count() > 0);

    // The environment overrules the file.
    let here = installation.folder().join("here");
    expect_status(&migrate().env("MARZIPAN_DATA_DIR", &here).output().expect("it starts"), 0);
    assert!(data(&here) && !data(&elsewhere));
    expect_status(&migrate().env_remove("MARZIPAN_DATA_DIR").output().expect("it starts"), 0);
    assert!(data(&elsewhere));
}

fn the_documents_are_printed_as_they_are_served(shop: &Shop<'_>) {
    let installation = shop.server().installation();
    for (arguments, target) in
        [(vec!["openapi"], "/v1/openapi.json"), (vec!["openapi", "--admin"], "/admin/v1/openapi.json")]
    {
        let printed = installation.json(arguments);
        let served = shop.nobody().get(target).send().expect(200).json();
        assert_eq!(printed["paths"], served["paths"], "{target}");
    }
}
