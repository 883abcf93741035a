"""Clauses about the people or the background: "blur the background", "black and white except her"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from engine.editing.exact.clause import COMMON, Clause, segment
from engine.editing.exact.colour import BlackAndWhite, Saturation, Sepia, Vibrance
from engine.editing.exact.detail import Blur, BlurPixels, Denoise, Sharpen
from engine.editing.exact.grammar_tone import TONE
from engine.editing.exact.operations import Curve, Operation
from engine.editing.exact.parts import TRANSPARENT, Backdrop, OnPart
from engine.editing.exact.tokens import Token
from engine.editing.exact.words import Symbol

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
    *("the model", "the lady", "the guy", "the kid", "the kids", "the child", "the children", "the baby"),
    *("the two of us", "both of us", "us both", "all of us", "my friend", "my friends"),
    *("the bride", "the groom", "the dancer", "the singer", "the player", "the dude", "my family"),
)
MAKE = Token("word", "make", "make")
THINGS = ("snow", "chocolate", "coral", "linen", "orchid", "salmon", "seashell", "thistle", "tomato", "wheat")
"""Names of colours that are rather things, behind somebody."""
SETTING = ("background", "backdrop")
STAYS = ("stays", "stay", "remains", "remain")


def phrases(*parts: Sequence[str]) -> list[tuple[str, ...]]:
    """Every combination of one piece from each of `parts`, as words."""
    return [tuple(" ".join(each).split()) for each in product(*parts)]


EXCEPT = ("except", "except for", "apart from")
UNTOUCHED = (
    "alone",
    "as is",
    "as it is",
    "as he is",
    "as she is",
    "as i am",
    "as they are",
    "unchanged",
    "untouched",
)
SKIN = ("my skin", "my face", "her skin", "her face", "his skin", "his face", "skin tones", "the skin tones")
PHRASES: tuple[tuple[str, list[tuple[str, ...]]], ...] = (
    ("background", phrases(("", "in", "of"), ("", "the"), SETTING, ("", "behind"), ("", "only"))),
    ("background", phrases(("", "the", "a"), SETTING, ("behind",), PEOPLE)),
    ("background", phrases(("only", "just"), ("", "the"), SETTING)),
    ("background", phrases(("the rest", "everything else", "the surroundings", "all the rest"))),
    ("background", phrases(("everything", "all"), (*EXCEPT, "but", "around", "behind"), PEOPLE)),
    ("background", phrases(("everything", "all", "what is", "whatever is"), ("behind",), ("", "it"))),
    ("background", phrases(("", "the"), ("scene", "area", "stuff", "part"), ("behind", "around"), PEOPLE)),
    ("background", phrases((*EXCEPT, "behind"), PEOPLE)),
    ("background", phrases(("whatever is", "what is"), ("around", "behind"), PEOPLE)),
    ("person", phrases(("only", "just"), ("", "on"), PEOPLE)),
    ("person", phrases((*PEOPLE, "model", "subject", "person", "people"), ("only",))),
    ("person", phrases(("", "on"), NAMED, ("", "only"))),
    (
        "coloured",
        phrases(("keep", "leave", "only", "just", "keep only"), PEOPLE, ("", "only"), ("in colour",)),
    ),
    (
        "coloured",
        phrases(
            (*PEOPLE, "person", "people", "she", "he", "they", "i"),
            STAYS,
            ("in colour", "coloured", "colourful"),
        ),
    ),
    ("coloured", phrases(("keep", "leave"), PEOPLE, ("coloured", "colourful"))),
    ("cut out", phrases(("cut",), PEOPLE, ("out",), ("", "of the background", "from the background"))),
    ("cut out", phrases(("separate", "extract"), PEOPLE, ("from the background",))),
    ("cut out", phrases(("no", "without a", "without the", "without any"), SETTING)),
    ("cut out", phrases(("cut out", "isolate", "keep only"), PEOPLE)),
    ("cut out", phrases(("remove", "delete", "erase", "get rid of", "take away"), ("", "the"), SETTING)),
    ("coloured", phrases(PEOPLE, ("in colour",))),
    ("others", phrases(("not", "but not"), ("", "on", "for"), PEOPLE)),
    ("others", phrases(PEOPLE, ("not",))),
    ("others", phrases(("", "but", "while"), PEOPLE, STAYS, (*UNTOUCHED, "the same"))),
    ("others", phrases(("leave", "keep"), (*PEOPLE, *SKIN), UNTOUCHED)),
    ("others", phrases(("do not",), ("touch", "change", "alter"), (*PEOPLE, *SKIN))),
    (
        "nothing",
        phrases(
            ("not", "but not", "and not"),
            ("the rest", "the background", "the backdrop", "the surroundings", "everything else"),
        ),
    ),
)
KINDS = {words: kind for kind, all_words in PHRASES for words in all_words}
LONGEST = max(map(len, KINDS))
SAID_BY = {"nothing": "person", "others": "background"}
"""Which part says already what these say."""
DONE_TO = frozenset(
    {"brighten", "lighten", "darken", "sharpen", "blur", "desaturate", "saturate", "denoise", "soften", "dim"}
)
"""What is done to people who stand right behind it: "brighten me"."""
MAKING = ("make", "turn")
BECOMES = frozenset(
    ("brighter", "darker", "lighter", "sharper", "blurry", "blurred", "softer", "pop", "black")
)
"""What people are made: "make me brighter", but not "make me a hat"."""
MADE = tuple(tuple(each.split()) for each in PEOPLE if each not in ("them", "her", "him"))


def mark_parts(tokens: Sequence[Token]) -> list[Token]:
    """Each phrase for people or background as one token.

    "Not the rest" adds nothing to "only her", nor "but not on me" to "the background".
    """
    words = [str(each.value) if each.kind == "word" else "" for each in tokens]
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        length = next((n for n in range(LONGEST, 0, -1) if tuple(words[at : at + n]) in KINDS), 0)
        kind = KINDS[tuple(words[at : at + length])] if length else "person"
        length = length or length_done_to(words, at)
        if not length:
            done.append(tokens[at])
            at += 1
            continue
        if not any(each.kind == "part" and each.value == SAID_BY.get(kind) for each in done):
            done.append(Token("part", " ".join(words[at : at + length]), kind))
        at += length
    return done


def length_done_to(words: Sequence[str], at: int) -> int:
    """How many words from there name people to whom the word before does something; 0 for none."""
    length = max((len(each) for each in MADE if tuple(words[at : at + len(each)]) == each), default=0)
    verb, after = words[at - 1] if at else "", words[at + length : at + length + 1]
    made = verb in MAKING and not BECOMES.isdisjoint(after)
    return length if made or verb in DONE_TO else 0


def readings(clause: list[Token], before: list[Token]) -> list[list[Token]]:
    """What a clause may be about, best first, after one about a part.

    "Darker" says more of the part; "it" is the background, unless only a picture can be it ("crop it").
    """
    part = next((each for each in before if each.kind == "part"), None)
    if (
        part is None
        or part.value not in ("person", "background")
        or any(each.kind == "part" for each in clause)
    ):
        return [clause]
    symbols = segment(clause, TONE.kinds | COMMON | {"colour", "bw", "sepia"})
    if symbols is not None and not any(says_what_to_change(each) for each in symbols):
        return [[MAKE, part, *clause]]
    others = [each for each in before if each.kind != "part"]
    if part.value == "person" or parse_backdrop(others) is not None:
        return [clause]
    return [[part if each.value == "it" else each for each in clause], clause]


def says_what_to_change(symbol: Symbol) -> bool:
    if symbol.kind == "tone":
        return symbol.value.form == "verb"
    return symbol.kind in ("whole", "make", "add", "remove") or (
        symbol.kind in ("raise", "lower") and symbol.text not in ("more", "even more", "extra", "less")
    )


def parse_parts(
    tokens: list[Token], parse: Callable[[list[Token]], list[Operation] | None]
) -> list[Operation] | None:
    """`parse` reads what is asked for, in a clause about the whole picture."""
    tokens = said_once(tokens)
    parts = [each.value for each in tokens if each.kind == "part"]
    others = [each for each in tokens if each.kind != "part"]
    if len(parts) != 1 or parts[0] in ("nothing", "others"):
        return None
    if parts[0] in ("coloured", "cut out"):
        if segment(others, frozenset({"filler"})) is None:
            return None
        return [Backdrop(TRANSPARENT) if parts == ["cut out"] else OnPart("background", BlackAndWhite())]
    backdrop = parse_backdrop(others) if parts == ["background"] else None
    if backdrop is not None:
        return [backdrop]
    whole = [Token("word", "it", "it") if each.kind == "part" else each for each in tokens]
    # "The background is blurry" is a complaint, "background blurry" a wish.
    said = any(each.value in ("is", "are", "looks", "seems") for each in tokens)
    before = tokens[: next(at for at, each in enumerate(tokens) if each.kind == "part")]
    named = not said and segment(before, frozenset({"filler"})) is not None
    tries = ([MAKE, *whole], whole) if named else (whole, [MAKE, *whole])
    done = parse(tries[0]) or parse(tries[1])
    if done is None or not all(isinstance(each, IN_PLACE) for each in done):
        return None
    return [OnPart(parts[0], each) for each in done]


def said_once(tokens: list[Token]) -> list[Token]:
    """Without what names the same part again: "give the background a transparent background"."""
    done: list[Token] = []
    for each in tokens:
        if each.kind != "part" or each.value not in [known.value for known in done if known.kind == "part"]:
            done.append(each)
    return done


def parse_backdrop(others: list[Token]) -> Operation | None:
    """Like "make … blue", "replace … with plain white", "transparent …"; grey takes the colour away."""
    symbols = segment(
        others,
        frozenset({"make", "turn", "add", "recolour", "colour", "colour word", "plain"})
        | {"clear", "whole", "filler"},
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
