"""Chooses the exact edits for an instruction, or none: then diffusion gets it as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PIL import Image

from engine.editing.exact.clause import segment
from engine.editing.exact.grammar_look import LOOKS
from engine.editing.exact.grammar_parts import mark_parts, parse_parts, readings
from engine.editing.exact.grammar_shape import SHAPES
from engine.editing.exact.grammar_text import CAPTION, quote_bare_text
from engine.editing.exact.grammar_tone import TONE
from engine.editing.exact.operations import Curve, Operation, Size, apply_curves
from engine.editing.exact.parts import Backdrop, OnPart
from engine.editing.exact.phrases import enumerate_phrases
from engine.editing.exact.tokens import Token, tokenize

FAMILIES = (TONE, *LOOKS, *SHAPES, CAPTION)
SEPARATORS = frozenset(["and", "then", "also", "plus", "but", "afterwards", ",", ";", "."])
CARRIED = frozenset(
    {"increase", "raise", "boost", "reduce", "decrease", "lower", "make", "turn", "add", "put", "give", "cut"}
    | {"trim", "crop", "rotate", "flip", "mirror", "write", "text", "caption", "saying"}
)
"""Verbs that also serve the clause after theirs: "reduce the contrast by 10 % and the saturation by 20 %"."""
STATED = frozenset({"too", "is", "are", "looks", "seems", "has"})
"""Words of a clause that tells what is wrong."""
MODES = ("RGB", "RGBA", "L")


@dataclass(frozen=True, slots=True)
class Plan:
    """Exact edits in the order in which they were asked for."""

    operations: tuple[Operation, ...]

    @property
    def about_people(self) -> bool:
        """Whether any of it can only be done where people are found in the picture."""
        return any(isinstance(each, OnPart | Backdrop) for each in self.operations)

    @property
    def summary(self) -> str:
        """One sentence for the person: "I turned it 90° clockwise and cropped it to a square."."""
        return f"I {enumerate_phrases([each.phrase for each in self.operations])}."

    def apply(self, image: Image.Image) -> Image.Image:
        """A new picture; `image` (RGB, RGBA or L) stays as it is.

        The mode stays, but rounded corners make it RGBA, and colour on an L picture makes it RGB.
        Raises `CannotApply` with a sentence for the person.
        """
        if image.mode not in MODES:
            raise ValueError(f"a picture of mode {image.mode}; convert it to one of {', '.join(MODES)}")
        for is_curve, group in groupby(self.operations, lambda each: isinstance(each, Curve)):
            if is_curve:
                image = apply_curves([each for each in group if isinstance(each, Curve)], image)
            else:
                for operation in group:
                    image = operation.apply(image)
        return image

    def size_after(self, size: Size) -> Size | None:
        """The result's (width, height) as far as `size` alone tells, else None.

        Raises `CannotApply` where `apply` is sure to, whatever a picture of that size shows.
        """
        for operation in self.operations:
            after = operation.size_after(size)
            if after is None:
                return None
            size = after
        return size


def plan(instruction: str) -> Plan | None:
    """The exact edits that do all of `instruction`; None when any part of it needs more than a photo tool."""
    tokens = tokenize(instruction)
    if not tokens:
        return None
    tokens = mark_parts(quote_bare_text(tokens))
    # "sepia with a border" is two wishes, "a border with 10 px" is one.
    operations = parse(split(tokens), []) or parse(split(tokens, SEPARATORS | {"with"}), [])
    if not operations:
        return None
    # "Keep her in colour and make the rest grey" says one thing twice.
    again = [
        isinstance(each, OnPart | Backdrop) and each in operations[:at] for at, each in enumerate(operations)
    ]
    return Plan(tuple(each for each, known in zip(operations, again, strict=True) if not known))


def split(tokens: Sequence[Token], separators: frozenset[str] = SEPARATORS) -> list[list[Token]]:
    """Pieces between "and", "then", commas and the like; those that say nothing ("please") fall away."""
    pieces: list[list[Token]] = [[]]
    for each in tokens:
        if each.kind in ("word", "mark") and each.value in separators:
            pieces.append([])
        else:
            pieces[-1].append(each)
    for piece in pieces:
        if piece and piece[-1].value == "too":
            piece.pop()
    return attach([each for each in pieces if segment(each, EMPTY) is None])


def attach(pieces: list[list[Token]]) -> list[list[Token]]:
    """Give what is only an amount to the piece before: "a grey border, 20 px"."""
    done: list[list[Token]] = []
    for each in pieces:
        if done and segment(each, AMOUNTS) is not None:
            done[-1] = [*done[-1], *each]
        else:
            done.append(each)
    return done


EMPTY = frozenset({"filler", "whole", "fix", "amend", "state"})
"""Nothing is asked for by "please", nor by "fix it", "tone it down" or "it is sideways" beside the rest."""
AMOUNTS = frozenset({"filler", "degree", "percent", "px", "stops", "degrees", "thickness", "size", "ratio"})
AND = Token("word", "and", "and")


def parse(pieces: list[list[Token]], before: list[Token]) -> list[Operation] | None:
    """Read the pieces as clauses, each as many pieces long as can be read ("brightness and contrast").

    `before` is the clause before: its verb also serves a piece that has none ("flip it left and right").
    """
    if not pieces:
        return []
    for length in range(len(pieces), 0, -1):
        for clause in readings(join(pieces[:length]), before):
            operations = parse_clause(clause, before)
            rest = parse(pieces[length:], clause) if operations is not None else None
            if operations is not None and rest is not None:
                # "It is too dark, brighten it": the first is the reason for the second, not a second wish.
                reason = any(each.value in STATED for each in clause) and bool(rest)
                return rest if reason and type(operations[-1]) is type(rest[0]) else [*operations, *rest]
    return None


def join(pieces: list[list[Token]]) -> list[Token]:
    tokens = list(pieces[0])
    for each in pieces[1:]:
        tokens += [AND, *each]
    return tokens


def parse_clause(clause: list[Token], before: list[Token]) -> list[Operation] | None:
    if any(each.kind == "part" for each in clause):
        return parse_parts(clause, lambda tokens: parse_clause(tokens, []))
    verb = [each for each in before if each.value in CARRIED][:1]
    for tokens in (clause, [*verb, *clause]):
        for family in FAMILIES:
            operations = family.parse(tokens)
            if operations:
                return operations
    return None
