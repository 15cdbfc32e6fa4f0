"""Where the vendor's description says less or other than its servers do, each with its reason.

What is listed here is not a finding.
"""

import re

# Beginnings of paths without their base, for any method; a key's path begins with its codebase.
PATHS = [
    (r"/simulator/", "the simulator's own control endpoints"),
    (r"/login/companyinfo/", "discovery lies outside the described API; the developer guide has it"),
    (r"/\w+//system/callbackkey/", "the key of a callback's signature lies outside the described API; the developer guide has it"),
    (r"/service/info/", "the light lists are described in other files of the vendor than the subset this was written with"),
    (r"/system/info/members", "a light list, as above"),
    (r"/system/bundles", "described in other files of the vendor, as above"),
]

# Operation, member and rule as regular expressions on what a finding shows.
MEMBERS = [
    (r"", r"errors", r"type", "the developer guide shows refusals with `errors: null`"),
    (r"", r"\?(recordId|recordType)", r"", "connectpyse sends both with every list; the server ignores what it does not know"),
    (r"error 429", r"(error|code)", r"", "the developer guide shows this refusal with `error` in the place of `code`"),
]


def path_is_known(path):
    return any(re.match(known, path, re.IGNORECASE) for known, _ in PATHS)


def member_is_known(operation, member, rule):
    return any(
        re.search(where, operation) and re.fullmatch(what, member) and re.search(how, rule)
        for where, what, how, _ in MEMBERS
    )
