"""What can go wrong in the engine, and how to tell the kinds apart without importing torch."""

from __future__ import annotations

import sys


class EngineError(Exception):
    """The engine can't start. The message is one sentence for the admin.

    `temporary`: it may well work later (no network …), so the engine tries again by itself.
    """

    def __init__(self, sentence: str, *, temporary: bool = False) -> None:
        super().__init__(sentence, temporary)
        self.sentence = sentence
        self.temporary = temporary

    def __str__(self) -> str:
        return self.sentence


class WeightsError(EngineError):
    """The weights are not there, not complete or broken."""


class DeviceError(EngineError):
    """The device that was asked for does not work."""


def one_line(error: BaseException) -> str:
    """The error's type and message in one line of at most 300 characters."""
    text = " ".join(str(error).split())
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return line if len(line) <= 300 else line[:299] + "…"


def is_out_of_memory(error: BaseException) -> bool:
    """Memory ran out, on the card or on the machine. The context of the card is still sound."""
    torch = sys.modules.get("torch")
    if isinstance(error, MemoryError) or (torch is not None and isinstance(error, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator: can't allocate" in str(error)


def is_cuda_error(error: BaseException) -> bool:
    """An error after which no CUDA call of this process can be trusted ("sticky"); not out of memory."""
    if is_out_of_memory(error):
        return False
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(error, torch.AcceleratorError):
        return True
    return isinstance(error, RuntimeError) and any(
        sign in str(error) for sign in ("CUDA error", "CUDNN_STATUS", "CUBLAS_STATUS", "cuDNN error")
    )
