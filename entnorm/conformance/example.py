"""The numerical example of the source document, on all three roads: proved identities, a certified root, NumPy.

The document's listing is also run as it is printed, and what it prints is set beside what the document says it prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from math import log, ulp
from typing import Any, Final

import numpy as np

from entnorm import reference
from entnorm.claims import n
from entnorm.claims.runs import output_of
from entnorm.claims.theory import load
from entnorm.claims.typeset import mathml, text
from entnorm.claims.witness import shown_sides
from entnorm.conformance.budget import EPS, one_digit_up
from entnorm.derivations.listings import LISTING_2
from entnorm.derivations.notation import gamma, h_star, p
from entnorm.solver import solve

THEORY: Final = "entnorm.derivations:THEORY"
CITED: Final = {
    "escort.entropy-in-moments": ("1", "γ*"),
    "escort.entropy-slope": ("1", "γ*"),
    "newton.step-at-one": ("1",),
    "newton.rebased-step": ("γ*",),
}
"""The claims that the example is about, and the exponents at which both sides of each are evaluated."""

DIGITS: Final = 50

PRINTED: Final = """\
初始熵: 3.9124
最大可能熵: 4.6052
迭代 1: γ=0.7653, H=3.4025
迭代 2: γ=0.9985, H=3.4010
迭代 3: γ=1.0000, H=3.4010
"""
"""What the document says that its second listing prints."""


@dataclass(frozen=True, eq=False)
class Example:
    """The distribution of the listing, before its loop, and the entropy that it asks for."""

    p: np.ndarray[Any, np.dtype[np.float64]]
    target: float

    @property
    def exact(self) -> list[Fraction]:
        """The doubles as the rational numbers that they are, normalised exactly [escort.scale-invariance]."""
        values = [Fraction(x) for x in self.p.tolist()]
        total = sum(values)
        return [x / total for x in values]


def example() -> Example:
    """Return the document's example.

    Examples
    --------
    >>> document = example()
    >>> document.p.shape, round(float(document.p.sum()), 12), round(document.target, 6)
    ((100,), 1.0, 3.401197)
    """
    values = np.random.RandomState(42).random_sample(100)  # the stream of np.random.seed(42), without its global state
    values /= values.sum()
    return Example(values, log(30))


def run_example() -> dict[str, Any]:
    """Run the document's example and return plain data: identities, reference, solution, and both outputs.

    Raises
    ------
    ProgramError
        If the document's listing does not run.
    """
    document = example()
    certified = reference.solve(p=document.p.tolist(), entropy=document.target, digits=DIGITS)
    return {
        "input": {"seed": 42, "n": 100, "target": "log 30", "value": document.target.hex()},
        "identities": _identities(document, certified),
        "reference": _reference(certified),
        "solver": _solved(document, certified),
        "listing": LISTING_2,
        "outputs": _outputs(),
    }


def _identities(document: Example, certified: reference.Certified) -> list[dict[str, str]]:
    theory = load(THEORY)
    exponents = {"1": Fraction(1), "γ*": sum(certified.enclosure, Fraction(0)) / 2}
    point = {n: 100, p: document.exact, h_star: Fraction(document.target)}
    found = []
    for id, places in CITED.items():
        statement = theory.claim(id).statement
        for place in places:
            sides = shown_sides(statement, {**point, gamma: exponents[place]}, DIGITS)
            assert sides is not None, f"{id} is not a relation between two numbers"
            formula = {"text": text(statement), "mathml": mathml(statement)}
            found.append({"claim": id, "gamma": place, **formula, **sides})
    return found


def _reference(certified: reference.Certified) -> dict[str, Any]:
    mp = certified.gamma.context
    return {
        "gamma": mp.nstr(certified.gamma, DIGITS),
        "slope": mp.nstr(certified.slope, 20),
        "condition": mp.nstr(certified.condition, 20),
        "digits": certified.digits,
        "rigorous": certified.rigorous,
        "proved_again": certified.certificate.verify() if certified.rigorous else None,
    }


def _solved(document: Example, certified: reference.Certified) -> dict[str, Any]:
    solution = solve(document.p, entropy=document.target)
    found = float(solution.gamma)
    lower, upper = certified.enclosure
    error = max(abs(Fraction(found) - end) for end in (lower, upper))
    budget = Fraction(8 * EPS) * (1 + Fraction(str(certified.condition))) * lower
    return {
        "gamma": repr(found),
        "entropy": repr(float(solution.entropy)),
        "evaluations": int(solution.nit),
        "ulps": one_digit_up(float(error / Fraction(ulp(found)))),
        "budget": one_digit_up(float(error / budget)),
    }


def _outputs() -> list[dict[str, str]]:
    """The document's output and the real one, line by line."""
    lines = zip_longest(PRINTED.splitlines(), output_of(LISTING_2).splitlines(), fillvalue="")
    return [{"printed": printed, "real": real} for printed, real in lines]
