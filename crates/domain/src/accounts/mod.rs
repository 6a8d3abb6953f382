//! What describes a customer, and the rules of signing in.

mod address;
mod birth_date;
mod email;
mod marketing;
mod password;
mod person;
pub mod throttle;

pub use address::{Address, AddressForm, CountryCode};
pub use birth_date::BirthDate;
pub use email::Email;
pub use marketing::{Channel, Marketing};
pub use password::PasswordText;
pub use person::{DeviceName, PersonName, Phone};
