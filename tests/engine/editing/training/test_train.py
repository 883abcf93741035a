"""What a run writes can be edited with, whatever it began from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionInstructPix2PixPipeline, UNet2DConditionModel
from PIL import Image
from safetensors.torch import load_file

from engine.editing.editor import Editor
from engine.editing.training import components
from engine.editing.training.cache import read_rows
from engine.jobs import EditJob
from tests.engine import edits
from tests.engine.editing.tiny import TINY, encoded, photo, save, standard_parts, text_to_image_parts
from tests.engine.editing.training.runs import configuration, few_pairs, losses, run, weights
from tests.engine.training.fresh import forget


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few_pairs(tmp_path_factory.mktemp("train") / "pairs")


def files(folder: Path) -> set[str]:
    return {at.name for at in folder.iterdir()}


def test_from_scratch_the_folder_is_complete_and_says_what_it_knows_and_how_it_is_used(
    pairs: Path, tmp_path: Path
) -> None:
    run(tmp_path, pairs, sample_minutes=0.0)
    assert configuration(tmp_path, "unet")["in_channels"] == 2 * TINY.latent_channels
    editor = Editor.load(tmp_path / "editor", torch.device("cpu"), torch.float32)
    assert (editor.defaults.resolution, editor.defaults.square) == (TINY.resolution, True)
    assert editor.knowledge is not None and editor.knowledge.covers("Swap night and day!")
    assert edits.run(editor, EditJob("1", "ann", encoded(photo()), "swap day and night", 1))[0]
    with Image.open(tmp_path / "sheets" / "000003.png") as sheet:
        assert sheet.getcolors(8) is None, "pictures, not an empty sheet"


@pytest.mark.parametrize("channels", [8, 4])
def test_from_instructpix2pix_or_stable_diffusion_the_stock_pipeline_edits_with_the_result(
    pairs: Path, tmp_path: Path, channels: int
) -> None:
    parts = standard_parts() if channels == 8 else text_to_image_parts()
    base = save(parts, tmp_path / "base")
    run(tmp_path / "run", pairs, base, resolution=64, train_text_encoder=False, sample_minutes=0.0)
    assert configuration(tmp_path / "run", "unet")["in_channels"] == 8
    assert files(tmp_path / "run" / "editor") >= {"unet", "vae", "text_encoder", "tokenizer", "scheduler"}
    assert not (tmp_path / "run" / "editor" / "knows.json").exists()
    pipeline = StableDiffusionInstructPix2PixPipeline.from_pretrained(
        tmp_path / "run" / "editor", safety_checker=None, dtype=torch.float32
    )
    made = pipeline("make it night", photo(64, 64), num_inference_steps=2, output_type="np").images
    assert made.shape == (1, 64, 64, 3)
    editor = Editor.load(tmp_path / "run" / "editor", torch.device("cpu"), torch.float32)
    assert (editor.defaults.resolution, editor.defaults.square) == (512, False)


def changed(folder: Path) -> set[str]:
    """The parts whose weights are no longer those of the beginning."""
    found = set()
    for name, tensor in weights(folder).items():
        part = name.partition(".")[0]
        file = next((folder / "start" / part).glob("*.safetensors"))
        if not torch.equal(load_file(file)[name.partition(".")[2]].half(), tensor):
            found.add(part)
    return found


@pytest.mark.parametrize("trained", [True, False])
def test_a_text_encoder_is_trained_or_frozen(pairs: Path, tmp_path: Path, trained: bool) -> None:
    base = save(standard_parts(), tmp_path / "base")
    run(tmp_path, pairs, base, resolution=64, learning_rate=1e-2, train_text_encoder=trained)
    assert changed(tmp_path) == ({"unet", "text_encoder"} if trained else {"unet"})
    assert any((tmp_path / "cache").glob("text-*")) != trained


def test_all_files_of_a_run_are_as_small_as_asked(pairs: Path, tmp_path: Path) -> None:
    limit = 2**16
    run(tmp_path / "run", pairs, save(standard_parts(), tmp_path / "base"), max_file=limit)
    files = [at for at in (tmp_path / "run" / "checkpoints").rglob("*") if at.is_file()]
    assert len(files) > 10
    assert max(at.stat().st_size for at in files) <= limit
    shards = list((tmp_path / "run" / "editor" / "unet").glob("*.safetensors"))
    assert len(shards) > 1
    Editor.load(tmp_path / "run" / "editor", torch.device("cpu"), torch.float32)


def test_what_is_written_is_the_average_and_a_model_learns(pairs: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"steps": 60, "learning_rate": 3e-3, "warmup": 5}
    run(tmp_path / "run", pairs, save(standard_parts(), tmp_path / "base"), **settings, resolution=64)
    found = losses(tmp_path / "run")
    assert sum(list(found.values())[-10:]) < 0.8 * sum(list(found.values())[:10])


def test_half_precision_trains_with_weights_in_full(pairs: Path, tmp_path: Path) -> None:
    base = save(standard_parts(), tmp_path / "base")
    for kind in ("bf16", "no"):
        run(tmp_path / kind, pairs, base, mixed_precision=kind, train_text_encoder=False, resolution=64)
        forget()
    assert losses(tmp_path / "bf16") != losses(tmp_path / "no")
    assert losses(tmp_path / "bf16") == pytest.approx(losses(tmp_path / "no"), rel=0.05)
    state = json.loads(
        next((tmp_path / "bf16" / "checkpoints").glob("*/state.json")).read_text(encoding="utf-8")
    )
    kept = [dtype for name, (dtype, _) in state["tensors"].items() if name != "generator"]
    assert set(kept) == {"float32"}


def test_an_inpainting_network_is_refused_in_a_sentence(pairs: Path, tmp_path: Path) -> None:
    base = save(standard_parts(in_channels=9), tmp_path / "base")
    with pytest.raises(ValueError, match="takes 9 channels: it must be InstructPix2Pix"):
        run(tmp_path / "run", pairs, base)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(pairs: Path, tmp_path: Path) -> None:
    base = save(standard_parts(), tmp_path / "base")
    with pytest.raises(ValueError, match="no number; try a lower learning rate"):
        run(tmp_path / "run", pairs, base, steps=50, learning_rate=1e30, warmup=0)


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


def test_a_leaner_network_is_the_rest_of_the_whole_one() -> None:
    whole = components.new_unet(replace(TINY, channels=(32, 64))).eval()
    lean = components.leaner(whole).eval()
    assert lean.mid_block is None
    assert not hasattr(lean.down_blocks[-1], "attentions")
    for name, each in lean.state_dict().items():
        assert torch.equal(each, whole.state_dict()[name])
    with torch.no_grad():
        found = lean(torch.randn(1, 16, 8, 8), 10, torch.randn(1, 12, 32)).sample
    assert found.shape == (1, 8, 8, 8)
    assert components.leaner(lean).config == lean.config


def test_an_untrained_starter_predicts_the_source() -> None:
    unet = components.new_unet(replace(TINY, channels=(32, 64))).eval()
    noisy, source = torch.randn(2, 2, 8, 8, 8)
    with torch.no_grad():
        found = unet(torch.cat([noisy, source], 1), 900, torch.randn(2, 12, 32)).sample
    assert (found - source).square().mean() < 0.05 * source.square().mean()


@pytest.mark.parametrize("line", ["", "[]", '{"source": "a.png"}', "no json"])
def test_a_broken_list_of_pairs_is_one_sentence(tmp_path: Path, line: str) -> None:
    (tmp_path / "train.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match=r"train\.jsonl"):
        run(tmp_path / "out", tmp_path)
    if line:
        with pytest.raises(ValueError, match=r"train\.jsonl"):
            read_rows(tmp_path / "train.jsonl")
