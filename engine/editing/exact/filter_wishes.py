"""Which filter an instruction asks for: "make it a comic", "as a watercolour", "blur the faces".

Only whole sentences of these forms are read. What tells how the photo is ("it looks like a comic"), names a
thing in it ("make the painting bright") or wishes for one ("give her a pencil") asks for none.
"""

from __future__ import annotations

import re

from engine.editing.exact.faces import HideFaces
from engine.editing.exact.filters import Drawing, Grain, Pixelate
from engine.editing.exact.operations import Operation

_TO_COLOUR = r"colou?ring (book( page)?|page)"
_LINES = r"(line|ink) (drawing|art|sketch)|line ?art"
NAMES = {
    "a pencil sketch": r"(pencil|graphite)( sketch| drawing| art)?|sketch|(hand )?drawing",
    "a charcoal drawing": r"charcoals?( sketch| drawing| art)?",
    "a watercolour": r"water ?colou?rs?( painting| art| drawing)?|aquarelle",
    "an oil painting": r"oils?( paint| painting)?|painting",
    "a comic": r"((roy )?lichtenstein )?(comic|cartoon)s?( book| strip)?( drawing| page| panel| art)?",
    "a neon drawing": r"neon( drawing| outline| outlines| glow| sign| art)?",
    "a pop art print": r"(andy warhol )?pop art( print| poster)?",
    "a poster": r"((travel|screen) ?(print )?)?poster|screen ?print",
    "a pixel art picture": r"pixel ?art( picture| game)?",
    "a mosaic": r"((roman|stone|tile) )?mosaic",
    "a stained glass window": r"stained glass( window)?",
    "a line drawing": rf"({_LINES})( (for|from|in|like) (a|my|the) {_TO_COLOUR})?"
    rf"|(page (of|from|for) a )?{_TO_COLOUR}",
    "a blueprint": r"blueprint",
    "a newspaper print": r"(old )?newspaper (print|photo|picture)|half ?tone( print)?",
    "a pastel drawing": r"(soft )?(pastel|chalk) (drawing|painting|sketch)|soft pastels?|pastels",
}
"""What each style is called."""
ONLY_OF_ALL = re.compile(r"(a )?(painting|drawing|oils?|neon|poster)")
"""Names of things, too: by themselves they wish for nothing."""

_ANY = "|".join(f"(?P<style_{at}>{name})" for at, name in enumerate(NAMES.values()))
_POLITE = re.compile(
    r"\b(please|pls|plz|kindly|can you|could you|would you|will you|i want|i would like|i'd like|i'd love"
    r"|let's have|just|hey|hi|hello|thanks|thank you|ty|for me|now|maybe)\b"
)
_IT = (
    r"(it|this|that|everything|me|him|her|us|them|(all of )?(it|this)"
    r"|(this|the|my|our|that) (whole )?(photo|picture|image|pic|shot|portrait|selfie|photograph|snapshot)"
    r"( of \w+)?)"
)
_NICE = r"((very|really) )?((nice|beautiful|lovely|cool|simple|proper|real|classic|little|detailed) )?"
_STYLE = rf"((the )?style of )?((a|an|some) )?{_NICE}({_ANY})"
_KIND = r"( (style|effect|filter|look|version|vibe|feel))?"
_MAKE = r"(make|turn|convert|transform|change|render|redo|do|get|have|reimagine|show)"
_DRAW = r"(draw|paint|sketch|render|redraw|repaint|print)"
_AS = r"( (look like|look|like|in|into|to|as|be|with))*"
_DRAWINGS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"({_MAKE}|{_DRAW}) {_IT}{_AS} {_STYLE}{_KIND}",
        rf"((it|this|everything) )?(as|in|into|like|as if it (was|were)) {_STYLE}{_KIND}",
        rf"{_STYLE}{_KIND}( (of|from) {_IT})?",
        rf"(add|apply|put|use|give (it|this))( (a|an|the|some))? {_NICE}({_ANY})"
        rf" (style|effect|filter|look|vibe|feel)( (on|to) {_IT})?",
        rf"(change|set|switch|make) the (style|filter|effect|look|theme)( (to|into|be))? {_STYLE}{_KIND}",
        rf"(?P<sketch>sketch) {_IT}",
    )
)
_PIXELATED = re.compile(
    rf"(pixelate|pixelise|pixelize) {_IT}|make {_IT}( (look|a bit|a little|very|more))* pixelated"
    rf"|(a )?pixelated (effect|version( of {_IT})?)|(add|apply) (a )?pixelated? effect( (on|to) {_IT})?"
)
_GRAINED = re.compile(
    rf"add( (a bit of|a little|some|more|a|the))* (film )?grain( effect)?( to {_IT})?"
    rf"|make {_IT}( (look|a bit|a little|slightly|very|more))* grainy|(film )?grain( effect)?"
)
_WHOSE = r"((all (of )?)?(the|our|their|people's)?|all( of)?|every|each|both|everyone's|everybody's)"
_EVERY = rf"(({_WHOSE} )?faces|(every|each) face)"
_ONE = r"((the|my|his|her|their|your|this) face)"
_HIDE = r"(blur|pixelate|pixelise|pixelize|censor|hide|obscure|anonymi[sz]e)( out)?"
_HIDDEN = re.compile(
    rf"{_HIDE} ({_EVERY}|{_ONE})( out)?"
    rf"|make ({_EVERY}|{_ONE})( (look|all|completely))* (blurry|blurred|pixelated|unrecogni[sz]able)"
)


def said_plainly(instruction: str) -> str:
    """Without politeness, punctuation and capitals."""
    words = re.sub(r"[^a-z0-9' ]+", " ", instruction.lower().replace("’", "'"))
    return " ".join(_POLITE.sub(" ", words).split())


def hiding(instruction: str) -> HideFaces | None:
    """Faces to be made unrecognisable; one, if one is spoken of."""
    said = said_plainly(instruction)
    if not _HIDDEN.fullmatch(said):
        return None
    return HideFaces("blur" if "blur" in said else "pixelate", every=re.search(_EVERY, said) is not None)


def filtering(instruction: str) -> Operation | None:
    """The filter for the whole photo that an instruction asks for, if it asks for nothing else."""
    said = said_plainly(instruction)
    if _PIXELATED.fullmatch(said):
        return Pixelate()
    if _GRAINED.fullmatch(said):
        return Grain()
    if ONLY_OF_ALL.fullmatch(said):
        return None
    for form in _DRAWINGS:
        if found := form.fullmatch(said):
            groups = found.groupdict()
            if groups.pop("sketch", None):
                return Drawing("a pencil sketch")
            return Drawing(next(s for s, key in zip(NAMES, groups, strict=True) if groups[key] is not None))
    return None
