"""Training an autoencoder never changes latents that a UNet was trained on, and never loses what was done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file

from engine.editing.autoencoder import ConvolutionalAutoencoder, ResidualAutoencoder
from engine.editing.loading import load_autoencoder, load_components, save_components
from engine.editing.training import autoencoder
from engine.editing.training.autoencoder import AutoencoderConfig, Outcome, train
from engine.training.curve import Curve
from engine.training.stopping import Stopped
from tests.engine.editing.tiny import save, standard_parts, starter_parts
from tests.engine.editing.training.runs import few_pairs

KINDS = ("residual", "convolutional")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few_pairs(tmp_path_factory.mktemp("autoencoders") / "pairs")


def run(folder: Path, pairs: Path, kind: Any, base: Path | None = None, **settings: Any) -> Outcome:
    torch.set_num_threads(1)
    tiny = {"resolution": 32, "crop": 24, "latent_channels": 8, "batch": 2, "steps": 6, "log_every": 2}
    config = AutoencoderConfig(kind, **tiny | settings)
    return train(pairs, folder, config, None if base is None else str(base))


def trained(folder: Path) -> Any:
    return load_autoencoder(folder / "vae", torch.float32)


def pictures() -> torch.Tensor:
    torch.manual_seed(1)
    return torch.rand(2, 3, 40, 56) * 2 - 1


def losses(folder: Path) -> list[float]:
    return [row["loss"] for row in Curve(folder).rows()]


def same(one: Path, other: Path) -> bool:
    first, second = (trained(folder).state_dict() for folder in (one, other))
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_trained_gets_better_at_it(kind: str, pairs: Path, tmp_path: Path) -> None:
    assert run(tmp_path, pairs, kind, steps=40, warmup=4, learning_rate=3e-3).finished
    noted = losses(tmp_path)
    assert len(noted) == 20
    assert sum(noted[-5:]) < 0.95 * sum(noted[:5])


def test_residual_latents_are_those_of_the_linear_one_and_the_pictures_are_not(
    pairs: Path, tmp_path: Path
) -> None:
    for kind in ("linear", "residual"):
        assert run(tmp_path / kind, pairs, kind).finished
    linear, residual = trained(tmp_path / "linear"), trained(tmp_path / "residual")
    latents = linear.encode(pictures()).latent_dist.mode()
    assert torch.equal(residual.encode(pictures()).latent_dist.mode(), latents)
    assert not torch.equal(residual.decode(latents).sample, linear.decode(latents).sample)


def test_untrained_the_residual_one_is_the_linear_one(pairs: Path, tmp_path: Path) -> None:
    run(tmp_path, pairs, "linear")
    linear = trained(tmp_path)
    latents = linear.encode(pictures()).latent_dist.mode()
    assert torch.equal(ResidualAutoencoder.on(linear).decode(latents).sample, linear.decode(latents).sample)


def test_a_residual_one_goes_with_the_unet_of_its_base(pairs: Path, tmp_path: Path) -> None:
    parts = starter_parts()
    run(tmp_path / "run", pairs, "residual", base=save(parts, tmp_path / "base"))
    with_residual = replace(parts, vae=trained(tmp_path / "run"))
    save_components(with_residual, tmp_path / "editor", torch.float32)
    loaded = load_components(tmp_path / "editor", torch.device("cpu"), torch.float32)
    assert isinstance(loaded.vae, ResidualAutoencoder) and isinstance(loaded.unet, UNet2DConditionModel)
    base = load_components(tmp_path / "base", torch.device("cpu"), torch.float16).vae.float()
    assert torch.equal(*(vae.encode(pictures()).latent_dist.mode() for vae in (base, loaded.vae)))


def test_convolutional_latents_have_unit_variance(pairs: Path, tmp_path: Path) -> None:
    run(tmp_path, pairs, "convolutional", steps=20)
    vae = trained(tmp_path)
    assert isinstance(vae, ConvolutionalAutoencoder)
    photos = torch.stack([autoencoder.read_picture(str(pairs / f"{n}.png"), 32, True) for n in range(6)])
    latents = vae.encode(photos).latent_dist.mode() * vae.config.scaling_factor
    assert latents.shape == (6, 8, 4, 4)
    assert 0.5 < latents.std() < 2


@pytest.mark.parametrize("kind", ["linear", *KINDS])
def test_saved_and_loaded_it_is_the_same(kind: str, pairs: Path, tmp_path: Path) -> None:
    run(tmp_path, pairs, kind)
    vae = trained(tmp_path)
    vae.save_pretrained(tmp_path / "again")
    again = load_autoencoder(tmp_path / "again", torch.float32)
    latents = vae.encode(pictures()).latent_dist.mode()
    assert again.config["latent_channels"] == vae.config["latent_channels"] == 8
    assert torch.equal(again.encode(pictures()).latent_dist.mode(), latents)
    assert torch.equal(again.decode(latents).sample, vae.decode(latents).sample)
    stored = load_file(tmp_path / "vae" / "diffusion_pytorch_model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}


@pytest.fixture
def at_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], None]], None]:
    """Have something happen while a step is under way."""

    def arrange(step: int, happens: Callable[[], None]) -> None:
        real = autoencoder.draw

        def drawn(rows: Any, number: int, config: Any) -> Any:
            if number == step:
                happens()
            return real(rows, number, config)

        monkeypatch.setattr(autoencoder, "draw", drawn)

    return arrange


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the run may catch it."""


