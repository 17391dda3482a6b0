"""Solvers that people use today, as the suite calls them; each library is imported when its solver is called.

Those of t-SNE take distances and a perplexity. SciPy's root finders need a function: it is the entropy in the
shifted log domain, as a careful user writes it. The document's loop is its listing, and the tensor code what people
put into a training loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from math import log, nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from entnorm.conformance.adapting import adapt
from entnorm.conformance.calls import FloatArray
from entnorm.conformance.foreign import Solver
from entnorm.solver import solve
from entnorm.transforms import softmax


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Rows of squared distances to neighbours and a perplexity, in every form in which a peer takes them."""

    squared: FloatArray
    perplexity: float

    @cached_property
    def distances(self) -> FloatArray:
        """Their roots."""
        return np.sqrt(self.squared)

    @cached_property
    def single(self) -> NDArray[np.float32]:
        """In float32."""
        return self.squared.astype(np.float32)

    @cached_property
    def p(self) -> FloatArray:
        """Probabilities whose powers are those of a Gaussian kernel, of about twice the perplexity."""
        return softmax(-self.squared, perplexity=2 * self.perplexity)

    @cached_property
    def entropies(self) -> FloatArray:
        """The target of each row in nats."""
        return np.full(len(self.squared), log(self.perplexity))


@dataclass(frozen=True)
class Peer:
    """A solver, and where it comes from.

    Attributes
    ----------
    name : str
        As reports show it.
    function : str
        The name of the solver in this module.
    direct : str or None
        The name of a function of `Neighbours` here that calls it on all rows at once, without an adapter.
    library : str or None
        The distribution that it needs; None for this package and what is written out here.
    about : str
        What is called, and how.
    """

    name: str
    function: str
    direct: str | None
    library: str | None
    about: str

    @property
    def solver(self) -> Solver:
        """The solver itself."""
        found: Solver = globals()[self.function]
        return found

    def on(self, rows: Neighbours) -> Any:
        """Solve all rows: what is timed."""
        return globals()[self.direct](rows) if self.direct else self.solver(rows.p, rows.entropies)

    @property
    def version(self) -> str | None:
        """The installed version of the library; None without one."""
        return version(self.library) if self.library else None

    @property
    def installed(self) -> bool:
        """Whether it can be called here."""
        return (
            self.library is None or find_spec({"scikit-learn": "sklearn"}.get(self.library, self.library)) is not None
        )


def entnorm_solve(p: FloatArray, target: Any, *, axis: int = -1) -> Any:
    """Solve, as entnorm does."""
    return solve(p, entropy=target, axis=axis)


def _binary_search(squared: FloatArray, perplexity: float) -> FloatArray:
    search = import_module("sklearn.manifold._utils")._binary_search_perplexity
    row = np.concatenate([[0.0], squared]).astype(np.float32)[None]  # the first is taken for the point itself
    return np.asarray(search(row, perplexity, 0), dtype=np.float64)[0, 1:]


scikit_learn = adapt(
    _binary_search,
    takes="squared distances",
    target="perplexity",
    returns="distribution",
    rows="one",
    zeros=False,
)
"""scikit-learn's t-SNE."""


def _gaussian_perplexity(squared: FloatArray, perplexity: float) -> FloatArray:
    compute = import_module("openTSNE._tsne").compute_gaussian_perplexity
    (probs,) = np.asarray(compute(np.sqrt(squared)[None], np.array([perplexity])), dtype=np.float64)
    return np.asarray(probs)


opentsne = adapt(
    _gaussian_perplexity,
    takes="squared distances",
    target="perplexity",
    returns="distribution",
    rows="one",
    zeros=False,
)
"""openTSNE."""


def _entropy(d: FloatArray, gamma: Any) -> Any:
    """Entropy of exp(-gamma d) / sum exp(-gamma d) along the last axis; d is zero at the maximum."""
    t = gamma * np.where(np.isfinite(d), d, 0.0)
    r = np.where(np.isfinite(d), np.exp(-t), 0.0)
    total = r.sum(-1, keepdims=True)
    return (np.log(total) + (t * r).sum(-1, keepdims=True) / total)[..., 0]


def _distances(p: FloatArray, axis: int) -> FloatArray:
    with np.errstate(divide="ignore"):
        x = np.log(np.moveaxis(p, axis, -1))
    return np.asarray(x.max(-1, keepdims=True) - x)


def scipy_find_root(p: FloatArray, target: Any, *, axis: int = -1) -> Any:
    """Chandrupatla's method on log gamma, all rows at once, inside a bracket that SciPy finds."""
    elementwise = import_module("scipy.optimize.elementwise")
    d = _distances(p, axis)
    goals = np.broadcast_to(np.asarray(target, dtype=np.float64), d.shape[:-1])
    rows, wanted = d.reshape(goals.size, d.shape[-1]), goals.ravel()

    def excess(u: Any, row: Any) -> Any:
        row = row.astype(int)
        return _entropy(rows[row], np.exp(u)[..., None]) - wanted[row]

    index = np.arange(goals.size, dtype=np.float64)
    bracket = elementwise.bracket_root(excess, -1.0, 1.0, args=(index,), maxiter=60)
    found = elementwise.find_root(excess, bracket.bracket, args=(index,))
    gamma = np.where(bracket.success & found.success, np.exp(found.x), nan).reshape(goals.shape)
    return gamma if goals.ndim else float(gamma)


