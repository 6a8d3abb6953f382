//! A file of lines, each read on its own. Rule: nothing holds more of the file than a line.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use domain::transfer::windows_1252;

use super::table::Place;

/// The longest line: that of a collection with ten thousand products in their order fits.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Its text.
    Text(String),
    /// It is longer than [`LONGEST`].
    TooLong,
}

/// The lines of a file.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    at: Place,
}

impl<R: Read + Seek> Lines<R> {
    /// Begins at the file's beginning.
    pub(super) fn open(input: R) -> io::Result<Self> {
        let mut lines =
            Self { input: BufReader::with_capacity(64 * 1024, input), at: Place { offset: 0, line: 1 } };
        lines.begin()?;
        Ok(lines)
    }

    /// Goes back to the beginning.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        self.go_to(Place { offset: 0, line: 1 })?;
        if self.input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
            self.at.offset = 3;
        }
        Ok(())
    }

    /// Where the next line begins.
    pub(super) fn place(&self) -> Place {
        self.at
    }

    /// Goes to a place that [`Lines::place`] or [`Lines::next`] told.
    pub(super) fn go_to(&mut self, place: Place) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(place.offset))?;
        self.at = place;
        Ok(())
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<(Place, Line)>> {
        loop {
            let place = self.at;
            let mut bytes = Vec::new();
            let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX) + 1;
            let taken = self.input.by_ref().take(limit).read_until(b'\n', &mut bytes)?;
            if taken == 0 {
                return Ok(None);
            }
            self.at.offset += u64::try_from(taken).unwrap_or(u64::MAX);
            self.at.line += 1;
            if taken > LONGEST && bytes.last() != Some(&b'\n') {
                self.skip_line()?;
                return Ok(Some((place, Line::TooLong)));
            }
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let text = String::from_utf8(bytes).unwrap_or_else(|error| windows_1252(error.as_bytes()));
            return Ok(Some((place, Line::Text(text))));
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.input.consume(used);
            self.at.offset += u64::try_from(used).unwrap_or(u64::MAX);
            if end.is_some() || used == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn lines_are_counted_and_bounded() {
        let long = "x".repeat(LONGEST + 1);
        let exact = "y".repeat(LONGEST - 1);
        let text = format!("\u{feff}one\r\n\n{long}\n{exact}\ntwo");
        let mut lines = Lines::open(Cursor::new(text.into_bytes())).expect("a file");
        let mut told = Vec::new();
        while let Some((place, line)) = lines.next().expect("it reads") {
            let size = match line {
                Line::Text(text) => text.trim().len(),
                Line::TooLong => 0,
            };
            told.push((place.line, size));
        }
        assert_eq!(told, [(1, 3), (3, 0), (4, LONGEST - 1), (5, 3)]);
    }

    #[test]
    fn a_line_is_found_again() {
        let mut lines = Lines::open(Cursor::new(b"one\ntwo\nRos\xe9".to_vec())).expect("a file");
        let mut places = Vec::new();
        while let Some((place, _)) = lines.next().expect("it reads") {
            places.push(place);
        }
        lines.go_to(places[2]).expect("it seeks");
        assert_eq!(lines.next().expect("it reads").expect("a line").1, Line::Text("Rosé".to_owned()));
        lines.begin().expect("it seeks");
        assert_eq!(lines.place().line, 1);
    }
}
