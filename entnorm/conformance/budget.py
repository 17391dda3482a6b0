"""How much error each level allows, and how errors are written.

The condition number of a row is min(H*, log s - H*) / (gamma*^2 Var): the relative change of gamma* per relative change
of the target, or of its distance to log s, whichever is smaller. One plus it multiplies every budget, because a solver
cannot do better than its input allows.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Final

EPS: Final = 2.0**-52

TIGHT: Final = 1e-9
"""Relative budget of gamma per (1 + condition): what every level asks of every solver."""

EXPONENT: Final = 8 * EPS
"""Relative budget of gamma per (1 + condition) at the level accuracy; of each probability, per (1 + t) as well."""

ENTROPY: Final = 4 * EPS
"""Budget of the entropy per H* + gamma*^2 Var at the level accuracy."""

COARSE: Final = 1e-4
"""The same for checks of survival: it forgives a search that stops early, not one that goes wrong."""


def times(error: float) -> str:
    """An error in units of its budget, in words, to two digits.

    >>> times(33012.3), times(0.0312), times(2.5e15)
    ('33,000 times what is allowed', '0.031 times what is allowed', '2.5e+15 times what is allowed')
    """
    short = float(f"{error:.2g}")
    return f"{short:,.0f} times what is allowed" if 100 <= short < 1e9 else f"{short:g} times what is allowed"


def one_digit_up(error: float) -> float:
    """Round a nonnegative error up to one significant digit, so that reports do not change with the last bits.

    >>> one_digit_up(0.0312), one_digit_up(7.0), one_digit_up(0.0)
    (0.04, 7.0, 0.0)
    """
    exact = Decimal(error)
    if not exact:
        return 0.0
    if not exact.is_finite():
        return error
    return float(exact.quantize(Decimal((0, (1,), exact.adjusted())), rounding=ROUND_CEILING))
