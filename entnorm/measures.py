"""How far a distribution is from certainty: entropy and its relatives, with full relative accuracy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from entnorm.equations import DeficitEquation
from entnorm.moments import EMPTY, Floats
from entnorm.reductions import Workspace, row_dot, row_sum, tiles
from entnorm.rows import Rows
from entnorm.spectrum import Spectrum
from entnorm.targets import Goal, log_in_two_words


def entropy(p: ArrayLike, *, axis: int = -1, keepdims: bool = False) -> Any:
    """Shannon entropy ``-sum p log p`` in nats, between 0 and log s on a support of s entries [entropy.maximum].

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`; zeros contribute nothing. A sum off 1 by rounding is divided out.
    axis : int, default -1
        The axis along which distributions lie.
    keepdims : bool, default False
        Keep that axis with length one, so that the result broadcasts against `p`.

    Returns
    -------
    float64 or ndarray of float64
        With full relative accuracy, also where it is small.

    Raises
    ------
    EntnormError
        If `p` does not hold distributions, with the indices of the rows at fault.

    Notes
    -----
    Computed as ``log A + T / A`` from the largest entry down [escort.entropy-from-top].

    Examples
    --------
    >>> import numpy as np
    >>> import entnorm
    >>> float(entnorm.entropy([0.5, 0.5, 0.0])) == float(np.log(2))
    True
    >>> print(f"{entnorm.entropy([1.0, 1e-30]):.12e}")
    7.007755278982e-29
    """
    return _measured(p, axis, keepdims, _entropy)


def perplexity(p: ArrayLike, *, axis: int = -1, keepdims: bool = False) -> Any:
    """Perplexity, the exponential of the entropy: the size of a uniform distribution of the same entropy.

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`.
    axis : int, default -1
        The axis along which distributions lie.
    keepdims : bool, default False
        Keep that axis with length one.

    Returns
    -------
    float64 or ndarray of float64
        Between 1 and the size of the support [entropy.maximum].

    Raises
    ------
    EntnormError
        If `p` does not hold distributions, with the indices of the rows at fault.

    Examples
    --------
    >>> import entnorm
    >>> print(entnorm.perplexity([0.25, 0.25, 0.25, 0.25]))
    4.0
    """
    return _measured(p, axis, keepdims, _perplexity)


def deficit(p: ArrayLike, *, axis: int = -1, keepdims: bool = False) -> Any:
    """How far the entropy is below that of the uniform distribution on the support: ``log s - H >= 0``, in nats.

    It is the Kullback-Leibler divergence from that uniform distribution, and is zero for it alone [entropy.maximum].

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`.
    axis : int, default -1
        The axis along which distributions lie.
    keepdims : bool, default False
        Keep that axis with length one.

    Returns
    -------
    float64 or ndarray of float64
        With full relative accuracy also near the uniform distribution, where ``log(s) - entropy(p)`` has none.

    Raises
    ------
    EntnormError
        If `p` does not hold distributions, with the indices of the rows at fault.

    Examples
    --------
    >>> import entnorm
    >>> print(f"{entnorm.deficit([0.5 + 2**-40, 0.5 - 2**-40]):.12e}")
    1.654361225106e-24
    """
    return _measured(p, axis, keepdims, _deficit)


def evenness(p: ArrayLike, *, axis: int = -1, keepdims: bool = False) -> Any:
    """Entropy as a share of the largest that the support allows: ``H / log s``, Pielou's index.

    Parameters
    ----------
    p : array_like
        Probabilities along `axis`.
    axis : int, default -1
        The axis along which distributions lie.
    keepdims : bool, default False
        Keep that axis with length one.

    Returns
    -------
    float64 or ndarray of float64
        Between 0 and 1; 1 for a single supported entry, which is uniform on its support.

    Raises
    ------
    EntnormError
        If `p` does not hold distributions, with the indices of the rows at fault.

    Examples
    --------
    >>> import entnorm
    >>> print(entnorm.evenness([0.5, 0.5, 0.0, 0.0]))
    1.0
    """
    return _measured(p, axis, keepdims, _evenness)


def entropies(rows: Rows) -> tuple[Floats, Floats, Floats]:
    """Entropies of distributions, or of the softmax of logits, with the least and the greatest that rows can attain."""
    found, work = np.empty((3, rows.count)), Workspace()
    with np.errstate(all="ignore"):
        for part, values in rows.blocks():
            found[:, part] = attained(Spectrum.survey(values, work, logits=rows.logits))
    return found[0], found[1], found[2]


def attained(spectrum: Spectrum) -> tuple[Floats, Floats, Floats]:
    """The same for a block."""
    least, most = log_in_two_words(spectrum.ties)[0], log_in_two_words(spectrum.support)[0]
    found = least + _excess(spectrum)
    return found, np.broadcast_to(least, found.shape), np.broadcast_to(most, found.shape)


def _measured(p: ArrayLike, axis: int, keepdims: bool, measure: Callable[[Spectrum], Floats]) -> Any:
    rows = Rows.opened(p, None, axis)
    out, work = np.empty(rows.count), Workspace()
    with np.errstate(all="ignore"):
        for part, values in rows.blocks():
            rows.vet(values)
            out[part] = measure(Spectrum.survey(values, work, logits=False))
    shaped = out.reshape(rows.batch)[()]
    return np.expand_dims(shaped, axis) if keepdims else shaped


def _excess(spectrum: Spectrum) -> Floats:
    (rest, first), read = np.zeros((2, *spectrum.top.shape)), spectrum.read()
    for some, part in tiles(spectrum.shape):
        values, top, depths = spectrum.numbers(some, part), spectrum.top[some, None], read(some, part)
        ratios = np.where(values < top, np.exp(depths) if spectrum.logits else values / top, 0.0)
        rest[some] += row_sum(ratios)
        first[some] += row_dot(ratios, np.maximum(depths, EMPTY))
    return np.asarray(np.log1p(rest / spectrum.ties) - first / (spectrum.ties + rest))


def _entropy(spectrum: Spectrum) -> Floats:
    return log_in_two_words(spectrum.ties)[0] + _excess(spectrum)


def _perplexity(spectrum: Spectrum) -> Floats:
    return np.asarray(spectrum.ties * np.exp(_excess(spectrum)))


def _evenness(spectrum: Spectrum) -> Floats:
    return np.where(spectrum.support > 1, _entropy(spectrum) / log_in_two_words(spectrum.support)[0], 1.0)


def _deficit(spectrum: Spectrum) -> Floats:
    nothing = np.zeros(spectrum.top.shape)
    at = nothing < 0
    return 0.0 - DeficitEquation(spectrum, Goal(nothing, nothing, at, at)).measure(np.ones(nothing.shape)).value
