//! What holds for every operation, and what the descriptor says.

use std::collections::BTreeSet;

use psa_connectors::{
    Capability, Cursor, Descriptor, Error, ErrorKind, Filter, ReadQuery, Result,
    descriptor::QuantityKind,
    record::{
        AgreementId, BoardId, CompanyId, DeviceId, NoteDestination, NoteDraft, TicketId, WebhookEndpoint, WriteKey,
    },
};
use secrecy::SecretString;

use crate::{
    case::{Case, case},
    cases::tickets::draft,
    world::{World, walk},
};

pub(super) const CASES: &[Case] = &[
    case!("R-GENERAL-01", [], errors_carry_a_decision),
    case!("R-GENERAL-03", [], calm the_descriptor_says_what_is_possible),
    case!("R-GENERAL-04", [], ids_are_opaque),
    case!("R-GENERAL-05", [Companies], cursors_can_be_stored),
    case!("R-GENERAL-06", [], calm the_descriptor_is_complete),
];

async fn errors_carry_a_decision(world: &World) {
    world.bench.enable_keys(false);
    let permanent = world.psa.verify().await.expect_err("the keys are disabled");
    world.bench.stop().await;
    let temporary = world.psa.verify().await.expect_err("nobody is there");
    for (error, is_temporary) in [(&permanent, false), (&temporary, true)] {
        assert_eq!(error.is_temporary(), is_temporary, "{error:?}");
        assert_eq!(error.operation(), "verify");
        assert!(!error.message().trim().is_empty(), "{error:?}");
        let named = error
            .context()
            .iter()
            .any(|(name, value)| *name == "connector" && value == world.descriptor().kind);
        assert!(named, "the error does not name the connector: {error}");
    }
}

async fn the_descriptor_says_what_is_possible(world: &World) {
    let descriptor = world.descriptor();
    let has = |capability| descriptor.capabilities.has(capability);
    assert_eq!(has(Capability::Webhooks), !descriptor.topics.is_empty());
    if has(Capability::Agreements) {
        let absolute = matches!(descriptor.quantity, QuantityKind::AbsoluteDecimal { .. });
        assert_eq!(
            (has(Capability::UsageAbsolute), has(Capability::UsageDelta)),
            (absolute, !absolute)
        );
    }
    for filter in descriptor.filters {
        let list = match filter {
            Filter::CompanyType | Filter::CompanyStatus => Capability::Companies,
            Filter::AgreementType => Capability::Agreements,
        };
        assert!(has(list), "{filter:?} narrows down a list that cannot be read");
    }
    for (dependent, on) in [
        (Capability::TicketNotes, Capability::Tickets),
        (Capability::TicketClose, Capability::Tickets),
        (Capability::TicketReopen, Capability::TicketClose),
        (Capability::TicketMerge, Capability::Tickets),
        (Capability::FindTicketByKey, Capability::Tickets),
        (Capability::RecycleBin, Capability::Companies),
    ] {
        assert!(!has(dependent) || has(on), "{dependent} without {on}");
    }
    for capability in Capability::ALL.into_iter().filter(|capability| !has(*capability)) {
        if let Some(error) = refusal(world, capability).await {
            assert_eq!(error.kind(), &ErrorKind::Unsupported, "{capability}: {error:?}");
        }
    }
    assert_eq!(world.bench.requests(), [], "what is not possible was tried");
}

/// What an operation that needs this capability answers; `None` where a capability has no operation of its own.
async fn refusal(world: &World, capability: Capability) -> Option<Error> {
    let (psa, facts) = (&world.psa, world.facts());
    let all = ReadQuery::all();
    let ticket = TicketId::new(facts.unknown.as_str());
    let key = WriteKey::new("PB:refused");
    let refused: Result<()> = match capability {
        Capability::Companies => psa.companies(&all).await.map(drop),
        Capability::Contacts => psa.contacts(&all).await.map(drop),
        Capability::Products => psa.products(&all).await.map(drop),
        Capability::Agreements => psa.additions(&AgreementId::new(facts.unknown.as_str())).await.map(drop),
        Capability::Tickets => psa.ticket(&ticket).await.map(drop),
        Capability::TicketNotes => {
            let (text, destination) = (String::new(), NoteDestination::Internal);
            psa.add_note(&ticket, &NoteDraft { text, destination }, &key)
                .await
                .map(drop)
        }
        Capability::FindTicketByKey => psa.find_tickets(&key).await.map(drop),
        Capability::IncrementalRead => psa.companies(&all.since(Some(world.bench.now()))).await.map(drop),
        Capability::Devices => psa.find_devices(&facts.company, "x").await.map(drop),
        Capability::Webhooks => {
            let endpoint = WebhookEndpoint {
                url: "https://bridge.example/".parse().expect("an address"),
                secret: SecretString::default(),
                topics: Vec::new(),
            };
            psa.ensure_webhook(&endpoint).await.map(drop)
        }
        _ => return None,
    };
    Some(refused.expect_err("the capability is not declared"))
}

