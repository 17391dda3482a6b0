"""The table of contents."""

from entnorm.claims.theory import Theory, page

from . import entropy, escort, newton, setting, source

THEORY = Theory(
    "Entropy normalization",
    pages=(page(setting), page(entropy), page(escort), page(newton)),
    sections=source.SECTIONS,
)
