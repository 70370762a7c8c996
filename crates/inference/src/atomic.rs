//! Files that are there whole or not at all.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::InferenceError;

/// Writes a file beside its final place and renames it, so that a crash or a full disk leaves the previous file intact.
/// A link stays a link to the file that is replaced; a device or a pipe, such as `/dev/stdout`, is written to, not
/// replaced.
///
/// # Errors
/// The folder does not exist or cannot be written, or the disk is full.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), InferenceError> {
    write_parts_atomically(path, &[bytes])
}

/// The same for content that is in parts, one after the other.
pub(crate) fn write_parts_atomically<P: AsRef<[u8]>>(
    path: &Path,
    parts: &[P],
) -> Result<(), InferenceError> {
    write(path, parts).map_err(|source| InferenceError::Io {
        action: "write",
        path: path.to_path_buf(),
        source,
    })
}

fn write<P: AsRef<[u8]>>(path: &Path, parts: &[P]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {
            replace(&fs::canonicalize(path)?, parts, found.permissions())
        }
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => write_all(&mut OpenOptions::new().write(true).open(path)?, parts),
        Err(_) => replace(&target_of(path), parts, permissions_of_new_files()),
    }
}

/// Where a link to a file that is not there yet leads.
fn target_of(path: &Path) -> PathBuf {
    match fs::read_link(path) {
        Ok(target) => path.parent().unwrap_or(Path::new("")).join(target),
        Err(_) => path.to_path_buf(),
    }
}

/// Temporary files are private to their owner; what is renamed into place should be as any new file.
#[cfg(unix)]
fn permissions_of_new_files() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn permissions_of_new_files() -> Option<Permissions> {
    None
}

fn write_all<P: AsRef<[u8]>>(file: &mut impl Write, parts: &[P]) -> io::Result<()> {
    parts
        .iter()
        .try_for_each(|part| file.write_all(part.as_ref()))
}

fn replace<P: AsRef<[u8]>>(
    path: &Path,
    parts: &[P],
    permissions: impl Into<Option<Permissions>>,
) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".hob-")
        .tempfile_in(folder)
        // The error of this library names the temporary file, which means nothing to a user.
        .map_err(|error| io::Error::from(error.kind()))?;
    write_all(&mut file, parts)?;
    if let Some(permissions) = permissions.into() {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.txt"), folder.path().join("link"));
        symlink("a.txt", &link).unwrap();
        write_atomically(&link, b"one").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        write_atomically(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_atomically(folder.path(), b"one").unwrap_err();
        let InferenceError::Io { source, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(source.kind(), io::ErrorKind::IsADirectory);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = write_atomically(Path::new("/nowhere/at/all/a.txt"), b"").unwrap_err();
        assert_eq!(error.to_string(), "cannot write `/nowhere/at/all/a.txt`");
    }
}
