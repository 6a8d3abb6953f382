//! What staff and admin keys may do. Rule: what a role or a key does not name, it may not do.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::fields::Invalid;

/// One permission in the admin API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// See customers.
    CustomersRead,
    /// Change, merge, erase customers and end their sessions.
    CustomersWrite,
    /// Issue and revoke storefront tokens.
    Tokens,
    /// Manage staff and their roles.
    Staff,
    /// See the settings.
    SettingsRead,
    /// Change the settings.
    SettingsWrite,
    /// Read the mails that went out. They hold links that sign a customer in, so this is more than it looks.
    OutboxRead,
    /// Read who changed what.
    AuditRead,
    /// Move the clock of a test shop.
    TestClock,
    /// Issue and revoke admin keys.
    AdminKeys,
    /// See products, collections, attributes and reviews that are not on sale, too.
    ProductsRead,
    /// Change the catalogue and its stock.
    ProductsWrite,
    /// See drafts of pages and posts, menus and redirects.
    ContentRead,
    /// Write pages, posts, menus and redirects.
    ContentWrite,
    /// Read what people write to the shop, and who is on the newsletter's list.
    MessagesRead,
    /// Answer messages, keep the newsletter's list and the mail templates.
    MessagesWrite,
    /// See discounts, gift cards, shipping methods, tax rates and the rewards programme; of gift cards not the codes.
    SellingRead,
    /// Set them up, issue gift cards and see their codes, which are money.
    SellingWrite,
    /// See orders, with their customers' addresses.
    OrdersRead,
    /// Send orders, and write notes to them.
    OrdersWrite,
    /// Cancel and refund orders: give money back.
    OrdersRefund,
    /// See subscriptions, their renewals, releases and changes of price.
    SubscriptionsRead,
    /// Change subscriptions on their customers' behalf, charge renewals, keep releases and change prices.
    SubscriptionsWrite,
    /// See the endpoints that hear of what happens, and what was sent to them: it holds customers' data.
    WebhooksRead,
    /// Keep those endpoints, and send again.
    WebhooksWrite,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::CustomersRead,
        Self::CustomersWrite,
        Self::Tokens,
        Self::Staff,
        Self::SettingsRead,
        Self::SettingsWrite,
        Self::OutboxRead,
        Self::AuditRead,
        Self::TestClock,
        Self::AdminKeys,
        Self::ProductsRead,
        Self::ProductsWrite,
        Self::ContentRead,
        Self::ContentWrite,
        Self::MessagesRead,
        Self::MessagesWrite,
        Self::SellingRead,
        Self::SellingWrite,
        Self::OrdersRead,
        Self::OrdersWrite,
        Self::OrdersRefund,
        Self::SubscriptionsRead,
        Self::SubscriptionsWrite,
        Self::WebhooksRead,
        Self::WebhooksWrite,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomersRead => "customers:read",
            Self::CustomersWrite => "customers:write",
            Self::Tokens => "tokens",
            Self::Staff => "staff",
            Self::SettingsRead => "settings:read",
            Self::SettingsWrite => "settings:write",
            Self::OutboxRead => "outbox:read",
            Self::AuditRead => "audit:read",
            Self::TestClock => "test-clock",
            Self::AdminKeys => "admin-keys",
            Self::ProductsRead => "products:read",
            Self::ProductsWrite => "products:write",
            Self::ContentRead => "content:read",
            Self::ContentWrite => "content:write",
            Self::MessagesRead => "messages:read",
            Self::MessagesWrite => "messages:write",
            Self::SellingRead => "selling:read",
            Self::SellingWrite => "selling:write",
            Self::OrdersRead => "orders:read",
            Self::OrdersWrite => "orders:write",
            Self::OrdersRefund => "orders:refund",
            Self::SubscriptionsRead => "subscriptions:read",
            Self::SubscriptionsWrite => "subscriptions:write",
            Self::WebhooksRead => "webhooks:read",
            Self::WebhooksWrite => "webhooks:write",
        }
    }

    /// Reads the name in the API.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name).ok_or_else(|| {
            let shown: String = name.chars().take(32).collect();
            let known: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            Invalid::new(format!(
                "Unknown scope {shown:?}: must be * for all, or some of {}.",
                known.join(", ")
            ))
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a member of staff is employed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// May do everything.
    Owner,
    /// Runs the shop; does not decide who else may.
    Manager,
    /// Packs and sends, and so needs customers' addresses.
    Fulfilment,
    /// Writes pages and products; has no business with customers.
    Content,
    /// Looks on, an accountant for example.
    ReadOnly,
}

impl Role {
    /// All of them, the most powerful first.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Manager, Self::Fulfilment, Self::Content, Self::ReadOnly];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Fulfilment => "fulfilment",
            Self::Content => "content",
            Self::ReadOnly => "read-only",
        }
    }

    /// Reads the name in the API.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == name)
            .ok_or_else(|| Invalid::new("Must be one of owner, manager, fulfilment, content, read-only."))
    }

    /// Whether the role includes a permission.
    #[must_use]
    pub const fn allows(self, scope: Scope) -> bool {
        match self {
            Self::Owner => true,
            Self::Manager => !matches!(scope, Scope::Staff | Scope::AdminKeys),
            Self::Fulfilment => {
                matches!(
                    scope,
                    Scope::CustomersRead
                        | Scope::SettingsRead
                        | Scope::ProductsRead
                        | Scope::MessagesRead
                        | Scope::OrdersRead
                        | Scope::OrdersWrite
                        | Scope::SubscriptionsRead
                )
            }
            Self::Content => matches!(
                scope,
                Scope::SettingsRead
                    | Scope::ProductsRead
                    | Scope::ProductsWrite
                    | Scope::ContentRead
                    | Scope::ContentWrite
            ),
            Self::ReadOnly => matches!(
                scope,
                Scope::CustomersRead
                    | Scope::SettingsRead
                    | Scope::AuditRead
                    | Scope::ProductsRead
                    | Scope::ContentRead
                    | Scope::MessagesRead
                    | Scope::SellingRead
                    | Scope::OrdersRead
                    | Scope::SubscriptionsRead
            ),
        }
    }

    /// The permissions of the role.
    pub fn scopes(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.allows(*scope))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The permissions of an admin key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeSet {
    /// All there are, and all that later versions bring: `*`.
    All,
    /// These and no others.
    Some(BTreeSet<Scope>),
}

