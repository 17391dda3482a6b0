"""The document's iteration, followed from many inputs to many targets: where it ends.

The loop is Newton's method on the product of its exponents [newton.document-loop], so one number is followed, in 50
digits: the data are the same on every machine.  In double precision the same orbit dies, as NaN, where a power of an
entry underflows to zero or overflows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from mpmath.ctx_mp import MPContext

__all__ = ["OUTCOMES", "Spectrum", "follow", "survey"]

DIGITS: Final = 50
STEPS: Final = 80
SHOWN: Final = 10  # exponents of an orbit that are printed
CLOSE: Final = 25  # digits to which an entropy that has arrived agrees with its target
SMALLEST, LARGEST = -745, 709  # logs of the positive doubles, rounded inwards
LOST: Final = 10**40  # a factor of the exponent after which the variance is too small for any way back

OUTCOMES: Final[dict[str, tuple[str, str]]] = {
    "arrives": ("✓", "the exponent that is sought, in double precision too"),
    "nan": ("N", "in exact arithmetic an exponent of the right entropy, in double precision NaN on the way"),
    "reversed": ("↓", "a negative exponent: the entropy is right, the order of the entries reversed"),
    "cycles": ("↔", "to and fro between two exponents"),
    "diverges": ("✗", "ever larger exponents of changing sign; in double precision NaN"),
    "wanders": ("?", f"none of these within {STEPS} steps"),
}
"""What an orbit can do: its glyph, and where it ends."""

SHARES: Final = tuple(Fraction(k, 1000) for k in (20, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 980, 990))
"""Targets as shares of log n."""

RATIOS: Final = tuple(Fraction(k, 4) for k in range(1, 33))
HEIGHTS: Final = tuple(Fraction(k, 24) for k in range(23, 0, -1))
"""The plane of two entries: logs of their ratio, and targets as shares of log 2, from the top."""


@dataclass(frozen=True)
class Spectrum:
    """A distribution by its name and its unnormalised entries, exact."""

    name: str
    entries: tuple[Fraction, ...]


def _entries(*values: int) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, values))


SPECTRA: Final = (
    Spectrum("2 : 1", _entries(2, 1)),
    Spectrum("19 : 1", _entries(19, 1)),
    Spectrum("99 : 1", _entries(99, 1)),
    Spectrum("27 : 18 : 10, within a factor e", _entries(27, 18, 10)),
    Spectrum("90 : 8 : 2", _entries(90, 8, 2)),
    Spectrum("97 : 2 : 1", _entries(97, 2, 1)),
    Spectrum("90 : 7 : 2 : 1", _entries(90, 7, 2, 1)),
    Spectrum("1 : 2 : … : 30, evenly spread", _entries(*range(1, 31))),
    Spectrum("Zipf, 1/k, n = 40", tuple(Fraction(1, k) for k in range(1, 41))),
    Spectrum("steep Zipf, 1/k², n = 40", tuple(Fraction(1, k**2) for k in range(1, 41))),
    Spectrum("geometric, 2⁻ᵏ, n = 20", tuple(Fraction(1, 2**k) for k in range(20))),
    Spectrum("one in front: 1000 against 20 ones", _entries(1000, *[1] * 20)),
    Spectrum("nearly uniform: 1000 … 1019", _entries(*range(1000, 1020))),
    Spectrum("two scales: 10⁶, 10⁵, then 8 ones", _entries(10**6, 10**5, *[1] * 8)),
)


EXAMPLES: Final[tuple[tuple[Spectrum, Fraction | None], ...]] = (
    (Spectrum("27 : 18 : 10", _entries(27, 18, 10)), Fraction(21, 20)),
    (Spectrum("97 : 2 : 1", _entries(97, 2, 1)), Fraction(21, 20)),
    (Spectrum("19 : 1", _entries(19, 1)), Fraction(2, 3)),
    (Spectrum("90 : 8 : 2", _entries(90, 8, 2)), Fraction(21, 20)),
    (Spectrum("99 : 1", _entries(99, 1)), None),
    (Spectrum("99 : 1", _entries(99, 1)), Fraction(1, 2)),
)
"""Orbits that are shown step by step: a distribution and its target, or None for H + 2 Var, the target of a cycle."""

MEASURED: Final = (
    (Spectrum("3 : 1", _entries(3, 1)), Fraction(1, 2)),
    (Spectrum("90 : 8 : 2", _entries(90, 8, 2)), Fraction(1, 2)),
    (Spectrum("1 : 2 : … : 30", _entries(*range(1, 31))), Fraction(5, 2)),
)
POWERS: Final = (
    ("1, the document's", 1),
    ("0, log γ", 0),
    ("−1, temperature", -1),
    ("2", 2),
    ("2 + c₃/c₂, the best", None),
)
"""What Newton's method is measured on, and in which power of the exponent it steps."""


