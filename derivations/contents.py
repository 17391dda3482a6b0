"""The table of contents."""

from entnorm.claims.theory import Theory, page

from . import entropy, escort, inverse, limits, listings, newton, relations, setting, source

THEORY = Theory(
    "Entropy normalization",
    pages=(
        page(setting),
        page(entropy),
        page(escort),
        page(limits),
        page(inverse),
        page(newton),
        page(relations),
        page(listings),
    ),
    sections=source.SECTIONS,
)
