//! Statements whose text is made once, and which are prepared once for each connection.
//!
//! Diesel writes a statement's text anew for each of its walks, several for each execution, and prepares every INSERT and UPDATE
//! anew, and every query with a list, because the values of one can change its text. Here a query that is known by its type has
//! its text at hand; of any other the text is written once, and where there are few texts it is kept prepared by it: a row is
//! written whole, so a table has one INSERT and as many UPDATEs as functions that write it, and a list of ids is of one of few
//! lengths. Both writing and preparing take longer than running.

use std::any::TypeId;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use diesel::RunQueryDsl;
use diesel::internal::derives::multiconnection::AstPassHelper as _;
use diesel::pg::PgQueryBuilder;
use diesel::query_builder::{AstPass, Query, QueryBuilder as _, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sqlite::SqliteQueryBuilder;

use crate::engine::{Backend, Conn};

type Builder = <Backend as diesel::backend::Backend>::QueryBuilder;

thread_local! {
    /// The texts of the queries that are known by their types, for SQLite and for PostgreSQL.
    static TEXTS: [RefCell<HashMap<TypeId, Rc<str>>>; 2] = <[_; 2]>::default();
}

/// A query that is known by its type has its text at hand, and any other is as it is.
pub(crate) struct Known<S>(pub(crate) S);

/// A statement of which there are few texts: it is kept prepared by its own, which is written once.
pub(crate) struct Prepared<S> {
    statement: S,
    text: OnceCell<String>,
}

impl<S> Prepared<S> {
    pub(crate) fn new(statement: S) -> Self {
        Self { statement, text: OnceCell::new() }
    }
}

fn written(statement: &impl QueryFragment<Backend>, backend: &Backend) -> QueryResult<String> {
    let mut builder = match backend {
        Backend::Sqlite(_) => Builder::Sqlite(SqliteQueryBuilder::default()),
        Backend::Postgres(_) => Builder::Postgres(PgQueryBuilder::default()),
    };
    statement.to_sql(&mut builder, backend)?;
    Ok(builder.finish())
}

/// Whether this walk wants the statement's values; all others are about its text.
fn wants_values(pass: &mut AstPass<'_, '_, Backend>) -> bool {
    pass.bind_collector().is_some() || pass.debug_binds().is_some()
}

impl<S: QueryFragment<Backend> + QueryId> QueryFragment<Backend> for Known<S> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        let Some(id) = S::query_id().filter(|_| !wants_values(&mut pass)) else {
            return self.0.walk_ast(pass);
        };
        let backend = pass.backend();
        let engine = usize::from(matches!(backend, Backend::Postgres(_)));
        let known = TEXTS.with(|texts| texts[engine].borrow().get(&id).cloned());
        let text = if let Some(text) = known {
            text
        } else {
            let text: Rc<str> = written(&self.0, backend)?.into();
            TEXTS.with(|texts| texts[engine].borrow_mut().insert(id, Rc::clone(&text)));
            text
        };
        pass.push_sql(&text);
        Ok(())
    }
}

impl<S: QueryId> QueryId for Known<S> {
    type QueryId = S::QueryId;
    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}

impl<S: Query> Query for Known<S> {
    type SqlType = S::SqlType;
}

impl<S> RunQueryDsl<Conn> for Known<S> {}

impl<S: QueryFragment<Backend>> QueryFragment<Backend> for Prepared<S> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        if wants_values(&mut pass) {
            return self.statement.walk_ast(pass);
        }
        if self.text.get().is_none() {
            let _ = self.text.set(written(&self.statement, pass.backend())?);
        }
        pass.push_sql(self.text.get().map_or("", String::as_str));
        Ok(())
    }
}

/// None known before its text is.
impl<S> QueryId for Prepared<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: Query> Query for Prepared<S> {
    type SqlType = S::SqlType;
}

impl<S> RunQueryDsl<Conn> for Prepared<S> {}

/// A list of ids filled up with its last to a power of two: to be in the longer list means the same, and there are few lengths.
pub(crate) fn of_few_lengths(mut ids: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    if let Some(last) = ids.last().cloned() {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_of_few_lengths() {
        let of = |count: u8| of_few_lengths((0..count).map(|id| vec![id]).collect());
        let lengths: Vec<usize> = (0..10).map(|count| of(count).len()).collect();
        assert_eq!(lengths, [0, 1, 2, 4, 4, 8, 8, 8, 8, 16]);
        assert_eq!(of(3), [[0], [1], [2], [2]]);
    }
}
