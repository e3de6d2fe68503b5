package sourcing

import (
	"hash/fnv"
	"slices"
	"strings"
)

// An offer is found among a million by keys: what it is, alone and together with one or two of the other things that its
// title says. Of a title that is looked for, the keys of three are tried first: they have few offers, and near ones.

const (
	maxAnchors = 2 // things that a title is filed under
	maxBeside  = 4 // other terms that keys are made with
)

// Keys are the keys of a title, those of the most terms first. The same title in another language has most of the same.
func Keys(title string) []int64 {
	anchors, beside := filed(termsOf(title))
	var out []int64
	for size := 2; size >= 0; size-- {
		for _, a := range anchors {
			out = appendKeys(out, a, beside, size)
		}
	}
	return out
}

// filed parts terms into those that a title is filed under and those beside: the heaviest first.
func filed(terms []term) (anchors, beside []term) {
	terms = slices.Clone(terms)
	slices.SortStableFunc(terms, func(a, b term) int { return weights[b.kind] - weights[a.kind] })
	for _, t := range terms {
		if t.kind == thing && len(anchors) < maxAnchors {
			anchors = append(anchors, t)
		}
	}
	for _, t := range terms {
		switch {
		case slices.Contains(anchors, t):
		case t.kind == model, len(anchors) == 0:
			anchors = append(anchors, t)
		case len(beside) < maxBeside:
			beside = append(beside, t)
		}
	}
	return anchors[:min(len(anchors), maxAnchors+1)], beside
}

// appendKeys adds the keys of a term with every so many of the others.
func appendKeys(out []int64, a term, beside []term, size int) []int64 {
	switch size {
	case 0:
		return append(out, key(a.key()))
	case 1:
		for _, b := range beside {
			out = append(out, key(a.key(), b.key()))
		}
	default:
		for i, b := range beside {
			for _, c := range beside[i+1:] {
				out = append(out, key(a.key(), b.key(), c.key()))
			}
		}
	}
	return out
}

func key(parts ...string) int64 {
	slices.Sort(parts)
	h := fnv.New64a()
	h.Write([]byte(strings.Join(parts, "\x00")))
	return int64(h.Sum64())
}
