"""Edits in series: an instruction read as parts, and parts done one after the other on pixels.

A part is exact (a photo tool does it) or painted (diffusion does it). Nothing is encoded between two parts,
so an instruction of several parts, or several rounds of instructions, keep all that each of them keeps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from PIL import Image

from engine.batch import Request, changed
from engine.editing.adding import Add, Exchange, adding
from engine.editing.adding_wishes import in_full
from engine.editing.elsewhere import elsewhere
from engine.editing.exact import NobodyFound, Plan, plan
from engine.editing.exact.filter_wishes import filtering, hiding
from engine.editing.exact.operations import Operation, Size
from engine.editing.exact.phrases import enumerate_phrases
from engine.editing.exact.router import SEPARATORS
from engine.editing.exact.tokens import SCANNER, SPELLING
from engine.editing.front import front
from engine.editing.knowledge import FILLERS, REFUSAL, SWITCH, Knowledge, content
from engine.editing.recolour import recolouring
from engine.editing.thing_wishes import WHOLE
from engine.editing.things import Repeat, on_things
from engine.jobs import EditJob, Step

MOST_PIECES = 12
"""More than that is a story: it is not taken apart, as a wrong cut would be more likely than a right one."""

THING = re.compile(
    r"\b(the|an?(?! (?:bit|little|touch|tad|notch|lot)\b)|his|her|their|my|your|our|its|him|them)\b",
    re.IGNORECASE,
)
SHAPELESS = frozenset(("make", "turn", "get", "let", "have"))
"""Verbs that may be said of a thing as well as of the picture; "crop it" can't."""
VERBS = frozenset(
    """
    make turn change set switch convert transform give put add remove delete erase replace swap paint draw
    place show get let have crop cut trim rotate flip mirror straighten resize enlarge shrink scale
    increase raise boost reduce decrease lower brighten lighten darken sharpen blur soften saturate desaturate
    mute denoise warm cool improve enhance fix write caption apply use invert round do take
    """.split()  # noqa: SIM905 - a list of fifty strings would be no easier to read
)


ABOUT_ONE = (Add, Exchange, Repeat)
"""After what brings one more thing, "it" is mostly that: "add a cat and make it red"."""


class CannotDo(Exception):
    """A part is beyond the weights; the message is one sentence for the person."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one editor does of an instruction: `plan` exactly, or diffusion where that is None.

    `sure`: an exact part, or one that the weights are known to do. `paintable`: whether the weights may try
    an exact part that is about people when the tool finds nobody.
    """

    text: str
    plan: Plan | None
    sure: bool = True
    paintable: bool = False


R = TypeVar("R")
Pieces = Generator[Step | Request | None, Any, R]
"""Work that stops at the points of `engine.batch`."""
Paint = Callable[[EditJob, Image.Image], Pieces[Image.Image]]
"""One painted part: (job, picture) -> picture."""


def rounds(job: EditJob) -> list[EditJob]:
    """The job as one job per round, oldest first, each with its own instruction, seed and scales."""
    earlier = [
        replace(
            job,
            instruction=each.instruction,
            seed=each.seed,
            text_guidance=each.text_guidance,
            image_guidance=each.image_guidance,
            earlier=(),
        )
        for each in job.earlier
    ]
    return [*earlier, replace(job, earlier=())]


def run(
    work: Sequence[tuple[EditJob, Part]], picture: Image.Image, paint: Paint
) -> Pieces[tuple[Image.Image, list[Part]]]:
    """Do the parts in order; returns the picture and the parts as they were done. Closing it cancels.

    Steps count over all parts. What a tool for people can't do, as it sees nobody, is painted. Raises
    `CannotApply` and `CannotDo`; before painting, which takes time, where that can be told by then.
    """
    painted = sum(part.plan is None for _, part in work)
    before = 0
    done: list[Part] = []
    for index, (job, part) in enumerate(work):
        yield None
        if part.plan is not None:
            try:
                picture = part.plan.apply(picture)
                done.append(part)
                continue
            except NobodyFound:
                if not part.paintable:
                    raise CannotDo(REFUSAL) from None
                painted += 1
        _check([later for _, later in work[index + 1 :]], picture.size)
        steps = paint(replace(job, instruction=part.text), picture)
        picture = yield from _counted(steps, before, painted)
        done.append(replace(part, plan=None))
        before += 1
    return picture, done


def _check(parts: Sequence[Part], size: Size) -> None:
    """Raise `CannotApply` where the picture's size alone says that an exact part can't be done.

    A painted part leaves the size as it is. Where a part's outcome depends on the picture, its size and what
    follows are unknown.
    """
    for part in parts:
        after = size if part.plan is None else part.plan.size_after(size)
        if after is None:
            return
        size = after


