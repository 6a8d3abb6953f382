//! Identifiers, one type for each kind of thing. Rule: an id of one kind can not be passed where another is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use uuid::Uuid;

/// Text or bytes that are not an identifier. A caller treats it as an id that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Gives the UUID its kind.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The 16 bytes that are stored.
            #[must_use]
            pub fn to_bytes(self) -> Vec<u8> {
                self.0.as_bytes().to_vec()
            }
        }

        impl From<$name> for Vec<u8> {
            fn from(id: $name) -> Self {
                id.to_bytes()
            }
        }

        impl TryFrom<Vec<u8>> for $name {
            type Error = NotAnId;

            fn try_from(bytes: Vec<u8>) -> Result<Self, NotAnId> {
                Uuid::from_slice(&bytes).map(Self).map_err(|_| NotAnId)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Reads the hyphenated form only: other spellings of one id would be other names for one thing.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                if text.len() != 36 {
                    return Err(NotAnId);
                }
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A shop on this installation.
    TenantId;
    /// A customer of one shop.
    CustomerId;
    /// One sign-in of a customer on one device.
    SessionId;
    /// An address in a customer's address book.
    AddressId;
    /// A single-use token that went out by mail.
    MailTokenId;
    /// A registration that waits for its proof.
    RegistrationId;
    /// A piece of background work.
    JobId;
    /// A mail in the outbox.
    MailId;
    /// An entry of the audit log.
    AuditId;
    /// A member of a shop's staff.
    StaffId;
    /// One sign-in of a member of staff.
    StaffSessionId;
    /// A key to the admin API.
    AdminKeyId;
    /// A storefront token: the `jti` of its JWT.
    StorefrontTokenId;
    /// A product; a subscription package is one too.
    ProductId;
    /// A value of a product's option, with a SKU, price and stock of its own.
    VariantId;
    /// A named, ordered choice of products.
    CollectionId;
    /// A property that products are told apart by, such as the grape.
    AttributeId;
    /// A customer's review of a product.
    ReviewId;
    /// A picture or file of a shop.
    MediaId;
    /// A page or a journal post.
    EntryId;
    /// A state of a page or post that was saved once.
    RevisionId;
    /// A menu.
    MenuId;
    /// A rule that an old address leads to a new one.
    RedirectId;
    /// A conversation between a person and the shop.
    ThreadId;
    /// One message of a thread.
    MessageId;
    /// Somebody on the newsletter's list.
    SubscriberId;
    /// A customer's running order of boxes.
    SubscriptionId;
    /// One renewal of a subscription; the idempotency key of its charge at the provider.
    RenewalId;
    /// What a shop chose for a package's boxes.
    ReleaseId;
    /// A new price on its way to the subscriptions that run.
    PriceChangeId;
    /// A cart. Random, for knowing it is the right to use it.
    CartId;
    /// A line of a cart.
    CartItemId;
    /// A discount.
    DiscountId;
    /// A gift card.
    GiftCardId;
    /// A movement on a gift card.
    GiftCardEntryId;
    /// A movement of a customer's reward points.
    RewardEntryId;
    /// A way to send parcels.
    ShippingMethodId;
    /// A rate of tax.
    TaxRateId;
    /// An order.
    OrderId;
    /// A line of an order.
    OrderItemId;
    /// A payment for an order; the idempotency key of its charge.
    PaymentId;
    /// Money given back; the idempotency key at the provider.
    RefundId;
    /// A parcel of an order.
    ShipmentId;
    /// A card or account that a customer has left with the payment provider.
    PaymentMethodId;
    /// A place that hears of what happens in a shop.
    WebhookEndpointId;
    /// Something that happened, as it is told to webhooks.
    WebhookEventId;
    /// The telling of one event to one endpoint.
    WebhookDeliveryId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_shows_and_stores() {
        let id = CustomerId::new(Uuid::from_u128(0x0192_6a3c_0000_7000_8000_0000_0000_0001));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(CustomerId::try_from(id.to_bytes()), Ok(id));
    }

    #[test]
    fn refuses_other_spellings() {
        for text in
            ["", "1", "01926a3c000070008000000000000001", "{01926a3c-0000-7000-8000-000000000001}", "☃"]
        {
            assert_eq!(text.parse::<TenantId>(), Err(NotAnId), "{text}");
        }
        assert_eq!(TenantId::try_from(vec![0; 15]), Err(NotAnId));
    }
}
