package main

import (
	"context"
	"database/sql"
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
	path := filepath.Join(dir, "recourse.db")
	if err := withDesk(ctx, path, time.Now); err != nil {
		return nil, err
	}
	n := o.or(rankOffers)
	if err := offerMany(path, n); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	cpu := processorTime()
	took, found, err := rankMany(ctx, s)
	worked := processorTime() - cpu
	if err != nil {
		return nil, err
	}
	slices.Sort(took)
	l := latency(".p99", percentile(took, 99), rankLate)
	l.Note = fmt.Sprintf("%d offers, %.0f candidates a question, p50 %.1f ms, %.1f ms of a processor", n, found, percentile(took, 50), worked.Seconds()*1000/rankAsks)
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

// offerMany fills a database with offers as the store keeps them, and their keys in the order in which they stand: one by one
// they would go to ten million places of a tree that no memory holds.
func offerMany(path string, n int) error {
	b, err := openBulk(path)
	if err != nil {
		return err
	}
	defer b.close()
	rng := rand.New(rand.NewPCG(1, 2))
	var keys [][2]int64
	err = bulk(b, "offers", 17, n, func(i int) []any {
		title := rankTitle(rng)
		for _, k := range sourcing.Keys(title) {
			keys = append(keys, [2]int64{k, int64(i + 1)})
		}
		return []any{shop, i + 1, fmt.Sprintf("supplier %d", rng.IntN(2000)), fmt.Sprintf("sku-%d", i), title, 1000 + rng.IntN(20000), "CNY", rng.IntN(200), rng.IntN(9), 50 + rng.IntN(3000),
			100 + rng.IntN(400), 50 + rng.IntN(200), 20 + rng.IntN(100), "", "", lifeBegins.UnixMicro(), "bench"}
	})
	if err != nil {
		return err
	}
	slices.SortFunc(keys, func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) })
	keys = slices.Compact(keys)
	return bulk(b, "offer_keys", 3, len(keys), func(i int) []any { return []any{shop, keys[i][0], keys[i][1]} })
}

// bulk inserts rows of so many columns in one transaction, some of them in each statement.
func bulk(b *bare, table string, columns, n int, row func(int) []any) error {
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	marks := "(?" + strings.Repeat(",?", columns-1) + ")"
	prepare := func(rows int) (*sql.Stmt, error) {
		return tx.Prepare("INSERT INTO " + table + " VALUES " + marks + strings.Repeat(","+marks, rows-1))
	}
	many, err := prepare(most)
	if err != nil {
		return err
	}
	for at := 0; at < n; at += most {
		count, stmt := min(most, n-at), many
		if count < most {
			if stmt, err = prepare(count); err != nil {
				return err
			}
		}
		values := make([]any, 0, most*columns)
		for i := range count {
			values = append(values, row(at+i)...)
		}
		if _, err := stmt.Exec(values...); err != nil {
			return err
		}
	}
	return tx.Commit()
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
			numbers, err := tx.FindOffers(shop, "", sourcing.Keys(title), rankCandidates)
			if err == nil {
				offers, err = tx.Offers(shop, numbers)
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
