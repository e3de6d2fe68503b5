package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"recourse"
)

// The figures of a merchant are bodies of facts, whose form is the room insight's: one body a day, and the news that
// decisions have saved since the days were last written. A reader puts both together, so that figures are right at any
// moment, however long nobody has put the news to their days.

// InsightCount says how the figures of a merchant stand.
type InsightCount struct {
	Generation int64 // of the days that are good
	Rolled     int64 // how often they were written
	Wanted     bool  // orders of before are still to be counted
}

// InsightNews are facts that are not in their days yet.
type InsightNews struct {
	ID   string
	Body []byte
}

var insertInsightNews = &batch{table: "insight_news", columns: "merchant text, id text, body bytea"}

// saveInsight keeps what decisions have changed about the figures: one row a merchant, however many orders.
func (tx *Tx) saveInsight(changes []*Change) error {
	bodies := map[string][]byte{}
	for _, c := range changes {
		if len(c.Insight) > 0 {
			bodies[c.Before.Merchant] = append(bodies[c.Before.Merchant], c.Insight...)
		}
	}
	if len(bodies) == 0 {
		return nil
	}
	var rows [][]any
	for _, m := range slices.Sorted(maps.Keys(bodies)) {
		rows = append(rows, []any{m, rand.Text(), bodies[m]})
	}
	_, err := tx.insert(insertInsightNews, rows)
	return err
}

// AddInsight keeps a change of the figures that no decision has made.
func (tx *Tx) AddInsight(merchant string, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	_, err := tx.insert(insertInsightNews, [][]any{{merchant, rand.Text(), body}})
	return err
}

// InsightCount reads how the figures of a merchant stand.
func (tx *Tx) InsightCount(merchant string) (c InsightCount, err error) {
	rows, err := tx.query(`SELECT generation, rolled, wanted FROM insight_counts WHERE merchant = $1`, merchant)
	if err != nil {
		return c, err
	}
	return c, each(rows, func() error {
		var wanted int64
		err := rows.Scan(&c.Generation, &c.Rolled, &wanted)
		c.Wanted = wanted == 1
		return err
	})
}

