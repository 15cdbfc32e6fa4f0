"""What the Python clients share: where the simulator is, and steps that are counted."""

import os
import traceback

HOST = os.environ["FOREIGN_HOST"]
URL = f"https://{HOST}"
COMPANY = "training"
PUBLIC = "public"
PRIVATE = "private"
CLIENT_ID = "7f1c9f0e-5a52-4a43-9c1b-0d7f4d3c2b1a"


class Steps:
    """Runs steps in their order. A step that fails is told with its reason; the next ones run all the same."""

    def __init__(self):
        self.run = 0
        self.passed = 0

    def __call__(self, name):
        def decide(step):
            self.run += 1
            try:
                step()
            except Exception as error:  # whatever a client raises is a step that failed, and is told
                where = traceback.extract_tb(error.__traceback__)[-1]
                reason = " ".join(f"{type(error).__name__}: {error}".split())
                print(f"  FAILED {name}: {reason[:400]} ({os.path.basename(where.filename)}:{where.lineno})")
            else:
                self.passed += 1
                print(f"  ok     {name}")
            return step

        return decide

    def finish(self):
        """Ends the program; the caller reads the last line."""
        print(f"{self.run} {self.passed}")
        raise SystemExit(0 if self.run == self.passed else 1)


def expect(condition, what):
    """Fails the step unless the condition holds."""
    if not condition:
        raise AssertionError(what)


def equal(found, expected, what):
    expect(found == expected, f"{what}: {found!r} instead of {expected!r}")


def refused(kind, call, *parts):
    """Fails the step unless the call raises this exception with all of these texts in it."""
    try:
        answer = call()
    except kind as error:
        told = f"{error} {getattr(error, 'details', '')} {getattr(error, 'response_data', '')}"
        for part in parts:
            expect(part in told, f"{part!r} is not in {told!r}")
        return error
    raise AssertionError(f"answered with {answer!r} instead of {kind.__name__}")
