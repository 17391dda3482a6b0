"""The table of contents."""

from entnorm.claims.theory import Theory, pages

from . import (
    decreasing,
    entropy,
    escort,
    expansions,
    gradients,
    inverse,
    jacobian,
    limits,
    listings,
    losses,
    newton,
    relations,
    setting,
    slopes,
    source,
    tails,
    vanishing,
)

THEORY = Theory(
    "Entropy normalization",
    pages(
        setting,
        entropy,
        escort,
        slopes,
        decreasing,
        expansions,
        limits,
        tails,
        inverse,
        gradients,
        jacobian,
        vanishing,
        losses,
        newton,
        relations,
        listings,
    ),
    source.SECTIONS,
)
