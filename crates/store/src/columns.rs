//! How values of `domain` stand in columns: times as microseconds, flags as 0 and 1. Used by the row types' derives.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, FromStaticSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Nullable};
use domain::time::Timestamp;

/// A time in a column that is never NULL.
#[derive(Clone, Copy, Debug, FromSqlRow, AsExpression)]
#[diesel(sql_type = BigInt)]
pub struct Micros(i64);

impl From<Micros> for Timestamp {
    fn from(column: Micros) -> Self {
        Self::from_micros(column.0)
    }
}

impl From<Timestamp> for Micros {
    fn from(value: Timestamp) -> Self {
        Self(value.as_micros())
    }
}

/// A flag, 0 or 1.
#[derive(Clone, Copy, Debug, FromSqlRow, AsExpression)]
#[diesel(sql_type = BigInt)]
pub struct Flag(i64);

impl From<Flag> for bool {
    fn from(column: Flag) -> Self {
        column.0 != 0
    }
}

impl From<bool> for Flag {
    fn from(value: bool) -> Self {
        Self(i64::from(value))
    }
}

macro_rules! as_bigint {
    ($($name:ident)*) => {$(
        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }

        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }
    )*};
}

as_bigint! { Micros Flag }

/// A time in a column that may be NULL.
#[derive(Clone, Copy, Debug, AsExpression)]
#[diesel(sql_type = Nullable<BigInt>)]
pub struct NullableMicros(Option<i64>);

impl From<NullableMicros> for Option<Timestamp> {
    fn from(column: NullableMicros) -> Self {
        column.0.map(Timestamp::from_micros)
    }
}

impl From<Option<Timestamp>> for NullableMicros {
    fn from(value: Option<Timestamp>) -> Self {
        Self(value.map(Timestamp::as_micros))
    }
}

impl<DB: Backend> Queryable<Nullable<BigInt>, DB> for NullableMicros
where
    Option<i64>: FromStaticSqlRow<Nullable<BigInt>, DB>,
{
    type Row = Option<i64>;

    fn build(row: Self::Row) -> deserialize::Result<Self> {
        Ok(Self(row))
    }
}

impl<DB: Backend> ToSql<Nullable<BigInt>, DB> for NullableMicros
where
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}
