//! Files that are there whole or not at all.

use super::ExportError;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Write a file under a temporary name beside `path` and rename it: a reader, or a crash half-way, never sees a part
/// of it. Parent folders are created; an existing file is replaced.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let failed = |source| ExportError::io("write", path, source);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".elbow-");
    // A temporary file is private by default; this one becomes an ordinary file, so the umask decides.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary = builder.tempfile_in(folder).map_err(failed)?;
    let mut writer = BufWriter::new(temporary.as_file());
    write(&mut writer)?;
    writer.flush().map_err(failed)?;
    drop(writer);
    temporary.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &'static str) -> impl FnOnce(&mut BufWriter<&File>) -> Result<(), ExportError> {
        move |writer| writer.write_all(content.as_bytes()).map_err(|e| ExportError::io("write", Path::new("x"), e))
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file.txt");
        write_atomically(&path, text("old")).unwrap();
        let failed = write_atomically(&path, |writer| {
            text("half")(writer)?;
            Err(ExportError::Empty)
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        write_atomically(&path, text("new")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_path_through_a_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write_atomically(&file, text("")).unwrap();
        let message = write_atomically(&file.join("below"), text("")).unwrap_err().to_string();
        assert!(message.contains("below"), "{message}");
    }
}
