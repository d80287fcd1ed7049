"""The console in each language: no English is left on a page, but for what evidence says."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from playwright.sync_api import Page

from alpheus.web.words import words
from browser.looking import Look
from browser.pages import PAGES, where
from browser.world import World

pytestmark = pytest.mark.system

_SAID = """async (address) => {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  const spoken = "bdi, code, pre, time, .mono, script, style, title, [lang]:not(html), svg.story";
  const found = [];
  const walk = read.createTreeWalker(read.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest(spoken)) found.push(walk.currentNode.textContent);
  }
  for (const name of ["aria-label", "placeholder", "alt", "data-label", "title", "data-broken"]) {
    for (const one of read.querySelectorAll(`[${name}]`)) {
      if (!one.closest("[lang]:not(html), svg.story")) found.push(one.getAttribute(name));
    }
  }
  const texts = found.map((one) => one.trim().replace(/\\s+/g, " ")).filter(Boolean);
  return [read.documentElement.lang, [...new Set(texts)]];
}"""
_ENGLISH = re.compile(r"\b(the|and|of|is|are|were|with|this|that|it|not|by|have)\b")


@pytest.mark.parametrize("language", ["es", "de"])
def test_no_english_is_left(look: Look, world: World, language: str) -> None:
    """Neither a text of ours that has a translation, nor what reads like English."""
    people: dict[str, Page] = {}
    english = _messages(language)
    left = []
    for shown in PAGES:
        if "evil" in shown.name or "hostile" in shown.name:
            continue
        if shown.who not in people:
            people[shown.who] = look.person(shown.who, locale=language)
            people[shown.who].goto("/sign-in")
        spoken, texts = people[shown.who].evaluate(_SAID, where(shown, world))
        assert spoken == language
        left += [
            f"{shown.name}: {text}"
            for text in texts
            if text in english or (len(text.split()) > 2 and _ENGLISH.search(text))
        ]
    assert not left, "\n".join(dict.fromkeys(left))


def _messages(language: str) -> set[str]:
    """The texts of ours that are other words in a language."""
    text = files("alpheus.web").joinpath("texts").joinpath(f"{language}.po").read_text("utf-8")
    said = words(language)
    found = re.findall(r'^msgid "(.{4,})"$', text, re.MULTILINE)
    return {one for one in found if "%(" not in one and said.gettext(one) != one}
