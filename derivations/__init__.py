"""The mathematics of entropy normalization: pages of claims in reading order, and the ledger of the source document."""

from .contents import AXIOMS, THEORY

__all__ = ["AXIOMS", "THEORY"]
