"""What the validator finds, and what it does not, with a small description of an imagined API."""

import json
import tempfile
import unittest

from checks import findings
from description import Description
from relay import Exchange

JSON = "application/vnd.connectwise.com+json; version=2025.1"
LAMP = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "maxLength": 5},
        "colour": {"type": "string", "enum": ["Red", "Green"], "nullable": True},
        "lit": {"type": "string", "format": "date-time"},
        "room": {"$ref": "#/components/schemas/Room"},
        "_info": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
SCHEMAS = {
    "Lamp": LAMP,
    "Room": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
    "Count": {"type": "object", "properties": {"count": {"type": "integer"}}},
    "ErrorResponseMessage": {
        "type": "object",
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "errors": {"type": "array"}},
    },
}


def model(name, many=False):
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"content": {"application/vnd.connectwise.com+json": {"schema": {"type": "array", "items": schema} if many else schema}}}


def given(*names):
    return [{"in": "query", "name": name} for name in names]


PATHS = {
    "/home/lamps": {
        "get": {"parameters": given("conditions", "fields", "pageSize"), "responses": {"200": model("Lamp", many=True)}},
        "post": {"requestBody": model("Lamp"), "responses": {"201": model("Lamp")}},
    },
    "/home/lamps/{id}": {
        "patch": {
            "requestBody": {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}},
            "responses": {"200": model("Lamp")},
        },
        "delete": {"responses": {"204": {}}},
    },
}


class Checks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"paths": PATHS, "components": {"schemas": SCHEMAS}}, file)
            file.flush()
            cls.description = Description(file.name)

    def found(self, method, path, status, answer=None, body=None, query="", content_type=JSON):
        """Findings in short: the side, the member and the rule."""
        as_bytes = [b"" if value is None else json.dumps(value).encode() for value in (body, answer)]
        exchange = Exchange(method, f"/v4_6_release/apis/3.0{path}", query, as_bytes[0], status, content_type, as_bytes[1])
        return [" ".join(filter(None, found[1:])) for found, _ in findings(self.description, exchange)]

    def test_what_is_as_described_is_no_finding(self):
        lamp = {"id": 1, "name": "Desk", "colour": None, "lit": "2026-01-02T03:04:05Z", "room": {"id": 2}, "_info": {"a": "b"}}
        self.assertEqual(self.found("GET", "/home/Lamps/", 200, [lamp], query="PAGESIZE=5&conditions=id%3D1"), [])
        self.assertEqual(self.found("GET", "/home/lamps", 200, [{"id": 1}], query="fields=id,room/name"), [])
        self.assertEqual(self.found("GET", "/home/lamps/1", 200, lamp), [])
        self.assertEqual(self.found("GET", "/home/lamps/count", 200, {"count": 1}), [])
        self.assertEqual(self.found("POST", "/home/lamps", 201, lamp, body={"name": "Desk", "lit": None}), [])
        self.assertEqual(self.found("DELETE", "/home/lamps/1", 204, content_type="text/plain"), [])
        self.assertEqual(self.found("GET", "/simulator/rights", 200, {}), [])

    def test_members_of_answers(self):
        cases = [
            ({"id": 1}, "answer name is required and missing"),
            ({"name": "Ceiling"}, "answer name maxLength 5"),
            ({"name": "Desk", "watts": 5}, "answer watts is not described"),
            ({"name": "Desk", "room": {"floor": 1}}, "answer room.floor is not described"),
            ({"name": "Desk", "colour": "Blue"}, "answer colour enum ['Red', 'Green', None]"),
            ({"name": "Desk", "id": "1"}, "answer id type integer"),
            ({"name": "Desk", "room": None}, "answer room type object"),
            ({"name": "Desk", "_info": {"a": 1}}, "answer _info.a type string"),
            ({"name": "Desk", "lit": "today"}, "answer lit format date-time"),
        ]
        for lamp, expected in cases:
            self.assertEqual(self.found("GET", "/home/lamps", 200, [lamp]), [expected], lamp)
        fractions = self.found("GET", "/home/lamps", 200, [{"name": "Desk", "_info": {"at": "2026-01-02T03:04:05.6Z"}}])
        self.assertEqual(fractions, ["answer _info.at is not yyyy-MM-ddTHH:mm:ssZ"])

    def test_answers_as_a_whole(self):
        lamp = {"name": "Desk"}
        self.assertEqual(self.found("GET", "/home/stoves", 200, []), ["request is not described"])
        self.assertEqual(self.found("POST", "/home/lamps", 200, lamp, body=lamp), ["answer status 200 is not described"])
        self.assertEqual(self.found("GET", "/home/lamps", 200, [], content_type="text/plain"), ["answer Content-Type is another"])
        self.assertEqual(self.found("DELETE", "/home/lamps/1", 204, lamp), ["answer has a body"])

    def test_requests(self):
        lamp = {"name": "Desk"}
        self.assertEqual(self.found("GET", "/home/lamps", 200, [], query="colour=1"), ["request ?colour parameter is not described"])
        self.assertEqual(self.found("GET", "/home/lamps", 200, [], query="fields=id,watts"), ["request ?fields watts is not described"])
        self.assertEqual(self.found("POST", "/home/lamps", 201, lamp), ["request has no body"])
        self.assertEqual(self.found("POST", "/home/lamps", 201, lamp, body={"name": "Desk", "x": 1}), ["request x is not described"])
        steps = [{"op": "replace", "path": "/room", "value": {"id": "2"}}, {"op": "remove", "path": "watts"}]
        expected = ["request room.id type integer", "request watts patched member is not described"]
        self.assertEqual(self.found("PATCH", "/home/lamps/1", 200, lamp, body=steps), expected)

    def test_refusals(self):
        refusal = {"code": "NotFound", "message": "Lamp 9 not found"}
        self.assertEqual(self.found("GET", "/home/lamps/9", 404, refusal, query="colour=1"), [])
        self.assertEqual(self.found("GET", "/home/lamps", 401, {**refusal, "errors": None}), [])
        self.assertEqual(self.found("GET", "/home/lamps", 429, {"error": "Busy", "message": "Later"}), [])
        self.assertEqual(self.found("GET", "/home/lamps", 400, {"error": "Busy"}), ["answer error is not described"])


if __name__ == "__main__":
    unittest.main()
