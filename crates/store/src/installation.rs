//! What looks across shops: whose a token is, which jobs are due, which shops there are.
//!
//! Rule: this is the one module whose queries are not narrowed to a shop. It gives ids and leaves the rest to [`Tx`].

use diesel::prelude::*;
use domain::ids::{JobId, TenantId};
use domain::time::Timestamp;

use crate::accounts::customers::Customer;
use crate::accounts::sessions::Session;
use crate::engine::{Conn, Marks};
use crate::error::StoreError;
use crate::schema::{
    admin_keys, customers, installation, jobs, sessions, shop_versions, staff_sessions, tenant_origins,
    tenants,
};
use crate::tenants::admin_keys::AdminKey;
use crate::tenants::shops::Shop;
use crate::tenants::staff_sessions::StaffSession;
use crate::tx::{Tx, note};

/// A transaction over the whole installation.
pub struct InstallationTx<'c> {
    conn: &'c mut Conn,
    marks: &'c mut Marks,
}

impl<'c> InstallationTx<'c> {
    pub(crate) fn new(conn: &'c mut Conn, marks: &'c mut Marks) -> Self {
        Self { conn, marks }
    }

    /// Goes on for one shop, within the same transaction.
    pub fn tenant(&mut self, tenant: TenantId) -> Tx<'_> {
        Tx::new(self.conn, tenant, self.marks)
    }

    fn done<T>(&mut self, result: QueryResult<T>) -> Result<T, StoreError> {
        result.map_err(|error| note(self.marks, error))
    }
}

/// Whose a token is: the shop, where its own clock stands if it has one, and the row that the token stands for.
pub struct Owner<R> {
    /// The shop.
    pub tenant: TenantId,
    /// A test-mode shop's clock.
    pub clock_at: Option<Timestamp>,
    /// The session or key.
    pub row: R,
}

