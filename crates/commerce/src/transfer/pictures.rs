//! The pictures that things of a file name: by a file beside it, or by an address.

use domain::patch::Patch;

use super::item::{Item, What};

/// Leaves the pictures of a thing as they are in the shop.
pub(super) fn leave(item: &mut Item) {
    match &mut item.what {
        What::Product(product) => {
            product.form.images = Patch::Absent;
            product.form.labels = Patch::Absent;
            product.meta_image = Patch::Absent;
            if let Patch::Value(awards) = &mut product.form.awards {
                for award in awards {
                    award.image = None;
                }
            }
        }
        What::Collection(collection) => collection.image = Patch::Absent,
        _ => {}
    }
}
