"""How does a drawn description become one that people read? Pure: a document in, a document out.

The framework writes every problem out at every status and every default in full; told once
and referred to, the description is a third as long and says the same.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final

from lianxin.ground.web.problem import MEDIA_TYPE

_METHODS: Final = ("get", "post")
_SILENT: Final = ("deprecated", "allowEmptyValue", "allowReserved")
Json = dict[str, Any]


def tidied(document: Json, closed: Collection[str]) -> Json:
    """Return the description in its order of reading; `closed`: schemas that take no unknown field."""
    problems: Json = {}
    for operation in _operations(document):
        _summarised(operation)
        for parameter in operation.get("parameters", ()):
            _plain_parameter(parameter)
        for status, response in operation["responses"].items():
            _plain_headers(response)
            if MEDIA_TYPE in response.get("content", {}):
                problems[f"Problem{status}"] = response
                operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
        operation.pop("deprecated", None)
    schemas = document["components"]["schemas"]
    for name in closed:
        schemas[name]["additionalProperties"] = False
    _with_tuples(schemas)
    components = {**document["components"], "responses": dict(sorted(problems.items())), "schemas": _sorted(schemas)}
    first = ("openapi", "info", "servers", "security", "tags", "paths")
    return {name: document[name] for name in first} | {"components": components}


def _operations(document: Json) -> Iterator[Json]:
    for path in document["paths"].values():
        for method in _METHODS:
            if method in path:
                yield path[method]


def _summarised(operation: Json) -> None:
    """Let the first sentence of the handler's docstring be the summary."""
    text = " ".join(operation.get("description", "").split())
    first, stop, rest = text.partition(". ")
    operation["summary"] = first.removesuffix(".")
    if stop:
        operation["description"] = rest
    else:
        operation.pop("description", None)


def _plain_parameter(parameter: Json) -> None:
    """Leave out defaults of OpenAPI that are written out; a parameter that is not given is left out, never null."""
    for name in _SILENT:
        if parameter.get(name) is False:
            del parameter[name]
    schema = parameter["schema"]
    schema.pop("description", None)
    choices = [choice for choice in schema.get("oneOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del schema["oneOf"]
        schema.update({**choices[0], **schema})


def _plain_headers(response: Json) -> None:
    headers = {
        name: {key: value for key, value in header.items() if value is not False}
        for name, header in response.pop("headers", {}).items()
    }
    if headers:
        response["headers"] = {name: {**header, "schema": {"type": "string"}} for name, header in headers.items()}


def _with_tuples(schema: Any) -> None:
    """Tell a tuple as an array of so many of either: programs that write clients do not know `prefixItems`."""
    if isinstance(schema, list | tuple):
        for one in schema:
            _with_tuples(one)
    elif isinstance(schema, dict):
        if parts := schema.pop("prefixItems", ()):
            schema |= {"items": {"anyOf": list(parts)}, "minItems": len(parts), "maxItems": len(parts)}
        for one in schema.values():
            _with_tuples(one)


def _sorted(schemas: Json) -> Json:
    return {name: schemas[name] for name in sorted(schemas)}
