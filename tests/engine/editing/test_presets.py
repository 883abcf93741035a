"""A preset leaves out what it says, nothing else, and the same for an edit alone and among others."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.batch import by_kind
from engine.editing import sampler
from engine.editing.editor import Defaults, Editor
from engine.editing.network import Found, Network
from engine.editing.presets import PRESETS, Preset
from engine.jobs import Edited, EditJob
from tests.engine.editing.tiny import encoded, photo, standard_parts
from tests.engine.edits import run

presets = st.builds(
    Preset,
    st.floats(0.1, 1),
    st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda pair: (min(pair), max(pair))),
    st.integers(1, 4),
)


@given(presets, st.integers(1, 100))
def test_a_shallow_step_always_has_features_to_go_on_from(preset: Preset, steps: int) -> None:
    turns = preset.turns(steps)
    assert len(turns) == steps
    rows, since = 0, 0  # of the last whole pass, and how long ago it was
    for turn in turns:
        if turn.fresh:
            rows, since = (3 if turn.guided else 1), 0
        else:
            since += 1
            assert (3 if turn.guided else 1) <= rows
            assert since < preset.every


def test_quality_leaves_nothing_out() -> None:
    assert PRESETS["quality"].count(20) == 20
    assert all(turn.guided and turn.fresh for turn in PRESETS["quality"].turns(20))


def test_every_preset_is_cheaper_than_the_one_before() -> None:
    def rows(preset: Preset) -> int:
        turns = preset.turns(preset.count(20))
        return sum((3 if turn.guided else 1) * (3 if turn.fresh else 1) for turn in turns)

    assert rows(PRESETS["quality"]) > rows(PRESETS["balanced"]) > rows(PRESETS["fast"])


class Counting(Network):
    """Notes how many rows each pass had, and whether it was a shallow one."""

    def __init__(self, unet: object) -> None:
        super().__init__(unet)
        self.passes: list[tuple[int, bool]] = []

    def forward(self, *given: torch.Tensor) -> Found:  # type: ignore[override]
        self.passes.append((len(given[0]), len(given) == 4))
        return super().forward(*given)


def edited(steps: int, preset: Preset) -> tuple[list[tuple[int, bool]], bytes]:
    parts = standard_parts()
    network = Counting(parts.unet)
    editor = Editor(parts, Defaults(64, False, steps=steps), None, network=network)
    editor.preset = preset
    _, outcome = run(editor, EditJob("1", "ann", encoded(photo()), "make it night", 1))
    assert isinstance(outcome, Edited)
    return network.passes, outcome.image


def test_the_network_is_asked_for_no_more_than_the_preset_says() -> None:
    passes, picture = edited(6, Preset(guided=(0, 0.5), every=2))
    assert passes == [(3, False), (3, True), (3, False), (1, True), (1, False), (1, True)]
    whole, usual = edited(6, Preset())
    assert whole == [(3, False)] * 6
    assert picture != usual


def test_an_unguided_step_says_what_text_and_image_say() -> None:
    parts = standard_parts()
    random = torch.Generator().manual_seed(1)
    text, empty = (torch.randn((1, 12, 32), generator=random) for _ in range(2))
    known = sampler.Conditions(text, empty, torch.randn((1, 4, 8, 8), generator=random))
    latents, time = torch.randn((1, 4, 8, 8), generator=random), torch.tensor(500)
    [found] = sampler.predict(Network(parts.unet), [sampler.Predict(latents, time, known, None)])
    with torch.no_grad():
        alone = parts.unet(
            torch.cat([latents, known.image], 1), time, encoder_hidden_states=text, return_dict=False
        )[0]
    assert torch.allclose(found, alone, atol=1e-6)


@pytest.mark.parametrize("preset", [PRESETS["balanced"], PRESETS["fast"], Preset(guided=(0.4, 0.8), every=3)])
def test_beside_others_an_edit_is_what_it_is_alone(preset: Preset) -> None:
    network = Network(standard_parts().unet)

    def begin(seed: int, steps: int) -> sampler.Denoising:
        random = torch.Generator().manual_seed(seed)
        text, empty = (torch.randn((1, 12, 32), generator=random) for _ in range(2))
        known = sampler.Conditions(text, empty, torch.randn((1 + seed % 2, 4, 8, 8), generator=random))
        scheduler = standard_parts().scheduler
        return sampler.denoise(scheduler, known, sampler.Guidance(3, 1.4), steps, random, preset)

    def painted(edits: dict[int, sampler.Denoising]) -> dict[int, torch.Tensor]:
        done: dict[int, torch.Tensor] = {}
        answers: dict[int, torch.Tensor] = {}
        for tick in range(40):
            asked: dict[int, sampler.Predict] = {}
            for number, edit in edits.items():
                while number not in done and number not in asked and number <= tick:  # they join one by one
                    try:
                        came = edit.send(answers.pop(number, None))
                    except StopIteration as end:
                        done[number] = end.value
                        break
                    if isinstance(came, sampler.Predict):
                        asked[number] = came
            for group in by_kind(asked.items()):
                found = sampler.predict(network, [asked[number] for number in group])
                answers.update(zip(group, found, strict=True))
        return done

    kinds = {number: (number, 5 + number % 3) for number in range(4)}
    together = painted({number: begin(*kind) for number, kind in kinds.items()})
    for number, kind in kinds.items():
        alone = painted({0: begin(*kind)})[0]
        assert (together[number] - alone).abs().max() <= 1e-4 * alone.abs().max().clamp_min(1)
    assert together.keys() == kinds.keys()
