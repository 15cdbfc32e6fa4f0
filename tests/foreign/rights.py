"""Gives the simulator's API member every right, so that clients can try everything."""

import json
import sys
from urllib.request import Request, urlopen

address = f"{sys.argv[1]}/simulator/rights"
with urlopen(address) as answer:
    rows = json.load(answer)
for row in rows:
    change = {"module": row["moduleName"], "function": row["moduleFunctionName"]}
    change |= dict.fromkeys(("add", "edit", "delete", "inquire"), "All")
    urlopen(Request(address, json.dumps(change).encode(), method="PUT")).close()
