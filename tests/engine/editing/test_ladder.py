"""Too little memory or too small a range costs a picture its size or its time, never the person an answer."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.autoencoders.vae import Decoder
from PIL import Image

from engine.editing.editor import Defaults, Editor
from engine.jobs import Edited, EditJob, Failed, Outcome
from engine.messages import Finished, FromWorker, Stop
from engine.models import Models
from engine.worker import Server
from tests.engine.editing.tiny import encoded, photo, standard_parts, starter_parts
from tests.engine.edits import run

DEFAULTS = Defaults(resolution=256, steps=2, text_guidance=2.0, image_guidance=1.5)
PICTURE = encoded(photo(256, 256))
TOO_MUCH = "That picture was too much for my memory"


def job(name: str = "1", seed: int = 1) -> EditJob:
    return EditJob(name, name, PICTURE, "make it night", seed)


@pytest.fixture
def editor() -> Editor:
    return Editor(standard_parts(), DEFAULTS, None)


class Memory:
    """The device's: a network that is given more pixels than it holds runs out of it. Keeps what was seen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, network: type, limit: Callable[..., bool]) -> None:
        self.seen: list[tuple[int, ...]] = []
        forward = network.forward  # type: ignore[attr-defined]

        def checked(model: Any, sample: torch.Tensor, *rest: Any, **options: Any) -> Any:
            if limit(*sample.shape):
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
            self.seen.append(tuple(sample.shape))
            return forward(model, sample, *rest, **options)

        monkeypatch.setattr(network, "forward", checked)


