"""What a solver is asked, what it says, and what that means: calls, answers, and the numbers read off them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum, inf, isfinite, isnan, log, nan
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Kind = Literal["p", "logits"]
Form = Literal["plain", "Fortran", "strided", "read-only", "float32"]

_LONGEST_LITERAL: Final = 128
_FORMED: Final[dict[Form, str]] = {
    "plain": "",
    "Fortran": "{0} = np.asfortranarray({0})",
    "strided": "{0} = np.repeat({0}, 2, axis=-1)[..., ::2]",
    "read-only": "{0}.flags.writeable = False",
    "float32": "{0} = {0}.astype(np.float32)",
}
"""Forms in which the same numbers may be passed, and the line of Python that brings them into it."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a solver: its arguments, and how to make it again.

    Attributes
    ----------
    values : ndarray
        Probabilities or logits along `axis`.
    target : ndarray
        Entropies in nats, of the batch shape.
    axis : int
        The axis along which distributions lie.
    kind : {"p", "logits"}
        What the values are. Logits are asked only of adapted solvers that take them, or distances.
    source : str or None
        A Python expression for the values, where writing them out would be too long.
    goals : str or None
        The same for the targets.
    form : str
        In which memory layout or dtype they are passed.
    """

    values: FloatArray
    target: FloatArray
    axis: int = -1
    kind: Kind = "p"
    source: str | None = None
    goals: str | None = None
    form: Form = "plain"

    @property
    def has_zeros(self) -> bool:
        """Whether some entries have probability zero."""
        return bool((self.values == (0 if self.kind == "p" else -inf)).any())

    @property
    def batch(self) -> tuple[int, ...]:
        """The shape without the axis."""
        return tuple(int(length) for length in np.delete(self.values.shape, self.axis))

    @property
    def rows(self) -> FloatArray:
        """The rows, in C order of the batch."""
        return np.moveaxis(self.values, self.axis, -1).reshape(int(np.prod(self.batch)), self.values.shape[self.axis])

    def arguments(self) -> tuple[FloatArray, FloatArray]:
        """New copies of both arrays, in the form asked for."""
        values = self.values.copy()
        if self.form == "Fortran":
            values = np.asfortranarray(values)
        elif self.form == "strided":
            values = np.repeat(values, 2, axis=-1)[..., ::2]
        elif self.form == "read-only":
            values.flags.writeable = False
        elif self.form == "float32":
            values = values.astype(np.float32)
        return values, self.target.copy()

    def changed(self, values: FloatArray, how: str) -> Call:
        """The same question about other values; `how` is the Python for the change, with ``{}`` for the old ones."""
        return replace(self, values=values, source=how.format(self.source) if self.source else None)

    @property
    def literal(self) -> str:
        """A Python expression for the values, every number exact; it needs NumPy as np."""
        return self.source or _literal(self.values)

    @property
    def setup(self) -> str:
        """Lines of Python that make the arguments, every number exact; they need NumPy as np."""
        formed = _FORMED[self.form].format(self.kind)
        values, target = f"{self.kind} = {self.literal}", f"target = {self.goals or _literal(self.target)}"
        return "\n".join([values, *([formed] if formed else []), target])

    @property
    def asking(self) -> str:
        """A Python expression for the call, with ``{values}`` and ``{target}`` for its arguments; it needs `solve`."""
        kind = "" if self.kind == "p" else ', kind="logits"'
        return f"solve({{values}}, {{target}}, axis={self.axis}{kind})"

    @property
    def reproducer(self) -> str:
        """Lines of Python that make the same call, and print gamma or the distribution; they need `solve`."""
        asking = self.asking.format(values=self.kind, target="target")
        shown = 'print(getattr(answer, "gamma", answer), getattr(answer, "success", ""))'
        return f"{self.setup}\nanswer = {asking}\n{shown}"


def _literal(values: FloatArray) -> str:
    """Decimals that Python reads back as the same doubles."""
    if values.ndim == 0:
        return _number(float(values))
    if values.size > _LONGEST_LITERAL:
        raise ValueError(f"{values.size} entries are too many to write out: give the call a source")
    numbers = ", ".join(map(_number, values.ravel().tolist()))
    shape = "" if values.ndim == 1 else f".reshape({values.shape})"
    return f"np.array([{numbers}], dtype=float){shape}"


def _number(x: float) -> str:
    return repr(x) if isfinite(x) else f"float('{x}')"


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver said about one row.

    Attributes
    ----------
    gamma : float
        The exponent: returned, or implied by the returned distribution.
    probs : ndarray or None
        The distribution, if the solver returned one.
    entropy : float
        Entropy in nats of the escort distribution of order `gamma` if the solver returned gamma, else of `probs`.
    untouched : bool
        Whether the call left its arguments as they were.
    says_gamma : bool
        Whether gamma was returned.
    """

    gamma: float
    probs: FloatArray | None
    entropy: float
    untouched: bool
    says_gamma: bool

    @property
    def given(self) -> bool:
        """Whether this is an answer at all: gamma and distribution, as far as returned, are finite."""
        said = self.gamma if self.says_gamma else 0.0
        return bool(np.isfinite(said) and (self.probs is None or np.isfinite(self.probs).all()))

    @property
    def bits(self) -> bytes:
        """The answer bit for bit."""
        said = np.float64(self.gamma).tobytes() if self.says_gamma else b""
        return said + (b"" if self.probs is None else self.probs.tobytes())

    @property
    def words(self) -> str:
        """The answer, in short."""
        if self.says_gamma:
            return f"gamma = {self.gamma!r}"
        if self.given and isnan(self.gamma):
            assert self.probs is not None
            above = np.count_nonzero(self.probs > 0)
            return f"a distribution that implies no gamma, with {above} of its {self.probs.size} entries above zero"
        return f"a distribution, gamma = {self.gamma!r}"


