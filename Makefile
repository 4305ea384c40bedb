# make run    serves the portal on http://127.0.0.1:$PORT (8000)
# make test   runs the whole test suite in three processes; ARGS="-k name -x" runs what pytest makes of it, in one
# make check  lint, format, types, import rules, missing migrations, the schema of the API
# make guard  looks for known vulnerabilities, dangerous code and secrets, and writes what the portal is made of into build/
# make secrets  writes anew which made-up secrets of tests and examples make guard passes over
# make bench  the benchmarks as a table of ratios; ROWS=1000000 sets the size
# make chaos  rounds of faults on a whole portal at work; ROUNDS=300 SEED=1 STACK=embedded, redis, rabbitmq or s3
# make mutants  whether the tests notice when code is made wrong; SAMPLE=60 SEED=1 ONLY=rules, readers, leases, policy or permissions
# make client  generates the core of the Python client from docs/openapi.yaml
# make screens  takes pictures of all pages into docs/screens
# make ready  installs what the others but bench and mutants need
# make clean  removes the virtual environment and all caches; the data in var/ stays
#
# Tools are run as `python -m tool`: their own scripts name the interpreter by a path that may not be long or spaced.

override PY := $(or $(PY),python3)
PYTHON := .venv/bin/python
RUN_READY := .venv/.run-$(shell cksum < requirements.txt | tr ' ' -)
DEV_READY := .venv/.dev-$(shell cksum < requirements-dev.txt | tr ' ' -)
GUARD := .ci/guard/bin
GUARD_READY := .ci/guard/ready-$(shell cksum < requirements-guard.txt | tr ' ' -)
MUTANTS_READY := .ci/mutants/ready-$(shell cksum < requirements-mutants.txt | tr ' ' -)
OURS := ingestion portal workorders benchmarks clients/python/codeport_client manage.py
# What a person wrote: no lock file, nothing generated, no picture.
WRITTEN := ':!.ci/secrets.json' ':!requirements*.txt' ':!docs/openapi.yaml' ':!portal/locale' ':!clients/python/codeport_client/core' ':!*.svg'

# A portal is several processes, and tests start hundreds: each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run ready test check guard secrets bench chaos mutants client screens clean

# What the tests need contains what the portal needs.
run: $(or $(wildcard $(DEV_READY)),$(RUN_READY))
	@exec $(PYTHON) manage.py up

# Before several of these at once, which would all install the same.
ready: $(DEV_READY) $(GUARD_READY)

test: $(DEV_READY)
	@exec $(PYTHON) -m pytest $(or $(ARGS),-n 4 --dist loadfile --no-loadscope-reorder)

check: $(DEV_READY)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m openapi_spec_validator docs/openapi.yaml

# bandit has the rest of what ruff's rules S say; semgrep has rules of this project alone and needs no network.
guard: export SEMGREP_SEND_METRICS := off
guard: export SEMGREP_ENABLE_VERSION_CHECK := 0
guard: export SEMGREP_SETTINGS_FILE := $(CURDIR)/.ci/guard/semgrep.yml
guard: export PATH := $(CURDIR)/$(GUARD):$(PATH)
guard: $(DEV_READY) $(GUARD_READY)
	$(PYTHON) -m tests.support.audit $(GUARD)/python
	$(GUARD)/python -m bandit --quiet --configfile pyproject.toml --recursive $(OURS)
	semgrep scan --test --quiet .ci/semgrep
	semgrep scan --config .ci/semgrep/house.yaml --error --quiet $(OURS) static templates
	git grep -Ilz '' -- . $(WRITTEN) | xargs -0 -n 300 -P 3 $(GUARD)/detect-secrets-hook --baseline .ci/secrets.json
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && env CODEPORT_HOME="$$home" PUBLIC_URL=https://codeport.example.com \
		ALLOWED_HOSTS=codeport.example.com NUM_PROXIES=1 LOG_FORMAT=json DATABASE_URL=postgresql://127.0.0.1/codeport \
		CELERY_BROKER_URL=redis://127.0.0.1:6379/0 EMAIL_URL=smtp://127.0.0.1 \
		$(PYTHON) manage.py check --deploy --fail-level DEBUG
	@mkdir -p build
	@for lock in requirements requirements-traces; do $(GUARD)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml \
		--mc-type application --output-reproducible --of JSON -o build/$$lock.cdx.json $$lock.txt || exit; done
	@echo "build/ has what the portal is made of, as CycloneDX."

secrets: $(GUARD_READY)
	git grep -Ilz '' -- . $(WRITTEN) | xargs -0 $(GUARD)/detect-secrets scan --slim > .ci/secrets.new
	mv .ci/secrets.new .ci/secrets.json

bench: $(DEV_READY)
	@exec $(PYTHON) -m benchmarks

chaos: $(DEV_READY)
	@exec $(PYTHON) -m tests.chaos --rounds $(or $(ROUNDS),20) --seed $(or $(SEED),1) --stack $(or $(STACK),embedded) $(ARGS)

mutants: $(DEV_READY) $(MUTANTS_READY)
	@exec $(PYTHON) -m tests.mutants $(CURDIR)/.ci/mutants/bin/python --sample $(or $(SAMPLE),60) --seed $(or $(SEED),1) $(ONLY:%=--only %)

client: $(DEV_READY)
	@rm -rf clients/python/codeport_client/core
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) -m openapi_python_client generate --meta none \
		--config clients/python/generator.yaml --path docs/openapi.yaml \
		--output-path clients/python/codeport_client/core >/dev/null

screens: $(DEV_READY)
	@exec $(PYTHON) -m pytest -q tests/screens.py

clean:
	rm -rf .venv .ci/guard .ci/mutants build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_READY): requirements.txt | $(PYTHON)
$(DEV_READY): requirements-dev.txt | $(PYTHON)
$(RUN_READY) $(DEV_READY):
	@echo "Installing the packages of $<."
	@if command -v uv >/dev/null; then uv pip sync -q --compile-bytecode --require-hashes --python $(PYTHON) $<; exit; fi; \
	$(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m ensurepip >/dev/null; \
	if $(PYTHON) -m pip install -q --disable-pip-version-check uv 2>/dev/null; \
	then $(PYTHON) -m uv pip sync -q --compile-bytecode --require-hashes --python $(PYTHON) $<; \
	else $(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r $<; fi
	@rm -f .venv/.run-* .venv/.dev-*
	@touch $@

# Apart from all else, as these tools pin versions of their own.
$(GUARD_READY) $(MUTANTS_READY): | $(DEV_READY)
	@echo "Installing the packages of requirements-$(notdir $(@D)).txt."
	@rm -rf $(@D)
	@if $(PYTHON) -m uv --version >/dev/null 2>&1; \
	then $(PYTHON) -m uv venv -q --python $(PYTHON) $(@D) && \
		$(PYTHON) -m uv pip sync -q --require-hashes --python $(@D)/bin/python requirements-$(notdir $(@D)).txt; \
	else $(PYTHON) -m venv $(@D) && \
		$(@D)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-$(notdir $(@D)).txt; fi
	@touch $@

$(PYTHON):
	@"$(PY)" -c 'import sys; sys.exit("Python 3.11 or newer is needed; name one with PY=." if sys.version_info < (3, 11) else 0)'
	@rm -rf .venv
	@if command -v uv >/dev/null; then uv venv -q --python "$(PY)" .venv; \
	elif "$(PY)" -c 'import ensurepip' 2>/dev/null; then "$(PY)" -m venv .venv; \
	else echo "Python's venv is incomplete: install the package python3-venv, or uv." >&2; exit 1; fi
