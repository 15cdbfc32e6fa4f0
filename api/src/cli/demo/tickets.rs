//! The walk, part three: from a failed backup to a ticket that closes on recovery.

use psa_simulator::{Desk, Psa};
use serde_json::{Value, json};

use super::{
    super::report::{
        self,
        client::Client,
        export::{Export, Run},
        records,
    },
    script::{Progress, Script, at, list, text},
    setup::Connected,
};

/// The company whose backup fails.
const COMPANY: &str = "Contoso Dental Group";

/// Follows one condition from failure to recovery.
pub(super) async fn follow(
    script: &mut Script<'_>,
    psa: &dyn Psa,
    export: &Export,
    integration: &Connected,
) -> anyhow::Result<()> {
    let mut readings = export.monitoring.iter();
    let mut next = || {
        readings
            .next()
            .ok_or_else(|| anyhow::anyhow!("the console's data has too few readings of backup runs"))
    };

    script.step("A backup fails: one ticket")?;
    report(script, export, next()?).await?;
    let incident = delivered(script, integration, 1).await?;
    incident_line(script, &incident)?;
    held(script, integration).await?;

    script.step("It fails again the next night: a note on the same ticket")?;
    report(script, export, next()?).await?;
    let incident = delivered(script, integration, 2).await?;
    incident_line(script, &incident)?;

    script.step("It succeeds: the ticket is closed")?;
    report(script, export, next()?).await?;
    let incident = delivered(script, integration, 3).await?;
    incident_line(script, &incident)?;

    in_the_psa(script, psa, &text(&incident, "/ticket/externalId")?)
}

/// Sets tickets up: the shared settings, then those of the backup agent.
pub(super) async fn configure(script: &mut Script<'_>, psa: &dyn Psa, integration: &Connected) -> anyhow::Result<()> {
    script.step("Set tickets up: one per condition, notes on repeats, closed on recovery")?;
    let query = "mutation Shared($input: UpdateTicketSettingsInput!) { updateTicketSettings(input: $input) {
        settings { mode onRecovery } userErrors { code field message remedy }
    } }";
    let input = json!({ "integrationId": integration.id, "mode": "APPEND_TO_OPEN", "onRecovery": "CLOSE" });
    let payload = script.mutate(query, input).await?;
    script.tell(format!(
        "{}, on recovery {}",
        text(&payload, "/settings/mode")?,
        text(&payload, "/settings/onRecovery")?
    ))?;

    let query = "query Boards($id: ID!) { integration(id: $id) { boards {
        id name statuses { externalId name } choices { field choices { externalId name } }
    } } }";
    let data = script
        .query("integration { boards }", query, json!({ "id": integration.id }))
        .await?;
    let routing = routing(psa.desk(), list(&data, "/integration/boards")?)?;
    let query = "mutation Backup($input: UpdateAgentTicketsInput!) { updateBackupAgentTickets(input: $input) {
        tickets { enabled rules { trigger action } routing { board { name } newStatus { name } closedStatus { name } } }
        userErrors { code field message remedy }
    } }";
    let input = json!({ "integrationId": integration.id, "enabled": true, "routing": routing });
    let payload = script.mutate(query, input).await?;
    let tickets = at(&payload, "/tickets")?;
    script.tell(format!(
        "board {}, new tickets {}, closed ones {}",
        text(tickets, "/routing/board/name")?,
        text(tickets, "/routing/newStatus/name")?,
        text(tickets, "/routing/closedStatus/name")?,
    ))?;
    let rules: Vec<_> = list(tickets, "/rules")?
        .iter()
        .map(|rule| Ok(format!("{} {}", text(rule, "/trigger")?, text(rule, "/action")?)))
        .collect::<anyhow::Result<_>>()?;
    script.tell(rules.join(", "))
}

/// Where tickets go, in the PSA's ids.
fn routing(desk: Desk, boards: &[Value]) -> anyhow::Result<Value> {
    let board = named(boards, "name", desk.board)?;
    let statuses = list(board, "/statuses")?;
    let status = |name: &str| Ok::<_, anyhow::Error>(at(named(statuses, "name", name)?, "/externalId")?.clone());
    let mut fields = Vec::new();
    for (field, name) in desk.fields {
        let offered = named(list(board, "/choices")?, "field", field)?;
        let choice = named(list(offered, "/choices")?, "name", name)?;
        fields.push(json!({ "name": field, "choiceId": at(choice, "/externalId")? }));
    }
    Ok(json!({
        "boardId": at(board, "/id")?,
        "newStatusId": status(desk.new)?,
        "closedStatusId": status(desk.closed)?,
        "reopenStatusId": status(desk.reopened)?,
        "fields": fields,
    }))
}

