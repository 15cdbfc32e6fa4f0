"""The steps through connectpyse, which asks for lists with a slash at the end of their path."""

import base64

from connectpyse.company import companies_api, company_statuses_api, configurations_api, contacts_api
from connectpyse.company.company import Company
from connectpyse.company.configuration import Configuration
from connectpyse.finance import agreement_additions_api, agreements_api
from connectpyse.finance.agreement_addition import AgreementAddition
from connectpyse.procurement import catalog_item_api
from connectpyse.restapi import ApiError
from connectpyse.service import boards_api, ticket_notes_api, tickets_api
from connectpyse.service.ticket import Ticket
from connectpyse.service.ticket_note import TicketNote
from connectpyse.system import callbacks_api, info_api, members_api
from connectpyse.system.callback import Callback

from steps import CLIENT_ID, COMPANY, PRIVATE, PUBLIC, URL, Steps, equal, expect, refused

step = Steps()
seen = {}


def access(private=PRIVATE):
    keys = base64.b64encode(f"{COMPANY}+{PUBLIC}:{private}".encode()).decode()
    return {
        "url": f"{URL}/v4_6_release/apis/3.0",
        "auth": {"Authorization": f"Basic {keys}", "clientId": CLIENT_ID},
    }


def ask(controller, **filters):
    """An access object with its filters set, as the client's own guide does."""
    for name, value in filters.items():
        setattr(controller, name, value)
    return controller


@step("system info")
def _():
    expect(info_api.InfoAPI(**access()).get_info().version.startswith("v"), "a version")


@step("companies by conditions")
def _():
    companies = ask(companies_api.CompaniesAPI(**access()), conditions='name contains "group"', orderBy="id asc")
    found = list(companies.get_companies())
    equal(len(found), companies.get_companies_count(), "as many as are counted")
    expect(all("group" in company.name.lower() for company in found), "a name without the word")


@step("count and all pages of companies")
def _():
    companies = ask(companies_api.CompaniesAPI(**access()), conditions="deletedFlag=false", orderBy="id asc")
    count = companies.get_companies_count()
    ids = []
    for page in range(1, 100):
        found = list(ask(companies, page=page, pageSize=5).get_companies())
        ids.extend(company.id for company in found)
        if not found:
            break
    equal(len(ids), count, "companies on all pages")
    equal(ids, sorted(set(ids)), "ids in order, each once")
    seen["company"] = ids[1]


@step("one company, changed")
def _():
    companies = companies_api.CompaniesAPI(**access())
    before = companies.get_company_by_id(seen["company"])
    changes = {"website": "https://www.example.com", "zip": "12345"}
    after = companies.update_company_multiple_keys(seen["company"], changes)
    equal((after.website, after.zip, after.name), ("https://www.example.com", "12345", before.name), "company")


@step("create a company")
def _():
    new = Company(
        {"identifier": "ForeignCo", "name": "Foreign Company", "addressLine1": "1 Main Street", "site": {"name": "Main"}}
    )
    made = companies_api.CompaniesAPI(**access()).create_company(new)
    equal(made.identifier, "ForeignCo", "identifier")
    expect(made.status["name"], "a status is filled in")


@step("company statuses")
def _():
    expect(list(company_statuses_api.CompanyStatusAPI(**access()).get_company_statuses()), "statuses")


@step("contacts by childConditions")
def _():
    contacts = ask(contacts_api.ContactsAPI(**access()), conditions=f"company/id={seen['company']}")
    first = next(contacts.get_contacts())
    mail = next(item["value"] for item in first.communicationItems if item["communicationType"] == "Email")
    child = f'communicationItems/value like "{mail}" and communicationItems/communicationType="Email"'
    found = list(ask(contacts_api.ContactsAPI(**access()), childconditions=child).get_contacts())
    equal([contact.id for contact in found], [first.id], f"contacts with {mail}")


@step("boards")
def _():
    boards = list(ask(boards_api.BoardsAPI(**access()), conditions="inactiveFlag=false").get_boards())
    equal(boards_api.BoardsAPI(**access()).get_board_by_id(boards[0].id).name, boards[0].name, "name")
    seen["board"] = boards[0].id


@step("create a ticket")
def _():
    new = Ticket({"summary": "Backup failed on PC02", "company": {"id": seen["company"]}, "board": {"id": seen["board"]}})
    new.initialInternalAnalysis = "Ümlaute and “quotes” stay as they are."
    made = tickets_api.TicketsAPI(**access()).create_ticket(new)
    equal((made.company["id"], made.board["id"]), (seen["company"], seen["board"]), "references")
    expect(made.status["name"] and made.priority["name"], "what was left out is filled in")
    seen["ticket"] = made.id


