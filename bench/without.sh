#!/bin/sh
# What a part of the desk costs: the same benchmark with it and without it, in turns, so that what else the machine does falls
# on both. Run from the root of the project:
#
#   sh bench/without.sh post [rounds [bench's flags]]      # the postings of the books
#   sh bench/without.sh notice 5 -run handle-told # what webhooks are told (of a shop that has one)
#
# The part is a method of the desk's group that gives nothing back. It is left out by a file laid over its source for one build;
# nothing in the project knows of it.
set -eu
part=${1:?which method of the group: post or notice}
rounds=${2:-3}
shift; [ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- -run handle-sqlite
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
file=$(grep -l "^func (g \*group) $part(" desk/*.go)
sed "s/^func (g \*group) $part(.*{\$/&\n\tif true {\n\t\treturn\n\t}/" "$file" > "$tmp/without.go"
cmp -s "$file" "$tmp/without.go" && { echo "there is no method $part to leave out" >&2; exit 1; }
printf '{"Replace": {"%s": "%s"}}\n' "$PWD/$file" "$tmp/without.go" > "$tmp/overlay.json"
go build -o "$tmp/with" ./bench
go build -overlay "$tmp/overlay.json" -o "$tmp/without" ./bench
n=0
while [ "$n" -lt "$rounds" ]; do
	n=$((n + 1))
	for which in with without; do
		echo "round $n, $which $part:"
		"$tmp/$which" "$@"
	done
done
