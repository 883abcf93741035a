"""Whatever scheduler an admin names: from noise alone, it ends on the picture that the network means."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import torch

from bot.settings import Engine
from engine.config import Scheduler
from engine.editing import sampler, schedulers
from engine.editing.editor import Editor
from tests.engine.editing.tiny import save, standard_parts, starter_parts

NAMES: tuple[Scheduler, ...] = get_args(Scheduler)
REST = {"epsilon": 0.1, "sample": 1e-4}
"""Some noise of the last timestep stays with weights that never saw a picture without any."""


def noise_in(scheduler: Any, latents: torch.Tensor, timestep: torch.Tensor, clean: torch.Tensor):
    """What a network that knows the `clean` latents predicts, in the weights' own terms."""
    if scheduler.config.prediction_type != "epsilon":
        return clean
    alpha = scheduler.alphas_cumprod[timestep.long()]
    return (latents - alpha.sqrt() * clean) / (1 - alpha).sqrt()


@pytest.mark.parametrize("steps", [2, 6, 20])
@pytest.mark.parametrize("make", [standard_parts, starter_parts])
@pytest.mark.parametrize("name", NAMES)
def test_a_network_that_knows_the_picture_ends_on_it(name: Scheduler, make: Any, steps: int) -> None:
    own = make().scheduler
    clean = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    conditions = sampler.Conditions(*[torch.zeros(1, 2, 3)] * 2, torch.zeros_like(clean))
    denoising = sampler.denoise(
        schedulers.choose(name, own),
        conditions,
        sampler.Guidance(1.0, 1.0),
        steps,
        torch.Generator().manual_seed(0),
    )
    came, shown = next(denoising), []
    for step in range(steps):
        assert isinstance(came, sampler.Predict)
        if step == 0:
            assert came.latents.std() == pytest.approx(1.0, abs=0.1)
        denoised = denoising.send(noise_in(own, came.latents, came.timestep, clean))
        assert isinstance(denoised, sampler.Denoised)
        shown.append(denoised.clean)
        came = next(denoising, None)
    # Between steps that are no multiple of each other, diffusers' DDIM stops at the timestep before the end.
    short = name == "ddim" and 1000 % steps
    assert (denoised.latents - clean).abs().max() < (0.15 if short else REST[own.config.prediction_type])
    assert all((each - clean).abs().max() < 0.2 for each in shown)


@pytest.mark.parametrize("name", NAMES)
def test_weights_that_begin_with_pure_noise_do_so_with_each(name: Scheduler) -> None:
    scheduler = schedulers.choose(name, starter_parts().scheduler)
    scheduler.set_timesteps(6)
    assert int(scheduler.timesteps[0]) == 999
    assert scheduler.alphas_cumprod[999] < 1e-6


def test_the_weights_own_scheduler_stays_where_none_is_named(tmp_path: Path) -> None:
    folder = save(starter_parts(), tmp_path)
    own = Editor.load(folder, torch.device("cpu"), torch.float32)
    assert type(own.parts.scheduler).__name__ == "DDIMScheduler"
    named = Editor.load(folder, torch.device("cpu"), torch.float32, scheduler="unipc")
    assert type(named.parts.scheduler).__name__ == "UniPCMultistepScheduler"


def test_the_settings_know_the_same_names() -> None:
    assert [Engine(scheduler=name).scheduler for name in NAMES] == list(NAMES)
