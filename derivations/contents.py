"""The table of contents."""

from entnorm.claims.theory import Theory, pages

from . import (
    concentration,
    decreasing,
    ends,
    entropy,
    escort,
    expansions,
    gaps,
    inverse,
    limits,
    listings,
    majorisation,
    newton,
    relations,
    setting,
    slopes,
    source,
    tails,
    zeros,
)

THEORY = Theory(
    "Entropy normalization",
    pages(
        setting,
        entropy,
        zeros,
        escort,
        concentration,
        slopes,
        decreasing,
        majorisation,
        expansions,
        limits,
        gaps,
        tails,
        ends,
        inverse,
        newton,
        relations,
        listings,
    ),
    source.SECTIONS,
)
