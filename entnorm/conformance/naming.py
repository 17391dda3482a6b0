"""What a solver is called: where a program can import it from, and the lines that bring it there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from types import MethodType, ModuleType
from typing import Any

from entnorm.conformance.adapting import CHOICES, Adapted


def name_of(solve: Any) -> str | None:
    """Where a program can import it from, as ``pkg.mod:function`` or ``pkg.mod:object.method``, if it can.

    That is under its own name, or under that of a variable of some loaded module: what `adapt` returns has no other.
    """
    own = getattr(solve, "__module__", None), getattr(solve, "__qualname__", None)
    if all(isinstance(part, str) for part in own) and (name := _importable(*own)) and _is(solve, *own):  # type: ignore[arg-type]
        return name
    if isinstance(solve, MethodType):
        owner = name_of(solve.__self__)
        return f"{owner}.{solve.__name__}" if owner else None
    return next(filter(None, (_importable(module, variable) for module, variable in _variables(solve))), None)


def _is(solve: Any, module: str, path: str) -> bool:
    """Whether that is what a program finds there."""
    try:
        found = attrgetter(path)(sys.modules[module])
    except (KeyError, AttributeError):
        return False
    return found is solve or (isinstance(found, MethodType) and bool(found == solve))


def _variables(value: Any) -> Iterator[tuple[str, str]]:
    """The variables of loaded modules that hold it; last those of the main script, which does other things besides."""
    others = [name for name in reversed(sys.modules.copy()) if name != "__main__"]  # what is imported, then who did it
    for name in (*others, "__main__"):
        module = sys.modules.get(name)
        if not isinstance(module, ModuleType):
            continue
        variables = ModuleType.__getattribute__(module, "__dict__")  # a lazy module stays as it is
        yield from ((name, key) for key, held in variables.copy().items() if held is value)


def _importable(module: str, path: str) -> str | None:
    """What a program writes for a name in a loaded module; the main script is a module by the name of its file."""
    if not all(part.isidentifier() for part in path.split(".")):
        return None
    if module == "__main__":
        script = sys.modules[module]
        spec, file = getattr(script, "__spec__", None), getattr(script, "__file__", None)
        module = spec.name if spec else _module_of(Path(file)) if file else ""
    return f"{module}:{path}" if module and module != "__mp_main__" else None


def _module_of(script: Path) -> str:
    """The name by which a script can be imported, or nothing."""
    try:
        spec = find_spec(script.stem)
    except (ImportError, ValueError):
        return ""
    found = spec and spec.origin
    return script.stem if found and Path(found).exists() and script.samefile(found) else ""


def introduction(solve: Any, name: str | None) -> list[str]:
    """Lines of Python after which `solve` is the solver; a comment on what is missing, if no program can import it."""
    if name:
        path = name.partition(":")[2]
        if "." in path:
            return [_import_of(name), f"solve = {path}"]
        return [_import_of(name) + ("" if path == "solve" else " as solve")]
    if not isinstance(solve, Adapted):
        return [f"# solve is {_described(solve)}"]
    inner = name_of(solve.function)
    options = "".join(f", {option}={choice!r}" for option, choice in _chosen(solve).items())
    known = _import_of(inner) if inner else f"# function is {_described(solve.function)}"
    function = inner.partition(":")[2] if inner else "function"
    return ["from entnorm.conformance import adapt", known, f"solve = adapt({function}{options})"]


def _import_of(name: str) -> str:
    module, _, path = name.partition(":")
    return f"from {module} import {path.partition('.')[0]}"


def _described(function: Any) -> str:
    code = getattr(function, "__code__", None)
    where = f", defined in {code.co_filename}, line {code.co_firstlineno}" if code else ""
    return f"{getattr(function, '__qualname__', repr(function))}{where}, which no module has a name for"


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
