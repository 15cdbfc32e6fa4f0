#!/usr/bin/env python3
"""Compares what a client and the simulator say to each other with the vendor's description.

Stands between the two until it is stopped by SIGTERM or Ctrl-C, or reads what the simulator has recorded. Prints every
distinct finding once, with an example and how often it was seen. Exit status 1 when there are findings.
"""

import json
import sys
import threading
from collections import Counter

import relay
from checks import findings
from description import Description


class Watcher:
    """Counts exchanges and keeps the first example of each finding."""

    def __init__(self, description):
        self.description = description
        self.lock = threading.Lock()
        self.exchanges = 0
        self.examples = {}
        self.counts = Counter()

    def __call__(self, exchange):
        found = list(findings(self.description, exchange))
        with self.lock:
            self.exchanges += 1
            for finding, example in found:
                self.examples.setdefault(finding, example)
                self.counts[finding] += 1

    def report(self):
        for finding in sorted(self.examples):
            example = self.examples[finding]
            shown = example.decode(errors="replace") if isinstance(example, bytes) else json.dumps(example, ensure_ascii=False)
            member = f" {finding.member}" if finding.member else ""
            print(f"{finding.operation}: {finding.side}{member} {finding.rule}, {self.counts[finding]} times: {shown[:160]}")
        print(f"exchanges {self.exchanges}, findings {len(self.examples)}")
        return bool(self.examples)


def recorded(file):
    """The exchanges that the simulator wrote to a file, one a line."""
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            yield relay.Exchange(
                method=said["method"],
                path=said["path"],
                query=said["query"],
                body=said["body"].encode(),
                status=said["status"],
                content_type=said["contentType"],
                answer=said["answer"].encode(),
            )


def main():
    parser = relay.arguments(__doc__.splitlines()[0])
    parser.add_argument("spec", help="the vendor's OpenAPI 3.0 file")
    parser.add_argument("--exchanges", help="a file of recorded exchanges; nothing is relayed then")
    given = parser.parse_args()
    watcher = Watcher(Description(given.spec))
    if given.exchanges:
        for exchange in recorded(given.exchanges):
            watcher(exchange)
        return watcher.report()
    if not given.upstream:
        parser.error("either --upstream or --exchanges is needed")
    relay.serve(relay.Relay(given.listen, given.upstream, given.certificate, given.key, watcher))
    return watcher.report()


if __name__ == "__main__":
    sys.exit(main())
