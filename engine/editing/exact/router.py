"""Chooses the exact edits for an instruction, or none: then diffusion gets it as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from PIL import Image

from engine.editing.exact.clause import longest_phrase, segment
from engine.editing.exact.colour import BlackAndWhite, Sepia
from engine.editing.exact.geometry import Flip, Rotate
from engine.editing.exact.grammar_look import LOOKS
from engine.editing.exact.grammar_parts import KINDS, PEOPLE, mark_parts, parse_parts, readings
from engine.editing.exact.grammar_shape import SHAPES
from engine.editing.exact.grammar_text import CAPTION, quote_bare_text
from engine.editing.exact.grammar_tone import TONE
from engine.editing.exact.operations import Curve, Operation, Size, apply_curves
from engine.editing.exact.parts import Backdrop, Finds, OnPart
from engine.editing.exact.phrases import enumerate_phrases
from engine.editing.exact.sayings import plainly
from engine.editing.exact.straighten import Straighten
from engine.editing.exact.tokens import Token, tokenize
from engine.editing.exact.words import LEXICON, LONGEST

FAMILIES = (TONE, *LOOKS, *SHAPES, CAPTION)
SEPARATORS = frozenset(["and", "then", "also", "plus", "but", "afterwards", ",", ";", "."])
ENDS = frozenset("!?")
CARRIED = frozenset(
    {"increase", "raise", "boost", "reduce", "decrease", "lower", "make", "turn", "add", "put", "give", "cut"}
    | {"trim", "crop", "rotate", "flip", "mirror", "write", "text", "caption", "saying"}
)
"""Verbs that also serve the clause after theirs: "reduce the contrast by 10 % and the saturation by 20 %"."""
STATED = frozenset(
    {"too", "so", "is", "are", "looks", "look", "seems", "has"}
    | {"overexposed", "underexposed", "oversaturated", "noisy", "grainy", "blurry"}
)
"""Words of a clause that tells what is wrong."""
ONCE = (OnPart, Backdrop, BlackAndWhite, Sepia, Straighten)
"""Edits that nobody wants twice."""
MODES = ("RGB", "RGBA", "L")
VOCABULARY = frozenset(word for phrase in (*LEXICON, *KINDS) for word in phrase) | SEPARATORS | ENDS
MOST_PIECES = 12
"""Nobody wants more at once, and each may be joined with the next."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Exact edits in the order in which they were asked for."""

    operations: tuple[Operation, ...]

    @property
    def about_people(self) -> bool:
        """Whether any of it can only be done where people are found in the picture."""
        return any(isinstance(each, OnPart | Backdrop) for each in self.operations)

    def else_by(self, finds: Finds) -> Plan:
        """The plan, with the background of a picture without people found by `finds`. A person stays one."""
        return Plan(
            tuple(
                replace(each, else_by=finds)
                if isinstance(each, Backdrop) or (isinstance(each, OnPart) and each.part == "background")
                else each
                for each in self.operations
            )
        )

    @property
    def told_by_wish(self) -> bool:
        """Whether the phrases say no more than the wish did."""
        return all(each.told_by_wish for each in self.operations)

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
    tokens = mark_parts(plainly(quote_bare_text(tokens)))
    if len({each.text for each in tokens if each.kind == "part" and each.text in PEOPLE}) > 1:
        return None  # "blur her and sharpen him": who is who can't be told
    # "sepia with a border" is two wishes, "a border with 10 px" is one.
    operations = read_pieces(split(tokens)) or read_pieces(split(tokens, frozenset(["with"])))
    if not operations:
        return None
    # "Keep her in colour and make the rest grey" says one thing twice, and so does "crooked, straighten it".
    again = [isinstance(each, ONCE) and each in operations[:at] for at, each in enumerate(operations)]
    return Plan(tuple(each for each, known in zip(operations, again, strict=True) if not known))


def read_pieces(pieces: list[list[Token]]) -> list[Operation] | None:
    """The edits of all pieces; None at once where a word is unknown, as no way to join them helps then."""
    words = [each for piece in pieces for each in piece if each.kind == "word"]
    if len(pieces) > MOST_PIECES or any(each.value not in VOCABULARY for each in words):
        return None
    return parse(pieces, [])


def split(tokens: Sequence[Token], more: frozenset[str] = frozenset()) -> list[list[Token]]:
    """Pieces between "and", "then", commas and the like; those that say nothing ("please") fall away."""
    pieces: list[list[Token]] = [[]]
    for each in tokens:
        if each.kind in ("word", "mark") and each.value in SEPARATORS | ENDS | more:
            pieces.append([])
        else:
            pieces[-1].append(each)
    for piece in pieces:
        if piece and piece[-1].value == "too":
            piece.pop()
    pieces = [half for each in pieces if not is_reason(each) for half in halved(each)]
    return attach(narrowed(named([stated(each) for each in pieces if segment(each, EMPTY) is None])))


def is_reason(piece: list[Token]) -> bool:
    """Whether it only says what the picture is for: "its for a passport"."""
    words = [str(each.value) for each in piece]
    words = ["it", "is", *words[1:]] if words[:1] == ["its"] else words
    return any(tuple(words[: len(reason)]) == reason for reason in REASONS)


