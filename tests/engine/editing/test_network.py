"""Whatever runs the network, and whatever it need not compute again, the numbers are the network's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from engine.editing.editor import quickest
from engine.editing.frozen import Frozen, frozen
from engine.editing.loading import Components
from engine.editing.network import Found, Network, Run
from engine.editing.recorded import Recorded
from tests.engine.editing.tiny import TINY, standard_parts, starter_parts

makers = pytest.mark.parametrize("make", [standard_parts, starter_parts])


def inputs(parts: Components, rows: int = 3, size: tuple[int, int] = (8, 8), seed: int = 0) -> list[Any]:
    random = torch.Generator().manual_seed(seed)
    channels = parts.unet.config["in_channels"]
    sample = torch.randn((rows, channels, *size), generator=random)
    texts = torch.randn((rows, TINY.text_length, TINY.text_width), generator=random)
    return [sample, torch.randint(0, 1000, (rows,), generator=random), texts]


@makers
@torch.no_grad()
def test_the_network_predicts_what_the_unet_does(make: Callable[[], Components]) -> None:
    parts = make()
    sample, times, texts = inputs(parts)
    theirs = parts.unet(sample, times, encoder_hidden_states=texts).sample
    found = Network(parts.unet)(sample, times, texts)
    assert torch.equal(found.prediction, theirs)
    assert torch.equal(parts.unet(sample, times, encoder_hidden_states=texts).sample, theirs), "left alone"


@makers
@torch.no_grad()
def test_with_its_own_features_the_outer_blocks_alone_predict_the_same(
    make: Callable[[], Components],
) -> None:
    parts = make()
    given = inputs(parts)
    whole = Network(parts.unet)(*given)
    shallow = Network(parts.unet)(*given, whole.deep)
    assert torch.equal(shallow.prediction, whole.prediction)


@torch.no_grad()
def test_a_shallow_pass_computes_the_outer_blocks_alone() -> None:
    parts = standard_parts()
    given = inputs(parts)
    network = Network(parts.unet)
    deep = network(*given).deep
    entered: list[str] = []
    for name, block in (
        ("mid", parts.unet.mid_block),
        *((f"down{number}", block) for number, block in enumerate(parts.unet.down_blocks)),
        *((f"up{number}", block) for number, block in enumerate(parts.unet.up_blocks)),
    ):
        for resnet in block.resnets:
            resnet.register_forward_hook(lambda *_, name=name: entered.append(name))
    network(*given, deep)
    assert set(entered) == {"down0", "up1"}


@makers
def test_frozen_it_is_the_same_for_any_number_of_rows_and_every_size(make: Callable[[], Components]) -> None:
    parts = make()
    network = Network(parts.unet)
    quick = Frozen(network)
    with torch.inference_mode():
        for rows, size in ((3, (8, 8)), (1, (8, 8)), (7, (8, 8)), (3, (4, 12))):
            given = inputs(parts, rows, size)
            plain = network(*given)
            assert torch.equal(quick(*given).prediction, plain.prediction)
            again = inputs(parts, rows, size, seed=1)
            shallow = network(*again, plain.deep)
            assert torch.equal(quick(*again, plain.deep).prediction, shallow.prediction)
        quick.free()
        assert torch.equal(quick(*given).prediction, plain.prediction)


class Moody(torch.nn.Module):
    """Not the same for two as for one: what a trace of one row must not be used for."""

    def forward(self, sample: torch.Tensor, times: torch.Tensor, texts: torch.Tensor) -> Found:
        if len(sample) > 1:
            sample = sample + 1
        return Found(sample, texts)


class Untraceable(torch.nn.Module):
    def forward(self, sample: torch.Tensor, times: torch.Tensor, texts: torch.Tensor) -> Found:
        if torch.jit.is_tracing():
            raise RuntimeError("not this one")
        return Found(sample, texts)


@pytest.mark.parametrize("kind", [Moody, Untraceable])
def test_what_can_not_be_frozen_is_used_as_it_is(kind: type[torch.nn.Module]) -> None:
    network: Any = kind()
    given = tuple(inputs(standard_parts(), rows=1))
    assert frozen(network, given) is network


class Tape:
    """A recorder without a card: plays by computing, on inputs of its own as CUDA graphs have them."""

    def __init__(self, fails: list[Exception] | None = None) -> None:
        self.recorded: list[tuple[torch.Size, ...]] = []
        self._fails = fails or []

    def __call__(self, run: Run, given: tuple[torch.Tensor, ...]) -> Run:
        if self._fails:
            raise self._fails.pop()
        self.recorded.append(tuple(each.shape for each in given))
        inputs = tuple(each.clone() for each in given)

        def play(*new: torch.Tensor) -> Found:
            for mine, value in zip(inputs, new, strict=True):
                mine.copy_(value)
            return Found(*(each.clone() for each in run(*inputs)))

        return play


@torch.no_grad()
def test_what_comes_again_is_recorded_once_and_played_with_the_new_numbers() -> None:
    parts = standard_parts()
    network, tape = Network(parts.unet), Tape()
    quick = Recorded(network, tape)
    for seed in range(4):
        for rows in (3, 6):
            given = inputs(parts, rows, seed=seed)
            assert torch.equal(quick(*given).prediction, network(*given).prediction)
    assert [shapes[0][0] for shapes in tape.recorded] == [3, 6]


@torch.no_grad()
def test_a_shallow_pass_has_a_record_of_its_own() -> None:
    parts = standard_parts()
    network, tape = Network(parts.unet), Tape()
    quick = Recorded(network, tape)
    given = inputs(parts)
    deep = network(*given).deep
    for _ in range(3):
        quick(*given)
        assert torch.equal(quick(*given, deep).prediction, network(*given, deep).prediction)
    assert sorted(map(len, tape.recorded)) == [3, 4]


@torch.no_grad()
def test_without_memory_for_records_there_are_none() -> None:
    parts = standard_parts()
    network, given = Network(parts.unet), inputs(standard_parts())
    tape = Tape([torch.OutOfMemoryError("CUDA out of memory")])
    quick = Recorded(network, tape)
    for _ in range(2):
        assert torch.equal(quick(*given).prediction, network(*given).prediction)
    assert tape.recorded == []


@torch.no_grad()
def test_what_can_not_be_recorded_is_not_tried_again() -> None:
    parts = standard_parts()
    network, given = Network(parts.unet), inputs(parts)
    tape = Tape([RuntimeError("CUDA error: operation not permitted when stream is capturing")])
    quick = Recorded(network, tape)
    for _ in range(4):
        assert torch.equal(quick(*given).prediction, network(*given).prediction)
    assert tape.recorded == []


def test_small_networks_on_the_cpu_are_frozen_and_large_ones_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unet = standard_parts().unet
    assert isinstance(quickest(unet), Frozen)
    monkeypatch.setattr("engine.editing.editor.SMALL", 10)
    assert isinstance(quickest(unet), Network)
