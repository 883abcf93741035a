"""An autoencoder never measures better than the pixels themselves, and what loses less measures better."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result
from PIL import Image

from engine.editing.autoencoder import PatchAutoencoder, ResidualAutoencoder
from engine.editing.autoencoder_commands import evaluate, train
from engine.editing.measures.autoencoders import NO_AUTOENCODER, measure
from engine.editing.training.cache import read_rows
from tests.engine.editing.pairs import own_pairs
from tests.engine.editing.tiny import photo, save, starter_parts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = own_pairs(tmp_path_factory.mktemp("autoencoders") / "pairs", 3)
    (found / "train.jsonl").write_text((found / "pairs.jsonl").read_text("utf-8"), encoding="utf-8")
    save(starter_parts(), found / "editor")
    return found


def linear(channels: int) -> PatchAutoencoder:
    torch.manual_seed(0)
    vae = PatchAutoencoder(latent_channels=channels)
    patches = [
        vae.patches(torch.nn.functional.interpolate(torch.rand(8, 3, 6, 8) * 2 - 1, (48, 64), mode="bicubic"))
        for _ in range(4)
    ]
    return vae.fit(torch.cat(patches).permute(0, 2, 3, 1).reshape(-1, 192))


def test_the_more_of_a_picture_is_kept_the_better_are_picture_and_edit(folder: Path, tmp_path: Path) -> None:
    rows = read_rows(folder / "pairs.jsonl")
    vaes = {"few": linear(3), "many": linear(24), "residual": ResidualAutoencoder.on(linear(24))}
    photos = [folder / f"{number}.png" for number in range(3)]
    found = measure(vaes, photos, rows, 32, 4, sheet=tmp_path / "sheet.jpg")
    for part in ("reconstruction", "merge"):
        assert found["few"][part]["l1"] > found["many"][part]["l1"] > 0
        assert found["few"][part]["psnr"] < found["many"][part]["psnr"]
        assert found["few"][part]["ssim"] < found["many"][part]["ssim"]
        for name in ("l1", "psnr", "ssim"):  # untrained it adds nothing
            assert found["residual"][part][name] == found["many"][part][name]
    assert found["many"]["merge"]["l1"] > found[NO_AUTOENCODER]["merge"]["l1"]
    assert found["many"]["reconstruction"]["s_per_decode"] > 0
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.format == "JPEG"


def test_pairs_that_change_nothing_are_merged_without_loss(tmp_path: Path) -> None:
    photo(48, 40).save(tmp_path / "same.png")
    row = {
        "source": str(tmp_path / "same.png"),
        "target": str(tmp_path / "same.png"),
        "instruction": "nothing",
    }
    found = measure({"linear": linear(3)}, [tmp_path / "same.png"], [row], 32, 1)
    assert found["linear"]["merge"]["l1"] == found[NO_AUTOENCODER]["merge"]["l1"] == 0
    assert found["linear"]["reconstruction"]["l1"] > 0


def measured(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(evaluate, [str(folder / "pairs.jsonl"), *words])


def test_the_commands_train_and_compare(folder: Path, tmp_path: Path) -> None:
    options = ["--kind", "residual", "--base", str(folder / "editor"), "--resolution", "32", "--steps", "2"]
    made = CliRunner().invoke(
        train, [str(folder), str(tmp_path / "run"), *options, "--batch", "2", "--threads", "1", "--json"]
    )
    assert made.exit_code == 0, made.output
    run = str(tmp_path / "run")
    assert json.loads(made.stdout) == {"step": 2, "steps": 2, "finished": True, "vae": f"{run}/vae"}
    weights = ["--weights", str(folder / "editor"), "--weights", run]
    done = measured(folder, str(folder / "0.png"), *weights, "--resolution", "32", "--limit", "2", "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)  # one object, and nothing else
    assert (result["photos"], result["pairs"]) == (1, 2)
    assert result[run]["class"] == "ResidualAutoencoder"
    assert result[str(folder / "editor")]["class"] == "PatchAutoencoder"
    assert result[run]["bytes"] < 2 * 2**20
    assert result[run]["merge"].keys() == {"l1", "psnr", "ssim", "fid", "outside_l1"}
    assert result[NO_AUTOENCODER].keys() == {"merge"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--weights", "no/such/thing/here"], "no/such/thing/here"),
        (["--resolution", "100"], "--resolution must be a multiple of 8."),
        (["--views", "5"], "--views"),
    ],
)
def test_a_mistake_in_measuring_is_one_sentence(folder: Path, words: list[str], sentence: str) -> None:
    failed = measured(folder, *words)
    assert failed.exit_code == 2
    assert sentence in failed.stderr.splitlines()[-1]
    assert failed.stdout == ""


def test_a_file_without_targets_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    row = {"source": str(folder / "0.png"), "instruction": "make it night"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    failed = CliRunner().invoke(evaluate, [str(tmp_path / "rows.jsonl")])
    assert failed.exit_code == 2
    assert "has no pairs with a target" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--kind", "residul"], "--kind"),
        (["--kind", "residual", "--batch", "0"], "The setting batch of the training run is wrong"),
        (["--kind", "residual", "--base", "no/such/thing/here"], "no/such/thing/here"),
        (
            ["--kind", "residual", "--resolution", "100"],
            "The setting resolution of the training run is wrong",
        ),
        (["--kind", "linear", "--base", "starter"], "A linear autoencoder begins from nothing"),
    ],
)
def test_a_mistake_in_training_is_one_sentence(
    folder: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    failed = CliRunner().invoke(train, [str(folder), str(tmp_path / "failed"), *words])
    assert failed.exit_code == 2
    assert sentence in failed.stderr.splitlines()[-1]
    assert failed.stdout == ""


def test_a_broken_autoencoder_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"_class_name": "PatchAutoencoder"}', encoding="utf-8")
    failed = measured(folder, "--weights", str(tmp_path))
    assert failed.exit_code == 2
    assert failed.stderr.splitlines()[-1].startswith(f"The autoencoder in {tmp_path} can't be read")
