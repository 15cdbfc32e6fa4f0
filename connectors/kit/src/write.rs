//! Writing a plan: whole, or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::plan::Change;

/// Writes every change. When one fails, those before it are taken back.
///
/// # Errors
/// A file cannot be written.
pub fn apply(changes: &[Change]) -> io::Result<()> {
    let mut made = Vec::new();
    for (done, change) in changes.iter().enumerate() {
        if let Err(error) = write(change, &mut made) {
            let undone = take_back(changes.get(..=done).unwrap_or_default(), &made);
            let path = change.path.display();
            let rest = if undone {
                "nothing is left of it"
            } else {
                "what is left of it must be removed by hand"
            };
            return Err(io::Error::new(
                error.kind(),
                format!("`{path}` cannot be written ({rest}): {error}"),
            ));
        }
    }
    Ok(())
}

fn write(change: &Change, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let folder = change.path.parent().unwrap_or(Path::new(""));
    if change.before.is_none() && !folder.exists() {
        fs::create_dir(folder)?;
        made.push(folder.to_owned());
    }
    fs::write(&change.path, &change.after)
}

/// Whether all could be taken back.
fn take_back(changes: &[Change], made: &[PathBuf]) -> bool {
    let mut all = true;
    for change in changes {
        let undone = match &change.before {
            Some(before) => fs::write(&change.path, before),
            None => fs::remove_file(&change.path),
        };
        all &= match undone {
            Ok(()) => true,
            // It is the one that could not be written.
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
    }
    for folder in made.iter().rev() {
        all &= fs::remove_dir(folder).is_ok();
    }
    all
}
