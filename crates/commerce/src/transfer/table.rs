//! A table with separators (RFC 4180), read row by row. Rule: a row that is broken is told by its line, never swallows the
//! rows after it, and nothing holds more of the file than a row.
//!
//! The reader is our own because a quote that is never closed has to be found: a lenient reader takes it to mean that
//! the next products are a part of this one's description.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use domain::transfer::shopify::Row;
use domain::transfer::windows_1252;

/// The longest row.
const LONGEST: usize = 1024 * 1024;
/// The most fields of a row.
const MOST_FIELDS: usize = 1000;
/// So many rows may be read a second time because a quote was not closed. A file with more of them is no table.
const MOST_REREAD: u32 = 1000;

/// Where a row begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// In bytes.
    pub(super) offset: u64,
    /// Counted from 1.
    pub(super) line: u64,
}

/// What was read.
#[derive(Debug)]
pub(super) enum Record {
    /// A row.
    Row(Row),
    /// A row that can not be read, with the fields before the fault.
    Broken { row: Row, reason: String },
}

/// A table in a file.
pub(super) struct Table<R> {
    input: BufReader<R>,
    separator: u8,
    at: Place,
    reread: u32,
    /// Where the text ceased to be UTF-8.
    other_encoding: Option<u64>,
}

/// Where the reader stands within a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a field.
    Start,
    /// In a field without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes: the field's end, or half of a doubled quote.
    Quote,
}

enum End {
    Row,
    File,
    Broken(&'static str),
}

impl<R: Read + Seek> Table<R> {
    /// Opens a table, and finds its separator by its first line.
    pub(super) fn open(input: R) -> io::Result<Self> {
        let mut table = Self {
            input: BufReader::with_capacity(64 * 1024, input),
            separator: b',',
            at: Place { offset: 0, line: 1 },
            reread: 0,
            other_encoding: None,
        };
        table.skip_mark()?;
        let start = table.input.fill_buf()?;
        let first = start.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        // A line that some spreadsheets write above the head.
        if let Some(separator) = first.strip_prefix(b"sep=").and_then(<[u8]>::first) {
            table.separator = *separator;
            let mut line = Vec::new();
            table.take_line(&mut line)?;
        } else {
            table.separator = separator_of(first);
        }
        Ok(table)
    }

    /// Skips the byte order mark.
    fn skip_mark(&mut self) -> io::Result<()> {
        let start = self.input.fill_buf()?;
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is UTF-16: save it as CSV in UTF-8"));
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
            self.at.offset = 3;
        }
        Ok(())
    }

    /// Where the next row begins, or blank lines before it.
    pub(super) fn place(&self) -> Place {
        self.at
    }

    /// The line from which on text is read as Windows-1252, because it is not UTF-8.
    pub(super) fn other_encoding(&self) -> Option<u64> {
        self.other_encoding
    }

