//! The words that are ours. Rule: one language, and every word in one place, so that another language finds them.

/// The language of these words.
pub(super) const LANGUAGE: &str = "en-GB";

pub(super) const INVOICE: &str = "Invoice";
pub(super) const NUMBER: &str = "Number";
pub(super) const DATE: &str = "Date";
pub(super) const CORRECTS: &str = "For invoice";
pub(super) const TAX_POINT: &str = "Tax point";
pub(super) const ORDER_DATE: &str = "Order date";
pub(super) const VAT_NUMBER: &str = "Our VAT number";
pub(super) const BILLED_TO: &str = "Billed to";
pub(super) const DELIVERED_TO: &str = "Delivered to";
pub(super) const BILLED_AND_DELIVERED_TO: &str = "Billed and delivered to";
pub(super) const DESCRIPTION: &str = "Description";
pub(super) const QUANTITY: &str = "Quantity";
pub(super) const DISCOUNT: &str = "Discount";
pub(super) const VAT_RATE: &str = "VAT rate";
pub(super) const NET: &str = "Net";
pub(super) const VAT: &str = "VAT";
pub(super) const TOTAL: &str = "Total";
pub(super) const PAID_WITH: &str = "Paid with";
pub(super) const REFUNDED_TO: &str = "Refunded to";
pub(super) const PACKING_SLIP: &str = "Packing slip";
pub(super) const ORDER: &str = "Order";
pub(super) const DELIVERY: &str = "Delivery";
pub(super) const DELIVER_TO: &str = "Deliver to";
pub(super) const ARTICLE: &str = "Article";
pub(super) const MESSAGE: &str = "A message for you";
pub(super) const NOTE: &str = "Note";
pub(super) const UNIT_PRICE: &str = "Unit price";
pub(super) const AMOUNT: &str = "Amount";
/// What follows these two, on a line of its own.
pub(super) const WITH_VAT: &str = "\nincl. VAT";
pub(super) const WITHOUT_VAT: &str = "\nexcl. VAT";

/// Which page it is of how many.
pub(super) fn page_of(page: usize, count: usize) -> String {
    format!("Page {page} of {count}")
}
