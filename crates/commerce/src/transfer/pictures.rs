//! The pictures that things of a file name: by a file beside it, or by an address. Rule: a picture that can not be had is
//! told and left out, and everything else goes on; each is fetched once, also when the file is imported again.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::catalog::ImageForm;
use domain::ids::MediaId;
use domain::media::{AltText, MOST_BYTES, MediaName};
use domain::patch::Patch;
use futures_util::StreamExt as _;
use gateways::fetch::FetchError;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{StoreError, media as rows, media_sources};
use url::Url;

use super::ImportError;
use super::item::{Item, MediaItem, Origin, What};
use super::report::{Grade, Pictures, Problem};
use crate::audit::Actor;
use crate::catalog::Put;
use crate::media::{self, MediaChange, MediaError, Upload};
use crate::{Commerce, Shop};

/// Pictures that are had at the same time.
const AT_ONCE: usize = 8;

/// Servers that did not answer so often in a row are not asked again: a hundred dead addresses cost minutes, not an hour.
const DEAD_AFTER: u32 = 3;

/// Pictures that are remembered, so that none is looked for twice in a row.
const MOST_KNOWN: usize = 10_000;

/// Where a picture comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    File(String),
    Url(String),
}

impl Source {
    fn of(image: &ImageForm) -> Option<Self> {
        if image.media_id.is_some() {
            return None;
        }
        let file = image.file.clone().map(Self::File);
        file.or_else(|| image.url.clone().map(Self::Url))
    }

    fn told(&self) -> &str {
        let (Self::File(name) | Self::Url(name)) = self;
        name
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.told().as_bytes()).to_vec()
    }
}

/// What was found where a picture comes from.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A picture, and whether the shop did not have it before.
    Picture(MediaId, bool),
    /// One that the shop does not have, and that a dry run leaves alone.
    ToCome,
    /// Nothing, and why.
    Nothing(String),
}

/// Has the pictures of an import.
pub(super) struct Gallery {
    pub(super) commerce: Commerce,
    pub(super) shop: Shop,
    /// Where files are looked for; `None` where there are none.
    pub(super) folder: Option<PathBuf>,
    pub(super) dry_run: bool,
    known: HashMap<Source, Found>,
    silent: Arc<Mutex<HashMap<String, u32>>>,
}

impl Gallery {
    pub(super) fn new(commerce: Commerce, shop: Shop, folder: Option<PathBuf>, dry_run: bool) -> Self {
        Self { commerce, shop, folder, dry_run, known: HashMap::new(), silent: Arc::default() }
    }

