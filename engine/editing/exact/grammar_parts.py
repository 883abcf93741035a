"""Clauses about the people or the background: "blur the background", "black and white except her"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from engine.editing.exact.clause import Clause, segment
from engine.editing.exact.colour import BlackAndWhite, Saturation, Sepia, Vibrance
from engine.editing.exact.detail import Blur, BlurPixels, Denoise, Sharpen
from engine.editing.exact.operations import Curve, Operation
from engine.editing.exact.parts import TRANSPARENT, Backdrop, OnPart
from engine.editing.exact.tokens import Token

IN_PLACE = (Curve, Saturation, Vibrance, BlackAndWhite, Sepia, Blur, BlurPixels, Sharpen, Denoise)
NAMED = ("the person", "the people", "the subject")
PEOPLE = (
    *NAMED,
    *(
        "her",
        "him",
        "me",
        "us",
        "them",
        "myself",
        "the man",
        "the woman",
        "the girl",
        "the boy",
        "the couple",
    ),
    *("the model", "the lady", "the guy"),
)
THINGS = ("snow", "chocolate", "coral", "linen", "orchid", "salmon", "seashell", "thistle", "tomato", "wheat")
"""Names of colours that are rather things, behind somebody."""
SETTING = ("background", "backdrop")


def phrases(*parts: Sequence[str]) -> list[tuple[str, ...]]:
    """Every combination of one piece from each of `parts`, as words."""
    return [tuple(" ".join(each).split()) for each in product(*parts)]


EXCEPT = ("except", "except for", "apart from")
PHRASES: tuple[tuple[str, list[tuple[str, ...]]], ...] = (
    ("background", phrases(("", "in", "of"), ("", "the"), SETTING, ("", "behind"), ("",))),
    ("background", phrases(("", "the", "a"), SETTING, ("behind",), PEOPLE)),
    ("background", phrases(("the rest", "everything else", "the surroundings", "all the rest"))),
    ("background", phrases(("everything", "all"), (*EXCEPT, "but", "around", "behind"), PEOPLE)),
    ("background", phrases((*EXCEPT, "behind"), PEOPLE)),
    ("person", phrases(("only", "just"), ("", "on"), PEOPLE)),
    ("person", phrases(PEOPLE, ("only",))),
    ("person", phrases(("", "on"), NAMED)),
    (
        "coloured",
        phrases(("keep", "leave", "only", "just", "keep only"), PEOPLE, ("", "only"), ("in colour",)),
    ),
    ("cut out", phrases(("cut",), PEOPLE, ("out",))),
    ("cut out", phrases(("cut out", "isolate", "keep only"), PEOPLE)),
    ("cut out", phrases(("remove", "delete", "erase", "get rid of", "take away"), ("", "the"), SETTING)),
    ("nothing", phrases(("not", "but not", "and not"), ("the rest", "the background", "everything else"))),
)
KINDS = {words: kind for kind, all_words in PHRASES for words in all_words}
LONGEST = max(map(len, KINDS))


def mark_parts(tokens: Sequence[Token]) -> list[Token]:
    """Each phrase for people or background as one token; "not the rest" adds nothing to "only her"."""
    words = [str(each.value) if each.kind == "word" else "" for each in tokens]
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        length = next((n for n in range(LONGEST, 0, -1) if tuple(words[at : at + n]) in KINDS), 0)
        if not length:
            done.append(tokens[at])
            at += 1
            continue
        kind = KINDS[tuple(words[at : at + length])]
        if kind != "nothing" or not any(each.value == "person" for each in done):
            done.append(Token("part", " ".join(words[at : at + length]), kind))
        at += length
    return done


def parse_parts(
    tokens: list[Token], parse: Callable[[list[Token]], list[Operation] | None]
) -> list[Operation] | None:
    """`parse` reads what is asked for, in a clause about the whole picture."""
    parts = [each.value for each in tokens if each.kind == "part"]
    others = [each for each in tokens if each.kind != "part"]
    if len(parts) != 1 or parts == ["nothing"]:
        return None
    if parts[0] in ("coloured", "cut out"):
        if segment(others, frozenset({"filler"})) is None:
            return None
        return [Backdrop(TRANSPARENT) if parts == ["cut out"] else OnPart("background", BlackAndWhite())]
    backdrop = parse_backdrop(others) if parts == ["background"] else None
    if backdrop is not None:
        return [backdrop]
    whole = [Token("word", "it", "it") if each.kind == "part" else each for each in tokens]
    done = parse(whole) or parse([Token("word", "make", "make"), *whole])
    if done is None or not all(isinstance(each, IN_PLACE) for each in done):
        return None
    return [OnPart(parts[0], each) for each in done]


def parse_backdrop(others: list[Token]) -> Operation | None:
    """Like "make … blue", "replace … with plain white", "transparent …"; grey takes the colour away."""
    symbols = segment(
        others, frozenset({"make", "turn", "add", "colour", "colour word", "plain", "clear", "filler"})
    )
    clause = Clause(tuple(symbols or ()))
    if clause.count("colour", "clear") != 1:
        return None
    if clause.has("clear"):
        return Backdrop(TRANSPARENT)
    colour = clause.one("colour")
    if colour in THINGS and not clause.has("plain", "colour word"):
        return None
    if colour in ("grey", "gray") and not clause.has("plain"):
        return OnPart("background", BlackAndWhite())
    return Backdrop(colour)
