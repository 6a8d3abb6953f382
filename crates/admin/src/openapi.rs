//! The head of the admin API's `OpenAPI` document.

use marzipan_http::openapi;
use utoipa_axum::router::OpenApiRouter;

use crate::Admin;

/// An empty document that operations are added to.
pub(crate) fn document() -> OpenApiRouter<Admin> {
    let head = openapi::document(
        "Marzipan Admin API",
        "1.0.0",
        "What a shop's staff and their programs call: customers, products, staff, keys, settings, mails, the log.\n\n\
         Errors are `{\"message\", \"code\"}`; refused fields stand in `errors` besides. Times are UTC with six \
         fractional digits. A 403 names the permission that is missing. Every write is in the audit log.",
    )
    .server("/")
    .tag("Staff session", "Signing in and out, one's own password and second factor.")
    .tag("Staff", "Who runs the shop, and their roles.")
    .tag("Customers", "The shop's customers.")
    .tag("Products", "What the shop sells: products, packages, events and bundles.")
    .tag("Collections", "Named choices of products, set by hand or by a rule.")
    .tag("Attributes", "Properties that products are told apart by.")
    .tag("Reviews", "What customers say of products, and what of it is shown.")
    .tag("Orders", "What was bought, and what became of it.")
    .tag("Subscriptions", "Boxes that come again and again, and what staff do for their customers.")
    .tag("Renewals", "The charges of subscriptions, a period each.")
    .tag("Releases", "What the shop chose for the boxes of a package.")
    .tag("Subscription prices", "New prices for those who subscribe already.")
    .tag("Discounts", "What is taken off prices: by a code, or by itself.")
    .tag("Gift cards", "Money that is spent by a code.")
    .tag("Shipping methods", "The ways to send parcels, and what they cost.")
    .tag("Tax rates", "What is charged for the state, by country and class of goods.")
    .tag("Rewards", "The programme by which customers collect points.")
    .tag("Tokens", "Storefront tokens, which the shop's pages carry.")
    .tag("Admin keys", "Keys with which programs call this API.")
    .tag("Media", "Pictures and files of the shop.")
    .tag("Settings", "What the shop is set up with.")
    .tag("Messages", "What people write to the shop, and its answers.")
    .tag("Newsletter", "Who hears the shop's news, and who wants to hear none.")
    .tag("Mail templates", "What the shop writes its mails with.")
    .tag("Outbox", "The mails that the shop wrote.")
    .tag("Webhooks", "Other programs that hear of what happens in the shop, signed as Standard Webhooks has it.")
    .tag("Audit log", "Who changed what.")
    .tag("Pages", "The pages of the shop's site, their drafts and revisions.")
    .tag("Posts", "The posts of the shop's journal, likewise.")
    .tag("Menus", "The menus of the shop's site.")
    .tag("Redirects", "Old addresses that lead to new ones.")
    .tag("Reports", "What the shop sold.")
    .tag("Test mode", "The clock of a test shop.")
    .bearer(
        "adminAuth",
        None,
        "An admin key (`mzk_…`) or the token of a staff session (`mzs_…`). Each names the shop; what it may do is by \
         its scopes, or by the member's role.",
    );
    OpenApiRouter::with_openapi(head.build())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_is_documented_as_it_should_be() {
        let (_, api) = super::document().nest("/admin/v1", crate::routes()).split_for_parts();
        assert_eq!(marzipan_http::openapi::check(&api), Vec::<String>::new());
    }
}