    /// Has all pictures that these things name.
    pub(super) async fn have(&mut self, items: &[&Item]) -> Result<(), ImportError> {
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
        }
        let mut wanted: Vec<(Source, ImageForm)> = Vec::new();
        let mut seen = HashSet::new();
        for image in items.iter().flat_map(|item| images_of(item)) {
            if let Some(source) = Source::of(&image)
                && !self.known.contains_key(&source)
                && seen.insert(source.clone())
            {
                wanted.push((source, image));
            }
        }
        self.recall(&wanted).await?;
        wanted.retain(|(source, _)| !self.known.contains_key(source));
        let this = &*self;
        let found: Vec<(Source, Result<Found, ImportError>)> = futures_util::stream::iter(wanted)
            .map(|(source, image)| async move {
                let found = this.find(&source, &image).await;
                (source, found)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (source, found) in found {
            self.known.insert(source, found?);
        }
        Ok(())
    }

    /// Remembers the pictures of addresses that an earlier import fetched.
    async fn recall(&mut self, wanted: &[(Source, ImageForm)]) -> Result<(), StoreError> {
        let by_hash: HashMap<Vec<u8>, Source> = wanted
            .iter()
            .filter(|(source, _)| matches!(source, Source::Url(_)))
            .map(|(source, _)| (source.hash(), source.clone()))
            .collect();
        let hashes: Vec<Vec<u8>> = by_hash.keys().cloned().collect();
        for chunk in hashes.chunks(store::catalog::CHUNK) {
            let chunk = chunk.to_vec();
            let found = self
                .commerce
                .store()
                .read(self.shop.id, move |tx| media_sources::find_all(tx, &chunk))
                .await?;
            for (hash, id) in found {
                if let Some(source) = by_hash.get(&hash) {
                    self.known.insert(source.clone(), Found::Picture(id, false));
                }
            }
        }
        Ok(())
    }

    async fn find(&self, source: &Source, image: &ImageForm) -> Result<Found, ImportError> {
        let bytes = match source {
            Source::Url(_) if self.dry_run => return Ok(Found::ToCome),
            Source::Url(url) => self.fetch(url).await,
            Source::File(name) => self.read(name).await,
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(reason) => return Ok(Found::Nothing(reason)),
        };
        if self.dry_run {
            let hash = Sha256::digest(&bytes).to_vec();
            let known =
                self.commerce.store().read(self.shop.id, move |tx| rows::find_by_hash(tx, &hash)).await?;
            return Ok(known.map_or(Found::ToCome, |row| Found::Picture(row.media_id, false)));
        }
        let upload = Upload {
            filename: name_in(source.told()),
            alt: AltText::of_import(image.alt.as_deref().unwrap_or_default()),
            bytes,
        };
        let kept = media::upload(&self.commerce, &self.shop, Actor::CommandLine, upload).await;
        let (entry, is_new) = match kept {
            Ok(kept) => kept,
            Err(MediaError::Store(error)) => return Err(error.into()),
            Err(error) => return Ok(Found::Nothing(format!("{error}"))),
        };
        if matches!(source, Source::Url(_)) {
            let (hash, id) = (source.hash(), entry.id);
            self.commerce.store().write(self.shop.id, move |tx| media_sources::note(tx, &hash, id)).await?;
        }
        Ok(Found::Picture(entry.id, is_new))
    }

    async fn fetch(&self, url: &str) -> Result<Bytes, String> {
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let silent = || self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if silent().get(&host).is_some_and(|times| *times >= DEAD_AFTER) {
            return Err("was not fetched: its server has not answered before".to_owned());
        }
        let fetched = media::fetch(&self.commerce, url).await;
        match &fetched {
            Err(FetchError::Unreachable(_)) => *silent().entry(host).or_default() += 1,
            _ => drop(silent().remove(&host)),
        }
        fetched.map_err(|error| error.to_string())
    }

    /// A file beside the one that is imported, and never one elsewhere.
    async fn read(&self, name: &str) -> Result<Bytes, String> {
        let Some(folder) = &self.folder else {
            return Err("is not there: the import has no folder".to_owned());
        };
        let path = Path::new(name);
        if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err("must name a file in the folder of the import".to_owned());
        }
        let path = folder.join(path);
        let read = tokio::task::spawn_blocking(move || {
            let size = std::fs::metadata(&path)?.len();
            if size > u64::try_from(MOST_BYTES).unwrap_or(u64::MAX) {
                return Ok(Err(format!("is longer than {MOST_BYTES} bytes")));
            }
            std::fs::read(&path).map(|bytes| Ok(Bytes::from(bytes)))
        });
        match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => Err(format!("can not be read: {error}")),
            Err(error) => Err(format!("can not be read: {error}")),
        }
    }

    /// Puts the pictures into a thing, and tells of those that are not to be had.
    pub(super) fn hang(&self, item: &mut Item, hung: &mut Hung) -> Hanged {
        let mut hanging = Hanging { known: &self.known, hung, line: item.line, lines: &[], hanged: Hanged::default() };
        match &mut item.what {
            What::Product(product) => {
                if let Origin::Shopify { picture_lines, .. } = &product.origin {
                    hanging.lines = picture_lines;
                }
                hanging.list(&mut product.form.images, "images");
                hanging.lines = &[];
                if let Patch::Value(labels) = &mut product.form.labels {
                    hanging.list(&mut labels.front, "labels.front");
                    hanging.list(&mut labels.back, "labels.back");
                }
                if let Patch::Value(awards) = &mut product.form.awards {
                    for (index, award) in awards.iter_mut().enumerate() {
                        award.image = award
                            .image
                            .take()
                            .and_then(|image| hanging.one(&image, &format!("awards.{index}.image")));
                    }
                }
                if let Some(id) = hanging.single(&product.meta_image, "metaImage") {
                    product.form.meta_image_id = id;
                }
            }
            What::Collection(collection) => {
                if let Some(id) = hanging.single(&collection.image, "image") {
                    collection.form.image_id = id;
                }
            }
            What::Content(_, line) => files_of(line, "", &mut |path, file| {
                hanging.file(path, file);
            }),
            _ => {}
        }
        hanging.hanged
    }

    /// What becomes of a picture on a line of its own.
    pub(super) async fn keep(
        &self,
        line: u64,
        item: &MediaItem,
    ) -> Result<Result<Put, Problem>, ImportError> {
        let refused =
            |reason: String| Ok(Err(Problem::new(line, Some("file".to_owned()), reason, Grade::Refused)));
        let Some(source) = Source::of(&item.image) else { return refused("Is required.".to_owned()) };
        match self.known.get(&source) {
            Some(Found::Picture(id, is_new)) => {
                let changed = self.describe(*id, item).await?;
                Ok(Ok(if *is_new {
                    Put::Created
                } else if changed {
                    Put::Changed
                } else {
                    Put::Same
                }))
            }
            Some(Found::ToCome) => Ok(Ok(Put::Created)),
            Some(Found::Nothing(reason)) => refused(format!("{} {reason}.", source.told())),
            None => refused(format!("{} was not looked for.", source.told())),
        }
    }

    /// Writes what a line says of a picture, if that differs; tells whether it did.
    async fn describe(&self, id: MediaId, item: &MediaItem) -> Result<bool, ImportError> {
        let row = self.commerce.store().read(self.shop.id, move |tx| rows::find(tx, id)).await?;
        let Some(row) = row else { return Ok(false) };
        let alt = item.image.alt.as_deref().map(AltText::of_import);
        let filename = item.filename.as_deref().and_then(|name| MediaName::parse(name).ok());
        let change = MediaChange {
            alt: alt.filter(|alt| alt.as_str() != row.alt),
            filename: filename.filter(|name| name.as_str() != row.filename),
        };
        if change.alt.is_none() && change.filename.is_none() {
            return Ok(false);
        }
        if !self.dry_run {
            let changed =
                media::change(&self.commerce, &self.shop, Actor::CommandLine, id, None, change).await;
            changed.map_err(|error| match error {
                MediaError::Store(error) => error,
                other => StoreError::Broken(other.to_string()),
            })?;
        }
        Ok(true)
    }
}

