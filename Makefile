# `make run` and `make test` need python3 (3.11 or newer, with venv) and make; everything else they bring.
# .env is read by the program itself; variables of the environment go before it.

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
# Each worker starts a database server and a served product of its own; 0 runs all in one process.
TEST_WORKERS ?= 3
READY := $(VENV)/.ready
SYNC := $(BIN)/uv sync --frozen --quiet --inexact --python $(BIN)/python
export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# Without compiled modules every start costs some seconds more.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test near soak mutants bench manual check types audit format clean

run: $(READY)
	@exec $(BIN)/fengqiao serve --demo-if-embedded

test: $(READY)
	@$(BIN)/python -m app.launch.browser
	@.ci/servers || true
	@exec $(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadscope $(TESTS)

# What lies near the files that differ from HEAD, or from BASE; a room takes less than a minute.
near: $(READY)
	@exec $(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadscope $$($(BIN)/python -m tests.near $(or $(BASE),HEAD))

# Everything everywhere: each cell of each matrix over HTTP, everybody on every page, many histories; for the night.
soak: $(READY)
	@SOAK=1 HISTORIES=40 $(MAKE) test

# Deliberate breaks, each of which the suite must catch (tests/mutants); ONLY=name takes one, or some in quotes.
mutants: $(READY)
	@TEST_WORKERS=$(TEST_WORKERS) exec $(BIN)/python -m tests.mutants $(ONLY)

bench: $(READY)
	@exec $(BIN)/fengqiao bench

# The pictures of the Chinese manual, taken anew from the demo county; ONLY=name takes one, or some in quotes.
manual: $(READY)
	@exec $(BIN)/python -m tests.manual $(ONLY)

# Style and architecture.
check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache

# The type checker against the list of what it finds, which only shrinks. It runs on a Node that comes with it.
types: $(READY)
	@$(SYNC) --group types || $(SYNC) --group types --system-certs
	@$(BIN)/python -m tests.types $(SHRINK)

# Known faults of the locked packages, asked of the advisory service; needs the network. Without it,
# tests/test_locked.py knows some by heart. What could not be asked about is no good news: it fails too.
audit: $(READY)
	@$(BIN)/uv export --frozen --quiet --no-emit-project --format requirements-txt --output-file $(VENV)/.locked
	@$(BIN)/uvx --quiet pip-audit --strict --disable-pip --require-hashes -r $(VENV)/.locked 2> $(VENV)/.audit; \
	status=$$?; tail -n 1 $(VENV)/.audit >&2; \
	test $$status = 0 || grep -q 'Found .* known vulnerabilit' $(VENV)/.audit \
	|| echo "没有核对完：漏洞库无法访问，或不认识上面这个包。请在能访问 pypi.org 的网络中重试。" >&2; \
	exit $$status

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# What was built; the data folder stays.
clean:
	rm -rf $(VENV) .web .web-build .pytest_cache .ruff_cache

# The environment, made anew only when the lock file changed. uv is fetched into it by its own pip. It trusts
# its own list of authorities; behind a proxy that signs for others, the system's list is tried after it.
$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本，可用 PYTHON=python3.12 make run 指定。" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "缺少 venv 模块：Debian/Ubuntu 上请先安装 python3-venv。" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(SYNC) || $(SYNC) --system-certs
	@touch $(READY)
