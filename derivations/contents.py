"""The table of contents."""

from entnorm.claims.theory import Theory, page

from . import entropy, escort, listings, newton, relations, setting, source

THEORY = Theory(
    "Entropy normalization",
    pages=(page(setting), page(entropy), page(escort), page(newton), page(relations), page(listings)),
    sections=source.SECTIONS,
)
