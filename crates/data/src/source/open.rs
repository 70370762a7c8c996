//! Opens files: counts and hashes the bytes on disk, unpacks gzip, takes the byte order mark away.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::error::DataError;

const BUFFER_BYTES: usize = 128 * 1024;
const START_BYTES: usize = 64 * 1024;

/// A file that can be read.
pub(crate) fn open_file(path: &Path) -> Result<File, DataError> {
    is_regular(path)?;
    File::open(path).map_err(|source| open_error(path, source))
}

/// An error if the file cannot be read. A pipe is not opened: whoever writes to it would take this for the reader.
pub(crate) fn expect_readable(path: &Path) -> Result<(), DataError> {
    if is_regular(path)? {
        open_file(path)?;
    }
    Ok(())
}

/// Whether this is a file, not a pipe or a device.
pub(crate) fn is_regular(path: &Path) -> Result<bool, DataError> {
    let metadata = std::fs::metadata(path).map_err(|source| open_error(path, source))?;
    // Opening a folder succeeds on Unix; only reading fails, with a message that does not say so.
    if metadata.is_dir() {
        return Err(DataError::IsFolder { path: path.into() });
    }
    Ok(metadata.is_file())
}

fn open_error(path: &Path, source: io::Error) -> DataError {
    match source.kind() {
        io::ErrorKind::NotFound => DataError::NotFound { path: path.into() },
        _ => DataError::Io {
            path: path.into(),
            source,
        },
    }
}

/// The size of a file that has one: pipes and devices have none, and files that a system makes up say 0.
pub(crate) fn regular_size(file: &File) -> Option<u64> {
    let metadata = file.metadata().ok()?;
    (metadata.is_file() && metadata.len() > 0).then_some(metadata.len())
}

/// What a file is on disk.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    bytes: u64,
    hasher: Sha256,
}

impl Tally {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hasher.update(bytes);
    }
}

struct TallyReader<R> {
    inner: R,
    tally: Rc<RefCell<Tally>>,
}

impl<R: Read> Read for TallyReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.tally.borrow_mut().add(&buffer[..count]);
        Ok(count)
    }
}

/// An unpacked stream that knows its name and what it was on disk.
pub(crate) struct Input<'a> {
    /// For messages.
    pub(crate) path: PathBuf,
    /// The first bytes after unpacking, without byte order mark; also part of what `reader` gives.
    pub(crate) start: Vec<u8>,
    /// The unpacked bytes.
    pub(crate) reader: Box<dyn BufRead + 'a>,
    is_gzip: bool,
    tally: Rc<RefCell<Tally>>,
}

impl<'a> Input<'a> {
    /// Reads the start of the stream to find out what it is.
    pub(crate) fn new(path: &Path, raw: impl Read + 'a) -> Result<Self, DataError> {
        let tally = Rc::new(RefCell::new(Tally::default()));
        let raw = TallyReader {
            inner: raw,
            tally: Rc::clone(&tally),
        };
        let mut raw = BufReader::with_capacity(BUFFER_BYTES, raw);
        let is_gzip = fill(&mut raw, path)?.starts_with(&[0x1f, 0x8b]);
        if !is_gzip && has_gzip_ending(path) && !fill(&mut raw, path)?.is_empty() {
            let message = "its name ends in .gz, but its content is something else".into();
            return Err(DataError::BadGzip {
                path: path.into(),
                message,
            });
        }
        let mut unpacked: Box<dyn BufRead + 'a> = if is_gzip {
            Box::new(BufReader::with_capacity(
                BUFFER_BYTES,
                MultiGzDecoder::new(raw),
            ))
        } else {
            Box::new(raw)
        };
        let mut start = Vec::with_capacity(START_BYTES);
        let read = unpacked
            .by_ref()
            .take(START_BYTES as u64)
            .read_to_end(&mut start);
        read.map_err(|error| read_error(path, is_gzip, error))?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            let (line, column) = (1, "header".into());
            return Err(DataError::NotUtf8 {
                path: path.into(),
                line,
                column,
                encoding: "UTF-16",
            });
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            start.drain(..3);
        }
        let reader = Box::new(Cursor::new(start.clone()).chain(unpacked));
        Ok(Self {
            path: path.into(),
            start,
            reader,
            is_gzip,
            tally,
        })
    }

    /// Whether `start` is all there is.
    pub(crate) fn start_is_all(&self) -> bool {
        // A byte order mark makes the start 3 bytes shorter.
        self.start.len() + 3 < START_BYTES
    }

    /// The error of a failed read.
    pub(crate) fn read_error(&self, error: io::Error) -> DataError {
        read_error(&self.path, self.is_gzip, error)
    }

    /// Bytes on disk and their hex SHA-256, once everything is read.
    pub(crate) fn finish(mut self) -> Result<(u64, String), DataError> {
        // Formats that know where they end may leave bytes behind them.
        let drained = io::copy(&mut self.reader, &mut io::sink());
        drained.map_err(|error| read_error(&self.path, self.is_gzip, error))?;
        drop(self.reader);
        let tally = self.tally.take();
        Ok((tally.bytes, hex(&tally.hasher.finalize())))
    }
}

fn fill<'b>(reader: &'b mut impl BufRead, path: &Path) -> Result<&'b [u8], DataError> {
    reader.fill_buf().map_err(|source| DataError::Io {
        path: path.into(),
        source,
    })
}

fn has_gzip_ending(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("gz"))
}

fn read_error(path: &Path, is_gzip: bool, source: io::Error) -> DataError {
    match source.kind() {
        io::ErrorKind::UnexpectedEof if is_gzip => DataError::TruncatedGzip { path: path.into() },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if is_gzip => DataError::BadGzip {
            path: path.into(),
            message: source.to_string(),
        },
        _ => DataError::Io {
            path: path.into(),
            source,
        },
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
