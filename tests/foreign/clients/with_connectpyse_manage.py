"""The steps through ConnectPyse-Manage, which pages by the count and sends nulls for what it was not given."""

from connectwise import Configuration, ConnectWiseClient
from connectwise.exceptions import ConnectWiseAuthenticationError, ConnectWiseBadRequestError

from steps import CLIENT_ID, COMPANY, PRIVATE, PUBLIC, URL, Steps, equal, expect, refused

step = Steps()
seen = {}


def connect(private=PRIVATE):
    return ConnectWiseClient(URL, COMPANY, PUBLIC, private, CLIENT_ID)


api = connect()


@step("system info")
def _():
    expect(api.get("system/info")["version"].startswith("v"), "a version")


@step("companies by conditions")
def _():
    found = api.get_companies(conditions='deletedFlag=false AND name contains "group"', orderby="name asc")
    expect(found and all("group" in company.name.lower() for company in found), "a name without the word")


@step("count and all pages of companies")
def _():
    found = api.get_all("company/companies", conditions="deletedFlag=false", pagesize=5, orderby="id asc")
    ids = [company["id"] for company in found]
    equal(len(ids), api.get_company_count("deletedFlag=false"), "companies on all pages")
    equal(ids, sorted(set(ids)), "ids in order, each once")
    seen["company"] = ids[3]


@step("one company and its contacts")
def _():
    equal(api.get_company(seen["company"]).id, seen["company"], "id")
    contacts = api.get_company_contacts(seen["company"], "inactiveFlag=false")
    child = f'communicationItems/value="{contacts[0].communicationItems[0]["value"]}"'
    equal([found["id"] for found in api.get_all("company/contacts", childconditions=child)], [contacts[0].id], "contact")
    expect(api.get_company_statuses(), "statuses")


@step("create a contact")
def _():
    made = api.create_contact("Robin", "Meyer", seen["company"], email="robin@example.com", phone="5550001234")
    items = {item["communicationType"]: item["value"] for item in made.communicationItems}
    equal(items, {"Email": "robin@example.com", "Phone": "5550001234"}, "communication items")


@step("boards, statuses, types")
def _():
    board = api.get_boards(active_only=False)[0]
    statuses = api.get_board_statuses(board.id)
    seen["board"] = board.id
    seen["closed"] = next(status.id for status in statuses if status.closedStatus)
    expect(api.get_board_types(board.id) and api.get_board_subtypes(board.id) and api.get_board_items(board.id), "lists")


@step("priorities and sources")
def _():
    seen["priority"] = api.get_priorities()[0].id
    seen["source"] = api.get_sources()[0].id


@step("create a ticket")
def _():
    # The type and the status that it was not given go out as null.
    made = api.create_ticket(
        summary="Backup failed on NAS04",
        body="The share is full.",
        company_id=seen["company"],
        board_id=seen["board"],
        priority_id=seen["priority"],
        source_id=seen["source"],
    )
    equal((made.company["id"], made.source["id"]), (seen["company"], seen["source"]), "references")
    expect(made.status["name"], "the board's default status")
    seen["ticket"] = made.id


@step("read, change and close the ticket")
def _():
    equal(api.get_ticket(seen["ticket"]).summary, "Backup failed on NAS04", "summary")
    equal(api.update_ticket_field(seen["ticket"], "/summary", "Backup failed twice").summary, "Backup failed twice", "it")
    closed = api.update_ticket_status(seen["ticket"], seen["closed"])
    equal((closed.status["id"], closed.closedFlag), (seen["closed"], True), "status")
    found = api.get_tickets(conditions=f"id={seen['ticket']} AND closedFlag=true", orderby="dateEntered desc")
    equal([ticket.id for ticket in found], [seen["ticket"]], "found")


@step("add and list notes")
def _():
    api.add_ticket_note(seen["ticket"], "Only for us", internal=True)
    api.add_ticket_note(seen["ticket"], "For the customer", internal=False)
    texts = [note.text for note in api.get_ticket_notes(seen["ticket"], orderby="id asc", pagesize=2)]
    equal(texts, ["The share is full.", "Only for us", "For the customer"], "notes")


@step("agreements")
def _():
    agreement = api.get_company_agreements(seen["company"])[0]
    equal(api.get_agreement(agreement.id).name, agreement.name, "name")
    equal(api.get_agreement_count(f"id={agreement.id}"), 1, "count")
    seen["agreement"] = agreement


@step("catalogue")
def _():
    seen["item"] = api.get("procurement/catalog", conditions='identifier="MBS-VM"', fields="id,price")[0]
    equal(sorted(seen["item"]), ["id", "price"], "only the fields asked for")


@step("additions: add, change, cancel")
def _():
    agreement = seen["agreement"].id
    day = f"{api.get(f'finance/agreements/{agreement}')['nextInvoiceDate'][:10]}T00:00:00Z"
    made = api.create_agreement_addition(agreement, seen["item"]["id"], 7, unit_price=1.25, effective_date=day)
    equal(made.extPrice, 8.75, "price")
    path = f"finance/agreements/{agreement}/additions"
    changes = [
        {"op": "replace", "path": "/quantity", "value": 8},
        {"op": "replace", "path": "/cancelledDate", "value": day},
    ]
    equal(api.patch(path, made.id, changes)["extPrice"], 10, "price")
    equal(api.get_agreement_addition(agreement, made.id).cancelledDate, day, "end")
    expect(made.id in [addition.id for addition in api.get_agreement_additions(agreement)], "listed")
    equal(api.delete(path, made.id), True, "deleted")
    equal(api.get_agreement_addition(agreement, made.id), None, "gone")


@step("members")
def _():
    first = api.get_members(limit=1)[0]
    equal(api.get_member_by_identifier(first.identifier).id, first.id, "member")


@step("configurations")
def _():
    kind = api.get("company/configurations/types", pagesize=1)[0]
    state = api.get("company/configurations/statuses", pagesize=1)[0]
    new = Configuration(
        id=0,
        name="NAS04",
        company={"id": seen["company"]},
        type={"id": kind["id"]},
        status={"id": state["id"]},
        deviceIdentifier="pyse-manage-nas04",
    )
    made = api.create_configuration(new)
    equal(api.attach_configuration(seen["ticket"], made.id).id, made.id, "linked")
    expect(made.id in [found.id for found in api.get_company_configurations(seen["company"])], "listed")
    equal(api.detach_configuration(seen["ticket"], made.id), True, "unlinked")
    made.serialNumber = "SN-4"
    changes = [{"op": "replace", "path": "serialNumber", "value": "SN-4"}]
    equal(api.patch("company/configurations", made.id, changes)["serialNumber"], "SN-4", "serial number")
    equal(api.delete_configuration(made.id), True, "deleted")
    equal(api.get_configuration(made.id), None, "gone")


@step("errors")
def _():
    refused(ConnectWiseAuthenticationError, lambda: connect("wrong").get("system/info"), "401")
    equal(api.get_company(999999), None, "an unknown company")
    refused(ConnectWiseBadRequestError, lambda: api.post("service/tickets", {"summary": "x"}), "MissingRequiredField")
    wrong = {"name": "X", "type": {"id": 1}, "company": {"id": 1}, "contact": {"id": 1}, "lastUpdated": "x"}
    refused(ConnectWiseBadRequestError, lambda: api.post("company/contacts", wrong), "Could not find member")


step.finish()
