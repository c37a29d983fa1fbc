# Every target sets up what it needs: a virtual environment with the pinned packages.
# On Linux, torch from PyPI brings CUDA; for the CPU build give pip another index:
#   make site PIP_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu"

PYTHON ?= python3
PIP_ARGS ?=
BIN := .venv/bin
# Of what pip installs only python is called: all else begins with the path that it was made at.
# `env`, so that make starts python without a shell between them, which TERM would end alone.
RUN := env PYTHONPATH=scripts OMP_NUM_THREADS=1 $(BIN)/python
WHICH := 'import sys; print(sys.base_prefix, sys.version)'

.PHONY: asked site serve lesson test audit bench check measure drift identifiers reproducible mutants clean

site: .venv/ready
	@$(RUN) scripts/website.py

serve: .venv/ready
	@$(RUN) scripts/serve.py $(ARGS)

lesson: .venv/ready
	@$(RUN) scripts/lessons.py $(NAME)

test: .venv/ready
	@$(RUN) -m pytest -n auto --dist loadgroup $(ARGS)

audit: site
	@$(RUN) scripts/audit.py

bench: .venv/ready
	@$(RUN) scripts/bench.py $(ARGS)

check: .venv/ready
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

measure: .venv/ready
	@$(RUN) scripts/departures.py

drift: .venv/ready
	@$(RUN) scripts/departures.py --drift

identifiers: .venv/ready
	@$(RUN) scripts/publish.py

reproducible: .venv/ready
	@$(RUN) scripts/reproducible.py $(ARGS)

mutants: .venv/ready
	@$(RUN) scripts/mutants.py $(ARGS)

clean:
	rm -rf .venv .cache generated site

asked:  # for another PYTHON than .venv was made with?
ifneq ($(origin PYTHON),file)
	@[ ! -e .venv/ready ] || [ "$$($(PYTHON) -c $(WHICH))" = "$$($(BIN)/python -c $(WHICH))" ] || \
	  { echo ".venv was made with another Python than $(PYTHON): run \`make clean\` first" >&2; exit 1; }
endif

.venv/ready: requirements.txt | asked
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r requirements.txt
	@touch $@
