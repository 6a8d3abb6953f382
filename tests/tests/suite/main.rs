//! The black-box tests: each drives the real server through its APIs, on both engines.

mod addresses;
mod bad_input;
mod details;
mod login;
mod logout;
mod passwords;
mod privacy;
mod register;
mod sessions;