def halved(piece: list[Token]) -> list[list[Token]]:
    """ "Highlights down shadows up" as two pieces."""
    for at in range(1, len(piece) - 1):
        found = longest_phrase(piece[at + 1 : at + 1 + LONGEST], frozenset({"tone"}))
        if piece[at].value in ("up", "down") and found and found[0].value.form == "noun":
            return [piece[: at + 1], *halved(piece[at + 1 :])]
    return [piece]


def named(pieces: list[list[Token]]) -> list[list[Token]]:
    """With what "them" stands for, where the piece before names it: "the colours are dull, make them pop"."""
    done: list[list[Token]] = []
    for piece in pieces:
        before = next((each for each in done[-1] if each.value in PLURALS), None) if done else None
        done.append([before if before and each.value == "them" else each for each in piece])
    return done


def stated(piece: list[Token]) -> list[Token]:
    """A statement in full: "looks flat" and "its flat" are said of it, and "it looks blue" is a complaint."""
    at = next((at for at, each in enumerate(piece) if each.value in ("looks", "seems", "its")), None)
    if at is not None and segment(piece[:at], frozenset({"filler"})) == []:
        piece = [IT, IS if piece[at].value == "its" else piece[at], *piece[at + 1 :]]
    # "It is blue" may tell of something that was spoken of before.
    words = {each.value for each in piece}
    said = words & {"looks", "look", "seems"} or (words & {"is", "are"} and piece[0] != IT)
    if said and words.isdisjoint({"too", "a"}) and piece[-1].value in CASTS and segment(piece[:-1], SUBJECT):
        piece = [*piece[:-1], TOO, piece[-1]]
    return piece


def narrowed(pieces: list[list[Token]]) -> list[list[Token]]:
    """Put what alone limits a wish where the wish says "it": "only her, make it brighter"."""
    limits = [limit(each) for each in pieces]
    done: list[list[Token]] = []
    for at, (piece, part) in enumerate(zip(pieces, limits, strict=True)):
        before = limits[at - 1] if at else None
        last = next((i for i in range(len(done) - 1, -1, -1) if IT in done[i]), None)
        if part is not None and last is not None:
            done[last] = [part if each == IT else each for each in done[last]]
        elif part is not None and done and not any(each.kind == "part" for each in done[-1]):
            done[-1] = [*done[-1], part]  # "more contrast, model only"
        elif before is not None and done and done[-1] == pieces[at - 1] and IT in piece:
            done[-1] = [before if each == IT else each for each in piece]
        else:
            done.append(piece)
    return done


def limit(piece: list[Token]) -> Token | None:
    """The part of the picture that a piece names, where it says "only" and nothing else."""
    part = next((each for each in piece if each.kind == "part"), None)
    if part is None or part.value not in ("person", "background") or not LIMITING & set(part.text.split()):
        return None
    rest = [each for each in piece if each is not part]
    return part if segment(rest, frozenset({"filler"})) == [] else None


def attach(pieces: list[list[Token]]) -> list[list[Token]]:
    """Give what is only an amount to the piece before: "a grey border, 20 px", "too dark, fix it a bit"."""
    done: list[list[Token]] = []
    for each in pieces:
        rest = without(each, AMENDS) if done and any(token.value in STATED for token in done[-1]) else each
        if done and segment(rest, AMOUNTS) is not None:
            done[-1] = [*done[-1], *rest]
        else:
            done.append(each)
    return done


def without(piece: list[Token], kinds: frozenset[str]) -> list[Token]:
    """The piece without the phrases of these kinds."""
    rest: list[Token] = []
    at = 0
    while at < len(piece):
        found = longest_phrase(piece[at : at + LONGEST], kinds) if piece[at].kind == "word" else None
        if found is None:
            rest.append(piece[at])
        at += found[1] if found else 1
    return rest


EMPTY = frozenset({"filler", "whole", "fix", "amend", "state"})
"""Nothing is asked for by "please", nor by "fix it", "tone it down" or "it is sideways" beside the rest."""
AMOUNTS = frozenset(
    {"filler", "degree", "percent", "px", "stops", "degrees", "thickness", "size", "ratio", "wide", "high"}
)
PLURALS = frozenset({"colours", "shadows", "highlights"})
REASONS = (("it", "is", "for"), ("this", "is", "for"))
AMENDS = frozenset({"amend", "ease"})
"""What asks for no more than the complaint before it: "too harsh, soften it a bit"."""
SUBJECT = frozenset({"filler", "whole", "entire", "colours"})
LIMITING = frozenset({"only", "just", "except", "apart", "but"})
CASTS = frozenset({"yellow", "orange", "red", "green", "blue", "magenta", "pink", "purple"})
AND, IT, IS, TOO = (Token("word", each, each) for each in ("and", "it", "is", "too"))


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
                if reason and operations[-1] == Rotate(180) and rest[0] == Flip("horizontal"):
                    return [*operations, *rest[1:]]  # "it is upside down, flip it"
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
