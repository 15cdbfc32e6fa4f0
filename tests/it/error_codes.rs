//! Every code that the documentation lists is produced by some test: one that nothing can produce has no place there, and
//! one that no test looks at may be anything.

use std::{
    fs,
    path::{Path, PathBuf},
};

use async_graphql::resolver_utils::EnumType;
use psa_bridge::failure::{ErrorCode, RequestCode};

/// The code of all tests, but for this file.
fn tests() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("it"), &mut files);
    collect(&root.join("../api/src"), &mut files);
    let this = Path::new(file!()).file_name();
    files.retain(|file| file.file_name() != this);
    let parts = files.iter().map(|file| {
        let text = fs::read_to_string(file).expect("a source file");
        let is_test = file.starts_with(root.join("it")) || file.components().any(|part| part.as_os_str() == "tests");
        if is_test || file.ends_with("tests.rs") {
            return text;
        }
        text.split_once("#[cfg(test)]\nmod tests {")
            .map_or_else(String::new, |(_, tests)| tests.to_owned())
    });
    parts.collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_code_is_produced_by_some_test() {
    let tests = tests();
    let user = ErrorCode::items()
        .iter()
        .map(|item| (item.name, format!("ErrorCode::{:?}", item.value)));
    let of_requests = RequestCode::ALL
        .iter()
        .map(|code| (code.as_str(), format!("RequestCode::{code:?}")));
    let missing: Vec<_> = user
        .chain(of_requests)
        .filter(|(code, variant)| !tests.contains(&format!("\"{code}\"")) && !tests.contains(variant))
        .map(|(code, _)| code)
        .collect();
    assert!(missing.is_empty(), "no test produces {missing:?}");
}
