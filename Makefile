# Everything is installed into .venv and tests/peers/node/node_modules, from lock files with
# hashes. A second run finds its stamps and starts at once.
#
#   make demo ARGS="--no-serve --out /srv/demo"      arguments go on to `merke demo`
#   make test ARGS="tests/verifier -k expired"       … and to pytest
#   make fuzz SECONDS=600 TARGET="strict token"      each of these targets for ten minutes (Linux, x86-64)
#   make mutate ARGS="--count 50000 --seed 7"        other changes to good badges than a million
#   make demo PYTHON=python3.13 VENV=.venv313        another Python, beside the first

PYTHON ?=
VENV ?= .venv
ARGS ?=
DOCUMENTS ?= 100000
SECONDS ?= 60
TARGET ?=
# Tests of one file stay together: they share what is slow to make.
PARALLEL ?= -n auto --dist loadfile

# Chromium, letters for it to draw (Arial in metrics), and what Playwright is linked with;
# poppler, which looks at PDFs.
BROWSER := chromium fonts-liberation libatomic1 poppler-utils
# The other database: the tests start a server of their own.
DATABASE := postgresql
# A network of one's own, in which packets can be counted.
NETWORK := iproute2

BIN := $(VENV)/bin
# Wheels only: nothing is compiled on the way, and no package's own set-up code runs.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install -qq
LOCKED := $(PIP) --require-hashes --only-binary=:all:

.DEFAULT_GOAL := help
.PHONY: help demo test postgresql pictures contact-sheet decode-table fuzz mutate differential bulk calendar kill bench \
	lint format types wheel smoke lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' Makefile | expand -t 16

demo: $(VENV)/.run ## mint real badges with made-up organisations, and serve them on this machine
	@$(BIN)/merke demo $(ARGS)

test: $(VENV)/.test ## all tests
	@scripts/peers.sh
	@scripts/debian.sh $(DATABASE) || echo "Tests on PostgreSQL may not run." >&2
	@scripts/debian.sh $(NETWORK) || echo "Packets may not be counted." >&2
	@scripts/debian.sh $(BROWSER) || echo "Tests of pages in a browser may not run." >&2
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

fuzz: $(VENV)/.fuzz ## search for input that breaks a parser (SECONDS=60 TARGET="strict token")
	$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS) $(TARGET)

differential: $(VENV)/.test ## both ways to canonical bytes, over 100,000 made-up documents (DOCUMENTS=…)
	MERKE_DOCUMENTS=$(DOCUMENTS) $(BIN)/python -m pytest -q tests/verifier/test_compiled.py $(ARGS)

bench: $(VENV)/.test ## how fast, side by side with others that are installed (ARGS="--json")
	@scripts/peers.sh
	@$(BIN)/merke bench $(ARGS)

bulk: $(VENV)/.test ## import and seal 100,000, with kill -9 on the way: hours (ARGS="--awards 5000")
	$(BIN)/python -m tests.bulk.run $(ARGS)

calendar: $(VENV)/.test ## a round of the calendar over 100,000 (ARGS="--database postgresql")
	$(BIN)/python -m tests.bulk.calendar $(ARGS)

kill: $(VENV)/.test ## end the process at 2,000 steps of sealing, revoking, renewing, publishing
	MERKE_KILLS=2000 $(BIN)/python -m pytest -p no:xdist tests/issuer/test_kill.py $(ARGS)

mutate: $(VENV)/.test ## change good badges a million times: is any change believed?
	$(BIN)/python -m tests.mutations.run $(ARGS)

pictures: $(VENV)/.test ## docs/pictures/embed-*.png: the seal in other people's pages
	@MERKE_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/web/test_embed_browser.py

postgresql: $(VENV)/.test ## the issuer's and the pages' tests, every record in PostgreSQL
	@scripts/debian.sh $(DATABASE)
	MERKE_TEST_DATABASE=postgresql $(BIN)/python -m pytest $(PARALLEL) tests/issuer tests/web $(ARGS)

lint: $(VENV)/.dev ## style and formatting, changed nowhere
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## put the formatting right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

wheel: $(VENV)/.run ## dist/merke-….whl
	@rm -rf dist
	$(BIN)/python -m hatchling build -t wheel

contact-sheet: $(VENV)/.test ## docs/pictures/contact-*.png: every picture in every state and language
	$(BIN)/python -m scripts.contact_sheet

decode-table: $(VENV)/.test ## docs/decode-table.md: which pictures are read, by whom, after what
	$(BIN)/python -m scripts.decode_table

smoke: wheel ## the wheel in a clean environment, from elsewhere: what a user would get
	scripts/smoke.sh dist/merke-*.whl

lock: $(VENV)/.dev ## renew the lock files (make lock ARGS=--upgrade: newest versions)
	scripts/lock.sh $(abspath $(BIN))/python $(ARGS)

clean: ## remove what the other targets made
	rm -rf $(VENV) dist build demo-out demo-data tests/peers/node/node_modules \
		.mypy_cache .pytest_cache .ruff_cache .hypothesis

# The tree itself is installed, editable: what runs is what one reads here. That the wheel
# holds everything is what `make smoke` and tests/test_house.py are for.
$(VENV)/.run: requirements.lock requirements-build.lock pyproject.toml
	@echo "Setting up $(VENV) (a minute or so, the first time)" >&2
	@scripts/venv.sh $(VENV) $(PYTHON)
	@$(LOCKED) -r requirements.lock -r requirements-build.lock
	@$(PIP) --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	@echo "Adding what the tests need" >&2
	@$(LOCKED) -r requirements-test.lock
	@touch $@

$(VENV)/.fuzz: $(VENV)/.test requirements-fuzz.lock
	@$(LOCKED) -r requirements-fuzz.lock
	@touch $@

$(VENV)/.dev: $(VENV)/.test requirements-dev.lock
	@$(LOCKED) -r requirements-dev.lock
	@touch $@
