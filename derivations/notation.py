"""Symbols and operators, and how each is printed.  No claims.

Everything speaks of the support: p is a family of n numbers, positive where a claim says so.  Zeros of a distribution
stay outside (`setting` says what that means for the entropy).
"""

from sympy import Integer

from entnorm.claims import (
    At,
    D,
    Exp,
    Family,
    Function,
    Index,
    Integral,
    Log,
    Natural,
    Operator,
    Point,
    Recursion,
    Rows,
    Scalar,
    Seq,
    Sum,
    n,
)
from entnorm.claims.layout import Fence, Layout, Row, Script, Word, call, name

__all__ = [
    "KL",
    "KL0",
    "S0",
    "H",
    "S",
    "V",
    "Z",
    "a",
    "alpha",
    "b",
    "best_power",
    "breadth",
    "c",
    "conditional_entropy",
    "covariance",
    "d",
    "delta",
    "density",
    "dentropy",
    "divergence",
    "dmean",
    "dvariance",
    "e",
    "excess",
    "exponent",
    "f",
    "fourth",
    "gamma",
    "gap",
    "gini",
    "h",
    "h_of",
    "h_star",
    "high",
    "i",
    "iterate",
    "j",
    "joint_entropy",
    "k",
    "kappa",
    "kept",
    "lagrange",
    "low",
    "m",
    "marginal",
    "mass",
    "mean",
    "mean_of",
    "mismatch",
    "moment",
    "moment_of",
    "n",
    "newton_step",
    "o",
    "omega",
    "p",
    "r",
    "reach",
    "renyi",
    "residual",
    "rho",
    "rows",
    "s",
    "sigma",
    "slack",
    "softmax",
    "tau",
    "temperature",
    "third",
    "ties",
    "tilde",
    "top",
    "total",
    "total_exponent",
    "truncated_entropy",
    "u",
    "uniform",
    "v",
    "variance_of",
    "w",
    "x",
    "y",
    "z",
]  # fmt: skip

p = Family("p")  # the distribution that is transformed
u = Family("u")  # two other distributions
v = Family("v")
d = Family("d")  # gaps below the largest logit
e = Family("e")  # marks: 1 at some entries, 0 at the others
h = Family("h")  # a direction
f = Family("f")  # a gradient; or marks, beside e
z = Family("z")  # logits
x = Scalar("x")
y = Scalar("y")
w = Scalar("w")
delta = Scalar("Delta")  # the gap below the maxima
reach = Scalar("R")  # the largest gap
ties = Scalar("m")  # how many maxima there are
gamma = Scalar("gamma")
alpha = Scalar("alpha")  # the power of gamma in which a step is taken
a = Scalar("a")  # two values of gamma
b = Scalar("b")
c = Scalar("c")
top = Scalar("beta")  # the largest one that is looked at
low = Scalar("l")  # bounds of log p
high = Scalar("t")
lagrange = Scalar("lambda")  # a multiplier
total = Scalar("N")  # how many entries there are, zeros included
temperature = Scalar("T")
h_star = Scalar("H*")  # the target entropy, in nats
i = Index("i")
j = Index("j")
r = Index("r")  # two positions at which p differs, where it is not constant
s = Index("s")
o = Point("o")  # a point of the space on which densities live
rho = Function("rho")  # a density, and another
sigma = Function("sigma")
tau = Function("tau")  # a coordinate, or a distance, on that space
kappa = Scalar("kappa")  # the power, and the factor, by which the space grows with it
omega = Scalar("omega")
rows = Rows("J")  # a joint density: its rows are functions
k = Natural("k")
m = Natural("m")

_P = Word(content="p")


def _at(letter: Layout):  # type: ignore[no-untyped-def]
    """Print f(p, gamma) as f(gamma): only another family is named."""

    def typeset(family: Layout, *rest: Layout) -> Layout:
        return call(letter, *rest) if family == _P else call(letter, family, *rest)

    return typeset


def _tilde(family: Layout, power: Layout, index: Layout | None = None) -> Layout:
    if family == _P:
        return call(Script(base=Word(content="p̃"), sub=index), power)
    applied = call(Script(base=Word(content="T"), sub=power), family)
    return Script(base=applied, sub=index) if index else applied


def _iterate(count: Layout, family: Layout, target: Layout, index: Layout | None = None) -> Layout:
    upper = Row(items=(Word(content="(", kind="mo"), count, Word(content=")", kind="mo")))
    return Script(base=Word(content="p"), sub=index, sup=upper)


def _counted(letter: str):  # type: ignore[no-untyped-def]
    def typeset(count: Layout, family: Layout, *rest: Layout) -> Layout:
        return Script(base=name(letter), sub=count)

    return typeset


def _moment(order: Layout, family: Layout, power: Layout) -> Layout:
    return call(Script(base=Word(content="M"), sub=order), power)


