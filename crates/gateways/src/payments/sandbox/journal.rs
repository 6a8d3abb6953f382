//! The file of the books. Rule: it is read and written under its lock only; what is written is on the disk before anybody is
//! answered; a last line without an end was cut off in the middle, was never answered, and is taken out.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::SandboxError;
use super::books::Books;

/// The file, and how much of it this process has read.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes.
    read: u64,
    lines: u64,
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self, SandboxError> {
        let opened = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = opened.map_err(|error| broken(path, &error))?;
        Ok(Self { path: path.to_owned(), file, read: 0, lines: 0 })
    }

    /// Runs this while no other process reads or writes the books.
    pub(super) fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        self.file.lock().map_err(|error| broken(&self.path, &error))?;
        let done = work(self);
        self.file.unlock().map_err(|error| broken(&self.path, &error))?;
        done
    }

    /// Takes up what was written since. The lock must be held.
    pub(super) fn catch_up(&mut self, books: &mut Books) -> Result<(), SandboxError> {
        let length = self.file.metadata().map_err(|error| broken(&self.path, &error))?.len();
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
        let failed = |error: &io::Error| broken(&self.path, error);
        let mut reader = BufReader::new(&self.file);
        reader.seek(SeekFrom::Start(self.read)).map_err(|error| failed(&error))?;
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let count = reader.read_until(b'\n', &mut bytes).map_err(|error| failed(&error))?;
            if count == 0 {
                return Ok(());
            }
            if bytes.last() != Some(&b'\n') {
                tracing::warn!(
                    line = self.lines + 1,
                    "the sandbox's books end in half a line, which is taken out"
                );
                return self.file.set_len(self.read).map_err(|error| failed(&error));
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
        let written = self.file.write_all(lines).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // What was written in part must not be found later as if it had been told to anybody.
            let cut = self.file.set_len(self.read);
            self.forget(books);
            cut.map_err(|error| broken(&self.path, &error))?;
            return Err(broken(&self.path, &error));
        }
        self.read = self.read.saturating_add(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        self.lines += u64::try_from(lines.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
        Ok(())
    }

    pub(super) fn forget(&mut self, books: &mut Books) {
        *books = Books::default();
        self.read = 0;
        self.lines = 0;
    }
}

fn broken(path: &Path, error: &io::Error) -> SandboxError {
    SandboxError::Books(format!("{} can not be used: {error}", path.display()))
}
