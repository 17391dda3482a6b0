"""What is left of H - H* where the rounding errors of sums would show: rows one by one, in numbers of two words.

They are few: see `entnorm.steps.is_delicate`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entnorm import words
from entnorm.answers import Answers
from entnorm.moments import Indices
from entnorm.reductions import columns
from entnorm.spectrum import Spectrum
from entnorm.steps import advance
from entnorm.targets import Target
from entnorm.words import DIGITS

_NOTHING = -700.0  # exponentials of less than this do not count beside that of 0, however many there are


def refine(spectrum: Spectrum, target: Target, rows: Indices, answers: Answers) -> None:
    """Correct the gamma of some rows, and where their distributions are stepped to, by an exact residual.

    One step of Newton's method is enough: they are next to their roots, and far from a plateau as they are delicate.
    c2 is no less than the square of the mean of t over s, for the largest probability is no less than 1 / s.
    """
    for row in rows.tolist():
        gamma = float(answers.gamma[row])
        residual = _residual(spectrum, target, row, gamma, int(answers.scale[row]))
        by = gamma * residual / float(answers.varentropy[row])  # dH / d log gamma = -c2 [escort.entropy-log-slope]
        base = float(answers.base[row])
        answers.gamma[row], rest = advance(gamma, by)
        answers.by[row] = (gamma - base) + by if base else rest
        answers.residual[row] = 0.0


def _residual(spectrum: Spectrum, target: Target, row: int, gamma: float, scale: int) -> float:
    """H(gamma) - H* of a row, off by 2**-58 or so: what rounding takes from sums and exponentials is made good."""
    rest, moment = Decimal(0), Decimal(0)
    for part in columns(spectrum.shape[1]):
        high, low = _below(spectrum, row, part, scale)
        t, lost = words.two_product(high, gamma)
        lost += low * gamma
        inside = (t > _NOTHING) & (high < 0.0)
        t, lost = t[inside], lost[inside]
        w, faint = words.exp(t, lost)
        product, error = words.two_product(w, t)
        rest = DIGITS.add(rest, words.total(w, faint))
        moment = DIGITS.add(moment, words.total(product, error + w * lost + faint * t))
    ties, support = int(spectrum.ties[row]), int(spectrum.support[row])
    whole = DIGITS.add(rest, Decimal(ties))
    entropy = DIGITS.subtract(DIGITS.ln(whole), DIGITS.divide(moment, whole))
    return float(DIGITS.subtract(entropy, target.exactly(row, support)))


def _below(spectrum: Spectrum, row: int, part: slice, scale: int) -> tuple[NDArray[np.float64], Any]:
    """Logarithms relative to the maximum in two words, -inf outside the support."""
    values, top = spectrum.numbers(np.array([row]), part)[0], float(spectrum.top[row])
    inside = values > (-np.inf if spectrum.logits else 0.0)
    high, low = np.full(values.shape, -np.inf), np.zeros(values.shape)
    if spectrum.logits:
        high[inside], low[inside] = words.two_difference(np.ldexp(values[inside], scale), float(np.ldexp(top, scale)))
    else:
        found = words.log_quotient(values[inside], top)
        high[inside], low[inside] = (np.ldexp(word, scale) for word in found)
    return high, low
