//! What a shop sells: products of four types, their options, attributes and collections, and what customers say of them.

mod attribute;
mod collection;
mod kinds;
mod price;
mod product;
mod reference;
mod review;
mod sale;
mod stock;

pub(crate) use attribute::position;
pub use attribute::{Attribute, AttributeForm, value_slug};
pub use collection::{Collection, CollectionForm, Condition, ConditionForm, Facts, Rule, RuleForm};
pub use kinds::{
    Availability, Listing, PricingType, ProductType, ReviewStatus, ShownStatus, SubscriptionType,
};
pub use price::Price;
pub use product::{
    AttributeValues, AttributeValuesForm, Award, AwardForm, BundleItem, BundleItemForm, Event, EventForm,
    ImageForm, Labels, LabelsForm, OptionForm, OptionValue, OptionValueForm, Package, Product, ProductForm,
    ProductOption,
};
pub use reference::Reference;
pub use review::{Review, ReviewForm};
pub use sale::Sale;
pub use stock::{MOST_STOCK, Part, Stock};
