import dataclasses
import re

import numpy as np
import pytest

import entnorm
from entnorm import Status
from entnorm.solution import name_row, name_rows

P = ((0.5, 0.3, 0.2), (0.5, 0.5, 0.0), (0.4, 0.35, 0.25))


def test_fields_follow_from_each_other():
    solution = entnorm.solve(P, entropy=[0.9, 0.2, 0.5])
    assert np.array_equal(solution.temperature, 1 / solution.gamma, equal_nan=True)
    assert solution.success.tolist() == (solution.status == Status.CONVERGED).tolist() == [True, False, True]
    assert solution.status.dtype == np.int8
    assert solution.probs is solution.probs
    assert np.abs(np.exp(solution.log_probs[0]) - solution.probs[0]).max() < 1e-15


def test_it_is_frozen():
    solution = entnorm.solve(P[0], entropy=0.9)
    with pytest.raises(dataclasses.FrozenInstanceError):
        solution.gamma = 1.0


def test_raise_if_failed():
    good = entnorm.solve(P[0], entropy=0.9)
    assert good.raise_if_failed() is good
    assert good.message == "converged"
    assert entnorm.solve(P, evenness=[0.9, 1, 0.5]).raise_if_failed().message == "all 3 rows converged"
    with pytest.raises(entnorm.InfeasibleTargetError, match="row 1"):
        entnorm.solve(P, entropy=[0.9, 0.2, 0.5]).raise_if_failed()
    assert issubclass(entnorm.InfeasibleTargetError, entnorm.EntnormError)
    assert issubclass(entnorm.EntnormError, ValueError)


def test_messages_spell_out_three_rows_and_count_the_rest():
    message = entnorm.solve(np.tile(P[0], (8, 1)), perplexity=9).message
    assert message.count("out of reach") == 3
    assert "8 in all: rows 0, 1, 2, 3, 4 and 3 more" in message


def test_conditions_say_how_errors_grow():
    x = np.random.default_rng(0).normal(size=50)
    for target in (1.0, 3.0):
        solution = entnorm.solve(logits=x, entropy=target)
        nudged = entnorm.solve(logits=x, entropy=target + 1e-6 * min(target, np.log(50) - target))
        growth = abs(nudged.gamma / solution.gamma - 1) / 1e-6
        assert growth == pytest.approx(solution.condition, rel=1e-4)


def test_rows_have_names():
    assert name_row(0, ()) == name_rows([0], ()) == "the row"
    assert name_row(3, (5,)) == name_rows([3], (5,)) == "row 3"
    assert name_rows([1, 3], (2, 2)) == "rows (0, 1), (1, 1)"
    assert name_rows(range(7), (9,)) == "rows 0, 1, 2, 3, 4 and 2 more"
    assert name_rows([0, 1, 2, 3, 4], (9,), 7) == "rows 0, 1, 2, 3, 4 and 2 more"


def test_it_shows_in_a_line_what_happened():
    solution = entnorm.solve([0.5, 0.25, 0.25], entropy=0.9)
    assert repr(solution) == f"<Solution: converged; gamma {solution.gamma:.15g}>"
    rows = np.tile(P[0], (1000, 1))
    assert repr(entnorm.solve(rows, entropy=np.log(3))) == "<Solution: all 1000 rows converged; gamma 0>"
    assert repr(entnorm.solve(P[0], perplexity=9)).startswith("<Solution: perplexity=9.0 is out of reach of the row")
    assert re.fullmatch(
        "<Solution: entropy.* row 1.*; gamma from .* to .*>", repr(entnorm.solve(P, entropy=[1, 0.2, 0.5]))
    )
    assert repr(entnorm.solve(np.empty((0, 3)), entropy=1)) == "<Solution: all 0 rows converged>"