/// What a thing has of its pictures.
#[derive(Debug, Default)]
pub(super) struct Hanged {
    /// Whether some would come that a dry run does not fetch.
    pub(super) differs: bool,
    /// The pictures of the files that a page names.
    pub(super) files: HashMap<String, MediaId>,
    /// The fields of a page that name those that would come.
    pub(super) to_come: HashSet<String>,
}

/// What became of pictures.
#[derive(Default)]
pub(super) struct Hung {
    pub(super) pictures: Pictures,
    pub(super) problems: Vec<Problem>,
    /// New pictures that were counted.
    counted: HashSet<MediaId>,
    /// The same of those that a dry run does not fetch.
    to_come: HashSet<Source>,
}

/// One thing whose pictures are put in.
struct Hanging<'h> {
    known: &'h HashMap<Source, Found>,
    hung: &'h mut Hung,
    line: u64,
    /// The lines of a list's pictures, where they have lines of their own.
    lines: &'h [u64],
    hanged: Hanged,
}

impl Hanging<'_> {
    /// A list, which stays as it is in the shop where none of its pictures is to be had.
    fn list(&mut self, list: &mut Patch<Vec<ImageForm>>, path: &str) {
        let Patch::Value(images) = list else { return };
        let wanted = images.len();
        self.all(images, path);
        if images.is_empty() && wanted > 0 {
            *list = Patch::Absent;
        }
    }

    fn all(&mut self, images: &mut Vec<ImageForm>, path: &str) {
        let each = std::mem::take(images).into_iter().enumerate();
        *images = each.filter_map(|(index, image)| self.one(&image, &format!("{path}.{index}"))).collect();
    }

    /// A file that a page names.
    fn file(&mut self, path: &str, file: &str) {
        let image = ImageForm { file: Some(file.to_owned()), ..ImageForm::default() };
        match self.one(&image, path).and_then(|image| image.media_id?.parse().ok()) {
            Some(id) => drop(self.hanged.files.insert(file.to_owned(), id)),
            None if matches!(self.known.get(&Source::File(file.to_owned())), Some(Found::ToCome)) => {
                self.hanged.to_come.insert(path.to_owned());
            }
            None => {}
        }
    }

    /// `None` where nothing is said, or what is said can not be had.
    fn single(&mut self, image: &Patch<ImageForm>, path: &str) -> Option<Patch<String>> {
        match image {
            Patch::Absent => None,
            Patch::Null => Some(Patch::Null),
            Patch::Value(image) => self.one(image, path)?.media_id.map(Patch::Value),
        }
    }

    fn one(&mut self, image: &ImageForm, path: &str) -> Option<ImageForm> {
        let Some(source) = Source::of(image) else { return Some(image.clone()) };
        match self.known.get(&source) {
            Some(Found::Picture(id, is_new)) => {
                let pictures = &mut self.hung.pictures;
                if *is_new && self.hung.counted.insert(*id) {
                    pictures.added += 1;
                } else {
                    pictures.known += 1;
                }
                Some(ImageForm { media_id: Some(id.to_string()), ..ImageForm::default() })
            }
            Some(Found::ToCome) => {
                let is_new = self.hung.to_come.insert(source);
                let pictures = &mut self.hung.pictures;
                *if is_new { &mut pictures.added } else { &mut pictures.known } += 1;
                self.hanged.differs = true;
                None
            }
            Some(Found::Nothing(reason)) => {
                self.hung.pictures.failed += 1;
                let reason = format!("{} {reason}.", source.told());
                let index = path.rsplit('.').next().and_then(|index| index.parse::<usize>().ok());
                let own = index.and_then(|index| self.lines.get(index)).copied();
                let (line, field) = own.map_or((self.line, path), |line| (line, "Image Src"));
                self.hung.problems.push(Problem::new(line, Some(field.to_owned()), reason, Grade::Picture));
                None
            }
            None => None,
        }
    }
}

