"""Defects of peers, as they could be sent to their authors: a program, what it prints, the right answer, the cause."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from entnorm import reference
from entnorm.conformance.calls import FloatArray

_SECONDS: Final = 300


@dataclass(frozen=True)
class Defect:
    """What is wrong in somebody's library.

    Attributes
    ----------
    title : str
        In a sentence; ``{0}``, ``{1}`` stand for the numbers that the program prints.
    library : str
        The distribution.
    program : str
        It needs NumPy and that library alone; what it prints shows the defect.
    right : callable
        What it should print, from certified references or from a bound that no choice of gamma exceeds.
    cause : str
        From the source, with the file.
    known : str
        What is known of it upstream.
    limitation : bool
        Whether it is as its authors meant it to be, though no argument changes it and no documentation says it.
    """

    title: str
    library: str
    program: str
    right: Callable[[], str]
    cause: str
    known: str
    limitation: bool = False

    def titled(self, output: str) -> str:
        """The title, with the numbers that were printed."""
        return self.title.format(*(float(number) for number in re.findall(r"\d+\.\d+", output)))

    def output(self) -> str:
        """What the program prints here, run as it stands."""
        command = [sys.executable, "-W", "ignore", "-c", self.program]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
        return done.stdout.strip()


def _certified(squared: list[float], perplexity: int) -> str:
    found = reference.solve(logits=[-x for x in squared], perplexity=perplexity, digits=20)
    word = "certified" if found.rigorous else "at two precisions"
    beta = found.gamma.context.nstr(found.gamma, 12)
    return f"perplexity = {perplexity:.6f}, at beta = {beta} ({word})"


_OFFSET_OPENTSNE = """\
import numpy as np
from openTSNE._tsne import compute_gaussian_perplexity

squared = 50 + np.arange(20) / 4
p = np.asarray(compute_gaussian_perplexity(np.sqrt(squared)[None], np.array([5.0])))[0]
print("perplexity = %.6f" % np.exp(-(p * np.log(p)).sum()))
"""

_GAUSSIAN_OPENTSNE = """\
import numpy as np
from openTSNE.affinity import PerplexityBasedNN

x = np.random.default_rng(0).standard_normal((200, 200))
p = PerplexityBasedNN(x, perplexity=10, symmetrize=False, method="exact").P.toarray()
p /= p.sum(1, keepdims=True)
rows = [np.exp(-(row[row > 0] * np.log(row[row > 0])).sum()) for row in p]
print("perplexities from %.3f to %.3f" % (min(rows), max(rows)))
"""

_OFFSET_SKLEARN = """\
import numpy as np
from sklearn.manifold._utils import _binary_search_perplexity

squared = 1000 + np.arange(20) / 4
row = np.concatenate([[0], squared]).astype(np.float32)[None]  # the first is the point itself
p = np.asarray(_binary_search_perplexity(row, 5.0, 0))[0, 1:]
p = p[p > 0]
print("perplexity = %.6f" % np.exp(-(p * np.log(p)).sum()))
"""

_TIED_OPENTSNE = """\
import warnings
import numpy as np
from openTSNE.affinity import PerplexityBasedNN

x = np.eye(40)  # all distances are equal
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    p = PerplexityBasedNN(x, perplexity=5, symmetrize=False, method="exact").P.toarray()
p /= p.sum(1, keepdims=True)
rows = [np.exp(-(row[row > 0] * np.log(row[row > 0])).sum()) for row in p]
print("no error, %d warnings; perplexities from %.3f to %.3f" % (len(said), min(rows), max(rows)))
"""

_SIMPLEX_SKLEARN = """\
import numpy as np
from scipy.spatial.distance import cdist
from sklearn.manifold._utils import _binary_search_perplexity

x = 1000 * np.eye(60) + np.random.RandomState(0).standard_normal((60, 60))
p = np.asarray(_binary_search_perplexity(cdist(x, x, "sqeuclidean").astype(np.float32), 10.0, 0))
rows = [np.exp(-(row[row > 0] * np.log(row[row > 0])).sum()) for row in p]
print("perplexities from %.3f to %.3f" % (min(rows), max(rows)))
"""

_UNREACHABLE_SKLEARN = """\
import warnings
import numpy as np
from sklearn.manifold import TSNE

x = np.random.default_rng(0).standard_normal((30, 5))
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    TSNE(perplexity=29.5, max_iter=250).fit(x)  # each point has 29 neighbours
print("no error, %d warnings" % len(said))
"""

_TOLERANCE_SKLEARN = """\
import numpy as np
from sklearn.manifold._utils import _binary_search_perplexity

