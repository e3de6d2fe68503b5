package store

import (
	"time"

	"recourse"
)

// OfferCounts are how many offers each supplier of a merchant has.
func (tx *Tx) OfferCounts(merchant string) (map[string]int, error) {
	rows, err := tx.query(`SELECT supplier, COUNT(*) FROM offers WHERE merchant = $1 GROUP BY supplier`, merchant)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	return out, each(rows, func() error {
		var name string
		var n int
		err := rows.Scan(&name, &n)
		out[name] = n
		return err
	})
}

// RatePair is the newest rate of two currencies, and how many days of them are known.
type RatePair struct {
	Rate
	Days int
}

// RatePairs are the newest rates of a merchant, by pair.
func (tx *Tx) RatePairs(merchant string) ([]RatePair, error) {
	rows, err := tx.query(`SELECT r.base, r.quote, r.day, r.num, r.den, r.source, n.days FROM rates r JOIN
		(SELECT base, quote, MAX(day) AS day, COUNT(*) AS days FROM rates WHERE merchant = $1 GROUP BY base, quote) n ON n.base = r.base AND n.quote = r.quote AND n.day = r.day
		WHERE r.merchant = $1 ORDER BY r.base, r.quote`, merchant)
	if err != nil {
		return nil, err
	}
	var out []RatePair
	return out, each(rows, func() error {
		var p RatePair
		var day int64
		err := rows.Scan(&p.Base, &p.Quote, &day, &p.Num, &p.Den, &p.Source, &p.Days)
		p.Day = recourse.DateOf(time.Unix(day*86400, 0).UTC())
		out = append(out, p)
		return err
	})
}

// OpenItem is what an account still holds of one refund or recovery.
type OpenItem struct {
	Order, Case, Ref, Situation, Supplier, Channel string
	Amount                                         recourse.Money
	Since                                          time.Time // of its first posting
}

const openItemColumns = `SELECT order_id, case_id, ref, MAX(situation), MAX(supplier), MAX(channel), currency, SUM(amount), MIN(at) FROM postings WHERE merchant = $1 AND `

// OpenItems are what an account still holds, the oldest first, at most so many.
func (tx *Tx) OpenItems(merchant, account string, limit int) ([]OpenItem, error) {
	return tx.openItems(openItemColumns+`account = $2 GROUP BY order_id, case_id, ref, currency HAVING SUM(amount) <> 0 ORDER BY MIN(at), ref LIMIT $3`, merchant, account, limit)
}

// OpenItem is what one of two accounts still holds of a refund or a recovery.
func (tx *Tx) OpenItem(merchant, ref, account, other string) ([]OpenItem, error) {
	return tx.openItems(openItemColumns+`account IN ($2, $3) AND ref = $4 GROUP BY order_id, case_id, ref, currency HAVING SUM(amount) <> 0`, merchant, account, other, ref)
}

func (tx *Tx) openItems(query string, args ...any) ([]OpenItem, error) {
	rows, err := tx.query(query, args...)
	if err != nil {
		return nil, err
	}
	var out []OpenItem
	return out, each(rows, func() error {
		var o OpenItem
		var at int64
		err := rows.Scan(&o.Order, &o.Case, &o.Ref, &o.Situation, &o.Supplier, &o.Channel, &o.Amount.Currency, &o.Amount.Minor, &at)
		o.Since = instant(at)
		out = append(out, o)
		return err
	})
}
