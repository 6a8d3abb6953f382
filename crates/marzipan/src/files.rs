//! Files that only their owner may read. Rule: a file has its name only when all of it is on the disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

/// Makes a folder that only we can read, unless it is there.
pub(crate) fn private_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .recursive(true)
        .create(folder)
        .with_context(|| format!("the folder {} can not be made: choose another, or mend the one above it", folder.display()))
}

/// Makes an empty file that only we can read, unless it is there. What a database makes beside it has the same mode.
pub(crate) fn private_file(file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop).with_context(|| format!("{} can not be made or written", file.display()))
}

/// What to do where the name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Replace what is there.
    Replace,
    /// Leave it.
    Leave,
}

/// Writes a file. What `write` gives back is given on; where it fails, nothing is left behind.
pub(crate) fn write_private<T>(
    file: &Path,
    taken: Taken,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T>,
) -> Result<T> {
    let mut unfinished = Unfinished::begin(file)?;
    let written = write(&mut unfinished.out)?;
    unfinished.finish(taken)?;
    Ok(written)
}

/// A file that is being written, and is gone again unless it is finished.
pub(crate) struct Unfinished {
    /// What is written goes here.
    pub(crate) out: BufWriter<File>,
    file: PathBuf,
    beside: PathBuf,
}

impl Unfinished {
    /// Begins a file.
    pub(crate) fn begin(file: &Path) -> Result<Self> {
        let unfinished = unfinished_name(file)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let out = options.open(&unfinished).with_context(|| can_not_be_written(file))?;
        Ok(Self { out: BufWriter::new(out), file: file.to_owned(), beside: unfinished })
    }

    /// Gives the file its name, when all of it is on the disk.
    pub(crate) fn finish(mut self, taken: Taken) -> Result<()> {
        let context = || can_not_be_written(&self.file);
        self.out.flush().and_then(|()| self.out.get_ref().sync_all()).with_context(context)?;
        match taken {
            Taken::Replace => fs::rename(&self.beside, &self.file),
            // A link, unlike a rename, fails where the name is taken.
            Taken::Leave => link(&self.beside, &self.file),
        }
        .with_context(context)?;
        // The name is durable once its folder is.
        File::open(folder_of(&self.file)).and_then(|folder| folder.sync_all()).with_context(context)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Finished ones have another name by now.
        drop(fs::remove_file(&self.beside));
    }
}

fn can_not_be_written(file: &Path) -> String {
    format!("{} can not be written", file.display())
}

fn link(unfinished: &Path, file: &Path) -> io::Result<()> {
    let linked = match fs::hard_link(unfinished, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    };
    fs::remove_file(unfinished)?;
    linked
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unfinished_name(file: &Path) -> Result<PathBuf> {
    let mut name = file.file_name().ok_or_else(|| anyhow!("{} names no file", file.display()))?.to_owned();
    name.push(format!(".unfinished-{}", std::process::id()));
    Ok(folder_of(file).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(file: &Path, taken: Taken, text: &str) -> Result<()> {
        write_private(file, taken, |out| Ok(out.write_all(text.as_bytes())?))
    }

    #[test]
    fn a_file_is_replaced_or_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        for (taken, text, then) in
            [(Taken::Leave, "1", "1"), (Taken::Leave, "2", "1"), (Taken::Replace, "3", "3")]
        {
            write(&file, taken, text).expect("writes");
            assert_eq!(fs::read_to_string(&file).expect("there"), then);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn what_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        write(&file, Taken::Replace, "kept").expect("writes");
        let failed: Result<()> = write_private(&file, Taken::Replace, |out| {
            out.write_all(b"half")?;
            Err(anyhow!("no"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&file).expect("there"), "kept");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert!(write(&folder.path().join("nowhere/file"), Taken::Replace, "").is_err());
    }
}
