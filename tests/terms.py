"""Random terms, and an evaluator that shares no code with the kernel: Python numbers, bindings by dictionaries."""

from fractions import Fraction

import mpmath
from hypothesis import settings
from hypothesis import strategies as st
from sympy import Integer, Rational

from entnorm.claims import At, D, Exp, Family, Index, Log, Natural, Operator, Power, Scalar, Seq, Sum, n
from entnorm.claims.language import Apply, Entry, Plus, Times

deterministic = settings(derandomize=True, deadline=None, max_examples=60)

x, y, z = Scalar("x"), Scalar("y"), Scalar("z")
i, j, r = Index("i"), Index("j"), Index("r")
k, m = Natural("k"), Natural("m")
p, u = Family("p"), Family("u")
mean_of = Operator("mean", (p,), Sum(p[i], i) / n)
shifted = Operator("shifted", (p, x), Seq(i, p[i] + x * Sum(p[j], j)))

SIZE = 3
fractions = st.fractions(min_value=-3, max_value=3, max_denominator=4)
environments = st.fixed_dictionaries(
    {
        n: st.just(SIZE),
        **dict.fromkeys((x, y, z), fractions),
        **dict.fromkeys((p, u), st.lists(fractions, min_size=SIZE, max_size=SIZE)),
        **dict.fromkeys((i, j, r), st.integers(0, SIZE - 1)),
        **dict.fromkeys((k, m), st.integers(0, 2)),
    }
)


def value(term, env):
    """Return the value of a term; derivatives numerically, in mpmath's numbers."""
    if isinstance(term, Rational):
        return Fraction(int(term.p), int(term.q))
    if isinstance(term, Plus):
        return sum((value(t, env) for t in term.args), Fraction(0))
    if isinstance(term, Times):
        result = Fraction(1)
        for t in term.args:
            result = result * value(t, env)
        return result
    if isinstance(term, Power):
        base, exponent = (value(t, env) for t in term.args)
        whole = isinstance(exponent, int | Fraction) and exponent == int(exponent)
        base = Fraction(base) if isinstance(base, int) else base
        return base ** int(exponent) if whole else number(base) ** number(exponent)
    if isinstance(term, Exp | Log):
        return (mpmath.exp if isinstance(term, Exp) else mpmath.log)(number(value(term.args[0], env)))
    if isinstance(term, Sum):
        return sum((value(term.args[0], env | {term.args[1]: at}) for at in range(env[n])), Fraction(0))
    if isinstance(term, Seq):
        return [value(term.args[1], env | {term.args[0]: at}) for at in range(env[n])]
    if isinstance(term, Entry):
        return value(term.args[0], env)[env[term.args[1]]]
    if isinstance(term, At):
        return value(term.args[0], env | {term.args[1]: value(term.args[2], env)})
    if isinstance(term, D):
        body, variable = term.args
        return mpmath.diff(lambda at: number(value(body, env | {variable: at})), number(env[variable]))
    if isinstance(term, Apply):
        arguments = [value(t, env) for t in term.args[1:]]
        return value(
            term.operator.bodies[0], {n: env[n], **dict(zip(term.operator.parameters, arguments, strict=True))}
        )
    return env[term]


def number(v):
    return mpmath.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else mpmath.mpf(v)


atoms = st.one_of(
    st.sampled_from([x, y, n, Integer(0), Integer(1), Integer(-2), Rational(2, 3)]),
    st.builds(Entry, st.sampled_from([p, u]), st.sampled_from([i, j])),
)


def grown(inner):
    """Return terms one level larger, without division."""
    index = st.sampled_from([i, j])
    scalar = st.sampled_from([x, y])
    return st.one_of(
        st.builds(lambda a, b: Plus(a, b), inner, inner),
        st.builds(lambda a, b: Times(a, b), inner, inner),
        st.builds(lambda a, e: Power(a, e), inner, st.integers(0, 2)),
        st.builds(Sum, inner, index),
        st.builds(At, inner, scalar, inner),
        st.builds(lambda body, at, to: Entry(Seq(at, body), to), inner, index, index),
        st.builds(lambda body, at: mean_of(Seq(at, body)), inner, index),
        st.builds(lambda body, at, by, to: Entry(shifted(Seq(at, body), by), to), inner, index, inner, index),
    )


terms = st.recursive(atoms, grown, max_leaves=6)
