//! Writing to the index. Rule: a write is found as a whole or not at all, together with how far it has followed each shop.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::TenantId;
use tantivy::IndexWriter;
use uuid::Uuid;

use super::index::{Generation, WriterSlot, write_cursors};
use super::{Entry, Kind, SearchError};

/// A write that has begun. Dropped without a commit it has not been.
pub struct Writing {
    generation: Arc<Generation>,
    /// Taken out only when it goes back or ends.
    writer: Option<Box<IndexWriter>>,
    cursors: HashMap<TenantId, i64>,
}

impl Writing {
    pub(super) fn begin(generation: Arc<Generation>) -> Result<Self, SearchError> {
        let mut kept = generation.kept();
        let writer = match std::mem::replace(&mut kept.writer, WriterSlot::Taken) {
            WriterSlot::Ready(writer) => writer,
            WriterSlot::Taken => return Err(SearchError::Busy),
            WriterSlot::None => match generation.writer() {
                Ok(writer) => Box::new(writer),
                Err(error) => {
                    kept.writer = WriterSlot::None;
                    return Err(error);
                }
            },
        };
        let cursors = kept.cursors.clone();
        drop(kept);
        Ok(Self { generation, writer: Some(writer), cursors })
    }

    fn writer(&mut self) -> Result<&mut IndexWriter, SearchError> {
        self.writer.as_deref_mut().ok_or(SearchError::Busy)
    }

    /// Adds an entry to a shop, in place of the one with its kind and id.
    pub fn put(&mut self, tenant: TenantId, entry: &Entry) -> Result<(), SearchError> {
        let fields = self.generation.fields;
        let writer = self.writer()?;
        writer.delete_term(fields.entry(tenant, entry.kind, entry.id));
        writer.add_document(fields.document(tenant, entry))?;
        Ok(())
    }

    /// Takes an entry out of a shop.
    pub fn remove(&mut self, tenant: TenantId, kind: Kind, id: Uuid) -> Result<(), SearchError> {
        let term = self.generation.fields.entry(tenant, kind, id);
        self.writer()?.delete_term(term);
        Ok(())
    }

    /// Takes all of a shop out.
    pub fn clear(&mut self, tenant: TenantId) -> Result<(), SearchError> {
        let term = self.generation.fields.shop(tenant);
        self.writer()?.delete_term(term);
        self.cursors.remove(&tenant);
        Ok(())
    }

    /// Notes that a shop's changes are written up to this version.
    pub fn reached(&mut self, tenant: TenantId, version: i64) {
        self.cursors.insert(tenant, version);
    }

    /// Everything of a shop that was in the index when the write began.
    pub fn entries(&self, tenant: TenantId) -> Result<Vec<(Kind, Uuid)>, SearchError> {
        self.generation.entries(tenant)
    }

    /// How far a shop's changes are written.
    #[must_use]
    pub fn cursor(&self, tenant: TenantId) -> Option<i64> {
        self.cursors.get(&tenant).copied()
    }

    /// Makes it durable and lets it be found. Waits for the disk.
    pub fn commit(mut self) -> Result<(), SearchError> {
        let writer = self.commit_writer()?;
        self.generation.kept().writer = WriterSlot::Ready(writer);
        self.generation.reload()
    }

    /// Commits, and waits until the files are merged.
    pub(super) fn finish(mut self) -> Result<Arc<Generation>, SearchError> {
        let writer = self.commit_writer()?;
        writer.wait_merging_threads()?;
        self.generation.kept().writer = WriterSlot::None;
        self.generation.reload()?;
        Ok(self.generation.clone())
    }

    fn commit_writer(&mut self) -> Result<Box<IndexWriter>, SearchError> {
        let payload = write_cursors(&self.cursors);
        let writer = self.writer()?;
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.generation.kept().cursors.clone_from(&self.cursors);
        self.writer.take().ok_or(SearchError::Busy)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // A writer that did not commit goes: what it was given goes with it.
        if let Some(writer) = self.writer.take() {
            drop(writer);
            self.generation.kept().writer = WriterSlot::None;
        }
    }
}
