//! The installation's secret key and what is made from it: sealed values, signatures, opaque tokens.
//!
//! Rule: one key from a file; every use has a key of its own derived from it (HKDF-SHA-256, RFC 5869), so that no
//! value made for one use passes in another. Tokens are stored as hashes only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::pkcs8::EncodePrivateKey;
use hmac::{Hmac, KeyInit as _, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use domain::ids::{RenewalId, StorefrontTokenId, SubscriberId, SubscriptionId, TenantId};
use domain::time::Timestamp;

use crate::chance::Chance;

/// The master key as it was read from its file: 32 random bytes.
pub struct SecretKey(Zeroizing<[u8; 32]>);

impl SecretKey {
    /// Takes the key's bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// What is wrong with a key or a sealed value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// A sealed value does not open: another key sealed it, or it was changed.
    #[error("a sealed value does not open: was the secret key file replaced?")]
    Unsealable,
    /// The signing key can not be built.
    #[error("the storefront signing key can not be built: {0}")]
    Signing(String),
}

/// Everything made from the secret key.
pub struct Secrets {
    seal: XChaCha20Poly1305,
    device_key: Zeroizing<[u8; 32]>,
    bucket_key: Zeroizing<[u8; 32]>,
    address_key: Zeroizing<[u8; 32]>,
    unsubscribe_key: Zeroizing<[u8; 32]>,
    pay_key: Zeroizing<[u8; 32]>,
    gift_key: Zeroizing<[u8; 32]>,
    signing: EncodingKey,
    verifying: DecodingKey,
    kid: String,
    fingerprint: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// The claims of a storefront token (contract, section 1).
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    jti: String,
    iat: i64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

const STOREFRONT: &str = "storefront";
const ISSUER: &str = "marzipan";

/// What a storefront token that this installation signed says. Whether it has expired or was revoked is for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StorefrontClaims {
    /// The shop.
    pub(crate) tenant: TenantId,
    /// The token's own id.
    pub(crate) token: StorefrontTokenId,
}

impl Secrets {
    /// Derives all keys.
    pub fn new(key: &SecretKey) -> Result<Self, SecretError> {
        let derive = |purpose: &str| {
            let mut out = Zeroizing::new([0_u8; 32]);
            hkdf::Hkdf::<Sha256>::new(None, key.0.as_slice())
                .expand(purpose.as_bytes(), out.as_mut_slice())
                .expect("32 bytes are within HKDF's limit");
            out
        };
        let signing_error = |error: &dyn std::fmt::Display| SecretError::Signing(error.to_string());
        let signer = ed25519_dalek::SigningKey::from_bytes(&derive("storefront token signature"));
        let public = signer.verifying_key();
        let pkcs8 = signer.to_pkcs8_der().map_err(|error| signing_error(&error))?;
        let verifying = DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(public.as_bytes()))
            .map_err(|error| signing_error(&error))?;
        Ok(Self {
            seal: XChaCha20Poly1305::new(derive("seal").as_slice().try_into().expect("the key has 32 bytes")),
            device_key: derive("device token"),
            bucket_key: derive("throttle bucket"),
            address_key: derive("suppressed address"),
            unsubscribe_key: derive("unsubscribe token"),
            pay_key: derive("pay token"),
            gift_key: derive("gift token"),
            signing: EncodingKey::from_ed_der(pkcs8.as_bytes()),
            verifying,
            kid: URL_SAFE_NO_PAD.encode(&sha256(public.as_bytes())[..12]),
            fingerprint: URL_SAFE_NO_PAD.encode(&derive("fingerprint")[..16]),
        })
    }

    /// A name for the key that tells nothing about it: nodes over one database compare it.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Encrypts a value for storage. It opens only with the same `context`, which says what and whose it is.
    #[must_use]
    pub fn seal(&self, chance: &Chance, context: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; 24] = chance.bytes();
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self
            .seal
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a value in memory is within the cipher's limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens a sealed value.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or(SecretError::Unsealable)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.seal.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SecretError::Unsealable)
    }

    /// Signs a storefront token (Ed25519, RFC 8037).
    pub fn sign_storefront_token(
        &self,
        tenant: TenantId,
        token: StorefrontTokenId,
        issued_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<String, SecretError> {
        let seconds = |instant: Timestamp| instant.as_micros().div_euclid(1_000_000);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: tenant.to_string(),
            jti: token.to_string(),
            iat: seconds(issued_at),
            scope: STOREFRONT.to_owned(),
            exp: expires_at.map(seconds),
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing)
            .map_err(|error| SecretError::Signing(error.to_string()))
    }

    /// Reads a storefront token, if this installation signed it. Expiry is checked against the stored row, by the
    /// shop's own clock.
    #[must_use]
    pub(crate) fn read_storefront_token(&self, token: &str) -> Option<StorefrontClaims> {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        rules.set_issuer(&[ISSUER]);
        let read = jsonwebtoken::decode::<Claims>(token, &self.verifying, &rules).ok()?;
        if read.header.kid.as_deref() != Some(&self.kid) || read.claims.scope != STOREFRONT {
            return None;
        }
        Some(StorefrontClaims { tenant: read.claims.sub.parse().ok()?, token: read.claims.jti.parse().ok()? })
    }

    /// Makes a device token: a mark that this device has signed in to this account.
    #[must_use]
    pub fn device_token(&self, chance: &Chance, tenant: TenantId, account: &str) -> String {
        let nonce: [u8; 16] = chance.bytes();
        let mark = self.device_mark(tenant, account, &nonce);
        format!("{DEVICE_PREFIX}{}", URL_SAFE_NO_PAD.encode([nonce.as_slice(), &mark].concat()))
    }

    /// The name of the device behind a token that this installation made for this account.
    #[must_use]
    pub fn read_device_token(&self, token: &str, tenant: TenantId, account: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(DEVICE_PREFIX)?).ok()?;
        let (nonce, mark) = bytes.split_first_chunk::<16>()?;
        let expected = self.device_mark(tenant, account, nonce);
        bool::from(subtle::ConstantTimeEq::ct_eq(expected.as_slice(), mark)).then(|| nonce.to_vec())
    }

    fn device_mark(&self, tenant: TenantId, account: &str, nonce: &[u8]) -> Vec<u8> {
        mac(&self.device_key, &[tenant.uuid().as_bytes(), account.as_bytes(), nonce])
    }

    /// The name of a throttle's bucket: the same for the same parts, and it gives none of them away.
    #[must_use]
    pub fn bucket(&self, parts: &[&[u8]]) -> Vec<u8> {
        mac(&self.bucket_key, parts)
    }
}

