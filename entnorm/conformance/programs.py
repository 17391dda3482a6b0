"""Programs that repeat the calls of a finding and show what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from entnorm.conformance.adapting import Adapted
from entnorm.conformance.calls import Call
from entnorm.conformance.foreign import Foreign
from entnorm.conformance.naming import introduction

Shows = Literal["answers", "what is written", "at once"]

_AT_ONCE: Final = """\
def ask(call):
    answer = {asking}
    return np.array(getattr(answer, "gamma", answer))
alone = [ask(call) for call in calls]
sys.setswitchinterval(1e-5)
with ThreadPoolExecutor(len(calls)) as threads:
    together = list(threads.map(ask, 100 * calls))
wrong = sum(not np.array_equal(a, b, equal_nan=True) for a, b in zip(100 * alone, together))
print(wrong, "of", len(together), "answers are not as alone")"""


def program(solver: Foreign, calls: Sequence[Call], shows: Shows = "answers") -> str:
    """Lines of Python, every number exact; where no program can import the solver, they say what is missing."""
    imports = ["import numpy as np"]
    if any(call.source and "entnorm" in call.source for call in calls):
        imports.append("import entnorm.conformance")
    if shows == "at once":
        imports = ["import sys", "from concurrent.futures import ThreadPoolExecutor", *imports]
    return "\n".join([*imports, *introduction(solver.solve, solver.name), *_body(solver, calls, shows)])


def _body(solver: Foreign, calls: Sequence[Call], shows: Shows) -> list[str]:
    if shows == "at once":
        (asking,) = {call.asking.format(values="call[0]", target="call[1]") for call in calls}
        collected = [f"{call.setup}\ncalls.append(({call.kind}, target))" for call in calls]
        return ["calls = []", *collected, _AT_ONCE.format(asking=asking)]
    if shows == "what is written":
        return [_written(call, isinstance(solver.solve, Adapted)) for call in calls]
    return [call.reproducer for call in calls]


def _written(call: Call, adapted: bool) -> str:
    asking = call.asking.format(values=call.kind, target="target")
    if adapted:  # its function is given other arrays than these
        watched = asking.replace("solve(", "solve.watched(", 1)
        return f'{call.setup}\nprint("as before:", {watched}[1])'
    lines = [f"before = {call.kind}.copy(), np.array(target)", asking, f"after = {call.kind}, np.array(target)"]
    return "\n".join(
        [call.setup, *lines, 'print("as before:", *map(np.array_equal, before, after))', "print(after[0])"]
    )
