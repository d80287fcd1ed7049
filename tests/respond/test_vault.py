"""What is in a vault is whole, secret, and found by its hash; or it is said that it is not."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.errors import VaultError
from alpheus.respond import vault as module
from alpheus.respond import vault_folder
from alpheus.respond.vault import ChangedError, Vault
from alpheus.respond.vault_cipher import new_salt

WORD = b"a word and eleven more"


def _address(content: bytes) -> str:
    return sha256(content).hexdigest()


def _kept(folder: Path, *contents: bytes) -> None:
    with Vault(folder, WORD, create=True) as vault:
        for content in contents:
            vault.keep(_address(content), [content])
        vault.sync()


@settings(deadline=None, max_examples=30)  # fmt: skip
@given(st.lists(st.binary(max_size=300_000), max_size=4), st.integers(1, 70_000))
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], cut: int
) -> None:
    """Of any size, in pieces of any size, also after it was closed and opened again."""
    folder = tmp_path_factory.mktemp("vault") / "v"
    with Vault(folder, WORD, create=True) as vault:
        for content in contents:
            pieces = [content[at : at + cut] for at in range(0, len(content), cut)]
            assert vault.keep(_address(content), pieces) == len(content)
            assert _address(content) in vault
    with Vault(folder, WORD) as vault:
        for content in contents:
            assert b"".join(vault.read(_address(content))) == content


def test_nothing_of_the_content_is_seen(tmp_path: Path) -> None:
    """Neither content nor its hash stands in the vault in clear."""
    _kept(tmp_path / "v", b"marker " * 100)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"marker" not in stored
    assert sha256(b"marker " * 100).digest() not in stored


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    """However often it is put in."""
    content = bytes(100_000)
    _kept(tmp_path / "v", content, content)
    _kept(tmp_path / "v", content)
    assert sum(p.stat().st_size for p in (tmp_path / "v" / "segments").iterdir()) < 110_000


def test_another_content_is_not_kept(tmp_path: Path) -> None:
    """Nor does it stand in the way of the next, and nothing of it stays."""
    with Vault(tmp_path / "v", WORD, create=True) as vault:
        for _ in range(2):
            with pytest.raises(ChangedError):
                vault.keep(_address(b"right"), [b"wrong"])
        assert _address(b"right") not in vault
        vault.keep(_address(b"right"), [b"right"])
        with pytest.raises(ChangedError):
            vault.keep(_address(b"right"), [b"wrong"])
    with Vault(tmp_path / "v", WORD) as vault:
        assert list(vault.read(_address(b"right"))) == [b"right"]


def test_a_wrong_passphrase_is_told(tmp_path: Path) -> None:
    """And an empty one, a folder that is none, and one that holds something else."""
    _kept(tmp_path / "v")
    for folder, word, why in (
        (tmp_path / "v", b"another", "not that of this vault"),
        (tmp_path / "v", b"", "ALPHEUS_VAULT_PASSPHRASE"),
        (tmp_path / "none", WORD, "is no vault"),
    ):
        with pytest.raises(VaultError, match=why):
            Vault(folder, word)
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "file").touch()
    with pytest.raises(VaultError, match="not empty"):
        Vault(tmp_path / "else", WORD, create=True)


@pytest.mark.parametrize("text", [
    b"", b"{}", b"[]", b"\xff", b'{"form": "alpheus.vault/1"}',
    b'{"form":"alpheus.vault/1","salt":"00","check":"","passes":99,"memory":8192,"lanes":1}',
])  # fmt: skip
def test_a_damaged_description_is_told(tmp_path: Path, text: bytes) -> None:
    """And asks nothing of this machine that it should not."""
    _kept(tmp_path / "v")
    (tmp_path / "v" / "vault.json").write_bytes(text)
    with pytest.raises(VaultError, match="damaged"):
        Vault(tmp_path / "v", WORD)


def test_one_program_at_a_time(tmp_path: Path) -> None:
    """A second one is told to wait."""
    with (
        Vault(tmp_path / "v", WORD, create=True),
        pytest.raises(VaultError, match="in use"),
    ):
        Vault(tmp_path / "v", WORD)
    Vault(tmp_path / "v", WORD).close()


def test_two_that_make_it_at_once_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits outside: with a second salt all that the first keeps would be lost."""
    real, told = new_salt, list[str]()

    def meanwhile() -> bytes:
        monkeypatch.setattr(vault_folder, "new_salt", real)
        try:
            Vault(tmp_path / "v", WORD, create=True).close()
        except VaultError as error:
            told.append(str(error))
        return real()

    monkeypatch.setattr(vault_folder, "new_salt", meanwhile)
    _kept(tmp_path / "v", b"page")
    assert "in use" in told[0]
    with Vault(tmp_path / "v", WORD) as vault:
        assert b"".join(vault.read(_address(b"page"))) == b"page"