macro_rules! found_by_hash {
    ($($(#[$doc:meta])* $find:ident($table:ident, $column:ident) -> $row:ty;)*) => {$(
        $(#[$doc])*
        pub fn $find(tx: &mut InstallationTx<'_>, hash: &[u8]) -> Result<Option<Owner<$row>>, StoreError> {
            let found = $table::table
                .inner_join(tenants::table.on(tenants::tenant_id.eq($table::tenant_id)))
                .filter($table::$column.eq(hash.to_vec()))
                .select(($table::tenant_id, tenants::clock_at, <$row>::as_select()))
                .load::<(Vec<u8>, Option<i64>, $row)>(tx.conn);
            tx.done(found)?
                .pop()
                .map(|(tenant, clock_at, row)| {
                    Ok(Owner { tenant: tenant_id(tenant)?, clock_at: clock_at.map(Timestamp::from_micros), row })
                })
                .transpose()
        }
    )*};
}

found_by_hash! {
    /// The customer session whose token has this hash.
    find_session(sessions, token_hash) -> Session;
    /// The staff session whose token has this hash.
    find_staff_session(staff_sessions, token_hash) -> StaffSession;
    /// The admin key with this hash.
    find_admin_key(admin_keys, key_hash) -> AdminKey;
}

/// The customer session whose token has this hash, and the customer: one statement, for every account call begins with it.
pub fn find_signed_in(
    tx: &mut InstallationTx<'_>,
    hash: &[u8],
) -> Result<Option<Owner<(Session, Customer)>>, StoreError> {
    let customer_of_session =
        customers::tenant_id.eq(sessions::tenant_id).and(customers::customer_id.eq(sessions::customer_id));
    let found = sessions::table
        .inner_join(tenants::table.on(tenants::tenant_id.eq(sessions::tenant_id)))
        .inner_join(customers::table.on(customer_of_session))
        .filter(sessions::token_hash.eq(hash.to_vec()))
        .select((sessions::tenant_id, tenants::clock_at, (Session::as_select(), Customer::as_select())))
        .load::<(Vec<u8>, Option<i64>, (Session, Customer))>(tx.conn);
    tx.done(found)?
        .pop()
        .map(|(tenant, clock_at, row)| {
            Ok(Owner { tenant: tenant_id(tenant)?, clock_at: clock_at.map(Timestamp::from_micros), row })
        })
        .transpose()
}

fn tenant_id(bytes: Vec<u8>) -> Result<TenantId, StoreError> {
    TenantId::try_from(bytes).map_err(|error| StoreError::Broken(error.to_string()))
}

/// The shop with this slug.
pub fn find_shop(tx: &mut InstallationTx<'_>, slug: &str) -> Result<Option<Shop>, StoreError> {
    let found =
        tenants::table.filter(tenants::slug.eq(slug)).select(Shop::as_select()).first(tx.conn).optional();
    tx.done(found)
}

/// Opens a shop under the next free number; [`StoreError::Duplicate`] where the slug is taken.
pub fn insert_shop(tx: &mut InstallationTx<'_>, mut shop: Shop) -> Result<Shop, StoreError> {
    let last = tenants::table.select(diesel::dsl::max(tenants::number)).first::<Option<i64>>(tx.conn);
    shop.number = tx.done(last)?.unwrap_or(0) + 1;
    let added = shop.clone().insert_into(tenants::table).execute(tx.conn);
    tx.done(added)?;
    Ok(shop)
}

/// How many shops there are.
pub fn count_shops(tx: &mut InstallationTx<'_>) -> Result<i64, StoreError> {
    let count = tenants::table.count().first(tx.conn);
    tx.done(count)
}

/// Shops that have shown something, the busiest first, at most `limit`.
pub fn shown_shops(tx: &mut InstallationTx<'_>, limit: i64) -> Result<Vec<TenantId>, StoreError> {
    let query = shop_versions::table
        .order(shop_versions::version.desc())
        .limit(limit)
        .select(shop_versions::tenant_id);
    let found = query.load::<Vec<u8>>(tx.conn);
    let ids = tx.done(found)?;
    let read = |id: Vec<u8>| TenantId::try_from(id).map_err(|error| StoreError::Broken(error.to_string()));
    ids.into_iter().map(read).collect()
}

/// The version of each shop that has changed something that is shown.
pub fn shop_versions(tx: &mut InstallationTx<'_>) -> Result<Vec<(TenantId, i64)>, StoreError> {
    let all = shop_versions::table.select((shop_versions::tenant_id, shop_versions::version));
    let rows = all.load::<(Vec<u8>, i64)>(tx.conn);
    tx.done(rows)?.into_iter().map(|(tenant, version)| Ok((tenant_id(tenant)?, version))).collect()
}

/// Whether any shop lets pages of this origin call it.
pub fn any_allows_origin(tx: &mut InstallationTx<'_>, origin: &str) -> Result<bool, StoreError> {
    let found = tenant_origins::table
        .filter(tenant_origins::origin.eq(origin))
        .select(tenant_origins::origin)
        .first::<String>(tx.conn)
        .optional();
    Ok(tx.done(found)?.is_some())
}

/// Jobs of a lane that are due: of shops on the system's clock by `now`, of test-mode shops by their own. At most
/// `limit`, the longest due first; those that somebody works on are passed over.
pub fn due_jobs(
    tx: &mut InstallationTx<'_>,
    now: Timestamp,
    lane: i64,
    limit: i64,
) -> Result<Vec<(TenantId, JobId)>, StoreError> {
    let due = jobs::table
        .inner_join(tenants::table.on(tenants::tenant_id.eq(jobs::tenant_id)))
        .filter(jobs::lane.eq(lane))
        .filter(jobs::parked_at.is_null())
        .filter(jobs::leased_until.is_null().or(jobs::leased_until.le(now.as_micros())))
        .filter(
            tenants::clock_at
                .is_null()
                .and(jobs::due_at.le(now.as_micros()))
                .or(tenants::clock_at.ge(jobs::due_at.nullable())),
        )
        .order((jobs::due_at.asc(), jobs::job_id.asc()))
        .limit(limit);
    let rows = due.select((jobs::tenant_id, jobs::job_id)).load::<(Vec<u8>, Vec<u8>)>(tx.conn);
    let broken = |error: domain::ids::NotAnId| StoreError::Broken(error.to_string());
    tx.done(rows)?
        .into_iter()
        .map(|(tenant, job)| Ok((tenant_id(tenant)?, job.try_into().map_err(broken)?)))
        .collect()
}

/// A value that belongs to the installation, such as the fingerprint of its secret key.
pub fn value(tx: &mut InstallationTx<'_>, name: &str) -> Result<Option<String>, StoreError> {
    let found = installation::table.find(name).select(installation::value).first(tx.conn).optional();
    tx.done(found)
}

/// Sets a value that is not set yet.
pub fn set_value(tx: &mut InstallationTx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    let added = diesel::insert_into(installation::table)
        .values((installation::name.eq(name), installation::value.eq(value)))
        .execute(tx.conn);
    tx.done(added).map(drop)
}
