# Two commands matter: `make run` and `make test`.
PYTHON ?= python3
VENV := var/venv
BIN := $(VENV)/bin
PORT ?= 8000
SEED ?= $(shell date +%s)
# A file's tests stay together, in the order of the files. Tests often wait, so three share two cores.
BOTH_CORES := --dist loadfile --no-loadscope-reorder --numprocesses 3
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test check faults browsers texts bench pictures lock clean

$(VENV)/run: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/dev: requirements.txt requirements-dev.txt requirements-pg.txt | $(VENV)/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt -r requirements-pg.txt
	touch $@

run: export SITE_URL ?= http://localhost:$(PORT)
run: $(VENV)/run
	pwmigrate up
	flask --app app catalog
	@test -n "$$DATABASE_URL" || flask --app app demo
	@echo "Từng Nhà: http://localhost:$(PORT)"
	exec gunicorn --bind 0.0.0.0:$(PORT) -k gthread -w 2 --threads 4 --keep-alive 30 --no-control-socket app:app

test: $(VENV)/run $(VENV)/dev
	sh tests/browser/install.sh
	pytest $(BOTH_CORES) -m "not browser"
	pytest $(BOTH_CORES) -m "not browser" --database postgresql
	python -m pytest $(BOTH_CORES) -m browser -p tests.rerun

check: $(VENV)/run $(VENV)/dev
	ruff check .
	mypy
	pytest tests/standing

faults: export FAULTS_VISITS := 10000
faults: export FAULTS_SEED := 1 2 3
faults: export ROUNDS := 40
faults: export HOSTILE := full
faults: $(VENV)/run $(VENV)/dev
	sh tests/browser/install.sh
	pytest tests/faults
	pytest tests/faults --database postgresql
	pytest tests/hostile --hypothesis-seed=$(SEED)
	pytest tests/browser/test_killed_at_any_moment.py

# Firefox and WebKitGTK where they are installed: apt-get install firefox-esr webkit2gtk-driver xvfb
browsers: export ENGINES := 1
browsers: $(VENV)/run $(VENV)/dev
	sh tests/browser/install.sh
	pytest tests/browser/test_old_browsers.py tests/browser/test_other_engines.py

texts: export PYTHONPATH := .
texts: $(VENV)/run
	pybabel -q extract -F pyproject.toml --no-location -o var/messages.pot teamapp
	pybabel -q update -i var/messages.pot -d teamapp/translations -N --ignore-obsolete --no-wrap --omit-header

bench: $(VENV)/run $(VENV)/dev
	sh tests/browser/install.sh
	python -m bench

pictures: $(VENV)/run $(VENV)/dev
	sh tests/browser/install.sh
	python docs/pictures/take.py

lock: $(VENV)/dev
	for name in requirements requirements-dev requirements-pg; do \
	  pip-compile --quiet --generate-hashes --strip-extras --no-emit-index-url \
	    --no-emit-find-links --output-file $$name.txt $$name.in; done

clean:
	rm -rf var
