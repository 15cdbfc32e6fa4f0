"""The requests of our own connector, replayed, so that the validator can judge them.

Each step says which operation of the connector sends it and from which file. The lists of fields are read from
`connectors/src/connectwise/wire.rs`, so that what is asked for here is what the connector asks for.
"""

import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import requests

sys.path.insert(0, str(Path(__file__).parent / "clients"))

from steps import CLIENT_ID, COMPANY, PRIVATE, PUBLIC, URL, Steps, equal, expect

WIRE = Path(__file__).parents[2] / "connectors" / "src" / "connectwise" / "wire.rs"
HEADERS = {
    "Accept": "application/vnd.connectwise.com+json; version=2025.1",
    "clientid": CLIENT_ID,
}
SINCE = "lastUpdated >= [2020-01-01T00:00:00Z]"

step = Steps()
seen = {}


def fields(record):
    """The fields that the connector asks a list of these records for, `None` when it asks for whole records."""
    text = re.sub(r"\\\n\s*", "", WIRE.read_text())
    found = re.search(rf'^    {record}\[(?:Some\("([^"]+)"\)|None)\] \{{', text, re.MULTILINE)
    expect(found, f"{record} is not declared in {WIRE.name}")
    return found[1]


def send(method, path, query=(), body=None, forward_only=False, status=200):
    """One call as `client.rs` builds it."""
    text = "&".join(f"{name}={quote(str(value), safe='-_.~')}" for name, value in query)
    headers = dict(HEADERS, **({"pagination-type": "forward-only"} if forward_only else {}))
    answer = requests.request(
        method,
        f"{URL}/v4_6_release/apis/3.0/{path}" + (f"?{text}" if text else ""),
        auth=(f"{COMPANY}+{PUBLIC}", PRIVATE),
        headers=headers,
        json=body,
        timeout=30,
    )
    equal(answer.status_code, status, f"{method} {path}: {answer.text}")
    return answer


def read(path, record, conditions=None, size=1000):
    """A whole list, page after page by the last id, as `Client::page` reads it."""
    found = []
    after = 0
    while after is not None:
        query = [("pageSize", size), ("pageId", after)]
        if conditions:
            query.append(("conditions", conditions))
        if fields(record):
            query.append(("fields", fields(record)))
        answer = send("GET", path, query, forward_only=True)
        found.extend(answer.json())
        link = answer.headers["Link"]
        expect(not link or 'rel="next"' in link, link)
        after = int(parse_qs(urlsplit(link.split(">")[0]).query)["pageId"][0]) if link else None
    return found


def replace(path, value):
    return [{"op": "replace", "path": path, "value": value}]


@step("verify (discovery.rs, directory.rs)")
def _():
    found = requests.get(f"{URL}/login/companyinfo/{COMPANY}", timeout=30).json()
    expect(found["Codebase"].endswith("/") and found["SiteUrl"], found)
    info = send("GET", "system/info").json()
    expect(info["version"] and info["cloudRegion"] and info["serverTimeZone"], info)


@step("check_rights (rights.rs)")
def _():
    boards = send("GET", "service/info/boards", [("pageSize", 1), ("pageId", 0)], forward_only=True).json()
    lists = ["company/companies", "company/contacts", "service/tickets", "finance/agreements", "procurement/catalog"]
    for path in [f"service/boards/{boards[0]['id']}/statuses", *lists, "procurement/products"]:
        send("GET", path, [("pageSize", 1), ("fields", "id")])


@step("companies, in pages (directory.rs)")
def _():
    companies = read("company/companies", "Company", "deletedFlag=false", size=5)
    ids = [company["id"] for company in companies]
    equal(ids, sorted(set(ids)), "ids in order, each once")
    seen["company"] = ids[0]
    expect(read("company/companies", "Company", f"id={ids[0]} and {SINCE}"), "a company that was changed")


@step("contacts (directory.rs)")
def _():
    contacts = read("company/contacts", "Contact", f"company/id={seen['company']} and {SINCE}")
    expect(contacts[0]["communicationItems"], "communication items")
    seen["contact"] = contacts[0]["id"]


@step("products (directory.rs)")
def _():
    products = read("procurement/catalog", "CatalogItem")
    usable = (item for item in products if item["productClass"] == "Agreement" and not item["inactiveFlag"])
    seen["product"] = next(usable)["id"]
    read("procurement/catalog", "CatalogItem", SINCE)


