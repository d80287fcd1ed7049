"""The OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alpheus.web.access.roles import Permission
from web.programs import Api

BOUNDS = {"maxLength", "maxItems", "maximum", "enum", "$ref", "const", "pattern"}


def _document(api: Api) -> Any:
    answer = api.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def _operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_it_is_one_of_openapi_and_loads_nothing(api: Api) -> None:
    """No page shows it: such pages load script from elsewhere."""
    found = _document(api)
    assert found["openapi"].startswith("3.1")
    assert api.client.get("/schema").status_code == 404
    assert api.client.get("/api/v1/docs").status_code == 404


def test_every_route_says_what_it_is_and_whom_it_is_for(api: Api) -> None:
    """With a name, a sentence, a permission, and every problem that may come."""
    for path, method, operation in _operations(_document(api)):
        assert operation["operationId"], path
        assert operation["summary"].endswith("."), path
        assert operation["x-permission"] in set(Permission), path
        assert {"400", "401", "403", "404", "413", "422", "429"} <= set(operation["responses"]), (
            path
        )
        changes = {"409", "415"}
        assert (method == "get") != (changes <= set(operation["responses"])), path


def test_every_parameter_has_a_bound(api: Api) -> None:
    """Nothing of any size is read; the same holds for what stands in bodies."""
    found = _document(api)
    for path, _, operation in _operations(found):
        for parameter in operation.get("parameters", ()):
            _check_bounds(parameter["schema"], f"{path} {parameter['name']}")
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if name := content["schema"].get("$ref", "").rpartition("/")[2]:
                for field, schema in found["components"]["schemas"][name]["properties"].items():
                    _check_bounds(schema, f"{name}.{field}")


def _check_bounds(schema: Any, where: str) -> None:
    choices = schema.get("anyOf") or schema.get("oneOf")
    for one in choices or [schema]:
        if one.get("type") not in {"boolean", "null"}:
            assert BOUNDS & set(one), where
        if one.get("type") == "array":
            _check_bounds(one["items"], f"{where}[]")


def test_every_struct_says_what_it_is(api: Api) -> None:
    """By its first sentence."""
    for name, schema in _document(api)["components"]["schemas"].items():
        assert schema.get("description"), name


def test_all_parts_are_there(api: Api) -> None:
    """Each reference leads to something."""
    found = _document(api)
    text = str(found)
    for kind in ("schemas", "responses"):
        for name in found["components"][kind]:
            assert f"#/components/{kind}/{name}'" in text, name
