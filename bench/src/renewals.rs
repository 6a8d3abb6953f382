//! Renewals. Rule: one member joins the way anybody does and is copied behind the server's back, with the server stopped; all
//! else is the server's own doing, from the moment at which the copies fall due.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use domain::ids::TenantId;
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::{Store, StoreError, StoreSettings};

use crate::commits;
use crate::http::Client;
use crate::measure::{Bench, MIB, median, percentile};
use crate::report::Row;
use crate::server::{Installation, Server, role};
use crate::shop::Shop;

/// So many fall due together.
const DUE: u32 = 10_000;
/// At least this much of what the disk alone allows.
const SHARE: f64 = 0.5;
/// What the provider takes for an answer, in milliseconds.
const LATENCY: u32 = 50;
/// All of them in so many seconds, where the provider takes that long.
const IN_SECONDS: f64 = 20.0;
/// A small and a large shop.
const MEMBERS: [u32; 2] = [10_000, 1_000_000];
/// So many of either renew before its memory is read.
const RENEWED: u32 = 1_000;
/// What the large one may take more than the small one.
const FLAT: f64 = 1.1;
/// What is found among the large shop's, and how long that may take.
const FOUND: u32 = 100;
const SCAN_MS: f64 = 5.0;
/// The server is given so long from its start to the moment at which they fall due.
const AHEAD: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_mins(5);

/// A shop with a club, whose members were copied from one.
struct Club {
    installation: Installation,
    shop: Shop,
}

/// How a run went.
struct Run {
    seconds: f64,
    /// The transactions that wrote.
    writes: f64,
}