@step("read, change and count tickets")
def _():
    tickets = tickets_api.TicketsAPI(**access())
    equal(tickets.update_ticket(seen["ticket"], "severity", "High").severity, "High", "severity")
    equal(tickets.get_ticket_by_id(seen["ticket"]).summary, "Backup failed on PC02", "summary")
    filtered = ask(tickets_api.TicketsAPI(**access()), conditions=f"id={seen['ticket']} and closedFlag=false")
    equal(filtered.get_tickets_count(), 1, "count")


@step("close the ticket")
def _():
    # A status by its name, as the guide of the client has it.
    closed = tickets_api.TicketsAPI(**access()).update_ticket(seen["ticket"], "status", {"name": "Completed"})
    equal((closed.status["name"], closed.closedFlag), ("Completed", True), "status")


@step("add, change and list notes")
def _():
    notes = ticket_notes_api.TicketNotesAPI(ticket_id=seen["ticket"], **access())
    made = notes.create_ticket_note(TicketNote({"text": "Call back", "detailDescriptionFlag": True}))
    notes.update_ticket_note(made.id, "text", "Called back")
    equal(notes.get_ticket_note_by_id(made.id).text, "Called back", "text")
    expect(any(note.text.startswith("Ümlaute") for note in notes.get_ticket_notes()), "the first note")
    equal(notes.get_ticket_notes_count(), 2, "notes")


@step("agreements")
def _():
    agreements = ask(agreements_api.AgreementsAPI(**access()), conditions=f"company/id={seen['company']}")
    agreement = next(agreements.get_agreements())
    equal(agreements.get_agreement_by_id(agreement.id).name, agreement.name, "name")
    seen["agreement"] = agreement


@step("catalogue")
def _():
    items = ask(catalog_item_api.CatalogItemAPI(**access()), conditions='identifier like "MBS*"', orderBy="identifier")
    found = list(items.get_catalog_items())
    equal(len(found), items.get_catalog_items_count(), "as many as are counted")
    seen["item"] = found[0]


@step("additions: add, change, cancel")
def _():
    additions = agreement_additions_api.AgreementAdditionsAPI(parent=seen["agreement"].id, **access())
    day = f"{seen['agreement'].nextInvoiceDate[:10]}T00:00:00Z"
    new = AgreementAddition(
        {"product": {"id": seen["item"].id}, "billCustomer": "Billable", "quantity": 3, "effectiveDate": day}
    )
    made = additions.create_agreement_addition(new)
    equal(made.unitPrice, seen["item"].price, "the price is the catalogue's")
    changed = additions.update_agreement_addition(made.id, "quantity", 4)
    equal((changed.quantity, changed.extPrice), (4, round(4 * made.unitPrice, 2)), "quantity")
    ended = additions.update_agreement_addition_multiple_keys(made.id, {"cancelledDate": day})
    equal(ended.cancelledDate, day, "cancelled")
    expect(made.id in [addition.id for addition in additions.get_agreement_additions()], "listed")
    additions.delete_agreement_addition_by_id(made.id)
    refused(ApiError, lambda: additions.get_agreement_addition_by_id(made.id), "404")


@step("members")
def _():
    members = list(members_api.MembersAPI(**access()).get_members())
    equal(members_api.MembersAPI(**access()).get_member_by_id(members[0].id).identifier, members[0].identifier, "one")


@step("configurations")
def _():
    configurations = configurations_api.ConfigurationsAPI(**access())
    new = Configuration({"name": "PC02", "type": {"id": 1}, "company": {"id": seen["company"]}})
    made = configurations.create_configuration(new)
    equal(configurations.update_configuration(made.id, "serialNumber", "SN-1").serialNumber, "SN-1", "serial number")
    linked = tickets_api.TicketsAPI(**access()).create_configurations(seen["ticket"], {"id": made.id})
    equal(linked.id, made.id, "linked")


@step("callbacks")
def _():
    callbacks = callbacks_api.CallbacksAPI(**access())
    entry = {"url": "https://example.com/pyse?recordId=", "objectId": 0, "type": "company", "level": "owner"}
    made = callbacks.create_callback(Callback(dict(entry)))
    equal(made.objectId, 1, "the object of the level owner")
    refused(ApiError, lambda: callbacks.create_callback(Callback(dict(entry))), "400", "ObjectExists")
    callbacks.delete_callback_by_id(made.id)
    expect(made.id not in [found.id for found in callbacks.get_callbacks()], "deleted")


@step("errors")
def _():
    refused(ApiError, companies_api.CompaniesAPI(**access("wrong")).get_companies_count, "401", "Unauthorized")
    refused(ApiError, lambda: companies_api.CompaniesAPI(**access()).get_company_by_id(999999), "404", "NotFound")
    tickets = tickets_api.TicketsAPI(**access())
    refused(ApiError, lambda: tickets.create_ticket(Ticket({"summary": "x" * 101})), "400", "MaxLengthField")
    refused(ApiError, lambda: tickets.update_ticket(seen["ticket"], "Status", {"id": 1}), "400")


step.finish()
