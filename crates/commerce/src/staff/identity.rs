//! Who calls the admin API: a member of staff or a key, and what they may do.

use std::time::Duration;

use domain::ids::{StaffId, StaffSessionId};
use domain::tenants::{Role, Scope, ScopeSet};
use store::installation;
use store::tenants::{shops, staff, staff_sessions};
use store::{InstallationTx, StoreError};

use super::{SESSION_IDLE, SESSION_LIFE, StaffError, role_of};
use crate::audit::Actor;
use crate::secrets::{OpaqueToken, hash_presented};
use crate::{Commerce, Shop};

/// As with customers: a session's last use is not written at every request.
const TOUCH_EVERY: Duration = Duration::from_mins(5);

/// Whoever calls the admin API.
#[derive(Clone)]
pub struct Administrator {
    /// The shop.
    pub shop: Shop,
    /// Who it is, for the audit log.
    pub actor: Actor,
    /// The member and session, for people.
    pub session: Option<(StaffId, StaffSessionId)>,
    scopes: ScopeSet,
}

impl Administrator {
    /// Whoever sits at the server's command line: they may do everything.
    #[must_use]
    pub fn at_the_command_line(shop: Shop) -> Self {
        Self { shop, actor: Actor::CommandLine, session: None, scopes: ScopeSet::All }
    }

    /// Lets the call through if it may do this.
    pub fn needs(&self, scope: Scope) -> Result<(), StaffError> {
        if self.scopes.allows(scope) { Ok(()) } else { Err(StaffError::Forbidden(scope)) }
    }

    /// Lets the caller give somebody these permissions: no more than they have themselves.
    pub fn may_give(&self, scopes: &ScopeSet) -> Result<(), StaffError> {
        if *scopes == ScopeSet::All && self.scopes != ScopeSet::All {
            // Whoever holds each scope of today still holds none of tomorrow's.
            let missing = Scope::ALL.into_iter().find(|scope| !self.scopes.allows(*scope));
            return Err(StaffError::Forbidden(missing.unwrap_or(Scope::AdminKeys)));
        }
        Scope::ALL.into_iter().filter(|scope| scopes.allows(*scope)).try_for_each(|scope| self.needs(scope))
    }

    /// What the caller may do.
    #[must_use]
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// The member and session, for what only people do.
    pub fn person(&self) -> Result<(StaffId, StaffSessionId), StaffError> {
        self.session.ok_or(StaffError::NotAPerson)
    }
}

/// Finds out whose a presented admin key or staff token is.
pub async fn authenticate(commerce: &Commerce, token: &str) -> Result<Administrator, StaffError> {
    let system_now = commerce.system_now();
    if let Some(hash) = hash_presented(token, OpaqueToken::ADMIN_KEY) {
        return commerce
            .store()
            .read_installation(move |tx| {
                let owner = installation::find_admin_key(tx, &hash)?
                    .filter(|owner| owner.row.revoked_at.is_none())
                    .ok_or(StaffError::Unauthenticated)?;
                let shop = shop_of(tx, owner.tenant, system_now)?;
                let scopes = ScopeSet::from_stored(&owner.row.scopes)
                    .map_err(|_| StoreError::Broken(format!("the scopes of key {}", owner.row.key_id)))?;
                let actor = Actor::AdminKey { id: owner.row.key_id, name: owner.row.name };
                Ok(Administrator { shop, actor, session: None, scopes })
            })
            .await;
    }
    let hash = hash_presented(token, OpaqueToken::STAFF).ok_or(StaffError::Unauthenticated)?;
    let (caller, stale) =
        commerce.store().read_installation(move |tx| of_session(tx, &hash, system_now)).await?;
    if let (true, Some((_, session))) = (stale, caller.session) {
        let now = caller.shop.now;
        let noted =
            commerce.store().write(caller.shop.id, move |tx| staff_sessions::touch(tx, session, now)).await;
        if let Err(error) = noted {
            let error: StoreError = error;
            tracing::warn!(error = %error, "a staff session's last use was not noted");
        }
    }
    Ok(caller)
}

/// The member behind a session's token, and whether its last use is to be written down.
fn of_session(
    tx: &mut InstallationTx<'_>,
    hash: &[u8],
    system_now: domain::time::Timestamp,
) -> Result<(Administrator, bool), StaffError> {
    let owner = installation::find_staff_session(tx, hash)?.ok_or(StaffError::Unauthenticated)?;
    let shop = shop_of(tx, owner.tenant, system_now)?;
    let (session, now) = (owner.row, shop.now);
    let live = now.since(session.last_used_at) < SESSION_IDLE && now.since(session.created_at) < SESSION_LIFE;
    if !live {
        return Err(StaffError::Unauthenticated);
    }
    let member =
        staff::find(&mut tx.tenant(owner.tenant), session.staff_id)?.ok_or(StaffError::Unauthenticated)?;
    let caller = Administrator {
        scopes: scopes_of(role_of(&member)?),
        actor: Actor::Staff { id: member.staff_id, name: member.name },
        session: Some((member.staff_id, session.session_id)),
        shop,
    };
    Ok((caller, now.since(session.last_used_at) >= TOUCH_EVERY))
}

/// What a role may do, as a key's scopes are written.
fn scopes_of(role: Role) -> ScopeSet {
    match role {
        Role::Owner => ScopeSet::All,
        role => ScopeSet::Some(role.scopes().collect()),
    }
}

fn shop_of(
    tx: &mut InstallationTx<'_>,
    tenant: domain::ids::TenantId,
    system_now: domain::time::Timestamp,
) -> Result<Shop, StaffError> {
    let row = shops::find(&mut tx.tenant(tenant))?.ok_or(StaffError::Unauthenticated)?;
    Ok(Shop::from_row(row, system_now)?)
}