def test_a_vault_without_its_description_is_not_made_anew(tmp_path: Path) -> None:
    """What lies in it opens by a copy of the file alone."""
    _kept(tmp_path / "v", b"page")
    (tmp_path / "v" / "vault.json").unlink()
    with pytest.raises(VaultError, match="not empty"):
        Vault(tmp_path / "v", WORD, create=True)


def test_every_changed_bit_is_noticed(tmp_path: Path) -> None:
    """Whatever byte of a record is changed or cut off: it is not given out as what was kept."""
    content = b"page " * 20
    _kept(tmp_path / "v", content)
    (segment,) = (tmp_path / "v" / "segments").iterdir()
    whole = segment.read_bytes()
    cut = [whole[:at] for at in range(0, len(whole), 7)]
    changed = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    for stored in cut + changed:
        segment.write_bytes(stored)
        with Vault(tmp_path / "v", WORD) as vault, pytest.raises(VaultError):
            list(vault.read(_address(content)))


def test_a_segment_that_was_cut_off_is_left_as_it_is(tmp_path: Path) -> None:
    """What a kill left is not overwritten; what comes next goes into another segment."""
    _kept(tmp_path / "v", b"first", b"second" * 100)
    (segment,) = (tmp_path / "v" / "segments").iterdir()
    torn = segment.read_bytes()[:-5]
    segment.write_bytes(torn)
    _kept(tmp_path / "v", b"third", b"second" * 100)
    assert segment.read_bytes() == torn
    with Vault(tmp_path / "v", WORD) as vault:
        for content in (b"first", b"second" * 100, b"third"):
            assert b"".join(vault.read(_address(content))) == content


def test_what_an_earlier_program_left_is_not_relied_on_unread(tmp_path: Path) -> None:
    """The power went while it was written: its length is on disk, its content is not."""
    content = b"page " * 20
    _kept(tmp_path / "v", content)
    (segment,) = (tmp_path / "v" / "segments").iterdir()
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-50] + bytes(50))
    with Vault(tmp_path / "v", WORD) as vault:
        assert not vault.holds(_address(content))
        vault.keep(_address(content), [content])
        assert vault.holds(_address(content))
        vault.sync()
    with Vault(tmp_path / "v", WORD) as vault:
        assert vault.holds(_address(content))
        assert b"".join(vault.read(_address(content))) == content


def test_what_was_kept_is_read_before_it_is_on_disk(tmp_path: Path) -> None:
    """Small contents wait in memory for others; large ones are written piece by piece."""
    small, large = b"small", bytes(3_000_000)
    with Vault(tmp_path / "v", WORD, create=True) as vault:
        vault.keep(_address(small), [small])
        vault.keep(_address(large), [large[:1_000_000], large[1_000_000:]])
        with pytest.raises(ChangedError):
            vault.keep("0" * 64, [large])
        assert b"".join(vault.read(_address(large))) == large
        assert b"".join(vault.read(_address(small))) == small
    with Vault(tmp_path / "v", WORD) as vault:
        assert b"".join(vault.read(_address(large))) == large


def test_segments_are_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one is begun once the limit is passed, and all are found."""
    monkeypatch.setattr(module, "SEGMENT", 1000)
    contents = [bytes([number]) * 600 for number in range(5)]
    _kept(tmp_path / "v", *contents)
    assert len(list((tmp_path / "v" / "segments").iterdir())) == 3
    with Vault(tmp_path / "v", WORD) as vault:
        assert [b"".join(vault.read(_address(one))) for one in contents] == contents


def test_a_damaged_header_hides_no_other_record(tmp_path: Path) -> None:
    """Whichever byte of it, and whatever its length says then: those before and after are found."""
    contents = [bytes([number]) * 300 for number in range(4)]
    _kept(tmp_path / "v", *contents)
    (segment,) = (tmp_path / "v" / "segments").iterdir()
    whole = segment.read_bytes()
    size = len(whole) // len(contents)
    damaged = [(at, bit) for at in range(size, size + 4 + 32 + 16 + 8, 5) for bit in (1, 128)]
    damaged += [(at, bit) for at in range(size + 57, size + 60) for bit in (1, 2, 64, 255)]
    for at, bit in damaged:
        segment.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        with Vault(tmp_path / "v", WORD) as vault:
            for content in (contents[0], *contents[2:]):
                assert b"".join(vault.read(_address(content))) == content
            with pytest.raises(VaultError):
                list(vault.read(_address(contents[1])))