async fn ids_are_opaque(world: &World) {
    let capabilities = world.descriptor().capabilities;
    let (psa, facts) = (&world.psa, world.facts());
    let before = world.bench.requests().iter().filter(|asked| asked.writes).count();
    for odd in [
        "",
        " ",
        "-1",
        "1/../2",
        "1?x=1",
        "1 or 1=1",
        "☃",
        "99999999999999999999999",
        "NaN",
    ] {
        let mut answers: Vec<(&str, Result<()>)> = Vec::new();
        if capabilities.has(Capability::Contacts) {
            let query = ReadQuery::all().of_company(CompanyId::new(odd));
            let page = psa.contacts(&query).await;
            // A list may say that such a company has nobody.
            let empty = page.as_ref().is_ok_and(|page| page.records.is_empty());
            answers.extend((!empty).then(|| ("contacts", page.map(drop))));
        }
        if capabilities.has(Capability::Agreements) {
            answers.push(("additions", psa.additions(&AgreementId::new(odd)).await.map(drop)));
        }
        if capabilities.has(Capability::Tickets) {
            answers.push(("ticket", psa.ticket(&TicketId::new(odd)).await.map(drop)));
            let fields = world.descriptor().routing_fields.iter();
            if let Some(field) = fields.into_iter().find(|field| field.depends_on.contains(&"board")) {
                answers.push(("choices", psa.choices(field.name, &BoardId::new(odd)).await.map(drop)));
            }
            let mut draft = draft(facts);
            draft.company = CompanyId::new(odd);
            answers.push((
                "create_ticket",
                psa.create_ticket(&draft, &WriteKey::new("PB:odd")).await.map(drop),
            ));
        }
        if capabilities.has(Capability::Devices) {
            let (ticket, device) = (TicketId::new(odd), DeviceId::new(odd));
            answers.push(("link_device", psa.link_device(&ticket, &device).await));
        }
        for (operation, answer) in answers {
            let error = answer.expect_err(&format!("{operation} of `{odd}`"));
            assert!(
                matches!(error.kind(), ErrorKind::Invalid { .. } | ErrorKind::NotFound) && !error.is_temporary(),
                "{operation} of `{odd}`: {error:?}"
            );
        }
    }
    if capabilities.has(Capability::Tickets) {
        assert_eq!(world.bench.all_tickets(), 0, "a ticket was created for an odd company");
    }
    assert!(world.writes() - before <= 9, "odd ids were written again and again");
}

async fn cursors_can_be_stored(world: &World) {
    let query = ReadQuery {
        page_size: Some(5),
        ..ReadQuery::all()
    };
    let whole = walk(&query, async |query| world.psa.companies(&query).await).await;
    let first = world.psa.companies(&query).await.expect("a page");
    let stored = first.next.expect("more than a page").0;
    let other = world.another();
    let rest = walk_from(world, &query, Cursor(stored)).await;
    let joined: Vec<_> = first.records.into_iter().chain(rest).collect();
    assert_eq!(joined, whole);
    let foreign = query.after(Some(Cursor("☃ of something else".to_owned())));
    let error = other.companies(&foreign).await.expect_err("not a cursor");
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error:?}");
}

async fn walk_from(world: &World, query: &ReadQuery, cursor: Cursor) -> Vec<psa_connectors::record::Company> {
    let other = world.another();
    let (mut records, mut after) = (Vec::new(), Some(cursor));
    while after.is_some() {
        let page = other.companies(&query.clone().after(after)).await.expect("a page");
        records.extend(page.records);
        after = page.next;
    }
    records
}

async fn the_descriptor_is_complete(world: &World) {
    let descriptor = world.descriptor();
    let said = |what: &str, texts: &[&str]| {
        assert!(
            texts.iter().all(|text| !text.trim().is_empty()),
            "{what} has an empty text"
        );
    };
    said("the connector", &[descriptor.kind, descriptor.name]);
    for field in descriptor.credential_fields {
        said(field.name, &[field.name, field.label, field.help]);
        assert!(
            !field.secret || field.example.is_none(),
            "{} shows an example of a secret",
            field.name
        );
    }
    assert!(
        descriptor.credential_fields.iter().any(|field| field.secret),
        "there is no secret"
    );
    for setting in descriptor.operator_settings {
        said(setting.name, &[setting.name, setting.help]);
        assert!(
            setting.name.starts_with(&format!("{}.", descriptor.kind)),
            "{}",
            setting.name
        );
    }
    assert!(
        !descriptor.preparation.is_empty(),
        "nothing is said about the preparation"
    );
    for step in descriptor.preparation {
        said(step.title, &[step.title, step.text]);
    }
    for right in descriptor.rights {
        said(right.id, &[right.id, right.module, right.function, right.remedy]);
        assert!(
            right.add || right.edit || right.inquire,
            "{} asks for nothing",
            right.id
        );
        assert!(!right.needed_for.is_empty(), "{} is for nothing", right.id);
    }
    routing_is_complete(descriptor);
    let limits = descriptor.limits;
    assert!(
        limits.pace.requests > 0 && !limits.pace.window.is_zero() && limits.concurrency > 0 && limits.page_size > 0
    );
    assert!(
        limits.summary_chars >= 40 && limits.description_chars >= 40,
        "{limits:?}"
    );
    assert!(!descriptor.hosts.domains.is_empty(), "there is no host");
    for domain in descriptor.hosts.domains {
        assert!(
            domain.contains('.') && !domain.contains(['/', ':', '*', ' ']),
            "{domain} is no domain"
        );
    }
    let names = descriptor.credential_fields.iter().map(|field| field.name);
    are_unique(names.chain(descriptor.operator_settings.iter().map(|setting| setting.name)));
    are_unique(descriptor.rights.iter().map(|right| right.id));
    are_unique(descriptor.routing_fields.iter().map(|field| field.name));
}

fn routing_is_complete(descriptor: &Descriptor) {
    let known = |name: &&str| *name == "board" || descriptor.routing_fields.iter().any(|field| field.name == *name);
    for field in descriptor.routing_fields {
        assert!(!field.label.trim().is_empty(), "{} has no label", field.name);
        assert!(
            field.depends_on.iter().all(known),
            "{} depends on an unknown field",
            field.name
        );
        assert!(
            !field.depends_on.contains(&field.name),
            "{} depends on itself",
            field.name
        );
    }
}

#[track_caller]
fn are_unique<'a>(names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{name} is there twice");
    }
}
