"""Clauses about graded qualities: brightness, contrast, colour, sharpness, noise."""

from __future__ import annotations

from engine.editing.exact.amounts import SCALES, build_stops, signs_of_amount
from engine.editing.exact.clause import Clause, Family
from engine.editing.exact.operations import Operation
from engine.editing.exact.words import Tone

REGIONS = ("shadows", "highlights")
WHITE_BALANCE = ("warmth", "tint")
SOFTENED = ("contrast", "saturation", "highlights")
"""What may be softer."""
COLOURFUL = ("saturation", "vibrance", "warmth")
PARTICLES = ("up", "down", "more", "even more", "extra")
"""Words that add nothing to a verb or a comparative: "brighten it up", "cool it down"."""
IMPERATIVES = ("dim", "warm")
"""Adjectives that are verbs, too: "dim the picture"."""
STRONG = ("strong", "heavy", "dramatic", "really", "very", "super", "a lot", "lots of", "much")
BLEMISHES = frozenset(
    {"dark", "dim", "gloomy", "murky", "flat", "hazy", "low contrast", "dull", "blurry", "out of focus"}
    | {"noisy", "grainy", "harsh"}
)
"""Adjectives that are a complaint where somebody says that it is so: "the picture is dark"."""


def build_tone(clause: Clause) -> list[Operation] | None:
    amounts = clause.has("degree") + clause.count("factor", "percent", "stops", "number", "px")
    if amounts > 1 or not clause.joins_only("tone"):
        return None
    heads = read_heads(clause)
    if names_an_object(clause):
        return None
    if not heads:
        return build_stops(clause)
    operations = [build_one(head, clause) for head in heads]
    done = [each for each in operations if each is not None]
    return done if len(done) == len(operations) else None


def names_an_object(clause: Clause) -> bool:
    """Whether an adjective after an article is a thing: "put a lighter on it", "turn it into a dark"."""
    kinds = [each.kind for each in clause.symbols]
    for at, symbol in enumerate(clause.symbols):
        if symbol.kind == "article" and "tone" in kinds[at:]:
            head = at + kinds[at:].index("tone")
            if clause.symbols[head].value.form not in ("noun", "verb"):
                placed = clause.has("add") or clause.says("put", "apply")
                after = ("effect", "colours", "cast") if placed else ("effect", "colours", "cast", "whole")
                return not any(each in after for each in kinds[head + 1 :])
    return False


def read_heads(clause: Clause) -> list[Tone] | None:
    """The qualities that the clause is about; None where they don't go together."""
    heads: list[Tone] = clause.all("tone")
    strong = clause.has("make") and clause.says("strong", "bold")
    if not heads and clause.has("colours", "colour word") and (strong or clause.has("raise", "lower")):
        return [Tone("saturation", 0, "noun")]
    if len(heads) == 2 and not clause.has("and"):
        again = [each for each in heads[1:] if (each.quality, each.sign) == (heads[0].quality, heads[0].sign)]
        if again and heads[0].form == "verb":  # "blur it out of focus"
            return heads[:1] if not clause.has("raise", "lower", "too", "not", "colours") else None
        heads = [*merge_region(*heads), *merge_region(*reversed(heads))]
        graded = bool(heads) and heads[0].form == "graded"  # "less harsh contrast"
        return heads if graded or not clause.has("raise", "lower", "colours") else None
    if clause.has("colours", "colour word"):
        heads = [about_colours(each, clause) for each in heads]
    if len(heads) - 1 != clause.count("and") or len({each.form for each in heads}) > 1:
        return None
    alike = {(each.quality, each.sign) for each in heads}
    return heads[:1] if len(alike) == 1 else heads  # "murky and dark"


def merge_region(region: Tone, change: Tone) -> list[Tone]:
    """Like "brighten the shadows", "the shadows are too dark", "a warmer white balance"."""
    if region.form != "noun" or change.form == "noun":
        return []
    if region.quality in REGIONS and change.quality == "exposure" and change.form != "fault":
        return [Tone(region.quality, change.sign, change.form)]
    softer = change.quality == "sharpness" and change.sign < 0
    if (softer or (change.quality == "blur" and change.form == "verb")) and region.quality in SOFTENED:
        return [Tone(region.quality, -1, change.form)]
    if change.quality == "depth":
        return [Tone("shadows", -1, change.form)] if region.quality == "shadows" else []
    if region.quality == change.quality or (region.quality == "balance" and change.quality in WHITE_BALANCE):
        return [change]
    return []