def answer(call: Call, row: FloatArray, gamma: float | None, probs: FloatArray | None, untouched: bool) -> Answer:
    """The answer about one row, from what was returned for it: gamma, a distribution, or both."""
    d = distances(row, call.kind)
    if gamma is not None:
        return Answer(gamma, probs, _escort_entropy(d, gamma), untouched, says_gamma=True)
    assert probs is not None
    return Answer(_implied_gamma(d, probs), probs, _entropy(probs), untouched, says_gamma=False)


def distances(row: FloatArray, kind: Kind = "p") -> FloatArray:
    """The distances log p_max - log p_i, infinite outside the support, accurate also where p is nearly uniform."""
    top = row.max()
    if kind == "logits":
        return np.asarray(top - row)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # of the branch that is not taken
        d: FloatArray = np.where(row > top / 2, np.log1p((top - row) / row), np.log(top) - np.log(row))
    return d


def escort(row: FloatArray, kind: Kind, gamma: float) -> FloatArray:
    """The escort distribution of order gamma > 0, from its largest entry down."""
    r = np.exp(-gamma * distances(row, kind))
    return r / fsum(r)


def _escort_entropy(d: FloatArray, gamma: float) -> float:
    """Entropy of the escort distribution, from the largest entry down [escort.entropy-from-top]."""
    t = gamma * d[np.isfinite(d)]
    if not np.isfinite(t).all():
        return nan
    t = t - t.min()
    r = np.exp(-t)
    total = fsum(r)
    return log(total) + fsum(t * r) / total


def _shares(q: FloatArray) -> FloatArray | None:
    """A returned distribution, made nonnegative and to sum to one; None if it is nonsense.

    That it is not a distribution is a matter of its own, and not one of its entropy or its exponent.
    """
    if not np.isfinite(q).all() or q.max() <= 0:
        return None
    shares: FloatArray = np.maximum(q, 0) / q.max()
    return shares / fsum(shares)


def _entropy(q: FloatArray) -> float:
    shares = _shares(q)
    return nan if shares is None else -fsum(x * log(x) for x in shares.tolist() if x > 0)


def _implied_gamma(d: FloatArray, q: FloatArray) -> float:
    """The slope of log q against log p, least squares with weights q: gamma itself if q is a power of p."""
    shares = _shares(q)
    if shares is None:
        return nan
    inside = np.isfinite(d) & (shares > 0)
    if not inside.any():
        return nan
    scale = d[inside].max()  # or squares of huge and of minute distances would not be doubles
    if scale == 0:
        return nan
    x, weight = -d[inside] / scale, shares[inside] / fsum(shares[inside])
    x = x - fsum(weight * x)
    variance = fsum(weight * x * x)
    slope = fsum(weight * x * np.log(weight / weight.max())) / variance if variance > 0 else nan
    return slope / float(scale)
