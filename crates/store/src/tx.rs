//! A transaction opened for one shop. Rule: the connection inside is private, and the only ways to a query start from
//! a tenant table already narrowed to that shop, or put that shop's id into the row, so no query can forget it.

use diesel::associations::HasTable;
use diesel::query_builder::{
    AsChangeset, AsQuery, DeleteStatement, InsertStatement, IntoUpdateTarget, QueryFragment, UpdateStatement,
};
use diesel::query_dsl::methods::{ExecuteDsl, LoadQuery};
use diesel::sql_types::Text;
use diesel::{Insertable, RunQueryDsl as _, Table};
use domain::ids::TenantId;

use crate::engine::{Backend, CHANNEL, Conn, Marks, notice};
use crate::error::{StoreError, is_collision};
use crate::prepared::{Known, Prepared};

/// A table whose rows belong to shops. Implemented by [`tenant_tables!`] only.
pub(crate) trait TenantTable: Table + Sized {
    /// The table narrowed to one shop.
    type Own;
    /// The shop's id as the first value of a new row.
    type Stamp;

    fn own(self, tenant: TenantId) -> Self::Own;
    fn stamp(tenant: TenantId) -> Self::Stamp;
}

macro_rules! tenant_tables {
    ($($table:ident)*) => {$(
        impl $crate::tx::TenantTable for $crate::schema::$table::table {
            type Own = diesel::dsl::Filter<Self, diesel::dsl::Eq<$crate::schema::$table::tenant_id, Vec<u8>>>;
            type Stamp = diesel::dsl::Eq<$crate::schema::$table::tenant_id, Vec<u8>>;

            fn own(self, tenant: TenantId) -> Self::Own {
                diesel::QueryDsl::filter(self, Self::stamp(tenant))
            }

            fn stamp(tenant: TenantId) -> Self::Stamp {
                diesel::ExpressionMethods::eq($crate::schema::$table::tenant_id, tenant.to_bytes())
            }
        }
    )*};
}

tenant_tables! {
    tenants tenant_origins storefront_tokens admin_keys staff staff_sessions customers sessions addresses mail_tokens
    throttles idempotency_keys jobs mails audit_log shop_versions changes media media_uses attributes
    collections products variants product_attributes collection_products product_links product_images reviews subscriptions
    media_sources
    registrations threads messages subscribers opt_ins suppressions mail_templates
    entries entry_revisions preview_tokens menus redirects
    carts orders order_numbers order_items order_holds discount_uses payments refunds shipments order_events
    provider_events payment_methods set_ups payment_accounts
    discounts gift_cards gift_card_entries shipping_methods tax_rates reward_programmes reward_entries
    webhook_endpoints webhook_events webhook_deliveries
    renewals subscription_events releases price_changes
}

/// A transaction for one shop, handed to the closure of [`Store::read`](crate::Store::read) or
/// [`Store::write`](crate::Store::write).
pub struct Tx<'c> {
    conn: &'c mut Conn,
    tenant: TenantId,
    marks: &'c mut Marks,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: &'c mut Conn, tenant: TenantId, marks: &'c mut Marks) -> Self {
        Self { conn, tenant, marks }
    }

    /// The shop whose rows this transaction sees.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Leaves word that the shop's version was raised: this process hears of it after the commit and before the answer,
    /// others by the database.
    pub(crate) fn raised_to(&mut self, version: i64) -> Result<(), StoreError> {
        self.marks.changed.retain(|(tenant, _)| *tenant != self.tenant);
        self.marks.changed.push((self.tenant, version));
        // On SQLite the others look at the rows themselves.
        if let Conn::Postgres(conn) = self.conn {
            diesel::sql_query("SELECT pg_notify($1, $2)")
                .bind::<Text, _>(CHANNEL)
                .bind::<Text, _>(notice(self.tenant, version))
                .execute(conn)
                .map_err(|error| note(self.marks, error))?;
        }
        Ok(())
    }

    /// Begins a query over this shop's rows of `table`.
    pub(crate) fn from<T: TenantTable>(&mut self, table: T) -> Rows<'_, T::Own> {
        Rows { query: table.own(self.tenant), conn: self.conn, marks: self.marks }
    }

    /// Adds a row that belongs to this shop.
    pub(crate) fn insert<T, R, V>(&mut self, table: T, row: R) -> Result<(), StoreError>
    where
        T: TenantTable,
        (T::Stamp, R): Insertable<T, Values = V>,
        InsertStatement<T, V>: QueryFragment<Backend>,
    {
        let values = (T::stamp(self.tenant), row).insert_into(table);
        let added =
            ExecuteDsl::execute(Prepared::new(values), self.conn).map_err(|error| note(self.marks, error))?;
        if added == 1 {
            Ok(())
        } else {
            Err(StoreError::Broken(format!("{added} rows added instead of one")))
        }
    }
}

