"""A logits processor for Hugging Face transformers that gives each step of a generation the entropy asked for.

It speaks to tensors through their own methods, so that importing this module imports neither torch nor transformers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Unpack

from entnorm.adapters.generation import EntropySchedule, StepCounter, Targets

if TYPE_CHECKING:
    import torch

__all__ = ["UNTOUCHED", "EntropyLogitsProcessor"]

UNTOUCHED: Final[dict[str, Any]] = {
    "do_sample": True,
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "min_p": None,
    "top_h": None,
    "typical_p": None,
    "epsilon_cutoff": None,
    "eta_cutoff": None,
}
"""Keywords for ``generate`` that sample, without the truncations and the temperature which it may apply afterwards.

``do_sample`` is one of them, so do not pass it beside these. Of transformers 5.
"""


class EntropyLogitsProcessor:
    """Keeps the entropy of each step of a generation at, or within, what is asked for.

    It has the interface of `transformers.LogitsProcessor`, and goes where one goes. Processors run in order, and each
    sees the scores of the one before it, so tokens that an earlier one has masked with -inf stay masked.

    After the processors that it is passed, ``generate`` applies the temperature and the truncations of its
    configuration (top-k 50, if the model's says nothing else), which lowers the entropy again: `UNTOUCHED` holds the
    keywords that prevent it. Truncate before, in the same list, where that is wanted. A beam search that samples
    applies them too, and what it draws from is scores of beams: their entropy is not the one asked for.

    Mask with -inf. Scores of a finite mask, such as the least number of their dtype or -1e9, would be tokens like any
    other, and are refused.

    Parameters
    ----------
    **targets
        Those of `entnorm.adapters.generation.EntropySchedule`: one of entropy, perplexity, deficit, evenness, or bounds
        min, max; each a number, a sequence over the steps, or a function of the step.

    Raises
    ------
    EntnormError
        If the targets are not those of a schedule; when called, if scores or targets are malformed.

    Notes
    -----
    Scores are brought to main memory, solved there in double precision, and sent back. They are detached: sampling
    takes no derivative.

    Examples
    --------
    Where ``model`` and ``inputs`` are what ``generate`` is used with::

        from transformers import LogitsProcessorList, TopPLogitsWarper
        from entnorm.adapters.transformers import UNTOUCHED, EntropyLogitsProcessor
        processors = LogitsProcessorList([TopPLogitsWarper(0.95), EntropyLogitsProcessor(min=0.5, max=3.0)])
        model.generate(**inputs, logits_processor=processors, **UNTOUCHED)
    """

    def __init__(self, **targets: Unpack[Targets]) -> None:
        self.schedule = EntropySchedule(**targets)
        self._count = StepCounter()

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return rescaled scores, on the device and of the type of `scores`, with the entropy asked for at this step.

        Parameters
        ----------
        input_ids : LongTensor, shape (sequences, length)
            All tokens so far, those of the prompt included.
        scores : FloatTensor, shape (sequences, vocabulary)
            One score for each token of the vocabulary; -inf masks.
        """
        step = self._count(input_ids.cpu().numpy())
        wide = scores.detach().cpu()
        if wide.element_size() < 4:  # NumPy has no bfloat16
            wide = wide.float()
        return scores.new_tensor(self.schedule.rescale(wide.numpy(), step))
