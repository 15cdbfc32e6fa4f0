"""The vendor's description of its API, an OpenAPI 3.0 file, made ready to check messages with.

The file is the vendor's: it is read from where it lies and kept nowhere.
"""

import json
import re
from dataclasses import dataclass

import jsonschema

# The one form of instants: UTC, whole seconds.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FORMATS = jsonschema.FormatChecker(formats=())
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or TIME.fullmatch(value))

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    template: str
    parameters: frozenset
    body: dict | None
    answers: dict

    def __str__(self):
        return f"{self.method} {self.template}"


class Description:
    """Finds the operation of a request and the schema of a model."""

    def __init__(self, file):
        with open(file, encoding="utf-8") as opened:
            document = json.load(opened)
        self.schemas = {name: strict(schema) for name, schema in document["components"]["schemas"].items()}
        self.lenient = {name: strict(schema, required=False) for name, schema in document["components"]["schemas"].items()}
        self.operations = {}
        for template, methods in document["paths"].items():
            parts = tuple(part.lower() for part in template.strip("/").split("/"))
            shared = methods.get("parameters", [])
            for method in METHODS:
                if method in methods:
                    self.operations[method, parts] = operation(method, template, methods[method], shared)
        self._add_what_every_list_has()

    def _add_what_every_list_has(self):
        """A file that holds a part of the API may leave out a list's count and single record, which every list has."""
        for (method, parts), known in list(self.operations.items()):
            schema = known.answers.get(200)
            if method != "get" or not schema or schema.get("type") != "array":
                continue
            filters = frozenset({"conditions", "childconditions", "customfieldconditions"})
            count = Operation("GET", f"{known.template.rstrip('/')}/count", filters, None, {200: reference("Count")})
            self.operations.setdefault((method, (*parts, "count")), count)
            one = Operation("GET", f"{known.template.rstrip('/')}/{{id}}", frozenset({"fields"}), None, {200: schema["items"]})
            self.operations.setdefault((method, (*parts, "{id}")), one)

    def find(self, method, path):
        """The operation of a request; a literal part goes before a parameter, and capitals do not matter."""
        parts = [part for part in path.lower().split("/") if part]
        found = [
            (sum(part.startswith("{") for part in template), known)
            for (verb, template), known in self.operations.items()
            if verb == method.lower() and len(template) == len(parts) and all(map(part_fits, template, parts))
        ]
        return min(found, key=lambda each: each[0])[1] if found else None

    def validator(self, schema, required=True):
        """A validator of a schema whose references lead into this description."""
        models = self.schemas if required else self.lenient
        document = {**strict(schema, required), "components": {"schemas": models}}
        return jsonschema.Draft202012Validator(document, format_checker=FORMATS)

    def member(self, schema, path):
        """The schema of the member that a patch's path leads to, `None` when the model lacks it."""
        for part in path.strip("/").split("/"):
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
            if part.isdigit() and "items" in schema:
                schema = schema["items"]
            elif part in schema.get("properties", {}):
                schema = schema["properties"][part]
            else:
                return None
        return schema


def reference(model):
    return {"$ref": f"#/components/schemas/{model}"}


def part_fits(template, part):
    # Ids are numbers, or GUIDs as in a key's address.
    return template == part or (template.startswith("{") and part[:1].isdigit())


def operation(method, template, found, shared):
    parameters = [each for each in [*shared, *found.get("parameters", [])] if each.get("in") == "query"]
    content = found.get("requestBody", {}).get("content", {})
    answers = {
        int(status): next((each.get("schema") for each in answer.get("content", {}).values()), None)
        for status, answer in found.get("responses", {}).items()
        if status.isdigit()
    }
    return Operation(
        method.upper(),
        template,
        frozenset(each["name"].lower() for each in parameters),
        next((each.get("schema") for each in content.values()), None),
        answers,
    )


def strict(schema, required=True):
    """An OpenAPI 3.0 schema as a JSON schema that knows null and refuses members it does not name."""
    if isinstance(schema, list):
        return [strict(each, required) for each in schema]
    if not isinstance(schema, dict):
        return schema
    out = {}
    for name, value in schema.items():
        if name == "properties":
            out[name] = {member: strict(kind, required) for member, kind in value.items()}
        elif name == "required" and not required:
            continue
        else:
            out[name] = strict(value, required) if isinstance(value, (dict, list)) else value
    if schema.get("nullable") and "type" in schema:
        out["type"] = [schema["type"], "null"]
        if "enum" in schema:
            out["enum"] = [*schema["enum"], None]
    # Said by the type from now on, so that a schema can pass here again.
    out.pop("nullable", None)
    if "properties" in schema:
        out.setdefault("additionalProperties", False)
    return out
