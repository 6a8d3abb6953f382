//! The shop's staff: added, changed, removed. Rule: a shop keeps an owner, and only owners touch owners.

use domain::accounts::{Email, PasswordText, PersonName};
use domain::ids::StaffId;
use domain::tenants::{Role, ScopeSet};
use store::messaging::threads;
use store::tenants::staff::{self, Member};
use store::tenants::staff_sessions;
use store::{StoreError, Tx};

use super::{Administrator, MemberEntry, StaffError, role_of};
use crate::accounts::check_guessable;
use crate::audit::{self, Actor, Change};
use crate::{Commerce, Shop};

/// A sign-in to make.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct NewMember {
    pub name: PersonName,
    pub email: Email,
    pub password: PasswordText,
    pub role: Role,
}

/// What to change of a member.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct MemberChange {
    pub name: Option<PersonName>,
    pub role: Option<Role>,
    pub password: Option<PasswordText>,
}

/// A page of the shop's staff, newest first, and how many there are.
pub async fn list(
    commerce: &Commerce,
    shop: &Shop,
    offset: i64,
    limit: i64,
) -> Result<(Vec<MemberEntry>, i64), StaffError> {
    let (rows, total) = commerce.store().read(shop.id, move |tx| staff::list(tx, offset, limit)).await?;
    Ok((rows.iter().map(MemberEntry::of).collect::<Result<_, _>>()?, total))
}

/// One member.
pub async fn find(commerce: &Commerce, shop: &Shop, id: StaffId) -> Result<MemberEntry, StaffError> {
    let row = commerce.store().read(shop.id, move |tx| staff::find(tx, id)).await?;
    Ok(MemberEntry::of(&row.ok_or(StaffError::NotFound)?)?)
}

/// Adds a member. `by` is absent at the command line, where whoever sits owns everything.
pub async fn add(
    commerce: &Commerce,
    shop: &Shop,
    by: Option<&Administrator>,
    new: NewMember,
) -> Result<MemberEntry, StaffError> {
    check_guessable(
        commerce,
        new.password.clone(),
        [new.email.as_str().to_owned(), new.name.as_str().to_owned(), shop.settings.name.as_str().to_owned()],
    )
    .await?;
    let password_hash = commerce.passwords().hash(new.password).await?;
    let (handle, shop) = (commerce.clone(), shop.clone());
    let (actor, may_make_owners) = authority(by);
    commerce
        .store()
        .write(shop.id, move |tx| {
            if new.role == Role::Owner && !may_make_owners {
                return Err(StaffError::OwnersOnly);
            }
            let row = Member {
                staff_id: StaffId::new(handle.chance().uuid(shop.now)),
                email: new.email.as_str().to_owned(),
                name: new.name.as_str().to_owned(),
                role: new.role.as_str().to_owned(),
                password_hash: password_hash.clone(),
                totp_secret: None,
                totp_pending: None,
                totp_last_step: None,
                created_at: shop.now,
                updated_at: shop.now,
            };
            if staff::find_by_email(tx, &row.email)?.is_some() {
                return Err(StaffError::EmailTaken);
            }
            staff::insert(tx, row.clone())?;
            let entry = MemberEntry::of(&row)?;
            note(&handle, tx, &shop, &actor, "staff.add", entry.id, None, Some(&entry))?;
            Ok(entry)
        })
        .await
}

/// Changes a member; a new password or role ends their sessions.
pub async fn change(
    commerce: &Commerce,
    by: &Administrator,
    id: StaffId,
    change: MemberChange,
) -> Result<MemberEntry, StaffError> {
    let hash = match change.password {
        Some(password) => {
            check_guessable(commerce, password.clone(), []).await?;
            Some(commerce.passwords().hash(password).await?)
        }
        None => None,
    };
    let (handle, shop) = (commerce.clone(), by.shop.clone());
    let (actor, may_make_owners) = authority(Some(by));
    commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = staff::find(tx, id)?.ok_or(StaffError::NotFound)?;
            let before = MemberEntry::of(&row)?;
            let role = change.role.unwrap_or(before.role);
            if !may_make_owners && (before.role == Role::Owner || role == Role::Owner) {
                return Err(StaffError::OwnersOnly);
            }
            if before.role == Role::Owner && role != Role::Owner {
                keep_an_owner(tx)?;
            }
            if let Some(name) = &change.name {
                name.as_str().clone_into(&mut row.name);
            }
            role.as_str().clone_into(&mut row.role);
            if let Some(hash) = &hash {
                row.password_hash.clone_from(hash);
            }
            row.updated_at = shop.now;
            staff::update(tx, row.clone())?;
            if hash.is_some() || role != before.role {
                staff_sessions::delete_all(tx, id, None)?;
            }
            let after = MemberEntry::of(&row)?;
            note(&handle, tx, &shop, &actor, "staff.update", id, Some(&before), Some(&after))?;
            Ok(after)
        })
        .await
}

/// Removes a member, whose sessions end.
pub async fn remove(commerce: &Commerce, by: &Administrator, id: StaffId) -> Result<(), StaffError> {
    let (handle, shop) = (commerce.clone(), by.shop.clone());
    let (actor, may_make_owners) = authority(Some(by));
    commerce
        .store()
        .write(shop.id, move |tx| {
            let row = staff::find(tx, id)?.ok_or(StaffError::NotFound)?;
            if role_of(&row)? == Role::Owner {
                if !may_make_owners {
                    return Err(StaffError::OwnersOnly);
                }
                keep_an_owner(tx)?;
            }
            let before = MemberEntry::of(&row)?;
            staff_sessions::delete_all(tx, id, None)?;
            threads::unassign(tx, id)?;
            staff::delete(tx, id)?;
            note(&handle, tx, &shop, &actor, "staff.remove", id, Some(&before), None)?;
            Ok(())
        })
        .await
}

/// Who acts, and whether they may make and change owners: owners may, and keys and command lines that may do everything.
fn authority(by: Option<&Administrator>) -> (Actor, bool) {
    match by {
        Some(by) => (by.actor.clone(), *by.scopes() == ScopeSet::All),
        None => (Actor::CommandLine, true),
    }
}

fn keep_an_owner(tx: &mut Tx<'_>) -> Result<(), StaffError> {
    if staff::count_role(tx, Role::Owner.as_str())? > 1 { Ok(()) } else { Err(StaffError::LastOwner) }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one audit entry, named at each call by their types"
)]
fn note(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    actor: &Actor,
    action: &str,
    id: StaffId,
    before: Option<&MemberEntry>,
    after: Option<&MemberEntry>,
) -> Result<(), StoreError> {
    let json = |entry: Option<&MemberEntry>| entry.and_then(|entry| serde_json::to_value(entry).ok());
    let change = Change {
        action,
        target_kind: "staff",
        target_id: id.to_string(),
        before: json(before),
        after: json(after),
    };
    audit::record(commerce, tx, shop.now, actor, change)
}
