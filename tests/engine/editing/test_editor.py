"""An edit never changes a picture's size, format or transparency; the same seed gives the same bytes."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.batch import alone
from engine.editing.editor import Defaults, Editor
from engine.editing.knowledge import REFUSAL, Knowledge, content
from engine.jobs import Edited, EditJob, Refused
from tests.engine.editing.tiny import encoded, photo, save, standard_parts, starter_parts
from tests.engine.edits import run

STARTER = Defaults(resolution=32, square=True, views=4, steps=3, text_guidance=2.0, image_guidance=1.2)
KNOWN = Knowledge(frozenset({content("make it night"), content("make it autumn")}))


def job(image: bytes, instruction: str = "make it night", seed: int = 1) -> EditJob:
    return EditJob("1", "ann", image, instruction, seed)


@pytest.fixture(scope="module")
def editor() -> Editor:
    return Editor(starter_parts(), STARTER, KNOWN)


@pytest.mark.parametrize(("width", "height"), [(90, 60), (61, 203), (1, 1), (700, 20)])
def test_size_and_format_stay(editor: Editor, width: int, height: int) -> None:
    for kind, mime in (("PNG", "image/png"), ("JPEG", "image/jpeg")):
        _, outcome = run(editor, job(encoded(photo(width, height), kind)))
        assert isinstance(outcome, Edited)
        assert (outcome.width, outcome.height, outcome.mime) == (width, height, mime)
        with Image.open(io.BytesIO(outcome.image)) as picture:
            assert (picture.size, picture.format) == ((width, height), kind)


def test_transparency_is_kept(editor: Editor) -> None:
    picture = photo(80, 60)
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    _, outcome = run(editor, job(encoded(picture)))
    assert isinstance(outcome, Edited)
    with Image.open(io.BytesIO(outcome.image)) as result:
        assert np.array_equal(np.asarray(result.getchannel("A")), np.asarray(picture.getchannel("A")))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_picture(editor: Editor) -> None:
    image = encoded(photo())
    one, two, other = (run(editor, job(image, seed=seed))[1] for seed in (5, 5, 6))
    assert isinstance(one, Edited) and isinstance(two, Edited) and isinstance(other, Edited)
    assert one.image == two.image
    assert one.image != other.image


def test_every_step_is_told_with_a_small_preview(editor: Editor) -> None:
    steps, _ = run(editor, job(encoded(photo(1200, 800))))
    assert [(step.step, step.steps) for step in steps] == [(1, 3), (2, 3), (3, 3)]
    for step in steps:
        assert step.preview is not None
        with Image.open(io.BytesIO(step.preview)) as picture:
            assert max(picture.size) <= 320 and picture.format == "JPEG"


def test_closing_the_generator_cancels_and_leaves_the_editor_usable(editor: Editor) -> None:
    image = encoded(photo())
    whole = run(editor, job(image))[1]
    cut = alone(editor.edit(job(image)), editor.predict)
    next(cut)
    cut.close()
    assert run(editor, job(image))[1].image == whole.image  # type: ignore[union-attr]


def test_an_exact_edit_needs_no_network(editor: Editor) -> None:
    steps, outcome = run(editor, job(encoded(photo(90, 60)), "rotate it 90 degrees"))
    assert isinstance(outcome, Edited)
    assert (outcome.editor, outcome.width, outcome.height) == ("exact", 60, 90)
    assert steps == [] and outcome.summary


def test_what_small_weights_never_learned_is_refused_with_a_sentence(editor: Editor) -> None:
    for wish in ("give him a cyborg arm", "xyzzy", "the photo"):
        steps, outcome = run(editor, job(encoded(photo()), wish))
        assert outcome == Refused(REFUSAL) and steps == []


def test_full_weights_refuse_nothing(tmp_path: Path) -> None:
    folder = save(standard_parts(), tmp_path)
    editor = Editor.load(folder, torch.device("cpu"), torch.float32, 2, 5.0, 1.5)
    assert editor.defaults == Defaults(512, False, 1, 2, 5.0, 1.5)
    small = Editor(editor.parts, Defaults(64, False, steps=2), None)
    _, outcome = run(small, job(encoded(photo(150, 70)), "give him a cyborg arm"))
    assert isinstance(outcome, Edited)
    assert (outcome.width, outcome.height) == (150, 70)


def test_the_weights_own_defaults_are_used_unless_told_otherwise(tmp_path: Path) -> None:
    folder = save(starter_parts(), tmp_path)
    usage = {
        "resolution": 32,
        "square": True,
        "views": 2,
        "steps": 4,
        "text_guidance": 2.5,
        "image_guidance": 1.1,
    }
    (folder / "editor.json").write_text(json.dumps(usage))
    assert Editor.load(folder, torch.device("cpu"), torch.float32).defaults == Defaults(**usage)
    told = Editor.load(folder, torch.device("cpu"), torch.float32, steps=9, image_guidance=0.8).defaults
    assert (told.steps, told.text_guidance, told.image_guidance) == (9, 2.5, 0.8)


def test_what_is_no_picture_is_an_error_of_the_caller(editor: Editor) -> None:
    with pytest.raises(OSError):
        run(editor, job(b"no picture"))


def test_the_scales_that_were_used_are_told(editor: Editor) -> None:
    image = encoded(photo())
    own, more = (run(editor, replace(job(image), text_guidance=scale))[1] for scale in (None, 3.0))
    assert isinstance(own, Edited) and isinstance(more, Edited)
    defaults = editor.defaults
    assert (own.text_guidance, own.image_guidance) == (defaults.text_guidance, defaults.image_guidance)
    assert (more.text_guidance, more.image_guidance) == (3.0, defaults.image_guidance)
    assert own.image != more.image
