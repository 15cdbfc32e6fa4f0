//! The requirements that SPEC.md lists, read from its text.

use std::collections::BTreeMap;

use psa_connectors::{Capability, spec};

use crate::case::Case;

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirement {
    /// Its name, such as `R-TICKET-03`.
    pub(crate) id: String,
    /// What it demands, in a few words.
    pub(crate) title: String,
    /// The names of the capabilities without which it does not apply.
    pub(crate) needs: Vec<String>,
}

/// Every requirement, in the order of the page.
pub(crate) fn requirements() -> Vec<Requirement> {
    // An entry may be broken over lines, which are indented.
    let text = spec::TEXT.replace("\n  ", " ");
    text.lines().filter_map(requirement).collect()
}

/// Reads `* **R-GROUP-01 A title.** A sentence. (`Needs`, `These`)`.
fn requirement(line: &str) -> Option<Requirement> {
    let (head, rest) = line.strip_prefix("* **")?.split_once(".**")?;
    let (id, title) = head.split_once(' ')?;
    let needs = rest.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let needs = needs.map(|(_, needs)| {
        needs
            .split(',')
            .map(|need| need.trim().trim_matches('`').to_owned())
            .collect()
    });
    Some(Requirement {
        id: id.to_owned(),
        title: title.to_lowercase(),
        needs: needs.unwrap_or_default(),
    })
}

/// What does not fit together between the page and the cases, one line each; empty when all is well.
pub(crate) fn gaps(requirements: &[Requirement], cases: &[&Case]) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut known = BTreeMap::new();
    let mut before = None;
    for requirement in requirements {
        if known.insert(requirement.id.as_str(), requirement).is_some() {
            gaps.push(format!("{} is there twice", requirement.id));
        }
        if requirement.id != expected_after(before, &requirement.id) {
            gaps.push(format!("{} is not the number after {before:?}", requirement.id));
        }
        before = Some(requirement.id.as_str());
        let unknown = requirement.needs.iter().filter(|need| capability(need).is_none());
        gaps.extend(unknown.map(|need| format!("{} needs an unknown capability: {need}", requirement.id)));
        if !cases.iter().any(|case| case.requirement == requirement.id) {
            gaps.push(format!("{} has no case", requirement.id));
        }
    }
    for case in cases {
        let Some(requirement) = known.get(case.requirement) else {
            gaps.push(format!("a case names {}, which is no requirement", case.requirement));
            continue;
        };
        let mut stated: Vec<_> = requirement.needs.iter().filter_map(|need| capability(need)).collect();
        let mut needed = case.needs.to_vec();
        stated.sort_unstable();
        needed.sort_unstable();
        if stated != needed {
            gaps.push(format!(
                "the case of {} needs {needed:?}, the page says {stated:?}",
                requirement.id
            ));
        }
    }
    gaps
}

/// The name that comes after another: the next number of its group, or the first of a new one.
fn expected_after(before: Option<&str>, id: &str) -> String {
    let group = |id: &str| id.rsplit_once('-').map_or(String::new(), |(group, _)| group.to_owned());
    let number = |id: &str| id.rsplit_once('-').and_then(|(_, number)| number.parse::<u32>().ok());
    let same = before.filter(|before| group(before) == group(id)).and_then(number);
    format!("{}-{:02}", group(id), same.unwrap_or(0) + 1)
}

fn capability(name: &str) -> Option<Capability> {
    Capability::ALL.into_iter().find(|known| known.to_string() == name)
}
