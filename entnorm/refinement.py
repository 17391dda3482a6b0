"""What is left of H - H* where rounding errors would show: rows one by one, in numbers of two words.

They are few: see `entnorm.steps.is_delicate`.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from entnorm import words
from entnorm.answers import Answers
from entnorm.moments import IN_WORDS, Indices
from entnorm.spectrum import Spectrum
from entnorm.steps import advance
from entnorm.targets import Target
from entnorm.words import DIGITS


def refine(spectrum: Spectrum, target: Target, rows: Indices, answers: Answers) -> None:
    """Correct the gamma of some rows by an exact residual, and have their distributions made in two words as well.

    One step of Newton's method is enough: they are next to their roots, and far from a plateau as they are delicate.
    c2 is no less than the square of the mean of t over s, for the largest probability is no less than 1 / s.
    """
    for row in rows.tolist():
        gamma = float(answers.gamma[row])
        residual = _residual(spectrum, target, row, gamma, int(answers.scale[row]))
        by = gamma * residual / float(answers.varentropy[row])  # dH / d log gamma = -c2 [escort.entropy-log-slope]
        answers.gamma[row], answers.by[row] = advance(gamma, by)
        answers.base[row], answers.residual[row] = IN_WORDS, 0.0


def _residual(spectrum: Spectrum, target: Target, row: int, gamma: float, scale: int) -> float:
    """H(gamma) - H* of a row, off by 2**-58 or so: what rounding takes from sums and exponentials is made good.

    Where probabilities below 1e-290 of the largest count, it is off by more: their logarithms have one word.
    """
    rest, moment, one = Decimal(0), Decimal(0), np.array([row])
    for part in words.pieces(spectrum.shape[1]):
        values, top = spectrum.numbers(one, part)[0], float(spectrum.top[row])
        (t, lost), (w, faint) = words.powers(words.depths(values, top, logits=spectrum.logits, scale=scale), gamma, 0.0)
        below = (w > 0.0) & (values < top)
        t, lost, w, faint = (word[below] for word in (t, lost, w, faint))
        product, error = words.two_product(w, t)
        rest = DIGITS.add(rest, words.total(w, faint))
        moment = DIGITS.add(moment, words.total(product, error + w * lost + faint * t))
    ties, support = int(spectrum.ties[row]), int(spectrum.support[row])
    whole = DIGITS.add(rest, Decimal(ties))
    entropy = DIGITS.subtract(DIGITS.ln(whole), DIGITS.divide(moment, whole))
    return float(DIGITS.subtract(entropy, target.exactly(row, support)))