@step("agreements (agreements.rs)")
def _():
    agreements = read("finance/agreements", "Agreement", f"company/id={seen['company']} and {SINCE}")
    agreement = next(each for each in agreements if not each["cancelledFlag"])
    seen["agreement"] = agreement["id"]
    seen["day"] = f"{agreement['nextInvoiceDate'][:10]}T00:00:00Z"
    send("GET", f"finance/agreements/{agreement['id']}", [("fields", "id")])


@step("set_addition and end_addition (agreements.rs)")
def _():
    path = f"finance/agreements/{seen['agreement']}/additions"
    read(path, "Addition")
    read(path, "Addition", f"product/id={seen['product']}")
    new = {
        "product": {"id": seen["product"]},
        "billCustomer": "Billable",
        "quantity": 12.3456,
        "unitPrice": 0.05,
        "unitCost": 0.01,
        "invoiceDescription": "Managed Backup: 12.3456 GB",
        "effectiveDate": seen["day"],
    }
    made = send("POST", path, body=new, status=201).json()
    one = f"{path}/{made['id']}"
    equal(send("GET", one).json()["quantity"], 12.3456, "quantity")
    changes = [replace("quantity", 13), replace("unitPrice", 0.06), replace("unitCost", 0.02)]
    changes.append(replace("invoiceDescription", "Managed Backup: 13 GB"))
    send("PATCH", one, body=[each for change in changes for each in change])
    equal(send("GET", one).json()["quantity"], 13, "quantity")
    send("PATCH", one, body=replace("cancelledDate", seen["day"]))
    equal(send("GET", one).json()["cancelledDate"], seen["day"], "end")


@step("boards and choices (tickets.rs, routing.rs)")
def _():
    boards = read("service/info/boards", "BoardInfo")
    seen["board"] = boards[0]["id"]
    of_board = f"service/boards/{seen['board']}"
    statuses = read(f"{of_board}/statuses", "BoardStatus")
    seen["open"] = next(each["id"] for each in statuses if each["defaultFlag"])
    seen["closed"] = next(each["id"] for each in statuses if each["closedStatus"])
    lists = [f"{of_board}/types", f"{of_board}/subtypes", f"{of_board}/items", f"{of_board}/teams"]
    for path in [*lists, "service/priorities", "service/sources"]:
        choices = read(path, "Choice")
        expect(choices and all(each["name"] for each in choices), f"{path}: {choices}")
        seen[path.rsplit("/", 1)[1]] = choices[0]["id"]
    read(f"{of_board}/typeSubTypeItemAssociations", "Association")


@step("create_ticket and find_tickets (tickets.rs)")
def _():
    new = {
        "summary": "Backup failed on SRV01",
        "initialDescription": "The network path was not found.",
        "externalXRef": "PB:replayed",
        "company": {"id": seen["company"]},
        "contact": {"id": seen["contact"]},
        "board": {"id": seen["board"]},
        "status": {"id": seen["open"]},
        "type": {"id": seen["types"]},
        "priority": {"id": seen["priorities"]},
        "source": {"id": seen["sources"]},
        "team": {"id": seen["teams"]},
    }
    seen["ticket"] = send("POST", "service/tickets", body=new, status=201).json()["id"]
    found = read("service/tickets", "Ticket", 'externalXRef="PB:replayed"')
    equal([ticket["id"] for ticket in found], [seen["ticket"]], "found by its key")


@step("add_note and find_notes (tickets.rs)")
def _():
    path = f"service/tickets/{seen['ticket']}/notes"
    marked = "It failed again.\n\n[psa-bridge: PB:note]"
    for flag in ("detailDescriptionFlag", "internalAnalysisFlag"):
        send("POST", path, body={"text": marked, flag: True}, status=201)
    equal(sum(note["text"] == marked for note in read(path, "Note")), 2, "marked notes")


@step("set_ticket_status and set_ticket_field (tickets.rs)")
def _():
    path = f"service/tickets/{seen['ticket']}"
    equal(send("GET", path).json()["closedFlag"], False, "closed")
    equal(send("PATCH", path, body=replace("status", {"id": seen["closed"]})).json()["closedFlag"], True, "closed")
    equal(send("PATCH", path, body=replace("status", {"id": seen["open"]})).json()["closedFlag"], False, "closed")
    send("PATCH", path, body=replace("priority", {"id": seen["priorities"]}))


@step("tickets_changed_since (tickets.rs)")
def _():
    conditions = f'company/id={seen["company"]} and externalXRef like "PB:*" and {SINCE}'
    found = read("service/tickets", "Ticket", conditions)
    equal([ticket["id"] for ticket in found], [seen["ticket"]], "tickets of ours")


step.finish()