impl Bench {
    /// All that is due at one moment, without and with latency.
    pub(crate) fn renewals(&mut self) -> Result<Vec<Row>> {
        let count = f64::from(DUE);
        let (mut pairs, mut writes, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..self.runs() {
            let ours = self.club()?.renew(0)?;
            let bare = commits::Plan {
                path: self.folder().join(format!("renewing-{run}.db")).to_string_lossy().into_owned(),
                rows: 200_000,
                seconds: self.seconds(),
            };
            let theirs: commits::Report = role("commits", &bare, None)?;
            let each = ours.writes / count;
            writes.push(each);
            pairs.push((count / ours.seconds, theirs.per_second / each));
            times.push(self.club()?.renew(LATENCY)?.seconds);
        }
        let each = median(writes);
        let note = format!("{each:.1} transactions that write for each");
        let what = "renewals that fall due together, the provider answers at once";
        let rate = self.compare(what, "as many commits for each", &pairs, Some(SHARE), &note);
        let texts: Vec<String> = times.iter().map(|time| format!("{time:.1}")).collect();
        self.note(format!(
            "{DUE} renewals, the provider takes {LATENCY} ms: {} s until the last is paid",
            texts.join(", ")
        ));
        let time = median(times);
        Ok(vec![
            rate,
            Row {
                what: format!("{DUE} renewals that fall due together, the provider takes {LATENCY} ms"),
                ours: format!("{time:.1} s"),
                baseline: String::new(),
                ratio: String::new(),
                target: format!("≤ {IN_SECONDS:.0} s"),
                met: Some(time <= IN_SECONDS),
            },
        ])
    }

    /// What a million members cost those who are due, in memory and in time.
    pub(crate) fn members(&mut self) -> Result<Vec<Row>> {
        let mut resident = Vec::new();
        let mut scans = Vec::new();
        for members in MEMBERS {
            let club = self.club()?;
            club.copy(members - RENEWED, Duration::from_hours(24 * 20))?;
            let due = club.copy(RENEWED, AHEAD)?;
            let server = club.serve(0)?;
            club.wait(&server, RENEWED, due)?;
            // What became of them is told to others meanwhile.
            std::thread::sleep(Duration::from_secs(2));
            resident.push(megabytes(server.resident()?));
            drop(server);
            club.copy(FOUND, Duration::ZERO)?;
            scans = club.scans()?;
        }
        let ratio = resident[1] / resident[0];
        let (middle, slow) = (percentile(&mut scans, 0.5), percentile(&mut scans, 0.99));
        self.note(format!(
            "resident memory after {RENEWED} renewals: {:.1} MiB with {} members, {:.1} with {}; the scan: p50 {middle:.2} ms, \
             p99 {slow:.2}",
            resident[0], MEMBERS[0], resident[1], MEMBERS[1]
        ));
        Ok(vec![
            Row {
                what: format!("finding what is due: {FOUND} of {} subscriptions, p99 (p50)", MEMBERS[1]),
                ours: format!("{slow:.2} ms ({middle:.2})"),
                baseline: String::new(),
                ratio: String::new(),
                target: format!("≤ {SCAN_MS} ms"),
                met: Some(slow <= SCAN_MS),
            },
            Row {
                what: format!(
                    "resident memory after {RENEWED} renewals in a shop of {} subscriptions",
                    MEMBERS[1]
                ),
                ours: format!("{:.1} MiB", resident[1]),
                baseline: format!("{:.1} MiB in one of {}", resident[0], MEMBERS[0]),
                ratio: format!("{ratio:.2} ×"),
                target: format!("≤ {FLAT} ×"),
                met: Some(ratio <= FLAT),
            },
        ])
    }

    /// A shop in which one customer has joined a club.
    fn club(&mut self) -> Result<Club> {
        let (installation, shop) = self.shop()?;
        let installation = installation.counted();
        let server = installation.serve(Some("warn"), None)?;
        let mut admin = Client::connect(server.address())?;
        let mut add = |list: &str, body: Value| {
            let made = admin.post(&format!("/admin/v1/{list}"), shop.admin_key(), &body)?.json(201)?;
            Ok::<_, anyhow::Error>(made["data"]["id"].clone())
        };
        let courier =
            add("shipping-methods", json!({ "name": "Courier", "price": 495, "countries": ["GB"] }))?;
        let wine = add("products", json!({ "name": "Malbec", "price": 1200, "quantity": 1_000_000 }))?;
        let other = add("products", json!({ "name": "Rioja", "price": 1300, "quantity": 1_000_000 }))?;
        let club = json!({ "name": "Cellar Club", "productType": "subscription", "subscriptionType": "picknmix",
            "price": 6000, "pricingType": "fixed", "billingFrequency": 1, "billingFrequencies": [1, 2, 3],
            "minimumItems": 6, "picknmixProductIds": [wine, other] });
        let club = add("products", club)?;
        let sandbox = json!({ "provider": "sandbox" });
        admin.put("/admin/v1/payment-provider", shop.admin_key(), &sandbox)?.json(200)?;

        let member = shop.customers(&server, 0..1)?.remove(0);
        let mut client = Client::connect(server.address())?;
        let cart = client.post("/v1/carts", &member.token, &json!({}))?.json(201)?;
        let path = format!("/v1/carts/{}", cart["data"]["id"].as_str().context("a cart's id")?);
        let picks = json!([{ "productId": wine, "quantity": 3 }, { "productId": other, "quantity": 3 }]);
        let joins = json!({ "productId": club, "quantity": 1, "subscription": { "billingFrequency": 1, "items": picks } });
        client.post(&format!("{path}/items"), &member.token, &joins)?.json(201)?;
        let home = json!({ "shipping": { "firstName": "Ada", "lastName": "Quill", "line1": "12 Orchard Lane",
            "city": "Bath", "postcode": "BA1 1AA", "country": "GB" } });
        client.put(&format!("{path}/addresses"), &member.token, &home)?.json(200)?;
        let sent = json!({ "shippingMethodId": courier });
        client.put(&format!("{path}/shipping-method"), &member.token, &sent)?.json(200)?;
        let paid = json!({ "payment": { "provider": "sandbox", "token": "tok_ok" } });
        client.post(&format!("{path}/checkout"), &member.token, &paid)?.json(201)?;
        drop(server);
        Ok(Club { installation, shop })
    }
}

impl Club {
    /// All copies fall due together; from that moment to the last one's payment.
    fn renew(&self, latency: u32) -> Result<Run> {
        let due = self.copy(DUE, AHEAD)?;
        let server = self.serve(latency)?;
        let before = server.writes()?;
        let seconds = self.wait(&server, DUE, due)?;
        Ok(Run { seconds, writes: server.writes()? - before })
    }

