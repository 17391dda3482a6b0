"""That the exponent is differentiable along every line of logits, probabilities and targets.

Where the target is between log m and log n, m being the number of the largest entries, it is attained
[limits.existence] at one exponent [limits.uniqueness], which is therefore a function of all three.  That it is a smooth
one along every line is the implicit function theorem for two variables, which the kernel does not prove but lists among
its foundations.  What the theorem asks for is proved: the slope of the entropy in the exponent is not zero there.  So
is the slope that it gives, along any line of logits or probabilities while the target moves, too.
"""

from entnorm.claims import At, Claim, D, Eq, Ge, Gt, Implicit, Log, Lt, Seq, Sum, by, calc, ge, gt, ne, solved

from .inverse import LOGIT_SLOPE, moved
from .limits import NEAR_UNIFORM
from .notation import H, S, V, Z, breadth, covariance, gamma, h, h_star, i, mean, mean_of, n, p, tilde, x, y
from .setting import NOT_CONSTANT, POSITIVE
from .slopes import ENTROPY_SLOPE, VARIANCE_POSITIVE

ATTAINED = Eq(H(p, gamma), h_star)
inside = (POSITIVE, Ge(gamma, 0), ATTAINED, Lt(h_star, Log(n)))

EXPONENT_POSITIVE = Claim(
    "implicit.exponent-positive",
    Gt(gamma, 0),
    given=inside,
    title="A target below log n is not attained at gamma = 0",
    proof=calc(
        gamma,
        ge(
            (Log(n) - H(p, gamma)) / breadth(p),
            by.sign(
                (H(p, gamma) - (Log(n) - gamma * (breadth(p) - 2))) / breadth(p) + 2 * gamma / breadth(p), NEAR_UNIFORM
            ),
        ),
        ((Log(n) - h_star) / breadth(p), ATTAINED),
        gt(0, by.sign),
    ),
)

follows = H(moved, gamma) - (h_star + x * y)
rate = -gamma * covariance(p, gamma, h) / V(p, gamma) - y / (gamma * V(p, gamma))
steepness = At(D(follows, gamma), x, 0)
drift = At(D(follows, x), x, 0)

STEEPNESS = Claim(
    "implicit.slope-in-exponent",
    Eq(steepness, -gamma * V(p, gamma)),
    given=(POSITIVE,),
    title="The slope of the entropy in the exponent, where the logits have not moved yet",
    proof=calc(
        steepness,
        (At(D(H(moved, gamma), gamma), x, 0), by.calculus),
        (At(-gamma * V(moved, gamma), x, 0), ENTROPY_SLOPE),
        (-gamma * V(p, gamma), by.logs(V, mean, tilde, Z)),
    ),
)

DIFFERENTIABLE = Claim(
    "implicit.exponent",
    Implicit(follows, x, 0, gamma, rate),
    given=(*inside, NOT_CONSTANT),
    title="Along every line of logits and targets the exponent is a smooth function, of which this is the slope",
    remark="Logits log p + x h, targets H* + x y. No other exponent of 0 or more has the target: [limits.uniqueness].",
    defined=(VARIANCE_POSITIVE, EXPONENT_POSITIVE.at({p: p, gamma: gamma, h_star: h_star})),
    proof=solved(
        steepness=calc(steepness, (-gamma * V(p, gamma), STEEPNESS), ne(0, by.sign(-gamma * V(p, gamma)))),
        slope=calc(
            -drift / steepness,
            (-(At(D(H(moved, gamma), x), x, 0) - y) / steepness, by.calculus),
            ((gamma**2 * covariance(p, gamma, h) + y) / (-gamma * V(p, gamma)), by.algebra(LOGIT_SLOPE, STEEPNESS)),
            (rate, by.algebra),
        ),
    ),
)

shifted = Seq(i, p[i] + x * h[i])
relative = Seq(i, h[i] / p[i])
share = p[i] ** gamma / Z(p, gamma)
flow = gamma * p[i] ** (gamma - 1) * h[i]
change = flow / Z(p, gamma) - p[i] ** gamma * Sum(flow, i) / Z(p, gamma) ** 2
pull = p[i] ** gamma * relative[i]
relative_change = gamma * pull / Z(p, gamma) - share * gamma * Sum(pull, i) / Z(p, gamma)

PROBABILITY_SLOPE = Claim(
    "implicit.entropy-along-probabilities",
    Eq(At(D(H(shifted, gamma), x), x, 0), -(gamma**2) * covariance(p, gamma, relative)),
    given=(POSITIVE,),
    title="The slope of the entropy along a direction h of the probabilities is that along h / p of their logarithms",
    proof=calc(
        At(D(H(shifted, gamma), x), x, 0),
        (-Sum(change * Log(share) + share * change / share, i), by.calculus(H, S, tilde, Z)),
        (-Sum(relative_change * (gamma * Log(p[i]) - Log(Z(p, gamma)) + 1), i), by.logs),
        (-(gamma**2) * covariance(p, gamma, relative), by.termwise(covariance, mean, mean_of, tilde, Z)),
    ),
)

follows_shifted = H(shifted, gamma) - (h_star + x * y)
shifted_steepness = At(D(follows_shifted, gamma), x, 0)
shifted_drift = At(D(follows_shifted, x), x, 0)
SHIFTED_STEEPNESS = Claim(
    "implicit.slope-in-exponent-of-shifted",
    Eq(shifted_steepness, -gamma * V(p, gamma)),
    given=(POSITIVE,),
    title="... and that in the exponent, where the probabilities have not moved yet",
    proof=calc(
        shifted_steepness,
        (D(H(p, gamma), gamma), by.calculus(H, S, tilde, Z)),
        (-gamma * V(p, gamma), ENTROPY_SLOPE),
    ),
)

DIFFERENTIABLE_IN_PROBABILITIES = Claim(
    "implicit.exponent-of-probabilities",
    Implicit(
        follows_shifted,
        x,
        0,
        gamma,
        -gamma * covariance(p, gamma, relative) / V(p, gamma) - y / (gamma * V(p, gamma)),
    ),
    given=(*inside, NOT_CONSTANT),
    title="... and along every line of probabilities, as long as they are positive",
    remark="Probabilities p + x h, and targets H* + x y.",
    defined=(VARIANCE_POSITIVE, EXPONENT_POSITIVE.at({p: p, gamma: gamma, h_star: h_star})),
    proof=solved(
        steepness=calc(
            shifted_steepness, (-gamma * V(p, gamma), SHIFTED_STEEPNESS), ne(0, by.sign(-gamma * V(p, gamma)))
        ),
        slope=calc(
            -shifted_drift / shifted_steepness,
            (-(At(D(H(shifted, gamma), x), x, 0) - y) / shifted_steepness, by.calculus),
            (
                (gamma**2 * covariance(p, gamma, relative) + y) / (-gamma * V(p, gamma)),
                by.algebra(PROBABILITY_SLOPE, SHIFTED_STEEPNESS),
            ),
            (-gamma * covariance(p, gamma, relative) / V(p, gamma) - y / (gamma * V(p, gamma)), by.algebra),
        ),
    ),
)
