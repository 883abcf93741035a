"""The processes, devices and number format of a training run, by Hugging Face Accelerate."""

from __future__ import annotations

import torch
from accelerate import Accelerator

from engine.training.presets import Precision


def new_accelerator(wanted: Precision) -> Accelerator:
    """Joins the other processes if a launcher started several. Raises ValueError where fp16 has no GPU.

    Without a GPU Accelerate forms a group of processes only when it is told to use the CPU.
    """
    no_gpu = not torch.accelerator.is_available()
    if wanted == "fp16" and no_gpu:
        raise ValueError("Mixed precision fp16 needs a GPU; here bf16 or no can be chosen.")
    return Accelerator(mixed_precision=_precision(wanted), cpu=no_gpu)


def _precision(wanted: Precision) -> str:
    """What `auto` means on this machine."""
    if wanted != "auto":
        return wanted
    if not torch.cuda.is_available():
        return "no"
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"


def any_process(accelerator: Accelerator, *flags: bool) -> list[bool]:
    """For each flag, whether it is up in any of the processes; all of them must ask."""
    if accelerator.num_processes == 1:
        return list(flags)
    mine = torch.tensor([float(flag) for flag in flags], device=accelerator.device)
    return [count > 0 for count in accelerator.reduce(mine, "sum").tolist()]
