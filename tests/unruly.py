"""Solvers that hang, die, leave, or speak otherwise, at the top of a module: another process can import them."""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time

import numpy as np

import entnorm
import entnorm.conformance


def ours(p, target, *, axis=-1):
    return entnorm.solve(p, entropy=target, axis=axis)


def hangs_on_batches(p, target, *, axis=-1):
    if p.ndim > 1:
        time.sleep(600)
    return ours(p, target, axis=axis)


def dies_on_long_rows(p, target, *, axis=-1):
    if p.size > 10_000:
        os.kill(os.getpid(), 11)
    return ours(p, target, axis=axis)


def exits_where_it_should_report(p, target, *, axis=-1):
    if not np.isfinite(ours(p, target, axis=axis).gamma).all():
        os._exit(7)
    return ours(p, target, axis=axis)


def leaves(p, target, *, axis=-1):
    sys.exit("no license")


def takes_four_gigabytes(p, target, *, axis=-1):
    np.ones(2**29)
    return ours(p, target, axis=axis)


def writes(p, target, *, axis=-1):
    p *= 1.5
    return ours(p / p.sum(axis, keepdims=True), target, axis=axis)


not_a_function_of_a_module = [lambda p, target, *, axis=-1: ours(p, target, axis=axis)]


def takes_one_row(p, target, axis=-1):
    if p.ndim > 1 or target > 1e9:
        raise IndexError("one row, please")
    return float(ours(p, target).gamma)


def takes_a_matrix(p, targets):
    assert p.ndim == 2
    assert targets.shape == p.shape[:1]
    return ours(p, targets).probs


def takes_one_perplexity(squared, perplexity):
    """A matrix of squared distances and the perplexity of all its rows, as in the textbooks of t-SNE."""
    assert squared.ndim == 2
    return entnorm.softmax(-squared, perplexity=float(perplexity))


def divides_zero_by_zero(p, target, *, axis=-1):
    solution = ours(p, target, axis=axis)
    return np.full(p.shape, np.nan) if (p == 0).any() else solution.probs


def temperature_for_bits(scores, bits):
    solution = entnorm.solve(logits=scores, entropy=bits * np.log(2))
    return solution.temperature


class Constant:
    """Without a name of its own, only that of a method of a variable."""

    def found(self, p, target, *, axis=-1):
        return np.full(np.delete(p.shape, axis), 2.0)


class Answer:
    """Says nothing of itself when it is printed."""

    gamma, success = 2.0, True


def answers_twice(p, target, *, axis=-1):
    return Answer()


wrong = Constant()
wrongly_adapted = entnorm.conformance.adapt(lambda p, target: takes_one_row(p, target), rows="matrix")
takes_no_zeros = entnorm.conformance.adapt(divides_zero_by_zero, zeros=False)


def ends(p, target, *, axis=-1):
    os._exit(0)


def interrupts(p, target, *, axis=-1):
    raise KeyboardInterrupt


def scribbles(p, target, *, axis=-1):
    for descriptor in range(3, 40):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"\x00\x00\x00\x05junk!")
    return ours(p, target, axis=axis)


def closes_its_files(p, target, *, axis=-1):
    os.closerange(3, 200)
    return ours(p, target, axis=axis)


def call(solve):
    return solve()


_numbers = itertools.count(1)


def dies_when_idle():
    threading.Timer(0.1, lambda: os._exit(0)).start()
    return next(_numbers)


def forks():
    os.fork()
    return next(_numbers)


def starts_another():
    return subprocess.Popen(["sleep", "600"]).pid