// SetInsightCount changes how the figures of a merchant stand, if they stand as they did (rolled), and says whether it has.
func (tx *Tx) SetInsightCount(merchant string, rolled int64, to InsightCount) (bool, error) {
	wanted := int64(0)
	if to.Wanted {
		wanted = 1
	}
	res, err := tx.exec(`INSERT INTO insight_counts (merchant, generation, rolled, wanted) VALUES ($1, $2, $3, $4)
		ON CONFLICT (merchant) DO UPDATE SET generation = excluded.generation, rolled = excluded.rolled, wanted = excluded.wanted WHERE insight_counts.rolled = $5`,
		merchant, to.Generation, to.Rolled, wanted, rolled)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// InsightNewsOf are the news of a merchant, up to so many bytes of them.
func (tx *Tx) InsightNewsOf(merchant string, most int) (out []InsightNews, err error) {
	rows, err := tx.query(`SELECT id, body FROM insight_news WHERE merchant = $1`, merchant)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for size := 0; size < most && rows.Next(); {
		var n InsightNews
		if err := rows.Scan(&n.ID, &n.Body); err != nil {
			return nil, err
		}
		out, size = append(out, n), size+len(n.Body)
	}
	return out, rows.Err()
}

// InsightNewsNames are the names of all news of a merchant: a body that is another has another name.
func (tx *Tx) InsightNewsNames(merchant string) (out []string, err error) {
	rows, err := tx.query(`SELECT id FROM insight_news WHERE merchant = $1`, merchant)
	if err != nil {
		return nil, err
	}
	return out, each(rows, func() error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
}

// InsightMerchants are some merchants that have news, or whose history is to be counted.
func (tx *Tx) InsightMerchants() (out []string, err error) {
	for _, query := range []string{`SELECT DISTINCT merchant FROM insight_news LIMIT 1000`, `SELECT merchant FROM insight_counts WHERE wanted = 1 LIMIT 1000`} {
		rows, err := tx.query(query)
		if err != nil {
			return nil, err
		}
		if err := each(rows, func() error {
			var m string
			err := rows.Scan(&m)
			out = append(out, m)
			return err
		}); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// DropInsightNews takes news away that are in their days.
func (tx *Tx) DropInsightNews(merchant string, ids []string) error {
	for part := range slices.Chunk(ids, 500) {
		args, list := []any{merchant}, ""
		for i, id := range part {
			args = append(args, id)
			list += fmt.Sprintf(",$%d", i+2)
		}
		if _, err := tx.ExecContext(tx.ctx, `DELETE FROM insight_news WHERE merchant = $1 AND id IN (`+list[1:]+`)`, args...); err != nil {
			return err
		}
	}
	return nil
}

// EachInsightDay reads the bodies of a part of the days from one to another, both included, in their order. The bytes are
// good until f has ended.
func (tx *Tx) EachInsightDay(merchant string, generation, part, from, to int64, f func(day int64, body []byte) error) error {
	rows, err := tx.query(`SELECT day, body FROM insight_days WHERE merchant = $1 AND generation = $2 AND part = $3 AND day >= $4 AND day <= $5 ORDER BY day`, merchant, generation, part, from, to)
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var day int64
		var body sql.RawBytes
		if err := rows.Scan(&day, &body); err != nil {
			return err
		}
		return f(day, body)
	})
}

var insertInsightDays = &batch{table: "insight_days", columns: "merchant text, generation bigint, part bigint, day bigint, body bytea",
	tail: "ON CONFLICT (merchant, generation, part, day) DO UPDATE SET body = excluded.body"}

// InsightDay is the body of a part of a day.
type InsightDay struct {
	Part, Day int64
	Body      []byte
}

// PutInsightDays writes days.
func (tx *Tx) PutInsightDays(merchant string, generation int64, days []InsightDay) error {
	rows := make([][]any, len(days))
	for i, d := range days {
		rows[i] = []any{merchant, generation, d.Part, d.Day, d.Body}
	}
	_, err := tx.insert(insertInsightDays, rows)
	return err
}

// DropInsightDays takes all days away but those of a generation.
func (tx *Tx) DropInsightDays(merchant string, but int64) error {
	_, err := tx.exec(`DELETE FROM insight_days WHERE merchant = $1 AND generation <> $2`, merchant, but)
	return err
}

// WantInsight asks for a merchant's history to be counted anew.
func (s *Store) WantInsight(ctx context.Context, merchant string) error {
	return s.Write(ctx, func(tx *Tx) error {
		c, err := tx.InsightCount(merchant)
		if err != nil {
			return err
		}
		rolled := c.Rolled
		c.Rolled, c.Wanted = c.Rolled+1, true
		ok, err := tx.SetInsightCount(merchant, rolled, c)
		if err == nil && !ok {
			err = &recourse.Error{Kind: recourse.Unavailable, Code: "busy", Message: "the figures are being written at the moment", Hint: "try again in a few seconds"}
		}
		return err
	})
}

// CasesOpened are a merchant's cases that were opened in a span of time, the oldest first, at most so many. Of the filter the
// situation, the supplier, the country and the channel count.
func (tx *Tx) CasesOpened(merchant string, from, to time.Time, f CaseFilter, most int) ([]Case, error) {
	where, args := "merchant = $1 AND opened_at >= $2 AND opened_at < $3", []any{merchant, from.UnixMicro(), to.UnixMicro()}
	for _, c := range []struct{ column, value string }{{"situation", string(f.Situation)}, {"supplier", f.Supplier}, {"country", f.Country}, {"channel", f.Channel}} {
		if c.value != "" {
			args = append(args, c.value)
			where += fmt.Sprintf(" AND (%s || '') = $%d", c.column, len(args))
		}
	}
	args = append(args, most)
	rows, err := tx.query(`SELECT `+caseColumns+` FROM cases WHERE `+where+fmt.Sprintf(` ORDER BY opened_at, case_id LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, err
	}
	return scanCases(rows)
}