def about_colours(head: Tone, clause: Clause) -> Tone:
    """What "the colours" may be: brighter ones are more vibrant; sharper ones mean nothing."""
    if head.quality == "exposure" and head.sign > 0 and head.form != "graded" and clause.has("colours"):
        return Tone("vibrance", head.sign, head.form)
    if head.quality == "contrast" and head.sign > 0 and head.form in ("comparative", "adjective"):
        return Tone("vibrance", head.sign, head.form)  # "punchier colours"
    if head.quality == "intensity":
        return Tone("saturation", head.sign, head.form)
    return head if head.quality in COLOURFUL else Tone("none", 0, "noun")


def build_one(head: Tone, clause: Clause) -> Operation | None:
    sign = cast_direction(head, clause) if clause.has("cast") else direction(head, clause)
    return SCALES[head.quality](sign, clause) if sign and head.quality in SCALES else None


def direction(head: Tone, clause: Clause) -> int:
    """+1 or -1; 0 where the words don't say which, or contradict each other."""
    if head.form == "noun":
        return noun_direction(head, clause)
    if clause.has("remove"):
        return 0
    if head.form in ("adjective", "graded", "fault"):
        return adjective_direction(head, clause)
    moved = [each.text for each in clause.symbols if each.kind in ("raise", "lower")]
    if clause.has("too", "enough", "not") or not all(each in PARTICLES for each in moved):
        return 0
    return head.sign


def cast_direction(head: Tone, clause: Clause) -> int:
    """Like "remove the yellow tint", "it has a blue cast", "add a green tint"."""
    if head.quality not in WHITE_BALANCE or head.form == "noun" or clause.has("not", "enough"):
        return 0
    unwanted = clause.has("remove", "lower", "too") or clause.symbols[0].kind == "whole"
    return -head.sign if unwanted else head.sign if clause.has("add", "make", "raise") else 0


def noun_direction(head: Tone, clause: Clause) -> int:
    """Like "more contrast", "reduce the noise", "contrast +20 %"."""
    if clause.has("too") or clause.has("not") != clause.has("enough"):
        return 0
    if head.quality == "noise" and clause.says("there is"):
        return -1
    if clause.has("enough"):
        return 1 if head.quality not in REGIONS and not clause.has("raise", "lower", "remove", "add") else 0
    moves = {*clause.all("raise"), *clause.all("lower")}
    if head.quality in REGIONS:
        # "more shadows", "add shadows" and "remove the shadows" speak of things in the picture.
        lifted = head.quality == "shadows" and clause.says("reduce", "recover", "bring back")
        clear = clause.has("raise", "lower") and not clause.says("more", "less", "extra", "low", "high")
        if not clear or clause.has("add", "remove"):
            return 0
        moves = {1} if lifted else moves
    elif clause.has("remove"):
        return -1 if head.quality == "noise" and not moves else 0
    strong = {1} if head.quality in ("contrast", "saturation") and clause.says(*STRONG) else set[int]()
    signs = moves or signs_of_amount(clause) or set(clause.all("add")) or strong
    return signs.pop() if len(signs) == 1 else 0


def adjective_direction(head: Tone, clause: Clause) -> int:
    """Like "make it vivid", "less saturated", "too dark", "not bright enough", "twice as bright"."""
    moved = [each.text for each in clause.symbols if each.kind in ("raise", "lower")]
    if not all(each in ("more", "even more", "less", "too much") for each in moved):
        return 0
    more, less, too = clause.has("raise"), clause.has("lower"), clause.has("too")
    if more + less + too + clause.has("enough") > 1 or clause.has("not") != clause.has("enough"):
        return 0
    if clause.has("enough"):
        return head.sign
    if head.form == "fault":
        return -head.sign if not more and not clause.has("make") else 0
    if more or clause.has("factor"):
        return head.sign
    if less or too or complains(clause):
        return -head.sign
    if clause.symbols[0].text in IMPERATIVES and clause.has("whole"):
        return head.sign
    return head.sign if head.form == "adjective" and clause.has("make", "colours", "effect") else 0


def complains(clause: Clause) -> bool:
    """Like "it is dark", "the picture looks a bit flat"."""
    stated = clause.symbols[0].kind in ("whole", "colours") and not clause.has("make", "raise")
    stated = stated or (clause.has("so") and not clause.has("make", "raise", "lower"))
    return stated and any(each.kind == "tone" and each.text in BLEMISHES for each in clause.symbols)


TONE = Family(
    "tone",
    frozenset(
        {
            "tone",
            "make",
            "add",
            "remove",
            "raise",
            "lower",
            "too",
            "so",
            "cast",
            "enough",
            "not",
            "colours",
            "colour word",
        }
        | {"degree", "factor", "percent", "stops", "number", "px", "effect", "to", "and", "article"}
    ),
    build_tone,
)
