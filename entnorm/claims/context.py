"""What is known at a point of a proof: hypotheses, cited claims, and what follows from them by sign alone.

A `Context` answers four questions, each by a small search that can only say `yes` or `not shown`:

    sign(t)           which signs can the number t have?
    zero_when(t)      for t >= 0: exactly when is t = 0?
    holds(s)          does the statement s follow?
    rewrite(t, fact)  t with the left side of an equation replaced by its right side

Signs come from manifest certificates: squares, products and sums of positives, exp, and the strict growth of exp, log
and powers.  Nothing is searched for in SymPy's assumption system.  This module is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from sympy import Basic, Expr, Integer, Rational

from .convergence import converges, differentiable, unfolded_fully
from .definedness import obligations
from .facts import ALLOWED, ANY, NEGATIVE, NONNEGATIVE, POSITIVE, ZERO, Fact, Signs, difference
from .language import (
    Apply,
    At,
    Attained,
    D,
    Differentiable,
    Entry,
    Eq,
    Exp,
    Family,
    ForAll,
    Function,
    Ge,
    Gt,
    Image,
    Index,
    Integrable,
    Integral,
    Le,
    Log,
    Lt,
    Natural,
    Operator,
    Plus,
    Point,
    Power,
    Relation,
    Scalar,
    Seq,
    Size,
    Statement,
    Sum,
    Times,
    Variable,
    abstraction,
    alpha_equal,
    bound_in,
    free,
    fresh,
    match,
    open_binder,
    recursions,
    reduce_entry,
    substitute,
    subterms,
    unfold,
)
from .normal import Normaliser

__all__ = ["Context"]

_DEPTH = 8


def _add(a: Signs, b: Signs) -> Signs:
    return frozenset(s for x in a for y in b for s in ((x or y,) if x * y >= 0 else ANY))


def _multiply(a: Signs, b: Signs) -> Signs:
    return frozenset(x * y for x in a for y in b)


def _ends(term: Expr) -> tuple[Expr, Expr] | None:
    """Split a difference a - b into (a, b)."""
    if not isinstance(term, Plus) or len(term.args) != 2:
        return None
    first, second = term.args
    if not (isinstance(second, Times) and second.args[0] == -1):
        return None
    return first, second.args[1] if len(second.args) == 2 else Times(*second.args[1:])


def _matches(
    side: Expr, parts: dict[type, list[Any]], variables: frozenset[Variable], found: list[dict[Variable, Any]]
) -> list[dict[Variable, Any]]:
    """Return every way to match `side` with one of the parts, by their type, that extends one of those found so far."""
    alike = [p for same in parts.values() for p in same] if side in variables else parts.get(type(side), [])
    return [
        extended for values in found for part in alike if (extended := match(side, part, variables, values)) is not None
    ]


def _instances(fact: Fact, parts: dict[type, list[Any]]) -> list[dict[Variable, Any]]:
    """Return the values for which a side of the fact, or both, are among the parts of a term."""
    sides, wanted = fact.relation.args, free(fact.relation) & fact.variables
    found = [values for side in sides for values in _matches(side, parts, fact.variables, [{}])]
    found = [values for values in found if wanted <= values.keys()]
    if not found:
        found = [{}]
        for side in sides:
            found = _matches(side, parts, fact.variables, found)
    distinct: list[dict[Variable, Any]] = []
    for values in found:
        if values not in distinct:
            distinct.append(values)
    return distinct


class _Memory:
    """What a context has found out already.

    A context never changes, nor does a term, so that an answer stays right; and it depends on how deep the question
    is asked, which is part of the key of a sign.  The normaliser has no laws and takes nothing from the facts.
    """

    def __init__(self) -> None:
        self.signs: dict[tuple[Expr, int], Signs] = {}
        self.established: dict[tuple[Fact, frozenset[tuple[Variable, Any]], int], dict[Variable, Any] | None] = {}
        self.speaking: dict[Expr, list[tuple[Fact, dict[Variable, Any], Expr]]] = {}
        self.plain = Normaliser()


@dataclass(frozen=True)
class Context:
    """Facts, and the search for what follows from them."""

    facts: tuple[Fact, ...] = ()
    depth: int = 0
    defined: frozenset[Apply] = frozenset()  # recursions whose definedness is shown elsewhere
    _memory: _Memory = field(default_factory=_Memory, compare=False, repr=False)  # shared by its depths

    # ------------------------------------------------------------------------------------------------------- scope

    @property
    def fixed(self) -> frozenset[Variable]:
        """The variables that some hypothesis is about."""
        return frozenset().union(*(fact.tied for fact in self.facts)) if self.facts else frozenset()

    @property
    def spoken_of(self) -> frozenset[Variable]:
        """The variables that some fact speaks of without being general in them."""
        about = [free(term) - f.variables for f in self.facts for term in (f.relation, *f.given, *f.values)]
        return self.fixed.union(*about)

    def near(self, variable: Variable) -> Context:
        """Return what is still known for all nearby values of `variable`: hypotheses that are open conditions on it."""
        kept = tuple(f for f in self.facts if f.survives(variable))
        return self if kept == self.facts else Context(kept, self.depth, self.defined)

    def _deeper(self) -> Context:
        return replace(self, depth=self.depth + 1)

    def normaliser(self, **laws: bool) -> Normaliser:
        """Return a normaliser that may take positivity from here, and under a derivative from what is known near by."""

        def near(variable: Variable) -> Normaliser | None:
            nearby = self.near(variable)
            return None if nearby is self else nearby.normaliser(**laws)

        return Normaliser(positive=lambda term: self.sign(term) == POSITIVE, near=near, fixed=self.fixed, **laws)

    # ------------------------------------------------------------------------------------------------------- signs

    def sign(self, term: Expr) -> Signs:
        """Return the set of signs that the term can have, as far as is shown."""
        known, key = self._memory.signs, (term, self.depth)
        if key not in known:
            # No sign at all means that the term is undefined, or the facts contradictory: nothing is shown.
            known[key] = self._sign(term) or ANY
        return known[key]

    def _sign(self, term: Expr) -> Signs:
        signs = self._structural(term)
        if len(signs) > 1 and self.depth < _DEPTH:
            signs = signs & self._by_facts(term)
        if len(signs) > 1:
            signs = signs & self._unfolded(term)
        return signs

    def _unfolded(self, term: Expr) -> Signs:
        head = term.args[0] if isinstance(term, Entry) else term
        if isinstance(head, Apply) and self.depth < _DEPTH:
            opened = unfold(term, frozenset({head.operator}))
            if opened != term:
                return self._deeper().sign(opened)
        return ANY

    def _structural(self, term: Expr) -> Signs:
        if isinstance(term, Rational):
            return frozenset({(term.p > 0) - (term.p < 0)})
        if isinstance(term, Plus):
            signs = reduce(_add, map(self.sign, term.args))
            return signs & self._growth(term) if len(signs) > 1 else signs
        if isinstance(term, Times):
            return self._of_product(term.args)
        if isinstance(term, Power):
            return self._of_power(*term.args)
        if isinstance(term, Exp | Size):
            return POSITIVE
        if isinstance(term, Natural):
            return NONNEGATIVE
        if isinstance(term, Log):
            return self.sign(Plus(term.args[0], -1)) if self.sign(term.args[0]) == POSITIVE else ANY
        if isinstance(term, Sum):
            return self._of_sum(term)
        if isinstance(term, Integral):
            return self._of_integral(term)
        if isinstance(term, At) and not any(isinstance(sub, D) for sub in subterms(term)):
            return self.sign(substitute(term.args[0], {term.args[1]: term.args[2]}))
        return ANY

    def _of_power(self, base: Expr, exponent: Expr) -> Signs:
        signs = self.sign(base)
        constant = self._memory.plain.constant(exponent)
        if constant is not None and constant.denominator == 1:
            if constant == 0:
                return POSITIVE
            powers = frozenset(s**2 if constant.numerator % 2 == 0 else s for s in signs)
            return powers - ZERO if constant < 0 else powers
        if signs == POSITIVE:
            return POSITIVE
        return NONNEGATIVE if signs <= NONNEGATIVE else ANY

    def _of_sum(self, term: Sum) -> Signs:
        index, body = open_binder(term, self.fixed | free(term))
        signs = self.sign(body)
        if signs in (POSITIVE, NEGATIVE, ZERO):
            return signs  # there is at least one summand
        for extreme in (POSITIVE, NEGATIVE):
            if signs <= extreme | ZERO:
                # One summand that is not zero decides; the hypotheses say which.
                named = sorted((v for v in self.fixed if isinstance(v, Index)), key=lambda v: v.name)
                if any(self.sign(substitute(body, {index: v})) == extreme for v in named):
                    return extreme
                return signs
        return ANY

    def _of_integral(self, term: Integral) -> Signs:
        _, body = open_binder(term, self.fixed | free(term))
        signs = self.sign(body)
        # The measure is not zero.  A single point may be: it decides nothing.
        return signs if any(signs <= extreme | ZERO for extreme in (POSITIVE, NEGATIVE)) else ANY

    def _growth(self, term: Plus) -> Signs:
        """Return the sign of a difference that is manifest although its two ends are not."""
        ends = _ends(term)
        if ends is None:
            return ANY
        first, second = ends
        if isinstance(first, Sum) and self._is_summand(second, first):
            return NONNEGATIVE
        step = self._increment(term)
        return _multiply(self.sign(Plus(step[0], Times(-1, step[1]))), frozenset({step[2]})) if step else ANY

    def _increment(self, term: Expr) -> tuple[Expr, Expr, int] | None:
        """Return (x, y, 1) for f(x) - f(y) with a strictly increasing f, (x, y, -1) for a strictly decreasing one."""
        ends = _ends(term)
        if ends is None or type(ends[0]) is not type(ends[1]) or not isinstance(ends[0], Exp | Log | Power):
            return None
        x, y = ends[0].args[0], ends[1].args[0]
        if isinstance(ends[0], Exp):
            return x, y, 1
        if self.sign(x) != POSITIVE or self.sign(y) != POSITIVE:
            return None
        if isinstance(ends[0], Log):
            return x, y, 1
        exponent = ends[0].args[1]
        direction = self.sign(exponent) if alpha_equal(exponent, ends[1].args[1]) else ANY
        return (x, y, next(iter(direction))) if direction in (POSITIVE, NEGATIVE) else None

    def _of_product(self, factors: tuple[Expr, ...]) -> Signs:
        """Return the sign of a product; increments of monotone functions between the same two points move together."""
        increments: list[tuple[Expr, Expr, int]] = []
        signs = POSITIVE
        for factor in factors:
            step = self._increment(factor) if isinstance(factor, Plus) else None
            if step is None:
                signs = _multiply(signs, self.sign(factor))
            else:
                increments.append(step)
        while increments:
            x, y, direction = increments.pop()
            for other in increments:
                turned = {(x, y): 1, (y, x): -1}.get((other[0], other[1]))
                if turned:
                    increments.remove(other)
                    between = self.sign(Plus(x, Times(-1, y)))
                    signs = _multiply(signs, POSITIVE if 0 not in between else NONNEGATIVE)
                    signs = _multiply(signs, frozenset({direction * other[2] * turned}))
                    break
            else:
                signs = _multiply(signs, _multiply(self.sign(Plus(x, Times(-1, y))), frozenset({direction})))
        return signs

    def _is_summand(self, term: Expr, total: Sum) -> bool:
        """Is the term one of the summands of a sum of nonnegative terms?"""
        index, body = open_binder(total, self.fixed | free(total) | free(term))
        found = match(body, term, frozenset({index}))
        return found is not None and self.sign(body) <= NONNEGATIVE

    # ------------------------------------------------------------------------------------------------------- facts

    def _by_facts(self, term: Expr) -> Signs:
        """Return the signs allowed by the facts that speak of this term, or of two that add up to it."""
        plain = self._memory.plain
        signs = ANY
        for fact, values, gap in self._speaking_of(term):
            factor = plain.constant_between(term, gap)
            complete = self.established(fact, values) if factor is not None else None
            if factor is not None and complete is not None:
                allowed = ALLOWED[type(fact.relation)]
                if fact.condition is not None and self._deeper().excludes(substitute(fact.condition, complete)):
                    allowed -= ZERO
                signs &= _multiply(allowed, frozenset({1 if factor > 0 else -1}))
            if len(signs) == 1:
                return signs
        return signs & self._by_two_facts(term)

    def _by_two_facts(self, term: Expr) -> Signs:
        """Return the sign of a - c from those of a - b and b - c, for hypotheses without variables."""
        simple = [
            f
            for f in self.facts
            if not f.variables and f.is_unconditional and isinstance(f.relation, Lt | Le | Gt | Ge)
        ]
        gaps = [
            difference(f.relation) if isinstance(f.relation, Gt | Ge) else Times(-1, difference(f.relation))
            for f in simple
        ]
        for i, j, sign in self._memory.plain.sums_of_two(term, gaps):
            return frozenset({sign}) if simple[i].is_open or simple[j].is_open else frozenset({0, sign})
        return ANY

    def _speaking_of(self, term: Expr) -> list[tuple[Fact, dict[Variable, Any], Expr]]:
        """Return the facts that speak of parts of a term, with the values they do it for and the difference there."""
        known = self._memory.speaking
        if term not in known:
            parts: dict[type, list[Any]] = {}
            for part in dict.fromkeys(subterms(term)):
                parts.setdefault(type(part), []).append(part)
            known[term] = [
                (fact, values, substitute(difference(fact.relation), values))
                for fact in self.facts
                if isinstance(fact.relation, Relation) and not fact.fits_every_term
                for values in (_instances(fact, parts) if fact.variables else [{}])
            ]
        return known[term]

    def established(self, fact: Fact, values: Mapping[Variable, Any]) -> dict[Variable, Any] | None:
        """Return the values of all variables of a fact if its hypotheses hold for them."""
        if self.depth >= _DEPTH:
            return None
        known, key = self._memory.established, (fact, frozenset(values.items()), self.depth)
        if key not in known:
            known[key] = self._established(fact, values)
        return known[key]

    def _established(self, fact: Fact, values: Mapping[Variable, Any]) -> dict[Variable, Any] | None:
        known: dict[Variable, Any] = dict(values)
        below = self._deeper()
        for condition in sorted(fact.given, key=lambda s: len((free(s) & fact.variables) - known.keys())):
            if (free(condition) & fact.variables) <= known.keys():
                if not below._is_granted(substitute(condition, known)):
                    return None
            else:
                extended = below._matching_hypothesis(condition, fact.variables, known)
                if extended is None:
                    return None
                known = extended
        if not (fact.variables <= known.keys() and all(map(below.has_value, fact.values))):
            return None
        return known

    def _matching_hypothesis(
        self, condition: Statement, variables: frozenset[Variable], known: dict[Variable, Any]
    ) -> dict[Variable, Any] | None:
        for fact in self.facts:
            if fact.tied and fact.is_unconditional:
                found: dict[Variable, Any] | None = match(condition, fact.relation, variables, known)
                if found is not None and free(condition) & variables <= found.keys():
                    return found
        return None

    def _is_granted(self, statement: Statement) -> bool:
        """Is the statement defined and true?"""
        if self._is_known(statement):
            return True
        return self.holds(statement) and self.has_value(statement)

    def has_value(self, node: Any) -> bool:
        """Is the term, family or statement defined?"""
        return all(map(self.discharges, obligations(self._with_names(node))))

    def _with_names(self, node: Any) -> Any:
        """Put a variable for every recursion that is known to be defined."""
        taken = free(node) | bound_in(node)
        names: dict[Basic, Variable] = {}
        for term in recursions(node) & self.defined:
            sort = Scalar if term.is_number_valued else Family
            names[term] = fresh(sort(term.operator.name), taken | set(names.values()))
        return node.xreplace(names)

    def discharges(self, obligation: Statement) -> bool:
        """Does an obligation hold, where its own terms are defined?

        What defines them is an obligation beside it; a recursion is defined at a step by what holds at those before.
        """
        while isinstance(obligation, ForAll):
            _, obligation = open_binder(obligation, self.fixed | free(obligation))
        return Context(self.facts, self.depth, self.defined | recursions(obligation)).holds(obligation)

    def _is_known(self, statement: Statement) -> bool:
        """Is the statement an instance of a fact, at indices, points and natural numbers, which are always defined?"""
        if isinstance(statement, ForAll):
            _, statement = open_binder(statement, self.fixed | free(statement))
            return self._is_known(statement)
        return any(
            f.is_unconditional
            and all(isinstance(v, Index | Point | Natural) for v in f.variables)
            and match(f.relation, statement, f.variables) is not None
            for f in self.facts
        )

    # -------------------------------------------------------------------------------------------------- statements

    def holds(self, statement: Statement) -> bool:
        """Does the statement follow?"""
        if isinstance(statement, ForAll):
            _, scope = open_binder(statement, self.fixed | free(statement))
            return self.holds(scope)
        if isinstance(statement, Attained):
            bound, condition = statement.bound, statement.condition
            return self.holds(bound) and any(
                f.condition is not None
                and not f.variables
                and f.is_unconditional
                and alpha_equal(f.relation, bound)
                and alpha_equal(f.condition, condition)
                for f in self.facts
            )
        if isinstance(statement, Differentiable):
            return differentiable(statement, self)
        if isinstance(statement, Image):
            return self._is_known(statement) or self._is_same_image(statement)
        if not isinstance(statement, Relation | Integrable):
            return False
        if self._is_known(statement):
            return True
        if isinstance(statement, Integrable):
            return converges(statement, self)
        if isinstance(statement, Eq | Le | Ge):
            sides = [self.rewrite_all(side) for side in (statement.lhs, statement.rhs)]
            if any(
                self.normaliser(sums=True).equal(*pair) for pair in (sides, [unfolded_fully(side) for side in sides])
            ):
                return True
        allowed = ALLOWED[type(statement)]
        if self.sign(difference(statement)) <= allowed:
            return True
        rewritten = self.rewrite_all(difference(statement))
        return rewritten != difference(statement) and self.sign(rewritten) <= allowed

    def _is_same_image(self, statement: Image) -> bool:
        """Is the measure known to have this image, with a density that is written in another way?"""
        function, _, _, low = statement.args
        variable, density = open_binder(statement, self.fixed | free(statement))
        above = () if low != 0 else (Fact(Gt(variable, 0), tied=frozenset({variable})),)
        there = Context((*self.facts, *above), self.depth, self.defined)
        return there.has_value(density) and any(
            isinstance(f.relation, Image)
            and not f.variables
            and f.is_unconditional
            and f.relation.args[3] == low
            and alpha_equal(f.relation.args[0], function)
            and there.normaliser(logs=True).equal(
                density, substitute(f.relation.args[2], {f.relation.args[1]: variable})
            )
            for f in self.facts
        )

    def excludes(self, condition: Statement) -> bool:
        """Is an equation certainly false?"""
        return isinstance(condition, Eq) and 0 not in self.sign(difference(condition))

    def zero_when(self, term: Expr) -> Statement | None:
        """Return the condition under which a nonnegative term is zero, if it is manifest."""
        for fact, values, gap in self._speaking_of(term):
            if fact.condition is None:
                continue
            proportional = self._memory.plain.constant_between(term, gap) is not None
            complete = self.established(fact, values) if proportional else None
            if complete is not None:
                condition: Statement = substitute(fact.condition, complete)
                return condition
        if isinstance(term, Times):
            open_factors = [f for f in term.args if 0 in self.sign(f)]
            return self.zero_when(open_factors[0]) if len(open_factors) == 1 else None
        if isinstance(term, Power) and isinstance(term.args[1], Integer) and term.args[1] > 0:
            return Eq(term.args[0], 0)
        if isinstance(term, Log):
            return Eq(term.args[0], 1)
        if isinstance(term, Sum):
            index, body = open_binder(term, self.fixed | free(term))
            inside = self.zero_when(body) if self.sign(body) <= NONNEGATIVE else None
            return ForAll(index, inside) if inside is not None else None
        if isinstance(term, Apply):
            opened = unfold(term, frozenset({term.operator}))
            return self.zero_when(opened) if opened != term else None
        return None

    def equivalent(self, a: Statement, b: Statement) -> bool:
        """Are two equations, for all of the same variables, the same up to a factor that cannot vanish?"""
        if alpha_equal(a, b):
            return True
        if isinstance(a, ForAll) and isinstance(b, ForAll) and type(a.args[0]) is type(b.args[0]):
            index, scope = open_binder(a, self.fixed | free(a) | free(b))
            return self.equivalent(scope, substitute(b.args[1], {b.args[0]: index}))
        if isinstance(a, Eq) and isinstance(b, Eq):
            factors = self._memory.plain.factors_between(difference(a), difference(b))
            return factors is not None and not any(0 in self.sign(factor) for factor in factors)
        return False

    # --------------------------------------------------------------------------------------------------- rewriting

    def rewrite_all(self, term: Any) -> Any:
        """Rewrite with every equation that is known, each once, in order."""
        for fact in self.facts:
            if isinstance(fact.relation, Eq) and not fact.fits_every_term:
                term = self.rewrite(term, fact)
        return term

    def rewrite(self, node: Any, fact: Fact) -> Any:
        """Replace instances of the equation's left side by its right side, innermost first.

        Under a binder the bound variable is renamed apart from everything that hypotheses speak of; under a derivative
        only what holds in a neighbourhood may be used.
        """
        if isinstance(node, Variable | Operator | Rational):
            return self._replaced(node, fact)
        if isinstance(node, D):
            body, variable = node.args
            inner = self.near(variable).rewrite(body, fact) if fact.survives(variable) else body
            return self._replaced(D(inner, variable), fact)
        if isinstance(node, Sum | Integral | At | Seq):
            return self._replaced(self._rewrite_scope(node, fact), fact)
        rebuilt = reduce_entry(node.func(*(self.rewrite(arg, fact) for arg in node.args)))
        return self._replaced(rebuilt, fact)

    def _rewrite_scope(self, node: Any, fact: Fact) -> Any:
        name, scope = open_binder(node, self.fixed | free(node) | fact.tied)
        inner = self.rewrite(scope, fact)
        if isinstance(node, Seq):
            return Seq(name, inner)
        if isinstance(node, At):
            return At(inner, name, self.rewrite(node.args[2], fact))
        return node.func(inner, name)

    def _replaced(self, node: Any, fact: Fact) -> Any:
        lhs, rhs = fact.relation.lhs, fact.relation.rhs
        generic = isinstance(lhs, Entry) and lhs.args[1] in fact.variables
        if generic and not any(lhs.args[1] in free(g) for g in fact.given) and lhs.args[1] not in free(lhs.args[0]):
            # An equation between entries for every index is one between families.
            named = isinstance(node, Family | Function | Apply | Seq)
            if not named or (isinstance(node, Apply) and node.is_number_valued):
                return node
            lhs, rhs = lhs.args[0], abstraction(lhs.args[1], rhs)
            index = fact.relation.lhs.args[1]
            values = match(lhs, node, fact.variables - {index})
            needed = replace(fact, variables=fact.variables - {index})
        else:
            values, needed = match(lhs, node, fact.variables), fact
        if values is None:
            return node
        complete = self.established(needed, values)
        return node if complete is None else substitute(rhs, complete)
