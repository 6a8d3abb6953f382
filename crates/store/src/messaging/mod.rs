//! What people write to a shop, who hears its news, and its own mail templates.

pub mod opt_ins;
pub mod subscribers;
pub mod suppressions;
pub mod templates;
pub mod threads;
