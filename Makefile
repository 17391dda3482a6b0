# Each target sets itself up: its own .venv from the lock file, nothing outside this folder.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help verify test browser check-reports peers reports lock clean

PEERS := scikit-learn==1.9.1 openTSNE==1.0.4 torch==2.14.1

help:
	@echo "make verify         prove the claims, certify the references, test the solver, write reports/"
	@echo "make test           the tests, ruff, mypy and check-reports"
	@echo "make bench          time the solver and its peers, write reports/performance.md; on a quiet machine, please"
	@echo "make fuzz           a million random rows against independent arithmetic, with both kernels; write reports/campaign.md"
	@echo "make check-reports  are the committed reports what the code writes today, byte for byte?"
	@echo "make peers          hold solvers of other libraries, torch among them, against the checks, write reports/peers.*"
	@echo "make lock           resolve requirements.lock anew (needs uv)"

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "entnorm needs Python 3.11 or newer, $(PYTHON) is " + sys.version.split()[0])'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

verify: .venv/.ready
	$(BIN)/entnorm verify --reports reports

# In CI the browser test refuses to be skipped, so there the browser is part of the set-up.
test: .venv/.ready $(if $(CI),browser)
	$(BIN)/python -m pytest -n 2 --dist loadgroup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory check-reports

browser:
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

check-reports: .venv/.ready
	$(BIN)/entnorm report --check reports

peers: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PEERS)
	OMP_NUM_THREADS=1 $(BIN)/python -m entnorm.report.peers reports

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --extra all --extra test --generate-hashes \
	  --no-emit-package entnorm --custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:
	find entnorm -name "*.nb[ic]" -delete
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: bench fuzz bench-references
bench: .venv/.ready  # beside the peers that are installed: scikit-learn, openTSNE and torch are not locked
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python tests/bench/performance.py $(BENCH)

ROWS ?= 1000000
.PHONY: fuzz-numpy fuzz-numba
fuzz: fuzz-numpy fuzz-numba  # a quarter of an hour for each; make -j 2 runs both; interrupted, it goes on where it stopped
	$(BIN)/python tests/bench/campaign.py --report reports
fuzz-numpy fuzz-numba: fuzz-%: .venv/.ready
	ENTNORM_BACKEND=$* OMP_NUM_THREADS=1 $(BIN)/python tests/bench/campaign.py --rows $(ROWS)

bench-references: .venv/.ready  # references a second, beside mpmath.findroot
	$(BIN)/python tests/bench/references.py
