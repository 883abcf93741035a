"""Emoji that stand where a noun would become that noun: "add a 🦜 on her shoulder". All others are mood.

Names are Unicode's (CLDR short names), as the `emoji` package has them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import emoji

from engine.nouns import NUMBERS, article, number, plural

_DETERMINERS = "a|an|the|my|his|her|our|their|your|another"
_SEVERAL = f"some|more|many|few|of|{'|'.join(NUMBERS[2:])}|[2-9]"
_VERBS = "add|put|draw|paint|place|insert|stick|pop|throw|remove|delete|erase|replace|swap|need|want"
_OTHERS = "with|into|wearing|holding"
_LOOKS = "big|small|little|tiny|huge|giant|cute|golden|red|blue|green|yellow|pink|purple|orange|white|black"
_NOUN_NEXT = re.compile(
    rf"(?:^|[\s(])(?:(?P<one>{_DETERMINERS})|(?P<several>{_SEVERAL})|{_OTHERS}"
    rf"|(?:{_VERBS})|give (?:him|her|me|us|them|it))(?: (?:{_LOOKS})){{0,2}}\s*$",
    re.IGNORECASE,
)
_SENTENCE_NEXT = re.compile(r"(?:^|[.,!?;:])\s*$|\b(?:please|pls|and|also|hey|hi|ok|then)\s*$", re.IGNORECASE)
_PLACE_AFTER = re.compile(
    r"\s*(?:on|onto|in|at|behind|above|over|under|below|next to|beside|around|between|instead of|to the)\b",
    re.IGNORECASE,
)
_MANY_AFTER = re.compile(r"(?:s|es)\b", re.IGNORECASE)
_EVEN_A_MOOD = re.compile(r"(?:^|[\s(])(?:a|an|two|three|[2-9]|add|put|draw)\s*$", re.IGNORECASE)
"""What stands before a smile that is to be in the picture."""
_PLURAL = re.compile(r"[^us]s$")
_JOINT = re.compile(r"\s*(?:,|and|&|\+|)\s*$", re.IGNORECASE)
_MOOD = re.compile(
    r"\b(?:face|hearts?|hands?|thumbs|fist|kiss|mark|button|symbol|keycap|laughing|shrugging|facepalming|monkey"
    r"|hundred points|arrow|sparkles|bowing)\b"
)
_HEADS = re.compile(r"(dog|cat|mouse|rabbit|horse|tiger|cow|pig|monkey|dragon|clown) face")
"""Heads that people mean the whole of."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The same emoji `count` times without a word between."""

    start: int
    end: int
    name: str
    count: int


def spelled(text: str) -> str:
    """The text with such emoji in words: "🌈 in the sky" becomes "a rainbow in the sky"."""
    if emoji.purely_emoji(text.strip()):
        return text
    written, at, was_noun = "", 0, False
    for run in _runs(text):
        between = text[at : run.start]
        before = written + between
        noun_next = _NOUN_NEXT.search(before)
        is_noun = noun_next is not None or (was_noun and _JOINT.fullmatch(between) is not None)
        if not is_noun:
            begins = _SENTENCE_NEXT.search(before) is not None
            is_noun = begins and _PLACE_AFTER.match(text, run.end) is not None
        if _MOOD.search(run.name):
            is_noun = _EVEN_A_MOOD.search(before) is not None
        is_noun = is_noun and before.count('"') % 2 == 0
        if is_noun:
            many = _MANY_AFTER.match(text, run.end)
            before = before.rstrip()
            if was_noun and not between.strip():
                before += " and"
            written = f"{before} {_said(run, noun_next, many is not None)}"
            at = many.end() if many else run.end
            written += "" if text[at : at + 1] in {"", *" .,!?;:)"} else " "
        else:
            written += between + text[run.start : run.end]
            at = run.end
        was_noun = is_noun
    return (written + text[at:]).lstrip()


def _runs(text: str) -> list[_Run]:
    found = emoji.emoji_list(text)
    runs: list[_Run] = []
    for each in found:
        start, end, sign = each["match_start"], each["match_end"], each["emoji"]
        last = runs[-1] if runs else None
        name = _HEADS.sub(r"\1", emoji.demojize(sign, delimiters=("", "")).replace("_", " "))
        if last is not None and last.name == name and not text[last.end : start].strip():
            runs[-1] = _Run(last.start, end, name, last.count + 1)
        else:
            runs.append(_Run(start, end, name, 1))
    return runs


def _said(run: _Run, noun_next: re.Match[str] | None, many: bool) -> str:
    """With the article or number that the words before don't give."""
    name = run.name
    if many:
        return plural(name)
    if noun_next is not None and noun_next["one"]:
        return name
    if noun_next is not None and noun_next["several"]:
        return name if _PLURAL.search(name) else plural(name)
    if run.count > 1:
        return f"{number(run.count)} {plural(name)}"
    if name[:1].isupper():
        return f"the flag of {name}"
    return name if _PLURAL.search(name) else article(name)
