# Everyday commands; `make` alone lists them. All of them work in a fresh clone.
.DEFAULT_GOAL := help
PY := .venv/bin/python

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## make .venv and see to it that there is a Pulumi; says nothing when there is nothing to do
	@tools/pulumi/setup

# Pure rules and whole stories told as text: seconds. Then everything that starts processes or sockets, then the real engine.
FAST := tests/unit tests/scenarios
# A worker that has died over a test would be replaced only to play that test again.
PYTEST := $(PY) -m pytest --numprocesses auto --maxprocesses 4 --max-worker-restart 0
# A file tells a story that all its tests look at: each worker would tell it again.
BY_FILE := $(PYTEST) --dist loadfile --no-loadscope-reorder
# The longest stories begin first, or one worker would still tell them when the other has nothing left.
LONG := tests/readings tests/reliability tests/laws
OTHERS := $(filter-out $(FAST) $(LONG) tests/engine,$(patsubst %/,%,$(wildcard tests/[a-z]*/)))
ENGINE := $(BY_FILE) -m engine

.PHONY: test
test: setup ## all tests: the fast ring, then the services and the provider process, then the real engine
	@$(PYTEST) $(FAST)
	@$(BY_FILE) -m "not engine" $(LONG) $(OTHERS)
	@$(ENGINE)

.PHONY: test-fast
test-fast: setup ## the fast ring
	@$(PYTEST) $(FAST)

.PHONY: test-engine
test-engine: setup ## the tests that run the real pulumi against the embedded service
	@$(ENGINE)

.PHONY: check
check: setup ## lint, formatting, types and the rules of who may import whom
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy
	@$(PY) -m pytest --quiet tests/architecture

.PHONY: demo
demo: setup ## play the whole story on this machine: no AWS account, no network
	@$(PY) -m demo.play

.PHONY: demo-gitops
demo-gitops: setup ## play a pull request on this machine, from the preview to the drift; leaves pages in .demo/
	@$(PY) -m demo.pull_request

.PHONY: bench
bench: ## measure, among others against moto
	@tools/pulumi/setup --with bench
	@$(PY) -m bench

.PHONY: pictures
pictures: setup ## draw docs/pictures anew from the examples of comments; needs chromium
	@$(PY) -m tools.pictures

.PHONY: soak
soak: setup ## the long runs, which go on where they were interrupted; SOAK=name plays one campaign, SEED=number one case of it
	@$(PY) -m soak $(SOAK) $(if $(SEED),--seed $(SEED))

.PHONY: lock
lock: setup ## write requirements/*.txt anew; UPGRADE=1 takes the newest versions
	@requirements/compile $(if $(UPGRADE),--upgrade)

.PHONY: release
release: setup ## build the wheel, the source distribution and their bill of materials into dist/
	@$(PY) -m tools.release build

.PHONY: audit-dependencies
audit-dependencies: setup ## look up what is known against the locked packages; exit status 3 where nobody could be asked
	@$(PY) -m tools.release audit

.PHONY: clean
clean: ## remove .venv and everything the tools left here; built toolchains stay in the cache
	@rm -rf dist .venv .venv.lock .soak .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .demo
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
