//! The set-up checklist as a pure function: from what is known of an integration to what is done, what is to do and what
//! stops activation.

/// One step of the set-up, in the order of the console's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum SetupStep {
    /// The keys are entered and accepted.
    Credentials,
    /// The rights are checked and none is missing.
    Permissions,
    /// Companies are imported and at least one is bound.
    Companies,
    /// At least one contact is bound. It is never needed: tickets without a contact are as good.
    Contacts,
    /// Products are imported and at least one is bound.
    Products,
    /// Invoices and prices are settled and at least one company is configured.
    Billing,
    /// The shared ticket settings are saved.
    TicketSettings,
    /// The Backup Agent's tickets are set up.
    BackupAgentTickets,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum StepState {
    /// Nothing is left to do.
    Done,
    /// Something is left to do.
    Todo,
    /// An earlier step has to be done first, or the PSA refuses.
    Blocked,
    /// It is switched off and not needed.
    Skipped,
}

/// What a step lacks.
#[derive(Debug, Clone, PartialEq, Eq, async_graphql::SimpleObject)]
pub struct StepProblem {
    /// What is missing.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, async_graphql::SimpleObject)]
pub struct ChecklistItem {
    /// The step.
    pub step: SetupStep,
    /// Whether the integration cannot be activated without it.
    pub mandatory: bool,
    /// How far it is.
    pub state: StepState,
    /// What it lacks; empty when it is done.
    pub problems: Vec<StepProblem>,
}

/// What is known of an integration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether credentials are stored.
    pub has_credentials: bool,
    /// What the PSA says when it does not accept them.
    pub refused: Option<String>,
    /// Whether the permission check has run.
    pub permissions_checked: bool,
    /// The rights that are missing, in the PSA's words, each with its remedy.
    pub missing_rights: Vec<(String, String)>,
    /// How many PSA companies are imported.
    pub psa_companies: u64,
    /// How many console companies there are.
    pub console_companies: u64,
    /// How many of them are bound.
    pub mapped_companies: u64,
    /// How many PSA contacts are imported.
    pub psa_contacts: u64,
    /// How many console contacts there are.
    pub console_contacts: u64,
    /// How many of them are bound.
    pub mapped_contacts: u64,
    /// How many PSA products are imported.
    pub psa_products: u64,
    /// How many billable products are bound.
    pub mapped_products: u64,
    /// How many billing configurations there are.
    pub billing_configurations: u64,
    /// Whether the ticket settings are saved.
    pub ticket_settings: bool,
    /// Whether the Backup Agent's tickets are switched on; `None` while they are not set up.
    pub backup_agent: Option<bool>,
}

/// The checklist for what is known.
pub fn checklist(facts: &Facts) -> Vec<ChecklistItem> {
    use SetupStep::{
        BackupAgentTickets, Billing, Companies, Contacts, Credentials, Permissions, Products, TicketSettings,
    };
    let connected = facts.has_credentials && facts.refused.is_none();
    let mut items = vec![
        item(Credentials, true, true, credentials(facts)),
        item(Permissions, true, connected, permissions(facts)),
        item(Companies, true, connected, companies(facts)),
        item(Contacts, false, true, contacts(facts)),
        item(Products, true, connected, products(facts)),
        item(
            Billing,
            false,
            facts.mapped_companies > 0 && facts.mapped_products > 0,
            billing(facts),
        ),
        item(TicketSettings, false, true, ticket_settings(facts)),
        item(BackupAgentTickets, false, facts.ticket_settings, backup_agent(facts)),
    ];
    let no_contacts = facts.psa_contacts == 0 || facts.console_contacts == 0;
    for item in &mut items {
        let skipped = match item.step {
            BackupAgentTickets => facts.backup_agent == Some(false),
            Contacts => facts.mapped_contacts == 0 && no_contacts,
            _ => false,
        };
        if skipped {
            item.state = StepState::Skipped;
        }
    }
    items
}

/// Whether nothing mandatory is left to do, so that the integration can be activated.
pub fn is_complete(items: &[ChecklistItem]) -> bool {
    items
        .iter()
        .all(|item| !item.mandatory || item.state == StepState::Done)
}

fn item(step: SetupStep, mandatory: bool, open: bool, problems: Vec<StepProblem>) -> ChecklistItem {
    let state = match (problems.is_empty(), open) {
        (true, _) => StepState::Done,
        (false, true) => StepState::Todo,
        (false, false) => StepState::Blocked,
    };
    ChecklistItem {
        step,
        mandatory,
        state,
        problems,
    }
}

fn lacks(missing: bool, message: &str, remedy: &str) -> Option<StepProblem> {
    missing.then(|| StepProblem {
        message: message.to_owned(),
        remedy: remedy.to_owned(),
    })
}

fn credentials(facts: &Facts) -> Vec<StepProblem> {
    let refused = facts.refused.as_ref().map(|message| StepProblem {
        message: message.clone(),
        remedy: "Replace the keys with updateCredentials.".to_owned(),
    });
    lacks(
        !facts.has_credentials,
        "There are no credentials.",
        "Enter them with updateCredentials.",
    )
    .into_iter()
    .chain(refused)
    .collect()
}

fn permissions(facts: &Facts) -> Vec<StepProblem> {
    let unchecked = lacks(
        !facts.permissions_checked,
        "The permissions have not been checked.",
        "Run checkPermissions.",
    );
    let missing = facts.missing_rights.iter().map(|(right, remedy)| StepProblem {
        message: format!("The right “{right}” is missing."),
        remedy: remedy.clone(),
    });
    unchecked.into_iter().chain(missing).collect()
}

