//! Building the index anew from the tables. Rule: searches go on while it is built, and what changes meanwhile is in it when it takes
//! over.

use domain::ids::TenantId;
use gateways::search::Writing;
use store::installation;

use super::follow::LOOK_EVERY;
use super::walk::{Walk, behind, follow_changes};
use super::{SearchError, aside};
use crate::Commerce;

/// Who built the index anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebuilt {
    /// This process.
    Here,
    /// The server that keeps the index, which was asked to.
    ByTheServer,
}

/// What of the index is to be built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Everything,
    Shop(TenantId),
}

impl Wish {
    fn write(self) -> String {
        match self {
            Self::Everything => "everything".to_owned(),
            Self::Shop(tenant) => tenant.to_string(),
        }
    }

    /// What can not be read is the wish for everything: that does what was meant, whatever it was.
    pub(super) fn read(text: &str) -> Self {
        text.trim().parse().map_or(Self::Everything, Self::Shop)
    }
}

/// Builds the index of one shop, or of all of them, anew. Where a server keeps the index, it is asked to, and this waits for it.
pub async fn rebuild(commerce: &Commerce, tenant: Option<TenantId>) -> Result<Rebuilt, SearchError> {
    let index = commerce.search_index();
    let wish = tenant.map_or(Wish::Everything, Wish::Shop);
    if !index.own()? {
        // Where somebody else has a wish already, everything is built anew for both.
        let wish = if index.rebuild_wanted()?.is_some() { Wish::Everything } else { wish };
        index.want_rebuild(&wish.write())?;
        while !index.own()? {
            tokio::time::sleep(LOOK_EVERY).await;
            if index.rebuild_wanted()?.is_none() {
                return Ok(Rebuilt::ByTheServer);
            }
        }
    }
    match wish {
        Wish::Everything => {
            let writing = everything(commerce).await?;
            publish(commerce, writing).await?;
        }
        Wish::Shop(tenant) => {
            let index = index.clone();
            let mut writing = aside(move || index.write()).await?;
            let mut walk = Walk::begin(commerce, tenant).await?;
            while !walk.is_over() {
                writing = walk.step(commerce, writing).await?;
            }
            walk.note(&mut writing, true);
            aside(move || writing.commit()).await?;
        }
    }
    index.rebuild_done()?;
    Ok(Rebuilt::Here)
}

/// An index of all shops beside the present one.
pub(super) async fn everything(commerce: &Commerce) -> Result<Writing, SearchError> {
    let index = commerce.search_index().clone();
    let mut writing = aside(move || index.begin_anew()).await?;
    for (tenant, _) in commerce.store().read_installation(installation::shop_versions).await? {
        let mut walk = Walk::begin(commerce, tenant).await?;
        while !walk.is_over() {
            writing = walk.step(commerce, writing).await?;
        }
        walk.note(&mut writing, true);
    }
    Ok(writing)
}

/// Puts an index in the place of the present one, once it has what changed while it was made.
pub(super) async fn publish(commerce: &Commerce, mut writing: Writing) -> Result<(), SearchError> {
    /// A shop that changes all the time is not waited for: the rest is followed as always.
    const ROUNDS: usize = 20;
    for _ in 0..ROUNDS {
        let tenants = behind(commerce, |tenant| writing.cursor(tenant)).await?;
        if tenants.is_empty() {
            break;
        }
        (writing, _) = follow_changes(commerce, writing, tenants).await?;
    }
    let index = commerce.search_index().clone();
    aside(move || index.publish(writing)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_back() {
        let shop = Wish::Shop(TenantId::new(uuid::Uuid::from_u128(7)));
        for wish in [Wish::Everything, shop] {
            assert_eq!(Wish::read(&wish.write()), wish);
        }
        assert_eq!(Wish::read("what is this"), Wish::Everything);
    }
}
