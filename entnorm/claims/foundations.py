"""What every proof finally rests on, besides the code of the kernel: the textbook facts that the rules build in.

A rule names its foundations; a claim's report lists those of its whole ancestry, and a snapshot test pins them.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Foundation",
    "calculus",
    "cases",
    "continuity",
    "divergence",
    "enclosures",
    "field",
    "gamma",
    "implicit",
    "induction",
    "integrals",
    "logarithms",
    "order",
    "slopes",
    "squeeze",
    "sums",
    "taylor",
]


@dataclass(frozen=True)
class Foundation:
    """A textbook fact that the kernel uses and does not prove."""

    name: str
    statement: str


_ELEMENTARY = "What is made of exp, log, log Gamma, digamma, powers, sums, products and quotients"

field = Foundation(
    "field", "The real numbers are a field: identities of rational functions hold where both sides are defined."
)
sums = Foundation(
    "sums", "Finite sums are linear, nested finite sums commute, and the sum of 1 over i = 1..n is n; n is at least 1."
)
logarithms = Foundation(
    "logarithms",
    "exp(a + b) = exp(a) exp(b); log is the inverse of exp; a**b = exp(b log a) for a > 0; "
    "hence log(a b) = log a + log b.",
)
order = Foundation(
    "order",
    "The real numbers are an ordered field: squares are nonnegative, sums and products of positives are positive. "
    "exp is positive; exp, log and positive powers of positive numbers strictly increase, negative powers decrease.",
)
calculus = Foundation(
    "calculus",
    f"{_ELEMENTARY} is differentiable where it is defined, "
    "and strict inequalities between such functions persist near a point; a derivative depends on what is near alone. "
    "Sum, product, quotient and chain rule; exp' = exp and log' = 1/x; a finite sum is differentiated termwise.",
)
gamma = Foundation(
    "gamma",
    "The Gamma function is positive and smooth on the positive numbers; digamma is the derivative of its logarithm "
    "there (DLMF 5.2.2), and smooth as well.",
)
integrals = Foundation(
    "integrals",
    "The integral over a measure is linear on the functions whose absolute values have a finite integral, and positive "
    "on positive ones; the measure is not zero.",
)
divergence = Foundation(
    "divergence",
    "What is integrated over a measure may be integrated over its image instead. Where an integrand is at least the "
    "slope of a continuous function, its integral is at least the increase of that; an integral that exceeds every "
    "bound is not finite.",
)
taylor = Foundation(
    "taylor",
    "A function that is smooth near a point has there the Taylor expansion with its derivatives as coefficients.",
)
induction = Foundation("induction", "Induction over the natural numbers; definition by recursion.")
squeeze = Foundation(
    "squeeze",
    "With a > 0, a function that is between L - c x**a and L + c x**a for all small x > 0 tends to L as x falls to 0; "
    "between L - c/x**a and L + c/x**a for all large x, as x grows.",
)
continuity = Foundation(
    "continuity",
    f"{_ELEMENTARY} is continuous where it is defined; a "
    "continuous function takes every value between two of its values.",
)
slopes = Foundation(
    "slopes",
    f"{_ELEMENTARY} is differentiable where it is defined; "
    "a function whose slope is nonnegative between two points does not fall from one to the other; if it is positive, "
    "it rises.",
)
implicit = Foundation(
    "implicit",
    f"{_ELEMENTARY} is smooth near a point where it is "
    "defined. If such a function of x and y has at a point a slope in y that is not 0, then near that point it keeps "
    "its value along one function y of x, which is smooth, and whose slope is minus that in x over that in y (the "
    "implicit function theorem).",
)
cases = Foundation("cases", "A product is zero only if a factor is; of two real numbers one is at least the other.")
enclosures = Foundation("enclosures", "Arb's balls contain the exact results of their operations.")
