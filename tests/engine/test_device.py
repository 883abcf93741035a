"""A device that does not work is never chosen; bf16 never where the CPU would have to emulate it."""

from __future__ import annotations

import pytest
import torch

from engine import device
from engine.errors import DeviceError, is_cuda_error, is_out_of_memory, one_line


@pytest.mark.parametrize(
    ("capabilities", "dtype"),
    [
        ({"avx2": True}, torch.float32),
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": False, "amx_bf16": True}, torch.bfloat16),
        ({}, torch.float32),
    ],
)
def test_the_cpu_computes_in_what_it_has(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], dtype
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert device.choose("cpu") == (torch.device("cpu"), dtype)


def test_auto_takes_the_cpu_when_cuda_only_pretends(monkeypatch: pytest.MonkeyPatch):
    def broken(*shape: int, **options: object) -> torch.Tensor:
        raise RuntimeError("CUDA error: the driver is too old")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", broken)
    assert device.choose("auto").device.type == "cpu"
    with pytest.raises(DeviceError, match="driver is too old"):
        device.choose("cuda")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a card")
def test_cuda_that_is_not_there_is_said():
    assert device.choose("auto").device.type == "cpu"
    with pytest.raises(DeviceError, match=r"^engine\.device is \"cuda\", but CUDA does not work here: .*\.$"):
        device.choose("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a card")
def test_auto_takes_a_card_that_works():
    chosen = device.choose("auto")
    assert chosen.device.type == "cuda"
    assert chosen.dtype in (torch.bfloat16, torch.float16)


def test_the_kinds_of_error_are_told_apart():
    out_of_memory = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    assert is_out_of_memory(out_of_memory)
    assert not is_cuda_error(out_of_memory)
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    for sign in ("CUDA error: device-side assert triggered", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"):
        assert is_cuda_error(RuntimeError(sign))
    assert not is_cuda_error(ValueError("CUDA error"))
    assert not is_out_of_memory(RuntimeError("shape mismatch"))


def test_an_error_becomes_one_line():
    assert one_line(ValueError("two\n  lines")) == "ValueError: two lines"
    assert one_line(KeyError()) == "KeyError"
    assert len(one_line(ValueError("x" * 1000))) == 300