impl Secrets {
    /// The name under which an address is remembered when nothing of the person is kept: another in each shop, and nobody
    /// without the key can try addresses against it.
    #[must_use]
    pub(crate) fn address_hash(&self, tenant: TenantId, email: &str) -> Vec<u8> {
        mac(&self.address_key, &[tenant.uuid().as_bytes(), email.as_bytes()])
    }

    /// What a marketing mail carries for its reader to say that they want no more.
    #[must_use]
    pub(crate) fn unsubscribe_token(&self, tenant: TenantId, subscriber: SubscriberId) -> String {
        link_token(UNSUBSCRIBE_PREFIX, &self.unsubscribe_key, tenant, subscriber.uuid())
    }

    /// Whom a presented unsubscribe token names, if this installation made it.
    #[must_use]
    pub(crate) fn read_unsubscribe_token(&self, token: &str) -> Option<(TenantId, SubscriberId)> {
        let (tenant, id) = read_link_token(UNSUBSCRIBE_PREFIX, &self.unsubscribe_key, token)?;
        Some((tenant, SubscriberId::new(id)))
    }

    /// What the mail about a renewal that failed carries for its customer to pay it.
    #[must_use]
    pub(crate) fn pay_token(&self, tenant: TenantId, renewal: RenewalId) -> String {
        link_token(PAY_PREFIX, &self.pay_key, tenant, renewal.uuid())
    }

    /// Which renewal a presented token pays, if this installation made it.
    #[must_use]
    pub(crate) fn read_pay_token(&self, token: &str) -> Option<(TenantId, RenewalId)> {
        let (tenant, id) = read_link_token(PAY_PREFIX, &self.pay_key, token)?;
        Some((tenant, RenewalId::new(id)))
    }