fn named<'v>(records: &'v [Value], field: &str, name: &str) -> anyhow::Result<&'v Value> {
    let found = records.iter().find(|record| record.get(field) == Some(&json!(name)));
    found.ok_or_else(|| anyhow::anyhow!("the PSA has no {name}"))
}

async fn report(script: &mut Script<'_>, export: &Export, (name, runs): &(String, Vec<Run>)) -> anyhow::Result<()> {
    let batch = records::runs(export, name, runs);
    let report = report::send(&script.client, &batch).await?;
    script.tell(format!("> mutation {}: {} {report}", batch.mutation, batch.what))?;
    anyhow::ensure!(report.rejected.is_empty(), "events were rejected");
    Ok(())
}

/// The incident of the company once this many deliveries have reached the PSA.
async fn delivered(script: &mut Script<'_>, integration: &Connected, deliveries: usize) -> anyhow::Result<Value> {
    let id = integration.id.clone();
    script
        .follow("the delivery", |client| incident(client, id.clone(), deliveries))
        .await
}

async fn incident(client: Client, integration: String, wanted: usize) -> anyhow::Result<Progress<Value>> {
    let query = "query Incidents($id: ID!) { integration(id: $id) { ticketing { incidents(first: 20) { nodes {
        title state occurrences company { name } ticket { externalId status closed url }
        deliveries { kind state problem { message } }
    } } } } }";
    let data = client.run(query, json!({ "id": integration })).await?;
    let incidents = list(&data, "/integration/ticketing/incidents/nodes")?;
    let incident = incidents
        .iter()
        .find(|incident| incident.pointer("/company/name") == Some(&json!(COMPANY)));
    let Some(incident) = incident else {
        return Ok(Progress::Going("waiting for the incident".to_owned()));
    };
    let deliveries = list(incident, "/deliveries")?;
    let state = |state: &str| {
        deliveries
            .iter()
            .filter(|delivery| delivery.get("state") == Some(&json!(state)))
            .count()
    };
    anyhow::ensure!(state("DEAD") == 0, "a delivery was refused: {incident}");
    // The ticket is stored with its delivery, but the one may be read before that and the other after it.
    let has_ticket = incident.get("ticket").is_some_and(|ticket| !ticket.is_null());
    if deliveries.len() == wanted && state("DELIVERED") == wanted && has_ticket {
        return Ok(Progress::Done(incident.clone()));
    }
    Ok(Progress::Going(format!(
        "{} of {wanted} deliveries have reached the PSA",
        state("DELIVERED")
    )))
}

fn incident_line(script: &mut Script<'_>, incident: &Value) -> anyhow::Result<()> {
    script.tell(format!(
        "incident “{}” {}, {} occurrences: ticket {} {}",
        text(incident, "/title")?,
        text(incident, "/state")?,
        text(incident, "/occurrences")?,
        text(incident, "/ticket/externalId")?,
        text(incident, "/ticket/status")?,
    ))
}

async fn held(script: &mut Script<'_>, integration: &Connected) -> anyhow::Result<()> {
    let query = "query Held($id: ID!) { integration(id: $id) { ticketing {
        deliveries(filter: { states: [HELD] }) { nodes { hold problem { message remedy } incident { company { name } } } }
    } } }";
    let data = script
        .query(
            "integration { ticketing { deliveries(HELD) } }",
            query,
            json!({ "id": integration.id }),
        )
        .await?;
    for delivery in list(&data, "/integration/ticketing/deliveries/nodes")? {
        script.tell(format!(
            "held, not lost: {} {}: {} {}",
            text(delivery, "/incident/company/name")?,
            text(delivery, "/hold")?,
            text(delivery, "/problem/message")?,
            text(delivery, "/problem/remedy")?,
        ))?;
    }
    Ok(())
}

fn in_the_psa(script: &mut Script<'_>, psa: &dyn Psa, ticket: &str) -> anyhow::Result<()> {
    script.step(&format!("What {} has now", psa.name()))?;
    let tickets = psa.tickets();
    let found = tickets.iter().find(|known| known.id.to_string() == ticket);
    let found = found.ok_or_else(|| anyhow::anyhow!("the PSA has no ticket {ticket}"))?;
    script.tell(format!(
        "ticket {} “{}” for {}: {}, closed {}",
        found.id, found.summary, found.company, found.status, found.closed,
    ))?;
    for note in psa.notes().iter().filter(|note| note.ticket == found.id) {
        script.tell(format!(
            "note {}: {}",
            note.id,
            note.text.lines().next().unwrap_or_default()
        ))?;
    }
    anyhow::ensure!(found.closed, "the ticket is not closed");
    let same = tickets.iter().filter(|known| known.external_id == found.external_id);
    anyhow::ensure!(same.count() == 1, "the PSA has more than one ticket for the condition");
    script.tell("it is the only ticket with its marker")
}
