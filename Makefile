# Needs nothing but make and Python 3.11, 3.12 or 3.13. `make help` says what can be made.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# PYTHON=… picks the interpreter; otherwise the one that made .venv, otherwise the newest that fits.
PYTHON ?=
MADE_WITH = $(if $(wildcard $(VENV)/interpreter),$(BIN)/python)
CANDIDATES = $(or $(PYTHON),$(MADE_WITH) python3.13 python3.12 python3.11 python3)

.DEFAULT_GOAL := help
.PHONY: help demo install develop test confirm bench docs pictures lock clean FORCE

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile
	@echo "  Python is picked with PYTHON=python3.12 (3.11, 3.12 or 3.13)."

demo: install ## open the monitor on a demo portfolio: nothing to configure
	@$(BIN)/qm-tui --demo

install: $(VENV)/installed ## put qm-tui and exactly what it needs into .venv

develop: $(VENV)/developed ## the same, with the tools for the checks

test: develop ## check format, lint, types, walls and behavior, in this order
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal

confirm: develop ## have another client library talk to the double of TWS that the tests use (downloads it)
	$(BIN)/python -m tests.simulators.confirm_with_ib_async

bench: develop ## run every script in benchmarks/, one after the other
	@set -e; for script in $(filter-out benchmarks/_% benchmarks/flex_generator.py,$(wildcard benchmarks/*.py)); do \
		echo "== $$script"; \
		$(BIN)/python -m benchmarks.$$(basename "$$script" .py); \
	done

docs: develop ## write the tables of keys and columns in README and docs/ anew
	$(BIN)/python -m tests.docs

pictures: develop ## take the pictures in docs/ anew, of the demo, and those that tests compare with
	$(BIN)/python -m tests.docs.pictures
	$(BIN)/python -m tests.ui.pictures

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

lock: ## write the locks anew after a change in pyproject.toml (needs uv)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove .venv, the caches and what was built
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find qm_tui tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

$(VENV)/installed: $(VENV)/interpreter requirements.lock pyproject.toml
	@echo "Installing what qm-tui needs into $(VENV) (once; a minute or two)"
	@$(PIP) install --requirement requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/developed: $(VENV)/interpreter requirements.lock requirements-dev.lock pyproject.toml
	@echo "Installing qm-tui and the tools for its checks into $(VENV) (once; a minute or two)"
	@$(PIP) install --requirement requirements-dev.lock
	@$(PIP) install --no-deps --editable .
	@touch $(VENV)/installed $@

# Says what an interpreter is good for. One that does not run says nothing: pyenv puts a shim into
# the PATH for every version it has, also for those that are not active.
PROBE := import sys; from importlib.util import find_spec; \
	has_venv = find_spec("venv") and find_spec("ensurepip"); \
	word = "old" if not (3, 11) <= sys.version_info[:2] < (3, 14) else "fits" if has_venv else "bare"; \
	print(word, "%d.%d" % sys.version_info[:2], sys.base_prefix)

# Looked at every time, written only when the interpreter is another one: else nothing is made anew.
$(VENV)/interpreter: FORCE
	@seen=; for python in $(CANDIDATES); do \
		answer=$$($$python -c '$(PROBE)' 2>/dev/null) || continue; \
		seen="$$seen $$answer"; \
		case $$answer in fits*) break ;; esac; \
	done; \
	fail() { echo "qm-tui: $$1" >&2; exit 1; }; \
	case $$seen in \
		*fits\ *) ;; \
		*bare\ *) fail "this Python lacks its venv module: install it (Debian, Ubuntu: apt install python3-venv) or pick another Python with PYTHON=…" ;; \
		*old\ *) fail "Python 3.11, 3.12 or 3.13 is needed, only another version was found: install one or pick it with PYTHON=…" ;; \
		*) fail "no Python was found: install Python 3.11, 3.12 or 3.13 or pick it with PYTHON=…" ;; \
	esac; \
	if [ -x $(BIN)/python ] && [ "$$(cat $@ 2>/dev/null)" = "$$answer" ]; then exit 0; fi; \
	echo "Making $(VENV) with Python $${answer#fits }"; \
	$$python -m venv --clear $(VENV) && echo "$$answer" > $@

FORCE:
