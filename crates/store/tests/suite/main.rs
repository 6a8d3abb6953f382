//! The store on both engines. Rule: what is promised of one is tried on the other.
//!
//! PostgreSQL is the cluster that `MARZIPAN_TEST_POSTGRES` names; `cargo xtask test` starts one.

mod databases;
mod dumps;
mod schemas;
mod selling;
mod transactions;
mod versions;
