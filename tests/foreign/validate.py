#!/usr/bin/env python3
"""Stands between a client and the simulator and compares what they say with the vendor's description.

Prints every distinct finding once, with an example and how often it was seen, when it is stopped by SIGTERM or Ctrl-C.
Exit status 1 when there are findings.
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


def main():
    parser = relay.arguments(__doc__.splitlines()[0])
    parser.add_argument("spec", help="the vendor's OpenAPI 3.0 file")
    given = parser.parse_args()
    watcher = Watcher(Description(given.spec))
    relay.serve(relay.Relay(given.listen, given.upstream, given.certificate, given.key, watcher))
    return watcher.report()


if __name__ == "__main__":
    sys.exit(main())
