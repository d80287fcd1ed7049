"""The console's tables."""

from alpheus.cases import console_schema as schema


def test_no_secret_has_a_column_of_its_own() -> None:
    """What opens something is kept as a digest."""
    for table in (schema.sessions, schema.invitations, schema.tokens):
        assert "digest" in table.c
        assert not {"secret", "token", "cookie"} & {column.name for column in table.c}
