package store_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse"
	"recourse/store"
)

func piece(order, id, file string, hash uint64) store.Evidence {
	return store.Evidence{Merchant: "shop", Order: order, Case: id, File: strings.Repeat(file, 64)[:64], Kind: "photo", Type: "image/jpeg", Bytes: 1234, Width: 800, Height: 600, Taken: noon.UTC().Truncate(time.Microsecond),
		Shown: true, Scan: store.ScanClean, From: recourse.PartyBuyer, By: "case-page", Name: "vase «1».jpg", Text: "voilà", At: noon.UTC().Truncate(time.Second), Hash: hash}
}

func TestEvidence(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		a, b := piece("1001", "1001-1", "a", 1<<63|5), piece("1001", "1001-2", "b", 0)
		b.Kind, b.Played, b.Shown, b.Taken, b.Scan = "video", true, false, time.Time{}, store.ScanWaiting
		c := piece("1002", "1002-1", "a", 1<<63|5)
		of := piece("1001", "1001-1", "a", 7)
		of.Merchant, of.Name = "other", "theirs"
		for range 2 { // again, it changes nothing
			write(t, s, func(tx *store.Tx) error { return tx.PutEvidence(a, b, c, of) })
		}
		again := a
		again.Name = "another name"
		write(t, s, func(tx *store.Tx) error { return tx.PutEvidence(again) })
		read(t, s, func(tx *store.Tx) error {
			order, err := tx.EvidenceOfOrder(store.Key{Merchant: "shop", Order: "1001"})
			if err != nil {
				return err
			}
			if d := cmp.Diff([]store.Evidence{a, b}, order); d != "" {
				t.Error(d)
			}
			one, err := tx.EvidenceOfCase("shop", "1001-2")
			if d := cmp.Diff([]store.Evidence{b}, one); d != "" || err != nil {
				t.Error(d, err)
			}
			if n, err := tx.CountEvidence("shop", "1001-1"); n != 1 || err != nil {
				t.Error(n, err)
			}
			all, err := tx.EvidenceFile("shop", a.File)
			if err != nil || len(all) != 2 {
				t.Error(all, err)
			}
			if _, err := tx.EvidenceFile("nobody", a.File); recourse.CodeOf(err) != "evidence_missing" {
				t.Error(err)
			}
			if files, err := tx.EvidenceToScan("shop", 10); !slices.Equal(files, []string{b.File}) || err != nil {
				t.Error(files, err)
			}
			if none, err := tx.UnknownEvidence("shop", []string{a.File, "x", b.File}); !slices.Equal(none, []string{"x"}) || err != nil {
				t.Error(none, err)
			}
			return nil
		})
		write(t, s, func(tx *store.Tx) error { return tx.SetEvidenceScan("shop", b.File, store.ScanInfected) })
		read(t, s, func(tx *store.Tx) error {
			// What the scanner found something in is not kept for the row's sake.
			if none, err := tx.UnknownEvidence("shop", []string{b.File}); len(none) != 1 || err != nil {
				t.Error(none, err)
			}
			return nil
		})
	})
}

// TestEraseEvidence: with the person goes what they sent.
func TestEraseEvidence(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		a, b, c := piece("1001", "1001-1", "a", 5), piece("1001", "", "b", 9), piece("1002", "1002-1", "a", 5)
		write(t, s, func(tx *store.Tx) error { return tx.PutEvidence(a, b, c) })
		write(t, s, func(tx *store.Tx) error { return tx.Erase(key, time.Now()) })
		read(t, s, func(tx *store.Tx) error {
			if left, err := tx.EvidenceOfOrder(key); len(left) != 0 || err != nil {
				t.Error(left, err)
			}
			// The file that another buyer sent too stays.
			if none, err := tx.UnknownEvidence("shop", []string{a.File, b.File}); !slices.Equal(none, []string{b.File}) || err != nil {
				t.Error(none, err)
			}
			return nil
		})
	})
}

// turned is a hash with some bits turned, spread as badly as can be.
func turned(h uint64, places ...int) uint64 {
	for _, p := range places {
		h ^= 1 << p
	}
	return h
}

func TestNearEvidence(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		const h = 0x9d3c_55aa_7f01_e36b
		me := piece("1", "1-1", "a", h)
		seven, eight := []int{0, 1, 16, 17, 32, 33, 48}, []int{0, 1, 2, 3, 4, 16, 17, 32}
		all := []store.Evidence{me,
			piece("2", "2-1", "b", h), piece("3", "3-1", "c", turned(h, seven...)), piece("4", "4-1", "d", turned(h, eight...)), piece("5", "5-1", "e", turned(h, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
			piece("6", "6-1", "f", 0), piece("1", "1-2", "1", turned(h, 63)), piece("7", "7-1", "a", h), piece("7", "7-1", "2", turned(h, 5)),
		}
		other := piece("8", "8-1", "3", h)
		other.Merchant = "other"
		write(t, s, func(tx *store.Tx) error { return tx.PutEvidence(append(all, other)...) })
		read(t, s, func(tx *store.Tx) error {
			near, err := tx.NearEvidence(&me, 10)
			want := []store.Near{{Order: "7", Case: "7-1", Same: true}, {Order: "2", Case: "2-1"}, {Order: "1", Case: "1-2", Distance: 1}, {Order: "3", Case: "3-1", Distance: 7}, {Order: "4", Case: "4-1", Distance: 8}}
			if d := cmp.Diff(want, near); d != "" || err != nil {
				t.Error(d, err)
			}
			if near, err := tx.NearEvidence(&me, 2); len(near) != 2 || err != nil {
				t.Error(near, err)
			}
			plain := piece("6", "6-1", "f", 0)
			if near, err := tx.NearEvidence(&plain, 10); len(near) != 0 || err != nil {
				t.Error("a plain picture is near to", near, err)
			}
			return nil
		})
	})
}

// TestNearMissesNothing compares with looking at every photo: up to seven bits nothing may be missed.
func TestNearMissesNothing(t *testing.T) {
	contract(t, func(t *testing.T, s *store.Store) {
		r := rand.New(rand.NewPCG(1, 1))
		base := r.Uint64()
		var all []store.Evidence
		for i := range 400 {
			all = append(all, piece(fmt.Sprint(i), fmt.Sprint(i, "-1"), fmt.Sprintf("%03d-", i), turned(base, r.Perm(64)[:r.IntN(10)]...)))
		}
		write(t, s, func(tx *store.Tx) error { return tx.PutEvidence(all...) })
		read(t, s, func(tx *store.Tx) error {
			for i := range 20 {
				near, err := tx.NearEvidence(&all[i], 1000)
				if err != nil {
					return err
				}
				found := map[string]int{}
				for _, n := range near {
					found[n.Order] = n.Distance
				}
				for j := range all {
					d := bits.OnesCount64(all[i].Hash ^ all[j].Hash)
					if got, ok := found[all[j].Order]; i != j && d <= 7 && (!ok || got != d) {
						t.Errorf("%d and %d differ in %d bits, found %t %d", i, j, d, ok, got)
					}
				}
			}
			return nil
		})
	})
}
