//! Subscriptions: when they renew, where they stand and what a failed payment leads to. Rule: each date is computed from the
//! beginning and never from the date before it, and what may follow what stands in one table.

mod calendar;
mod coming;
pub mod dunning;
pub mod figures;
mod status;

pub use calendar::{Anchor, cut_off};
pub use coming::{Coming, Course};
pub use dunning::{Failure, Step};
pub use status::{CancelAt, Command, Event, RenewalStatus, SubscriptionStatus};
