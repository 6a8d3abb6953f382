//! Showing a draft to somebody who has no business in the admin API. Rule: a token shows one page or post, for a while;
//! only its hash is kept.

use std::time::Duration;

use domain::content::EntryKind;
use domain::ids::EntryId;
use domain::time::Timestamp;
use store::content::entries as entry_rows;
use store::content::preview_tokens::{self as rows, PreviewToken as Row};

use super::ContentError;
use super::entries::present;
use super::shown::{ArticlePage, draft_page};
use crate::audit::{self, Actor, Change};
use crate::secrets::{OpaqueToken, hash_presented};
use crate::{Commerce, Shop};

/// How long a token is good if nothing else is asked for.
const LIFE: Duration = Duration::from_hours(7 * 24);
/// How long it may be good.
const LONGEST_LIFE: Duration = Duration::from_hours(30 * 24);
/// Living tokens of one entry.
const MOST: i64 = 50;

/// A token as it is shown, this once.
pub struct PreviewToken {
    /// The token.
    pub token: String,
    /// Where it shows the draft.
    pub url: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Makes a token for the draft of a page or post.
pub async fn issue_preview_token(
    commerce: &Commerce,
    shop: &Shop,
    actor: Actor,
    kind: EntryKind,
    id: EntryId,
    expires_at: Option<Timestamp>,
) -> Result<PreviewToken, ContentError> {
    let now = shop.now;
    let expires_at = expires_at.unwrap_or(now.plus(LIFE));
    if expires_at <= now || expires_at > now.plus(LONGEST_LIFE) {
        let why = "Must lie in the future, 30 days ahead at the most.";
        return Err(domain::fields::FieldErrors::one("expiresAt", why).into());
    }
    let handle = commerce.clone();
    commerce
        .store()
        .write(shop.id, move |tx| {
            let entry = present(tx, kind, id)?;
            rows::delete_expired(tx, now)?;
            if rows::count(tx, id)? >= MOST {
                return Err(ContentError::LimitReached(MOST));
            }
            let token = OpaqueToken::generate(handle.chance(), OpaqueToken::PREVIEW);
            rows::insert(tx, Row { token_hash: token.hash(), entry_id: id, created_at: now, expires_at })?;
            let change = Change {
                action: &format!("{}.preview", kind.as_str()),
                target_kind: kind.as_str(),
                target_id: id.to_string(),
                before: None,
                after: Some(serde_json::json!({ "expiresAt": expires_at })),
            };
            audit::record(&handle, tx, now, &actor, change)?;
            let address = handle.site_url(&kind.path_of(&entry.slug));
            Ok(PreviewToken {
                url: format!("{address}?preview={}", token.reveal()),
                token: token.reveal().to_owned(),
                expires_at,
            })
        })
        .await
}

/// The draft at this address, for who holds a token for it. Whatever is wrong with the token, there is nothing.
pub async fn preview(
    commerce: &Commerce,
    shop: &Shop,
    kind: EntryKind,
    slug: &str,
    token: &str,
) -> Result<ArticlePage, ContentError> {
    let hash = hash_presented(token, OpaqueToken::PREVIEW).ok_or(ContentError::NotFound)?;
    let (handle, shop, slug) = (commerce.clone(), shop.clone(), slug.to_owned());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let token = rows::find(tx, &hash)?.filter(|token| token.expires_at > shop.now);
            let token = token.ok_or(ContentError::NotFound)?;
            let entry = entry_rows::find_by_slug(tx, kind, &slug)?;
            let entry = entry.filter(|entry| entry.entry_id == token.entry_id);
            Ok(draft_page(&handle, tx, &shop, &entry.ok_or(ContentError::NotFound)?)?)
        })
        .await
}
