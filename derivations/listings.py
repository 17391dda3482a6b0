"""What the programs of the document print, and what it says that they print.

The second listing is run as printed, with its seed.  The first draws an unseeded distribution and prints nothing; it is
run with seeds of its own, and asked how far its entropy ends from the target.
"""

from fractions import Fraction

from sympy import Rational

from entnorm.claims import (
    Assumption,
    Claim,
    Eq,
    ForAll,
    Ge,
    Gt,
    Le,
    Log,
    Lt,
    Prints,
    Refuted,
    Sum,
    by,
    calc,
    ge,
    le,
    n,
    numeric,
    run,
)

from .notation import a, b, c, i, j, p

LISTING_2 = """\
import numpy as np

# 生成随机分布
np.random.seed(42)
n = 100
p = np.random.random(n)
p /= p.sum()

print(f"初始熵: {-(p * np.log(p)).sum():.4f}")
print(f"最大可能熵: {np.log(n):.4f}")

# 目标：达到接近最大熵
H_target = np.log(30)  # ≈ 3.401

# 迭代求解
for i in range(5):
    H = -(p * np.log(p)).sum()
    gamma = 1 + (H_target - H) / (H**2 - (p * np.log(p)**2).sum())
    p = p**gamma
    p /= p.sum()
    print(f"迭代 {i+1}: γ={gamma:.4f}, H={-(p*np.log(p)).sum():.4f}")
"""

LISTING_1_SEEDED = """\
import numpy as np

worst = 0.0
for seed in range(100):
    np.random.seed(seed)
    p = np.random.random(100)
    p /= p.sum()
    gamma = 1
    H_f = np.log(30)
    for i in range(10):
        H = -(p * np.log(p)).sum()
        gamma = 1 + (H_f - H) / (H**2 - (p * np.log(p)**2).sum())
        p = p**gamma
        p /= p.sum()
    worst = max(worst, abs(-(p * np.log(p)).sum() - H_f))
print("every entropy within 1e-14 of log 30:", bool(worst < 1e-14))
"""

# The first listing's loop from the second one's seed, and the exponents with which one may hope to repeat its result.
LISTING_1_EXPONENTS = """\
import numpy as np

np.random.seed(42)
p = np.random.random(100)
p /= p.sum()
gamma = 1
H_f = np.log(30)
first, product = p, 1.0
for i in range(10):
    H = -(p * np.log(p)).sum()
    gamma = 1 + (H_f - H) / (H**2 - (p * np.log(p)**2).sum())
    p = p**gamma
    p /= p.sum()
    product *= gamma


def entropy(exponent):
    q = first**exponent
    q /= q.sum()
    return -(q * np.log(q)).sum()


print(f"target: {H_f:.4f}")
print(f"p**gamma: {entropy(gamma):.4f}")
print(f"p**(product of all gammas): {entropy(product):.4f}")
"""

# A state of the generator whose first draw is 0.0, one of the values that it is documented to return.
LISTING_1_ZERO = """\
import numpy as np

np.random.seed(42)
state = list(np.random.get_state())
state[1][:2], state[2] = 0, 0
np.random.set_state(tuple(state))

p = np.random.random(100)
p /= p.sum()
with np.errstate(all="ignore"):
    print(-(p * np.log(p)).sum())
"""

# A state whose first hundred draws are 0.0: 200 words of it in a row may be, for it has 624.
ONLY_ZEROS = """\
import numpy as np

np.random.seed(42)
state = list(np.random.get_state())
state[1][:200], state[2] = 0, 0
np.random.set_state(tuple(state))

p = np.random.random(100)
with np.errstate(all="ignore"):
    p /= p.sum()
print(f"{p.sum():.4f}")
"""

# The document's sample and target, and one step of its loop, for the questions that its listing does not print.
SAMPLE = """\
import numpy as np

np.random.seed(42)
p = np.random.random(100)
p /= p.sum()
H_target = np.log(30)


def error(p):
    return abs(-(p * np.log(p)).sum() - H_target)


def step(p):
    H = -(p * np.log(p)).sum()
    gamma = 1 + (H_target - H) / (H**2 - (p * np.log(p)**2).sum())
    p = p**gamma
    return p / p.sum()


first = error(p)
"""