def _residual(family: Layout, power: Layout, values: Layout, index: Layout | None = None) -> Layout:
    return _at(Script(base=Word(content="Rest"), sub=index))(family, power, values)


def _named(letter: str):  # type: ignore[no-untyped-def]
    """Print an operator by its letter alone: its arguments are those of the page."""

    def typeset(*arguments: Layout, index: Layout | None = None) -> Layout:
        return Script(base=name(letter), sub=index) if index else name(letter)

    return typeset


def _moment_of(order: Layout, function: Layout, power: Layout) -> Layout:
    return call(Script(base=Word(content="I"), sub=order), function, power)


def _of_density(letter: str):  # type: ignore[no-untyped-def]
    return lambda function, *rest: call(Script(base=name(letter), sub=function), *rest)


def _power_density(function: Layout, power: Layout, index: Layout | None = None) -> Layout:
    head = Script(base=Word(content="ρ̃"), sub=power) if function == name("rho") else call(name("T"), function, power)
    return call(head, index) if index else head


def _marginal(joint: Layout, index: Layout | None = None) -> Layout:
    base = Script(base=joint, sub=Word(content="X"))
    return Script(base=Fence(inner=base), sub=index) if index else base


def _about(what: str):  # type: ignore[no-untyped-def]
    return lambda joint: call(Word(content="h"), Word(content=what, kind="mtext"))


# The entropy of a distribution, in nats, and the divergence of one from another.
S = Operator("S", (p,), -Sum(p[i] * Log(p[i]), i))
KL = Operator("KL", (u, v), Sum(u[i] * (Log(u[i]) - Log(v[i])), i))
uniform = Seq(i, 1 / n)

# The entropy of a distribution with zeros, whose support e marks: where p_i is 0 the logarithm is that of 1.
S0 = Operator("S0", (p, e), -Sum(p[i] * Log(p[i] + (1 - e[i])), i), lambda family, marks: call(name("S0"), family))

# The divergence of u, whose support e marks, from v.
KL0 = Operator(
    "KL0", (u, e, v), Sum(u[i] * (Log(u[i] + (1 - e[i])) - Log(v[i])), i), lambda *f: call(name("KL0"), f[0], f[2])
)

# The softmax of logits, and another measure of uncertainty: the Gini (or Tsallis) entropy of order 2.
softmax = Operator("softmax", (z,), Seq(i, Exp(z[i]) / Sum(Exp(z[j]), j)))
gini = Operator("G", (u,), (1 - Sum(u[i] ** 2, i)) / 2)

# Truncation: the sum of the marked entries, and their entropy once they are divided by it.
kept = Operator("P", (p, e), Sum(e[i] * p[i], i), lambda f, marks: Word(content="P"))
truncated_entropy = Operator(
    "S_kept", (p, e), -Sum(e[i] * p[i] / kept(p, e) * Log(p[i] / kept(p, e)), i), lambda f, marks: name("S_kept")
)

# The power transform, or escort distribution, of order gamma, and its partition function.
Z = Operator("Z", (p, gamma), Sum(p[i] ** gamma, i), _at(Word(content="Z")))
tilde = Operator("tilde", (p, gamma), Seq(i, p[i] ** gamma / Z(p, gamma)), _tilde)

# Unnormalised moments of log p, its mean and variance under the escort distribution, and the entropy H(gamma) of that.
moment = Operator("M", (m, p, gamma), Sum(p[i] ** gamma * Log(p[i]) ** m, i), _moment)
mean = Operator("E", (p, gamma), Sum(tilde(p, gamma)[i] * Log(p[i]), i), _at(Word(content="E")))
V = Operator(
    "Var", (p, gamma), Sum(tilde(p, gamma)[i] * (Log(p[i]) - mean(p, gamma)) ** 2, i), _at(Word(content="Var"))
)
third = Operator("mu3", (p, gamma), Sum(tilde(p, gamma)[i] * (Log(p[i]) - mean(p, gamma)) ** 3, i), _at(name("mu3")))
fourth = Operator("mu4", (p, gamma), Sum(tilde(p, gamma)[i] * (Log(p[i]) - mean(p, gamma)) ** 4, i), _at(name("mu4")))

# The same of any family h of numbers, its covariance with log p, and what a regression on log p leaves of it.
mean_of = Operator("Mean", (p, gamma, h), Sum(tilde(p, gamma)[i] * h[i], i), _at(Word(content="Mean")))
variance_of = Operator(
    "Variance",
    (p, gamma, h),
    Sum(tilde(p, gamma)[i] * (h[i] - mean_of(p, gamma, h)) ** 2, i),
    _at(Word(content="Variance")),
)
covariance = Operator(
    "Cov",
    (p, gamma, h),
    Sum(tilde(p, gamma)[i] * (h[i] - mean_of(p, gamma, h)) * (Log(p[i]) - mean(p, gamma)), i),
    _at(Word(content="Cov")),
)
residual = Operator(
    "Rest",
    (p, gamma, h),
    Seq(i, h[i] - mean_of(p, gamma, h) - covariance(p, gamma, h) / V(p, gamma) * (Log(p[i]) - mean(p, gamma))),
    _residual,
)

