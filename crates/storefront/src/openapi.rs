//! The head of the storefront's OpenAPI document.

use marzipan_http::openapi;
use utoipa_axum::router::OpenApiRouter;

use crate::Storefront;

/// An empty document that operations are added to.
pub(crate) fn document() -> OpenApiRouter<Storefront> {
    let head = openapi::document(
        "Marzipan Storefront API",
        "1.0.0",
        "What a shop's web site calls: sign in and out, browse, fill a cart, pay, subscribe.\n\n\
         Errors are `{\"message\", \"code\"}`; refused fields stand in `errors` besides. Times are UTC with six \
         fractional digits. Money is never a floating-point number.",
    )
    .server("/")
    .tag("Account", "Registering, signing in and out, and what a customer keeps with the shop.")
    .tag("Carts", "Filling a cart, and paying for it.")
    .tag("Products", "What the shop sells.")
    .tag("Subscriptions", "Boxes that come again and again.")
    .tag("CMS", "What the shop says: pages, posts, menus, redirects.")
    .tag("Search", "Finding what the shop shows.")
    .tag("Messaging", "Writing to the shop, and hearing its news.")
    .bearer(
        "tenantAuth",
        Some("JWT"),
        "The storefront token of a shop. It travels in web pages and opens the storefront only.",
    )
    .bearer(
        "accountAuth",
        None,
        "The account token that signing in answers with. It names the shop and the customer.",
    );
    OpenApiRouter::with_openapi(head.build())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_is_documented_as_it_should_be() {
        let (_, api) = super::document().nest("/v1", crate::calls().merge(crate::reads())).split_for_parts();
        assert_eq!(marzipan_http::openapi::check(&api), Vec::<String>::new());
    }
}