def killed() -> None:
    raise Killed


@pytest.mark.parametrize("kind", KINDS)
def test_broken_off_between_checkpoints_and_resumed_is_as_if_never_broken_off(
    kind: str, pairs: Path, tmp_path: Path, at_step: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run(whole, pairs, kind, steps=9)
    at_step(4, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Stopped, match="at step 5; the same command goes on"):
        run(cut, pairs, kind, steps=9)
    monkeypatch.undo()
    at_step(7, killed)
    with pytest.raises(Killed):
        run(cut, pairs, kind, steps=9)
    monkeypatch.undo()
    assert not (cut / "vae").exists()
    assert run(cut, pairs, kind, steps=9).finished
    assert losses(cut) == losses(whole)
    assert same(cut, whole)


def test_a_folder_of_another_run_is_refused(pairs: Path, tmp_path: Path) -> None:
    run(tmp_path / "run", pairs, "residual", steps=2)
    with pytest.raises(ValueError, match="has kind residual, not convolutional"):
        run(tmp_path / "run", pairs, "convolutional")
    with pytest.raises(ValueError, match="begun with other pairs"):
        run(tmp_path / "run", few_pairs(tmp_path / "others", 5), "residual")


def test_a_base_is_refused_where_it_can_not_serve(pairs: Path, tmp_path: Path) -> None:
    base = save(standard_parts(), tmp_path / "base")
    with pytest.raises(ValueError, match=r"latents of .* are not linear"):
        run(tmp_path / "residual", pairs, "residual", base)
    with pytest.raises(ValueError, match="begins from nothing"):
        run(tmp_path / "convolutional", pairs, "convolutional", base)


def test_source_and_target_are_cut_and_turned_alike(pairs: Path) -> None:
    rows = autoencoder.read_rows(pairs / "train.jsonl")
    config = AutoencoderConfig("residual", resolution=32, crop=16, batch=8)
    source, target = autoencoder.draw(rows, 3, config)
    assert source.shape == target.shape == (8, 3, 16, 16)
    assert (source + target).abs().mean() < 0.02  # targets are negatives
    assert torch.equal(source, autoencoder.draw(rows, 3, config)[0])
    assert not torch.equal(source, autoencoder.draw(rows, 4, config)[0])


def test_a_picture_of_any_size_comes_back_at_its_size(pairs: Path, tmp_path: Path) -> None:
    run(tmp_path, pairs, "residual", steps=2)
    vae = trained(tmp_path)
    pixels = pictures()[..., :24]
    assert vae.decode(vae.encode(pixels).latent_dist.mode()).sample.shape == pixels.shape
