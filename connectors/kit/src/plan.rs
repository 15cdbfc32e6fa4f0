//! Everything that is to be written, decided before the first file is touched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    insert::{self, Misplaced},
    names::Names,
    templates,
};

/// One file that is made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds now; `None` when it is made.
    pub before: Option<String>,
    /// What it will hold.
    pub after: String,
}

/// Why nothing is written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Something of the name is there.
    #[error("`{0}` is there already: nothing was written")]
    There(String),
    /// A line has no place in a file.
    #[error("`{path}` cannot be added to: {problem}; nothing was written")]
    Place {
        /// The file.
        path: &'static str,
        /// What is wrong with it.
        problem: Misplaced,
    },
    /// A file cannot be read.
    #[error("`{path}` cannot be read, nothing was written: {source}")]
    Unreadable {
        /// The file.
        path: &'static str,
        /// Why.
        source: io::Error,
    },
}

/// Changes a text, or says why it cannot.
type Edit = fn(&str, &Names) -> Result<String, Misplaced>;

/// The files that name every connector, and how one is named there.
const EDITS: [(&str, Edit); 4] = [
    ("connectors/src/lib.rs", module),
    ("connectors/simulator/src/lib.rs", module),
    ("connectors/src/registry.rs", |text, Names { kind, .. }| {
        let imported = insert::into_block(text, "    ", "    example,", &format!("    {kind},"))?;
        let entry = format!("            Entry::of(&{kind}::DESCRIPTOR, {kind}::connect),");
        insert::before(
            &imported,
            "            // A new connector is put above this line.",
            &entry,
        )
    }),
    ("tests/conformance/benches.rs", |text, Names { kind, .. }| {
        let declared = insert::into_block(text, "mod ", "mod example;", &format!("mod {kind};"))?;
        let arm = format!("        \"{kind}\" => Some({kind}::ENTRY),");
        insert::before(&declared, "        _ => None,", &arm)
    }),
];

fn module(text: &str, Names { kind, .. }: &Names) -> Result<String, Misplaced> {
    let private = format!("mod {kind};");
    if text.lines().any(|line| line == private) {
        return Err(Misplaced::There(private));
    }
    insert::into_block(text, "pub mod ", "pub mod example;", &format!("pub mod {kind};"))
}

/// Decides what is written into the repository at `root`. Writes nothing.
///
/// # Errors
/// Something of the connector is there already, or the repository is not as the kit knows it.
pub fn plan(root: &Path, names: &Names) -> Result<Vec<Change>, Refused> {
    let mut changes = Vec::new();
    for template in templates::all() {
        let path = template.path_for(names);
        // The file itself, and the folder that it would be in.
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own_folder = folder.ends_with(&format!("/{}", names.kind)).then_some(folder);
        for taken in [Some(path.as_str()), own_folder].into_iter().flatten() {
            if root.join(taken).exists() {
                return Err(Refused::There(taken.to_owned()));
            }
        }
        changes.push(Change {
            path: root.join(&path),
            before: None,
            after: template.text_for(names),
        });
    }
    for (path, edit) in EDITS {
        let file = root.join(path);
        let before = fs::read_to_string(&file).map_err(|source| Refused::Unreadable { path, source })?;
        let after = edit(&before, names).map_err(|problem| Refused::Place { path, problem })?;
        changes.push(Change {
            path: file,
            before: Some(before),
            after,
        });
    }
    Ok(changes)
}
