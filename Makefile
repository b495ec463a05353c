# Two commands: `make up` and `make test`. `make help` lists the rest.
# Works with GNU make 3.81 (macOS). Prerequisites: Python >= 3.11 with venv, git, make.

STACK ?= dev
ACCOUNT ?= MAIN
OPS := .venv/bin/ops
PLACE = --stack $(STACK) --account $(ACCOUNT)

.DEFAULT_GOAL := help
.PHONY: help up preview review audit drift refresh recover down destroy status test test-unit test-long compat bench lint format toolchain env local-env clean tools

# An environment whose interpreter is gone (an upgraded Python, say) is made again.
ifeq ($(wildcard .venv/bin/python),)
$(shell rm -f .venv/.installed .venv/.tools)
endif
ifeq ($(wildcard .venv-local/bin/python),)
$(shell rm -f .venv-local/.installed .venv-local/.tools)
endif

help: ## this list
	@echo "make TARGET [STACK=dev|qa|prod] [ACCOUNT=MAIN]"
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

.venv/.installed: requirements/product.txt requirements/venv.sh
	@sh requirements/venv.sh .venv requirements/product.txt
	@touch $@

$(OPS): .venv/.installed requirements/ops.sh
	@cp requirements/ops.sh $@ && chmod 755 $@

.venv-local/.installed: requirements/local.txt requirements/venv.sh
	@sh requirements/venv.sh .venv-local requirements/local.txt
	@touch $@

.venv/.tools: .venv/.installed requirements/tools.txt
	@sh requirements/venv.sh --add .venv requirements/tools.txt
	@touch $@

.venv-local/.tools: .venv-local/.installed requirements/tools.txt
	@sh requirements/venv.sh --add .venv-local requirements/tools.txt
	@touch $@

env: $(OPS) .venv-local/.installed ## both Python environments (.venv, .venv-local)

tools: env .venv/.tools .venv-local/.tools

up: env ## bring STACK up on the local Snowflake and show what stands
	@$(OPS) up $(PLACE)

preview: env ## what an up of STACK would change on the local Snowflake, judged by the rules
	@$(OPS) preview $(PLACE)

review: env ## what the working tree changes in STACK compared with BASE (default: the merge base with main)
	@$(OPS) review --stack $(STACK) $(if $(BASE),--base $(BASE)) --output build/review/$(STACK)

audit: env ## does the local account of STACK keep the rules
	@$(OPS) audit $(PLACE)

drift: env ## does the local account of STACK differ from its declaration
	@$(OPS) drift $(PLACE)

refresh: env ## read the local account back into the state of STACK
	@$(OPS) refresh $(PLACE)

recover: env ## put the state of STACK right after a killed up
	@$(OPS) recover $(PLACE)

destroy: env ## remove what STACK declared from the local Snowflake
	@$(OPS) destroy $(PLACE)

down: env ## stop the local Snowflake; its account stays on disk
	@$(OPS) local stop --account $(ACCOUNT)

status: env ## the local Snowflake, the toolchain and their versions
	@$(OPS) local status --account $(ACCOUNT)

local-env: env ## shell exports for plain pulumi: eval "$(make -s local-env STACK=prod)"
	@$(OPS) local env $(PLACE)

toolchain: env ## find or build pulumi, its language host and the plugin
	@.venv/bin/python -m toolchain ensure

test: tools ## every test (10 to 15 minutes with four processors)
	@.venv/bin/python .ci/tests.py

test-unit: tools ## the tests that need neither a server nor pulumi (one to two minutes)
	@.venv/bin/python .ci/tests.py unit

test-long: tools ## every test and the full matrix of kills and faults
	@.venv/bin/python .ci/tests.py long

compat: tools ## clients from elsewhere at their main job, twice; TARGET=real compares with a real account
	@.venv/bin/python -m tests.compat $(if $(TARGET),--target $(TARGET)) $(CASES)

bench: tools ## measure and write docs/benchmarks.md
	@.venv/bin/python -m tests.bench

lint: tools ## ruff and mypy --strict
	@sh .ci/lint.sh

format: tools ## let ruff put imports and layout right
	@.venv/bin/python -m ruff check --fix --quiet . && .venv/bin/python -m ruff format --quiet .

clean: ## remove both Python environments and caches; accounts and state under .local/ stay
	@rm -rf .venv .venv-local .pytest_cache .mypy_cache .ruff_cache .hypothesis
