"""What a step sees: each pair once in an epoch, conditions dropped, noise on the scale the UNet knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import DDIMScheduler, EulerAncestralDiscreteScheduler
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from engine.editing.training.objective import (
    Batch,
    draw_batch,
    draw_timesteps,
    noise_scheduler,
    own_share,
    pairs_of_step,
    summed_loss,
)
from tests.engine.editing.tiny import TINY, save, standard_parts
from tests.engine.editing.training.runs import few_pairs, losses, run


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 12), st.integers(1, 3))
def test_every_pair_is_seen_once_in_an_epoch(pairs: int, batch: int, epochs: int) -> None:
    config = replace(TINY, batch=batch, steps=None, epochs=epochs)
    seen = [row for step in range(config.total_steps(pairs)) for row in pairs_of_step(step, pairs, config)]
    for epoch in range(epochs):
        assert sorted(seen[epoch * pairs : (epoch + 1) * pairs]) == list(range(pairs))
    assert len(seen) - epochs * pairs < batch


def test_the_order_is_another_in_every_epoch_and_for_every_seed() -> None:
    config = replace(TINY, batch=50)
    orders = [pairs_of_step(step, 50, config) for step in range(3)]
    orders += [pairs_of_step(0, 50, replace(config, seed=1))]
    assert len({tuple(order) for order in orders}) == 4


class Latents:
    def __getitem__(self, rows: list[int]) -> object:
        return torch.ones(len(rows), 1, 1, 1).numpy()


class Cache:
    """Ten pairs of ones, each with two wordings of its own."""

    source = target = Latents()
    wordings = tuple([2 * row, 2 * row + 1] for row in range(10))
    empty = 20

    def words(self, numbers: list[int]) -> Tensor:
        return torch.tensor(numbers)


def test_conditioning_is_dropped_in_one_of_twenty_each_and_every_wording_is_said() -> None:
    rows = [at % 10 for at in range(20_000)]
    generator = torch.Generator().manual_seed(0)
    batch = draw_batch(Cache(), rows, 1000, TINY, generator)  # type: ignore[arg-type]
    no_image, no_text = batch.source.flatten() == 0, batch.words == 20
    for dropped in (no_image & ~no_text, no_text & ~no_image, no_image & no_text):
        assert abs(dropped.float().mean() - 0.05) < 0.01
    said = Counter(batch.words[~no_text].tolist())
    assert set(said) == set(range(20))
    assert all(word // 2 == row or word == 20 for word, row in zip(batch.words.tolist(), rows, strict=True))
    assert batch.target.min() == 1


def test_timesteps_stay_in_range_and_lean_to_noise_only_if_asked() -> None:
    generator = torch.Generator().manual_seed(0)
    for late, share in ((0.6, 0.68), (0.0, 0.2)):
        times = draw_timesteps(20_000, 1000, late, generator)
        assert times.min() >= 0 and times.max() <= 999
        assert (times >= 800).float().mean() == pytest.approx(share, abs=0.02)


def batch_of(size: int) -> Batch:
    latents = torch.randn(3, size, 2, 4, 4)
    return Batch(latents[0], latents[1], torch.arange(size), latents[2], torch.arange(size) % 1000)


@settings(deadline=None)
@given(st.integers(1, 13), st.integers(1, 5), st.none() | st.integers(1, 6))
def test_every_row_is_in_one_pass_of_one_process(size: int, processes: int, micro: int | None) -> None:
    assume(size >= processes)  # a smaller batch is refused
    shares = [own_share(batch_of(size), micro, process, processes) for process in range(processes)]
    assert sorted(int(row) for share in shares for part in share for row in part.words) == list(range(size))
    assert all(shares), "a process without a pass would leave the others waiting"
    assert all(len(part.words) <= (micro or size) for share in shares for part in share)


class Perfect(nn.Module):
    """Knows the answer, and keeps what it was asked."""

    def __init__(self, answer: Tensor) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, noisy: Tensor, source: Tensor, times: Tensor, words: Tensor) -> Tensor:
        self.noisy = noisy
        return self.answer


@pytest.mark.parametrize("kind", ["epsilon", "sample", "v_prediction"])
def test_the_right_answer_costs_nothing_and_another_does(kind: str) -> None:
    batch = batch_of(6)
    scheduler = noise_scheduler(DDIMScheduler(beta_schedule="scaled_linear", prediction_type=kind))
    alpha = scheduler.alphas_cumprod[batch.times].view(-1, 1, 1, 1)
    answer = {
        "epsilon": batch.noise,
        "sample": batch.target,
        "v_prediction": alpha.sqrt() * batch.noise - (1 - alpha).sqrt() * batch.target,
    }[kind]
    network = Perfect(answer)
    assert summed_loss(network, scheduler, batch) == pytest.approx(0, abs=1e-6)
    assert torch.allclose(network.noisy, alpha.sqrt() * batch.target + (1 - alpha).sqrt() * batch.noise)
    assert summed_loss(Perfect(answer + 1), scheduler, batch) == pytest.approx(6, rel=1e-4)


def test_an_euler_scheduler_beside_the_weights_does_not_change_what_the_network_is_trained_on() -> None:
    """InstructPix2Pix comes with Euler-ancestral, which adds noise without taking the picture back."""
    settings = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
    batch = batch_of(4)
    noisy = [
        noise_scheduler(kind(**settings)).add_noise(batch.target, batch.noise, batch.times + 900)
        for kind in (EulerAncestralDiscreteScheduler, DDIMScheduler)
    ]
    assert torch.equal(*noisy)
    assert noisy[0].std() < 2


def test_memory_is_saved_without_another_result(tmp_path: Path) -> None:
    pairs, base = few_pairs(tmp_path / "pairs"), save(standard_parts(), tmp_path / "base")
    run(tmp_path / "plain", pairs, base, steps=4)
    plain = losses(tmp_path / "plain")
    for name, change in {
        "three": {"micro_batch": 3},
        "one": {"micro_batch": 1},
        "again": {"gradient_checkpointing": True},
    }.items():
        run(tmp_path / name, pairs, base, steps=4, **change)
        assert losses(tmp_path / name) == pytest.approx(plain, rel=1e-4)
