//! Where a shop's events go, the events, and what became of each delivery. Rule: an event's payload is never changed, and a
//! delivery is one event on its way to one endpoint, however often it is tried.

pub mod deliveries;
pub mod endpoints;
pub mod events;
