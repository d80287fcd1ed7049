# Everything a person needs: `make demo`, `make test`. Only Python (3.11 or newer) and make are required.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STAMP_DEV := $(VENV)/.installed-dev

# make bench SIZE=10GB ROUNDS=5 PACKAGES=1000
SIZE ?= 2GB
ROUNDS ?= 3
PACKAGES ?= 100
# Servers of the test internet that make demo-exposure asks.
SERVERS ?= 1500
# Organisations of the simulated country that make demo-campaign tells, and its seed.
ORGANISATIONS ?= 3000
SEED ?= 2021
# How often make fuzz-api asks each route with one kind of input.
EXAMPLES ?= 100
# Where the console of make demo-console listens; anywhere else, if somebody does already.
PORT ?= 8443
HERE := $(dir $(realpath $(lastword $(MAKEFILE_LIST))))
BENCH := $(BIN)/python -m tools.bench --size $(SIZE) --rounds $(ROUNDS) --packages $(PACKAGES)

.PHONY: demo demo-exposure demo-campaign demo-console test lint types unit docs format lock clean help fuzz-api bench \
	bench-prefilter bench-triage bench-archive bench-events bench-memory bench-packages bench-again bench-readers bench-start \
	bench-indicators bench-webshell bench-exposure bench-cases bench-console bench-clean bench-hunt bench-scale torture

help:
	@echo "make demo    set up, simulate a compromised server, triage it, say where the report is"
	@echo "make demo-exposure"
	@echo "             set up, simulate $(SERVERS) servers on this machine, ask them for their patch state,"
	@echo "             and again as they are 13 days later, say where the report is; a minute or so"
	@echo "make demo-campaign"
	@echo "             set up, simulate a country of $(ORGANISATIONS) organisations and a month of lists of"
	@echo "             their servers, make one record of each server, find owners, plan notices, and"
	@echo "             compare it all with what is true; two minutes or so"
	@echo "             ORGANISATIONS=300 SEED=7"
	@echo "make demo-console"
	@echo "             the console over that country (made, if it is not there yet), with accounts of"
	@echo "             every role; Ctrl-C ends it; PORT=$(PORT)"
	@echo "make test    set up, run every check"
	@echo "make format  put the code in the house form"
	@echo "make docs    write the generated parts of docs/"
	@echo "make fuzz-api   ask every route of the API whatever its document allows, and more;"
	@echo "             an hour or so: EXAMPLES=20"
	@echo "make bench   measure beside other programs: one table, written into docs/benchmarks.md"
	@echo "             SIZE=10GB ROUNDS=5 PACKAGES=1000; parts of it: make bench-prefilter, bench-triage,"
	@echo "             bench-archive, bench-events, bench-memory, bench-packages, bench-again,"
	@echo "             bench-readers, bench-start, bench-indicators"
	@echo "make bench-webshell CORPUS=FOLDER   how well web shells are told from other pages"
	@echo "             RULES='FOLDER FOLDER' puts YARA rules beside; see docs/benchmarks.md"
	@echo "make bench-exposure   what a probe costs, how far it scales, whether it is right"
	@echo "             HOSTS=40000 ROUNDS=1; PARTS='probe trouble kills import scale'; AIOHTTP=python"
	@echo "make bench-clean   a clean-up of 100,000 files, beside copying and removing them;"
	@echo "             FILES=100000 ROUNDS=1"
	@echo "make bench-hunt   questions over 1,000 timelines of 100,000 rows (5 GB, made once, kept):"
	@echo "             TIMELINES=100 ROWS=100000 FOLDER=bench/timelines"
	@echo "make bench-scale   what a package, a unit of the ledger and a store cost, and what 30,000 and"
	@echo "             400,000 packages take by that (docs/scale.md): SIZES=2,20,80 FLEET=12"
	@echo "make torture   a clean-up killed at 10,000 drawn moments (KILLS=10000): nothing may be lost"
	@echo "             and 30,000 packages judged, quietly and while workers, driver and database are"
	@echo "             killed and paused, on a cluster too: FLEET=3000; FLEET_FOLDER=/var/tmp/fleet keeps"
	@echo "             packages, and the quiet run goes on where it was ended"
	@echo "make bench-cases   a million observations imported and worked out, and 400,000 servers asked"
	@echo "             for, on SQLite and PostgreSQL; OBSERVATIONS=100000 CASES=40000 FOLDER=/var/tmp"
	@echo "make bench-console   every page asked by 20 people at once; an hour or so with both soaks"
	@echo "             PLACES='bench/console.db postgresql' CASES=40000 WORKERS=2 SECONDS=60 MINUTES=30"

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Alpheus needs Python 3.11 or newer; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.lock pyproject.toml hatch_build.py src/alpheus/scan/rows.c src/alpheus/scan/lookup.c | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(STAMP_DEV): requirements-dev.lock $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# What is done stands in a log of custody beside it, not in that of the account.
demo: export ALPHEUS_CUSTODY = $(CURDIR)/demo/custody.log
demo: $(STAMP)
	@rm -rf demo
	@$(BIN)/alpheus lab demo --scenario webshell
	@$(BIN)/alpheus triage demo/evidence -o demo/report
	@echo
	@echo "The report: $(CURDIR)/demo/report/report.html"

