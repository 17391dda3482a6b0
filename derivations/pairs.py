"""Two binary variables: powers of a joint distribution may reach the same H(X), or H(Y | X), more than once.

Along these powers neither entropy is monotone.  The values at a few exponents are decided in balls; between any two on
different sides of the target there is a solution.
"""

from sympy import Rational

from entnorm.claims import Claim, Gt, Log, Lt, Operator, Power, Root, by, calc, gt, intermediate, lt, numeric

from .notation import gamma

# A pair of binary variables: the rows (1/2, 1/100) and (49/200, 49/200), raised to a power and normalised.
first = Power(Rational(1, 2), gamma) + Power(Rational(1, 100), gamma)
second = 2 * Power(Rational(49, 200), gamma)
entropy_of_x = Operator(
    "H_X",
    (gamma,),
    -(first / (first + second) * Log(first / (first + second)))
    - second / (first + second) * Log(second / (first + second)),
)
target = Rational(69, 100)


X_AT_LOW = Claim(
    "pairs.x-at-low", Gt(entropy_of_x(Rational(1, 10)), target), numeric(), title="At gamma = 1/10 H(X) is above 0.69"
)
X_BETWEEN = Claim(
    "pairs.x-between", Lt(entropy_of_x(Rational(2, 5)), target), numeric(), title="... at 2/5 it is below"
)
X_AT_ONE = Claim("pairs.x-at-one", Gt(entropy_of_x(1), target), numeric(), title="... at 1 again above")
X_AT_TWO = Claim("pairs.x-at-two", Lt(entropy_of_x(2), target), numeric(), title="... and at 2 below")

X_ROOT = Claim(
    "pairs.x-root",
    Root(entropy_of_x(gamma), gamma, Rational(1, 10), Rational(2, 5), target),
    title="So a power of the joint distribution has H(X) = 0.69 for a gamma between 1/10 and 2/5,",
    proof=intermediate(
        width=Rational(3, 10),
        at_low=calc(entropy_of_x(Rational(1, 10)), gt(target, by.sign(X_AT_LOW))),
        at_high=calc(entropy_of_x(Rational(2, 5)), lt(target, by.sign(X_BETWEEN))),
    ),
)

X_SECOND_ROOT = Claim(
    "pairs.x-second-root",
    Root(entropy_of_x(gamma), gamma, Rational(2, 5), 1, target),
    title="... for another between 2/5 and 1,",
    proof=intermediate(
        width=Rational(3, 5),
        at_low=calc(entropy_of_x(Rational(2, 5)), lt(target, by.sign(X_BETWEEN))),
        at_high=calc(entropy_of_x(1), gt(target, by.sign(X_AT_ONE))),
    ),
)

X_THIRD_ROOT = Claim(
    "pairs.x-third-root",
    Root(entropy_of_x(gamma), gamma, 1, 2, target),
    title="... and for a third between 1 and 2",
    proof=intermediate(
        width=1,
        at_low=calc(entropy_of_x(1), gt(target, by.sign(X_AT_ONE))),
        at_high=calc(entropy_of_x(2), lt(target, by.sign(X_AT_TWO))),
    ),
)

# Another pair: the rows (1/5, 1/1000) and (799/2000, 799/2000).
left = Power(Rational(1, 5), gamma)
right = Power(Rational(1, 1000), gamma)
even = 2 * Power(Rational(799, 2000), gamma)
within = -(left * Log(left / (left + right))) - right * Log(right / (left + right)) + even * Log(2)
entropy_of_y = Operator("H_Y|X", (gamma,), within / (left + right + even))
goal = Rational(3, 5)

Y_AT_LOW = Claim(
    "pairs.y-at-low", Gt(entropy_of_y(Rational(1, 4)), goal), numeric(), title="At gamma = 1/4 H(Y | X) is above 0.6"
)
Y_AT_ONE = Claim("pairs.y-at-one", Lt(entropy_of_y(1), goal), numeric(), title="... at 1 it is below")
Y_AT_THREE = Claim("pairs.y-at-three", Gt(entropy_of_y(3), goal), numeric(), title="... and at 3 above again")

Y_ROOT = Claim(
    "pairs.y-root",
    Root(entropy_of_y(gamma), gamma, Rational(1, 4), 1, goal),
    title="So a power of the joint distribution has H(Y | X) = 0.6 for a gamma between 1/4 and 1,",
    proof=intermediate(
        width=Rational(3, 4),
        at_low=calc(entropy_of_y(Rational(1, 4)), gt(goal, by.sign(Y_AT_LOW))),
        at_high=calc(entropy_of_y(1), lt(goal, by.sign(Y_AT_ONE))),
    ),
)

Y_SECOND_ROOT = Claim(
    "pairs.y-second-root",
    Root(entropy_of_y(gamma), gamma, 1, 3, goal),
    title="... and for another between 1 and 3",
    proof=intermediate(
        width=2,
        at_low=calc(entropy_of_y(1), lt(goal, by.sign(Y_AT_ONE))),
        at_high=calc(entropy_of_y(3), gt(goal, by.sign(Y_AT_THREE))),
    ),
)