renyi = Operator("R", (p, gamma), Log(Z(p, gamma)) / (1 - gamma), _at(Word(content="R")))
H = Operator("H", (p, gamma), S(tilde(p, gamma)), _at(Word(content="H")))

# The gaps below the entry at r, and their reciprocals, which count 0 at the entries that e marks.
gap = Operator("gap", (p, r), Seq(i, Log(p[r]) - Log(p[i])), _named("delta"))
slack = Operator("slack", (p, e, r), Seq(i, (1 - e[i]) / (gap(p, r)[i] + e[i])), _named("sigma"))

# More than the range of log p: no logarithm exceeds the first sum less 1, none falls short of 1 less the second.
breadth = Operator("breadth", (p,), Sum(p[i], i) + Sum(1 / p[i], i), _named("rho"))

# The same for a density: integrals in place of sums.
moment_of = Operator("I", (m, rho, gamma), Integral(rho[o] ** gamma * Log(rho[o]) ** m, o), _moment_of)
mass = Operator("Z_rho", (rho, gamma), Integral(rho[o] ** gamma, o), _of_density("Z"))
density = Operator("ρ̃", (rho, gamma), Seq(o, rho[o] ** gamma / mass(rho, gamma)), _power_density)
dentropy = Operator("h", (rho,), -Integral(rho[o] * Log(rho[o]), o))
divergence = Operator("D", (rho, sigma), Integral(rho[o] * (Log(rho[o]) - Log(sigma[o])), o))
h_of = Operator("h_rho", (rho, gamma), dentropy(density(rho, gamma)), _of_density("h"))
dmean = Operator("E_rho", (rho, gamma), Integral(density(rho, gamma)[o] * Log(rho[o]), o), _of_density("E"))
dvariance = Operator(
    "Var_rho",
    (rho, gamma),
    Integral(density(rho, gamma)[o] * (Log(rho[o]) - dmean(rho, gamma)) ** 2, o),
    _of_density("Var"),
)

# A joint density of a discrete X, the index, and any Y, the point: the distribution of X, and three entropies.
marginal = Operator("J_X", (rows,), Seq(i, Integral(rows[i][o], o)), _marginal)
joint_entropy = Operator("h_XY", (rows,), -Sum(Integral(rows[i][o] * Log(rows[i][o]), o), i), _about("X, Y"))
conditional_entropy = Operator(
    "h_Y|X",
    (rows,),
    -Sum(Integral(rows[i][o] * (Log(rows[i][o]) - Log(marginal(rows)[i])), o), i),
    _about("Y | X"),
)

# The iteration of the document: the exponent that it computes from a distribution, and its iterates.
exponent = Operator(
    "g",
    (p, h_star),
    1 + (h_star - S(p)) / (S(p) ** 2 - Sum(p[i] * Log(p[i]) ** 2, i)),
    lambda f, t: call(Word(content="g"), f),
)
iterate = Recursion("p", (k, p, h_star), p, lambda before: tilde(before, exponent(before, h_star)), _iterate)

# Newton's method for H(gamma) = H*, started at gamma = 1.
newton_step = Operator(
    "N",
    (p, gamma, h_star),
    gamma - (H(p, gamma) - h_star) / At(D(H(p, a), a), a, gamma),
    lambda f, g, t: call(Word(content="N"), g),
)
total_exponent = Recursion(
    "Gamma", (k, p, h_star), Integer(1), lambda before: newton_step(p, before, h_star), _counted("Gamma")
)

# By how much the entropy exceeds its target, in units of its slope in log gamma.
excess = Operator(
    "epsilon",
    (p, gamma, h_star),
    (H(p, gamma) - h_star) / (gamma**2 * V(p, gamma)),
    lambda f, g, t: call(name("epsilon"), g),
)

# The power of gamma in which Newton's method has no quadratic term left.
best_power = Operator("alpha*", (p, gamma), 2 + gamma * third(p, gamma) / V(p, gamma), _at(name("alpha*")))

# By how much two first-order expressions of such a step differ: to second order in the error.
mismatch = Operator(
    "eta",
    (p, gamma, h_star),
    excess(p, gamma, h_star) / (1 + best_power(p, gamma) * excess(p, gamma, h_star))
    - Log(1 + best_power(p, gamma) * excess(p, gamma, h_star)) / best_power(p, gamma),
    lambda f, g, t: call(name("eta"), g),
)
