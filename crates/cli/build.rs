//! Lists the shipped recipes and data files, so that the binary carries them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?)
        .join("../..")
        .canonicalize()?;
    let mut code = String::new();
    table(&mut code, "RECIPES", &root, "configs", &["toml"])?;
    table(
        &mut code,
        "DATA",
        &root,
        "datasets",
        &["csv", "gz", "jsonl", "parquet"],
    )?;
    let target = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("embedded.rs");
    fs::write(target, code)
}

/// One static table of `(path below the folder, bytes)`, sorted by path.
fn table(
    code: &mut String,
    name: &str,
    root: &Path,
    folder: &str,
    endings: &[&str],
) -> io::Result<()> {
    let folder = root.join(folder);
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(&folder, endings, &mut files)?;
    files.sort();
    let _ = writeln!(code, "static {name}: &[(&str, &[u8])] = &[");
    for file in files {
        let below = file
            .strip_prefix(&folder)
            .map_err(io::Error::other)?
            .to_string_lossy()
            .replace('\\', "/");
        let _ = writeln!(
            code,
            "    ({below:?}, include_bytes!({:?})),",
            file.to_string_lossy()
        );
    }
    code.push_str("];\n");
    Ok(())
}

fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Data that has to be fetched may not be shipped, so not in the binary either.
        let fetched = folder.join("fetch.sh").exists();
        if path.is_dir() {
            collect(&path, endings, files)?;
        } else if !fetched
            && !too_large(folder)
            && path
                .extension()
                .is_some_and(|ending| endings.iter().any(|known| ending == *known))
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether the folder's `dataset.toml` keeps its data out of the binary. Such a recipe runs from the repository.
fn too_large(folder: &Path) -> bool {
    fs::read_to_string(folder.join("dataset.toml"))
        .is_ok_and(|text| text.lines().any(|line| line.trim() == "embed = false"))
}
