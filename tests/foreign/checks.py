"""What is checked of an exchange: the request and the answer against the vendor's description."""

import json
import re
from typing import NamedTuple
from urllib.parse import parse_qsl

import gaps
from description import TIME, reference

BASE = re.compile(r"/[^/]+/apis/3\.0(?=/)", re.IGNORECASE)
MEDIA = "application/vnd.connectwise.com+json"
LOOKS_LIKE_A_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")


class Finding(NamedTuple):
    """One thing that is not as described. Equal findings are told once."""

    operation: str
    side: str
    member: str
    rule: str


def findings(description, exchange):
    """Pairs of a finding and an example of it."""
    base = BASE.match(exchange.path)
    path = exchange.path[base.end():] if base else exchange.path
    if gaps.path_is_known(path):
        return
    if exchange.status >= 400:
        # What was refused need not be as described; only how it was refused is looked at.
        yield from refusal(description, exchange)
        return
    operation = description.find(exchange.method, path)
    if operation is None:
        yield Finding(f"{exchange.method} {re.sub(r'[0-9]+', '{id}', path)}", "request", "", "is not described"), path
        return
    try:
        found = [*request(description, operation, exchange), *answer(description, operation, exchange)]
    except json.JSONDecodeError as error:
        found = [(Finding(str(operation), "a body", "", "is not JSON"), str(error))]
    yield from (each for each in found if not gaps.member_is_known(str(operation), each[0].member, each[0].rule))


def request(description, operation, exchange):
    for name, value in parse_qsl(exchange.query, keep_blank_values=True):
        if name.lower() not in operation.parameters:
            yield Finding(str(operation), "request", f"?{name}", "parameter is not described"), value
        elif name.lower() == "fields":
            yield from projection(description, operation, value)
    if not exchange.body:
        if operation.body is not None:
            yield Finding(str(operation), "request", "", "has no body"), ""
        return
    if operation.body is None:
        yield Finding(str(operation), "request", "", "body is not described"), exchange.body[:80].decode(errors="replace")
        return
    body = without_nulls(json.loads(exchange.body))
    yield from compare(description.validator(operation.body), body, operation, "request")
    if exchange.method == "PATCH" and isinstance(body, list):
        yield from patch(description, operation, body)


def projection(description, operation, names):
    model = operation.answers.get(200) or operation.answers.get(201)
    for name in names.split(","):
        if model and description.member(model.get("items", model), name.strip()) is None:
            yield Finding(str(operation), "request", "?fields", f"{name.strip()} is not described"), names


def patch(description, operation, steps):
    model = operation.answers.get(200)
    for step in steps:
        path = re.sub(r"[0-9]+", "0", step.get("path", "").strip("/"))
        schema = description.member(model, path)
        if schema is None:
            yield Finding(str(operation), "request", path, "patched member is not described"), step
        elif step.get("op") != "remove" and "value" in step:
            found = compare(description.validator(schema, required=False), step["value"], operation, "request")
            yield from ((each._replace(member=f"{path}.{each.member}".strip(".")), example) for each, example in found)


def answer(description, operation, exchange):
    if exchange.status not in operation.answers:
        yield Finding(str(operation), "answer", "", f"status {exchange.status} is not described"), exchange.answer[:80]
        return
    schema = operation.answers[exchange.status]
    if schema is None:
        if exchange.answer:
            yield Finding(str(operation), "answer", "", "has a body"), exchange.answer[:80]
        return
    if exchange.content_type.split(";")[0].strip() != MEDIA:
        yield Finding(str(operation), "answer", "Content-Type", "is another"), exchange.content_type
    # A projection leaves members out, required ones too.
    whole = not any(name.lower() == "fields" for name, _ in parse_qsl(exchange.query))
    body = json.loads(exchange.answer)
    yield from compare(description.validator(schema, required=whole), body, operation, "answer")


def refusal(description, exchange):
    if "json" not in exchange.content_type:
        return
    operation = f"error {exchange.status}"
    validator = description.validator(reference("ErrorResponseMessage"))
    try:
        body = json.loads(exchange.answer)
    except json.JSONDecodeError as error:
        yield Finding(operation, "answer", "", "is not JSON"), str(error)
        return
    for found, example in compare(validator, body, operation, "answer"):
        if not gaps.member_is_known(operation, found.member, found.rule):
            yield found, example


def compare(validator, body, operation, side):
    for error in validator.iter_errors(body):
        where = list(error.absolute_path)
        if error.validator == "additionalProperties":
            for name in sorted(set(error.instance) - set(error.schema.get("properties", {}))):
                found = Finding(str(operation), side, member_path([*where, name]), "is not described")
                yield found, error.instance[name]
        elif error.validator == "required":
            for name in sorted(set(error.validator_value) - set(error.instance)):
                found = Finding(str(operation), side, member_path([*where, name]), "is required and missing")
                yield found, sorted(error.instance)
        else:
            found = Finding(str(operation), side, member_path(where), f"{error.validator} {error.validator_value}")
            yield found, error.instance
    for path, text in texts(body):
        if LOOKS_LIKE_A_TIME.match(text) and not TIME.fullmatch(text):
            yield Finding(str(operation), side, member_path(path), "is not yyyy-MM-ddTHH:mm:ssZ"), text


def member_path(parts):
    return ".".join("[]" if isinstance(part, int) else str(part) for part in parts).replace(".[]", "[]").removeprefix("[].")


def texts(value, path=()):
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, index))


def without_nulls(value):
    """The server reads a null member of a body as one that was left out, and several clients send them."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value
