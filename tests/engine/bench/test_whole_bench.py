"""A bench of tiny weights runs from end to end: worker, stock pipeline, questions, profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.bench import full, report, run
from engine.bench.full import full_size
from engine.bench.material import INSTRUCTIONS
from engine.bench.measure import Plan, measure
from engine.bench.profile import PARTS, profile
from engine.config import EngineConfig
from engine.dialogue.tokenizer import train_tokenizer
from engine.dialogue.training.new_model import new_model
from engine.editing.knowledge import read_knowledge, write_knowledge
from engine.editing.series import read
from engine.sources import resolve
from tests.engine.editing.tiny import save, starter_parts
from tests.engine.test_engine_with_real_models import TINY_DIALOGUE

SIZE = (96, 64)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> EngineConfig:
    """Tiny weights that know what the bench asks for, and look twice."""
    folder = tmp_path_factory.mktemp("weights")
    words = train_tokenizer(["can you change the background ?", "make it night"] * 20, 400)
    new_model(TINY_DIALOGUE, words, seed=0).save_pretrained(folder / "dialogue")
    words.save_pretrained(folder / "dialogue")
    editor = save(starter_parts(), folder / "editor")
    write_knowledge(editor, INSTRUCTIONS)
    (editor / "editor.json").write_text('{"resolution": 32, "square": true, "views": 2, "steps": 2}')
    return EngineConfig(device="cpu", dialogue=str(folder / "dialogue"), editor=str(editor), threads=1)


def test_the_starter_paints_all_that_is_asked_of_it() -> None:
    knowledge = read_knowledge(resolve("editor", "starter"))
    for instruction in INSTRUCTIONS:
        assert [part.plan for part in read(instruction, knowledge)] == [None], instruction


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_parts_are_measured(config: EngineConfig) -> None:
    said: list[str] = []
    results = measure(Plan(config, SIZE, repeat=1, waiting=(1, 2), questions=3, say=said.append))
    assert (results["steps"], results["looks"]) == (2, 2)
    assert set(results["alone"]) == {"ours", "stock", "stock_same_looks"}
    assert all(each["edit_s"] > each["loop_s"] > 0 for each in results["alone"].values())
    assert [row["waiting"] for row in results["waiting"]] == [1, 2]
    assert all(rate > 0 for row in results["waiting"] for rate in row.values())
    assert len(results["waiting"][0]) == 6
    assert results["dialogue"]["beside_edits"]["n"] == results["dialogue"]["alone"]["n"] == 3
    assert results["dialogue"]["step_ms"] > 0
    assert report.goals(results | {"size": "starter", "device_type": "cpu"})
    assert "2 waiting, 1 of 1." in said


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_profile_finds_every_part_of_an_edit(config: EngineConfig) -> None:
    found = profile(config, SIZE, repeat=1)
    times = {each["part"]: each["ms"] for each in found["parts"]}
    assert set(times) == {*PARTS, "the rest"}
    assert all(milliseconds > 0 for milliseconds in times.values()), times
    assert sum(each["share"] for each in found["parts"]) == pytest.approx(1, abs=0.01)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_full_size_is_written_loaded_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same classes and the same way, with fewer and narrower layers."""

    def narrower(name: str, **less: Any) -> None:
        real = getattr(full, name)
        monkeypatch.setattr(full, name, lambda **sizes: real(**sizes | less))

    narrower("UNet2DConditionModel", block_out_channels=(32, 32, 64, 64), layers_per_block=1)
    narrower("AutoencoderKL", block_out_channels=(32, 32, 32, 32), layers_per_block=1)
    narrower("CLIPTextConfig", vocab_size=8192, num_hidden_layers=1, intermediate_size=64)
    narrower("BlenderbotConfig", d_model=64, decoder_layers=2, encoder_ffn_dim=64, decoder_ffn_dim=64)
    wanted = run.Wanted("full", True, True, True, 1, (1, 2), 2, tmp_path)
    found = run.engine(wanted, EngineConfig(device="cpu", steps=2, threads=1), lambda _: None)
    assert (found["steps"], found["looks"]) == (2, 1)
    assert all(each["edit_s"] > 0 for each in found["alone"].values())
    assert [row["waiting"] for row in found["waiting"]] == [1, 2]
    assert found["dialogue"]["beside_edits"]["n"] == 2
    assert found["profile"]["edit_ms"] > 0


def test_weights_that_lie_there_whole_are_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def write(name: str):
        def writer(folder: Path) -> None:
            written.append(name)
            for file in resolve("dialogue" if name == "dialogue" else "editor", "starter").rglob("*"):
                if file.is_file():
                    source = resolve("dialogue" if name == "dialogue" else "editor", "starter")
                    target = folder / file.relative_to(source)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(file.read_bytes())

        return writer

    monkeypatch.setattr("engine.bench.full.write_dialogue", write("dialogue"))
    monkeypatch.setattr("engine.bench.full.write_editor", write("editor"))
    for _ in range(2):
        folders = full_size(tmp_path, lambda _: None)
    assert written == ["dialogue", "editor"]
    (folders.editor / "unet" / "config.json").unlink()
    full_size(tmp_path, lambda _: None)
    assert written == ["dialogue", "editor", "editor"]