    /// What the mail about a present carries for its recipient to redeem it.
    #[must_use]
    pub(crate) fn gift_token(&self, tenant: TenantId, subscription: SubscriptionId) -> String {
        link_token(GIFT_PREFIX, &self.gift_key, tenant, subscription.uuid())
    }

    /// Which present a presented token redeems, if this installation made it.
    #[must_use]
    pub(crate) fn read_gift_token(&self, token: &str) -> Option<(TenantId, SubscriptionId)> {
        let (tenant, id) = read_link_token(GIFT_PREFIX, &self.gift_key, token)?;
        Some((tenant, SubscriptionId::new(id)))
    }
}

/// A token for a link in a mail. It is good for ever, and nothing of it is stored: it names the shop and a thing of its, and
/// nobody else can make it.
fn link_token(prefix: &str, key: &[u8; 32], tenant: TenantId, id: Uuid) -> String {
    let tenant = tenant.uuid();
    let mark = mac(key, &[tenant.as_bytes(), id.as_bytes()]);
    let bytes = [tenant.as_bytes().as_slice(), id.as_bytes(), &mark].concat();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn read_link_token(prefix: &str, key: &[u8; 32], token: &str) -> Option<(TenantId, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(prefix)?).ok()?;
    let (tenant, rest) = bytes.split_first_chunk::<16>()?;
    let (id, mark) = rest.split_first_chunk::<16>()?;
    let expected = mac(key, &[tenant, id]);
    let is_ours = bool::from(subtle::ConstantTimeEq::ct_eq(expected.as_slice(), mark));
    is_ours.then(|| (TenantId::new(Uuid::from_bytes(*tenant)), Uuid::from_bytes(*id)))
}

/// Prefix of a token that unsubscribes.
pub(crate) const UNSUBSCRIBE_PREFIX: &str = "mzu_";
/// Prefix of a token that pays a renewal.
pub(crate) const PAY_PREFIX: &str = "mzr_";
/// Prefix of a token that redeems a present.
pub(crate) const GIFT_PREFIX: &str = "mzg_";
const DEVICE_PREFIX: &str = "mzd_";

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        // The length before each part keeps ("ab", "c") apart from ("a", "bc").
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// SHA-256.
#[must_use]
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// A bearer token of 256 random bits behind a prefix that says what it is for.
pub(crate) struct OpaqueToken(Zeroizing<String>);

impl OpaqueToken {
    /// Prefix of a customer's session token.
    pub(crate) const ACCOUNT: &str = "mza_";
    /// Prefix of an admin key.
    pub(crate) const ADMIN_KEY: &str = "mzk_";
    /// Prefix of a staff session token.
    pub(crate) const STAFF: &str = "mzs_";
    /// Prefix of a token that goes out by mail.
    pub(crate) const MAIL: &str = "mzm_";
    /// Prefix of a token that shows a draft.
    pub(crate) const PREVIEW: &str = "mzp_";

    /// A new token.
    #[must_use]
    pub(crate) fn generate(chance: &Chance, prefix: &str) -> Self {
        let bits: [u8; 32] = chance.bytes();
        Self(Zeroizing::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bits))))
    }

    /// The token, to be shown once.
    #[must_use]
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub(crate) fn hash(&self) -> Vec<u8> {
        sha256(self.0.as_bytes())
    }
}