/// The files that a page or post names, each with the path of the field.
fn files_of(value: &Value, path: &str, told: &mut dyn FnMut(&str, &str)) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(file) if key == "file" => told(&below(key), file),
                    value => files_of(value, &below(key), told),
                }
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                files_of(value, &below(&index.to_string()), told);
            }
        }
        _ => {}
    }
}

/// The pictures that a thing names.
fn images_of(item: &Item) -> Vec<ImageForm> {
    match &item.what {
        What::Product(product) => {
            let form = &product.form;
            let list = |list: &Patch<Vec<ImageForm>>| list.as_ref().into_value().cloned().unwrap_or_default();
            let mut images = list(&form.images);
            if let Patch::Value(labels) = &form.labels {
                images.extend(list(&labels.front));
                images.extend(list(&labels.back));
            }
            if let Patch::Value(awards) = &form.awards {
                images.extend(awards.iter().filter_map(|award| award.image.clone()));
            }
            images.extend(product.meta_image.clone().into_value());
            images
        }
        What::Collection(collection) => collection.image.clone().into_value().into_iter().collect(),
        What::Media(item) => vec![item.image.clone()],
        What::Content(_, line) => {
            let mut images = Vec::new();
            files_of(line, "", &mut |_, file| {
                images.push(ImageForm { file: Some(file.to_owned()), ..ImageForm::default() });
            });
            images
        }
        _ => Vec::new(),
    }
}

/// The last part of a path or an address, without what stands behind a question mark.
fn name_in(source: &str) -> String {
    let path = source.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Leaves the pictures of a product or collection as they are in the shop.
pub(super) fn leave(item: &mut Item) {
    match &mut item.what {
        What::Product(product) => {
            product.form.images = Patch::Absent;
            product.form.labels = Patch::Absent;
            product.meta_image = Patch::Absent;
            if let Patch::Value(awards) = &mut product.form.awards {
                for award in awards {
                    award.image = None;
                }
            }
        }
        What::Collection(collection) => collection.image = Patch::Absent,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_named_after_their_addresses() {
        for (source, name) in [
            ("https://cdn.example/a/estate.jpg?v=12#x", "estate.jpg"),
            ("labels/estate.png", "estate.png"),
            ("estate.png", "estate.png"),
            ("https://cdn.example/", ""),
        ] {
            assert_eq!(name_in(source), name);
        }
    }
}
