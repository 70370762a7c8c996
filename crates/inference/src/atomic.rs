//! Files that are there whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use crate::error::InferenceError;

/// Writes a file beside its final place and renames it, so that a crash or a full disk leaves the previous file intact.
///
/// # Errors
/// The folder does not exist or cannot be written, or the disk is full.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), InferenceError> {
    let failed = |source| InferenceError::Io {
        action: "write",
        path: path.to_path_buf(),
        source,
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".hob-")
        .tempfile_in(folder)
        // The error of this library names the temporary file, which means nothing to a user.
        .map_err(|error| failed(io::Error::from(error.kind())))?;
    file.write_all(bytes).map_err(failed)?;
    // Temporary files are private to their owner; what is renamed into place should be as any new file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions = std::fs::Permissions::from_mode(0o644);
        file.as_file()
            .set_permissions(permissions)
            .map_err(failed)?;
    }
    file.persist(path).map_err(|error| failed(error.error))?;
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
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = write_atomically(Path::new("/nowhere/at/all/a.txt"), b"").unwrap_err();
        assert_eq!(error.to_string(), "cannot write `/nowhere/at/all/a.txt`");
    }
}
