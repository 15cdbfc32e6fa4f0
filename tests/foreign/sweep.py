"""Reads every list, record and count that the vendor's description has, so that the validator sees all that is served.

What the simulator does not serve is named and is no failure: it serves what it is needed for.
"""

import os
import re
import sys
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).parent / "clients"))

from description import Description
from steps import CLIENT_ID, COMPANY, PRIVATE, PUBLIC, URL, Steps, equal, expect

session = requests.Session()
session.auth = (f"{COMPANY}+{PUBLIC}", PRIVATE)
session.headers["clientId"] = CLIENT_ID
step = Steps()
lists = {}
unserved = []
empty = []


def get(path, **query):
    """What is answered, `None` when the path is not served."""
    answer = session.get(f"{URL}/v4_6_release/apis/3.0{path}", params=query, timeout=30)
    body = answer.json()
    if answer.status_code in (404, 405) and body.get("code") == "ConnectWiseApi":
        return None
    equal(answer.status_code, 200, f"GET {path}: {answer.text}")
    return body


def parents(template):
    """The path with the ids of the records that it may hang on, of the first twenty."""
    holder, _, rest = template.partition("/{parentId}")
    if not rest:
        return [template]
    return [f"{holder}/{record['id']}{rest}" for record in lists.get(holder.rstrip("/").lower(), [])[:20]]


def sweep(operation):
    template = operation.template
    answers = [get(path, pageSize=1000) for path in parents(template)]
    found = [record for answer in answers if isinstance(answer, list) for record in answer]
    lists[template.rstrip("/").lower()] = found
    if operation.answers[200].get("type") != "array":
        return
    for path, answer in zip(parents(template), answers):
        count = get(f"{path.rstrip('/')}/count")
        if count is not None:
            equal(count["count"], len(answer), f"count of {path}")
        for record in answer[:3]:
            one = get(f"{path.rstrip('/')}/{record['id']}")
            expect(one is None or one["id"] == record["id"], f"{path}/{record['id']}")


description = Description(os.environ["FOREIGN_SPEC"])
reading = [operation for operation in description.operations.values() if operation.method == "GET"]
# Parents before what hangs on them.
for operation in sorted(reading, key=lambda each: (each.template.count("{"), each.template)):
    if re.search(r"/(count|\{id\})$", operation.template):
        continue
    first = next(iter(parents(operation.template)), None)
    if first is None:
        empty.append(operation.template)
    elif get(first) is None:
        unserved.append(operation.template)
    else:
        step(operation.template)(lambda: sweep(operation))
print(f"  not served: {', '.join(unserved) or 'nothing'}")
print(f"  nothing to read it of: {', '.join(empty) or 'nothing'}")
step.finish()
