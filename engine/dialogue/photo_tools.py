"""What a photographic tool does precisely is a clear wish, whatever the model makes of its words."""

from __future__ import annotations

import re

from engine.dialogue.living import something_done
from engine.dialogue.own_words import answers, begins_as_an_order, own_words
from engine.editing.exact import plan
from engine.editing.exact.colour import AutoBalance
from engine.editing.exact.frame import Border
from engine.editing.exact.geometry import Rotate
from engine.editing.exact.tone import AutoLevels
from engine.jobs import Act, DialogueJob

_VAGUE = (AutoLevels, AutoBalance, Border, Rotate)
"""Tools that also serve who didn't say what he wants: "make it better", "rotate it"."""

_ASKING = re.compile(r"(is|are|was|why|do|does|did|who|what) ")
_FIGURE = re.compile(r"\d")


def as_a_tool_takes_it(job: DialogueJob, act: Act, instruction: str | None) -> str | None:
    """The last message as an instruction, in the model's lower case, if it is a wish for a photographic tool
    that the model missed; None leaves the decision as it is."""
    if answers(job.turns):
        return None
    own = own_words(job.turns)
    wish = plan(own)
    if wish is None:
        return None
    done = something_done(job.turns, job.applied)
    if act == "edit":  # "a bit darker" may be said of what was edited last
        return own if not done and (instruction is None or not knows(instruction)) else None
    clear = " " in own and not any(isinstance(each, _VAGUE) for each in wish.operations)
    if act == "undo" or not clear or _ASKING.match(own):
        return None
    ordered = begins_as_an_order(job.turns) or (not done and _FIGURE.search(own) is not None)
    return own if act == "ask" or ordered else None


def knows(instruction: str) -> bool:
    """Whether a photographic tool does all of the instruction, which writes nothing into the picture."""
    return '"' not in instruction and plan(instruction) is not None
