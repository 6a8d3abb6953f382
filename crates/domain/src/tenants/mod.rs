//! What a shop is set up with, and what its staff may do. Rule: a value that a browser or a mail trusts is checked here.

mod checkout;
mod colour;
mod currency;
mod label;
mod locale;
mod origin;
mod roles;
mod settings;
mod slug;
mod subscriptions;
mod time_zone;

pub use checkout::{CheckoutForm, CheckoutSettings};
pub use colour::Colour;
pub use currency::Currency;
pub use label::{Label, ShopName};
pub use locale::Locale;
pub use origin::{HttpsUrl, Origin, return_url};
pub use roles::{Role, Scope, ScopeSet};
pub use settings::{Colours, ColoursForm, MinimumAge, Settings, SettingsForm, SocialLink, SocialLinkForm};
pub use slug::Slug;
pub use subscriptions::{DunningEnd, MissedRule, SoldOutRule, SubscriptionForm, SubscriptionSettings};
pub use time_zone::TimeZoneName;
