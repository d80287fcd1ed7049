"""The style sheet and the script."""

from alpheus.web.rendering import static_path
from console import Client


def test_files_may_be_kept_for_ever(client: Client) -> None:
    """Their address changes with their content."""
    answer = client.get(static_path("alpheus.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]


def test_nothing_else_is_served(client: Client) -> None:
    """No way up, no other name."""
    for path in ("/static/x/app.py", "/static/x/..%2f__init__.py", "/static/../app.py"):
        assert client.get(path).status_code == 404
