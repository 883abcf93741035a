"""A run that was killed goes on as if it had not been, and the weights it writes can be edited with."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel

from engine.editing.data.build import build
from engine.editing.loading import load_components
from engine.editing.training import components
from engine.editing.training.cache import read_rows
from engine.editing.training.config import read_config
from engine.editing.training.train import draw_batch, draw_timesteps, train
from tests.engine.editing.material import material
from tests.engine.editing.tiny import TINY, save, standard_parts


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    build([material(folder / "material")], folder / "pairs")
    return folder / "pairs"


def losses(out: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (out / "loss.jsonl").read_text().splitlines()]


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the run may catch it."""


def test_a_killed_run_gives_the_same_losses_and_weights(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(TINY, steps=6, save_minutes=0.0)  # a checkpoint after every step
    whole = train(pairs, tmp_path / "whole", config)
    shutil.copytree(tmp_path / "whole/start", tmp_path / "cut/start")

    from engine.editing.training import train as module

    real, calls = module.objective, iter(range(100))

    def dies_at_the_fourth(*args: object) -> torch.Tensor:
        if next(calls) == 3:
            raise Killed
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "objective", dies_at_the_fourth)
    with pytest.raises(Killed):
        train(pairs, tmp_path / "cut", config)
    monkeypatch.setattr(module, "objective", real)
    again = train(pairs, tmp_path / "cut", config)

    assert whole["steps"] == again["steps"] == 6
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    files = [tmp_path / run / "editor/unet/diffusion_pytorch_model.safetensors" for run in ("whole", "cut")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_written_folder_loads_and_is_complete(pairs: Path, tmp_path: Path) -> None:
    train(pairs, tmp_path, TINY)
    parts = load_components(tmp_path / "editor", torch.device("cpu"), torch.float32)
    assert parts.unet.config.in_channels == 2 * TINY.latent_channels
    for name in ("knows.json", "editor.json"):
        assert (tmp_path / "editor" / name).is_file()
    assert (tmp_path / "loss.png").is_file()


def test_training_goes_on_from_a_base(pairs: Path, tmp_path: Path) -> None:
    base = save(standard_parts(), tmp_path / "base")
    result = train(pairs, tmp_path / "run", replace(TINY, resolution=64, steps=2), base=str(base))
    assert result["steps"] == 2


def test_a_text_to_image_network_gets_room_for_the_source_and_ignores_it_at_first() -> None:
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(16,),
        layers_per_block=1,
        down_block_types=("DownBlock2D",),
        up_block_types=("UpBlock2D",),
        cross_attention_dim=8,
        norm_num_groups=8,
    ).eval()
    noisy, source, text = torch.randn(1, 4, 8, 8), torch.randn(1, 4, 8, 8), torch.randn(1, 3, 8)
    with torch.no_grad():
        before = unet(noisy, 10, text).sample
        after = components.widened(unet)(torch.cat([noisy, source], 1), 10, text).sample
    assert unet.config.in_channels == 8
    assert torch.allclose(before, after, atol=1e-5)


def test_an_untrained_starter_predicts_the_source() -> None:
    unet = components.new_unet(replace(TINY, channels=(32, 64))).eval()
    noisy, source = torch.randn(2, 2, 8, 8, 8)
    with torch.no_grad():
        found = unet(torch.cat([noisy, source], 1), 900, torch.randn(2, 12, 32)).sample
    assert (found - source).square().mean() < 0.05 * source.square().mean()


def test_conditioning_is_dropped_in_one_of_twenty_each() -> None:
    class Cache:
        source = torch.ones(10, 1, 1, 1).numpy()
        target = torch.ones(10, 1, 1, 1).numpy()
        wordings = [torch.ones(1, 3, dtype=torch.long)] * 10

        def __len__(self) -> int:
            return 10

    config = replace(TINY, batch=20_000)
    empty = torch.zeros(1, 3, dtype=torch.long)
    batch = draw_batch(Cache(), empty, config, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    no_image, no_text = batch.source.flatten() == 0, batch.tokens[:, 0] == 0
    for dropped in (no_image & ~no_text, no_text & ~no_image, no_image & no_text):
        assert abs(dropped.float().mean() - 0.05) < 0.01


def test_timesteps_stay_in_range_and_lean_to_noise() -> None:
    times = draw_timesteps(10_000, TINY, torch.Generator().manual_seed(0))
    assert times.min() >= 0 and times.max() <= 999
    assert (times >= 800).float().mean() > 0.5


@pytest.mark.parametrize("line", ["", "[]", '{"source": "a.png"}', "no json"])
def test_a_broken_list_of_pairs_is_one_sentence(tmp_path: Path, line: str) -> None:
    (tmp_path / "train.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match=r"train\.jsonl"):
        train(tmp_path, tmp_path / "out", TINY)
    if line:
        with pytest.raises(ValueError, match=r"train\.jsonl"):
            read_rows(tmp_path / "train.jsonl")


def test_a_preset_with_an_unknown_key_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "preset.toml").write_text("colour = 3", encoding="utf-8")
    with pytest.raises(ValueError, match="colour is no setting"):
        read_config(tmp_path / "preset.toml")
