"""A logits processor for llama-cpp-python that gives each step of a generation the entropy asked for.

PyPI has the sources of llama-cpp-python only, which take a compiler and some minutes::

    CMAKE_ARGS="-DGGML_NATIVE=OFF" pip install llama-cpp-python

builds for processors in general: for the very one at hand llama.cpp uses AMX, and crashes where a virtual machine
announces that and does not allow it.
"""

from __future__ import annotations

from typing import Any, Final, Unpack

from numpy.typing import NDArray

from entnorm.adapters.generation import EntropySchedule, StepCounter, Targets

__all__ = ["UNTOUCHED", "EntropyLogitsProcessor"]

UNTOUCHED: Final = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "typical_p": 1.0}
"""Keywords for `Llama` that turn off the truncations and the temperature which it would apply after a processor.

They are those of calling it and of ``create_completion`` and ``create_chat_completion``; its ``generate`` calls the
temperature ``temp``, and does not take them as they are.
"""


class EntropyLogitsProcessor:
    """Keeps the entropy of each step of a generation at, or within, what is asked for.

    Pass it to `llama_cpp.Llama` in a ``LogitsProcessorList``. Processors run in order, and each sees the scores of the
    one before it, so tokens that an earlier one has masked with -inf stay masked.

    After all processors llama.cpp truncates and cools the scores (top-k 40, top-p 0.95, min-p 0.05, temperature 0.8),
    which lowers the entropy again: `UNTOUCHED` holds the keywords that prevent it. Penalties and a grammar come after
    the processors too; where they act, the entropy is no longer the one asked for. Beside ``logit_bias`` processors are
    not called at all (seen in 0.3.36: ``list.extend`` returns None).

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

    Examples
    --------
    The processor needs nothing but NumPy; with a model it goes where ``llm`` is a `llama_cpp.Llama`::

        from llama_cpp import LogitsProcessorList
        from entnorm.adapters.llama_cpp import UNTOUCHED, EntropyLogitsProcessor
        processors = LogitsProcessorList([EntropyLogitsProcessor(max=3.0)])
        llm("Once upon a time", logits_processor=processors, **UNTOUCHED)

    >>> import numpy as np
    >>> import entnorm
    >>> from entnorm.adapters.llama_cpp import EntropyLogitsProcessor
    >>> keep = EntropyLogitsProcessor(perplexity=2)
    >>> scores = keep(np.array([11, 3]), np.array([4, 1, 0, -np.inf], dtype=np.float32))
    >>> print(scores.dtype, entnorm.perplexity(np.exp(scores.astype(float))).round(5))
    float32 2.0
    """

    def __init__(self, **targets: Unpack[Targets]) -> None:
        self.schedule = EntropySchedule(**targets)
        self._count = StepCounter()

    def __call__(self, input_ids: NDArray[Any], scores: NDArray[Any]) -> NDArray[Any]:
        """Return rescaled scores, shaped and typed as `scores`, whose softmax has the entropy asked for at this step.

        Parameters
        ----------
        input_ids : ndarray of int, shape (length,)
            All tokens so far, those of the prompt included.
        scores : ndarray of float, shape (vocabulary,)
            One score for each token of the vocabulary; -inf masks.
        """
        return self.schedule.rescale(scores, self._count(input_ids))
