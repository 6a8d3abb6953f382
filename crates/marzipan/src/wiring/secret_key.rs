//! The file with the installation's secret key. Rule: it is made once, for its owner's eyes only, and one database is
//! never served with two keys: tokens would be refused and what is sealed would stay closed.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use commerce::{SecretKey, Secrets};
use store::{Store, StoreError, installation};

use crate::files::{Taken, private_folder, write_private};
use crate::settings::Settings;

/// Under which name the key's fingerprint stands in the database.
pub(super) const NAME: &str = "secret_key_fingerprint";

/// How the key file and the database stand to each other.
pub(crate) enum KeyState {
    /// The key is the one that the database was begun with.
    Ours(Secrets),
    /// There is a key, and the database was begun with none yet.
    Unused(Secrets),
    /// Neither knows of the other: this is the first start.
    Nothing,
}

/// Reads the key and compares it with the one that the database was begun with. Changes nothing.
pub(crate) async fn look_at(settings: &Settings, store: &Store) -> Result<KeyState> {
    let file = &settings.secret_key_file;
    let begun_with = fingerprint(store).await?;
    let Some(key) = read(file)? else {
        if begun_with.is_some() {
            bail!(
                "the secret key file {} is not there, and the database was begun with one: copy the key file of the \
                 first node or of the backup to this place",
                file.display()
            );
        }
        return Ok(KeyState::Nothing);
    };
    let secrets = Secrets::new(&key)?;
    match begun_with {
        None => Ok(KeyState::Unused(secrets)),
        Some(known) if known == secrets.fingerprint() => Ok(KeyState::Ours(secrets)),
        Some(_) => bail!("{}", another(file)),
    }
}

/// Reads the key, or makes it at the first start.
pub(super) async fn open(settings: &Settings, store: &Store) -> Result<Secrets> {
    let file = &settings.secret_key_file;
    let secrets = match look_at(settings, store).await? {
        KeyState::Ours(secrets) => return Ok(secrets),
        KeyState::Unused(secrets) => secrets,
        KeyState::Nothing => Secrets::new(&make(file)?)?,
    };
    let known = begin_with(store, secrets.fingerprint()).await?;
    if known == secrets.fingerprint() { Ok(secrets) } else { bail!("{}", another(file)) }
}

fn another(file: &Path) -> String {
    format!(
        "the secret key file {} is not the one that this database was begun with: copy the key file of the first node \
         to this place",
        file.display()
    )
}

/// The fingerprint of the key that the database was begun with.
async fn fingerprint(store: &Store) -> Result<Option<String>, StoreError> {
    store.read_installation(|tx| installation::value(tx, NAME)).await
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

/// Reads the key file, if it is there.
fn read(file: &Path) -> Result<Option<SecretKey>> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the secret key file {} can not be read", file.display()));
        }
    };
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes: [u8; 32] = bytes.ok_or_else(|| {
        anyhow!("the secret key file {} does not hold 32 bytes in base64: restore it", file.display())
    })?;
    Ok(Some(SecretKey::new(bytes)))
}

fn make(file: &Path) -> Result<SecretKey> {
    if let Some(folder) = file.parent() {
        private_folder(folder)?;
    }
    let bytes: [u8; 32] = rand::random();
    // Of two nodes that start together one makes the key, and both read it.
    write_private(file, Taken::Leave, |out| Ok(writeln!(out, "{}", STANDARD.encode(bytes))?))
        .context("the secret key can not be kept")?;
    tracing::info!(file = %file.display(), "the secret key is made: keep a copy of it with your backups");
    read(file)?.ok_or_else(|| anyhow!("the secret key file {} is gone again", file.display()))
}

#[cfg(test)]
mod tests {
    use store::StoreSettings;
    use tempfile::TempDir;

    use super::*;
    use crate::cli::Common;

    fn settings(folder: &TempDir) -> Settings {
        let data_dir = Some(folder.path().join("data").display().to_string());
        Settings::load(&Common { data_dir, ..Common::default() }).expect("settings")
    }

    fn store(folder: &TempDir) -> Store {
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Store::open(&StoreSettings { url, postgres_connections: 1, sqlite_readers: 1, follows: false }, true)
            .expect("opens")
    }

    async fn refused(settings: &Settings, store: &Store) -> String {
        open(settings, store).await.expect_err("is refused").to_string()
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_made_once_and_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/secret.key");
        assert!(matches!(read(&file), Ok(None)));
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

    #[tokio::test]
    async fn a_database_stays_with_its_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let (settings, store) = (settings(&folder), store(&folder));
        let file = &settings.secret_key_file;
        assert!(matches!(look_at(&settings, &store).await, Ok(KeyState::Nothing)));
        assert!(!file.exists(), "looking makes nothing");

        let first = open(&settings, &store).await.expect("makes a key");
        let again = open(&settings, &store).await.expect("reads it");
        assert_eq!(first.fingerprint(), again.fingerprint());
        assert!(matches!(look_at(&settings, &store).await, Ok(KeyState::Ours(_))));

        let kept = fs::read(file).expect("there");
        fs::write(file, STANDARD.encode([7; 32])).expect("writes");
        assert!(refused(&settings, &store).await.contains("first node"));
        fs::remove_file(file).expect("removes");
        assert!(refused(&settings, &store).await.contains("first node"));
        assert!(!file.exists(), "no second key is made");
        fs::write(file, kept).expect("writes");
        open(&settings, &store).await.expect("the first key is good");
    }
}
