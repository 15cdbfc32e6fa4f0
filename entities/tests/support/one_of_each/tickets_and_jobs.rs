//! From an event to a delivery attempt, and a job.

use std::collections::BTreeMap;

use psa_entities::agent_event;
use psa_entities::agent_settings::{self, Agent, ContactPolicy, RuleAction, TicketRouting, TicketRule, TicketRules};
use psa_entities::audit_entry::{self, ActorKind, AuditAction, AuditSubject, FieldChange, FieldChanges};
use psa_entities::company_routing;
use psa_entities::delivery::{self, DeliveryKind, DeliveryState, HoldReason};
use psa_entities::delivery_attempt::{self, AttemptOutcome};
use psa_entities::import_change::{self, ImportChangeKind};
use psa_entities::import_state::ImportResource;
use psa_entities::incident::{self, IncidentKind, IncidentState, Severity};
use psa_entities::job::{self, JobState};
use psa_entities::ticket_settings::{self, NoteVisibility, OnRecovery, TicketMode};
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::{Kept, World, kept};

pub(super) async fn insert(db: &DatabaseConnection, world: &World) -> Kept {
    kept(
        db,
        ticket_settings::Model {
            integration_id: world.integration,
            provider_id: world.provider,
            mode: TicketMode::AppendToOpen,
            on_recovery: OnRecovery::Nothing,
            close_only_untouched: false,
            reopen_within_days: 3,
            escalate_after: Some(3),
            storm_tickets: Some(20),
            storm_minutes: 60,
            expire_after_days: Some(14),
            notes: NoteVisibility::Internal,
            version: i32::MAX,
            updated_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        agent_settings::Model {
            integration_id: world.integration,
            agent: Agent::Rmm,
            provider_id: world.provider,
            enabled: true,
            rules: TicketRules(vec![TicketRule {
                after: 3,
                after_minutes: 30,
                priority: Some("4".into()),
                ..TicketRule::new("Error", RuleAction::Open)
            }]),
            routing: TicketRouting {
                board: Some("1".into()),
                fields: BTreeMap::from([("priority".into(), "3".into())]),
                raised_priority: Some("1".into()),
                contact: ContactPolicy::None,
                ..TicketRouting::default()
            },
            summary_template: "summary template".into(),
            body_template: "body template".into(),
            version: i32::MAX,
            updated_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        company_routing::Model {
            integration_id: world.integration,
            agent: Agent::Rmm,
            company_id: world.console_company,
            provider_id: world.provider,
            routing: TicketRouting {
                board: Some("2".into()),
                ..TicketRouting::default()
            },
            changed_at: world.at,
            changed_by: "changed by".into(),
        },
    )
    .await?;
    kept(
        db,
        agent_event::Model {
            id: world.agent_event,
            provider_id: world.provider,
            agent: Agent::Rmm,
            event_id: "event id".into(),
            company_id: world.console_company,
            condition_key: "c-1".into(),
            status: "status".into(),
            occurred_at: world.at,
            received_at: world.at,
            detail: json!({ "id": 7, "nested": [null, true, "ü"], "price": "1.10" }),
        },
    )
    .await?;
    kept(
        db,
        incident::Model {
            id: world.incident,
            provider_id: world.provider,
            integration_id: world.integration,
            company_id: world.console_company,
            agent: Agent::Rmm,
            kind: IncidentKind::Storm,
            parent_id: Some(world.incident),
            condition_key: "c-1".into(),
            open_key: Some("c-1".into()),
            epoch: i32::MAX,
            state: IncidentState::ClosedInPsa,
            severity: Severity::Critical,
            title: "title".into(),
            occurrences: i32::MAX,
            first_at: world.at,
            last_at: world.at,
            opens_at: Some(world.at),
            opened_at: Some(world.at),
            escalated: true,
            recovered_at: Some(world.at),
            ended_at: Some(world.at),
            marker: "marker".into(),
            ticket_external_id: Some("ticket external id".into()),
            ticket: Some(json!({ "id": 7, "nested": [null, true, "ü"], "price": "1.10" })),
            updated_at: world.at,
        },
    )
    .await?;
    kept(
        db,
        delivery::Model {
            id: world.delivery,
            provider_id: world.provider,
            integration_id: world.integration,
            incident_id: world.incident,
            sequence: 3,
            kind: DeliveryKind::Escalate,
            state: DeliveryState::Discarded,
            hold: Some(HoldReason::EarlierDelivery),
            marker: "marker".into(),
            held_at: Some(world.at),
            event_id: Some(world.agent_event),
            attempts: 3,
            next_attempt_at: world.at,
            lease_owner: Some("lease owner".into()),
            lease_until: Some(world.at),
            problem: Some(world.problem()),
            outcome: Some(json!({ "id": 7, "nested": [null, true, "ü"], "price": "1.10" })),
            created_at: world.at,
            delivered_at: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        delivery_attempt::Model {
            id: world.delivery_attempt,
            provider_id: world.provider,
            delivery_id: world.delivery,
            number: 3,
            started_at: world.at,
            finished_at: Some(world.at),
            outcome: Some(AttemptOutcome::NotSent),
            problem: Some(world.problem()),
        },
    )
    .await?;
    kept(
        db,
        job::Model {
            id: world.job,
            provider_id: world.provider,
            integration_id: Some(world.integration),
            kind: "import".into(),
            payload: json!({ "id": 7, "nested": [null, true, "ü"], "price": "1.10" }),
            state: JobState::Cancelled,
            phase: Some("phase".into()),
            done: 42,
            total: Some(42),
            attempts: 3,
            run_at: world.at,
            lease_owner: Some("lease owner".into()),
            lease_until: Some(world.at),
            cancel_requested: false,
            dedupe_key: Some("dedupe key".into()),
            problem: Some(world.problem()),
            result: Some(json!({ "id": 7, "nested": [null, true, "ü"], "price": "1.10" })),
            checkpoint: Some(json!({ "after": "7" })),
            pace_since: Some(world.at),
            pace_from: Some(42),
            created_by: "schedule".into(),
            created_at: world.at,
            started_at: Some(world.at),
            finished_at: Some(world.at),
        },
    )
    .await?;
    kept(
        db,
        import_change::Model {
            id: world.import_change,
            provider_id: world.provider,
            job_id: world.job,
            resource: ImportResource::Agreements,
            kind: ImportChangeKind::Returned,
            external_id: "external id".into(),
            name: "name".into(),
            changes: FieldChanges::default(),
        },
    )
    .await?;
    kept(
        db,
        audit_entry::Model {
            id: world.audit_entry,
            provider_id: world.provider,
            at: world.at,
            actor_kind: ActorKind::ApiToken,
            actor: "actor".into(),
            action: AuditAction::CompanyBound,
            integration_id: Some(world.integration),
            subject_kind: AuditSubject::ConsoleCompany,
            subject_key: Some("subject key".into()),
            subject_name: "subject name".into(),
            changes: FieldChanges(vec![FieldChange {
                field: "psaCompany.name".into(),
                before: json!(null),
                after: json!("ü"),
            }]),
        },
    )
    .await
}
