"""Chooses the exact edits for an instruction, or none: then diffusion gets it as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PIL import Image

from engine.editing.exact.clause import segment
from engine.editing.exact.grammar_look import LOOKS
from engine.editing.exact.grammar_shape import SHAPES
from engine.editing.exact.grammar_text import CAPTION, quote_bare_text
from engine.editing.exact.grammar_tone import TONE
from engine.editing.exact.operations import Curve, Operation, apply_curves
from engine.editing.exact.phrases import enumerate_phrases
from engine.editing.exact.tokens import Token, tokenize

FAMILIES = (TONE, *LOOKS, *SHAPES, CAPTION)
SEPARATORS = frozenset(["and", "then", "also", "plus", "but", "afterwards", ",", ";", "."])
CARRIED = frozenset(
    {"increase", "raise", "boost", "reduce", "decrease", "lower", "make", "turn", "add", "put", "give", "cut"}
    | {"trim", "crop", "rotate", "flip", "mirror", "write", "text", "caption", "saying"}
)
"""Verbs that also serve the clause after theirs: "reduce the contrast by 10 % and the saturation by 20 %"."""
MODES = ("RGB", "RGBA", "L")


@dataclass(frozen=True, slots=True)
class Plan:
    """Exact edits in the order in which they were asked for."""

    operations: tuple[Operation, ...]

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


def plan(instruction: str) -> Plan | None:
    """The exact edits that do all of `instruction`; None when any part of it needs more than a photo tool."""
    tokens = tokenize(instruction)
    if not tokens:
        return None
    operations = parse(split(quote_bare_text(tokens)), [])
    return Plan(tuple(operations)) if operations else None


def split(tokens: Sequence[Token]) -> list[list[Token]]:
    """Pieces between "and", "then", commas and the like; those that say nothing ("please") fall away."""
    pieces: list[list[Token]] = [[]]
    for each in tokens:
        if each.kind in ("word", "mark") and each.value in SEPARATORS:
            pieces.append([])
        else:
            pieces[-1].append(each)
    for piece in pieces:
        if piece and piece[-1].value == "too":
            piece.pop()
    return [each for each in pieces if segment(each, frozenset({"filler"})) is None]


AND = Token("word", "and", "and")


def parse(pieces: list[list[Token]], before: list[Token]) -> list[Operation] | None:
    """Read the pieces as clauses, each as many pieces long as can be read ("brightness and contrast").

    `before` is the clause before: its verb also serves a piece that has none ("flip it left and right").
    """
    if not pieces:
        return []
    for length in range(len(pieces), 0, -1):
        clause = join(pieces[:length])
        operations = parse_clause(clause, before)
        if operations is None:
            continue
        rest = parse(pieces[length:], clause)
        if rest is not None:
            # "It is too dark, brighten it": the first is the reason for the second, not a second wish.
            reason = any(each.value == "too" for each in clause) and bool(rest)
            return rest if reason and type(operations[-1]) is type(rest[0]) else [*operations, *rest]
    return None


def join(pieces: list[list[Token]]) -> list[Token]:
    tokens = list(pieces[0])
    for each in pieces[1:]:
        tokens += [AND, *each]
    return tokens


def parse_clause(clause: list[Token], before: list[Token]) -> list[Operation] | None:
    verb = [each for each in before if each.value in CARRIED][:1]
    for tokens in (clause, [*verb, *clause]):
        for family in FAMILIES:
            operations = family.parse(tokens)
            if operations:
                return operations
    return None
