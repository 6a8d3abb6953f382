//! The index's folder. Rule: one process at a time changes it, and which of its generations counts is one small file, replaced in one
//! step: a process that dies at any moment leaves the old generation or the new one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::terms::FORMAT;

const CURRENT: &str = "current";
const LOCK: &str = "lock";
/// Who wants the index built anew, and can not do it because a server keeps it, writes this file.
const WANTED: &str = "rebuild-wanted";

/// The folder, and the right to change it if this process has it.
pub(super) struct Folder {
    path: PathBuf,
    /// Held as long as it is open.
    lock: Option<File>,
}

impl Folder {
    /// Looks at a folder, which need not be there. Makes and changes nothing.
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), lock: None }
    }

    pub(super) fn owned(&self) -> bool {
        self.lock.is_some()
    }

    /// Takes the right to change the folder, if nobody has it.
    pub(super) fn try_own(&mut self) -> io::Result<bool> {
        if self.lock.is_none() {
            fs::create_dir_all(&self.path)?;
            let file =
                OpenOptions::new().create(true).truncate(false).write(true).open(self.path.join(LOCK))?;
            match file.try_lock() {
                Ok(()) => self.lock = Some(file),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(self.owned())
    }

    /// The generation that counts, if there is one that this release can read.
    pub(super) fn current(&self) -> io::Result<Option<u64>> {
        let text = match fs::read_to_string(self.path.join(CURRENT)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut parts = text.split_whitespace();
        let format = parts.next().and_then(|format| format.parse::<u32>().ok());
        let number = parts.next().and_then(|number| number.parse().ok());
        Ok(number.filter(|_| format == Some(FORMAT)))
    }

    pub(super) fn generation(&self, number: u64) -> PathBuf {
        self.path.join(format!("generation-{number}"))
    }

    /// A number that no generation has.
    pub(super) fn free_number(&self) -> io::Result<u64> {
        Ok(self.generations()?.into_iter().max().unwrap_or(0) + 1)
    }

    fn generations(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for item in fs::read_dir(&self.path)? {
            let name = item?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("generation-"));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        Ok(numbers)
    }

    /// From now on this generation counts.
    pub(super) fn set_current(&self, number: u64) -> io::Result<()> {
        replace(&self.path, CURRENT, &format!("{FORMAT} {number}\n"))
    }

    /// Asks the process that owns the folder to build the index anew; `wish` says what of it.
    pub(super) fn want_rebuild(&self, wish: &str) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        replace(&self.path, WANTED, wish)
    }

    /// What somebody wants built anew.
    pub(super) fn rebuild_wanted(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(self.path.join(WANTED)) {
            Ok(wish) => Ok(Some(wish)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The wish has come true.
    pub(super) fn rebuild_done(&self) -> io::Result<()> {
        match fs::remove_file(self.path.join(WANTED)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Deletes every generation but this one. What can not be deleted now is deleted another time.
    pub(super) fn keep_only(&self, number: u64) {
        let others = self.generations().unwrap_or_default().into_iter().filter(|other| *other != number);
        for other in others {
            let _ = fs::remove_dir_all(self.generation(other));
        }
    }
}

/// Writes a file in one step: who reads it sees the old text or the new one.
fn replace(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let draft = folder.join(format!("{name}.draft"));
    let mut file = File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(name))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_owns_the_folder() {
        let place = tempfile::tempdir().expect("a folder");
        let (mut first, mut second) = (Folder::at(place.path()), Folder::at(place.path()));
        assert!(first.try_own().expect("asks") && !second.try_own().expect("asks"));
        drop(first);
        assert!(second.try_own().expect("asks"));
    }

    #[test]
    fn the_generation_that_counts_is_told_by_a_file() {
        let place = tempfile::tempdir().expect("a folder");
        let mut folder = Folder::at(place.path());
        assert_eq!(folder.current().expect("reads"), None);
        folder.try_own().expect("owns");
        assert_eq!(folder.free_number().expect("reads"), 1);
        for number in [1, 2, 7] {
            fs::create_dir(folder.generation(number)).expect("makes");
        }
        folder.set_current(2).expect("writes");
        assert_eq!(folder.current().expect("reads"), Some(2));
        assert_eq!(folder.free_number().expect("reads"), 8);
        folder.keep_only(2);
        assert_eq!(folder.generations().expect("reads"), [2]);
        for text in ["", "x", "0 2", "1", "99 2\n"] {
            fs::write(place.path().join(CURRENT), text).expect("writes");
            assert_eq!(folder.current().expect("reads"), None, "{text:?}");
        }
    }

    #[test]
    fn a_wish_is_seen_and_comes_true() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::at(&place.path().join("not made yet"));
        assert_eq!(folder.rebuild_wanted().expect("reads"), None);
        folder.want_rebuild("shop").expect("writes");
        assert_eq!(folder.rebuild_wanted().expect("reads").as_deref(), Some("shop"));
        folder.rebuild_done().expect("removes");
        folder.rebuild_done().expect("is gone");
        assert_eq!(folder.rebuild_wanted().expect("reads"), None);
    }
}
