"""The logits processor for transformers, in the generations of a small model with random weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pages
import pytest

from entnorm.adapters.transformers import UNTOUCHED, EntropyLogitsProcessor
from entnorm.solution import EntnormError

torch = pytest.importorskip("torch", reason="torch is not installed: make adapters")
transformers = pytest.importorskip("transformers", reason="transformers is not installed: make adapters")

VOCABULARY = 211
STEPS = 6


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        initializer_range=0.6, pad_token_id=0, bos_token_id=1, eos_token_id=None,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config).eval()


def generated(model: Any, *processors: Any, **keywords: Any) -> Any:
    """Two generations of a batch, with the scores that were sampled from."""
    torch.manual_seed(1)
    prompt = torch.tensor([[1, 5, 7], [1, 9, 2]])
    settings = UNTOUCHED | {"max_new_tokens": STEPS, "output_scores": True, "return_dict_in_generate": True} | keywords
    return model.generate(prompt, logits_processor=transformers.LogitsProcessorList(processors), **settings)


def entropies(output: Any) -> np.ndarray:
    """Entropy of what each step was sampled from, shaped (steps, sequences), by torch in double precision."""
    steps = torch.stack(output.scores).double()
    return torch.distributions.Categorical(logits=steps).entropy().numpy()


def rounding(output: Any) -> float:
    """What scores rounded to float32 may change of an entropy."""
    scores = torch.stack(output.scores).double()
    largest = scores[torch.isfinite(scores)].abs().max()
    return float(2 * np.finfo(np.float32).eps * (1 + largest) * np.log(VOCABULARY))


def test_each_step_has_the_entropy_asked_for(model: Any) -> None:
    output = generated(model, EntropyLogitsProcessor(entropy=2.5))
    assert entropies(output).shape == (STEPS, 2)
    assert np.abs(entropies(output) - 2.5).max() <= rounding(output)
    plain = generated(model)
    assert np.abs(entropies(plain) - 2.5).max() > 0.1, "the model has to differ for the test to say anything"


@pytest.mark.parametrize(
    ("option", "value"),
    [("min_p", 0.9), ("typical_p", 0.3), ("top_h", 0.3), ("epsilon_cutoff", 0.05), ("eta_cutoff", 0.5), ("top_k", 3)],
)
def test_no_truncation_of_the_configuration_comes_through(model: Any, option: str, value: float) -> None:
    asked = EntropyLogitsProcessor(entropy=2.5)
    setattr(model.generation_config, option, value)
    try:
        untouched = entropies(generated(model, asked))
        truncated = entropies(generated(model, asked, **{option: value}))
    finally:
        setattr(model.generation_config, option, None)
    assert np.abs(untouched - 2.5).max() <= 1e-4
    assert np.abs(truncated - 2.5).max() > 1e-2, "the truncation has to do something for the test to say anything"


def test_targets_follow_the_steps_in_every_generation(model: Any) -> None:
    falling = EntropyLogitsProcessor(entropy=np.linspace(3, 0.5, STEPS))
    for _ in range(2):  # the second one begins at step 0 again
        output = generated(model, falling)
        wanted = np.linspace(3, 0.5, STEPS)[:, None]
        assert np.abs(entropies(output) - wanted).max() <= rounding(output)


def test_bounds_move_only_what_breaks_them(model: Any) -> None:
    plain = entropies(generated(model))[0]
    low, high = sorted(plain)
    middle = float(low + high) / 2
    (moved,) = generated(model, EntropyLogitsProcessor(min=middle), max_new_tokens=1).scores
    (before,) = generated(model, max_new_tokens=1).scores
    kept, raised = int(plain.argmax()), int(plain.argmin())
    assert torch.equal(moved[kept], before[kept])
    found = torch.distributions.Categorical(logits=moved[raised].double()).entropy()
    assert abs(float(found) - middle) < 1e-5 < abs(low - middle)


def test_what_was_masked_before_stays_masked(model: Any) -> None:
    class Mask(transformers.LogitsProcessor):
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            return scores.masked_fill(torch.arange(VOCABULARY) % 3 == 0, -torch.inf)

    output = generated(model, Mask(), EntropyLogitsProcessor(evenness=0.7))
    masked = torch.isneginf(torch.stack(output.scores))
    assert (masked == (torch.arange(VOCABULARY) % 3 == 0)).all()
    left = int((~masked[0, 0]).sum())
    assert np.abs(entropies(output) - 0.7 * np.log(left)).max() <= rounding(output)


def test_the_steps_of_a_beam_search_are_counted(model: Any) -> None:
    seen: list[int] = []

    def target(step: int) -> float:
        seen.append(step)
        return 2.0

    generated(model, EntropyLogitsProcessor(entropy=target), num_beams=3)
    assert seen == list(range(STEPS))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_type_and_input_are_left_as_they_are(dtype: Any) -> None:
    scores = torch.randn(2, 40, generator=torch.Generator().manual_seed(2)).to(dtype).requires_grad_()
    before = scores.detach().clone()
    rescaled = EntropyLogitsProcessor(entropy=1.5)(torch.zeros(2, 3, dtype=torch.long), scores)
    assert rescaled.dtype == dtype
    assert not rescaled.requires_grad
    assert torch.equal(scores.detach(), before)
    found = torch.distributions.Categorical(logits=rescaled.double()).entropy()
    largest = float(rescaled.abs().max())
    assert float((found - 1.5).abs().max()) <= 2 * torch.finfo(dtype).eps * (1 + largest) * np.log(40)


def test_scores_that_are_no_scores_are_refused(model: Any) -> None:
    with pytest.raises(EntnormError, match="at step 0"):
        EntropyLogitsProcessor(entropy=1.0)(torch.zeros(1, 3, dtype=torch.long), torch.full((1, 5), torch.nan))


@pytest.mark.parametrize(
    "program",
    [
        "import transformers\n" + pages.of_readme("entnorm.adapters.transformers", "EntropyLogitsProcessor"),
        pages.of_docstring(EntropyLogitsProcessor),
    ],
    ids=["README", "docstring"],
)
def test_the_programs_of_the_documentation(model: Any, program: str) -> None:
    outputs = []

    class Model:
        @staticmethod
        def generate(**keywords: Any) -> None:
            settings = {"max_new_tokens": STEPS, "output_scores": True, "return_dict_in_generate": True}
            outputs.append(model.generate(**settings, **keywords))

    exec(program, {"model": Model, "inputs": {"input_ids": torch.tensor([[1, 5, 7], [1, 9, 2]])}})
    (output,) = outputs
    assert entropies(output).shape == (STEPS, 2)
    assert entropies(output).max() <= 3 + rounding(output)
    assert entropies(output).min() >= 0.5 - rounding(output)
