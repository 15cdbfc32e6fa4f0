//! The command on a copy of this repository: what it writes compiles, and the suite says what is unmet.

#![expect(clippy::expect_used, reason = "a test fails by it")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use psa_kit::{Names, Refused, apply, plan, templates};

fn repository() -> PathBuf {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR"));
    kit.ancestors().nth(2).expect("the kit is two folders deep").to_owned()
}

fn names(kind: &str) -> Names {
    Names::new(kind, "Halo & Söhne").expect("the names are right")
}

/// Copies the files that git knows into an empty folder.
fn copy_to(folder: &Path) {
    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(repository())
        .output()
        .expect("git runs");
    assert!(listed.status.success(), "{}", shown(&listed));
    let paths = String::from_utf8(listed.stdout).expect("paths are text");
    for path in paths.split_terminator('\0') {
        // One that was just removed or is a link to nothing.
        let from = repository().join(path);
        if from.is_file() {
            let to = folder.join(path);
            fs::create_dir_all(to.parent().expect("a folder")).expect("made");
            fs::copy(from, to).expect("copied");
        }
    }
}

fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

fn kit(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_psa-kit"));
    command
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the kit runs")
}

/// Every file below a folder with what it holds.
fn everything(folder: &Path) -> BTreeSet<(PathBuf, String)> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            let text = fs::read(&path).expect("read");
            found.insert((path, String::from_utf8_lossy(&text).into_owned()));
        }
    }
    found
}

/// The places that the kit adds to, and nothing else.
fn small_repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for path in [
        "connectors/src/lib.rs",
        "connectors/src/registry.rs",
        "connectors/simulator/src/lib.rs",
        "tests/conformance/benches.rs",
    ] {
        let to = folder.path().join(path);
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::copy(repository().join(path), to).expect("copied");
    }
    fs::create_dir_all(folder.path().join("tests/conformance/benches")).expect("made");
    folder
}

#[test]
fn the_skeleton_compiles_and_the_suite_says_what_is_unmet() {
    // In a place of its own, so that no lock of the build around this test is waited for, and the same in every run, so that
    // what was built is found again.
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kit");
    let copy = place.join("copy");
    if copy.exists() {
        fs::remove_dir_all(&copy).expect("removed");
    }
    copy_to(&copy);

    let written = kit(&copy.join("connectors"), &["new", "halo2", "Halo & Söhne"]);
    let said = shown(&written);
    assert!(written.status.success(), "{said}");
    assert!(said.contains("cargo test -p psa-conformance -- halo2"), "{said}");
    let again = kit(&copy, &["new", "halo2", "Halo & Söhne"]);
    assert!(
        !again.status.success() && shown(&again).contains("is there already"),
        "{}",
        shown(&again)
    );

    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "test",
        "--offline",
        "--locked",
        "-p",
        "psa-conformance",
        "--test",
        "conformance",
        "--",
        "halo2",
    ]);
    cargo.current_dir(&copy).env("CARGO_TARGET_DIR", place.join("target"));
    let tested = cargo.output().expect("cargo runs");
    let said = shown(&tested);
    assert!(!said.contains("warning:"), "{said}");
    assert!(!tested.status.success(), "a skeleton meets everything: {said}");
    for line in [
        "halo2, unmet:",
        "  R-RIGHTS-01    one finding for each right",
        "  R-LIST-01      a walk ends",
        "waiting for Contacts:",
        "waiting for Tickets, FindTicketByKey:",
    ] {
        assert!(said.lines().any(|known| known == line), "`{line}` is not said: {said}");
    }
    assert!(said.contains("test halo2::R-VERIFY-01 the account is shown"), "{said}");
    let unmet = said.split_once("halo2, unmet:").map_or("", |(_, unmet)| unmet);
    assert!(
        !unmet.contains("R-VERIFY-01"),
        "what the skeleton does is not met: {said}"
    );
}

#[test]
fn the_example_has_the_files_of_the_skeleton() {
    let example = names("example");
    let expected: BTreeSet<_> = templates()
        .iter()
        .map(|file| repository().join(file.path_for(&example)))
        .collect();
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    for folder in [
        "connectors/src",
        "connectors/simulator/src",
        "tests/conformance/benches",
    ] {
        let folder = repository().join(folder);
        found.insert(folder.join("example.rs"));
        let own = folder.join("example");
        if own.exists() {
            found.extend(everything(&own).into_iter().map(|(path, _)| path));
        }
    }
    assert_eq!(found, expected);
}

/// Whether a refusal is the right one.
type Expected = fn(&Refused) -> bool;

#[test]
fn what_is_there_or_cannot_be_placed_changes_nothing() {
    let spoilt: [(&str, &str, Expected); 4] = [
        (
            "connectors/src/halo2.rs",
            "",
            |refused| matches!(refused, Refused::There(path) if path.ends_with("halo2.rs")),
        ),
        ("connectors/simulator/src/halo2/site.rs", "", |refused| {
            matches!(refused, Refused::There(_))
        }),
        ("tests/conformance/benches.rs", "mod example;\n", |refused| {
            matches!(refused, Refused::Place { .. })
        }),
        (
            "connectors/src/lib.rs",
            "pub mod example;\npub mod halo2;\n",
            |refused| matches!(refused, Refused::Place { .. }),
        ),
    ];
    for (path, text, is_expected) in spoilt {
        let root = small_repository();
        let spoilt = root.path().join(path);
        fs::create_dir_all(spoilt.parent().expect("a folder")).expect("made");
        fs::write(spoilt, text).expect("written");
        let before = everything(root.path());
        let refused = plan(root.path(), &names("halo2")).expect_err(path);
        assert!(is_expected(&refused), "{path}: {refused}");
        let said = kit(root.path(), &["new", "halo2", "Halo"]);
        assert!(!said.status.success(), "{path}");
        assert_eq!(everything(root.path()), before, "{path}");
    }
}

#[test]
fn a_plan_that_cannot_be_written_whole_leaves_nothing() {
    let root = small_repository();
    let mut changes = plan(root.path(), &names("halo2")).expect("a plan");
    let before = everything(root.path());
    // The last file is in a folder that cannot be: its parent is a file.
    let mut hopeless = changes[0].clone();
    hopeless.path = root.path().join("connectors/src/lib.rs/halo2.rs");
    changes.push(hopeless);
    let error = apply(&changes).expect_err("a file is no folder");
    assert!(error.to_string().contains("lib.rs/halo2.rs"), "{error}");
    assert_eq!(everything(root.path()), before);
}

#[test]
fn wrong_names_and_places_are_told() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    for (arguments, expected) in [
        (["new", "Halo", "Halo"], "small letters"),
        (["new", "ticket", "Halo"], "own name"),
        (["new", "halo2", "Ha\"lo"], "cannot be a PSA's name"),
        (["new", "halo2", "Halo"], "--root"),
    ] {
        let said = kit(elsewhere.path(), &arguments);
        assert!(!said.status.success(), "{arguments:?}");
        assert!(shown(&said).contains(expected), "{}", shown(&said));
    }
    assert_eq!(everything(elsewhere.path()), BTreeSet::new());
}
