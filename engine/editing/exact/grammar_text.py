"""Clauses about writing on the picture."""

from __future__ import annotations

from collections.abc import Sequence

from engine.editing.exact.clause import COMMON, Clause, Family, segment
from engine.editing.exact.operations import Operation
from engine.editing.exact.text import Align, Caption, Place
from engine.editing.exact.tokens import Token

KINDS = frozenset(
    {
        "put",
        "add",
        "write",
        "text",
        "says",
        "side",
        "corner",
        "centre",
        "quote",
        "colour",
        "lettersize",
        "meme",
    }
)


def build_caption(clause: Clause) -> list[Operation] | None:
    """Like "write HAPPY BIRTHDAY at the top", "put "hello" in the middle in big red letters"."""
    if clause.count("quote") == 2:
        return build_two(clause)
    if clause.count("quote") != 1 or not clause.has("put", "add", "write", "text", "says", "meme"):
        return None
    if clause.count("colour") > 1 or clause.count("lettersize") > 1:
        return None
    if not clause.has("put", "add", "write") and clause.says("word", "words"):
        return None
    places: list[Place] = [each for each in clause.all("side") if each in ("top", "bottom")]
    aligns: list[Align] = [each for each in clause.all("side") if each in ("left", "right")]
    if len(places) > 1 or len(aligns) > 1:
        return None
    middle = clause.has("centre") or bool(aligns)
    place: Place = places[0] if places else "centre" if middle else "bottom"
    align: Align = aligns[0] if aligns else "centre"
    return [
        Caption(
            clause.one("quote"),
            place,
            align,
            clause.one("colour") or "white",
            clause.one("lettersize") or 0.1,
        )
    ]


def build_two(clause: Clause) -> list[Operation] | None:
    """A meme: one text at the top, one at the bottom."""
    places = clause.all("side")
    if sorted(places) != ["bottom", "top"] or clause.has("centre", "colour", "lettersize"):
        return None
    return [Caption(text, place) for text, place in zip(clause.all("quote"), places, strict=True)]


CAPTION = Family("caption", KINDS, build_caption)
OPENERS = ("write", "caption", "saying", "says", "reading", "reads", "text", "words", "print", "type")
CLOSERS = ("at", "on", "in", "to", "and", "with", ",", ".", ";", "as", "above", "below", "across")
PUTTERS = ("put", "add", "place")
LETTERS = frozenset({"letters", "lettering", "text", "font", "caption"})
"""Where these are spoken of, what is put in capitals is to be written: put HELLO in big letters."""
REFUSED = frozenset(
    {"a", "an", "the", "my", "your", "his", "her", "their", "our", "its", "this", "that", "something", "some"}
    | {"it", "him", "them", "me", "under", "over"}
)


def quote_bare_text(tokens: Sequence[Token]) -> list[Token]:
    """Turn the words after "write" or "saying" into a quote: write HAPPY BIRTHDAY at the top.

    Words that point at something ("write his name") are left alone: they are no text to be copied.
    """
    for at, each in enumerate(tokens):
        put = each.value in PUTTERS and any(after.value in LETTERS for after in tokens[at:])
        if each.kind != "word" or not (put or each.value in OPENERS):
            continue
        end = at + 1
        while (
            end < len(tokens) and tokens[end].kind in ("word", "number") and tokens[end].value not in CLOSERS
        ):
            end += 1
        words = tokens[at + 1 : end]
        if words and words[0].value in OPENERS:
            continue
        shouted = all(word.text.isupper() or word.kind == "number" for word in words)
        if put and (not shouted or each.text.isupper()):
            continue
        spoken = not shouted and segment(words, KINDS | COMMON) is not None
        if words and not spoken and not any(word.value in REFUSED for word in words):
            text = " ".join(word.text for word in words)
            return [*tokens[: at + 1], Token("quote", text, text), *tokens[end:]]
    return list(tokens)
