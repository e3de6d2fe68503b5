package insight

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

func someFacts(r *rand.Rand, n int) (out []Fact) {
	for range n {
		out = append(out, Fact{Kind: Kind(1 + r.IntN(int(kinds)-1)), At: r.Int64N(400*86400) - 86400, Situation: []string{"", "a", "b"}[r.IntN(3)], Supplier: strconv.Itoa(r.IntN(4)), N: r.Int64N(5) - 2, M: r.Int64N(2)})
	}
	return out
}

// TestDiffs: changes put to their pages in any order, and in any number of bodies, come to what stands in the end.
func TestDiffs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for range 200 {
		var bodies [][]byte
		var was []Fact
		for range 1 + r.IntN(6) {
			is := append(someFacts(r, r.IntN(6)), was[:r.IntN(len(was)+1)]...)
			bodies = append(bodies, Encode(Diff(was, is)))
			was = is
		}
		r.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		pages, err := Pages(slices.Concat(bodies...))
		if err != nil {
			t.Fatal(err)
		}
		left := map[Fact]int64{}
		for _, f := range was {
			left[f]++
		}
		for p, facts := range pages {
			body, err := Merge(nil, facts)
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range back {
				if PageOf(&f.Fact) != p {
					t.Fatalf("%+v stands on %+v", f, p)
				}
				left[f.Fact] -= f.Weight
			}
		}
		for f, n := range left {
			if n != 0 {
				t.Fatalf("%+v is %d too few", f, n)
			}
		}
	}
}

// TestDamaged: bytes that were cut or changed are refused, or read, and nothing else happens.
func TestDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	var facts []Weighed
	for _, f := range someFacts(r, 40) {
		facts = append(facts, Weighed{f, 1})
	}
	body := Encode(facts)
	for i := range len(body) - 1 {
		if _, err := Decode(body[:i+1]); err == nil {
			t.Fatalf("%d of %d bytes are taken for all", i+1, len(body))
		}
	}
	for range 5000 {
		bad := slices.Clone(body)
		bad[r.IntN(len(bad))] ^= byte(1 << r.IntN(8))
		_, _ = Decode(bad)
		_ = NewCounting(Query{}).Add(bad)
	}
}

// TestClaims: three problems in three orders stand out of a shop where few have any; one in one does not, nor does anybody
// where all complain.
func TestClaims(t *testing.T) {
	if s := sure(3, 3); math.Abs(s-.4385) > .001 {
		t.Errorf("of 3 in 3 %v is sure", s)
	}
	if sure(0, 0) != 0 || sure(5, 0) != 0 {
		t.Error("of nothing something is sure")
	}
	var c claimed
	for i := range int64(300) {
		buyer := 100 + i
		if i < 4 {
			buyer = 7
		}
		c.order(i, buyer, 1)
		if i < 4 || i == 50 {
			c.claim(i, strconv.Itoa(int(i)), 1)
		}
	}
	out := c.report()
	if out.Orders != 300 || out.Claimed != 5 || len(out.Unusual) != 1 || len(out.Unusual[0].Claimed) != 4 {
		t.Errorf("%+v", out)
	}
	for i := range int64(300) {
		c.claim(i, strconv.Itoa(int(i)), 1)
	}
	if out := c.report(); len(out.Unusual) != 0 {
		t.Errorf("where all complain %+v stands out", out.Unusual)
	}
}
