"""The table of contents."""

from entnorm.claims.theory import Theory, pages

from . import (
    concentration,
    cumulants,
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
    rates,
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
        cumulants,
        decreasing,
        majorisation,
        expansions,
        limits,
        gaps,
        tails,
        rates,
        ends,
        inverse,
        newton,
        relations,
        listings,
    ),
    source.SECTIONS,
)
