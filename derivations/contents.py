"""The table of contents."""

from entnorm.claims.theory import Theory, pages

from . import (
    decreasing,
    densities,
    divergences,
    entropy,
    escort,
    expansions,
    families,
    inverse,
    joint,
    limits,
    listings,
    newton,
    pairs,
    peaked,
    regularisers,
    relations,
    setting,
    slopes,
    source,
    tails,
    truncation,
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
        newton,
        relations,
        truncation,
        regularisers,
        peaked,
        densities,
        divergences,
        families,
        joint,
        pairs,
        listings,
    ),
    source.SECTIONS,
)
