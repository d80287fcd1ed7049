"""A YAML file that an operator writes."""

from __future__ import annotations

import pytest

from alpheus.exposure.settings_file import Problems, Section, kind


def section(tmp_path, text, known=("alpha", "beta", "gamma")):
    """A section of a file with this text, and the problems found."""
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    problems = Problems(path)
    document = problems.document(problems.content(path, None))
    return (Section(document, known, problems) if document else None), problems


def lines(problems):
    """The problems without the path of the file."""
    return [line.partition("settings.yaml")[2].strip() for line in problems.lines]


def test_values_have_their_text_as_written(tmp_path):
    """Nothing is guessed: a time stays a time, a number keeps its zeros."""
    read, problems = section(tmp_path, "alpha: 20:00\nbeta: [007, no, 'x y']\ngamma: ~\n")
    assert read.value("alpha", str, "") == "20:00"
    assert list(read.items("beta")) == [(2, "007"), (2, "no"), (2, "x y")]
    assert read.node("gamma") is None
    assert read.value("gamma", str, "default") == "default"
    assert kind(read.node("beta")) == "sequence"
    assert problems.lines == []


def test_unknown_and_repeated_keys_are_problems(tmp_path):
    """A key that is mistyped would otherwise be a rule that does not hold."""
    _, problems = section(tmp_path, "alpah: 1\nbeta: 2\nbeta: 3\n? [x]\n: 4\nzulu: 5\n")
    assert lines(problems) == [
        "line 1: unknown key 'alpah'; did you mean 'alpha'?",
        "line 3: 'beta' stands twice; join the two",
        "line 4: unknown key '…'; known are alpha, beta, gamma",
        "line 6: unknown key 'zulu'; known are alpha, beta, gamma",
    ]


def test_a_value_of_the_wrong_shape_is_a_problem(tmp_path):
    """A list where one value is wanted, a mapping inside a list, a value that is none."""
    read, problems = section(tmp_path, "alpha: [1]\nbeta: [{a: b}]\ngamma: x\n")
    assert read.value("alpha", str, "d") == "d"
    assert list(read.items("beta")) == []
    assert read.value("gamma", int, 7) == 7
    assert lines(problems)[:2] == [
        "line 1: 'alpha' is a single value",
        "line 2: 'beta' is a list of single values",
    ]
    assert "line 3: 'gamma': invalid literal" in lines(problems)[2]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds no scope"),
        ("a: 1\n---\nb: 2\n", "holds more than one document"),
        ("alpha: [\n", "line 2: did not find expected node content"),
        ("alpha:\n\t- 1\n", "indent with spaces"),
        ("alpha:\n  - @file\n", 'put quotes around it, such as "@networks.txt"'),
        ("- alpha\n", "keys with values, such as alpha"),
        ("only words\n", "keys with values, such as alpha"),
    ],
)
def test_what_is_no_settings_file_says_so(tmp_path, text, problem):
    """With the line, and a remedy where the mistake is a usual one."""
    _, problems = section(tmp_path, text)
    assert problem in problems.text()


def test_files_that_cannot_be_read_are_problems(tmp_path, monkeypatch):
    """Missing, a folder, too large, not UTF-8."""
    problems = Problems(tmp_path / "settings.yaml")
    assert problems.content(problems.path, None) == b""
    assert problems.content(tmp_path, 3) == b""
    (tmp_path / "large").write_bytes(b"x" * 11)
    monkeypatch.setattr("alpheus.exposure.settings_file.LARGEST_FILE", 10)
    assert problems.content(tmp_path / "large", 4) == b""
    assert problems.decoded(b"a\nb\xff", tmp_path / "latin") == ""
    text = problems.text()
    assert "No such file" in text
    assert "line 3:" in text
    assert "larger than 10 bytes" in text
    assert "latin line 2: is not UTF-8" in text


def test_countless_problems_are_cut(tmp_path):
    """The first 50 are shown, the rest counted."""
    problems = Problems(tmp_path)
    for line in range(60):
        problems.add(line, "wrong")
    assert problems.text().splitlines()[-1] == "… and 10 more"
    assert len(problems.text().splitlines()) == 51
