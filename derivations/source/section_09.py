"""Extensions: section 9 of the annotated derivation."""

from sympy import Integer, Rational

from entnorm.claims import Seq
from entnorm.claims.ledger import Imprecise, Needs, Said, Section, Unverifiable

from .. import (
    betas,
    conditional,
    densities,
    divergent,
    escort,
    families,
    joint,
    lognormal,
    named,
    nearest,
    pairs,
    pareto,
    potentials,
    rebasing,
    strict,
    tails,
)
from ..notation import a, b, c, gamma, h_star, o, rho, tau, y
from . import instances

PARETO = Seq(o, (1 + tau[o]) ** -c)
ONE_OVER_SQUARE = {c: 2, y: 1}

SECTIONS = (
    Section(
        "9",
        "9. Extensions",
        (
            Said(
                "9.1.1",
                "h(p)=-∫p log p",
                Needs(
                    "p log p is integrable",
                    divergent.HEAVY,
                    densities.EXPECTATION,
                    at={rho: Seq(o, divergent.heavy)},
                ),
            ),
            Said(
                "9.1.2",
                "p~=p^γ/∫p^γ",
                Needs(
                    "p^gamma is integrable",
                    divergent.PARETO,
                    densities.SUMS_TO_ONE,
                    at={rho: PARETO, **ONE_OVER_SQUARE, gamma: Rational(1, 2)},
                ),
            ),
            Said(
                "9.1.3",
                "迭代求解过程类似",
                Needs(
                    "p is not constant on its support, p^gamma is integrable on both sides of every exponent that the iteration comes to, and none of these is 0",
                    divergent.PARETO,
                    rebasing.NEWTON_STEP,
                    at={
                        rho: PARETO,
                        **ONE_OVER_SQUARE,
                        gamma: 1 + (5 - 2) / (Integer(4) - 8),  # where the first step towards 5 leads
                        a: Rational(1, 8),
                        b: Rational(1, 2),
                        h_star: 5,
                    },
                ),
                english="The iterative solution is similar.",
            ),
            Said(
                "9.1.4",
                "但需要数值积分",
                Imprecise(
                    (
                        families.EXPONENTIAL_STAYS,
                        families.EXPONENTIAL_ENTROPY,
                        families.EXPONENTIAL_ROOT,
                        named.LAPLACE_ROOT,
                        named.NORMAL_ROOT,
                        named.NORMAL_VECTOR_ROOT,
                        named.GENERALISED_ROOT,
                        pareto.PARETO_ROOT,
                        pareto.LAMBERT_EXISTS,
                        lognormal.LOGNORMAL_ROOT,
                        potentials.ENTROPY,
                        named.GAMMA,
                        named.WEIBULL,
                        named.GUMBEL,
                        betas.ENTROPY,
                        pareto.STUDENT,
                        pareto.LOGISTIC,
                        pareto.BETA,
                    ),
                    "Not for every density: for exponential, Laplace, normal and generalised normal ones the exponent is in closed form, for Pareto and lognormal ones by Lambert's function, itself the root of v exp(v) = x, and for Gamma, Weibull, Gumbel, beta, Student and logistic ones the entropy is, so that a root has to be found but no integral. That others need quadrature is a remark on what is known of their integrals.",
                ),
                english="But numerical integration is needed.",
            ),
            Said(
                "9.2.1",
                "归一化边际熵 H(X),H(Y)",
                Imprecise(
                    (
                        joint.MARGINAL_KEPT,
                        conditional.MARGINAL_UNIQUE,
                        nearest.CLOSEST_AT_ENTROPY,
                        joint.OTHER_MARGINAL,
                        nearest.FITTED,
                        joint.POWER_SLOPE_OF_X,
                        pairs.X_ROOT,
                        pairs.X_SECOND_ROOT,
                        pairs.X_THIRD_ROOT,
                    ),
                    "Transforming the marginal of X, and keeping Y given X, is the problem of one variable; it moves the marginal of Y. Both at once are a problem of fitting the pair to two marginals. A power of the joint density with a given H(X) need not be unique: there are at least three exponents in a case of two binary variables.",
                ),
                english="Normalize the marginal entropies H(X), H(Y).",
            ),
            Said(
                "9.2.2",
                "归一化联合熵 H(X,Y)",
                Needs(
                    "log m < H* < log n, where m of the n pairs that occur share the maximum",
                    escort.CONSTANT_OUT_OF_REACH,
                    tails.EXISTENCE,
                    instances.HALVES,
                ),
                english="Normalize the joint entropy H(X, Y).",
            ),
            Said(
                "9.2.3",
                "归一化条件熵 H(Y|X)",
                Imprecise(
                    (
                        joint.CHAIN_RULE,
                        joint.CONDITIONAL_SLOPE,
                        joint.CONDITIONAL_FALLS,
                        conditional.CONDITIONAL,
                        conditional.TRANSFORMED,
                        conditional.SLOPE_NEGATIVE,
                        strict.CONDITIONAL_UNIQUE,
                        tails.EXISTENCE,
                        tails.OUT_OF_REACH,
                        joint.POWER_SLOPE_OF_Y,
                        pairs.Y_ROOT,
                        pairs.Y_SECOND_ROOT,
                    ),
                    "With one exponent for all conditional distributions, and X as it is, H(Y | X) falls while the exponent is positive; unless every row is uniform it does so strictly, and one such exponent at most solves it. A target for each conditional distribution by itself is as many problems of one variable, of which some rows may allow what others do not. A power of the joint density with a given H(Y | X) need not be unique.",
                ),
                english="Normalize the conditional entropy H(Y|X).",
            ),
            Said(
                "9.2.4",
                "每种选择对应不同的应用需求",
                Unverifiable("A remark on applications."),
                english="Each choice serves a different need.",
            ),
        ),
    ),
)