TOWARDS_UNIFORM = f"{SAMPLE}print(H_target > -(p * np.log(p)).sum())"

ERRORS = f"""{SAMPLE}
for i in range(4):
    p = step(p)
    print(f"iteration {{i + 1}}: {{100 * error(p) / first:.2g}}%")
"""

SHARES = f"""{SAMPLE}
for i in range(4):
    before = error(p)
    p = step(p)
    print(f"iteration {{i + 1}}: {{100 * error(p) / before:.2g}}%")
"""

PRECISION = f"{SAMPLE}print(bool(error(step(step(step(step(p))))) < 1e-12 * first))"

# The document's loop with every exponent clipped, at a target whose root lies beyond the clip.
CLIPPED = """\
import numpy as np

p = np.array([0.51, 0.49])
product = 1.0
for i in range(10):
    H = -(p * np.log(p)).sum()
    gamma = 1 + (0.05 - H) / (H**2 - (p * np.log(p)**2).sum())
    gamma = min(max(gamma, 0.01), 100)
    p = p**gamma
    p /= p.sum()
    product *= gamma
print(f"product of the exponents: {product:.3f}, entropy: {-(p * np.log(p)).sum():.6f}")
"""

SMALL_LOGARITHM = """\
import numpy as np

with np.errstate(all="raise"):
    print(f"{np.log(np.float64(5e-324)):.6f}")
"""

LOGARITHM_OF_ZERO = """\
import numpy as np

with np.errstate(all="ignore"):
    print(np.log(0.0), 0.0 * np.log(0.0))
"""

POWER_UNDERFLOW = """\
import numpy as np

print(np.float64(0.5) ** 2000)
"""