fn companies(facts: &Facts) -> Vec<StepProblem> {
    [
        lacks(
            facts.psa_companies == 0,
            "No company is imported from the PSA.",
            "Run importFromPsa with COMPANIES.",
        ),
        lacks(
            facts.console_companies == 0,
            "The console has reported no company.",
            "Report them with reportCompanies.",
        ),
        lacks(
            facts.mapped_companies == 0,
            "No company is bound.",
            "Bind at least one with bindCompanies or acceptSuggestions.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn contacts(facts: &Facts) -> Vec<StepProblem> {
    let unbound = facts.mapped_contacts == 0;
    [
        lacks(
            unbound && facts.psa_contacts == 0,
            "No contact is imported from the PSA.",
            "Run importFromPsa with CONTACTS.",
        ),
        lacks(
            unbound && facts.console_contacts == 0,
            "The console has reported no contact.",
            "Report them with reportContacts.",
        ),
        lacks(
            unbound,
            "No contact is bound.",
            "Bind at least one with bindContacts or acceptContactSuggestions, or leave it.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn products(facts: &Facts) -> Vec<StepProblem> {
    [
        lacks(
            facts.psa_products == 0,
            "No product is imported from the PSA.",
            "Run importFromPsa with PRODUCTS.",
        ),
        lacks(
            facts.mapped_products == 0,
            "No product is bound.",
            "Bind at least one with bindProducts.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn billing(facts: &Facts) -> Vec<StepProblem> {
    let none = facts.billing_configurations == 0;
    lacks(
        none,
        "No company is configured for billing.",
        "Configure one with saveBillingConfiguration.",
    )
    .into_iter()
    .collect()
}

fn ticket_settings(facts: &Facts) -> Vec<StepProblem> {
    lacks(
        !facts.ticket_settings,
        "The ticket settings are not saved.",
        "Save them with updateTicketSettings.",
    )
    .into_iter()
    .collect()
}

fn backup_agent(facts: &Facts) -> Vec<StepProblem> {
    let open = facts.backup_agent.is_none();
    lacks(
        open,
        "The Backup Agent's tickets are not set up.",
        "Set them up with updateBackupAgentTickets.",
    )
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Facts {
        Facts {
            has_credentials: true,
            permissions_checked: true,
            psa_companies: 12,
            console_companies: 3,
            mapped_companies: 1,
            psa_contacts: 30,
            console_contacts: 5,
            mapped_contacts: 1,
            psa_products: 40,
            mapped_products: 1,
            billing_configurations: 1,
            ticket_settings: true,
            backup_agent: Some(true),
            ..Facts::default()
        }
    }

    fn state(facts: &Facts, step: SetupStep) -> StepState {
        checklist(facts)
            .iter()
            .find(|item| item.step == step)
            .expect("every step is listed")
            .state
    }

    #[test]
    fn a_complete_set_up_is_green() {
        assert!(
            checklist(&complete())
                .iter()
                .all(|item| item.state == StepState::Done && item.problems.is_empty())
        );
    }

    #[test]
    fn every_problem_has_a_remedy() {
        for item in checklist(&Facts::default()) {
            assert_ne!(item.state, StepState::Done, "{:?}", item.step);
            assert!(item.problems.iter().all(|problem| !problem.remedy.is_empty()));
        }
    }

    #[test]
    fn a_missing_right_is_named_with_its_remedy() {
        let facts = Facts {
            missing_rights: vec![("Finance > Agreements".into(), "Set Add to All.".into())],
            ..complete()
        };
        let items = checklist(&facts);
        let permissions = items
            .iter()
            .find(|item| item.step == SetupStep::Permissions)
            .expect("listed");
        assert_eq!(permissions.state, StepState::Todo);
        assert_eq!(
            permissions.problems[0].message,
            "The right “Finance > Agreements” is missing."
        );
        assert_eq!(permissions.problems[0].remedy, "Set Add to All.");
    }

    #[test]
    fn refused_keys_block_what_needs_the_psa() {
        let facts = Facts {
            refused: Some("The keys are not accepted.".into()),
            psa_products: 0,
            ..complete()
        };
        assert_eq!(state(&facts, SetupStep::Credentials), StepState::Todo);
        assert_eq!(state(&facts, SetupStep::Products), StepState::Blocked);
    }

    #[test]
    fn contacts_are_never_needed() {
        let unbound = Facts {
            mapped_contacts: 0,
            ..complete()
        };
        let unreported = Facts {
            console_contacts: 0,
            ..unbound.clone()
        };
        let unimported = Facts {
            psa_contacts: 0,
            ..unbound.clone()
        };
        for (facts, expected) in [
            (&complete(), StepState::Done),
            (&unbound, StepState::Todo),
            (&unreported, StepState::Skipped),
            (&unimported, StepState::Skipped),
        ] {
            assert_eq!(state(facts, SetupStep::Contacts), expected);
            assert!(is_complete(&checklist(facts)));
        }
    }

    #[test]
    fn tickets_that_are_switched_off_are_skipped() {
        assert_eq!(
            state(
                &Facts {
                    backup_agent: Some(false),
                    ..complete()
                },
                SetupStep::BackupAgentTickets
            ),
            StepState::Skipped
        );
    }
}