def _counted(steps: Pieces[Image.Image], before: int, parts: int) -> Pieces[Image.Image]:
    """The steps of the part after `before` others, of `parts` that all take as many."""

    def counted(step: Step) -> Step:
        return Step(before * step.steps + step.step, parts * step.steps, step.preview)

    return changed(steps, counted)


def summary(parts: Sequence[Part]) -> str | None:
    """What was done, where some of it is known in numbers; None where the wish itself says all of it.

    "I painted “make it winter”, made it a bit brighter (+0.3 stops) and cropped it to a square."
    """
    if all(part.plan is None or part.plan.told_by_wish for part in parts):
        return None
    phrases: list[str] = []
    for part in parts:
        exact = [each.phrase for each in part.plan.operations] if part.plan is not None else []
        phrases += exact or [f"painted “{part.text}”"]
    return f"I {enumerate_phrases(phrases)}."


def read(instruction: str, knowledge: Knowledge | None) -> tuple[Part, ...]:
    """The parts of an instruction in their order; without `knowledge` the weights are trusted with anything.

    Raises `CannotDo` when small weights don't know a part. Then nothing is done, and the sentence names what
    can't be done and offers the rest. To do the rest at once would be quicker, but what is left often leans
    on what is missing: of "give her a hat and make it red", the second half alone reddens the picture.
    """
    parts = tuple(
        replace(
            part,
            plan=_with_eyes(part.plan, knowledge),
            paintable=knowledge is None or knowledge.covers(part.text),
        )
        for part in split(instruction, knowledge)
    )
    if knowledge is None:
        return parts
    unknown = [part.text for part in parts if not part.sure]
    if not unknown:
        return parts
    known = [part.text for part in parts if part.sure]
    if not known:
        raise CannotDo(REFUSAL)
    raise CannotDo(
        f"I can't do {_quoted(unknown)} with the small starter model yet, so I left your picture as it is. "
        f"Ask me for “{', then '.join(known)}” alone, and I do that; for the rest, {SWITCH}"
    )


def _quoted(texts: Sequence[str]) -> str:
    return enumerate_phrases([f"“{text}”" for text in texts])


def split(instruction: str, knowledge: Knowledge | None) -> tuple[Part, ...]:
    """Cut an instruction between its clauses so that as much as possible is surely understood.

    Of such cuts the one with the fewest parts is taken, and of those the one that paints least: neighbouring
    exact clauses are one plan, and what the weights are to paint unknown stays one instruction.
    """
    instruction = _as_taught(instruction, knowledge)
    pieces = _pieces(instruction)
    exact = _exact(instruction, knowledge)
    if exact is not None or len(pieces) > MOST_PIECES:
        return (Part(instruction, exact, sure=exact is not None),)
    if len(pieces) < 2:
        return (Part(instruction, None, sure=knowledge is not None and knowledge.covers(instruction)),)
    spans = _spans(instruction, pieces, knowledge)
    best: list[_Cut] = [_Cut(0, 0, ())]
    for end in range(1, len(pieces) + 1):
        cuts = [
            cut.then(spans[start, end], end - start)
            for start, cut in enumerate(best)
            if not cut.parts or not _leans(spans[start, end], cut.parts[-1])
        ]
        best.append(min(cuts, key=lambda cut: (cut.unsure, len(cut.parts), cut.painted)))
    parts = best[-1].parts
    if len(parts) == 1 or not any(part.sure for part in parts):
        return (Part(instruction, None, sure=parts[0].sure),)
    return tuple(_with_verb(parts))


def _as_taught(text: str, knowledge: Knowledge | None) -> str:
    """As small weights' grammars have it."""
    if knowledge is None:
        return text
    taught = elsewhere(text, knowledge) or in_full(text)
    if taught == text or plan(text) is not None or adding(text, knowledge) is not None:
        return text
    return taught


def _exact(text: str, knowledge: Knowledge | None) -> Plan | None:
    """The plan of a part. One of people is none with others: where nobody is found, it alone is painted."""
    found = plan(text)
    if found is None:
        operations = [each for each in _instead(text, knowledge) if each is not None]
        return Plan(tuple(operations)) if operations else None
    if not found.about_people:
        return found
    return found if all(Plan((each,)).about_people for each in found.operations) else None


def _instead(text: str, knowledge: Knowledge | None) -> Sequence[Operation | None]:
    """What is done of a part that no photo tool does, instead of painting it.

    Full weights paint it, but for hidden faces: those are to be hidden for sure. Small ones leave to others
    what they do worse.
    """
    hidden = hiding(text)
    if hidden is not None or knowledge is None:
        return [hidden]
    filtered = filtering(text) if knowledge.filters else None
    one = filtered or adding(text, knowledge) or recolouring(text, knowledge)
    return on_things(text, knowledge) if one is None else [one]


