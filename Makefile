# Lianxin 连心. `make run` shows the demo city, `make test` proves the house.
SHELL := /bin/sh
BIN := .venv/bin
WORKERS ?= 2

.PHONY: help setup setup-test run test check tests soak bench docs lock clean

help: ## show what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: .venv/.ready node_modules/.ready ## install what running needs

setup-test: setup .venv/.ready-test ## install what testing needs
	@sh setup/system.sh test

.venv/.ready: requirements.lock pyproject.toml setup/python.sh setup/system.sh
	@sh setup/system.sh run
	@sh setup/python.sh requirements.lock
	@touch $@

.venv/.ready-test: requirements-test.lock .venv/.ready
	@sh setup/python.sh requirements-test.lock
	@touch $@

node_modules/.ready: package.json package-lock.json setup/browser.sh .venv/.ready
	@sh setup/browser.sh
	@touch $@

run: setup ## the living demo city at http://localhost:12345
	$(BIN)/lianxin run --demo

test: setup-test check tests ## everything: check, tests, and the tests of the database on PostgreSQL 15

check: setup-test ## format, lint, types, the house's own properties
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/house

tests:
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "not soak" --ignore tests/house
	@sh setup/older.sh $(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "database and not soak"

soak: setup-test ## the large numbers, half an hour; writes docs/proofs.md
	$(BIN)/python tests/soak.py

bench: setup ## measure everything, see docs/benchmarks.md
	$(BIN)/lianxin bench

docs: setup ## draw the pages of the manual that come from the code
	$(BIN)/lianxin manual

lock: setup-test ## resolve the dependencies anew
	@sh setup/lock.sh

clean: ## remove what was installed here; no data is touched
	rm -rf .venv node_modules .setup build *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
