"""Densities in ball arithmetic: the exponent that gives one a prescribed differential entropy, with proof.

A density is a SymPy expression with bounds of its tails (`Density`, `Tail`), or one of the named ones, whose bounds are
derived where they are written down. `solve` encloses the exponent. Needs python-flint (extra ``rigorous``).
"""

from entnorm.reference.densities.certificate import CertifiedDensity, DensityCertificate
from entnorm.reference.densities.density import Density, X
from entnorm.reference.densities.families import (
    beta,
    exponential,
    gamma,
    generalised_normal,
    gumbel,
    laplace,
    logistic,
    lognormal,
    normal,
    pareto,
    student,
    weibull,
)
from entnorm.reference.densities.solving import solve
from entnorm.reference.densities.tails import Tail

__all__ = [
    "CertifiedDensity",
    "Density",
    "DensityCertificate",
    "Tail",
    "X",
    "beta",
    "exponential",
    "gamma",
    "generalised_normal",
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "normal",
    "pareto",
    "solve",
    "student",
    "weibull",
]
