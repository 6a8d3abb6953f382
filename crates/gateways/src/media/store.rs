//! Files where a setting says. Rule: a file has its name only when all of it is there, and every wait has an end.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::time::Timestamp;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    Attribute, ClientOptions, Error as ObjectError, GetOptions, GetRange, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutOptions, RetryConfig,
};
use tokio::time::timeout;

use super::MediaPlace;

/// How long a question or an answer's beginning may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long handing a file over may take.
const LONG_PATIENCE: Duration = Duration::from_mins(1);
/// How long the storage may say nothing in the midst of a file.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a reader may take over a file; slow ones are not cut off before.
const SLOW_READER: Duration = Duration::from_mins(10);

/// Why files can not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaStoreError {
    /// The setting does not say where files lie. The text goes behind the setting's name.
    #[error("{0}")]
    Setting(String),
    /// The storage did not do what was asked.
    #[error("{0}")]
    Unavailable(String),
}

/// What is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// In bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Timestamp,
}

/// A file, or a part of it, as it is read.
pub struct Reading {
    /// The whole file.
    pub file: Stored,
    /// The part that comes.
    pub range: Range<u64>,
    /// Its bytes.
    pub bytes: BoxStream<'static, Result<Bytes, MediaStoreError>>,
}

/// The shops' files.
#[derive(Clone, Debug)]
pub struct MediaStore {
    objects: Arc<dyn ObjectStore>,
    place: MediaPlace,
    prefix: String,
}

impl MediaStore {
    /// Opens the place; a folder is made where it is not there.
    ///
    /// A bucket's keys, region and endpoint are those of the `AWS_…` variables that all its tools read.
    pub fn open(place: MediaPlace) -> Result<Self, MediaStoreError> {
        let setting = |error: &dyn std::fmt::Display| {
            MediaStoreError::Setting(format!("({place}) can not be used: {error}"))
        };
        let mut key_prefix = String::new();
        let objects: Arc<dyn ObjectStore> = match &place {
            MediaPlace::Folder(folder) => {
                private_folder(folder).map_err(|error| setting(&error))?;
                let files = LocalFileSystem::new_with_prefix(folder).map_err(|error| setting(&error))?;
                Arc::new(files.with_fsync(true))
            }
            MediaPlace::Bucket { name, prefix } => {
                if !prefix.is_empty() {
                    key_prefix = format!("{prefix}/");
                }
                Arc::new(bucket(name).map_err(|error| setting(&error))?)
            }
            MediaPlace::Memory => Arc::new(InMemory::new()),
        };
        Ok(Self { objects, place, prefix: key_prefix })
    }

    /// Where files lie, for people.
    #[must_use]
    pub fn place(&self) -> &MediaPlace {
        &self.place
    }

    /// Writes a file, over one of the same name.
    pub async fn put(
        &self,
        name: &str,
        mime_type: &'static str,
        bytes: Bytes,
    ) -> Result<(), MediaStoreError> {
        let mut options = PutOptions::default();
        if matches!(self.place, MediaPlace::Bucket { .. }) {
            // For whoever lets readers at the bucket itself.
            options.attributes.insert(Attribute::ContentType, mime_type.into());
            options.attributes.insert(Attribute::CacheControl, "public, max-age=31536000, immutable".into());
        }
        let path = self.path(name);
        self.in_time(LONG_PATIENCE, self.objects.put_opts(&path, bytes.into(), options))
            .await?
            .map(drop)
            .map_err(|error| self.told(&error))
    }

    /// What is known of a file; `None` where there is none.
    pub async fn look_at(&self, name: &str) -> Result<Option<Stored>, MediaStoreError> {
        let path = self.path(name);
        match self.in_time(PATIENCE, self.objects.head(&path)).await? {
            Ok(meta) => Ok(Some(stored(&meta))),
            Err(ObjectError::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.told(&error)),
        }
    }

