//! Building the index anew from the tables. Rule: searches go on while it is built, and what changes meanwhile is in it when it takes
//! over.

use domain::ids::TenantId;

use super::follow::LOOK_EVERY;
use super::walk::{Pen, Walk, behind, follow_changes};
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
            let pen = everything(commerce).await?;
            publish(commerce, pen).await?;
        }
        Wish::Shop(tenant) => {
            let index = index.clone();
            let mut pen = Pen::new(aside(move || index.write()).await?);
            walk_through(commerce, &mut pen, tenant).await?;
            let writing = pen.lay_down()?;
            aside(move || writing.commit()).await?;
        }
    }
    index.rebuild_done()?;
    Ok(Rebuilt::Here)
}

async fn walk_through(commerce: &Commerce, pen: &mut Pen, tenant: TenantId) -> Result<(), SearchError> {
    let mut walk = Walk::begin(commerce, tenant).await?;
    while !walk.is_over() {
        walk.step(commerce, pen).await?;
    }
    walk.note(pen, true)
}

/// An index of all shops beside the present one.
pub(super) async fn everything(commerce: &Commerce) -> Result<Pen, SearchError> {
    let index = commerce.search_index().clone();
    let mut pen = Pen::new(aside(move || index.begin_anew()).await?);
    for tenant in behind(commerce, |_| None).await? {
        pass_over(tenant, walk_through(commerce, &mut pen, tenant).await)?;
    }
    Ok(pen)
}

/// One shop whose tables can not be read does not keep the others from their index.
fn pass_over(tenant: TenantId, outcome: Result<(), SearchError>) -> Result<(), SearchError> {
    match outcome {
        Err(SearchError::Store(error)) => {
            tracing::error!(tenant.id = %tenant, error = %error, "a shop is missing from the search index that is built");
            Ok(())
        }
        outcome => outcome,
    }
}

/// Puts an index in the place of the present one, once it has what changed while it was made.
pub(super) async fn publish(commerce: &Commerce, mut pen: Pen) -> Result<(), SearchError> {
    /// A shop that changes all the time is not waited for: the rest is followed as always.
    const ROUNDS: usize = 20;
    for _ in 0..ROUNDS {
        let tenants = behind(commerce, |tenant| pen.cursor(tenant)).await?;
        if tenants.is_empty() {
            break;
        }
        for tenant in tenants {
            pass_over(tenant, follow_changes(commerce, &mut pen, tenant).await.map(drop))?;
        }
    }
    let (index, writing) = (commerce.search_index().clone(), pen.lay_down()?);
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
