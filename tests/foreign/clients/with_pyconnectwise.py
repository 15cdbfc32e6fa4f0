"""The steps through pyconnectwise, whose generated models also read every answer strictly."""

from pyconnectwise import ConnectWiseManageAPIClient
from pyconnectwise.exceptions import (
    AuthenticationFailedException,
    MalformedRequestException,
    NotFoundException,
    ObjectExistsError,
)

from steps import CLIENT_ID, COMPANY, HOST, PRIVATE, PUBLIC, Steps, equal, expect, refused

step = Steps()
seen = {}


def connect(private=PRIVATE, company=COMPANY):
    return ConnectWiseManageAPIClient(company, HOST, CLIENT_ID, PUBLIC, private)


@step("connect by discovery")
def _():
    seen["api"] = connect()
    expect(seen["api"].codebase.endswith("/"), f"codebase {seen['api'].codebase!r}")


@step("discovery of an unknown company")
def _():
    # The answer is `null`; the client has no word for it and trips over it.
    refused(AttributeError, lambda: connect(company="nobody"), "NoneType")


@step("system info")
def _():
    info = seen["api"].system.info.get()
    expect(info.version.startswith("v"), info.version)
    expect(info.cloud_region, "a region")


@step("companies by conditions")
def _():
    params = {"conditions": 'deletedFlag=false and name like "*group*"', "orderBy": "name desc"}
    companies = seen["api"].company.companies.get(params=params)
    expect(companies, "no company has a group in its name")
    expect(all("group" in company.name.lower() for company in companies), "a name without the word")


@step("count and all pages of companies")
def _():
    companies = seen["api"].company.companies
    conditions = {"conditions": "deletedFlag=false"}
    count = companies.count.get(params=dict(conditions)).count
    paged = companies.paginated(1, 5, {**conditions, "orderBy": "id asc"})
    ids = [company.id for company in paged.all()]
    equal(len(ids), count, "companies on all pages")
    equal(ids, sorted(set(ids)), "ids in order, each once")
    seen["company"] = ids[0]


@step("one company")
def _():
    company = seen["api"].company.companies.id(seen["company"]).get()
    equal(company.id, seen["company"], "id")
    expect(company.status.name and company.identifier, "status and identifier")


@step("sites of a company")
def _():
    sites = seen["api"].company.companies.id(seen["company"]).sites.get()
    expect(any(site.name == "Main" for site in sites), f"sites {[site.name for site in sites]}")


@step("contacts by childConditions")
def _():
    contacts = seen["api"].company.contacts
    first = contacts.get(params={"conditions": f"company/id={seen['company']}"})[0]
    mail = next(item.value for item in first.communication_items if item.communication_type == "Email")
    child = f'communicationItems/value="{mail}" and communicationItems/communicationType="Email"'
    found = contacts.get(params={"childConditions": child})
    equal([contact.id for contact in found], [first.id], f"contacts with {mail}")
    seen["contact"] = first.id


@step("boards and statuses")
def _():
    board = seen["api"].service.boards.get()[0]
    statuses = seen["api"].service.boards.id(board.id).statuses.get()
    expect(statuses[0].board.id == board.id, "the status names its board")
    seen["board"] = board.id
    seen["open"] = next(status.id for status in statuses if status.default_flag)
    seen["closed"] = next(status.id for status in statuses if status.closed_status and not status.inactive)
    expect(seen["api"].service.boards.id(board.id).types.get(), "types")
    expect(seen["api"].service.info.boards.get(), "the light list")


@step("priorities and sources")
def _():
    seen["priority"] = seen["api"].service.priorities.get()[0].id
    expect(seen["api"].service.sources.get(), "sources")


@step("create a ticket")
def _():
    made = seen["api"].service.tickets.post(
        {
            "summary": "Backup failed on SRV01",
            "company": {"id": seen["company"]},
            "contact": {"id": seen["contact"]},
            "board": {"id": seen["board"]},
            "status": {"id": seen["open"]},
            "priority": {"id": seen["priority"]},
            "externalXRef": "foreign:pyconnectwise",
            "initialDescription": "The network path was not found.",
        }
    )
    equal(made.company.id, seen["company"], "company")
    expect(made.board.name and made.status.name and made.priority.name, "references are expanded")
    equal(made.closed_flag, False, "closed")
    seen["ticket"] = made.id


@step("read and find the ticket")
def _():
    equal(seen["api"].service.tickets.id(seen["ticket"]).get().summary, "Backup failed on SRV01", "summary")
    found = seen["api"].service.tickets.get(params={"conditions": 'externalXRef="foreign:pyconnectwise"'})
    equal([ticket.id for ticket in found], [seen["ticket"]], "found by its reference")


