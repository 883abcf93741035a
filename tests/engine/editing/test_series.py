"""A wish of several parts does all of them in their order, or none: never half of one, never one twice."""

from __future__ import annotations

import io
import json
from collections.abc import Generator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.batch import alone
from engine.editing import pictures, series
from engine.editing.editor import Defaults, Editor
from engine.editing.exact import plan
from engine.editing.knowledge import REFUSAL, Knowledge, content
from engine.jobs import Edited, EditJob, Refused, Round, Step
from tests.engine.editing.tiny import encoded, photo, starter_parts
from tests.engine.edits import run

STARTER = Defaults(resolution=32, square=True, views=4, steps=3, text_guidance=2.0, image_guidance=1.2)
KNOWN = Knowledge(
    frozenset(
        map(content, ("make it winter", "make the background blue", "make the shirt red", "make the dog red"))
    )
)
ROUTER = Path(__file__).parent / "exact" / "router.jsonl"
LINES = [json.loads(line) for line in ROUTER.read_text(encoding="utf-8").splitlines()]

EXACT = [
    "make it a bit brighter",
    "crop it square",
    "increase the contrast by 10 %",
    "flip it horizontally",
    "rotate it 90 degrees",
    "make it black and white",
    'write "salt and pepper, please" at the top',
    "add a white border",
]
PAINTED = ["make it winter", "make the background blue"]


def shown(instruction: str, knowledge: Knowledge | None = KNOWN) -> list[tuple[str, str]]:
    """The parts: exact, painted, or unknown."""
    return [
        (part.text, "exact" if part.plan else "painted" if part.sure else "unknown")
        for part in series.split(instruction, knowledge)
    ]


@pytest.fixture(scope="module")
def editor() -> Editor:
    return Editor(starter_parts(), STARTER, KNOWN)


def job(instruction: str, image: bytes | None = None, *earlier: Round, seed: int = 1) -> EditJob:
    image = encoded(photo(90, 60)) if image is None else image
    return EditJob("1", "ann", image, instruction, seed, earlier=earlier)


def edited(editor: Editor, work: EditJob) -> Edited:
    outcome = run(editor, work)[1]
    assert isinstance(outcome, Edited), outcome
    return outcome


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("instruction", "parts"),
    [
        ("make it winter", [("make it winter", "painted")]),
        ("crop it square", [("crop it square", "exact")]),
        (
            "make it winter and a bit brighter, then crop it square",
            [("make it winter", "painted"), ("a bit brighter, then crop it square", "exact")],
        ),
        (
            'Crop it square, write "winter and spring" on it and make it winter!',
            [('Crop it square, write "winter and spring" on it', "exact"), ("make it winter!", "painted")],
        ),
        (
            "make the background blue and the shirt red",
            [("make the background blue", "exact"), ("make the shirt red", "painted")],
        ),
        (
            "make it winter, flip it and make the background blue",
            [("make it winter", "painted"), ("flip it", "exact"), ("make the background blue", "exact")],
        ),
        (
            "make it black and white, make the background blue",
            [("make it black and white", "exact"), ("make the background blue", "exact")],
        ),
        (
            "make the background blue and make it darker",
            [("make the background blue", "exact"), ("make it darker", "exact")],
        ),
    ],
)
def test_the_parts_of_what_starter_weights_know(instruction: str, parts: list[tuple[str, str]]) -> None:
    assert shown(instruction) == parts


@pytest.mark.parametrize(
    "instruction", ["make the background blue and darker", "blur the background, a bit less saturated"]
)
def test_what_says_more_of_the_background_stays_with_it(instruction: str) -> None:
    assert shown(instruction) == [(instruction, "exact")]


@pytest.mark.parametrize(
    "instruction",
    [
        "give her a hat and make it darker",
        "swap the cat and the dog",
        "make the cat and the dog red",
        "make everything black and white but the umbrella",
        "make it black and white but keep the umbrella red",
        "rotate it to the left and right shoe",
        "give him a cyborg arm",
        ", and then",
        " and ".join(["crop it square", "frown"] * 20),
    ],
)
@pytest.mark.parametrize("knowledge", [KNOWN, None])
def test_what_can_not_be_told_apart_stays_one(instruction: str, knowledge: Knowledge | None) -> None:
    assert shown(instruction, knowledge) == [(instruction, "unknown")]


def test_with_full_weights_painted_clauses_stay_one_instruction() -> None:
    wish = "give him a hat, put a dog beside him, then crop it square"
    assert shown(wish, None) == [
        ("give him a hat, put a dog beside him", "unknown"),
        ("crop it square", "exact"),
    ]


