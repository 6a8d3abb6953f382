//! Sessions in bulk, written straight into the database: signing in a hundred thousand times would take an hour of
//! hashing. Rule: a row is what the server would have written itself.

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::commits;

diesel::table! {
    sessions (tenant_id, session_id) {
        tenant_id -> Binary,
        session_id -> Binary,
        customer_id -> Binary,
        token_hash -> Binary,
        device -> Nullable<Text>,
        ip_address -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
    }
}

/// Signs the customers in, in turn, until there are `count` new sessions; gives their tokens. `series` sets this
/// call's tokens apart from those of others.
pub(crate) fn sessions(
    path: &std::path::Path,
    tenant: Uuid,
    customers: &[Uuid],
    series: &str,
    count: usize,
) -> Result<Vec<String>> {
    let tokens: Vec<String> = (0..count).map(|number| token(series, number)).collect();
    let mut conn = commits::open(&path.to_string_lossy())?;
    let now: i64 = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(
        "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
    ))
    .get_result(&mut conn)?;
    let millis = u64::try_from(now / 1000)?;
    conn.immediate_transaction(|conn| {
        for (token, customer) in tokens.iter().zip(customers.iter().cycle()) {
            let token_hash = Sha256::digest(token.as_bytes());
            let session_id = uuid::Builder::from_unix_timestamp_millis(millis, &random_part(&token_hash));
            diesel::insert_into(sessions::table)
                .values((
                    sessions::tenant_id.eq(tenant.as_bytes().as_slice()),
                    sessions::session_id.eq(session_id.as_uuid().as_bytes().as_slice()),
                    sessions::customer_id.eq(customer.as_bytes().as_slice()),
                    sessions::token_hash.eq(&token_hash[..]),
                    sessions::ip_address.eq("127.0.0.1"),
                    sessions::created_at.eq(now),
                    sessions::last_used_at.eq(now),
                ))
                .execute(conn)?;
        }
        QueryResult::Ok(())
    })?;
    // The server should not have to move these rows into the database while it is measured.
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(tokens)
}

fn random_part(hash: &[u8]) -> [u8; 10] {
    std::array::from_fn(|index| hash[index])
}

/// Of the form of the server's own, and as long.
fn token(series: &str, number: usize) -> String {
    let bits = Sha256::digest(format!("{series} {number}"));
    format!("mza_{}", BASE64_URL_SAFE_NO_PAD.encode(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_form_of_the_servers() {
        let token = token("a", 1);
        assert_eq!(token.len(), 47);
        assert!(token.starts_with("mza_"));
    }
}