impl Tx<'_> {
    /// As [`Tx::insert`], of a row that the caller has looked for and not found: where it is there all the same, somebody else
    /// added it at this moment, and the whole transaction is run again to see it.
    pub(crate) fn insert_unseen<T, R, V>(&mut self, table: T, row: R) -> Result<(), StoreError>
    where
        T: TenantTable,
        (T::Stamp, R): Insertable<T, Values = V>,
        InsertStatement<T, V>: QueryFragment<Backend>,
    {
        match self.insert(table, row) {
            Err(StoreError::Duplicate) => {
                self.marks.collided = true;
                Err(StoreError::Contended)
            }
            other => other,
        }
    }
}

/// A query over one shop's rows of a table.
pub(crate) struct Rows<'t, Q> {
    query: Q,
    conn: &'t mut Conn,
    marks: &'t mut Marks,
}

impl<'t, Q> Rows<'t, Q> {
    /// Narrows, orders or shapes the query, which is narrowed to the shop already.
    pub(crate) fn with<N>(self, shape: impl FnOnce(Q) -> N) -> Rows<'t, N> {
        Rows { query: shape(self.query), conn: self.conn, marks: self.marks }
    }

    /// Keeps the query prepared although it has a list in it: one that never changes, or one [`of_few_lengths`].
    ///
    /// [`of_few_lengths`]: crate::prepared::of_few_lengths
    pub(crate) fn prepared(self) -> Rows<'t, Prepared<Q>> {
        self.with(Prepared::new)
    }

    /// All rows. A caller that can meet many has put a limit on the query.
    pub(crate) fn all<'q, U>(self) -> Result<Vec<U>, StoreError>
    where
        Known<Q>: LoadQuery<'q, Conn, U> + 'q,
    {
        Known(self.query)
            .internal_load(self.conn)
            .and_then(Iterator::collect)
            .map_err(|error| note(self.marks, error))
    }

    /// The row that a unique key names, if it is there.
    pub(crate) fn one<'q, U>(self) -> Result<Option<U>, StoreError>
    where
        Known<Q>: LoadQuery<'q, Conn, U> + 'q,
    {
        Ok(self.all()?.into_iter().next())
    }

    /// Changes the rows; tells how many there were.
    pub(crate) fn update<C>(self, changes: C) -> Result<usize, StoreError>
    where
        Q: IntoUpdateTarget,
        C: AsChangeset<Target = <Q as HasTable>::Table>,
        UpdateStatement<<Q as HasTable>::Table, <Q as IntoUpdateTarget>::WhereClause, C::Changeset>:
            AsQuery + QueryFragment<Backend>,
    {
        ExecuteDsl::execute(Prepared::new(diesel::update(self.query).set(changes)), self.conn)
            .map_err(|error| note(self.marks, error))
    }

    /// Deletes the rows; tells how many there were.
    pub(crate) fn delete(self) -> Result<usize, StoreError>
    where
        Q: IntoUpdateTarget,
        DeleteStatement<<Q as HasTable>::Table, <Q as IntoUpdateTarget>::WhereClause>: ExecuteDsl<Conn>,
    {
        ExecuteDsl::execute(diesel::delete(self.query), self.conn).map_err(|error| note(self.marks, error))
    }
}

/// Remembers a collision for the engine, which then runs the whole transaction again.
pub(crate) fn note(marks: &mut Marks, error: diesel::result::Error) -> StoreError {
    if is_collision(&error) {
        marks.collided = true;
        return StoreError::Contended;
    }
    error.into()
}

/// Exactly one row was to change.
pub(crate) fn exactly_one(changed: usize) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Broken(format!("{changed} rows changed instead of one")))
    }
}
