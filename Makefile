# All tasks of this project. `make` without a target lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The number of parallel jobs. Two jobs fit the smallest machine that builds this project.
JOBS ?= 2
CARGO := cargo
PREFIX ?= /usr/local
export CARGO_BUILD_JOBS := $(JOBS)
export RUST_TEST_THREADS := $(JOBS)

SCRIPTS := .ci/run bindings/c/install bindings/go/test packages/build packages/check packages/runtimes packages/tools python/check-wheel python/environment python/test tests/setup tests/within tools/docs/mdbook tests/scenarios/check tests/article/demo tests/article/walkthrough

.PHONY: help build man c install demo test fuzz soak bench bench-bindings bindgen lint prose docs deny clean python node node-tools packages

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 12

build: ## build the ocigraph command: target/release/ocigraph
	$(CARGO) build --release --locked -p ocigraph-cli

man: build ## write the manual pages of all commands: target/man/*.1
	rm -rf target/man
	target/release/ocigraph man --output target/man

c: ## build the library for C, C++ and Go: target/release/libocigraph_c.so and .a
	$(CARGO) build --release --locked -p ocigraph-c

install: ## install what `make c` built: the library, its headers and ocigraph.pc; PREFIX=/usr/local DESTDIR=
	bindings/c/install target/release '$(PREFIX)' '$(DESTDIR)'

demo: build ## run the walkthrough of the article on an image layout, without a server
	tests/article/demo

test: node-tools ## install the tools of the tests, build, and run all tests
	env=$$(tests/setup --env) && eval "$$env" && \
	export OCIGRAPH_SCENARIOS='$(CURDIR)/target/scenarios' && rm -rf "$$OCIGRAPH_SCENARIOS" && \
	$(CARGO) build --locked --workspace --all-targets && \
	$(CARGO) test --locked --workspace && \
	$(CARGO) test --locked -p ocigraph --no-default-features --test custom_store --test features && \
	$(CARGO) test --locked -p ocigraph --no-default-features --features layout --test features && \
	bindings/go/test target/debug && \
	node node/scripts/stage.js debug && (cd node && npm test) && \
	python/test && \
	tests/scenarios/check

FUZZ_SECONDS ?= 300
fuzz: ## run each fuzz target for FUZZ_SECONDS=300
	export BOLERO_RANDOM_TEST_TIME_MS=$$(($(FUZZ_SECONDS) * 1000)) OCIGRAPH_TEST_SECONDS=0 && \
	$(CARGO) test --locked -p ocigraph-sha256 --lib fuzz:: -- --nocapture && \
	$(CARGO) test --locked -p ocigraph-template --lib fuzz:: -- --nocapture && \
	$(CARGO) test --locked -p ocigraph --lib fuzz:: -- --nocapture && \
	$(CARGO) test --locked -p ocigraph-suite --test fuzz -- --nocapture

SECONDS ?= 3600
soak: ## run random operations, kill their processes, and check the result; SECONDS=3600 SEED=
	env=$$(tests/setup --env) && eval "$$env" && \
	$(CARGO) build --locked -p ocigraph-cli && \
	export OCIGRAPH_SOAK_SECONDS='$(SECONDS)' OCIGRAPH_SOAK_SEED='$(SEED)' && \
	export OCIGRAPH_TEST_SECONDS=$$(($(SECONDS) + 1800)) && \
	$(CARGO) test --locked -p ocigraph-suite --test soak -- --nocapture --include-ignored

bench: ## compare the speed of the command with oras, regctl, crane, cosign and openssl; ROWS=push,pull for some rows, RUNS=5 for more runs
	@for program in time openssl; do \
	[ -x /usr/bin/$$program ] || { echo "make bench: /usr/bin/$$program is missing; install it with: apt-get install $$program" >&2; exit 1; }; done
	env=$$(tests/setup --env) && eval "$$env" && \
	$(CARGO) build --release --locked -p ocigraph-cli && \
	$(CARGO) bench --locked -q -p ocigraph-suite --bench peers && \
	$(CARGO) bench --locked -q -p ocigraph-suite --bench stalled

bench-bindings: c ## compare the speed of calls from C and Go with calls from Rust
	$(CARGO) build --release --locked -p ocigraph-fixture
	$(CARGO) bench --locked -q -p ocigraph-c --bench overhead

bindgen: ## write the options, results and operations of every language from the source of the core
	$(CARGO) run --locked -q -p ocigraph-bindgen

lint: node-tools prose docs ## check that every language has every operation and option, format, lints, scripts, documentation, links, wording and spelling
	@$(CARGO) fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@$(CARGO) clippy --version >/dev/null 2>&1 || rustup component add clippy
	$(CARGO) fmt --all --check
	$(CARGO) run --locked -q -p ocigraph-bindgen -- --check
	$(CARGO) test --locked -q -p ocigraph-bindgen
	$(CARGO) test --locked -q -p ocigraph-cli --lib flags
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	tests/layers
	for features in '' layout archive registry,rustls-ring; do $(CARGO) clippy --locked -q -p ocigraph --no-default-features --features "$$features" -- -D warnings; done
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps
	badly_formatted=$$(gofmt -l tests/registries bindings/go examples/go) && \
	{ [ -z "$$badly_formatted" ] || { echo "gofmt -w is needed for: $$badly_formatted" >&2; exit 1; }; }
	cd tests/registries && go mod tidy -diff && go vet ./...
	cd bindings/go && go mod tidy -diff
	cd node && npm run --silent lint
	python=$$(python/environment) && cd python && "$$python" -m ruff check && "$$python" -m ruff format --check
	for script in $(SCRIPTS); do bash -n "$$script"; done
	if command -v shellcheck >/dev/null; then shellcheck $(SCRIPTS); fi

prose: ## check the wording and the spelling of all texts: STYLE.md
	tests/prose
	python=$$(python/environment) && "$$(dirname "$$python")/typos"

.PHONY: docs
docs: ## build the site of the documentation, and check all links: target/docs/index.html
	mdbook=$$(tools/docs/mdbook) && "$$mdbook" build docs
	tests/links target/docs

# maturin first looks for a Cargo.toml beside pyproject.toml. Its message that none exists is harmless.
python: ## build the wheel and the source distribution of the Python package, and test the wheel: python/dist
	python=$$(python/environment) && cd python && rm -rf dist && \
	"$$python" -m maturin build --release --locked --out dist && "$$python" -m maturin sdist --out dist && \
	./check-wheel

node: node-tools ## pack the npm package and the package for this platform: node/dist/*.tgz
	$(CARGO) build --release --locked -p ocigraph-node -p ocigraph-cli
	node node/scripts/stage.js release
	node node/scripts/pack.js

PACKAGES := cli system c python node source attestations
packages: $(PACKAGES:%=packages-%) ## build the packages of every platform by cross-compilation, and check those that run here: dist; packages-cli and so on for one list

packages-%:
	packages/build $*
	packages/check $*

# Installs the development dependencies of the npm package at the versions of its lock file.
node-tools:
	cd node && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --prefer-offline --no-audit --no-fund; }

deny: ## check licences, advisories and banned crates (needs cargo-deny)
	@cargo deny --version >/dev/null 2>&1 || { echo 'make deny: cargo-deny is missing; install it with: cargo install --locked cargo-deny' >&2; exit 1; }
	$(CARGO) deny --locked check

clean: ## remove build results; keeps the cached tools of the tests
	$(CARGO) clean
