"""joint_powers(): all powers of a joint distribution with a prescribed marginal or conditional entropy, proved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias, cast, get_args

from entnorm import balls
from entnorm.reference.attainable import Interval
from entnorm.reference.decimals import agreeing, ends
from entnorm.reference.exact import Number, exact
from entnorm.reference.tables import Exponent, Of, Table
from entnorm.solution import EntnormError

Verdict: TypeAlias = Literal["cleared", "monotone", "unsettled"]
Span: TypeAlias = tuple[Fraction, Exponent]

MOST_DIGITS = 200
_BITS = 128
_MORE = 4  # digits
_SPLIT = Fraction(4877, 10000)  # not in the middle: the exponents that people ask for should not be ends
_NARROW = 2.0**-30
_FAR = 800.0
_MOST = 4_000  # parts: what is still undivided then stays unsettled


class Part(NamedTuple):
    """An interval of exponents, and what is proved of H on it: H - H* has no zero, or H is strictly monotone."""

    lower: Fraction
    upper: Exponent
    verdict: Verdict


@dataclass(frozen=True)
class JointPowers:
    """
    The powers of a table in which an entropy has a prescribed value.

    Attributes
    ----------
    roots : tuple of pairs of Fraction
        Enclosures of relative width at most 10^-digits, rising, each of exactly one root.
    unsettled : tuple of pairs
        Intervals of which nothing is proved; the upper end may be None for infinity.
    table, of, entropy, within : exact
        The question.
    parts : tuple of Part
        What is proved, piece by piece; together they are `within`.
    digits : int
    """

    roots: tuple[Interval, ...]
    unsettled: tuple[Span, ...]
    table: tuple[tuple[Fraction, ...], ...]
    of: Of
    entropy: Fraction
    within: Span
    parts: tuple[Part, ...]
    digits: int

    @property
    def settled(self) -> bool:
        """Is it proved that the roots in `within` are these and no others?"""
        return not self.unsettled

    def verify(self) -> bool:
        """
        Prove it again from what is stored: every part, that they leave no gap, and the sign on each side of each root.

        The enclosures are those of the search, which are tested against the definitions.

        Returns
        -------
        bool
            False if something stored is not true, or is not decided at the precision of 128 bits and what the digits
            add to it.
        """
        if not self._well_formed():
            return False
        table = Table(self.table)
        gaps = zip((self.within[0], *(part.upper for part in self.parts)), self.parts, strict=False)
        whole = all(end == part.lower for end, part in gaps) and self.parts[-1].upper == self.within[1]
        proved = all(
            part.verdict == "unsettled"
            or part.verdict in _verdicts(table, self.of, self.entropy, part.lower, part.upper)
            for part in self.parts
        )
        there = all(_opposite(table, self.of, self.entropy, root, self.digits) for root in self.roots)
        runs = _runs(self.parts)
        held = all(any(_inside(root, run) for run in runs) for root in self.roots)
        counts = [sum(_inside(root, run) for root in self.roots) for run in runs]
        silent = [run for run, count in zip(runs, counts, strict=True) if not count]
        silent = [run for run in silent if not _same(table, self.of, self.entropy, run)]
        left = [*silent, *((part.lower, part.upper) for part in self.parts if part.verdict == "unsettled")]
        told = all(any(_covers(span, other) for span in self.unsettled) for other in left)
        return whole and proved and there and held and max(counts, default=0) <= 1 and told

    def _well_formed(self) -> bool:
        of: object = self.of
        if type(of) is not str or of not in get_args(Of) or not _exact_table(self.table):
            return False
        if not (type(self.entropy) is Fraction and type(self.digits) is int and 1 <= self.digits <= MOST_DIGITS):
            return False
        lists = self.roots, self.unsettled, self.parts
        if not all(type(given) is tuple for given in lists) or not all(type(part) is Part for part in self.parts):
            return False
        if not all(type(verdict) is str for *_, verdict in self.parts):
            return False
        spans = (*self.roots, *self.unsettled, *(part[:2] for part in self.parts), self.within)
        if not self.parts or not all(map(_exact_span, spans)) or any(high is None for _, high in self.roots):
            return False
        ends = [end for root in self.roots for end in root]
        narrow = all((high - low) * 10**self.digits <= low for low, high in self.roots)
        return narrow and all(low < high for low, high in pairwise([Fraction(0), *ends]))

    def __repr__(self) -> str:
        roots = ", ".join(agreeing(*root, self.digits + 1) for root in self.roots)
        return f"JointPowers(roots=[{roots}], settled={self.settled}, digits={self.digits})"


def joint_powers(
    p: Sequence[Sequence[Number]],
    *,
    entropy: Number,
    of: str = "x",
    within: tuple[Number, Number | None] = (0, None),
    digits: int = 30,
) -> JointPowers:
    """
    All exponents gamma at which ``p(x, y)**gamma / Z`` has the entropy H(X), or H(Y | X), that is prescribed; proved.

    All input is exact: ints, Fractions, floats as the binary numbers that they are, and decimal strings. The entropies
    are not monotone in gamma, and there may be several roots [pairs.x-second-root], [pairs.y-second-root].

    Parameters
    ----------
    p : sequence of rows of numbers
        The table, a row for each value of X; nonnegative, not all zero, and not necessarily normalised.
    entropy : number
        In nats.
    of : {"x", "y given x"}
        Whose entropy it is.
    within : pair of numbers, default (0, None)
        The open interval of exponents in which all roots are looked for; None is infinity.
    digits : int
        Enclosures have relative width at most 10^-digits; from 1 to 200.

    Returns
    -------
    JointPowers

    Raises
    ------
    ImportError
        If python-flint is not installed: there is no other way to a proof here.
    EntnormError
        If the input is not exact numbers, not a table, or not an interval.

    See Also
    --------
    entnorm.joint.power_with_marginal, entnorm.joint.power_with_conditional : The same in float64, found and not proved.

    Notes
    -----
    Ball arithmetic on whole intervals of exponents, the last of which is unbounded, clears those on which H - H* has no
    zero, by a ball around H or around its slope [joint.slope-of-x], [joint.slope-of-y-given-x], and finds those on
    which the slope has one sign; there the signs at the ends tell whether there is a root, which is then unique.
    Anything else is divided, to a relative width of 1e-9, and reported as unsettled then: where H only touches the
    target, or approaches it at the limits.

    Examples
    --------
    >>> from entnorm.reference import joint_powers
    >>> found = joint_powers([["0.5", "0.01"], ["0.245", "0.245"]], entropy="0.69", digits=12)
    >>> found
    JointPowers(roots=[1.732272764816e-1, 6.377640192076e-1, 1.180706357158e0], settled=True, digits=12)
    >>> found.verify()
    True
    """
    if of not in get_args(Of):
        raise EntnormError(f"of must be one of {', '.join(map(repr, get_args(Of)))}, got {of!r}")
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= MOST_DIGITS:
        raise EntnormError(f"digits must be an int from 1 to {MOST_DIGITS}, got {digits!r}")
    table, goal, span = Table(_entries(p)), exact(entropy, "entropy"), _span(within)
    whose = cast(Of, of)
    parts = _divide(table, whose, goal, span)
    unsettled = [(part.lower, part.upper) for part in parts if part.verdict == "unsettled"]
    roots = []
    for run in _runs(parts):
        if _opposite(table, whose, goal, run, 0):
            roots.append(_refine(table, whose, goal, run, digits))
        elif not _same(table, whose, goal, run):
            unsettled.append(run)
    return JointPowers(tuple(roots), _joined(unsettled), table.entries, whose, goal, span, tuple(parts), digits)


def _exact_table(table: object) -> bool:
    """Rows of exact numbers that are not negative, nor all of them zero."""
    if not (type(table) is tuple and all(type(row) is tuple for row in table)):
        return False
    entries = [x for row in table for x in row]
    return all(type(x) is Fraction and x >= 0 for x in entries) and any(entries)


def _exact_span(span: object) -> bool:
    """Two exact ends in order, of which the second may be infinity."""
    if not (type(span) is tuple and len(span) == 2 and type(span[0]) is Fraction and span[0] >= 0):
        return False
    return span[1] is None or (type(span[1]) is Fraction and span[0] < span[1])


def _entries(p: Sequence[Sequence[Number]]) -> tuple[tuple[Fraction, ...], ...]:
    try:
        entries = tuple(
            tuple(exact(x, f"p[{i}][{j}]") for j, x in enumerate(row))
            for i, row in enumerate(p)
            if not isinstance(row, str)
        )
    except TypeError as error:
        raise EntnormError(f"p must be a sequence of rows of numbers: {error}") from None
    if len({len(row) for row in entries}) != 1 or not entries[0]:
        raise EntnormError("p must be a table: rows of one length, which is not 0")
    negative = [(i, j) for i, row in enumerate(entries) for j, x in enumerate(row) if x < 0]
    if negative:
        raise EntnormError("p must not be negative, but p[{}][{}] is".format(*negative[0]))
    if not any(x for row in entries for x in row):
        raise EntnormError("p has no positive entry")
    return entries


def _span(within: tuple[Number, Number | None]) -> Span:
    try:
        low, high = within
    except (TypeError, ValueError):
        raise EntnormError(f"within must be a pair of exponents, not {within!r}") from None
    lower = exact(low, "within[0]")
    upper = None if high is None or high == math.inf else exact(high, "within[1]")
    if lower < 0 or (upper is not None and upper <= lower):
        raise EntnormError(f"within must be an interval of exponents, 0 <= low < high, not {within!r}")
    return lower, upper


def _divide(table: Table, of: Of, goal: Fraction, within: Span) -> list[Part]:
    """Parts that make up the interval, in order."""
    if table.uniform:  # H is one number
        return [Part(*within, *(_verdicts(table, of, goal, *within) or ["unsettled"])[:1])]
    logs = [_distance(Fraction(1), x) for row in table.rows for x in row]
    inner = [_distance(max(row), x) for row in table.rows for x in row]
    near, far = _NARROW**2 / max(logs), _FAR / min(d for d in logs + inner if d > 0)
    start = Fraction(0.4877 / max(logs))
    parts: list[Part] = []
    waiting = [within]
    while waiting:
        lower, upper = waiting.pop()
        verdicts = _verdicts(table, of, goal, lower, upper)
        last = lower >= far or (upper is not None and (upper <= near or upper - lower <= _NARROW * upper))
        if verdicts or last or len(parts) + len(waiting) > _MOST:
            parts.append(Part(lower, upper, verdicts[0] if verdicts else "unsettled"))
            continue
        aim = max(lower / _SPLIT, start) if upper is None else lower + _SPLIT * (upper - lower)
        cut = Fraction(float(aim))  # few digits
        waiting += [(cut, upper), (lower, cut)]
    return parts


def _distance(top: Fraction, x: Fraction) -> float:
    """Log top - log x in float64, to choose where to divide; what depends on it is no proof."""
    excess, ratio = (top - x) / x, top / x
    return math.log1p(excess) if excess < 1 else math.log(ratio.numerator) - math.log(ratio.denominator)


def _verdicts(table: Table, of: Of, goal: Fraction, lower: Fraction, upper: Exponent) -> list[Verdict]:
    """What balls prove of the interval: nothing, or that it is cleared, or monotone."""
    with balls.working(_BITS):
        low, high, aim = table.at(lower), table.at(upper), balls.ball(goal)
        if _nonzero(table.height_between(low, high, of) - aim):
            return ["cleared"]
        if upper is None:
            return []
        slope = table.slope_between((lower, upper), low, high, of)
        radius = balls.ball((upper - lower) / 2)
        reach = table.height((lower + upper) / 2, of) + slope * balls.hull(-radius, radius)
        found: list[Verdict] = ["cleared"] if _nonzero(reach - aim) else []
        return [*found, "monotone"] if _nonzero(slope) else found


def _nonzero(b: balls.Ball) -> bool:
    return balls.sign(b) in (-1, 1)


def _runs(parts: Sequence[Part]) -> list[Interval]:
    """Neighbouring parts on which H is monotone, joined: it is on the whole, since slopes are continuous."""
    spans = [(part.lower, part.upper) for part in parts if part.verdict == "monotone"]
    return [cast(Interval, span) for span in _joined(spans)]


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for lower, upper in sorted(spans, key=lambda span: span[0]):
        if joined and joined[-1][1] == lower:
            joined[-1] = (joined[-1][0], upper)
        else:
            joined.append((lower, upper))
    return tuple(joined)


def _signs(table: Table, of: Of, goal: Fraction, interval: Span, digits: int) -> tuple[int | None, ...]:
    """Those of H - H* at both ends, as far as balls decide them."""
    if interval[1] is None:
        return (None, None)
    with balls.working(_BITS + 4 * digits):
        aim = balls.ball(goal)
        return tuple(balls.sign(table.height(end, of) - aim) for end in cast(Interval, interval))


def _opposite(table: Table, of: Of, goal: Fraction, interval: Interval, digits: int) -> bool:
    return _signs(table, of, goal, interval, digits) in ((1, -1), (-1, 1))


def _same(table: Table, of: Of, goal: Fraction, interval: Interval) -> bool:
    return _signs(table, of, goal, interval, 0) in ((1, 1), (-1, -1))


def _refine(table: Table, of: Of, goal: Fraction, run: Interval, digits: int) -> Interval:
    """Enclose the one root of an interval on which H is monotone, inside of it: Newton's method, kept inside."""
    (lower, upper), falling = run, _signs(table, of, goal, run, 0)[0] == 1
    at = (run[0] + run[1]) / 2
    for _ in range(20 * (_BITS + 4 * digits)):
        bits = _BITS + 4 * digits
        with balls.working(bits):
            excess = table.height(at, of) - balls.ball(goal)
            rows = table.at(at)
            slope = table.slope_between((at, at), rows, rows, of)
            side, step = balls.sign(excess), -_middle(excess) / _middle(slope)
        if side is None or abs(step) * 10 ** (digits + 3) <= at:
            enclosure = ends(at + step, digits)
            if _inside(enclosure, run) and _opposite(table, of, goal, enclosure, digits):
                return enclosure
            digits += _MORE  # than were asked for, where another root is as close
        if side is not None:
            lower, upper = (at, upper) if (side == 1) == falling else (lower, at)
        at = at + step if lower < at + step < upper else (lower + upper) / 2
        at = Fraction(round(at * 2**bits), 2**bits)
    raise ArithmeticError("a root that is isolated could not be enclosed: please report this table and target")


def _middle(b: balls.Ball) -> Fraction:
    mantissa, exponent = balls.middle(b)
    return Fraction(mantissa) * Fraction(2) ** exponent


def _inside(root: Interval, run: Interval) -> bool:
    return run[0] < root[0] and root[1] < run[1]


def _covers(span: Span, other: Span) -> bool:
    above = span[1] is None or (other[1] is not None and other[1] <= span[1])
    return span[0] <= other[0] and above