WHOLE_OUTPUT = Claim(
    "listings.second-output",
    Prints(
        LISTING_2,
        -1,
        "初始熵: 4.3797\n"
        "最大可能熵: 4.6052\n"
        "迭代 1: γ=4.3350, H=3.6719\n"
        "迭代 2: γ=1.4133, H=3.4311\n"
        "迭代 3: γ=1.0406, H=3.4016\n"
        "迭代 4: γ=1.0005, H=3.4012\n"
        "迭代 5: γ=1.0000, H=3.4012",
    ),
    title="What the second listing prints",
    proof=run(),
)
INITIAL_ENTROPY = Refuted(
    "listings.initial-entropy",
    Prints(LISTING_2, 0, "初始熵: 3.9124"),
    correction=WHOLE_OUTPUT,
    title="The initial entropy",
)
LARGEST_ENTROPY = Claim(
    "listings.largest-entropy",
    Prints(LISTING_2, 1, "最大可能熵: 4.6052"),
    title="The largest possible entropy",
    proof=run(),
)
FIRST_LINE = Refuted(
    "listings.first-iteration",
    Prints(LISTING_2, 2, "迭代 1: γ=0.7653, H=3.4025"),
    correction=WHOLE_OUTPUT,
    title="The first iteration",
    remark="The target lies below the initial entropy, so the first exponent has to exceed 1.",
)
SECOND_LINE = Refuted(
    "listings.second-iteration",
    Prints(LISTING_2, 3, "迭代 2: γ=0.9985, H=3.4010"),
    correction=WHOLE_OUTPUT,
    title="The second iteration",
)
THIRD_LINE = Refuted(
    "listings.third-iteration",
    Prints(LISTING_2, 4, "迭代 3: γ=1.0000, H=3.4010"),
    correction=WHOLE_OUTPUT,
    title="The third iteration",
)
THREE_LINES = Refuted(
    "listings.three-iterations",
    Prints(LISTING_2, 5, ""),
    correction=WHOLE_OUTPUT,
    title="Three iterations are printed",
    remark="The loop runs five times and prints every time.",
)
DIRECTION = Refuted(
    "listings.towards-uniform",
    Prints(TOWARDS_UNIFORM, 0, "True"),
    correction=WHOLE_OUTPUT,
    title="The example moves towards the uniform distribution",
    remark="Its target, log 30, is lower than the entropy that it starts from: it moves away.",
)
FIRST_LISTING = Claim(
    "listings.first-converges",
    Prints(LISTING_1_SEEDED, 0, "every entropy within 1e-14 of log 30: True"),
    title="The first listing reaches its target from a hundred seeds",
    proof=run(),
)
EXPONENTS = Claim(
    "listings.exponents",
    Prints(LISTING_1_EXPONENTS, -1, "target: 3.4012\np**gamma: 4.3797\np**(product of all gammas): 3.4012"),
    title="Not the last gamma of the first listing but the product of all of them reaches the target",
    proof=run(),
)
LAST_GAMMA = Refuted(
    "listings.last-gamma",
    Prints(LISTING_1_EXPONENTS, 1, "p**gamma: 3.4012"),
    correction=EXPONENTS,
    title="The variable gamma of the first listing ends as the exponent that reaches the target",
    remark="It ends near 1, and the 1 that it begins with is never used.",
)
SOME_DRAW = Assumption("not every draw is 0", Gt(Sum(p[i], i), 0))
DRAWN = Claim(
    "listings.drawn-distribution",
    Eq(Sum(p[i] / Sum(p[j], j), i), 1),
    given=(SOME_DRAW,),
    title="Numbers whose sum is positive, over their sum, sum to 1",
    remark="Some of them may be zero.",
    proof=calc(Sum(p[i] / Sum(p[j], j), i), (1, by.termwise)),
)
DRAWN_SHARE = Claim(
    "listings.drawn-share",
    Ge(p[i] / Sum(p[j], j), 0),
    given=(ForAll(i, Ge(p[i], 0)), SOME_DRAW),
    title="... and none is negative if none was",
    proof=calc(p[i] / Sum(p[j], j), ge(0, by.sign)),
)
ZEROS_ONLY = Refuted(
    "listings.only-zeros",
    Prints(ONLY_ZEROS, 0, "1.0000"),
    correction=DRAWN,
    title="Whatever the generator draws, the first listing makes a distribution of it",
    remark="If all hundred draws are 0 it divides 0 by 0. One zero, or ninety-nine, do no harm yet.",
)
ZERO_DRAW = Refuted(
    "listings.zero-draw",
    Prints(LISTING_1_ZERO, 0, "4.3797"),
    correction=DRAWN,
    title="Whatever the generator draws, the first listing computes an entropy",
    remark="It draws from [0, 1), 0 included; 0 * log 0 is not a number in NumPy, and neither is anything after it.",
)
LOG_30 = Claim(
    "listings.log-30",
    Lt((Log(30) - Rational(3401, 1000)) ** 2, Rational(1, 2000) ** 2),
    title="log 30 is 3.401, to three decimals",
    proof=numeric(),
)
NO_LOG_UNDERFLOW = Claim(
    "listings.log-of-smallest",
    Prints(SMALL_LOGARITHM, 0, "-744.440072"),
    title="The logarithm of the smallest double is an ordinary number: it does not underflow",
    proof=run(),
)
LOG_OF_ZERO = Claim(
    "listings.log-of-zero",
    Prints(LOGARITHM_OF_ZERO, 0, "-inf nan"),
    title="What a probability of 0 does: its logarithm is minus infinity, and 0 log 0 is not a number",
    proof=run(),
)
CLIPPED_ARRIVES = Claim(
    "listings.clipped-arrives",
    Prints(CLIPPED, 0, "product of the exponents: 118.339, entropy: 0.050000"),
    title="With the exponent of every step confined to [0.01, 100] the loop reaches a root beyond 100",
    remark="The clip acts in the first step only: its factors are 100, 1.14, 1.03, and so on.",
    proof=run(),
)
POWERS_UNDERFLOW = Claim(
    "listings.power-underflow",
    Prints(POWER_UNDERFLOW, 0, "0.0"),
    title="A large power of a probability underflows",
    proof=run(),
)

