//! The file with the installation's secret key. Rule: it is made once, for its owner's eyes only, and one database is
//! never served with two keys: tokens would be refused and what is sealed would stay closed.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use commerce::{SecretKey, Secrets};
use store::{Store, StoreError, installation};

use super::private_folder;
use crate::settings::Settings;

/// Under which name the key's fingerprint stands in the database.
pub(super) const NAME: &str = "secret_key_fingerprint";

/// What stands at the place of the key file.
pub(crate) enum Key {
    /// The key.
    There(SecretKey),
    /// Nothing.
    Missing,
}

/// Reads the key, or makes it at the first start, and compares it with the one that the database was begun with.
pub(super) async fn open(settings: &Settings, store: &Store) -> Result<Secrets> {
    let file = &settings.secret_key_file;
    let begun_with = fingerprint(store).await?;
    let key = match read(file)? {
        Key::There(key) => key,
        Key::Missing if begun_with.is_some() => bail!("{}", lost(file)),
        Key::Missing => make(file)?,
    };
    let secrets = Secrets::new(&key)?;
    let known = match begun_with {
        Some(known) => known,
        None => begin_with(store, secrets.fingerprint()).await?,
    };
    if known != secrets.fingerprint() {
        bail!("{}", another(file));
    }
    Ok(secrets)
}

/// The key file is gone.
pub(crate) fn lost(file: &Path) -> String {
    format!(
        "the secret key file {} is not there, and the database was begun with one: copy the key file of the first node \
         or of your backup to this place",
        file.display()
    )
}

/// The key file is another installation's.
pub(crate) fn another(file: &Path) -> String {
    format!(
        "the secret key file {} is not the one that this database was begun with: copy the key file of the first node \
         to this place",
        file.display()
    )
}

/// The fingerprint of the key that the database was begun with.
pub(crate) async fn fingerprint(store: &Store) -> Result<Option<String>> {
    Ok(store
        .read_installation(|tx| installation::value(tx, NAME))
        .await
        .map_err(|error: StoreError| error)?)
}

/// Notes our key, unless another node was faster; gives back the one that counts.
async fn begin_with(store: &Store, ours: &str) -> Result<String> {
    let value = ours.to_owned();
    let noted = store.write_installation(move |tx| installation::set_value(tx, NAME, &value)).await;
    match noted {
        Ok(()) => Ok(ours.to_owned()),
        Err(StoreError::Duplicate) => {
            fingerprint(store).await?.ok_or_else(|| anyhow!("the database lost a value"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads the key file.
pub(crate) fn read(file: &Path) -> Result<Key> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Key::Missing),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the secret key file {} can not be read", file.display()));
        }
    };
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes: [u8; 32] = bytes.ok_or_else(|| {
        anyhow!("the secret key file {} does not hold 32 bytes in base64: restore it", file.display())
    })?;
    Ok(Key::There(SecretKey::new(bytes)))
}

fn make(file: &Path) -> Result<SecretKey> {
    if let Some(folder) = file.parent() {
        private_folder(folder)?;
    }
    let context = || format!("the secret key file {} can not be made", file.display());
    let bytes: [u8; 32] = rand::random();
    let unfinished = file.with_extension(format!("new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&unfinished).with_context(context)?;
    written.write_all(format!("{}\n", STANDARD.encode(bytes)).as_bytes()).with_context(context)?;
    written.sync_all().with_context(context)?;
    // A link, unlike a rename, fails where the name is taken: of two nodes that start together one makes the key.
    let linked = fs::hard_link(&unfinished, file);
    fs::remove_file(&unfinished).with_context(context)?;
    match linked {
        Ok(()) => {
            tracing::info!(file = %file.display(), "made the secret key: keep a copy of it with your backups")
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(context),
    }
    match read(file)? {
        Key::There(key) => Ok(key),
        Key::Missing => Err(anyhow!("{}", context())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_key_is_made_once_and_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/secret.key");
        assert!(matches!(read(&file), Ok(Key::Missing)));
        let first = Secrets::new(&make(&file).expect("makes it")).expect("keys");
        let second = Secrets::new(&make(&file).expect("keeps it")).expect("keys");
        assert_eq!(first.fingerprint(), second.fingerprint());
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path().join("deep")).expect("a folder").count(), 1);
    }

    #[test]
    fn a_damaged_key_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secret.key");
        for text in ["", "AAAA", "not base64", &STANDARD.encode([0; 33])] {
            fs::write(&file, text).expect("writes");
            let said = read(&file).err().expect("is refused").to_string();
            assert!(said.contains("secret.key") && said.contains("32 bytes"), "{said}");
        }
    }
}
