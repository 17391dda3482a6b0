"""The entropy falls strictly for gamma >= 0, unless p is constant; and that needs no calculus.

The difference of two entropies along the path is a combination of the two divergences between its ends, with positive
coefficients, and the divergences are positive by one inequality for the logarithm.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import Claim, Eq, Ge, Gt, Le, Log, Lt, Ne, Refuted, Sum, by, calc, ge, gt, le, lt

from .entropy import GIBBS
from .escort import ENTROPY_IN_MOMENTS, LOG_ESCORT, SUMS_TO_ONE
from .notation import KL, H, Z, a, b, h_star, i, j, mean, n, p, r, s, tilde
from .setting import NORMALISED, NOT_CONSTANT, POSITIVE

half = Rational(1, 2)
spread = Sum(Sum(p[i] ** a * p[j] ** a * ((p[i] ** (b - a) - p[j] ** (b - a)) * (Log(p[i]) - Log(p[j]))), j), i)
difference = (a * KL(tilde(p, a), tilde(p, b)) + b * KL(tilde(p, b), tilde(p, a))) / (b - a)
DIVERGENCE = Claim(
    "escort.divergence",
    Eq(KL(tilde(p, a), tilde(p, b)), (a - b) * mean(p, a) - Log(Z(p, a)) + Log(Z(p, b))),
    given=(POSITIVE,),
    title="The divergence between two members of the escort family",
    proof=calc(
        KL(tilde(p, a), tilde(p, b)),
        (Sum(tilde(p, a)[i] * (Log(tilde(p, a)[i]) - Log(tilde(p, b)[i])), i), KL),
        (
            Sum(tilde(p, a)[i] * ((a * Log(p[i]) - Log(Z(p, a))) - (b * Log(p[i]) - Log(Z(p, b)))), i),
            LOG_ESCORT,
        ),
        (
            (a - b) * Sum(tilde(p, a)[i] * Log(p[i]), i) + (Log(Z(p, b)) - Log(Z(p, a))) * Sum(tilde(p, a)[i], i),
            by.termwise,
        ),
        ((a - b) * mean(p, a) - Log(Z(p, a)) + Log(Z(p, b)), by.algebra(SUMS_TO_ONE, mean)),
    ),
)

ENTROPY_DIFFERENCE = Claim(
    "escort.entropy-difference",
    Eq(H(p, a), H(p, b) + difference),
    given=(POSITIVE, Ne(a, b)),
    title="Two entropies along the path differ by two divergences",
    proof=calc(
        H(p, a),
        (Log(Z(p, a)) - a * mean(p, a), ENTROPY_IN_MOMENTS),
        (
            Log(Z(p, b))
            - b * mean(p, b)
            + (
                a * ((a - b) * mean(p, a) - Log(Z(p, a)) + Log(Z(p, b)))
                + b * ((b - a) * mean(p, b) - Log(Z(p, b)) + Log(Z(p, a)))
            )
            / (b - a),
            by.algebra,
        ),
        (H(p, b) + difference, by.algebra(ENTROPY_IN_MOMENTS, DIVERGENCE)),
    ),
)

ENTROPY_NONINCREASING = Claim(
    "escort.entropy-nonincreasing",
    Ge(H(p, a), H(p, b)),
    given=(POSITIVE, Ge(a, 0), Lt(a, b)),
    title="The entropy does not grow with gamma >= 0",
    proof=calc(
        H(p, a),
        (H(p, b) + difference, ENTROPY_DIFFERENCE.at({a: a, b: b})),
        ge(H(p, b), by.sign(difference, GIBBS)),
    ),
)

JEFFREYS = Claim(
    "escort.divergences-positive",
    Gt(KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)), 0),
    given=(POSITIVE, NOT_CONSTANT, Lt(a, b)),
    title="Two different members of the escort family diverge, unless p is constant",
    proof=calc(
        KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)),
        ((b - a) * (mean(p, b) - mean(p, a)), DIVERGENCE),
        (
            (b - a) * (half * spread / (Z(p, a) * Z(p, b))),
            by.logs(mean, tilde, Z),
        ),
        gt(0, by.sign),
    ),
)

ENTROPY_DECREASING_INSIDE = Claim(
    "escort.entropy-decreasing-inside",
    Lt(H(p, b), H(p, a)),
    given=(POSITIVE, NOT_CONSTANT, Gt(a, 0), Lt(a, b)),
    title="The entropy falls strictly for gamma > 0",
    proof=calc(
        H(p, b),
        (H(p, a) - difference, ENTROPY_DIFFERENCE.at({a: a, b: b})),
        (
            H(p, a)
            - (
                a * (KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)))
                + (b - a) * KL(tilde(p, b), tilde(p, a))
            )
            / (b - a),
            by.algebra,
        ),
        lt(
            H(p, a),
            by.sign(
                (
                    a * (KL(tilde(p, a), tilde(p, b)) + KL(tilde(p, b), tilde(p, a)))
                    + (b - a) * KL(tilde(p, b), tilde(p, a))
                )
                / (b - a),
                JEFFREYS,
                GIBBS,
            ),
        ),
    ),
)

middle = half * (a + b)
ENTROPY_DECREASING = Claim(
    "escort.entropy-decreasing",
    Lt(H(p, b), H(p, a)),
    given=(POSITIVE, NOT_CONSTANT, Ge(a, 0), Lt(a, b)),
    title="The entropy falls strictly for gamma >= 0, unless p is constant",
    proof=calc(
        H(p, b),
        lt(H(p, middle), by.sign(H(p, middle) - H(p, b), ENTROPY_DECREASING_INSIDE)),
        le(H(p, a), by.sign(H(p, a) - H(p, middle), ENTROPY_NONINCREASING)),
    ),
)

DECREASING_ANY_EXPONENT = Refuted(
    "escort.decreasing-any-exponent",
    Lt(H(p, b), H(p, a)),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, Lt(a, b)),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)], r: 0, s: 1, a: Fraction(-1), b: Fraction(0)},
    correction=ENTROPY_DECREASING,
    title="The entropy falls with gamma, whatever its sign",
    remark="Below 0 it rises: log n, at 0, is the largest entropy of all.",
)

ENTROPY_NONDECREASING = Refuted(
    "escort.entropy-nondecreasing",
    Ge(H(p, b), H(p, a)),
    given=(POSITIVE, NORMALISED, Gt(a, 0), Lt(a, b)),
    at={n: 2, p: [Fraction(2, 3), Fraction(1, 3)], a: Fraction(1), b: Fraction(2)},
    correction=ENTROPY_NONINCREASING,
    title="The entropy never falls with gamma",
)

ROOT_BELOW_HUNDRED = Refuted(
    "escort.root-below-hundred",
    Le(H(p, 100), h_star),
    given=(POSITIVE, NORMALISED, NOT_CONSTANT, Gt(h_star, 0), Lt(h_star, Log(n))),
    at={n: 2, p: [Fraction(51, 100), Fraction(49, 100)], r: 0, s: 1, h_star: Fraction(1, 20)},
    correction=ENTROPY_DECREASING,
    title="The exponent that reaches a target never exceeds 100",
    remark="The entropy at 100 is still above the target, and it falls: the root lies beyond.",
)
