# make report and make test set everything up by themselves. Needed: git, make, and Python 3.11, 3.12, 3.13 or 3.14.
# PYTHON=... names the interpreter; REPORT_OPTIONS=... goes to "crosswave run"; TEST_OPTIONS=... goes to pytest.

VENV_BIN := .venv/bin
WORKERS ?= 2
TESTS ?= tests notebooks src/crosswave

export PYTHONHASHSEED := 0
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
unexport PYTHONDONTWRITEBYTECODE       # without byte code every process compiles the package anew

.PHONY: help setup report test lint campaign faults mutate bench worlds lab notebooks readme renew picture lock sbom clean

help:                                  ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { sub(/ .*/, "", $$1); printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup:                                 ## make .venv from requirements.lock (does nothing when it is current)
	@sh .ci/setup

report: setup                          ## run every notebook and build reports/index.html
	@$(VENV_BIN)/crosswave run $(REPORT_OPTIONS)

test: setup                            ## run the tests: style, types, package, data, notebooks (ALL=1: the thorough ones too)
	@$(VENV_BIN)/python -m pytest $(TESTS) $(if $(ALL),,-m "not thorough") -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
	    --doctest-modules \
	    --nbval --nbval-current-env --nbval-cell-timeout 300 \
	    --nbval-sanitize-with tests/nbval_sanitize.cfg $(TEST_OPTIONS)

lint: setup                            ## style and types only
	@$(VENV_BIN)/ruff check && $(VENV_BIN)/mypy

campaign: setup                        ## hostile files, arguments and sheets for 20 minutes (CAMPAIGN_OPTIONS="--minutes 5"); goes on where it stopped
	@cd tests && ../$(VENV_BIN)/python -W ignore -m campaign $(CAMPAIGN_OPTIONS)

faults: setup                          ## faults of the machine, five times each: killed, full disks, torn files (FAULTS_OPTIONS="--only kill")
	@cd tests && ../$(VENV_BIN)/python -m campaign.machine $(FAULTS_OPTIONS)

mutate: setup                          ## put faults into the code of MODULE=counts, compare, trends, models or claims, and count those that tests see (MUTATE_OPTIONS="--number 100 --seed 1")
	@$(VENV_BIN)/uv pip install --quiet --no-deps --require-hashes --target .campaign/tools --requirements .ci/mutate.txt
	@cd tests && PYTHONPATH=../.campaign/tools ../$(VENV_BIN)/python -W ignore -m campaign.mutants $(MODULE) $(MUTATE_OPTIONS)

bench: setup                           ## how long everything takes, into reports/benchmark.md (BENCH_OPTIONS="--rounds 3")
	@$(VENV_BIN)/python tests/benchmarks/bench.py $(BENCH_OPTIONS)
	@$(VENV_BIN)/python tests/benchmarks/bench_reconstruct.py
	@$(VENV_BIN)/python tests/benchmarks/bench_official.py
	@$(VENV_BIN)/python tests/benchmarks/bench_import.py
	@$(VENV_BIN)/python tests/benchmarks/bench_comparisons.py
	@$(VENV_BIN)/python tests/benchmarks/bench_calibration.py

worlds: setup                          ## 1,000 worlds of each kind for the joint model, going on where it stopped (WORLDS_OPTIONS="--processes 2")
	@mkdir -p .campaign
	@$(VENV_BIN)/python tests/benchmarks/bench_joint.py --rows .campaign/joint_worlds.csv --table src/crosswave/report/joint_worlds.csv $(WORLDS_OPTIONS)

lab: setup                             ## open the notebooks in JupyterLab
	@$(VENV_BIN)/jupyter lab --notebook-dir=. notebooks

notebooks: setup                       ## execute the notebooks in place: their outputs are what the tests compare
	@$(VENV_BIN)/python -m crosswave.report.run.recorded --refresh notebooks/*.ipynb

readme: setup                          ## renew the computed parts of README.md from reports/results and the benchmark
	@$(VENV_BIN)/python -m crosswave.report.readme README.md

renew: setup                           ## renew all that is computed and committed: schemas, reports/results, outputs of notebooks, README
	@$(VENV_BIN)/crosswave schemas
	@$(VENV_BIN)/crosswave run $(REPORT_OPTIONS)
	@$(MAKE) --no-print-directory notebooks readme

picture: report                        ## take docs/overview.png of reports/index.html with Chromium
	@sh .ci/picture reports/index.html docs/overview.png

lock: setup                            ## resolve requirements.lock anew from pyproject.toml (LOCK_OPTIONS=--upgrade for newer versions)
	@$(VENV_BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --quiet $(LOCK_OPTIONS) --output-file requirements.lock

sbom:                                  ## write sbom.json, the bill of materials of requirements.lock (CycloneDX)
	@python3 .ci/sbom > sbom.json

clean:                                 ## remove .venv and everything that is built (reports/results and the benchmark stay)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .campaign
	@find reports -mindepth 1 -maxdepth 1 ! -name results ! -name benchmark.md -exec rm -rf {} + 2>/dev/null || true
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
