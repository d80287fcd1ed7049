"""What permissions are called, in every language."""

from alpheus.web.access.role_words import PERMISSIONS
from alpheus.web.access.roles import Permission
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words


def test_every_permission_that_is_given_has_its_words() -> None:
    """What is public, or for whoever is signed in, is given to nobody."""
    assert set(PERMISSIONS) == set(Permission) - {Permission.PUBLIC, Permission.SIGNED_IN}
    for text in PERMISSIONS.values():
        assert [one for one in LANGUAGES if not words(one).knows(text)] == []