    /// Starts the server, with a provider that takes so many milliseconds.
    fn serve(&self, latency: u32) -> Result<Server> {
        let server = self.installation.serve(Some("warn"), None)?;
        let slow = json!({ "latencyMs": latency });
        let mut admin = Client::connect(server.address())?;
        admin.post("/admin/v1/sandbox/settings", self.shop.admin_key(), &slow)?.json(200)?;
        Ok(server)
    }

    /// Copies the member's subscription so many times; the copies fall due at one time, which is told.
    fn copy(&self, copies: u32, ahead: Duration) -> Result<Duration> {
        let mut conn = open(&self.installation.database())?;
        let due = now()? + ahead;
        let micros = i64::try_from(due.as_micros())?;
        let columns = columns(&mut conn)?;
        let value = |column: &str| match column {
            "subscription_id" => "randomblob(16)".to_owned(),
            "next_at" | "wake_at" => micros.to_string(),
            // They were told of it.
            "reminded_cycle" => "cycle".to_owned(),
            other => other.to_owned(),
        };
        let values: Vec<String> = columns.iter().map(|column| value(column)).collect();
        conn.batch_execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies}) \
             INSERT INTO subscriptions ({}) SELECT {} FROM (SELECT * FROM subscriptions ORDER BY rowid LIMIT 1), n; \
             UPDATE jobs SET due_at = min(due_at, {micros}) WHERE kind = 'subscriptions.tend'; \
             PRAGMA wal_checkpoint(TRUNCATE);",
            columns.join(", "),
            values.join(", ")
        ))?;
        Ok(due)
    }

    /// Waits until so many are paid; gives the seconds since they fell due.
    fn wait(&self, server: &Server, count: u32, due: Duration) -> Result<f64> {
        let mut admin = Client::connect(server.address())?;
        let begun = Instant::now();
        loop {
            let page =
                admin.get("/admin/v1/renewals?status=paid&perPage=1", self.shop.admin_key())?.json(200)?;
            let read_at = now()?;
            let paid = page["meta"]["total"].as_u64().context("no total")?;
            if paid >= u64::from(count) {
                return Ok(read_at.saturating_sub(due).as_secs_f64());
            }
            ensure!(begun.elapsed() < PATIENCE, "only {paid} of {count} renewals were paid");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How long the server's own question takes for what is due, in milliseconds.
    fn scans(&self) -> Result<Vec<f64>> {
        const SCANS: usize = 200;
        let store = Store::open(
            &StoreSettings {
                url: format!("sqlite://{}", self.installation.database().display()),
                postgres_connections: 1,
                sqlite_readers: 1,
                follows: false,
            },
            false,
        )?;
        let tenant = TenantId::new(self.shop.tenant_id);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let scan = async || {
            let now = Timestamp::from_micros(i64::try_from(now()?.as_micros())?);
            let begun = Instant::now();
            let due = store.read(tenant, move |tx| store::subscriptions::due(tx, now, 256)).await;
            let took = begun.elapsed().as_secs_f64() * 1e3;
            let due = due.map_err(|error: StoreError| anyhow::anyhow!(error))?;
            ensure!(due.len() == usize::try_from(FOUND)?, "{} were found", due.len());
            Ok(took)
        };
        let mut times = Vec::new();
        for _ in 0..SCANS {
            times.push(runtime.block_on(scan())?);
        }
        Ok(times)
    }
}

/// Since 1970: the moment at which they fall due is told to another process.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures by the real clock")]
fn now() -> Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}

fn open(database: &Path) -> Result<SqliteConnection> {
    commits::open(&database.to_string_lossy())
}

/// The columns of a subscription, as they stand in this release.
fn columns(conn: &mut SqliteConnection) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let columns: Vec<Column> =
        diesel::sql_query("SELECT name FROM pragma_table_info('subscriptions')").load(conn)?;
    Ok(columns.into_iter().map(|column| column.name).collect())
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MIB
}
