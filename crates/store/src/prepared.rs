//! Statements that are prepared once for each connection.
//!
//! Diesel prepares every INSERT and UPDATE anew, because the values of one can change its text. The cache behind it goes by
//! the text, and ours have few: a row is written whole, so a table has one INSERT and as many UPDATEs as functions that
//! write it. Preparing one takes SQLite longer than running it.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::engine::Backend;

/// A statement that is kept by its text.
pub(crate) struct Prepared<S>(pub(crate) S);

impl<S: QueryFragment<Backend>> QueryFragment<Backend> for Prepared<S> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &Backend) -> QueryResult<bool> {
        Ok(true)
    }
}

/// None known before its text is.
impl<S> QueryId for Prepared<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
