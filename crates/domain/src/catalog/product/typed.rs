//! From a product to what would be typed. Rule: reading it again gives the same product.

use super::{
    AttributeValues, AttributeValuesForm, Award, AwardForm, BundleItem, BundleItemForm, Event, EventForm,
    ImageForm, LabelsForm, OptionForm, OptionValue, OptionValueForm, Product, ProductForm, ProductOption,
};
use crate::catalog::{Price, Reference};
use crate::ids::MediaId;
use crate::patch::Patch;
use crate::time::Timestamp;

fn texts(references: &[Reference]) -> Patch<Vec<String>> {
    Patch::Value(references.iter().map(ToString::to_string).collect())
}

fn pictures(ids: &[MediaId]) -> Vec<ImageForm> {
    let form = |id: &MediaId| ImageForm { media_id: Some(id.to_string()), ..ImageForm::default() };
    ids.iter().map(form).collect()
}

impl Product {
    /// The product as it would be typed: [`ProductForm::parse`] reads it back.
    #[must_use]
    pub fn to_form(&self) -> ProductForm {
        let stamp = |time: Option<Timestamp>| Patch::from(time.map(|time| time.to_string()));
        let package = self.package.as_ref();
        ProductForm {
            product_type: Patch::Value(self.product_type.to_string()),
            name: Patch::Value(self.name.clone()),
            slug: Patch::Value(self.slug.to_string()),
            sku: self.sku.clone().into(),
            description: Patch::Value(self.description.clone()),
            status: Patch::Value(self.listing.to_string()),
            availability: Patch::Value(self.availability.to_string()),
            price: Patch::Value(self.price.into()),
            sale_price: self.sale.map(|sale| sale.price.into()).into(),
            sale_starts_at: stamp(self.sale.and_then(|sale| sale.starts_at)),
            sale_ends_at: stamp(self.sale.and_then(|sale| sale.ends_at)),
            subscriber_price: self.subscriber_price.map(Price::from).into(),
            quantity: self.quantity.into(),
            tax_class: self.tax_class.clone().into(),
            weight_grams: self.weight_grams.into(),
            collections: texts(&self.collections),
            attributes: Patch::Value(self.attributes.iter().map(AttributeValues::to_form).collect()),
            options: Patch::Value(self.options.iter().map(ProductOption::to_form).collect()),
            images: Patch::Value(pictures(&self.images)),
            labels: Patch::Value(LabelsForm {
                front: Patch::Value(pictures(&self.labels.front)),
                back: Patch::Value(pictures(&self.labels.back)),
            }),
            upsell_product_ids: texts(&self.upsells),
            related_product_ids: texts(&self.related),
            linked_subscription_ids: texts(&self.linked_subscriptions),
            awards: Patch::Value(self.awards.iter().map(Award::to_form).collect()),
            bundle_items: Patch::Value(self.bundle_items.iter().map(BundleItem::to_form).collect()),
            event: self.event.as_ref().map(Event::to_form).into(),
            subscription_type: package.map(|package| package.subscription_type.to_string()).into(),
            billing_frequency: package.map(|package| package.billing_frequency).into(),
            billing_frequencies: package.map(|package| package.billing_frequencies.clone()).into(),
            pricing_type: package.map(|package| package.pricing_type.to_string()).into(),
            auto_renew: package.map(|package| package.auto_renew).into(),
            minimum_items: package.map(|package| package.minimum_items).into(),
            picknmix_product_ids: package.map_or(Patch::Null, |package| texts(&package.pool)),
            term_months: package.and_then(|package| package.term_months).into(),
            meta_title: self.meta_title.clone().into(),
            meta_description: self.meta_description.clone().into(),
            meta_image_id: self.meta_image.map(|id| id.to_string()).into(),
        }
    }
}

impl AttributeValues {
    fn to_form(&self) -> AttributeValuesForm {
        AttributeValuesForm { slug: self.attribute.to_string(), values: self.values.clone() }
    }
}

impl ProductOption {
    fn to_form(&self) -> OptionForm {
        let value = |value: &OptionValue| OptionValueForm {
            id: value.id.map(|id| id.to_string()),
            label: value.label.clone(),
            sku: value.sku.clone(),
            price: value.price.map(Price::from),
            quantity: value.quantity,
            weight_grams: value.weight_grams,
        };
        OptionForm {
            name: self.name.clone(),
            slug: Some(self.slug.to_string()),
            values: self.values.iter().map(value).collect(),
        }
    }
}

impl Award {
    fn to_form(&self) -> AwardForm {
        let image = |id: &uuid::Uuid| ImageForm { media_id: Some(id.to_string()), ..ImageForm::default() };
        AwardForm {
            name: self.name.clone(),
            year: self.year,
            medal: self.medal.clone(),
            image: self.image.as_ref().map(image),
        }
    }
}

impl BundleItem {
    fn to_form(&self) -> BundleItemForm {
        BundleItemForm { product: self.product.to_string(), quantity: Some(self.quantity) }
    }
}

impl Event {
    fn to_form(&self) -> EventForm {
        EventForm {
            starts_at: Patch::Value(self.starts().to_string()),
            ends_at: self.ends().map(|end| end.to_string()).into(),
            place: Patch::Value(self.place.clone()),
            capacity: Patch::Value(self.capacity),
        }
    }
}
