"""A chain never skips a link: each target is the next source, and no round starts from another picture."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from engine.editing.data.chains import ROUNDS, write_chains
from engine.editing.data.command import data
from engine.editing.measures.chained import Chained
from engine.editing.measures.command import evaluate
from engine.editing.measures.editors import Output
from engine.editing.training.cache import Row, read_rows
from tests.engine.editing.material import material
from tests.engine.editing.tiny import save, starter_parts

CHAINS = 2


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chains")
    write_chains(material(folder / "material"), folder, CHAINS)
    return folder


def pixels(path: str, mode: str = "RGB") -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert(mode))


def grey(level: int) -> Image.Image:
    return Image.new("RGB", (4, 4), (level, level, level))


def test_the_target_of_a_round_is_the_source_of_the_next(out: Path) -> None:
    rows = read_rows(out / "chains.jsonl")
    assert len(rows) == CHAINS * ROUNDS
    for one, two in pairwise(rows):
        assert (one["target"] == two["source"]) == (one["chain"] == two["chain"])
    for row in rows:
        source, target, mask = pixels(row["source"]), pixels(row["target"]), pixels(row["mask"], "L")
        assert np.array_equal(source[mask == 0], target[mask == 0])


def test_the_same_seed_gives_the_same_chains(out: Path, tmp_path: Path) -> None:
    write_chains(material(tmp_path / "material"), tmp_path, CHAINS)
    assert (tmp_path / "chains.jsonl").read_bytes() == (out / "chains.jsonl").read_bytes()
    for file in sorted((out / "pictures/chains").iterdir()):
        assert (tmp_path / "pictures/chains" / file.name).read_bytes() == file.read_bytes()


def test_a_chain_goes_on_from_its_own_pictures() -> None:
    """Wanted: 10 levels more in each round, from 100; done: 8 from what is given."""

    def edit(source: Image.Image, instruction: str, image_guidance: float | None) -> Output:
        return Output(source.point(lambda level: level + 8), "diffusion", 0.0)

    chained = Chained(edit)
    for name in ("a", "b"):
        for level in (100, 110, 120):
            row: Row = {"chain": name, "instruction": "brighter"}
            chained.add(row, grey(level + 8), grey(level + 10))
    result = chained.result()
    assert result is not None
    assert result["chains"] == 2
    assert result["single"] == pytest.approx([2 / 255] * 3, abs=1e-5)
    assert result["chain"] == pytest.approx([2 / 255, 4 / 255, 6 / 255], abs=1e-5)
    assert (result["ratio"], result["ratio_to_mean"]) == (1.0, 3.0)


@pytest.mark.slow
def test_the_commands_make_and_measure_chains(tmp_path: Path) -> None:
    made = material(tmp_path / "material")
    arguments = [str(tmp_path / "out"), "--photos", str(made.photos), "--cutouts", str(made.cutouts)]
    arguments += ["--labels", str(made.labels), "--train", "2", "--val", "1", "--test", "1", "--chains", "1"]
    result = CliRunner().invoke(data, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["chains"] == ROUNDS
    weights = save(starter_parts(), tmp_path / "weights")
    (weights / "editor.json").write_text(json.dumps({"resolution": 32, "square": True, "steps": 2}))
    file = str(tmp_path / "out/chains.jsonl")
    result = CliRunner().invoke(evaluate, [file, "--weights", str(weights), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["chained"]
    assert found["chains"] == 1 and len(found["single"]) == len(found["chain"]) == ROUNDS
    assert found["single"][0] == found["chain"][0]