# The test internet is this machine's loopback device; it ends with the recipe, however that ends.
# Two runs: on a day, and thirteen days later at the same port, since a server is known by that too.
demo-exposure: $(STAMP)
	@rm -rf $@
	@mkdir $@
	@internet=; stop() { [ -z "$$internet" ] || { kill $$internet; wait $$internet; } 2>/dev/null; internet=; }; \
	trap stop EXIT; trap 'exit 130' INT; trap 'exit 143' HUP TERM; \
	port=0; \
	for day in 0 13; do \
		log=$@/internet-day-$$day.log; \
		$(BIN)/alpheus lab internet --mix march-2021 --day $$day --hosts $(SERVERS) --port $$port \
			--targets $@/targets.txt --scope-file $@/scope.yaml --truth $@/truth-day-$$day.jsonl \
			>$$log 2>&1 & internet=$$!; \
		until grep -qs '^ready' $$log; do \
			kill -0 $$internet 2>/dev/null || { cat $$log >&2; exit 1; }; sleep 0.1; \
		done; \
		sed 's/^/test internet: /' $$log; \
		port=$$(sed -n 's/^ready.* port //p' $$log); \
		$(BIN)/alpheus probe $@/targets.txt --scope $@/scope.yaml --timeout 10 --seed 1 \
			--format table -o $@/day-$$day || exit 1; \
		stop; \
	done; \
	$(BIN)/alpheus probe verify $@/day-0 $@/day-13 && \
	$(BIN)/alpheus probe report $@/day-0 $@/day-13 -o $@/report.html >$@/report.log
	@echo
	@echo "The report: $(CURDIR)/$@/report.html"