@dataclass(frozen=True)
class Orbit:
    """The exponents that were met, how many steps it took, and what became of them."""

    outcome: str
    exponents: tuple[Any, ...]

    @property
    def steps(self) -> int:
        return len(self.exponents) - 1


def context() -> MPContext:
    """Return an mpmath context of its own."""
    mp = MPContext()
    mp.dps = DIGITS
    return mp


def logarithms(mp: MPContext, entries: Iterable[Fraction]) -> list[Any]:
    """Return the logarithms of the entries of the distribution."""
    weights = [mp.mpf(x.numerator) / x.denominator for x in entries]
    total = mp.fsum(weights)
    return [mp.log(w / total) for w in weights]


def cumulants(mp: MPContext, logs: list[Any], gamma: Any) -> tuple[Any, Any, Any, Any]:
    """Return H(gamma), and mean, variance and third central moment of log p there [escort.entropy-in-moments]."""
    top = max(gamma * x for x in logs)
    weights = [mp.exp(gamma * x - top) for x in logs]
    total = mp.fsum(weights)
    mean = mp.fsum(w * x for w, x in zip(weights, logs, strict=True)) / total
    variance = mp.fsum(w * (x - mean) ** 2 for w, x in zip(weights, logs, strict=True)) / total
    third = mp.fsum(w * (x - mean) ** 3 for w, x in zip(weights, logs, strict=True)) / total
    return top + mp.log(total) - gamma * mean, mean, variance, third


def follow(mp: MPContext, logs: list[Any], target: Any, steps: int = STEPS) -> Orbit:
    """Follow the loop from exponent 1 until its outcome is clear.

    Parameters
    ----------
    mp : MPContext
    logs : list
        Logarithms of the entries.
    target : mpf
        The entropy that is sought, in nats.
    steps : int
        How far at most.
    """
    exponents = [mp.one]
    is_number = True
    for _ in range(steps):
        gamma = exponents[-1]
        entropy, mean, variance, _ = cumulants(mp, logs, gamma)
        if abs(entropy - target) < mp.mpf(10) ** -CLOSE:
            outcome = ("reversed" if gamma < 0 else "arrives") if is_number else "nan"
            return Orbit(outcome, tuple(exponents))
        exponents.append(gamma + (entropy - target) / (gamma * variance))
        if abs(exponents[-1]) > LOST * abs(gamma):
            return Orbit("diverges", tuple(exponents))
        if len(exponents) > 12 and abs(exponents[-1] - exponents[-3]) < abs(gamma) * mp.mpf(10) ** -CLOSE:
            return Orbit("cycles", tuple(exponents))
        # log q = gamma (log p - mean) - H, and the loop raises q to the quotient of the exponents.
        powers = [exponents[-1] * (x - mean) - entropy * exponents[-1] / gamma for x in logs]
        is_number = is_number and min(powers) > SMALLEST and max(powers) < LARGEST
    return Orbit("wanders", tuple(exponents))


def survey() -> dict[str, Any]:
    """Return plain data: families against targets, the plane of two entries, some orbits, and measured orders."""
    mp = context()
    orbits = [_orbit(mp, *example) for example in EXAMPLES]
    return {
        "outcomes": {name: {"glyph": glyph, "meaning": meaning} for name, (glyph, meaning) in OUTCOMES.items()},
        "columns": [f"{float(share):g}" for share in SHARES],
        "rows": [_row(mp, spectrum) for spectrum in SPECTRA],
        "plane": _plane(mp),
        "orbits": orbits,
        "figure": _figure(orbits),
        "orders": _orders(),
    }


def _row(mp: MPContext, spectrum: Spectrum) -> dict[str, Any]:
    logs = logarithms(mp, spectrum.entries)
    scale = mp.log(len(logs))
    orbits = [follow(mp, logs, scale * share.numerator / share.denominator) for share in SHARES]
    start = cumulants(mp, logs, mp.one)[0] / scale
    return {
        "name": spectrum.name,
        "entropy": mp.nstr(start, 3),
        "cells": [{"outcome": orbit.outcome, "steps": orbit.steps} for orbit in orbits],
    }


