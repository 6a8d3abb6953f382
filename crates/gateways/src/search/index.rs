//! The index in its folder or in memory, open for searching. Rule: searches go on undisturbed while it is written or built anew.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::ids::TenantId;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::store::Compressor;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy};
use uuid::Uuid;

use super::files::Folder;
use super::terms::Fields;
use super::writing::Writing;
use super::{Found, Kind, Query, SearchError, find};

/// Memory for documents on their way to a file; the least that tantivy takes is 15 MB.
const WRITER_MEMORY: usize = 16_000_000;

/// The number of an index that stands in for one that is not there.
const NONE: u64 = 0;

/// The installation's search index. Clones share it.
#[derive(Clone)]
pub struct SearchIndex {
    shared: Arc<Shared>,
}

struct Shared {
    /// None in memory.
    folder: Option<Mutex<Folder>>,
    current: RwLock<Arc<Generation>>,
}

/// One building of the index.
pub(super) struct Generation {
    number: u64,
    index: Index,
    reader: IndexReader,
    pub(super) fields: Fields,
    pub(super) kept: Mutex<Kept>,
}

/// What a generation keeps between writes.
pub(super) struct Kept {
    pub(super) writer: WriterSlot,
    /// How far each shop's changes are in the index.
    pub(super) cursors: HashMap<TenantId, i64>,
}

pub(super) enum WriterSlot {
    /// It is made at the next write.
    None,
    Ready(Box<IndexWriter>),
    /// Somebody writes.
    Taken,
}

impl Generation {
    fn of(number: u64, index: Index) -> Result<Arc<Self>, SearchError> {
        let (_, fields) = Fields::schema();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let cursors = read_cursors(index.load_metas()?.payload.as_deref().unwrap_or_default());
        let kept = Mutex::new(Kept { writer: WriterSlot::None, cursors });
        Ok(Arc::new(Self { number, index, reader, fields, kept }))
    }

    fn in_memory(number: u64) -> Result<Arc<Self>, SearchError> {
        Self::of(number, Index::builder().schema(Fields::schema().0).settings(settings()).create_in_ram()?)
    }

    fn create(folder: &Folder) -> Result<Arc<Self>, SearchError> {
        let number = folder.free_number()?;
        let path = folder.generation(number);
        fs::create_dir_all(&path)?;
        let builder = Index::builder().schema(Fields::schema().0).settings(settings());
        Self::of(number, builder.create_in_dir(path)?)
    }

    fn open(folder: &Folder, number: u64) -> Result<Arc<Self>, SearchError> {
        let index = Index::open_in_dir(folder.generation(number))?;
        if index.schema() != Fields::schema().0 {
            return Err(SearchError::Damaged);
        }
        Self::of(number, index)
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is kept is changed in single steps, so that a panic leaves it whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn writer(&self) -> Result<IndexWriter, SearchError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(WRITER_MEMORY)
            .num_merge_threads(1)
            .build();
        let writer = self.index.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_num_segments(6);
        merging.set_min_layer_size(2_000);
        merging.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(merging));
        Ok(writer)
    }

    pub(super) fn entries(&self, tenant: TenantId) -> Result<Vec<(Kind, Uuid)>, SearchError> {
        Ok(find::entries(&self.reader.searcher(), self.fields, tenant)?)
    }

    pub(super) fn reload(&self) -> Result<(), SearchError> {
        Ok(self.reader.reload()?)
    }
}

/// Nothing is stored but what is searched; the rest is read from the tables.
fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// One line a shop.
pub(super) fn write_cursors(cursors: &HashMap<TenantId, i64>) -> String {
    let lines: Vec<String> = cursors.iter().map(|(tenant, version)| format!("{tenant} {version}")).collect();
    lines.join("\n")
}

fn read_cursors(text: &str) -> HashMap<TenantId, i64> {
    let cursor = |line: &str| {
        let (tenant, version) = line.split_once(' ')?;
        Some((TenantId::new(Uuid::parse_str(tenant).ok()?), version.parse().ok()?))
    };
    text.lines().filter_map(cursor).collect()
}

impl SearchIndex {
    /// An index that lives as long as the process, for tests and tools.
    pub fn in_memory() -> Result<Self, SearchError> {
        Ok(Self::of(None, Generation::in_memory(1)?))
    }

    /// Looks at the index in this folder, and changes nothing of it. Where there is none, or none that can be read, it is empty.
    pub fn open(path: &Path) -> Result<Self, SearchError> {
        let folder = Folder::at(path);
        let current = match folder.current()?.map(|number| Generation::open(&folder, number)) {
            Some(Ok(generation)) => generation,
            Some(Err(error)) => {
                tracing::warn!(error = %error, "the search index can not be read");
                Generation::in_memory(NONE)?
            }
            None => Generation::in_memory(NONE)?,
        };
        Ok(Self::of(Some(Mutex::new(folder)), current))
    }

