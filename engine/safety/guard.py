"""What a safety check flags never leaves the engine: not as a source, not as a preview, not as a result."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from PIL import Image

from engine.batch import changed
from engine.jobs import PREVIEW_SECONDS, Edited, EditJob, Refused, Step

if TYPE_CHECKING:
    from engine.batch import Editing, Edits

SOURCE_REFUSED = (
    "I'm sorry, my safety check takes this picture for one that I shouldn't work on; it is wrong at times,"
    " so please try another picture."
)
RESULT_REFUSED = (
    "I'm sorry, my safety check held back what came of that, so your picture stays as it was; it is wrong at"
    " times, so please try other words."
)

REMEMBERED = 10_000  # verdicts; one takes about 200 bytes
SIDE = 448  # pixels of the shorter side that a check gets to see at least, where there are so many


class Check(Protocol):
    """`name` is what the admin reads in the log."""

    name: str

    def flags(self, picture: Image.Image) -> bool:
        """Whether an RGB picture is one that must not be worked on or shown."""
        ...


class Guard:
    """An editor behind a safety check; an `engine.batch.Edits` itself.

    Verdicts on sources and results are remembered by the bytes' sha256: a picture is checked once, and a
    result needs no second look when it is the next edit's source. A check that breaks fails the job.
    """

    def __init__(self, editor: Edits, check: Check) -> None:
        self._editor = editor
        self._check = check
        self._verdicts: dict[str, bool] = {}

    def predict(self, requests: Sequence[Any]) -> list[Any]:
        """The editor's own."""
        return self._editor.predict(requests)

    def edit(self, job: EditJob) -> Editing:
        """As the editor's own; a flagged source or result is `Refused` unless the job wants no check."""
        if not job.safety_check:
            return (yield from self._editor.edit(job))
        if self._flagged(job.image):
            return Refused(SOURCE_REFUSED, f"the source picture was flagged by the {self._check.name}")
        yield None  # a look takes long
        outcome = yield from self._watched(job)
        yield None
        if isinstance(outcome, Edited) and self._flagged(outcome.image):
            return Refused(RESULT_REFUSED, f"the result was flagged by the {self._check.name}")
        return outcome

    def _watched(self, job: EditJob) -> Editing:
        """The edit, with no more previews once one was flagged."""
        shown, hidden = float("-inf"), False

        def without_what_is_flagged(step: Step) -> Step:
            nonlocal shown, hidden
            if step.preview is None:
                return step
            soon = time.monotonic() - shown < PREVIEW_SECONDS
            hidden = hidden or (not soon and self._look(step.preview))
            if hidden or soon:
                return replace(step, preview=None)
            shown = time.monotonic()
            return step

        return changed(self._editor.edit(job), without_what_is_flagged)

    def _flagged(self, image: bytes) -> bool:
        sha256 = hashlib.sha256(image).hexdigest()
        if sha256 not in self._verdicts:
            while len(self._verdicts) >= REMEMBERED:
                del self._verdicts[next(iter(self._verdicts))]
            self._verdicts[sha256] = self._look(image)
        return self._verdicts[sha256]

    def _look(self, image: bytes) -> bool:
        return any(self._check.flags(picture) for picture in appearances(image))


def appearances(image: bytes) -> list[Image.Image]:
    """The RGB pictures that people may see in an encoded one, shrunk if it is large.

    A transparent picture is seen on a light page, and without its transparency by whoever opens the file.
    """
    with Image.open(io.BytesIO(image)) as picture:
        picture.draft("RGB", (SIDE, SIDE))
        transparent = "A" in picture.getbands() or "transparency" in picture.info
        seen = picture.convert("RGBA" if transparent else "RGB")
    seen = seen.reduce(max(1, min(seen.size) // SIDE))
    if not transparent:
        return [seen]
    page = Image.new("RGBA", seen.size, "white")
    return [Image.alpha_composite(page, seen).convert("RGB"), seen.convert("RGB")]