def _plane(mp: MPContext) -> dict[str, Any]:
    """Two entries: outcomes row by row, and the targets at which the first exponent is 1, 0 and -1."""
    spectra = [logarithms_of_ratio(mp, ratio) for ratio in RATIOS]
    scale = mp.log(2)
    cells = [
        [follow(mp, logs, scale * height.numerator / height.denominator).outcome for logs in spectra]
        for height in HEIGHTS
    ]
    curves: dict[str, list[float]] = {"1": [], "0": [], "−1": []}
    for logs in spectra:
        entropy, _, variance, _ = cumulants(mp, logs, mp.one)
        for times, curve in enumerate(curves.values()):
            curve.append(float(mp.nstr((entropy + times * variance) / scale, 4)))
    return {
        "ratios": [f"{float(ratio):g}" for ratio in RATIOS],
        "heights": [f"{float(height):.3f}" for height in HEIGHTS],
        "cells": cells,
        "curves": curves,
    }


def _orbit(mp: MPContext, spectrum: Spectrum, target: Fraction | None) -> dict[str, Any]:
    logs = logarithms(mp, spectrum.entries)
    if target is None:
        entropy, _, variance, _ = cumulants(mp, logs, mp.one)
        aim, name = entropy + 2 * variance, "H + 2 Var"
    else:
        aim, name = mp.mpf(target.numerator) / target.denominator, str(target)
    orbit = follow(mp, logs, aim)
    shown = [mp.nstr(x, 4) for x in orbit.exponents[:SHOWN]]
    return {"name": spectrum.name, "target": name, "outcome": orbit.outcome, "exponents": shown}


def _figure(orbits: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the orbits as a line chart, in the form of those of `entnorm.report.figures`."""
    beyond = 10.0**6  # what is off the chart anyway, as a number that floats can hold
    return {
        "id": "orbits",
        "title": "Exponents of the loop, step by step",
        "x": {"label": "step", "low": 0, "high": SHOWN - 1, "log": False, "ticks": list(range(SHOWN))},
        "y": {"label": "exponent", "low": -2.5, "high": 2.5, "log": False, "ticks": [-2, -1, 0, 1, 2]},
        "series": [
            {
                "name": f"{orbit['name']} → {orbit['target']}: {OUTCOMES[orbit['outcome']][0]}",
                "points": [
                    [step, max(-beyond, min(beyond, float(exponent)))]
                    for step, exponent in enumerate(orbit["exponents"])
                ],
            }
            for orbit in orbits
        ],
    }


def _orders() -> list[dict[str, Any]]:
    """Measure Newton's method near the root, in several powers, beside the proved constants [powers.error-constant]."""
    mp = MPContext()
    mp.dps = 4 * DIGITS
    found = []
    for spectrum, target in MEASURED:
        logs, aim = logarithms(mp, spectrum.entries), mp.mpf(target.numerator) / target.denominator
        root = _root(mp, logs, aim)
        _, _, variance, third = cumulants(mp, logs, root)
        skew = root * third / variance
        for name, power in POWERS:
            alpha = 2 + skew if power is None else mp.mpf(power)
            errors = [mp.mpf(10) ** -6]
            for _ in range(2):
                gamma = root * mp.exp(errors[-1])
                entropy, _, spread, _ = cumulants(mp, logs, gamma)
                excess = (entropy - aim) / (gamma**2 * spread)
                step = mp.log1p(alpha * excess) / alpha if alpha else excess
                errors.append(mp.log(gamma / root) + step)
            order = mp.log(abs(errors[2] / errors[1])) / mp.log(abs(errors[1] / errors[0]))
            found.append(
                {
                    "name": spectrum.name,
                    "target": str(target),
                    "power": name,
                    "proved": mp.nstr((2 - alpha + skew) / 2, 6),
                    "measured": mp.nstr(errors[2] / errors[1] ** 2, 6),
                    "order": mp.nstr(order, 3),
                }
            )
    return found


def _root(mp: MPContext, logs: list[Any], target: Any) -> Any:
    """Return the positive exponent of that entropy: halving, then Newton's method."""
    low, high = mp.zero, mp.one
    while cumulants(mp, logs, high)[0] > target:
        low, high = high, 2 * high
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if cumulants(mp, logs, middle)[0] > target else (low, middle)
    for _ in range(8):
        entropy, _, variance, _ = cumulants(mp, logs, low)
        low += (entropy - target) / (low * variance)
    return low


def logarithms_of_ratio(mp: MPContext, ratio: Fraction) -> list[Any]:
    """Return the logarithms of two entries whose ratio has this logarithm."""
    difference = mp.mpf(ratio.numerator) / ratio.denominator
    total = mp.log1p(mp.exp(-difference))
    return [-total, -difference - total]
