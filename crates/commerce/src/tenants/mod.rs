//! Opening shops, their settings, and the tokens that open them.

mod keys;
mod opening;
mod settings;

use domain::fields::FieldErrors;
use domain::problem::{Kind, Problem};
use store::{StoreError, installation};

use crate::staff::StaffError;
use crate::{Commerce, SecretError, Shop};

pub use keys::{
    AdminKeyEntry, NewKey, StorefrontTokenEntry, admin_keys, issue_admin_key, issue_storefront_token,
    revoke_admin_key, revoke_storefront_token, storefront_tokens,
};
pub use opening::{NewShop, Opened, open};
pub(crate) use settings::put_settings;
pub use settings::{allows_origin, allows_origin_at_hand, change_settings};

/// Why a use case of this area did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// A shop of that slug exists.
    #[error("a shop with the slug `{0}` exists already")]
    SlugTaken(String),
    /// No shop has that slug.
    #[error("there is no shop with the slug `{0}`")]
    NoSuchShop(String),
    /// `If-Match` named another version.
    #[error("the settings were changed meanwhile")]
    Stale,
    /// Refused fields.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// No such token or key of this shop's.
    #[error("not found")]
    NotFound,
    /// The caller may not do this.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The installation's keys.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TenantError> for Problem {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::SlugTaken(_) => {
                Self::new(Kind::Conflict, "slug_taken", "A shop with this slug exists already.")
            }
            TenantError::Stale => Self::new(
                Kind::Stale,
                "stale",
                "The settings were changed meanwhile. Please load them again.",
            ),
            TenantError::Invalid(fields) => Self::invalid(fields),
            TenantError::NoSuchShop(_) | TenantError::NotFound => Self::not_found(),
            TenantError::Staff(error) => error.into(),
            TenantError::Secret(error) => Self::internal(error),
            TenantError::Store(error) => error.into(),
        }
    }
}

/// The shop with this slug.
pub async fn find(commerce: &Commerce, slug: &str) -> Result<Shop, TenantError> {
    let (slug, system_now) = (slug.to_owned(), commerce.system_now());
    commerce
        .store()
        .read_installation(move |tx| {
            let row =
                installation::find_shop(tx, &slug)?.ok_or_else(|| TenantError::NoSuchShop(slug.clone()))?;
            Ok(Shop::from_row(row, system_now)?)
        })
        .await
}