# History is March 2021: what is urgent is reckoned as of its end. Nothing is sent.
demo-campaign: $(STAMP)
	@rm -rf $@
	@mkdir $@
	@echo "A simulated country, with lists that others made of its servers:"
	@$(BIN)/alpheus lab country $@/country --organisations $(ORGANISATIONS) --seed $(SEED)
	@echo
	@echo "Who owns what, by public registers and a list of customers:"
	@$(BIN)/alpheus directory import $@/country/registers/* $@/country/lists/customers/*.csv \
		-o $@/directory 2>$@/directory.log || { cat $@/directory.log >&2; exit 1; }
	@sed -n '$$s/^alpheus: //p' $@/directory.log
	@echo
	@echo "All lists, results of probes and assessments into one database:"
	@find $@/country/lists -type f | LC_ALL=C sort >$@/lists.txt
	@xargs $(BIN)/alpheus case import --later --database $@/cases.db <$@/lists.txt \
		2>$@/import.log || { cat $@/import.log >&2; exit 1; }
	@echo "$$(wc -l <$@/lists.txt | tr -d ' ') files; what could not be read: $@/import.log"
	@$(BIN)/alpheus case rebuild --database $@/cases.db --directory $@/directory \
		--as-of 2021-04-01 2>&1
	@$(BIN)/alpheus campaign stats --database $@/cases.db --html $@/report.html \
		>$@/campaign.txt 2>$@/campaign.log || { cat $@/campaign.log >&2; exit 1; }
	@sed '/^CVE-/,$$d' $@/campaign.txt
	@echo "Who would be told what, if it were sent (whole: $@/notices.txt):"
	@$(BIN)/alpheus notify plan --dry-run --database $@/cases.db \
		--settings $(HERE)src/alpheus/notify/notify_example.yaml --omitted $@/omitted.csv \
		>$@/notices.txt 2>$@/notices.log || { cat $@/notices.log >&2; exit 1; }
	@sed '/^somebody has to/,$$d' $@/notices.txt
	@echo
	@PYTHONPATH=$(HERE) $(BIN)/python -m tools.score_country $@/country \
		--database $@/cases.db --json $@/score.json --worst 0
	@echo
	@echo "The report: $(CURDIR)/$@/report.html"

# The campaign is copied: what is done at the console leaves it as it was.
demo-console: $(STAMP)
	@PYTHONPATH=$(HERE) $(BIN)/python -m tools.demo_console.fits demo-campaign/cases.db || \
		$(MAKE) --no-print-directory -f $(HERE)Makefile demo-campaign
	@PYTHONPATH=$(HERE) $(BIN)/python -m tools.demo_console $@ --database demo-campaign/cases.db \
		--notify $(HERE)src/alpheus/notify/notify_example.yaml --port $(PORT)

test: lint types unit

lint: $(STAMP_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP_DEV)
	$(BIN)/mypy

unit: $(STAMP_DEV)
	$(BIN)/python -m pytest -n 3 --dist worksteal

format: $(STAMP_DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Every route, each time otherwise: EXAMPLES for each kind of input, by an administrator and an owner.
fuzz-api: $(STAMP_DEV)
	ALPHEUS_FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q $(HERE)tests/web/api/test_schema.py

docs: $(STAMP_DEV)
	$(BIN)/python tools/write_reference.py

lock: $(STAMP_DEV)
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock -c requirements.lock

bench: $(STAMP)
	@$(BENCH)

bench-prefilter bench-triage bench-archive bench-events bench-memory bench-packages bench-again bench-readers bench-start bench-indicators: bench-%: $(STAMP)
	@$(BENCH) $*

bench-webshell: $(STAMP)
	@$(BIN)/python -m tools.bench_webshell $(if $(CORPUS),--corpus "$(CORPUS)") $(if $(RULES),--rules $(RULES)) --rounds $(ROUNDS)

bench-exposure: $(STAMP)
	@$(BIN)/python -m tools.bench_exposure $(PARTS) --rounds $(ROUNDS) $(if $(HOSTS),--hosts $(HOSTS)) $(if $(AIOHTTP),--aiohttp "$(AIOHTTP)")

bench-clean: $(STAMP)
	@mkdir -p bench
	@$(BIN)/python -m tools.bench_clean --folder bench $(if $(FILES),--files $(FILES)) --rounds $(ROUNDS)

bench-hunt: $(STAMP_DEV)
	@$(BIN)/python -m tools.bench_hunt $(or $(FOLDER),bench/timelines) $(if $(TIMELINES),--timelines $(TIMELINES)) $(if $(ROWS),--rows $(ROWS))

bench-scale: $(STAMP_DEV)
	@$(BIN)/python -m tools.bench_scale $(if $(SIZES),--sizes $(SIZES)) $(if $(ROUNDS_OF_SCALE),--rounds $(ROUNDS_OF_SCALE)) $(if $(FLEET),--fleet $(FLEET))

torture: $(STAMP_DEV)
	@$(BIN)/python -m tools.torture $(if $(KILLS),--kills $(KILLS)) $(if $(SEED_OF_KILLS),--seed $(SEED_OF_KILLS))
	@$(BIN)/python -m tools.torture_campaign $(if $(FLEET),--packages $(FLEET)) $(if $(FLEET_FOLDER),--folder "$(FLEET_FOLDER)") $(if $(SEED_OF_KILLS),--seed $(SEED_OF_KILLS))

bench-cases: $(STAMP)
	@$(BIN)/python -m tools.bench_cases all $(if $(OBSERVATIONS),--observations $(OBSERVATIONS)) $(if $(CASES),--servers $(CASES)) $(if $(FOLDER),--folder "$(FOLDER)")

# A database that is there already is asked as it is; else it is filled, which takes minutes.
bench-console: $(STAMP)
	@mkdir -p bench
	@for place in $(or $(PLACES),bench/console.db postgresql); do \
		$(BIN)/python -m tools.bench_console $$place --workers $(or $(WORKERS),2) \
			$(if $(CASES),--servers $(CASES)) --seconds $(or $(SECONDS),60) \
			--soak $(or $(MINUTES),30) || exit 1; \
	done

clean:
	rm -rf $(VENV) demo demo-exposure demo-campaign demo-console .artefacts bench build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
