"""What was asked: a SELECT, a condition on rows, or Sigma rules; as text or as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alpheus.errors import UsageError
from alpheus.hunt.session import VIEW

SHOWN = ("time", "server", "source", "client", "method", "url", "query", "status", "agent", "user",
         "target", "event", "command", "image", "file", "package", "path", "line",
         "record")  # fmt: skip
"""The columns that an answer has where the question does not say."""

LONGEST = 1 << 20
"""Characters of a question."""

_STATEMENT = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:select|with|from|describe|values|show|summarize|pivot|insert|"
    r"update|delete|copy|attach|detach|install|load|set|reset|pragma|create|drop|alter|export|import|"
    r"call|use|vacuum|begin|prepare|execute|checkpoint|merge|explain|truncate)\b(?!\s*[=<>!,)])",
    re.IGNORECASE | re.DOTALL,
)
_SIGMA = re.compile(
    r"^\s*(?:detection|logsource|correlation|title|condition|selection)\s*:(?!:)", re.MULTILINE
)
_RULES = (".yml", ".yaml")
_NAME = re.compile(r"[\w.\\/: -]{1,400}\.(?:ya?ml|sql)", re.IGNORECASE)


class Kind(StrEnum):
    """In which language a question is."""

    SQL = "SQL"
    SIGMA = "Sigma"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; a condition has become a SELECT. `file` is where it stands, if in one."""

    kind: Kind
    text: str
    file: Path | None = None


def question_of(text: str) -> Question:
    """What was asked. Raises UsageError for a file that cannot be read, and for nothing."""
    file = _file(text)
    if file is not None:
        try:
            text = file.read_text("utf-8")
        except (OSError, ValueError) as error:
            said = str(error.strerror) if isinstance(error, OSError) else ""
            why = said.lower() or "it is no UTF-8 text"
            raise UsageError(f"{file}: {why}; name a rule or a question in SQL") from None
    if len(text) > LONGEST:
        raise UsageError(f"a question has at most {LONGEST:,} characters")
    if not text.strip():
        raise UsageError("nothing is asked; write a SELECT, a condition or a Sigma rule")
    if _SIGMA.search(text) or (file is not None and file.suffix.lower() in _RULES):
        return Question(Kind.SIGMA, text, file)
    text = text.strip().removesuffix(";")
    if not _STATEMENT.match(text):
        columns = ", ".join(f'"{name}"' for name in SHOWN)
        text = f"SELECT {columns} FROM {VIEW} WHERE ({text}\n) ORDER BY time"  # noqa: S608 - checked
    return Question(Kind.SQL, text, file)


def _file(text: str) -> Path | None:
    if _NAME.fullmatch(text) is None:
        return None
    path = Path(text)
    if not path.is_file():
        raise UsageError(f"{text}: is not there; name the file of a rule or of a question in SQL")
    return path
