//! Plain values and rules with no input or output. Rule: everything here is a pure function; time and chance are passed in.

pub mod fields;
pub mod ids;
pub mod time;
