# make test   everything that must hold, on a clean checkout
# make fuzz   every parser for a while (FUZZTIME=1m)
# make bench  the figures of docs/performance.md
.PHONY: test vet fuzz bench

FUZZTIME ?= 20s

test: vet
	go test -timeout 20m ./...
	go test -timeout 20m -count=1 -run '^Test(Invariants|Duplicates|Pure|Walker|FactsCommute)$$' ./decide -rapid.checks=2000

vet:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "gofmt would change: $$bad"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

fuzz:
	@go test -list '^Fuzz' ./... | awk '/^Fuzz/ {f[n++]=$$1} /^ok/ {for (i=0; i<n; i++) print f[i], $$2; n=0}' | \
	while read -r target package; do echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; done

bench:
	go run ./bench