TENFOLD = Claim(
    "listings.quadratic-after-tenfold",
    Eq(c * b**2, a / 1000),
    given=(Eq(b, c * a**2), Eq(b, a / 10), a > 0),
    title="Quadratic convergence that gains a factor 10 in the first step gains 100 in the second",
    proof=calc(
        c * b**2,
        (c * a**2 / 100, Eq(b, a / 10)),
        (b / 100, Eq(b, c * a**2)),
        (a / 1000, Eq(b, a / 10)),
    ),
)
TENFOLD_TWICE = Refuted(
    "listings.tenfold-twice",
    Eq(c * b**2, a / 100),
    given=(Eq(b, c * a**2), Eq(b, a / 10), a > 0),
    at={a: Fraction(1), b: Fraction(1, 10), c: Fraction(1, 10), n: 1},
    correction=TENFOLD,
    title="An error that falls as its square, to a tenth of the first, falls to a hundredth of the first next",
)

several = (Eq(c, 1 / a), Gt(a, 0))
TENTH_WITHIN = Claim(
    "listings.tenth-within-square",
    Le(a / 10, c * a**2),
    given=several,
    title="With the constant 1/a a tenth of the error a is within the bound of quadratic convergence",
    proof=calc(a / 10, le(a, by.sign(a - a / 10)), (c * a**2, Eq(c, 1 / a))),
)
HUNDREDTH_WITHIN = Claim(
    "listings.hundredth-within-square",
    Le(a / 100, c * (a / 10) ** 2),
    given=several,
    title="... and so is, with the same constant, a hundredth after the tenth",
    remark="So two steps, to 10% and to 1% of the first error, do not contradict the inequality.",
    proof=calc(a / 100, (1 / a * (a / 10) ** 2, by.algebra), (c * (a / 10) ** 2, Eq(c, 1 / a))),
)

ERROR_AFTER = Claim(
    "listings.errors",
    Prints(ERRORS, -1, "iteration 1: 28%\niteration 2: 3.1%\niteration 3: 0.041%\niteration 4: 7.5e-06%\n"),
    title="What is left of the first error after each iteration of the second listing",
    proof=run(),
)
TENTH_AFTER_ONE = Refuted(
    "listings.tenth-after-one",
    Prints(ERRORS, 0, "iteration 1: 10%"),
    correction=ERROR_AFTER,
    title="The first iteration leaves about 10% of the error",
    remark="On the one example that the document gives.",
)
HUNDREDTH_AFTER_TWO = Refuted(
    "listings.hundredth-after-two",
    Prints(ERRORS, 1, "iteration 2: 1%"),
    correction=ERROR_AFTER,
    title="The second iteration leaves about 1% of the error",
    remark="On the one example that the document gives.",
)
SHARE_AFTER = Claim(
    "listings.shares-of-previous",
    Prints(SHARES, -1, "iteration 1: 28%\niteration 2: 11%\niteration 3: 1.3%\niteration 4: 0.018%\n"),
    title="... and what each leaves of the error before it",
    proof=run(),
)
HUNDREDTH_OF_PREVIOUS = Refuted(
    "listings.hundredth-of-previous",
    Prints(SHARES, 1, "iteration 2: 1%"),
    correction=SHARE_AFTER,
    title="The second iteration leaves about 1% of the error after the first",
    remark="On the one example that the document gives it leaves 11%.",
)
MACHINE_PRECISION = Refuted(
    "listings.machine-precision-after-four",
    Prints(PRECISION, 0, "True"),
    correction=ERROR_AFTER,
    title="Machine precision is reached at the third or fourth iteration",
    remark="On the one example that the document gives, four iterations leave 7e-8 of the error; five leave 3e-15.",
)

LOG_30_SHARE = Claim(
    "listings.log-30-share",
    Lt(Log(30), Rational(3, 4) * Log(100)),
    title="log 30 is less than three quarters of log 100",
    proof=numeric(),
)
