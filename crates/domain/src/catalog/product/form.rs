//! A product as it is typed, imported or exported. A PATCH is the present product's form, written over.

use serde::{Deserialize, Serialize};

use crate::catalog::Price;
use crate::patch::Patch;

macro_rules! form {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty $(=> $over:path)?,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        #[expect(missing_docs, reason = "the fields are those of what it is a form of")]
        pub struct $name {
            $(
                $(#[$attribute])*
                #[serde(skip_serializing_if = "Patch::is_absent")]
                pub $field: Patch<$type>,
            )*
        }

        impl $name {
            /// This form, with what it leaves out taken from `base`.
            #[must_use]
            pub fn over(self, base: Self) -> Self {
                Self { $($field: over!(self.$field, base.$field $(, $over)?),)* }
            }
        }
    };
}

/// A field over the same one of the base. A field that is a form itself is gone into.
macro_rules! over {
    ($field:expr, $base:expr) => {
        $field.or($base)
    };
    ($field:expr, $base:expr, $over:path) => {
        match ($field, $base) {
            (Patch::Value(field), Patch::Value(base)) => Patch::Value($over(field, base)),
            (field, base) => field.or(base),
        }
    };
}

form! {
    /// A product as it is typed. Things are named by id or by slug; prices are in minor units,
    /// with their currency or without; times as in the API.
    ProductForm {
        product_type: String,
        name: String,
        slug: String,
        sku: String,
        description: String,
        status: String,
        availability: String,
        price: Price,
        sale_price: Price,
        sale_starts_at: String,
        sale_ends_at: String,
        subscriber_price: Price,
        quantity: i64,
        tax_class: String,
        weight_grams: i64,
        collections: Vec<String>,
        attributes: Vec<AttributeValuesForm>,
        options: Vec<OptionForm>,
        images: Vec<ImageForm>,
        labels: LabelsForm => LabelsForm::over,
        #[serde(alias = "upsellProducts")]
        upsell_product_ids: Vec<String>,
        #[serde(alias = "relatedProducts")]
        related_product_ids: Vec<String>,
        #[serde(alias = "linkedSubscriptions")]
        linked_subscription_ids: Vec<String>,
        awards: Vec<AwardForm>,
        bundle_items: Vec<BundleItemForm>,
        event: EventForm => EventForm::over,
        subscription_type: String,
        billing_frequency: i64,
        billing_frequencies: Vec<i64>,
        pricing_type: String,
        auto_renew: bool,
        minimum_items: i64,
        #[serde(alias = "picknmixProducts")]
        picknmix_product_ids: Vec<String>,
        term_months: i64,
        meta_title: String,
        meta_description: String,
        #[serde(alias = "metaImage")]
        meta_image_id: String,
    }
}

form! {
    /// Pictures of labels as they are named.
    LabelsForm {
        front: Vec<ImageForm>,
        back: Vec<ImageForm>,
    }
}

form! {
    /// When and where an event is, as it is typed.
    EventForm {
        starts_at: String,
        ends_at: String,
        place: String,
        capacity: i64,
    }
}

/// An attribute's values as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttributeValuesForm {
    /// The attribute's id or slug.
    #[serde(alias = "attribute")]
    pub slug: String,
    /// Its values.
    pub values: Vec<String>,
}

/// An option as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of ProductOption")]
pub struct OptionForm {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    pub values: Vec<OptionValueForm>,
}

/// An option's value as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of OptionValue")]
pub struct OptionValueForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub label: String,
    pub sku: Option<String>,
    pub price: Option<Price>,
    pub quantity: Option<i64>,
    pub weight_grams: Option<i64>,
}

/// A picture as it is named: by its id, or in a file that is imported by a file or an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageForm {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none", alias = "id")]
    pub media_id: Option<String>,
    /// A file beside the one that is imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where it can be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// An award as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Award")]
pub struct AwardForm {
    pub name: String,
    pub year: Option<i64>,
    pub medal: Option<String>,
    pub image: Option<ImageForm>,
}

/// A part of a bundle as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BundleItemForm {
    /// The product's id or slug.
    #[serde(alias = "productId")]
    pub product: String,
    /// How many of it; one if left out.
    pub quantity: Option<i64>,
}
