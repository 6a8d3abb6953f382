//! The file of the books. Rule: it is read and written under its lock only; what is written is on the disk before anybody is
//! answered; a last line without an end was cut off in the middle, was never answered, and is taken out.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::SandboxError;
use super::books::Books;

/// The file, and how much of it this process has read.
pub(super) struct Journal {
    path: PathBuf,
    file: Option<File>,
    /// Bytes.
    read: u64,
    lines: u64,
}

impl Journal {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, file: None, read: 0, lines: 0 }
    }

    /// Runs this while no other process reads or writes the books, which are opened or made first.
    pub(super) fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        if self.file.is_none() {
            self.file = Some(opened(&self.path).map_err(|error| self.broken(&error))?);
        }
        self.file()?.lock().map_err(|error| self.broken(&error))?;
        let done = work(self);
        self.file()?.unlock().map_err(|error| self.broken(&error))?;
        done
    }

    fn file(&self) -> Result<&File, SandboxError> {
        self.file.as_ref().ok_or_else(|| SandboxError::Books(format!("{} is not open", self.path.display())))
    }

    fn broken(&self, error: &io::Error) -> SandboxError {
        SandboxError::Books(format!("{} can not be used: {error}", self.path.display()))
    }

    /// Takes up what was written since. The lock must be held.
    pub(super) fn catch_up(&mut self, books: &mut Books) -> Result<(), SandboxError> {
        let length = self.file()?.metadata().map_err(|error| self.broken(&error))?.len();
        if length < self.read {
            self.forget(books);
        }
        if length > self.read {
            let read = self.read_on(books);
            if read.is_err() {
                // Whoever comes next begins anew.
                self.forget(books);
            }
            read?;
        }
        Ok(())
    }

    fn read_on(&mut self, books: &mut Books) -> Result<(), SandboxError> {
        // A second name for the open file, so that what was read can be counted beside it.
        let file = self.file()?.try_clone().map_err(|error| self.broken(&error))?;
        let mut reader = BufReader::new(&file);
        reader.seek(SeekFrom::Start(self.read)).map_err(|error| self.broken(&error))?;
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let count = reader.read_until(b'\n', &mut bytes).map_err(|error| self.broken(&error))?;
            if count == 0 {
                return Ok(());
            }
            if bytes.last() != Some(&b'\n') {
                tracing::warn!(
                    line = self.lines + 1,
                    "the sandbox's books end in half a line, which is taken out"
                );
                return file.set_len(self.read).map_err(|error| self.broken(&error));
            }
            let line = serde_json::from_slice(&bytes).map_err(|error| error.to_string());
            line.and_then(|line| books.apply(line)).map_err(|reason| {
                let (path, line) = (self.path.display(), self.lines + 1);
                SandboxError::Books(format!(
                    "line {line} of {path} can not be read ({reason}): move the file away"
                ))
            })?;
            self.read = self.read.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            self.lines += 1;
        }
    }

    /// Appends lines that the books have taken up already. The lock must be held. Where it fails, the books are forgotten,
    /// for they say more than the file does.
    pub(super) fn append(&mut self, lines: &[u8], books: &mut Books) -> Result<(), SandboxError> {
        let mut file = self.file()?;
        let written = file.write_all(lines).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // What was written in part must not be found later as if it had been told to anybody.
            let cut = file.set_len(self.read);
            self.forget(books);
            cut.map_err(|error| self.broken(&error))?;
            return Err(self.broken(&error));
        }
        self.read = self.read.saturating_add(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        self.lines += u64::try_from(lines.split(|byte| *byte == b'\n').skip(1).count()).unwrap_or(0);
        Ok(())
    }

    pub(super) fn forget(&mut self, books: &mut Books) {
        *books = Books::default();
        self.read = 0;
        self.lines = 0;
    }
}

fn opened(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
