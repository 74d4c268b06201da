# Everything that is done with this repository. `make demo` and `make test` need no more than Go (and a C compiler for the race
# detector); `make test-engines` and `make bench` make themselves a Python environment. For Spark the former also needs Java 17, and mvn,
# with which its jars and Trino are fetched.

GO          ?= go
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 10s
PLATFORMS   ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
BUILD        = CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.release=$(VERSION)'

.PHONY: build demo demo-minio test test-engines engines-doc bench lint cross fuzz clean

build: ## bin/tablectl, static and stripped
	$(BUILD) -o bin/tablectl ./cmd/tablectl

demo: ## publish, look, roll back, in a temporary directory
	$(GO) run ./internal/demo

demo-minio: ## the same against a MinIO that is built and started for it
	$(GO) run ./internal/demo -minio

test: ## unit tests, command-line scripts, both S3 servers, with the race detector
	$(GO) test -race -timeout 30m ./...

test-engines: ## the engines of docs/engines.md read what tablectl wrote
	$(GO) test -tags engines -count=1 -timeout 40m ./internal/engines/...

engines-doc: ## docs/engines.md, as the engines are found
	$(GO) test -tags engines -count=1 -timeout 20m -run '^TestMatrix$$' ./internal/engines -args -update

bench: ## against DuckDB and delta-rs; see bench/README.md
	$(GO) run ./bench $(BENCH)

lint: ## gofmt, vet, staticcheck
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags engines ./...
	$(GO) run $(STATICCHECK) -tags engines ./...

cross: ## every platform compiles
	@set -e; for p in $(PLATFORMS); do echo "build $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 $(GO) build -trimpath -o /dev/null ./cmd/tablectl; done

fuzz: ## every fuzz target for FUZZTIME
	@set -e; for pkg in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "fuzz $$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

clean: ## what was built here
	rm -rf bin
