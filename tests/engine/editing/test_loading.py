"""An editor's folder never loads half: either all parts, or one sentence that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL

from engine.editing.autoencoder import PatchAutoencoder
from engine.editing.loading import load_components
from engine.errors import WeightsError
from tests.engine.editing.tiny import save, standard_parts, starter_parts

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("make", "vae"), [(starter_parts, PatchAutoencoder), (standard_parts, AutoencoderKL)]
)
def test_both_kinds_of_folder_load_as_they_were(make, vae, tmp_path: Path) -> None:
    parts = make()
    loaded = load_components(save(parts, tmp_path), CPU, torch.float32)
    assert isinstance(loaded.vae, vae)
    assert type(loaded.scheduler) is type(parts.scheduler)
    for name in ("unet", "vae", "text_encoder"):
        before, after = getattr(parts, name).state_dict(), getattr(loaded, name).state_dict()
        assert before.keys() == after.keys()
        assert all(torch.equal(before[key], after[key]) for key in before)
    said = "make the background blue, xylophone ☃"
    assert loaded.tokenizer(said).input_ids == parts.tokenizer(said).input_ids


def test_a_saved_part_does_not_tell_where_it_was_loaded_from(tmp_path: Path) -> None:
    loaded = load_components(save(starter_parts(), tmp_path / "secret"), CPU, torch.float32)
    again = save(loaded, tmp_path / "again")
    assert not [file for file in again.rglob("*.json") if "secret" in file.read_text(encoding="utf-8")]


def test_the_number_format_is_the_one_asked_for(tmp_path: Path) -> None:
    loaded = load_components(save(starter_parts(), tmp_path), CPU, torch.bfloat16)
    assert {part.dtype for part in (loaded.unet, loaded.vae, loaded.text_encoder)} == {torch.bfloat16}


@pytest.mark.parametrize(
    "missing",
    [
        "model_index.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "scheduler/scheduler_config.json",
    ],
)
def test_a_missing_part_is_one_sentence(missing: str, tmp_path: Path) -> None:
    folder = save(starter_parts(), tmp_path)
    (folder / missing).unlink()
    with pytest.raises(WeightsError, match="not a complete editor"):
        load_components(folder, CPU, torch.float32)
