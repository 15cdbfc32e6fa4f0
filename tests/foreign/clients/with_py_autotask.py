"""The steps through py-autotask, which posts its queries and reads answers into models.

It looks for zones at the vendor's alone, changes records at addresses that the vendor does not have, and pages by
numbers: these are left out.
"""

import os

from py_autotask import AutotaskClient
from py_autotask.exceptions import AutotaskError

from steps import Steps, equal, expect, refused

step = Steps()
client = AutotaskClient.create(
    username="bridge@training.example",
    integration_code="PSABRIDGE0TRAINING000000001",
    secret="secret",
    api_url=f"{os.environ['FOREIGN_AUTOTASK']}/ATServicesRest",
)
CONTOSO = 174


@step("one company and nothing")
def _():
    equal(client.get("Companies", 0)["companyName"], "Training MSP", "the provider")
    equal(client.get("Companies", CONTOSO)["isActive"], True, "a customer")


@step("a query with a model for its page")
def _():
    found = client.query("Companies", {"filter": [{"op": "contains", "field": "companyName", "value": "dental"}]})
    equal([each["id"] for each in found.items], [CONTOSO], "companies")
    equal(found.page_details.next_page_url, None, "the next page")


@step("a count")
def _():
    count = client.count("Contacts", {"filter": [{"op": "eq", "field": "companyID", "value": CONTOSO}]})
    expect(count > 0, "the company has contacts")


@step("metadata")
def _():
    fields = client.get_field_info("Tickets")["fields"]
    expect(any(field["name"] == "status" and field["isPickList"] for field in fields), "status is a picklist")
    equal(client.get_entity_info("Tickets")["info"]["canCreate"], True, "tickets can be created")


@step("a ticket with a note")
def _():
    made = client.create_entity("Tickets", {"companyID": CONTOSO, "title": "Backup", "status": 1, "priority": 2})
    note = {"title": "t", "description": "d", "noteType": 1, "publish": 1}
    noted = client.create_child_entity("Tickets", made.item_id, "Notes", note)
    equal(client.get("TicketNotes", noted.item_id)["ticketID"], made.item_id, "the note's ticket")


@step("a child is deleted below its parent")
def _():
    person = {"firstName": "Eve", "lastName": "Example", "isActive": 1}
    made = client.create_child_entity("Companies", CONTOSO, "Contacts", person)
    client.delete_child_entity("Companies", CONTOSO, "Contacts", made.item_id)
    equal(client.count("Contacts", {"filter": [{"op": "eq", "field": "id", "value": made.item_id}]}), 0, "contacts")


@step("a wrong secret")
def _():
    wrong = AutotaskClient.create(
        username="bridge@training.example",
        integration_code="PSABRIDGE0TRAINING000000001",
        secret="wrong",
        api_url=f"{os.environ['FOREIGN_AUTOTASK']}/ATServicesRest",
    )
    refused(AutotaskError, lambda: wrong.get("Companies", 0))


step.finish()
