package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/sourcing"
	"recourse/store"
)

// What is required of ranking: 200 candidates of a million offers.
const (
	rankOffers     = 1_000_000
	rankCandidates = 200
	rankLate       = 50 // ms
	rankAsks       = 400
)

// runRank keeps a million offers with titles in three languages on SQLite, and ranks candidates for titles that are not
// among them: finding, reading, scoring.
func runRank(o options) ([]line, error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "recourse-rank-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(ctx, filepath.Join(dir, "recourse.db"))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	n := o.or(rankOffers)
	began := time.Now()
	if err := offerMany(ctx, s, n); err != nil {
		return nil, err
	}
	filled := float64(n) / time.Since(began).Seconds()
	took, found, err := rankMany(ctx, s)
	if err != nil {
		return nil, err
	}
	slices.Sort(took)
	l := latency(".p99", percentile(took, 99), rankLate)
	l.Note = fmt.Sprintf("%d offers, %.0f candidates a question, p50 %.1f ms; %.0f offers/s put in", n, found, percentile(took, 50), filled)
	return []line{l}, nil
}

// rankWords are what titles are made of, a thing by its names in three languages.
var rankWords = struct{ things, colours, materials, praise [][3]string }{
	things:    [][3]string{{"headphones", "casque", "耳机"}, {"phone case", "coque de téléphone", "手机壳"}, {"lamp", "lampe", "台灯"}, {"bottle", "gourde", "保温杯"}, {"chair", "chaise", "椅子"}, {"backpack", "sac-à-dos", "双肩包"}, {"scarf", "écharpe", "围巾"}, {"knife", "couteau", "菜刀"}, {"carpet", "tapis", "地毯"}, {"watch", "montre", "手表"}, {"teapot", "théière", "茶壶"}, {"tent", "tente", "帐篷"}},
	colours:   [][3]string{{"black", "noir", "黑色"}, {"white", "blanc", "白色"}, {"red", "rouge", "红色"}, {"blue", "bleu", "蓝色"}, {"green", "vert", "绿色"}, {"pink", "rose", "粉色"}, {"grey", "gris", "灰色"}},
	materials: [][3]string{{"cotton", "coton", "纯棉"}, {"steel", "inox", "不锈钢"}, {"leather", "cuir", "真皮"}, {"wood", "bois", "实木"}, {"silicone", "silicone", "硅胶"}, {"glass", "verre", "玻璃"}},
	praise:    [][3]string{{"foldable", "pliable", "可折叠"}, {"waterproof", "étanche", "防水"}, {"for kids", "pour enfants", "儿童"}, {"wireless", "sans-fil", "无线"}, {"vintage", "vintage", "复古"}, {"mini", "mini", "迷你"}, {"for women", "pour femme", "女士"}},
}

// rankTitle is a title in one of three languages.
func rankTitle(rng *rand.Rand) string {
	language := rng.IntN(3)
	pick := func(of [][3]string) string { return of[rng.IntN(len(of))][language] }
	w := &rankWords
	parts := []string{pick(w.colours), pick(w.materials), pick(w.things), pick(w.praise), fmt.Sprintf("%dcm", 5*(1+rng.IntN(12)))}
	if rng.IntN(3) == 0 {
		parts = append(parts, fmt.Sprintf("%c%d", 'A'+rune(rng.IntN(26)), 100+rng.IntN(900)))
	}
	if language == 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts, " ")
}

func offerMany(ctx context.Context, s *store.Store, n int) error {
	rng := rand.New(rand.NewPCG(1, 2))
	for at := 0; at < n; at += 5000 {
		all := make([]store.Offer, 0, 5000)
		for i := at; i < min(n, at+5000); i++ {
			title := rankTitle(rng)
			all = append(all, store.Offer{Title: title, Keys: sourcing.Keys(title), SeenAt: lifeBegins, Source: "bench",
				Offer: recourse.Offer{Supplier: fmt.Sprintf("supplier %d", rng.IntN(2000)), SKU: fmt.Sprintf("sku-%d", i), Price: recourse.Money{Minor: int64(1000 + rng.IntN(20000)), Currency: "CNY"}, Stock: rng.IntN(200), LeadDays: rng.IntN(9), WeightG: 50 + rng.IntN(3000), SizeMM: recourse.Size{100 + rng.IntN(400), 50 + rng.IntN(200), 20 + rng.IntN(100)}}})
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.PutOffers("shop", all)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// rankMany asks for titles one after the other. A question that finds too few ends the benchmark.
func rankMany(ctx context.Context, s *store.Store) (took []time.Duration, found float64, err error) {
	rng := rand.New(rand.NewPCG(3, 4))
	terms := sourcing.Terms{Now: lifeBegins, MaxIncrease: 20, Similar: true, Lines: sourcing.Lines(), Most: 3}
	for range rankAsks {
		title := rankTitle(rng)
		began := time.Now()
		var offers []store.Offer
		err := s.Read(ctx, func(tx *store.Tx) error {
			numbers, err := tx.FindOffers("shop", "", sourcing.Keys(title), rankCandidates)
			if err == nil {
				offers, err = tx.Offers("shop", numbers)
			}
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		all := make([]sourcing.Candidate, len(offers))
		for i, o := range offers {
			all[i] = sourcing.Candidate{Offer: o.Offer, ID: o.SKU, Title: o.Title, Line: o.Line, SeenAt: o.SeenAt}
		}
		best := sourcing.Rank(sourcing.Want{Title: title, Pieces: 1, Cost: recourse.Money{Minor: 9000, Currency: "CNY"}, Country: "FR"}, all, terms)
		took = append(took, time.Since(began))
		if len(best) < 3 {
			return nil, 0, fmt.Errorf("%q has %d candidates", title, len(best))
		}
		found += float64(len(offers)) / rankAsks
	}
	return took, found, nil
}