@step("add and list notes")
def _():
    notes = seen["api"].service.tickets.id(seen["ticket"]).notes
    note = notes.post({"text": "Third attempt.", "internalAnalysisFlag": True})
    equal(note.internal_analysis_flag, True, "internal")
    texts = [found.text for found in notes.get()]
    equal(texts, ["The network path was not found.", "Third attempt."], "notes")


@step("close the ticket")
def _():
    status = [{"op": "replace", "path": "status", "value": {"id": seen["closed"]}}]
    closed = seen["api"].service.tickets.id(seen["ticket"]).patch(status)
    equal((closed.status.id, closed.closed_flag), (seen["closed"], True), "status")
    expect(closed.closed_date, "the date of closing")


@step("agreements and their types")
def _():
    agreements = seen["api"].finance.agreements
    params = {"conditions": f"company/id={seen['company']} and cancelledFlag=false", "orderBy": "id asc"}
    agreement = agreements.get(params=params)[0]
    equal(agreements.id(agreement.id).get().name, agreement.name, "name")
    expect(seen["api"].finance.agreements.types.get(), "types")
    seen["agreement"] = agreement


@step("catalogue")
def _():
    params = {"conditions": 'inactiveFlag=false and productClass="Agreement"', "orderBy": "identifier asc"}
    items = seen["api"].procurement.catalog.get(params=params)
    expect(all(item.product_class == "Agreement" and not item.inactive_flag for item in items), "others than asked for")
    seen["item"] = items[0]


@step("additions: add, change, cancel")
def _():
    additions = seen["api"].finance.agreements.id(seen["agreement"].id).additions
    before = additions.count.get().count
    day = seen["agreement"].next_invoice_date.strftime("%Y-%m-%dT00:00:00Z")
    made = additions.post(
        {
            "product": {"identifier": seen["item"].identifier},
            "billCustomer": "Billable",
            "quantity": 12,
            "unitPrice": 22.05,
            "effectiveDate": day,
        }
    )
    equal((made.quantity, made.unit_price, made.ext_price), (12, 22.05, 264.6), "money")
    changed = additions.id(made.id).patch([{"op": "replace", "path": "/quantity", "value": 13}])
    equal((changed.quantity, changed.unit_price), (13, 22.05), "quantity")
    ended = additions.id(made.id).patch([{"op": "replace", "path": "cancelledDate", "value": day}])
    expect(ended.cancelled_date, "the day of the end")
    listed = additions.get(params={"conditions": f"id={made.id}"})
    equal([addition.id for addition in listed], [made.id], "listed")
    equal(additions.count.get().count, before + 1, "additions")
    additions.id(made.id).delete()
    refused(NotFoundException, additions.id(made.id).get)


@step("members")
def _():
    expect(all(member.identifier for member in seen["api"].system.members.get()), "identifiers")


@step("configurations")
def _():
    configurations = seen["api"].company.configurations
    kind = configurations.types.get()[0].id
    made = configurations.post(
        {"name": "SRV01", "type": {"id": kind}, "company": {"id": seen["company"]}, "deviceIdentifier": "py-srv01"}
    )
    found = configurations.get(params={"conditions": 'deviceIdentifier="py-srv01"'})
    equal([configuration.id for configuration in found], [made.id], "found by its device")
    linked = seen["api"].service.tickets.id(seen["ticket"]).configurations.post({"id": made.id})
    equal(linked.id, made.id, "linked")


@step("callbacks")
def _():
    callbacks = seen["api"].system.callbacks
    entry = {"url": "https://example.com/py?recordId=", "objectId": 1, "type": "ticket", "level": "owner"}
    made = callbacks.post(dict(entry))
    equal(made.inactive_flag, False, "inactive")
    refused(ObjectExistsError, lambda: callbacks.post(dict(entry)), "A matching callback entry already exists")
    callbacks.id(made.id).delete()
    refused(NotFoundException, callbacks.id(made.id).get)


@step("errors")
def _():
    api = seen["api"]
    refused(AuthenticationFailedException, connect(private="wrong").system.info.get, "Unauthorized")
    refused(NotFoundException, api.company.companies.id(999999).get, "404")
    wrong = refused(MalformedRequestException, lambda: api.service.tickets.post({"summary": "No company"}))
    expect("InvalidObject" in wrong.details() and "MissingRequiredField" in wrong.details(), wrong.details())
    unknown = refused(MalformedRequestException, lambda: api.service.tickets.post({"sumary": "x"}))
    expect("Could not find member 'sumary'" in unknown.details(), unknown.details())
    refused(MalformedRequestException, lambda: api.service.tickets.get(params={"conditions": "summary like"}))


step.finish()
