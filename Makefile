# Everything a person types. `make` alone prints this list.
#
#   DATA=folder     the data folder of `make run` (default: the program's own)
#   LISTEN=addr     where `make run` listens (default: the program's own)
#   KEEP=folder     where `make bench-national` keeps its set, to be used again (default: nowhere)
#   PEERS='a=url'   other servers on the same database that `make bench-national` measures beside

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # the page goes into the binary, and nothing starts before setup
MAKEFLAGS += --no-print-directory

# The version is given by hand below, and a checkout that belongs to another user has none to offer.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD := go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
STEP := .ci/step
FORMAT := sh -c 'bad=$$(gofmt -l cmd geo tiles handlers migrations web/*.go) || exit; test -z "$$bad" || { echo "gofmt -w $$bad"; exit 1; }'

# All that goes into the page; its tests do not.
PAGE := $(shell find web -type f \( -path 'web/src/*' -o -path 'web/public/*' \)) \
	$(wildcard web/*.html web/*.ts web/*.json)

.PHONY: help
help: ## print this list
	@echo 'Patok: a city map of places, from PostGIS to the phone.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  DATA=folder and LISTEN=address go to make run. The program itself: bin/patok --help'

.PHONY: run
run: setup build ## install what is missing, build, and serve the demo city on http://127.0.0.1:8080
	@bin/patok demo --unless-real $(if $(DATA),--data-dir '$(DATA)')
	@exec bin/patok serve $(if $(DATA),--data-dir '$(DATA)') $(if $(LISTEN),--listen '$(LISTEN)')

.PHONY: build
build: web/dist/index.html binaries ## build bin/patok, the page inside it, and bin/patok-bench

.PHONY: binaries
binaries:
	@mkdir -p bin
	$(BUILD) -o bin/ ./cmd/patok ./cmd/patok-bench

web/node_modules/.patok-installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# .gitkeep is what Go embeds before the page is built; the page's build empties the folder.
web/dist/index.html: web/node_modules/.patok-installed $(PAGE)
	cd web && npm run build
	@touch web/dist/.gitkeep $@

.PHONY: setup setup-test
setup: ## install what the machine lacks to run Patok, or print the command
	@.ci/setup run

setup-test:
	@.ci/setup test

.PHONY: test
test: setup-test ## run every test, as .ci/run does
	@$(STEP) 'Go: format' $(FORMAT)
	@$(STEP) 'Go: build' go build ./...
	@$(STEP) 'Go: vet' go vet ./...
	@$(STEP) 'page: packages' $(MAKE) web/node_modules/.patok-installed
	@$(STEP) 'page: types' npm --prefix web run check
	@$(STEP) 'page: unit tests' npm --prefix web run --if-present test
	@$(STEP) 'Go: tests' go test -race -timeout 20m ./...
	@$(STEP) 'Go: fuzz' .ci/fuzz
	@$(STEP) 'build' $(MAKE) build
	@$(STEP) 'page: end-to-end tests' npm --prefix web run e2e

.PHONY: setup-bench
setup-bench:
	@.ci/setup bench

.PHONY: bench-national
bench-national: setup-bench build ## load the national set and write the report (KEEP=folder, PEERS='name=url …')
	bin/patok-bench national --out cmd/patok-bench/results $(if $(KEEP),--keep '$(KEEP)') $(foreach peer,$(PEERS),--peer '$(peer)')

.PHONY: bench
bench: setup build ## run the Go benchmarks and patok-bench (beside PostGIS)
	go test -run '^$$' -bench . -benchmem ./...
	bin/patok-bench

.PHONY: lint
lint: web/node_modules/.patok-installed ## gofmt, go vet, staticcheck, and the page's linter
	@$(FORMAT)
	go vet ./...
	go run $(STATICCHECK) ./...
	npm --prefix web run check
	npm --prefix web run --if-present lint

.PHONY: clean
clean: ## remove what the build made (never data)
	rm -rf bin web/node_modules
	find web/dist -mindepth 1 ! -name .gitkeep -delete
