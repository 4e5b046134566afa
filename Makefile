# make demo · make test · make check · make bench · make gen: each installs what is missing and runs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check audit bench gen web

# One profile (dev: dependencies optimised) serves demo, tests and checks; release serves benchmarks and shipping.
CARGO := cargo
DEMO ?= demo/wuhua.gpkg
BIND ?= 127.0.0.1:8090
BIN := target/debug/boundstone
PACKAGES := libgdal-dev gdal-bin libproj-dev libsqlite3-dev pkg-config cmake g++ libclang-dev fonts-noto-cjk
BROWSER_PACKAGES := chromium fonts-noto-cjk
step = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: target/.system web ## make the demo district, start the server on this machine and print its address
	$(call step,building boundstone (the first time takes some minutes))
	$(CARGO) build --bin boundstone
	$(BIN) demo --register $(DEMO)
	$(BIN) serve $(DEMO) --bind $(BIND) --show internal --demo

test: target/.system target/.browser web ## Rust tests, front-end unit tests, browser tests
	$(call step,Rust tests)
	$(CARGO) test --locked
	$(call step,front-end unit tests)
	cd web && npm run --silent test
	$(call step,browser tests)
	cd web && BOUNDSTONE_BIN=$(CURDIR)/$(BIN) npm run --silent e2e

check: target/.system web target/.cargo-deny ## formatting, clippy, docs, eslint, vue-tsc, cargo deny
	$(call step,formatting)
	$(CARGO) fmt --check
	$(call step,clippy)
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(call step,documentation)
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --lib
	$(call step,eslint and vue-tsc)
	cd web && npm run --silent lint && npm run --silent typecheck
	$(call step,licences and advisories)
	PATH="$(CURDIR)/target/tools/bin:$$PATH" $(CARGO) deny --locked check bans licenses sources
	python3 data/licenses.py --check

audit: target/.cargo-deny ## known vulnerabilities of what is linked in (needs the internet)
	PATH="$(CURDIR)/target/tools/bin:$$PATH" $(CARGO) deny --locked check advisories

bench: target/.system ## speed promises against peers; ONLY=name for some; writes target/bench.json
	$(CARGO) bench --locked --bench promises -- $(ONLY)

gen: ## write generated files anew (data/licenses.json)
	$(call step,third parties and their licences)
	python3 data/licenses.py

web: web/dist/index.html ## build the page that the binary carries

web/node_modules/.installed: web/package.json web/package-lock.json
	$(call step,front-end packages)
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.installed $(shell find web/src web/index.html web/vite.config.ts tiles/style tiles/sprites -type f 2>/dev/null)
	$(call step,front end)
	cd web && npm run --silent build
	@touch $@

# System libraries: installed only where one is missing, with sudo where we are not root.
target/.system:
	@mkdir -p target
	@$(call install,$(PACKAGES))
	@touch $@

target/.browser:
	@mkdir -p target
	@$(call install,$(BROWSER_PACKAGES))
	@touch $@

target/.cargo-deny:
	$(call step,cargo-deny (once, some minutes))
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked --quiet --root target/tools cargo-deny
	@touch $@

define install
missing=""; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
if [ -n "$$missing" ]; then \
  printf '\n\033[1m== installing%s\033[0m\n' "$$missing"; \
  sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >target/apt.log || { tail -5 target/apt.log; exit 1; }; \
fi
endef