row = np.arange(21.0, dtype=np.float32)[None]
p = np.asarray(_binary_search_perplexity(row, 5.0, 0))[0, 1:]
print("perplexity = %.9f" % np.exp(-(p * np.log(p)).sum()))
"""


def _offsets(offset: float) -> list[float]:
    values: list[float] = (offset + np.arange(20) / 4).tolist()
    return values


def _perplexities(squared: FloatArray, perplexity: int) -> str:
    """What each row can have, and at which beta it has it."""
    found = [reference.solve(logits=row, perplexity=perplexity, digits=12) for row in (-squared).tolist()]
    assert all(one.rigorous for one in found)
    betas = [float(one.gamma) for one in found]
    exactly = f"{perplexity:.3f}"
    return f"perplexities from {exactly} to {exactly}, at betas from {min(betas):.6g} to {max(betas):.6g} (certified)"


def _between(x: FloatArray, neighbours: int) -> FloatArray:
    """Squared distances to the nearest other points."""
    squared = ((x[:, None] - x[None]) ** 2).sum(-1)
    return np.sort(squared, axis=-1)[:, 1 : neighbours + 1]


def _gaussian() -> str:
    return _perplexities(_between(np.random.default_rng(0).standard_normal((200, 200)), 30), 10)


def _simplex() -> str:
    return _perplexities(_between(1000 * np.eye(60) + np.random.RandomState(0).standard_normal((60, 60)), 59), 10)


DEFECTS: Final = (
    Defect(
        "Rows get perplexities from {0:.3g} to {1:.3g} instead of 10 where distances are concentrated",
        "openTSNE",
        _GAUSSIAN_OPENTSNE,
        _gaussian,
        "openTSNE/_tsne.pyx, compute_gaussian_perplexity: the double-precision epsilon, 2.2e-16, is added to sum_Pi in "
        "every iteration, and the exponentials are not shifted by the smallest distance. In 200 dimensions the squared "
        "distances of standard normal points are near 400, so the whole sum is soon below that epsilon; the entropy "
        "that the search compares is then not that of the row. Subtracting the smallest squared distance of the row "
        "before exponentiating makes the sum at least one, and the epsilon needless. Nothing reports the failure: "
        "after max_iter iterations, or at a false root, the row is returned.",
        "A search of its issues found no report of this.",
    ),
    Defect(
        "An offset of 50 in the squared distances changes the perplexity from 5 to {0:.3g}",
        "openTSNE",
        _OFFSET_OPENTSNE,
        lambda: _certified(_offsets(50), 5),
        "The same cause on one row. An offset common to all distances of a row cancels in the probabilities.",
        "As above.",
    ),
    Defect(
        "A perplexity that no row can have is answered with another one, {0:.3g} for 5, silently",
        "openTSNE",
        _TIED_OPENTSNE,
        lambda: "an error or a warning: fifteen tied neighbours have perplexity 15 at every beta",
        "openTSNE/_tsne.pyx, compute_gaussian_perplexity: the search ends after max_iter iterations without a word. "
        "The affinity classes compare the perplexity with the number of neighbours before, but below the number of "
        "nearest neighbours that are equally far no beta reaches it either.",
        "A search of its issues found no report of this.",
    ),
    Defect(
        "An offset of 1000 in the squared distances changes the perplexity from 5 to {0:.3g}",
        "scikit-learn",
        _OFFSET_SKLEARN,
        lambda: _certified(_offsets(1000), 5),
        "sklearn/manifold/_utils.pyx, _binary_search_perplexity: exp(-sqdistances * beta) is not shifted by the "
        "smallest distance of the row. From beta = 745 / 1000 on every term underflows, sum_Pi is replaced by 1e-8, "
        "and the search, which needs a larger beta, is turned back by the entropy of that; it ends at the edge of "
        "underflow after 100 steps and returns what it has. Subtracting the row's smallest distance cures it.",
        "Issue 19471 met the same underflow where the accumulators were float32, and was closed when they became "
        "double: that moved the edge from exp(-88) to exp(-745), and left it there.",
    ),
    Defect(
        "Points near the corners of a large simplex get perplexities from {0:.3g} to {1:.3g} instead of 10",
        "scikit-learn",
        _SIMPLEX_SKLEARN,
        _simplex,
        "The same cause on a matrix of distances between all points, as method='exact' passes it.",
        "As above.",
    ),
    Defect(
        "A perplexity above the number of neighbours is accepted, and no row has it",
        "scikit-learn",
        _UNREACHABLE_SKLEARN,
        lambda: "an error: 29 neighbours have at most perplexity 29",
        "sklearn/manifold/_t_sne.py compares the perplexity with the number of samples, but a point has one neighbour "
        "less: perplexities in [n - 1, n) pass. The search then ends after 100 steps without a word.",
        "Pull request 23471 refuses perplexities of at least n; those between n - 1 and n are left.",
    ),
    Defect(
        "The search stops at an entropy error of 1e-5, which no argument changes",
        "scikit-learn",
        _TOLERANCE_SKLEARN,
        lambda: "perplexity = 5.000000000",
        "sklearn/manifold/_utils.pyx: the bisection stops at an entropy within PERPLEXITY_TOLERANCE = 1e-5, a constant "
        "of the module that no argument reaches and the documentation of TSNE does not mention.",
        "Not searched for: it is a limitation, not an error.",
        limitation=True,
    ),
)