def _with_eyes(found: Plan | None, knowledge: Knowledge | None) -> Plan | None:
    """The plan, also for pictures without people if something tells what stands before the background."""
    looks = knowledge.in_front if knowledge is not None else None
    return found if found is None or looks is None else found.else_by(partial(front, looks))


@dataclass(frozen=True, slots=True)
class _Cut:
    """Parts that cover the pieces so far; of those pieces so many are in unsure and in painted parts."""

    unsure: int
    painted: int
    parts: tuple[Part, ...]

    def then(self, part: Part, pieces: int) -> _Cut:
        unsure = self.unsure + (0 if part.sure else pieces)
        painted = self.painted + (0 if part.plan is not None else pieces)
        return _Cut(unsure, painted, (*self.parts, part))


def _spans(
    instruction: str, pieces: Sequence[tuple[int, int]], knowledge: Knowledge | None
) -> dict[tuple[int, int], Part]:
    """What each stretch of pieces, from start to end, would be as one part."""
    spans: dict[tuple[int, int], Part] = {}
    commands: list[tuple[int, int]] = []  # exact and with a verb: for no weights to paint
    for length in range(1, len(pieces) + 1):
        for start in range(len(pieces) - length + 1):
            end = start + length
            text = _as_taught(instruction[pieces[start][0] : pieces[end - 1][1]], knowledge)
            exact = _exact(text, knowledge)
            if exact is not None and _verb(text) is not None:
                commands.append((start, end))
            held = any(start <= first and last <= end for first, last in commands)
            known = not held and knowledge is not None and knowledge.covers(text)
            # "make the cat" of "make the cat and the dog blue" says of a thing nothing that could be painted.
            fragment = length < len(pieces) and _about_a_thing(text) and len(content(text)) < 2
            spans[start, end] = Part(text, exact, sure=exact is not None or (known and not fragment))
    return spans


def _pieces(instruction: str) -> list[tuple[int, int]]:
    """Where the pieces between "and", "then", commas and the like begin and end; quotes stay whole."""
    cuts = [(0, 0)]
    for found in SCANNER.finditer(instruction):
        word = found.group().lower()
        if found.lastgroup in ("word", "mark") and SPELLING.get(word, word) in SEPARATORS:
            cuts.append(found.span())
    cuts.append((len(instruction), len(instruction)))
    pieces: list[tuple[int, int]] = []
    for (_, begin), (end, _) in pairwise(cuts):
        text = instruction[begin:end]
        if re.search(r"\w", text):
            start = begin + len(text) - len(text.lstrip())
            pieces.append((start, begin + len(text.rstrip())))
    return pieces


def _about_a_thing(text: str) -> bool:
    """Whether a clause is about something in the picture ("the background"), not about all of it."""
    return WHOLE.search(text) is None and THING.search(text) is not None


def _verb(text: str) -> str | None:
    """The verb that a clause begins with, after "please" and the like."""
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in VERBS:
            return word
        if word not in FILLERS:
            return None
    return None


def _leans(part: Part, before: Part) -> bool:
    """Whether a clause can't be told apart from the one before it.

    One that isn't known and has no verb limits it: "make it black and white but not the rose". "The rest" is
    what the one before left. Without a verb
    after a painted one about a thing, it says more of that: "make the background blue and darker" wishes for
    no darker picture. After something that isn't surely known, "it" may be that: "give her a hat and make it
    darker".
    """
    verb = _verb(part.text)
    if (verb is None and not part.sure) or re.search(r"\b(rest|others?)\b", part.text, re.IGNORECASE):
        return True
    of_thing = before.plan is not None and any(isinstance(each, ABOUT_ONE) for each in before.plan.operations)
    if of_thing and re.search(r"\b(it|them)\b", part.text, re.IGNORECASE):
        return True
    whole = before.plan is not None and not before.plan.about_people
    if whole or not _about_a_thing(before.text):
        return False
    if verb is None:
        return WHOLE.search(part.text) is None and not (before.sure and _about_a_thing(part.text))
    of_things_too = part.plan is not None or "COLOUR" in content(part.text)
    it = re.search(r"\b(it|them)\b", part.text, re.IGNORECASE) is not None
    return verb in SHAPELESS and it and of_things_too and not before.sure


def _with_verb(parts: Sequence[Part]) -> list[Part]:
    """A painted clause borrows its verb: "make the sky blue and the shirt red" -> "make the shirt red"."""
    found: list[Part] = []
    verb: str | None = None
    for part in parts:
        own = _verb(part.text)
        if part.plan is None and own is None and verb is not None:
            part = replace(part, text=f"{verb} {part.text}")
        verb = (own or verb) if part.plan is None or part.plan.about_people else None
        found.append(part)
    return found