def _newton(p: FloatArray, target: float) -> float:
    newton = import_module("scipy.optimize").newton
    d = _distances(p, -1)
    d = d[np.isfinite(d)]

    def slope(gamma: float) -> float:
        q = np.exp(-gamma * d)
        q = q / q.sum()
        return float(-gamma * (q * (d - (q * d).sum()) ** 2).sum())

    return float(newton(lambda gamma: float(_entropy(d, gamma)) - target, 1.0, fprime=slope, tol=1e-14))


scipy_newton = adapt(_newton, rows="one")
"""Newton's method on gamma, from one, with the derivative."""


def _brentq(p: FloatArray, target: float) -> float:
    brentq = import_module("scipy.optimize").brentq
    if not log((p == p.max()).sum()) < target < log((p > 0).sum()):
        return nan
    d = _distances(p, -1)
    lower, upper = -1.0, 1.0
    while _entropy(d, np.exp(lower)) < target and lower > -700:
        lower *= 2
    while _entropy(d, np.exp(upper)) > target and upper < 700:
        upper *= 2
    root = brentq(lambda u: float(_entropy(d, np.exp(u))) - target, lower, upper, xtol=1e-15, rtol=1e-15)
    return float(np.exp(root))


scipy_brentq = adapt(_brentq, rows="one")
"""Brent's method on log gamma to machine precision, after a check of the ends."""


def _loop(p: FloatArray, target: float) -> FloatArray:
    for _ in range(10):
        entropy = -(p * np.log(p)).sum()
        gamma = 1 + (target - entropy) / (entropy**2 - (p * np.log(p) ** 2).sum())
        p = p**gamma
        p = p / p.sum()
    return p


documents_loop = adapt(_loop, rows="one")
"""Ten steps of the document's loop."""


def _torch_newton(logits: Any, target: Any, axis: int = -1) -> Any:
    torch = import_module("torch")
    x = torch.movedim(logits, axis, -1)
    x = x - x.max(-1, keepdim=True).values
    inside = torch.isfinite(x)
    x = torch.where(inside, x, torch.zeros_like(x))
    goal = target[..., None]
    u = torch.zeros_like(x[..., :1])
    lower, upper = torch.full_like(u, -60.0), torch.full_like(u, 60.0)
    for _ in range(60):
        t = u.exp() * x
        r = torch.where(inside, t.exp(), torch.zeros_like(t))
        q = r / r.sum(-1, keepdim=True)
        mean = (q * t).sum(-1, keepdim=True)
        excess = r.sum(-1, keepdim=True).log() - mean - goal
        slope = -(q * (t - mean) ** 2).sum(-1, keepdim=True)
        lower = torch.where(excess > 0, u, lower)
        upper = torch.where(excess > 0, upper, u)
        step = u - excess / slope
        if bool((excess.abs() <= 4e-15 * (goal - slope)).all()):
            break
        middle = (lower + upper) / 2
        u = torch.where((step >= lower) & (step <= upper), step, middle)
    return torch.movedim(q, -1, axis)


torch_newton = adapt(_torch_newton, takes="logits", returns="distribution", arrays="torch")
"""Newton's method on log gamma inside a bracket, in torch."""


def _entnorm_directly(rows: Neighbours) -> Any:
    return softmax(-rows.squared, perplexity=rows.perplexity)


def _scikit_learn_directly(rows: Neighbours) -> Any:
    search = import_module("sklearn.manifold._utils")._binary_search_perplexity
    return search(rows.single, rows.perplexity, 0)


def _opentsne_directly(rows: Neighbours) -> Any:
    compute = import_module("openTSNE._tsne").compute_gaussian_perplexity
    return compute(rows.distances, np.array([rows.perplexity]))


PEERS: Final = (
    Peer("entnorm", "entnorm_solve", "_entnorm_directly", None, "entnorm.solve"),
    Peer(
        "scikit-learn",
        "scikit_learn",
        "_scikit_learn_directly",
        "scikit-learn",
        "sklearn.manifold._utils._binary_search_perplexity, private, on squared distances in float32",
    ),
    Peer(
        "openTSNE",
        "opentsne",
        "_opentsne_directly",
        "openTSNE",
        "openTSNE._tsne.compute_gaussian_perplexity, private, on distances in float64",
    ),
    Peer(
        "our wrapper of SciPy find_root",
        "scipy_find_root",
        None,
        "scipy",
        "scipy.optimize.elementwise.bracket_root and find_root on log gamma, default tolerances, all rows at once",
    ),
    Peer(
        "our wrapper of SciPy brentq",
        "scipy_brentq",
        None,
        "scipy",
        "scipy.optimize.brentq on log gamma, to 1e-15, row by row, after a check of the ends that is ours",
    ),
    Peer(
        "our wrapper of SciPy newton",
        "scipy_newton",
        None,
        "scipy",
        "scipy.optimize.newton on gamma from 1, with derivative, row by row",
    ),
    Peer("the document's loop", "documents_loop", None, None, "p <- p^gamma_k ten times, as printed"),
    Peer("torch Newton", "torch_newton", None, "torch", "twenty-five lines of torch: Newton on log gamma in a bracket"),
)
