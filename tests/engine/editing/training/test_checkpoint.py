"""A checkpoint holds every tensor bit by bit, in files no larger than asked, and is never half a one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.editing.training import checkpoint

SHAPES = st.lists(st.lists(st.integers(1, 40), max_size=3), min_size=1, max_size=8)
DTYPES = st.sampled_from([torch.float32, torch.bfloat16, torch.uint8, torch.int64])


def files(folder: Path) -> list[Path]:
    return [at for at in folder.rglob("*") if at.is_file()]


@settings(deadline=None, max_examples=40)
@given(SHAPES, DTYPES, st.integers(4096, 40_000))
def test_what_was_saved_is_loaded_from_files_that_are_small_enough(
    shapes: list[list[int]], dtype: torch.dtype, limit: int
) -> None:
    tensors = {f"part.{n}": (100 * torch.randn(shape)).to(dtype) for n, shape in enumerate(shapes)}
    tensors["turned"] = torch.randn(5, 7).t()  # not contiguous
    with TemporaryDirectory() as name:
        folder = Path(name)
        checkpoint.save(folder, 7, tensors.items(), {"step": 7}, limit)
        found = checkpoint.load(folder)
        assert found is not None
        facts, loaded = found
        assert facts == {"step": 7}
        assert loaded.keys() == tensors.keys()
        assert all(torch.equal(loaded[at], tensors[at]) for at in tensors)
        assert all(loaded[at].dtype == tensors[at].dtype for at in tensors)
        data = [file.stat().st_size for file in folder.rglob("*.safetensors")]
        assert max(data) <= limit
        whole = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
        assert len(data) <= 2 + 2 * whole / limit, "files are filled"


def test_the_last_two_are_kept(tmp_path: Path) -> None:
    for step in (8, 9, 10, 11):
        checkpoint.save(tmp_path, step, [("a", torch.full((3,), float(step)))], {"step": step}, 2**16)
    assert sorted(at.name for at in tmp_path.iterdir()) == ["00000010", "00000011"]


def test_a_kill_while_saving_leaves_the_one_before(tmp_path: Path) -> None:
    def broken_off() -> Iterator[tuple[str, Tensor]]:
        yield "a", torch.zeros(40_000)
        raise KeyboardInterrupt

    checkpoint.save(tmp_path, 1, [("a", torch.ones(2))], {"step": 1}, 2**16)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(tmp_path, 2, broken_off(), {"step": 2}, 2**16)
    found = checkpoint.load(tmp_path)
    assert found is not None and found[0] == {"step": 1}
    checkpoint.save(tmp_path, 2, [("a", torch.ones(2))], {"step": 2}, 2**16)
    assert len(files(tmp_path)) == 4


def test_a_checkpoint_without_one_of_its_files_is_passed_over(tmp_path: Path) -> None:
    for step in (1, 2):
        checkpoint.save(tmp_path, step, [("a", torch.zeros(40_000))], {"step": step}, 2**16)
    (tmp_path / "00000002" / "state-00002.safetensors").unlink()
    found = checkpoint.load(tmp_path)
    assert found is not None and found[0] == {"step": 1}
    (tmp_path / "00000001" / "state.json").unlink()
    with pytest.raises(ValueError, match="None of the checkpoints"):
        checkpoint.load(tmp_path)


def test_without_a_checkpoint_there_is_none(tmp_path: Path) -> None:
    assert checkpoint.load(tmp_path / "nothing") is None
