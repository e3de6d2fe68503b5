# make test   everything that must hold, on a clean checkout
# make runs   acts through everything that can go wrong, 1,000 for each connector (RUNS=1000)
# make fuzz   every parser for a while (FUZZTIME=1m)
# make bench  the figures of docs/performance.md
# make deps   what the tests need besides Go, from Debian: nothing when it is there
.PHONY: test vet deps runs fuzz bench

FUZZTIME ?= 20s

# Packages are begun in the order in which they are named: the longest first, so that nothing waits for them at the end.
LONGEST = ./web ./cmd/recourse ./hub ./replay

# What deps may not install, the tests that need it ask for themselves, by failing: the others need not wait for it.
test: vet
	-@$(MAKE) --no-print-directory deps
	go test -timeout 60m $(LONGEST) ./...
	go test -timeout 60m -count=1 -run '^Test(Invariants|Duplicates|Pure|Walker|FactsCommute)$$' ./decide -rapid.checks=2000
	@seed=$$(date +%s); echo "10,000 histories against the guard, from seed $$seed"; \
	go test -timeout 60m -count=1 -run '^Test(Guard|Ledger)$$' ./decide -rapid.checks=10000 -rapid.seed=$$seed

vet:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "gofmt would change: $$bad"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

# Debian's postgresql makes a cluster and starts it, which nobody here asked for: it is told not to, for this once.
NO_CLUSTER = /etc/postgresql-common/createcluster.d/recourse.conf

deps:
	@missing=; \
	{ ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; } >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v ffmpeg >/dev/null || missing="$$missing ffmpeg"; \
	{ command -v heif-dec || command -v heif-convert; } >/dev/null 2>&1 || missing="$$missing libheif-examples"; \
	ls /usr/share/fonts/*/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || missing="$$missing fonts-noto-cjk"; \
	[ -n "$$missing" ] || exit 0; \
	sudo="sudo -n"; [ "$$(id -u)" != 0 ] || sudo=; \
	if ! command -v apt-get >/dev/null || ! $$sudo true 2>/dev/null; then \
		echo "make deps: the tests need$$missing, and installing it takes apt-get and root, or sudo without a password: install it yourself, or set RECOURSE_NO_POSTGRES=1 to leave out the tests that need PostgreSQL."; exit 1; fi; \
	$$sudo sh -ec 'export DEBIAN_FRONTEND=noninteractive; apt-get update -q; \
		mkdir -p $(dir $(NO_CLUSTER)); trap "rm -f $(NO_CLUSTER)" EXIT; echo "create_main_cluster = false" >$(NO_CLUSTER); \
		apt-get install -qy --no-install-recommends "$$@"' deps $$missing

RUNS ?= 1000

runs:
	RECOURSE_RUNS=$(RUNS) RECOURSE_MUTANTS=1 go test -count=1 -timeout 120m -v -run '^Test(Runs|Faults|Random|Mutants|OneRefund)$$' ./effect/... ./web

fuzz:
	@go test -list '^Fuzz' ./... | awk '/^Fuzz/ {f[n++]=$$1} /^ok/ {for (i=0; i<n; i++) print f[i], $$2; n=0}' | \
	while read -r target package; do echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; done

bench:
	go run ./bench