impl ScopeSet {
    /// Reads names, of which `*` means all. A key that may do nothing is refused as a mistake.
    pub fn parse(names: &[String]) -> Result<Self, Invalid> {
        Self::read(names.iter().map(String::as_str))
    }

    /// Reads what [`ScopeSet::to_stored`] wrote.
    pub fn from_stored(text: &str) -> Result<Self, Invalid> {
        Self::read(text.split(','))
    }

    fn read<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Result<Self, Invalid> {
        let scopes: BTreeSet<_> =
            names.clone().filter(|name| *name != "*").map(Scope::parse).collect::<Result<_, _>>()?;
        if names.into_iter().any(|name| name == "*") {
            Ok(Self::All)
        } else if scopes.is_empty() {
            Err(Invalid::new("Must name at least one scope, or * for all."))
        } else {
            Ok(Self::Some(scopes))
        }
    }

    /// The text that is stored: `customers:read,tokens` or `*`.
    #[must_use]
    pub fn to_stored(&self) -> String {
        self.names().join(",")
    }

    /// Whether the key includes a permission.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        match self {
            Self::All => true,
            Self::Some(scopes) => scopes.contains(&scope),
        }
    }

    fn names(&self) -> Vec<&'static str> {
        match self {
            Self::All => vec!["*"],
            Self::Some(scopes) => scopes.iter().map(|scope| scope.as_str()).collect(),
        }
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_read_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Ok(scope));
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Ok(role));
        }
        for name in ["", "Owner", "read_only", "admin", "*"] {
            assert!(Role::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn who_may_do_what() {
        let may = |role: Role| role.scopes().map(Scope::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!(Role::Owner.scopes().collect::<Vec<_>>(), Scope::ALL);
        assert_eq!(Role::Manager.scopes().count(), Scope::ALL.len() - 2);
        assert_eq!(
            may(Role::Fulfilment),
            "customers:read settings:read products:read messages:read orders:read orders:write subscriptions:read"
        );
        assert_eq!(
            may(Role::Content),
            "settings:read products:read products:write content:read content:write"
        );
        assert_eq!(
            may(Role::ReadOnly),
            "customers:read settings:read audit:read products:read content:read messages:read selling:read orders:read subscriptions:read"
        );
    }

    #[test]
    fn only_an_owner_gives_power_to_others() {
        for role in Role::ALL {
            let gives_power = role.allows(Scope::Staff) || role.allows(Scope::AdminKeys);
            assert_eq!(gives_power, role == Role::Owner, "{role}");
        }
    }

    #[test]
    fn mails_that_sign_customers_in_are_not_for_onlookers() {
        for role in [Role::Fulfilment, Role::Content, Role::ReadOnly] {
            assert!(!role.allows(Scope::OutboxRead), "{role}");
        }
    }

    #[test]
    fn what_leaves_the_shop_is_for_those_who_run_it() {
        for role in Role::ALL {
            let runs_it = matches!(role, Role::Owner | Role::Manager);
            assert_eq!(role.allows(Scope::WebhooksRead), runs_it, "{role}");
            assert_eq!(role.allows(Scope::WebhooksWrite), runs_it, "{role}");
        }
    }

    #[test]
    fn a_key_names_what_it_may_do() {
        let some = ScopeSet::parse(&names(&["tokens", "customers:read", "tokens"])).expect("known scopes");
        assert_eq!(some.to_stored(), "customers:read,tokens");
        assert!(some.allows(Scope::Tokens) && !some.allows(Scope::CustomersWrite));
        let all = ScopeSet::parse(&names(&["tokens", "*"])).expect("known scopes");
        assert_eq!((all.to_stored().as_str(), all.allows(Scope::AdminKeys)), ("*", true));
        for unknown in [&["customers"][..], &["*", "all"], &["tokens "], &[""], &[]] {
            assert!(ScopeSet::parse(&names(unknown)).is_err(), "{unknown:?}");
        }
        for stored in ["", ",", "nothing", "tokens,"] {
            assert!(ScopeSet::from_stored(stored).is_err(), "{stored}");
        }
    }

    #[test]
    fn an_unknown_scope_is_named_and_cut() {
        let error = Scope::parse(&"\u{202e}x".repeat(1000)).expect_err("unknown");
        assert!(error.reason().len() < 600 && !error.reason().contains('\u{202e}'), "{}", error.reason());
    }

    proptest! {
        #[test]
        fn a_stored_key_reads_back(picked in proptest::sample::subsequence(Scope::ALL.to_vec(), 1..=Scope::ALL.len())) {
            let names: Vec<_> = picked.iter().map(ToString::to_string).collect();
            let scopes = ScopeSet::parse(&names).expect("known scopes");
            prop_assert_eq!(ScopeSet::from_stored(&scopes.to_stored()), Ok(scopes.clone()));
            for scope in Scope::ALL {
                prop_assert_eq!(scopes.allows(scope), picked.contains(&scope));
            }
        }
    }
}
