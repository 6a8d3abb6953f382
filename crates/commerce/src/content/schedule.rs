//! The job that shows and withdraws pages and posts at their dates.

use domain::ids::{EntryId, TenantId};
use store::StoreError;
use store::content::entries;

use super::editor::settle;
use crate::{Commerce, Shop};

/// Does what has fallen due on an entry. Where nothing has, nothing happens: a date may have been changed since.
pub(crate) async fn settle_entry(
    commerce: &Commerce,
    tenant: TenantId,
    id: EntryId,
) -> Result<(), StoreError> {
    let (handle, system_now) = (commerce.clone(), commerce.system_now());
    commerce
        .store()
        .write(tenant, move |tx| {
            let now = Shop::of(tx, system_now)?.now;
            let Some(mut entry) = entries::find(tx, id)? else { return Ok(()) };
            if !entry.publication()?.settle(now) {
                return Ok(());
            }
            let before = entry.clone();
            settle(&handle, tx, now, &before, &mut entry)?;
            entries::update(tx, entry)
        })
        .await
}