def test_a_part_that_is_not_known_is_named_and_the_rest_offered() -> None:
    with pytest.raises(series.CannotDo) as refusal:
        series.read("give him a cyborg arm, make it winter and crop it square", KNOWN)
    assert str(refusal.value) == (
        "I can't do “give him a cyborg arm” with the small starter model yet, so I left your picture as it "
        "is. "
        "Ask me for “make it winter, then crop it square” alone, and I do that; for the rest, "
        "the admin can switch to the full model (engine.editor)."
    )
    offered = "make it winter, then crop it square"
    assert [kind for _, kind in shown(offered)] == ["painted", "exact"]


def test_where_no_part_is_known_the_sentence_says_what_is() -> None:
    with pytest.raises(series.CannotDo) as refusal:
        series.read("give him a hat and a beard", KNOWN)
    assert str(refusal.value) == REFUSAL


def test_the_wishes_of_the_router_s_file_are_cut_only_between_whole_clauses() -> None:
    """Those of its wishes that are no plan are cut only where a clause with a verb follows."""
    for line in LINES:
        parts = series.split(line["instruction"], None)
        if line["operations"]:
            assert len(parts) == 1 and parts[0].plan is not None
        elif len(parts) > 1:
            assert line["instruction"] in {
                "make it brighter and add a hat",
                "make it brighter, and give him a beard",
                "make it brighter and give him a beard",
                "write HELLO and add a cat",
            }, [part.text for part in parts]


@given(
    st.lists(st.sampled_from([*EXACT, *PAINTED]), min_size=1, max_size=6),
    st.sampled_from([", ", " and ", ", then ", "; "]),
)
@settings(deadline=None)
def test_a_series_of_exact_clauses_is_their_joint_plan(clauses: list[str], between: str) -> None:
    """Each run of exact clauses is what the router makes of them together, and nothing is left out."""
    runs: list[list[str]] = []
    for clause in clauses:
        if clause in EXACT and runs and runs[-1][0] in EXACT:
            runs[-1].append(clause)
        else:
            runs.append([clause])
    assume(all(first[0] in EXACT or second[0] in EXACT for first, second in pairwise(runs)))
    parts = series.split(between.join(clauses), KNOWN)
    assert [part.plan for part in parts] == [plan(between.join(each)) for each in runs]
    assert all(part.sure for part in parts)


@given(st.lists(st.sampled_from(EXACT), min_size=1, max_size=5))
@settings(deadline=None, max_examples=30)
def test_exact_rounds_in_series_are_the_rounds_one_by_one(rounds: list[str]) -> None:
    picture = encoded(photo(300, 200))
    *earlier, last = rounds
    work = job(last, picture, *(Round(each, 1) for each in earlier))
    one_by_one = photo(300, 200)
    for each in rounds:
        found = plan(each)
        assert found is not None
        one_by_one = found.apply(one_by_one)

    def paint(job: EditJob, picture: Image.Image) -> Generator[Step, None, Image.Image]:
        raise AssertionError("nothing is painted here")
        yield

    steps = series.run(
        [(each, part) for each in series.rounds(work) for part in series.read(each.instruction, KNOWN)],
        photo(300, 200),
        paint,
    )
    with pytest.raises(StopIteration) as end:
        while next(steps) is None:
            pass
    assert end.value.value[0].tobytes() == one_by_one.tobytes()


# ---------------------------------------------------------------- doing


def test_a_mixed_wish_is_one_edit_with_what_was_done_in_order(editor: Editor) -> None:
    steps, outcome = run(editor, job("make it winter and a bit brighter, then crop it square"))
    assert isinstance(outcome, Edited)
    assert (outcome.width, outcome.height, outcome.editor) == (60, 60, "diffusion")
    assert (outcome.text_guidance, outcome.image_guidance) == (2.0, 1.2)
    assert outcome.summary == (
        "I painted “make it winter”, made it a bit brighter (+0.3 stops) and cropped it to a square."
    )
    assert [(step.step, step.steps) for step in steps] == [(1, 3), (2, 3), (3, 3)]


def test_a_wish_about_people_is_painted_where_nobody_is_seen() -> None:
    wish = "make it winter and blur the background"
    knows = Knowledge(frozenset({content("make it winter"), content("blur the background")}))
    steps, outcome = run(Editor(starter_parts(), STARTER, knows), job(wish))
    assert isinstance(outcome, Edited)
    assert (outcome.editor, outcome.summary) == ("diffusion", None)
    assert len(steps) == 2 * STARTER.steps
    knows = Knowledge(frozenset({content("make it winter")}))
    assert run(Editor(starter_parts(), STARTER, knows), job(wish))[1] == Refused(REFUSAL)


