"""Where the models run, and in which number format. Imports torch: for the worker process and `doctor`."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch

from engine.errors import DeviceError, one_line


class Compute(NamedTuple):
    device: torch.device
    dtype: torch.dtype

    def __str__(self) -> str:
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else "the CPU"
        return f"{name} ({str(self.dtype).removeprefix('torch.')})"


def choose(wanted: Literal["auto", "cpu", "cuda"]) -> Compute:
    """CUDA if there is one that works, in bf16 where the card has it, else fp16; otherwise the CPU.

    The CPU computes in fp32, and in bf16 only where it has the instructions for it: without them bf16 is
    emulated and slower. Raises `DeviceError` when "cuda" is wanted and does not work.
    """
    if wanted == "cpu":
        return Compute(torch.device("cpu"), _cpu_dtype())
    problem = _cuda_problem()
    if problem is None:
        dtype = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        return Compute(torch.device("cuda"), dtype)
    if wanted == "cuda":
        raise DeviceError(f'engine.device is "cuda", but CUDA does not work here: {problem}.')
    return Compute(torch.device("cpu"), _cpu_dtype())


def onto(device: torch.device, values: torch.Tensor) -> torch.Tensor:
    """Values of the CPU, there; to a card by way of pinned memory, so that nobody waits for the copy."""
    if device.type != "cuda" or values.is_cuda:
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)


def _cuda_problem() -> str | None:
    """Why CUDA can't be used, or None. A driver that is too old shows only when something is computed."""
    if not torch.cuda.is_available():
        return "torch finds no card" if torch.version.cuda else "this torch was built without CUDA"
    try:
        torch.ones(1, device="cuda").add_(1).item()
    except RuntimeError as error:
        return one_line(error)
    return None


def _cpu_dtype() -> torch.dtype:
    capabilities = torch.cpu.get_capabilities()
    fast = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32