def served(editor: Editor, *jobs: EditJob) -> dict[str, Outcome]:
    """What comes of the jobs in the worker's own loop, all at once."""
    inbox: SimpleQueue[Any] = SimpleQueue()
    outcomes: dict[str, Outcome] = {}

    def send(message: FromWorker) -> None:
        if isinstance(message, Finished):
            outcomes[message.job_id] = message.outcome
            if len(outcomes) == len(jobs):
                inbox.put(Stop())

    for each in jobs:
        inbox.put(each)
    models = Models(None, editor, "", editor.free_memory, len(jobs))  # type: ignore[arg-type]
    Server(models, inbox, send, soft_seconds=600).serve()
    return outcomes


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_edits_that_don_t_fit_into_one_pass_get_one_each_and_come_out_the_same(
    editor: Editor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alone = [run(editor, job(str(seed), seed))[1] for seed in (1, 2)]
    editor.caches.clear()
    memory = Memory(monkeypatch, UNet2DConditionModel, lambda rows, *_: rows > 3)
    outcomes = served(editor, job("1", 1), job("2", 2))
    for number, expected in enumerate(alone, 1):
        outcome = outcomes[str(number)]
        assert isinstance(outcome, Edited) and isinstance(expected, Edited)
        assert outcome.image == expected.image
    assert {shape[0] for shape in memory.seen} == {3}
    assert warnings(caplog) == []


def test_where_the_decoder_is_too_large_it_goes_tile_by_tile_at_full_size(
    editor: Editor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    decoder = Memory(monkeypatch, Decoder, lambda rows, channels, height, width: height > 16)
    unet = Memory(monkeypatch, UNet2DConditionModel, lambda *_: False)
    outcome = served(editor, job())["1"]
    assert isinstance(outcome, Edited)
    assert {shape[2:] for shape in unet.seen} == {(32, 32)}
    assert max(shape[2] for shape in decoder.seen) == 16
    assert len(warnings(caplog)) == 1
    assert not editor.parts.vae.use_tiling, "only where it is needed"


@pytest.mark.parametrize(("limit", "size"), [(24, 24), (16, 16)])
def test_where_the_network_is_too_large_the_person_gets_the_picture_at_a_smaller_size(
    editor: Editor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    limit: int,
    size: int,
) -> None:
    unet = Memory(monkeypatch, UNet2DConditionModel, lambda rows, channels, height, width: height > limit)
    outcome = served(editor, job())["1"]
    assert isinstance(outcome, Edited)
    assert Image.open(io.BytesIO(outcome.image)).size == (256, 256)
    assert {shape[2:] for shape in unet.seen} == {(size, size)}
    assert all("256 x 256" in line or "192 x 192" in line for line in warnings(caplog))


def test_where_nothing_fits_the_person_gets_a_sentence_and_the_next_edit_is_done(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        Memory(patch, UNet2DConditionModel, lambda *_: True)
        outcome = served(editor, job())["1"]
    assert isinstance(outcome, Failed)
    assert outcome.sentence.startswith(TOO_MUCH)
    assert "CUDA out of memory" in outcome.error
    assert isinstance(served(editor, job())["1"], Edited)


def test_one_that_is_too_large_leaves_the_others_their_size(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = replace(job("wide"), image=encoded(photo(512, 128)))
    expected = run(editor, job("square"))[1]
    unet = Memory(monkeypatch, UNet2DConditionModel, lambda rows, channels, height, width: width > 32)
    outcomes = served(editor, wide, job("square"))
    assert isinstance(expected, Edited)
    assert isinstance(outcomes["wide"], Edited)
    assert isinstance(outcomes["square"], Edited)
    assert outcomes["square"].image == expected.image
    assert (32, 32) in {shape[2:] for shape in unet.seen}


def test_the_small_weights_that_know_one_size_only_do_not_try_it_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    starter = Editor(starter_parts(), Defaults(resolution=32, square=True, steps=2), None)
    Memory(monkeypatch, UNet2DConditionModel, lambda *_: True)
    assert isinstance(served(starter, job())["1"], Failed)
    assert [line for line in warnings(caplog) if "trying with less" in line] == []


# ---------------------------------------------------------------- numbers that overflow


def halved() -> Editor:
    parts = standard_parts()
    for part in (parts.unet, parts.vae, parts.text_encoder):
        part.to(torch.bfloat16)
    return Editor(parts, DEFAULTS, None)


def overflowing(
    monkeypatch: pytest.MonkeyPatch, network: type, dtypes: Sequence[torch.dtype]
) -> list[torch.dtype]:
    """In these precisions the network's numbers overflow. Returns those that it was run in, as they come."""
    ran: list[torch.dtype] = []
    forward = network.forward  # type: ignore[attr-defined]

    def overflows(model: Any, sample: torch.Tensor, *rest: Any, **options: Any) -> Any:
        ran.append(sample.dtype)
        found = forward(model, sample, *rest, **options)
        if sample.dtype not in dtypes:
            return found
        return (found[0] * torch.nan,) if isinstance(found, tuple) else found * torch.nan

    monkeypatch.setattr(network, "forward", overflows)
    return ran


@pytest.mark.parametrize("network", [UNet2DConditionModel, Decoder])
def test_numbers_that_overflow_are_computed_once_more_in_fp32(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, network: type
) -> None:
    editor = halved()
    with editor._precise.use() as parts:
        expected = run(Editor(parts, DEFAULTS, None), job())[1]
    overflowing(monkeypatch, network, [torch.bfloat16])
    outcome = served(editor, job())["1"]
    assert isinstance(outcome, Edited) and isinstance(expected, Edited)
    assert outcome.image == expected.image
    assert editor._precise._precise is None, "the second set of weights is given back"
    assert editor.parts.unet.dtype == torch.bfloat16
    assert sum("once more in fp32" in line for line in warnings(caplog)) == 1


def test_one_that_overflows_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = True
    forward = UNet2DConditionModel.forward

    def once(model: Any, sample: torch.Tensor, *rest: Any, **options: Any) -> Any:
        nonlocal first
        (found,) = forward(model, sample, *rest, **options)
        if first and len(sample) == 6:
            first = False
            found[:3] = torch.nan
        return (found,)

    monkeypatch.setattr(UNet2DConditionModel, "forward", once)
    outcomes = served(halved(), job("bad"), job("good"))
    assert not first
    assert isinstance(outcomes["bad"], Edited)
    assert isinstance(outcomes["good"], Edited)
    assert [line for line in warnings(caplog) if "good" in line] == []


def test_numbers_that_overflow_in_fp32_too_end_in_a_sentence_after_one_retry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    editor = halved()
    ran = overflowing(monkeypatch, UNet2DConditionModel, [torch.bfloat16, torch.float32])
    outcome = served(editor, job())["1"]
    assert isinstance(outcome, Failed)
    assert not outcome.retry
    assert "holds values that are no numbers" in outcome.error
    assert ran == [torch.bfloat16, torch.float32]


def test_in_fp32_there_is_nothing_to_be_tried_again(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = overflowing(monkeypatch, UNet2DConditionModel, [torch.float32])
    assert isinstance(served(editor, job())["1"], Failed)
    assert ran == [torch.float32]
