"""What a solver is called: where a program can import it from, and the lines that bring it there."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import packages_distributions, version
from typing import Any

from entnorm.conformance.adapting import CHOICES, Adapted


def name_of(solve: Any) -> str | None:
    """Where a function can be imported from, as ``pkg.mod:function``, if it can."""
    module, name = getattr(solve, "__module__", None), getattr(solve, "__qualname__", "")
    if not module or module == "__main__" or not name.isidentifier():
        return None
    try:
        return f"{module}:{name}" if getattr(import_module(module), name, None) is solve else None
    except ImportError:
        return None


def name_among(solve: Any, variables: dict[str, Any]) -> str | None:
    """The same for a variable of a module, which holds what has no name of its own."""
    module = variables.get("__name__", "__main__")
    names = [name for name, value in variables.items() if value is solve and name.isidentifier()]
    return f"{module}:{names[0]}" if names and module != "__main__" else None


def introduction(solve: Any, name: str | None) -> list[str]:
    """Lines of Python after which `solve` is the solver; a comment on where it is, if no program can import it."""
    if name:
        module, _, function = name.partition(":")
        return [f"from {module} import {function}" + ("" if function == "solve" else " as solve")]
    inner = name_of(solve.function) if isinstance(solve, Adapted) else None
    if inner:
        module, _, function = inner.partition(":")
        options = "".join(f", {option}={choice!r}" for option, choice in _chosen(solve).items())
        imports = ["from entnorm.conformance import adapt", f"from {module} import {function}"]
        return [*imports, f"solve = adapt({function}{options})"]
    own = solve.function if isinstance(solve, Adapted) else solve
    code = getattr(own, "__code__", None)
    where = f", defined in {code.co_filename}, line {code.co_firstlineno}" if code else ""
    return [f"# solve is {getattr(own, '__qualname__', repr(own))}{where}, which no other module can import"]


def _chosen(adapted: Adapted) -> dict[str, Any]:
    """The options that are not the default."""
    defaults = {option: choices[0] for option, choices in CHOICES.items()} | {"zeros": True}
    return {option: value for option in defaults if (value := getattr(adapted, option)) != defaults[option]}


def versions(name: str | None) -> dict[str, str]:
    """Versions of what a verdict depends on: Python, entnorm, NumPy, and the distribution that has the solver."""
    found = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "entnorm": version("entnorm"),
        "numpy": version("numpy"),
    }
    package = (name or "").partition(":")[0].partition(".")[0]
    owners = packages_distributions().get(package, []) if package else []
    return found | {owner: version(owner) for owner in owners if owner != "entnorm"}