def test_a_mixed_wish_is_its_parts_one_by_one(editor: Editor) -> None:
    """Losslessly encoded between the parts it comes out the same to the last bit."""
    together = edited(editor, job("crop it square, make it winter and rotate it 90 degrees"))
    image = encoded(photo(90, 60))
    for wish in ("crop it square", "make it winter", "rotate it 90 degrees"):
        image = edited(editor, job(wish, image)).image
    assert together.image == image


def test_steps_count_over_all_painted_parts(editor: Editor) -> None:
    steps, outcome = run(editor, job("make it winter, flip it, make the shirt red"))
    assert isinstance(outcome, Edited)
    assert [(step.step, step.steps) for step in steps] == [(number, 6) for number in range(1, 7)]
    assert all(step.preview for step in steps)


def test_the_same_job_gives_the_same_bytes_and_closing_cancels_in_every_part(editor: Editor) -> None:
    work = job("make it winter, crop it square, make the background blue")
    whole = edited(editor, work).image
    for stop in (1, 4, 6):
        cut = alone(editor.edit(work), editor.predict)
        for _ in range(stop):
            next(cut)
        cut.close()
        assert edited(editor, work).image == whole


def test_earlier_rounds_come_first_each_with_its_own_seed_and_scales(editor: Editor) -> None:
    first = Round("make it winter", 7, 3.0, 1.1)
    second = Round("crop it square", 8)
    steps, outcome = run(editor, job("make the shirt red", None, first, second, seed=9))
    assert isinstance(outcome, Edited)
    assert [(step.step, step.steps) for step in steps] == [(number, 6) for number in range(1, 7)]
    image = encoded(photo(90, 60))
    scaled = replace(job("make it winter", image, seed=7), text_guidance=3.0, image_guidance=1.1)
    image = edited(editor, scaled).image
    image = edited(editor, job("crop it square", image)).image
    assert outcome.image == edited(editor, job("make the shirt red", image, seed=9)).image
    assert (outcome.seed, outcome.editor, outcome.text_guidance) == (9, "diffusion", 2.0)


def test_of_a_jpeg_nothing_is_encoded_between_the_rounds(editor: Editor) -> None:
    """Four quarter turns are the upload again, which four JPEGs in between would not be."""
    source = encoded(photo(61, 43), "JPEG")
    outcome = edited(editor, job("rotate it 90 degrees", source, *[Round("rotate it 90 degrees", 1)] * 3))
    assert outcome.editor == "exact"
    assert outcome.image == pictures.encode(pictures.decode(source)[0], as_jpeg=True).data


def test_transparency_outlives_a_mixed_wish(editor: Editor) -> None:
    picture = photo(80, 60)
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    outcome = edited(editor, job("make it winter and rotate it 180 degrees", encoded(picture)))
    with Image.open(io.BytesIO(outcome.image)) as result:
        alpha = np.asarray(result.getchannel("A"))
    assert np.array_equal(alpha, np.asarray(picture.getchannel("A"))[::-1, ::-1])


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ("make it winter, then resize it to 20000 px wide", "megapixels"),
        ("make it winter and cut 80 px off the left", "nothing of the picture"),
        ("make it winter, rotate it 90 degrees, then cut 80 px off the left", "nothing of the picture"),
        ("make it winter, flip it, make the shirt red, and add a 9000 px border", "megapixels"),
        ("crop it square, make it winter, then cut 70 px off the left", "nothing of the picture"),
        (f'make it winter and write "{"much too long " * 40}" at the top', "doesn't fit"),
        ('make it winter and write "ਪੰਜਾਬੀ" at the top', "can't write these"),
    ],
)
def test_what_can_not_be_done_is_refused_before_anything_is_painted(
    editor: Editor, wish: str, sentence: str
) -> None:
    steps, outcome = run(editor, job(wish, encoded(photo(60, 90) if "rotate" not in wish else photo(90, 60))))
    assert isinstance(outcome, Refused), outcome
    assert sentence in outcome.sentence
    assert steps == []


def test_what_the_size_alone_does_not_tell_is_tried(editor: Editor) -> None:
    """Straightened it may be smaller, so that a limit holds that its size before does not."""
    steps, outcome = run(editor, job("make it winter, straighten it, then resize it to 20000 px wide"))
    assert isinstance(outcome, Refused)
    assert len(steps) == STARTER.steps


def test_a_refused_part_leaves_everything_undone(editor: Editor) -> None:
    for work in (
        job("crop it square and give him a cyborg arm"),
        job("crop it square", None, Round("give him a cyborg arm", 1)),
    ):
        steps, outcome = run(editor, work)
        assert isinstance(outcome, Refused) and "can't do" in outcome.sentence
        assert steps == []
