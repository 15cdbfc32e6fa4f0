//! The files of the skeleton. They are a connector called `acmepsa` for a PSA called `Acme PSA`.

use crate::names::Names;

/// One file of the skeleton.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Where it goes, from the root of the repository.
    pub path: &'static str,
    text: &'static str,
}

macro_rules! templates {
    ($($path:literal from $source:literal,)+) => {
        const ALL: &[Template] = &[$(Template {
            path: $path,
            text: include_str!(concat!("../templates/", $source)),
        },)+];
    };
}

templates! {
    "connectors/src/acmepsa.rs" from "connector.rs",
    "connectors/src/acmepsa/client.rs" from "connector/client.rs",
    "connectors/src/acmepsa/config.rs" from "connector/config.rs",
    "connectors/src/acmepsa/connector.rs" from "connector/connector.rs",
    "connectors/src/acmepsa/descriptor.rs" from "connector/descriptor.rs",
    "connectors/src/acmepsa/directory.rs" from "connector/directory.rs",
    "connectors/src/acmepsa/docs.md" from "connector/docs.md",
    "connectors/src/acmepsa/error.rs" from "connector/error.rs",
    "connectors/src/acmepsa/mapping.rs" from "connector/mapping.rs",
    "connectors/src/acmepsa/rights.rs" from "connector/rights.rs",
    "connectors/src/acmepsa/wire.rs" from "connector/wire.rs",
    "connectors/simulator/src/acmepsa.rs" from "simulator.rs",
    "connectors/simulator/src/acmepsa/data.rs" from "simulator/data.rs",
    "connectors/simulator/src/acmepsa/endpoints.rs" from "simulator/endpoints.rs",
    "connectors/simulator/src/acmepsa/options.rs" from "simulator/options.rs",
    "connectors/simulator/src/acmepsa/simulator.rs" from "simulator/simulator.rs",
    "connectors/simulator/src/acmepsa/site.rs" from "simulator/site.rs",
    "connectors/simulator/src/acmepsa/vendor.rs" from "simulator/vendor.rs",
    "tests/conformance/benches/acmepsa.rs" from "bench.rs",
}

/// Every file of the skeleton.
pub fn all() -> &'static [Template] {
    ALL
}

impl Template {
    /// Where the file goes for a connector.
    pub fn path_for(&self, names: &Names) -> String {
        self.path.replace("acmepsa", &names.kind)
    }

    /// What the file holds for a connector.
    pub fn text_for(&self, names: &Names) -> String {
        // The name for people comes last: it may hold whatever the others are.
        self.text
            .replace("acmepsa", &names.kind)
            .replace("Acmepsa", &names.type_name())
            .replace("Acme PSA", &names.name)
    }
}

/// Whether a word is an identifier of the skeleton already, so that no type can be called so.
pub(crate) fn have_word(word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    word != "Acmepsa"
        && ALL
            .iter()
            .any(|template| template.text.split(|c| !is_part(c)).any(|known| known == word))
}
