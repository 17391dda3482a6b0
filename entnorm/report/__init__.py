"""Reports: one JSON model each, rendered to JSON, Markdown and HTML.

`proofs_model` and `conformance_model` do the work and return plain data; `render` turns a model into the contents of
files; `write` puts files in place, all or none; `differences` says how a folder differs from them.
"""

from entnorm.report.files import differences, expected_there, write
from entnorm.report.models import THEORY, broken_claims, broken_numbers, conformance_model, machine, proofs_model
from entnorm.report.render import render, summary

__all__ = [
    "THEORY",
    "broken_claims",
    "broken_numbers",
    "conformance_model",
    "differences",
    "expected_there",
    "machine",
    "proofs_model",
    "render",
    "summary",
    "write",
]
