//! `kill -9` at random moments under load: whatever was acknowledged is still so afterwards.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use marzipan_tests::people::{PASSWORD, is_signed_in, number};
use marzipan_tests::{Client, Engine, Installation, Server, Shop, on_both_engines};
use serde_json::json;

on_both_engines!(nothing_acknowledged_is_lost_in_twenty_kills);

const KILLS: u32 = 20;

/// What the server has said yes to, in one round.
#[derive(Default)]
struct Acknowledged {
    registered: Vec<String>,
    signed_in: Vec<Client>,
    signed_out: Vec<Client>,
    /// Each customer's last acknowledged password, and the one that was asked for without an answer.
    passwords: BTreeMap<String, (String, Option<String>)>,
}

/// What the load goes on, whatever happens to the server.
struct Load<'a> {
    visitor: Client,
    emails: &'a [String],
    acknowledged: Mutex<Acknowledged>,
    is_over: AtomicBool,
}

impl Load<'_> {
    fn note(&self, note: impl FnOnce(&mut Acknowledged)) {
        note(&mut self.acknowledged.lock().expect("no test panics with it"));
    }

    fn note_password(&self, email: &str, holds: &str, asked: Option<&str>) {
        let entry = (holds.to_owned(), asked.map(ToOwned::to_owned));
        self.note(|all| {
            all.passwords.insert(email.to_owned(), entry);
        });
    }

    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    fn register(&self) {
        while self.goes_on() {
            let email = format!("crash-{}@post.example", number());
            let body = json!({ "firstName": "A", "lastName": "B", "email": email, "password": PASSWORD });
            let answer = self.visitor.post("/v1/account/register").json(&body).try_send();
            if answer.is_ok_and(|answer| answer.status == 201) {
                self.note(|all| all.registered.push(email));
            }
        }
    }

    fn log_in_as(&self, email: &str, password: &str) -> Option<Client> {
        let body = json!({ "email": email, "password": password });
        let answer = self.visitor.post("/v1/account/login").json(&body).try_send().ok()?;
        let token = (answer.status == 200).then(|| answer.string("token"))?;
        Some(self.visitor.with_token(&token))
    }

    /// Signs in, and out again every other time.
    fn come_and_go(&self, email: &str) {
        let mut leaves = false;
        while self.goes_on() {
            let Some(session) = self.log_in_as(email, PASSWORD) else { return };
            leaves = !leaves;
            if !leaves {
                self.note(|all| all.signed_in.push(session));
                continue;
            }
            let answer = session.post("/v1/account/logout").try_send();
            // An unanswered logout may hold or not; only an answered one is a promise.
            if answer.is_ok_and(|answer| answer.status == 200) {
                self.note(|all| all.signed_out.push(session));
            }
        }
    }

    fn change_passwords(&self, email: &str, mut password: String) {
        let Some(session) = self.log_in_as(email, &password) else { return };
        while self.goes_on() {
            let wanted = format!("violet harbour {} lantern", number());
            self.note_password(email, &password, Some(&wanted));
            let body = json!({ "currentPassword": password, "password": wanted });
            let answer = session.put("/v1/account/password").json(&body).try_send();
            if !answer.is_ok_and(|answer| answer.status == 200) {
                return;
            }
            password = wanted;
            self.note_password(email, &password, None);
        }
    }
}

fn nothing_acknowledged_is_lost_in_twenty_kills(installation: &Installation) {
    let mut server = Server::start(installation);
    let (visitor, admin, emails) = {
        let shop = Shop::open_on(&server, installation);
        let emails: Vec<String> = (0..3).map(|_| shop.customer().email).collect();
        (shop.visitor(), shop.admin(), emails)
    };
    let mut password = PASSWORD.to_owned();
    let mut total = 0;
    for kill in 0..KILLS {
        let load = Load {
            visitor: visitor.clone(),
            emails: &emails,
            acknowledged: Mutex::default(),
            is_over: AtomicBool::new(false),
        };
        std::thread::scope(|scope| {
            scope.spawn(|| load.register());
            scope.spawn(|| load.come_and_go(&load.emails[0]));
            scope.spawn(|| load.come_and_go(&load.emails[1]));
            scope.spawn(|| load.change_passwords(&load.emails[2], password.clone()));
            std::thread::sleep(random_moment());
            server.kill9();
            load.is_over.store(true, Ordering::Relaxed);
        });
        server.restart();
        // A sign-in that died with the server counts as a failed one, until it has rested.
        let tomorrow = json!({ "now": format!("2026-02-{:02}T09:00:00Z", kill + 1) });
        admin.post("/admin/v1/test-clock").json(&tomorrow).send().expect(200);

        let said = load.acknowledged.into_inner().expect("no thread panicked");
        total += said.registered.len() + said.signed_in.len() + said.signed_out.len();
        for session in &said.signed_in {
            assert!(is_signed_in(session), "kill {kill}: a sign-in is lost\n{}", server.excerpt());
        }
        for session in &said.signed_out {
            assert!(!is_signed_in(session), "kill {kill}: a sign-out is lost\n{}", server.excerpt());
        }
        for email in &said.registered {
            let found = admin.get(&format!("/admin/v1/customers?email={email}")).send().expect(200).json();
            assert_eq!(found["meta"]["total"], 1, "kill {kill}: {email} is lost");
        }
        if let Some((acknowledged, asked)) = said.passwords.get(&emails[2]) {
            let load = |password: &String| {
                let body = json!({ "email": emails[2], "password": password });
                visitor.post("/v1/account/login").json(&body).send().status == 200
            };
            // The change that was under way when the server died may hold or not; the one before it must.
            let holds =
                [Some(acknowledged), asked.as_ref()].into_iter().flatten().find(|password| load(password));
            password.clone_from(holds.unwrap_or_else(|| panic!("kill {kill}: a password change is lost")));
        }
    }
    assert!(total > KILLS as usize, "only {total} things were acknowledged: the load was none");
    assert_is_whole(installation);
}

fn assert_is_whole(installation: &Installation) {
    if installation.engine() == Engine::Sqlite {
        assert_eq!(installation.sql("pragma integrity_check"), "ok");
        assert_eq!(installation.sql("pragma foreign_key_check"), "");
    }
    let output = installation.run(["doctor"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// Between a quarter of a second and a whole one.
fn random_moment() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Duration::from_millis(250 + u64::from(now.subsec_micros()) % 750)
}
