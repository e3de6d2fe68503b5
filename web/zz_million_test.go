package web_test

import (
	"context"
	"database/sql"
	"os"
	"slices"
	"testing"
	"time"

	"recourse/account"
	_ "modernc.org/sqlite"
)

func TestMillion(t *testing.T) {
	if os.Getenv("MILLION") == "" { t.Skip() }
	h := openHouse(t)
	h.live()
	var file string
	db, err := sql.Open("sqlite", os.Getenv("MILLION"))
	_ = file
	if err != nil { t.Fatal(err) }
	_ = db
	_ = context.Background
	// path of the house's database is not known here: filled by the hook below
	if _, err := db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 40000)
		INSERT INTO cases SELECT merchant, case_id || 'x' || i, order_id, situation, status, outcome, state, waits, quiet, due_at + i*1000000, opened_at, closed_at, supplier, country, channel, currency, amount, policy FROM cases, n WHERE status='open'`); err != nil { t.Fatal(err) }
	var count int
	db.QueryRow(`SELECT COUNT(*) FROM cases`).Scan(&count)
	db.Exec(`ANALYZE`)
	ada := h.enter("Ada", account.Owner)
	for _, path := range []string{"/", "/?when=later", "/?situation=customs_hold", "/?waits=merchant", "/?waits=buyer", "/?supplier=" + "Yiwu+Lucky+百货专营店", "/?situation=customs_hold&waits=buyer"} {
		var took []time.Duration
		for range 60 {
			began := time.Now()
			status, _ := ada.get(path)
			if status != 200 { t.Error(path, status) }
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("%d cases %s: median %s, p95 %s, max %s", count, path, took[30], took[57], took[59])
	}
}
