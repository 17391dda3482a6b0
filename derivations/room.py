"""Room on both sides of an exponent: a power that is integrable at gamma is so at exponents around it.

To differentiate under the integral sign one needs an exponent below gamma and one above at which the power is still
integrable.  Where this is a matter of two numbers x and y being positive, which change with gamma at rates w and alpha,
the step away from gamma is written down here, and that both stay positive is algebra.
"""

from sympy import Rational

from entnorm.claims import Claim, Gt, Operator, by, calc, gt

from .notation import alpha, gamma, w, x, y

under = 2 * (x * y + gamma * y * (1 + w**2) + gamma * x * (1 + alpha**2))
room = Operator("room", (gamma, x, y, w, alpha), gamma * x * y / under)
step = room(gamma, x, y, w, alpha)
NUMBERS = (Gt(gamma, 0), Gt(x, 0), Gt(y, 0))

ROOM = Claim(
    "room.positive",
    Gt(step, 0),
    given=NUMBERS,
    title="Where x and y are positive, the exponent can move by this much ...",
    proof=calc(step, (gamma * x * y / under, room), gt(0, by.sign)),
)

ROOM_BELOW = Claim(
    "room.below",
    Gt(gamma - step, 0),
    given=NUMBERS,
    title="... and stays positive",
    proof=calc(
        gamma - step,
        (gamma * (under - x * y) / under, by.algebra(room)),
        gt(0, by.sign(gamma * (x * y + 2 * (gamma * y * (1 + w**2) + gamma * x * (1 + alpha**2))) / under)),
    ),
)


def _stays(id: str, number, slope, other, against, sign: int, title: str) -> Claim:  # type: ignore[no-untyped-def]
    """Return the claim that a number of that slope in the exponent stays positive."""
    least = 2 * (slope + Rational(sign, 4)) ** 2 + Rational(15, 8)  # 2 + 2 slope**2 + sign slope
    rest = 2 * number * other + gamma * other * least + 2 * gamma * number * (1 + against**2)
    moved = number + sign * (slope * step)
    return Claim(
        id,
        Gt(moved, 0),
        given=NUMBERS,
        title=title,
        proof=calc(moved, (number * rest / under, by.algebra(room)), gt(0, by.sign)),
    )


X_UP = _stays("room.x-up", x, w, y, alpha, 1, "x, whose slope in the exponent is w, stays positive above")
X_DOWN = _stays("room.x-down", x, w, y, alpha, -1, "... and below")
Y_UP = _stays("room.y-up", y, alpha, x, w, 1, "So does y, whose slope is alpha, above")
Y_DOWN = _stays("room.y-down", y, alpha, x, w, -1, "... and below")