    /// How many shops the index in this folder holds; none where there is no index. An error where it can not be read.
    pub fn examine(path: &Path) -> Result<Option<usize>, SearchError> {
        let folder = Folder::at(path);
        let Some(number) = folder.current()? else { return Ok(None) };
        Ok(Some(Generation::open(&folder, number)?.kept().cursors.len()))
    }

    fn of(folder: Option<Mutex<Folder>>, current: Arc<Generation>) -> Self {
        Self { shared: Arc::new(Shared { folder, current: RwLock::new(current) }) }
    }

    fn current(&self) -> Arc<Generation> {
        self.shared.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn folder(&self) -> Option<MutexGuard<'_, Folder>> {
        self.shared.folder.as_ref().map(|folder| folder.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn switch_to(&self, generation: Arc<Generation>) {
        *self.shared.current.write().unwrap_or_else(PoisonError::into_inner) = generation;
    }

    /// Takes the right to write the index, unless another process has it; tells whether it is ours. An index that can not be read is
    /// begun anew: what it held is in the tables.
    pub fn own(&self) -> Result<bool, SearchError> {
        let Some(mut folder) = self.folder() else { return Ok(true) };
        if !folder.owned() && folder.try_own()? {
            self.switch_to(open_or_create(&folder)?);
        }
        Ok(folder.owned())
    }

    /// Looks at what was written since: merged files, or what another process wrote.
    pub fn refresh(&self) -> Result<(), SearchError> {
        if let Some(folder) = self.folder()
            && !folder.owned()
            && let Some(number) = folder.current()?
            && number != self.current().number
        {
            self.switch_to(Generation::open(&folder, number)?);
        }
        self.current().reload()
    }

    /// How far this shop's changes are in the index; none where the shop is not in it.
    #[must_use]
    pub fn cursor(&self, tenant: TenantId) -> Option<i64> {
        self.current().kept().cursors.get(&tenant).copied()
    }

    /// Everything of a shop that is in the index.
    pub fn entries(&self, tenant: TenantId) -> Result<Vec<(Kind, Uuid)>, SearchError> {
        self.current().entries(tenant)
    }

    /// Begins to write. Nothing of it is found before its commit, and all of it after.
    pub fn write(&self) -> Result<Writing, SearchError> {
        if self.folder().is_some_and(|folder| !folder.owned()) {
            return Err(SearchError::Busy);
        }
        Writing::begin(self.current())
    }

    /// Begins an index beside this one. Searches stay with this one until [`SearchIndex::publish`].
    pub fn begin_anew(&self) -> Result<Writing, SearchError> {
        let generation = match self.folder() {
            Some(folder) if folder.owned() => Generation::create(&folder)?,
            Some(_) => return Err(SearchError::Busy),
            None => Generation::in_memory(self.current().number + 1)?,
        };
        Writing::begin(generation)
    }

    /// What was written beside the index takes its place.
    pub fn publish(&self, writing: Writing) -> Result<(), SearchError> {
        let generation = writing.finish()?;
        if let Some(folder) = self.folder() {
            folder.set_current(generation.number)?;
            self.switch_to(generation.clone());
            folder.keep_only(generation.number);
        } else {
            self.switch_to(generation);
        }
        Ok(())
    }

    /// What of a shop fits, best first.
    pub fn search(&self, tenant: TenantId, query: &Query) -> Result<Found, SearchError> {
        let current = self.current();
        Ok(find::find(&current.reader.searcher(), current.fields, tenant, query)?)
    }

    /// Asks the process that writes the index in this folder to build it anew; `wish` says what of it.
    pub fn want_rebuild(&self, wish: &str) -> Result<(), SearchError> {
        Ok(self.folder().map_or(Ok(()), |folder| folder.want_rebuild(wish))?)
    }

    /// What somebody wants built anew.
    pub fn rebuild_wanted(&self) -> Result<Option<String>, SearchError> {
        Ok(self.folder().map_or(Ok(None), |folder| folder.rebuild_wanted())?)
    }

    /// Tells whoever wanted it that it is built.
    pub fn rebuild_done(&self) -> Result<(), SearchError> {
        Ok(self.folder().map_or(Ok(()), |folder| folder.rebuild_done())?)
    }
}

fn open_or_create(folder: &Folder) -> Result<Arc<Generation>, SearchError> {
    if let Some(number) = folder.current()? {
        match Generation::open(folder, number) {
            Ok(generation) => {
                folder.keep_only(number);
                return Ok(generation);
            }
            Err(error) => {
                tracing::warn!(error = %error, "the search index can not be read and is begun anew");
            }
        }
    }
    let generation = Generation::create(folder)?;
    folder.set_current(generation.number)?;
    folder.keep_only(generation.number);
    Ok(generation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back() {
        let cursors: HashMap<TenantId, i64> =
            [(1, 5), (2, 0)].map(|(id, version)| (TenantId::new(Uuid::from_u128(id)), version)).into();
        assert_eq!(read_cursors(&write_cursors(&cursors)), cursors);
        assert!(read_cursors("not\na cursor\n").is_empty());
    }
}