    /// Begins to read a file, or a part of one that is known to have it; `None` where there is no such file.
    pub async fn read(
        &self,
        name: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Reading>, MediaStoreError> {
        let path = self.path(name);
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = match self.in_time(PATIENCE, self.objects.get_opts(&path, options)).await? {
            Ok(found) => found,
            Err(ObjectError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(self.told(&error)),
        };
        let (file, range) = (stored(&found.meta), found.range.clone());
        let store = self.clone();
        let bytes = found.into_stream().map(move |part| part.map_err(|error| store.told(&error)));
        Ok(Some(Reading { file, range, bytes: bytes.boxed() }))
    }

    /// Reads a whole file; `None` where there is none.
    pub async fn read_all(&self, name: &str) -> Result<Option<Vec<u8>>, MediaStoreError> {
        let reading = async {
            let Some(mut reading) = self.read(name, None).await? else { return Ok(None) };
            let mut all = Vec::new();
            while let Some(part) = reading.bytes.next().await {
                all.extend_from_slice(&part?);
            }
            Ok(Some(all))
        };
        self.in_time(LONG_PATIENCE, reading).await?
    }

    /// Removes files; those that are not there are no failure.
    pub async fn delete(&self, names: &[String]) -> Result<(), MediaStoreError> {
        for name in names {
            let path = self.path(name);
            match self.in_time(PATIENCE, self.objects.delete(&path)).await? {
                Ok(()) | Err(ObjectError::NotFound { .. }) => {}
                Err(error) => return Err(self.told(&error)),
            }
        }
        Ok(())
    }

    /// Whether a file can be written, read and removed.
    pub async fn check(&self) -> Result<(), MediaStoreError> {
        const NAME: &str = "doctor/probe.txt";
        let text = Bytes::from_static(b"marzipan");
        self.put(NAME, "text/plain", text.clone()).await?;
        let found = self.read_all(NAME).await?;
        self.delete(&[NAME.to_owned()]).await?;
        if found.is_some_and(|found| found == text) {
            Ok(())
        } else {
            Err(MediaStoreError::Unavailable(format!("{} does not give back what it was given", self.place)))
        }
    }

    fn path(&self, name: &str) -> Path {
        Path::from(format!("{}{name}", self.prefix))
    }

    async fn in_time<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, MediaStoreError> {
        let silent = |_| MediaStoreError::Unavailable(format!("{} did not answer in time", self.place));
        timeout(patience, work).await.map_err(silent)
    }

    /// The storage's own words, on one line. They hold no key: those travel in headers.
    fn told(&self, error: &ObjectError) -> MediaStoreError {
        let words: String = error.to_string().chars().filter(|c| !c.is_control()).take(400).collect();
        MediaStoreError::Unavailable(format!("{}: {words}", self.place))
    }
}

fn stored(meta: &ObjectMeta) -> Stored {
    Stored { size: meta.size, modified: Timestamp::from_micros(meta.last_modified.timestamp_micros()) }
}

/// A folder that only we can read.
fn private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn bucket(name: &str) -> object_store::Result<impl ObjectStore> {
    crate::crypto();
    let plain = |variable: &str| std::env::var(variable).is_ok_and(|url| url.starts_with("http://"));
    let unencrypted = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"].into_iter().any(plain);
    let client = ClientOptions::new()
        // An endpoint that is named without TLS is wanted without it.
        .with_allow_http(unencrypted)
        .with_connect_timeout(PATIENCE)
        .with_read_timeout(SILENCE)
        .with_timeout(SLOW_READER);
    let retry = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let mut builder =
        AmazonS3Builder::from_env().with_bucket_name(name).with_client_options(client).with_retry(retry);
    if let Ok(endpoint) = std::env::var("AWS_ENDPOINT_URL_S3") {
        builder = builder.with_endpoint(endpoint);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(store: &MediaStore, range: Option<Range<u64>>) -> Option<String> {
        let reading = store.read("15/a.txt", range).await.expect("the storage answers")?;
        let parts: Vec<Bytes> = reading.bytes.map(|part| part.expect("the storage goes on")).collect().await;
        Some(String::from_utf8(parts.concat()).expect("text"))
    }

    async fn is_a_store(store: MediaStore) {
        assert_eq!(text(&store, None).await, None);
        assert_eq!(store.look_at("15/a.txt").await, Ok(None));
        store.put("15/a.txt", "text/plain", Bytes::from_static(b"marzipan")).await.expect("is taken");
        assert_eq!(text(&store, None).await.as_deref(), Some("marzipan"));
        assert_eq!(text(&store, Some(1..4)).await.as_deref(), Some("arz"));
        assert_eq!(store.look_at("15/a.txt").await.expect("answers").expect("is there").size, 8);
        store.put("15/a.txt", "text/plain", Bytes::from_static(b"quince")).await.expect("is taken");
        assert_eq!(store.read_all("15/a.txt").await, Ok(Some(b"quince".to_vec())));
        let both = ["15/a.txt".to_owned(), "15/b.txt".to_owned()];
        store.delete(&both).await.expect("one is there, one is not");
        assert_eq!(text(&store, None).await, None);
        store.check().await.expect("it works");
    }

    #[tokio::test]
    async fn files_are_kept_in_memory() {
        is_a_store(MediaStore::open(MediaPlace::Memory).expect("memory is there")).await;
    }

    #[tokio::test]
    async fn files_are_kept_in_a_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = MediaPlace::Folder(folder.path().join("deep/media"));
        is_a_store(MediaStore::open(place.clone()).expect("the folder is made")).await;
        let again = MediaStore::open(place).expect("the folder is there");
        again.put("15/a.txt", "text/plain", Bytes::from_static(b"quince")).await.expect("is taken");
        let file = folder.path().join("deep/media/15/a.txt");
        assert_eq!(std::fs::read(file).expect("lies under its name"), b"quince");
    }

    #[tokio::test]
    async fn a_folder_that_can_not_be_made_is_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("taken");
        std::fs::write(&file, b"").expect("is written");
        assert!(MediaStore::open(MediaPlace::Folder(file)).is_err());
    }
}
