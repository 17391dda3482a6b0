"""The table of contents."""

from entnorm.claims.theory import Theory, pages

from . import (
    convergence,
    cycles,
    decreasing,
    ends,
    entropy,
    escort,
    expansions,
    gaps,
    inverse,
    iteration,
    limits,
    listings,
    newton,
    orbits,
    powers,
    relations,
    setting,
    slopes,
    source,
    tails,
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
        gaps,
        tails,
        ends,
        inverse,
        newton,
        convergence,
        iteration,
        cycles,
        orbits,
        powers,
        relations,
        listings,
    ),
    source.SECTIONS,
)
