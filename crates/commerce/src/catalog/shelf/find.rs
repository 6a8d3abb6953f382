//! Finding products for those who keep them: all there are, offered or not.

use domain::catalog::{ProductType, ShownStatus, value_slug};
use domain::ids::ProductId;

use super::Shelf;

/// What an administrator's list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    /// Of this type.
    pub product_type: Option<ProductType>,
    /// With this status: active ones may be sold out, too.
    pub status: Option<ShownStatus>,
    /// With this in their name, accents and case aside; or with this slug or SKU.
    pub query: Option<String>,
}

impl Shelf {
    /// The products that a list is narrowed to, newest first. `named` are those whose slug or SKU is the query.
    pub(crate) fn find(&self, narrowed: &Narrowed, named: &[ProductId]) -> Vec<ProductId> {
        let part = narrowed.query.as_deref().map(value_slug);
        let items = self.items.iter().flatten().filter(|item| {
            let is_of_type = narrowed.product_type.is_none_or(|kind| item.product_type == kind);
            let has_status = narrowed.status.is_none_or(|status| match status {
                ShownStatus::Active => item.is_offered,
                status => self.status(item.id) == status,
            });
            let has_name = part.as_ref().is_none_or(|part| item.sort_name.contains(part.as_str()));
            is_of_type && has_status && (has_name || named.contains(&item.id))
        });
        let mut found: Vec<ProductId> = items.map(|item| item.id).collect();
        found.sort_unstable_by(|one, two| two.cmp(one));
        found
    }
}
