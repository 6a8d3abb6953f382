//! Hears of changes that other processes make: a thread with a connection of its own. Rule: what it has not heard for
//! certain it takes as changed, and it says up to which moment it has heard everything.

use std::sync::{Arc, Weak};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary};
use diesel::{PgConnection, SqliteConnection};
use domain::ids::TenantId;

use super::sqlite::spawn;
use super::versions::Versions;
use super::{Conn, Target};
use crate::error::StoreError;

/// The channel on which PostgreSQL tells of changes: `shop:version`.
pub(crate) const CHANNEL: &str = "marzipan_changes";

/// How often the thread looks.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it asks PostgreSQL something, to know that it is still told everything.
const PROVE: Duration = Duration::from_millis(100);
/// Of its time, the share that reading all versions may take on SQLite.
const SHARE: u32 = 20;
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// Between attempts to connect.
const RETRY: Duration = Duration::from_millis(250);

/// Starts the thread. It ends when the store does.
pub(super) fn start(target: Target, versions: &Arc<Versions>) -> Result<(), StoreError> {
    let versions = Arc::downgrade(versions);
    spawn("store-follower", move || follow(&target, &versions))
}

fn follow(target: &Target, versions: &Weak<Versions>) {
    let mut told = false;
    while versions.strong_count() > 0 {
        let ended = target.connect().and_then(|conn| {
            told = false;
            match conn {
                Conn::Sqlite(conn) => watch(conn, versions),
                Conn::Postgres(conn) => listen(conn, versions),
            }
        });
        if let Err(error) = ended {
            if !told {
                tracing::warn!(error = %error, "changes on other nodes are not heard: nothing is remembered");
                told = true;
            }
            sleep(RETRY);
        }
    }
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

#[derive(QueryableByName)]
struct ShopVersion {
    #[diesel(sql_type = Binary)]
    tenant_id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

/// SQLite tells a connection whether another one has committed. Ends without an error with the store.
fn watch(mut conn: SqliteConnection, versions: &Weak<Versions>) -> Result<(), StoreError> {
    let mut seen = None;
    while let Some(versions) = versions.upgrade() {
        let now = Instant::now();
        if seen.is_none() {
            versions.all_doubted();
        }
        let current = sql_query("PRAGMA data_version").get_result::<DataVersion>(&mut conn)?.data_version;
        if seen != Some(current) {
            let rows: Vec<ShopVersion> =
                sql_query("SELECT tenant_id, version FROM shop_versions").load(&mut conn)?;
            for row in rows {
                if let Ok(tenant) = TenantId::try_from(row.tenant_id) {
                    versions.heard(tenant, row.version);
                }
            }
            seen = Some(current);
        }
        versions.heard_all_before(now);
        drop(versions);
        sleep((now.elapsed() * SHARE).clamp(PAUSE, LONGEST_PAUSE));
    }
    Ok(())
}

/// PostgreSQL tells the connections that listen, after the commit. Ends without an error with the store.
fn listen(mut conn: PgConnection, versions: &Weak<Versions>) -> Result<(), StoreError> {
    sql_query(format!("LISTEN {CHANNEL}")).execute(&mut conn)?;
    if let Some(versions) = versions.upgrade() {
        // From here on everything is told; what came before may have been missed.
        versions.all_doubted();
    }
    let mut proved: Option<Instant> = None;
    while let Some(versions) = versions.upgrade() {
        let now = Instant::now();
        let is_due = proved.is_none_or(|last| now.duration_since(last) >= PROVE);
        if is_due {
            // The answer comes behind every notice of what was committed before the question.
            sql_query("SELECT 1").execute(&mut conn)?;
        }
        for notice in conn.notifications_iter() {
            let notice = notice?;
            match read_notice(&notice.payload) {
                Some((tenant, version)) => versions.heard(tenant, version),
                None => versions.all_doubted(),
            }
        }
        if is_due {
            proved = Some(now);
            versions.heard_all_before(now);
        }
        drop(versions);
        sleep(PAUSE);
    }
    Ok(())
}

/// The notice of a shop's version.
pub(crate) fn notice(tenant: TenantId, version: i64) -> String {
    format!("{tenant}:{version}")
}

fn read_notice(text: &str) -> Option<(TenantId, i64)> {
    let (tenant, version) = text.split_once(':')?;
    Some((tenant.parse().ok()?, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_notice_is_read_back() {
        let tenant = TenantId::new(Uuid::from_u128(7));
        assert_eq!(read_notice(&notice(tenant, 12)), Some((tenant, 12)));
        for text in ["", "7", "x:1", &format!("{tenant}:")] {
            assert_eq!(read_notice(text), None, "{text}");
        }
    }
}
