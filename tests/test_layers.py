"""The architecture in one sentence, enforced: a layer imports only layers to its left, and only its own libraries."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from entnorm.claims.verification import TRUSTED

ROOT = Path(__file__).parents[1]

LAYERS = (
    {"steps", "reductions"},
    {"moments", "scalars", "fast"},
    {"short", "solution", "words"},
    {"lone", "upright", "backend", "targets"},
    {"tilting"},
    {"pieces", "rows"},
    {"gradients", "spectrum"},
    {"answers"},
    {"equations", "ordinary", "refinement"},
    {"measures", "solver"},
    {"clipping"},
    {"transforms"},
    {"drawing"},
    {"continuous", "joint", "relations", "attention", "calibration", "adapters"},
    {"balls"},
    {"integration"},
    {"reference"},
    {"claims"},
    {"derivations"},
    {"conformance"},
    {"report"},
    {"cli"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

LIBRARIES = {
    "fast": {"numpy", "numba", "llvmlite"},
    "drawing": {"matplotlib"},
    "joint": {"numpy", "matplotlib"},  # the latter to name the type of figures
    "relations": {"numpy", "matplotlib"},
    "attention": {"numpy", "matplotlib"},
    "adapters": {"numpy", "torch", "sklearn", "scipy", "openTSNE"},  # each module one of them
    "continuous": {"numpy", "scipy"},
    "balls": {"flint"},
    "integration": {"flint"},
    "reference": {"numpy", "mpmath", "tqdm", "sympy"},
    "claims": {"numpy", "sympy", "mpmath", "pebble"},
    "derivations": {"sympy"},
    "conformance": {"numpy", "mpmath", "hypothesis", "pytest"},
    "report": {"numpy", "mpmath", "jinja2", "scipy"},  # the last one to time the peers beside it
    "cli": {"numpy", "tqdm", "pyarrow"},
}
CORE = {"numpy"}  # what everything to the left of the balls may import


def files() -> list[tuple[str, Path]]:
    """Every module with the layer that it belongs to."""
    found = []
    for path in sorted((ROOT / "entnorm").rglob("*.py")):
        first = path.relative_to(ROOT / "entnorm").parts[0]
        found.append((first.removesuffix(".py"), path))
    found += [("derivations", path) for path in sorted((ROOT / "derivations").rglob("*.py"))]
    return [(layer, path) for layer, path in found if layer not in ("__init__", "__main__")]


def imports(path: Path) -> set[str]:
    """The absolute names of all that a module imports, wherever in it the import stands."""
    package = ["entnorm", *path.relative_to(ROOT).parts[:-1]]
    if package[1] == "entnorm":
        package = package[1:]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize(("layer", "path"), files(), ids=lambda value: value if isinstance(value, str) else value.stem)
def test_a_layer_imports_only_layers_to_its_left(layer: str, path: Path) -> None:
    for name in imports(path):
        package, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if package == "entnorm" and other in RANK and other != layer:
            assert RANK[other] < RANK[layer], f"{path}: {layer} must not import {name}"


@pytest.mark.parametrize(("layer", "path"), files(), ids=lambda value: value if isinstance(value, str) else value.stem)
def test_a_layer_imports_only_its_own_libraries(layer: str, path: Path) -> None:
    allowed = LIBRARIES.get(layer, CORE)
    third_party = {name.partition(".")[0] for name in imports(path)} - set(sys.stdlib_module_names) - {"entnorm"}
    assert third_party <= allowed, f"{path}: {layer} must not import {', '.join(sorted(third_party - allowed))}"


def test_references_of_rows_do_without_sympy() -> None:
    """Only densities are SymPy expressions; a reference of a row must not cost the second that importing it takes."""
    for layer, path in files():
        if layer == "reference" and path.parent.name != "densities":
            names = imports(path)
            assert not any(name.partition(".")[0] == "sympy" for name in names), path
            assert not any(name.startswith("entnorm.reference.densities") for name in names), path


def test_every_module_has_a_layer() -> None:
    assert {layer for layer, _ in files()} <= set(RANK)


def source_of(module: str) -> Path:
    """The file of a module of the kernel."""
    return ROOT.joinpath("entnorm", "claims", *module.split(".")).with_suffix(".py")


def test_the_kernel_names_no_simplifier() -> None:
    """They hang, crash or shrug, and nobody can say by which law they go: nothing that is trusted may use them."""
    banned = {"simplify", "equals", "nsimplify", "limit", "is_zero", "ask", "refine", "doit"}
    for module in TRUSTED:
        tree = ast.parse(source_of(module).read_text(encoding="utf-8"))
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not used & banned, f"entnorm.claims.{module} uses {', '.join(sorted(used & banned))}"


def test_what_is_trusted_imports_only_what_is_trusted_and_the_witness() -> None:
    beside = {"witness", "points", "arithmetics", "runs", "typeset", "reading"}  # refuse, run and print, prove nothing
    packages = {module.partition(".")[0] for module in TRUSTED}
    for module in TRUSTED:
        names = imports(source_of(module))
        own = {name.split(".")[2] for name in names if name.startswith("entnorm.claims.")}
        assert own <= packages | beside, f"entnorm.claims.{module} imports {own - packages - beside}"
    written = {f"language.{path.stem}" for path in (ROOT / "entnorm" / "claims" / "language").glob("[a-z]*.py")}
    assert written == {module for module in TRUSTED if module.startswith("language.")}


def test_no_module_sets_a_global_precision() -> None:
    for _, path in files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                assert not (isinstance(target, ast.Attribute) and target.attr in ("dps", "prec")), path


def test_the_test_of_layers_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "entnorm").mkdir()
    module = tmp_path / "entnorm" / "solver.py"
    module.write_text("from entnorm import reference\nimport sympy\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"solver must not import entnorm\.reference"):
        test_a_layer_imports_only_layers_to_its_left("solver", module)
    with pytest.raises(AssertionError, match="solver must not import sympy"):
        test_a_layer_imports_only_its_own_libraries("solver", module)


TENSORS = {  # what `entnorm.adapters.tensor_rows` has torch run, of modules that are written for NumPy
    "steps": None,
    "targets": {"_entropy", "_deficit", "_perplexity", "_above", "_log_quotient"},
    "words": {"two_difference", "two_product", "_halves"},
}


@pytest.mark.parametrize("module", TENSORS)
def test_functions_that_run_on_tensors_call_only_what_torch_is_given(module):
    """Torch is not among what `make test` installs."""
    (given,) = (
        {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)}
        for function in ast.parse((ROOT / "entnorm/adapters/tensor_rows.py").read_text()).body
        if isinstance(function, ast.FunctionDef) and function.name == "_in_torch"
    )
    functions = [
        node
        for node in ast.parse((ROOT / f"entnorm/{module}.py").read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name != "pick"
    ]
    wanted = TENSORS[module] or {node.name for node in functions}
    assert wanted <= {node.name for node in functions}
    for function in functions:
        if function.name in wanted:
            calls = (node for statement in function.body for node in ast.walk(statement))
            used = {
                node.attr
                for node in calls
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "np"
            }
            assert used <= given, function.name