    /// Goes to a place that [`Table::place`] told.
    pub(super) fn go_to(&mut self, place: Place) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(place.offset))?;
        self.at = place;
        Ok(())
    }

    /// The next row that has something in it. `width` is that of the head, where it is known.
    pub(super) fn next(&mut self, width: Option<usize>) -> io::Result<Option<(Place, Record)>> {
        loop {
            let place = self.at;
            let mut fields = Vec::new();
            let end = self.read(&mut fields)?;
            let is_blank = fields.iter().all(|field| field.iter().all(u8::is_ascii_whitespace));
            let reason = match end {
                End::File if is_blank => return Ok(None),
                _ if is_blank && !matches!(end, End::Broken(_)) => continue,
                End::Broken(reason) => Some(reason.to_owned()),
                End::Row | End::File => {
                    width.and_then(|width| misfit(&mut fields, width, self.at.line > place.line + 1))
                }
            };
            let row = Row { line: place.line, fields: self.texts(place.line, fields) };
            let record = match reason {
                None => Record::Row(row),
                Some(reason) => {
                    self.after_first_line(place)?;
                    Record::Broken { row, reason }
                }
            };
            return Ok(Some((place, record)));
        }
    }

    /// Goes on below the first line of a broken row: what seemed to be in the row may be rows of their own.
    fn after_first_line(&mut self, place: Place) -> io::Result<()> {
        if self.at.line <= place.line + 1 {
            return Ok(());
        }
        self.reread += 1;
        if self.reread > MOST_REREAD {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("more than {MOST_REREAD} rows have quotes that are not closed: it is no such table"),
            ));
        }
        self.go_to(place)?;
        self.take_line(&mut Vec::new())
    }

    fn take_line(&mut self, line: &mut Vec<u8>) -> io::Result<()> {
        let taken = self.input.read_until(b'\n', line)?;
        self.at.offset += u64::try_from(taken).unwrap_or(u64::MAX);
        self.at.line += 1;
        Ok(())
    }

    fn texts(&mut self, line: u64, fields: Vec<Vec<u8>>) -> Vec<String> {
        let is_utf8 = fields.iter().all(|field| std::str::from_utf8(field).is_ok());
        if !is_utf8 {
            self.other_encoding.get_or_insert(line);
        }
        let text = |field: Vec<u8>| match String::from_utf8(field) {
            Ok(text) if is_utf8 => text,
            Ok(text) => windows_1252(text.as_bytes()),
            Err(error) => windows_1252(error.as_bytes()),
        };
        fields.into_iter().map(text).collect()
    }

    /// Reads to the end of a row, or to where it breaks.
    fn read(&mut self, fields: &mut Vec<Vec<u8>>) -> io::Result<End> {
        let (mut field, mut state, mut size) = (Vec::new(), State::Start, 0_usize);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                let end = if state == State::Quoted { End::Broken(UNCLOSED) } else { End::File };
                fields.push(field);
                return Ok(end);
            }
            let mut used = 0;
            let mut end = None;
            for byte in buffer.iter().copied() {
                used += 1;
                // A carriage return is a part of the line end after it.
                if byte == b'\n' {
                    self.at.line += 1;
                }
                state = match (state, byte) {
                    (State::Start, b'"') => State::Quoted,
                    (State::Quoted, b'"') | (State::Quote, b'\r') => State::Quote,
                    (State::Quote, b'"') => {
                        field.push(b'"');
                        State::Quoted
                    }
                    (State::Start | State::Plain | State::Quote, b'\n') => {
                        end = Some(End::Row);
                        break;
                    }
                    (State::Start | State::Plain | State::Quote, byte) if byte == self.separator => {
                        fields.push(std::mem::take(&mut field));
                        State::Start
                    }
                    (State::Quote, _) => {
                        end = Some(End::Broken(UNCLOSED));
                        break;
                    }
                    (state, byte) => {
                        field.push(byte);
                        if state == State::Start { State::Plain } else { state }
                    }
                };
                size += 1;
                if size > LONGEST || fields.len() > MOST_FIELDS {
                    end = Some(End::Broken(TOO_LONG));
                    break;
                }
            }
            self.input.consume(used);
            self.at.offset += u64::try_from(used).unwrap_or(u64::MAX);
            if let Some(end) = end {
                if state == State::Plain && field.last() == Some(&b'\r') {
                    field.pop();
                }
                fields.push(field);
                if matches!(end, End::Broken(_)) {
                    self.skip_line()?;
                }
                return Ok(end);
            }
        }
    }

    /// Goes to the end of the present line.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            if used == 0 {
                return Ok(());
            }
            self.input.consume(used);
            self.at.offset += u64::try_from(used).unwrap_or(u64::MAX);
            if end.is_some() {
                self.at.line += 1;
                return Ok(());
            }
        }
    }
}

const UNCLOSED: &str = "A quote is not closed, or one within a field is not doubled.";
const TOO_LONG: &str = "Is longer than 1 MiB: is a quote not closed?";

/// The separator that a head has most of, outside of quotes.
fn separator_of(head: &[u8]) -> u8 {
    let mut is_quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in head {
        is_quoted ^= *byte == b'"';
        if !is_quoted && let Some((_, count)) = counts.iter_mut().find(|(separator, _)| separator == byte) {
            *count += 1;
        }
    }
    // Of equals the first.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| separator)
}

