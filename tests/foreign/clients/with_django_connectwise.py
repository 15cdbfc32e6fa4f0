"""The steps through the API clients of django-connectwise, without its database.

It pins an old model version, checks `null` for an unknown company, and looks the codebase up again after a 404.
"""

import logging

import django
from django.conf import settings

from steps import CLIENT_ID, COMPANY, PRIVATE, PUBLIC, URL, Steps, equal, expect, refused

settings.configure(
    CONNECTWISE_SERVER_URL=URL,
    CONNECTWISE_CLIENTID=CLIENT_ID,
    CONNECTWISE_CREDENTIALS={"company_id": COMPANY, "api_public_key": PUBLIC, "api_private_key": PRIVATE},
)
django.setup()
# The refusals that are asked for would be logged as errors.
logging.disable(logging.CRITICAL)

from djconnectwise import api  # noqa: E402: it reads the settings when it is loaded

step = Steps()
seen = {}


@step("discovery")
def _():
    discovery = api.CompanyInfoManager()
    info = discovery.get_company_info(URL, COMPANY)
    expect(info["Codebase"].endswith("/"), info)
    refused(api.ConnectWiseAPIError, lambda: discovery.get_company_info(URL, "nobody"), "company ID may be unknown")


@step("system info")
def _():
    expect(api.SystemAPIClient().get_connectwise_version().startswith("v"), "a version")


@step("companies by conditions")
def _():
    found = api.CompanyAPIClient().get_companies(conditions=["deletedFlag=False", 'name like "%group%"'])
    expect(found and all("group" in company["name"].lower() for company in found), "a name without the word")


@step("all pages of companies")
def _():
    ids = []
    for page in range(1, 100):
        found = api.CompanyAPIClient().get_companies(page=page, page_size=5, conditions=["deletedFlag=False"])
        ids.extend(company["id"] for company in found)
        if len(found) < 5:
            break
    equal(len(ids), len(set(ids)), "each once")
    seen["company"] = ids[4]
    equal(api.CompanyAPIClient().by_id(ids[4])["id"], ids[4], "id")


@step("company types and statuses")
def _():
    expect(api.CompanyAPIClient().get_company_types(), "types")
    expect(api.CompanyAPIClient().get_company_statuses(), "statuses")


@step("sites of a company")
def _():
    sites = api.CompanyAPIClient().get_company_site(seen["company"])
    expect(any(site["name"] == "Main" for site in sites), sites)


@step("contacts and their communications")
def _():
    contact = api.CompanyAPIClient().get_contacts(conditions=[f"company/id={seen['company']}"])[0]
    equal(api.CompanyAPIClient().get_single_contact(contact["id"])["lastName"], contact["lastName"], "name")
    expect(api.CompanyAPIClient().get_contact_communications(contact["id"]), "communications")
    expect(api.CompanyAPIClient().get_communication_types(), "types")


@step("boards and what hangs on them")
def _():
    service = api.ServiceAPIClient()
    board = service.get_boards()[0]["id"]
    equal(service.get_board(board)["id"], board, "id")
    statuses = service.get_statuses(board)
    seen["board"] = board
    seen["closed"] = next(status["id"] for status in statuses if status["closedStatus"])
    lists = (service.get_types, service.get_subtypes, service.get_items, service.get_teams)
    for read in (*lists, service.get_type_subtype_item_associations):
        expect(read(board), read.__name__)
    expect(service.get_priorities() and service.get_sources(), "priorities and sources")


@step("create a ticket")
def _():
    # What the client's own `create_ticket` sends needs Django's records for its references; this is what lies below it.
    body = {
        "summary": "Backup failed on SQL05",
        "company": {"id": seen["company"]},
        "board": {"id": seen["board"]},
    }
    seen["ticket"] = api.ServiceAPIClient().request("POST", "tickets/", body)["id"]
    equal(api.ServiceAPIClient().get_ticket(seen["ticket"])["summary"], "Backup failed on SQL05", "summary")


@step("find and count tickets")
def _():
    conditions = [f"company/id={seen['company']}", "closedFlag=False"]
    found = api.ServiceAPIClient().get_tickets(conditions=conditions)
    expect(seen["ticket"] in [ticket["id"] for ticket in found], "found")
    equal(api.ServiceAPIClient().tickets_count(conditions=conditions), len(found), "count")


@step("close the ticket")
def _():
    status = api.ServiceAPIClient()._format_patch_body(status={"id": seen["closed"]})
    closed = api.ServiceAPIClient().request("patch", f"tickets/{seen['ticket']}", status)
    equal(closed["closedFlag"], True, "closed")


@step("add and list notes")
def _():
    # The flags that it was not given go out as null.
    made = api.ServiceAPIClient().post_note({"id": seen["ticket"]}, text="Looked at it", analysis_flag=True)
    equal(made["internalAnalysisFlag"], True, "internal")
    equal([note["text"] for note in api.ServiceAPIClient().get_notes(seen["ticket"])], ["Looked at it"], "notes")


@step("agreements and additions")
def _():
    finance = api.FinanceAPIClient()
    agreement = finance.get_agreements(conditions=[f"company/id={seen['company']}"])[0]
    expect(finance.get_agreement_types(), "types")
    finance.fetch_resource(f"agreements/{agreement['id']}/additions", should_page=True)


@step("members")
def _():
    members = api.SystemAPIClient().get_members()
    equal(api.SystemAPIClient().get_member_count()["count"], len(members), "count")


@step("configurations")
def _():
    configurations = api.ConfigurationAPIClient()
    new = {"name": "SQL05", "type": {"id": 1}, "company": {"id": seen["company"]}}
    made = configurations.request("post", configurations.ENDPOINT_CONFIGURATIONS, new)
    expect(configurations.get_configuration_statuses(), "statuses")
    found = configurations.get_configurations(seen["company"], search="SQL05")
    equal([configuration["id"] for configuration in found], [made["id"]], "found")
    service = api.ServiceAPIClient()
    service.create_ticket_configuration(seen["ticket"], made["id"])
    equal([linked["id"] for linked in service.get_ticket_configurations(seen["ticket"])], [made["id"]], "linked")
    service.delete_ticket_configuration(seen["ticket"], made["id"])
    equal(service.get_ticket_configurations(seen["ticket"]), [], "unlinked")


@step("callbacks")
def _():
    system = api.SystemAPIClient()
    entry = {"url": "https://example.com/dj?id=", "objectId": 1, "type": "ticket", "level": "owner", "description": "x"}
    made = system.create_callback(entry)
    refused(api.ConnectWiseAPIClientError, lambda: system.create_callback(entry), "A matching callback entry already exists")
    expect(made["id"] in [callback["id"] for callback in system.get_callbacks()], "listed")
    system.delete_callback(made["id"])
    expect(made["id"] not in [callback["id"] for callback in system.get_callbacks()], "deleted")


@step("errors")
def _():
    wrong = api.SystemAPIClient(api_private_key="wrong")
    refused(api.ConnectWiseAPIClientError, wrong.get_connectwise_version, "Incorrect public/private key")
    refused(api.ConnectWiseRecordNotFoundError, lambda: api.CompanyAPIClient().by_id(999999), "not found")
    empty = {"summary": "", "company": {"id": seen["company"]}}
    post = api.ServiceAPIClient().request
    refused(api.ConnectWiseAPIClientError, lambda: post("post", "tickets/", empty), "The summary field is required")
    refused(api.ConnectWiseRecordNotFoundError, lambda: post("get", "nothing/"), "not found")


step.finish()