/// The hash under which a presented token would be stored; none for text that can not be a token of that kind.
#[must_use]
pub(crate) fn hash_presented(token: &str, prefix: &str) -> Option<Vec<u8>> {
    let bits = token.strip_prefix(prefix)?;
    (bits.len() == 43).then(|| sha256(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn chance() -> Chance {
        Chance::new(|bytes| rand::fill(bytes))
    }

    fn secrets(byte: u8) -> Secrets {
        Secrets::new(&SecretKey::new([byte; 32])).expect("keys")
    }

    #[test]
    fn a_sealed_value_opens_with_its_key_and_context_only() {
        let sealed = secrets(1).seal(&chance(), "mail 1", b"link");
        assert_eq!(secrets(1).open("mail 1", &sealed).expect("opens"), b"link");
        assert!(secrets(1).open("mail 2", &sealed).is_err());
        assert!(secrets(2).open("mail 1", &sealed).is_err());
        assert!(secrets(1).open("mail 1", &sealed[..30]).is_err());
        assert!(secrets(1).open("mail 1", b"").is_err());
    }

    #[test]
    fn a_storefront_token_is_read_by_its_signer_only() {
        let tenant = TenantId::new(Uuid::from_u128(1));
        let token = StorefrontTokenId::new(Uuid::from_u128(2));
        let signed = secrets(1)
            .sign_storefront_token(tenant, token, Timestamp::from_micros(1_000_000), None)
            .expect("signs");
        assert_eq!(secrets(1).read_storefront_token(&signed), Some(StorefrontClaims { tenant, token }));
        assert_eq!(secrets(2).read_storefront_token(&signed), None);
        let (head, _) = signed.rsplit_once('.').expect("three parts");
        for forged in [format!("{head}."), format!("{head}.AAAA"), signed.replace('.', ""), String::new()] {
            assert_eq!(secrets(1).read_storefront_token(&forged), None);
        }
    }

    #[test]
    fn unsigned_and_symmetric_tokens_are_refused() {
        let claims = r#"{"iss":"marzipan","sub":"00000000-0000-0000-0000-000000000001","jti":"00000000-0000-0000-0000-000000000002","iat":1,"scope":"storefront"}"#;
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256","typ":"JWT"}"#] {
            let forged = format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
            assert_eq!(secrets(1).read_storefront_token(&forged), None);
        }
    }

    #[test]
    fn a_device_token_is_bound_to_its_shop_and_account() {
        let (one, two) = (TenantId::new(Uuid::from_u128(1)), TenantId::new(Uuid::from_u128(2)));
        let token = secrets(1).device_token(&chance(), one, "ann@example.com");
        assert!(secrets(1).read_device_token(&token, one, "ann@example.com").is_some());
        assert!(secrets(1).read_device_token(&token, two, "ann@example.com").is_none());
        assert!(secrets(1).read_device_token(&token, one, "bob@example.com").is_none());
        assert!(secrets(2).read_device_token(&token, one, "ann@example.com").is_none());
    }

    #[test]
    fn an_unsubscribe_token_names_whom_it_was_made_for() {
        let (tenant, subscriber) = (TenantId::new(Uuid::from_u128(1)), SubscriberId::new(Uuid::from_u128(2)));
        let token = secrets(1).unsubscribe_token(tenant, subscriber);
        assert_eq!(secrets(1).read_unsubscribe_token(&token), Some((tenant, subscriber)));
        assert_eq!(secrets(2).read_unsubscribe_token(&token), None);
        let other = secrets(1).unsubscribe_token(tenant, SubscriberId::new(Uuid::from_u128(3)));
        let forged = format!("{}{}", &other[..47], &token[47..]);
        for forged in [forged.as_str(), "", "mzu_", "mzu_AAAA", &token[1..]] {
            assert_eq!(secrets(1).read_unsubscribe_token(forged), None, "{forged}");
        }
    }

    #[test]
    fn an_address_has_another_hash_in_each_shop() {
        let (one, two) = (TenantId::new(Uuid::from_u128(1)), TenantId::new(Uuid::from_u128(2)));
        let hash = secrets(1).address_hash(one, "ann@example.com");
        assert_eq!(hash, secrets(1).address_hash(one, "ann@example.com"));
        assert_ne!(hash, secrets(1).address_hash(two, "ann@example.com"));
        assert_ne!(hash, secrets(2).address_hash(one, "ann@example.com"));
    }

    #[test]
    fn tokens_have_their_prefix_and_256_bits() {
        let token = OpaqueToken::generate(&chance(), OpaqueToken::ACCOUNT);
        assert_eq!(token.reveal().len(), 4 + 43);
        assert_eq!(hash_presented(token.reveal(), OpaqueToken::ACCOUNT), Some(token.hash()));
        assert_eq!(hash_presented(token.reveal(), OpaqueToken::STAFF), None);
    }
}
