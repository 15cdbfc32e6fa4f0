//! Where a connector stands after a run: which requirements it meets, which not, and which wait for a capability.

use std::collections::{BTreeMap, BTreeSet};

use psa_connectors::{Capabilities, Capability};

use crate::spec::Requirement;

/// How the cases of one connector came out, by what they show: a requirement's name or the name of another trial.
pub(crate) type Outcomes = BTreeMap<String, bool>;

/// Where a connector stands, as lines for a person; `None` when none of its cases ran.
pub(crate) fn standing(
    kind: &str,
    capabilities: Capabilities,
    requirements: &[Requirement],
    outcomes: &Outcomes,
) -> Option<String> {
    if outcomes.is_empty() {
        return None;
    }
    let lacks = |requirement: &Requirement| {
        let declared: BTreeSet<_> = capabilities.iter().map(|capability| capability.to_string()).collect();
        let missing = requirement.needs.iter().filter(|need| !declared.contains(*need));
        missing.cloned().collect::<Vec<_>>()
    };
    let (able, waiting): (Vec<_>, Vec<_>) = requirements
        .iter()
        .partition(|requirement| lacks(requirement).is_empty());
    let with = |outcome| move |requirement: &&&Requirement| outcomes.get(&requirement.id).copied() == outcome;
    let met = able.iter().filter(with(Some(true))).count();
    let unmet: Vec<_> = able.iter().filter(with(Some(false))).collect();
    let not_run = able.iter().filter(with(None)).count();
    let others = outcomes
        .iter()
        .filter(|(name, met)| !**met && !requirements.iter().any(|known| known.id == **name));
    let others: Vec<_> = others.map(|(name, _)| name).collect();

    let is_done = unmet.is_empty() && others.is_empty();
    let mut text = String::new();
    // What is nearest to do stands last, where a terminal ends.
    if !is_done {
        text += &by_capability(&waiting, lacks);
        text += &format!("{kind}, unmet:\n");
        unmet.iter().for_each(|requirement| text += &line(requirement));
        others.iter().for_each(|other| text += &format!("  {other}\n"));
    }
    text += &format!("{kind}: {met} of {} requirements met", able.len());
    if not_run > 0 {
        text += &format!(", {not_run} not tried");
    }
    if !waiting.is_empty() {
        text += &format!(", {} wait for a capability that is not declared", waiting.len());
    }
    Some(text)
}

/// What waits, under what it waits for.
fn by_capability(waiting: &[&Requirement], lacks: impl Fn(&Requirement) -> Vec<String>) -> String {
    let mut groups: Vec<(String, String)> = Vec::new();
    for requirement in waiting {
        let missing = lacks(requirement).join(", ");
        match groups.iter_mut().find(|(known, _)| *known == missing) {
            Some((_, lines)) => lines.push_str(&line(requirement)),
            None => groups.push((missing, line(requirement))),
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(missing, lines)| format!("waiting for {missing}:\n{lines}"))
        .collect()
}

fn line(requirement: &Requirement) -> String {
    format!("  {:<14} {}\n", requirement.id, requirement.title)
}

/// That the list says what is so, for the trial of that name.
pub(crate) fn check() -> Result<(), libtest_mimic::Failed> {
    let requirement = |id: &str, needs: &[&str]| Requirement {
        id: id.to_owned(),
        title: format!("title of {id}"),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
    };
    let requirements = [
        requirement("R-A-01", &[]),
        requirement("R-A-02", &["Companies"]),
        requirement("R-A-03", &[]),
        requirement("R-B-01", &["Companies", "Tickets"]),
        requirement("R-C-01", &["Devices"]),
        requirement("R-C-02", &["Tickets"]),
    ];
    let said = |outcomes: &[(&str, bool)]| {
        let outcomes = outcomes.iter().map(|(name, met)| ((*name).to_owned(), *met)).collect();
        let capabilities = Capabilities::of(&[Capability::Companies]);
        standing("acme", capabilities, &requirements, &outcomes)
    };
    let unmet = "waiting for Tickets:\n  R-B-01         title of R-B-01\n  R-C-02         title of R-C-02\n\
        waiting for Devices:\n  R-C-01         title of R-C-01\n\
        acme, unmet:\n  R-A-02         title of R-A-02\n  the table\n\
        acme: 1 of 3 requirements met, 1 not tried, 3 wait for a capability that is not declared";
    let met = "acme: 2 of 3 requirements met, 1 not tried, 3 wait for a capability that is not declared";
    for (outcomes, expected) in [
        (&[][..], None),
        (
            &[("R-A-01", true), ("R-A-02", false), ("the table", false)],
            Some(unmet),
        ),
        (&[("R-A-01", true), ("R-A-02", true), ("the table", true)], Some(met)),
    ] {
        let said = said(outcomes);
        if said.as_deref() != expected {
            return Err(format!("{outcomes:?}: {}", said.unwrap_or_default()).into());
        }
    }
    Ok(())
}