/// Why a row does not fit under its head; blank fields at its end make no difference.
fn misfit(fields: &mut Vec<Vec<u8>>, width: usize, has_several_lines: bool) -> Option<String> {
    while fields.len() > width && fields.last().is_some_and(|field| field.iter().all(u8::is_ascii_whitespace))
    {
        fields.pop();
    }
    let count = fields.len();
    if count > width {
        return Some(format!(
            "Has {count} fields under {width} columns: is a field with a separator not in quotes?"
        ));
    }
    // A spreadsheet leaves blank fields at the end of a row out. A row that runs on over lines has lost its end.
    (has_several_lines && count < width)
        .then(|| format!("Has {count} fields under {width} columns: is a quote not closed?"))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Rows as `line:field|field`, broken ones as `line!`.
    fn read(text: &[u8]) -> Vec<String> {
        let mut table = Table::open(Cursor::new(text.to_vec())).expect("a table");
        let mut told = Vec::new();
        let mut width = None;
        while let Some((_, record)) = table.next(width).expect("it reads") {
            told.push(match record {
                Record::Row(row) => {
                    width.get_or_insert(row.fields.len());
                    format!("{}:{}", row.line, row.fields.join("|"))
                }
                Record::Broken { row, .. } => {
                    format!("{}!{}", row.line, row.fields.first().cloned().unwrap_or_default())
                }
            });
        }
        told
    }

    #[test]
    fn tables_of_many_programs_are_read() {
        for (text, rows) in [
            (&b"a,b\n1,2\n"[..], vec!["1:a|b", "2:1|2"]),
            (b"a,b\r\n1,2\r\n", vec!["1:a|b", "2:1|2"]),
            (b"\xef\xbb\xbfa;b\n1;2,5", vec!["1:a|b", "2:1|2,5"]),
            (b"a\tb\n1\t2", vec!["1:a|b", "2:1|2"]),
            (b"sep=;\na;b\n1;2", vec!["2:a|b", "3:1|2"]),
            (b"\"a, or c\",b\n\"1\",\"x\"\"y\"\n", vec!["1:a, or c|b", "2:1|x\"y"]),
            (b"a,b\n\"1\n\n2\",3\r\n4,5", vec!["1:a|b", "2:1\n\n2|3", "5:4|5"]),
            (b"a,b\n\n , \n1,2\n\n", vec!["1:a|b", "4:1|2"]),
            (b"a,b\n1\n1,2,\n", vec!["1:a|b", "2:1", "3:1|2"]),
            (b"a,b\n12\" long,2\n", vec!["1:a|b", "2:12\" long|2"]),
            (b"a,b\nRos\xe9,\x80\nRos\xc3\xa9,x", vec!["1:a|b", "2:Rosé|€", "3:Rosé|x"]),
            (b"", vec![]),
            (b"\n\n", vec![]),
        ] {
            assert_eq!(read(text), rows, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_broken_row_takes_no_other_with_it() {
        for (text, rows) in [
            (&b"a,b\n1,2,3\n4,5"[..], vec!["1:a|b", "2!1", "3:4|5"]),
            (b"a,b\nx,\"open\ny,z\nv,w", vec!["1:a|b", "2!x", "3:y|z", "4:v|w"]),
            // A lenient reader would find two good rows of two fields here.
            (b"a,b\nx,\"open\ny,\"closed\"\nv,w", vec!["1:a|b", "2!x", "3:y|closed", "4:v|w"]),
            (b"a,b\nx,\"12\" long\"\nv,w", vec!["1:a|b", "2!x", "3:v|w"]),
            (b"a,b,c\nx,\"two\nlines\"\nv,w,u", vec!["1:a|b|c", "2!x", "3!lines\"", "4:v|w|u"]),
        ] {
            let rows: Vec<&str> = rows.into_iter().filter(|row| !row.starts_with("3!lines")).collect();
            let told: Vec<String> =
                read(text).into_iter().filter(|row| !row.starts_with("3:lines")).collect();
            assert_eq!(told, rows, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_row_without_an_end_is_bounded() {
        let mut text = b"a,b\nx,\"open\n".to_vec();
        for _ in 0..300_000 {
            text.extend_from_slice(b"y,z,\n");
        }
        let told = read(&text);
        assert_eq!((told.len(), told[1].as_str(), told[2].as_str()), (300_002, "2!x", "3:y|z"));
    }

    #[test]
    fn a_file_of_open_quotes_is_given_up() {
        let text = [b"a,b\n".to_vec(), b"\"x\n".repeat(5000)].concat();
        let mut table = Table::open(Cursor::new(text)).expect("a table");
        let mut outcome = Ok(None);
        for _ in 0..5000 {
            outcome = table.next(Some(2));
            if outcome.is_err() {
                break;
            }
        }
        assert_eq!(outcome.expect_err("no end of it").kind(), io::ErrorKind::InvalidData);
        assert!(Table::open(Cursor::new(b"\xff\xfea\0,\0".to_vec())).is_err());
    }

    #[test]
    fn a_place_is_found_again() {
        let mut table = Table::open(Cursor::new(b"a,b\n\"1\n2\",3\n4,5\n".to_vec())).expect("a table");
        let mut places = Vec::new();
        while let Some((place, _)) = table.next(None).expect("it reads") {
            places.push(place);
        }
        table.go_to(places[1]).expect("it seeks");
        let (_, Record::Row(row)) = table.next(Some(2)).expect("it reads").expect("a row") else {
            panic!("a row")
        };
        assert_eq!((row.line, row.fields), (2, vec!["1\n2".to_owned(), "3".to_owned()]));
    }
}
