package store

import (
	"strconv"
	"strings"
	"time"

	"recourse"
)

// Posting is one side of an entry of the books, as it is kept. See the room ledger for the accounts.
type Posting struct {
	Order     string
	Seq       int64 // the entry of the order's history that it was posted with; 0: it opened the books
	At        time.Time
	Account   string
	Amount    recourse.Money // a debit is positive, a credit negative
	Ref       string
	Case      string
	Situation string
	Supplier  string
	Channel   string
}

var insertPostings = &batch{table: "postings", columns: "merchant text, order_id text, seq bigint, n bigint, at bigint, account text, amount bigint, currency text, ref text, case_id text, situation text, supplier text, channel text"}

// savePostings writes what decisions posted.
func (tx *Tx) savePostings(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		rows = appendPostings(rows, c.Before.Merchant, c.Postings)
	}
	_, err := tx.insert(insertPostings, rows)
	return err
}

func appendPostings(rows [][]any, merchant string, all []Posting) [][]any {
	n, seq, order := int64(0), int64(-1), ""
	for i := range all {
		p := &all[i]
		if p.Seq != seq || p.Order != order {
			n, seq, order = 0, p.Seq, p.Order
		}
		rows = append(rows, []any{merchant, p.Order, p.Seq, n, micros(p.At), p.Account, p.Amount.Minor, string(p.Amount.Currency), p.Ref, p.Case, p.Situation, p.Supplier, p.Channel})
		n++
	}
	return rows
}

// OpenBooks writes the first postings of orders that were there before the books were. Those that were opened before, and of which
// more is to be said, have them behind what was posted then.
func (tx *Tx) OpenBooks(merchant string, all []Posting) error {
	rows := appendPostings(nil, merchant, all)
	opened := map[string]int64{}
	for _, row := range rows {
		order := row[1].(string)
		if _, asked := opened[order]; !asked {
			n, err := tx.openedWith(merchant, order)
			if err != nil {
				return err
			}
			opened[order] = n
		}
		row[3] = row[3].(int64) + opened[order]
	}
	_, err := tx.insert(insertPostings, rows)
	return err
}

// openedWith is how many postings an order's books were opened with.
func (tx *Tx) openedWith(merchant, order string) (n int64, err error) {
	rows, err := tx.query(`SELECT COALESCE(MAX(n) + 1, 0) FROM postings WHERE merchant = $1 AND order_id = $2 AND seq = 0`, merchant, order)
	if err != nil {
		return 0, err
	}
	return n, each(rows, func() error { return rows.Scan(&n) })
}

const postingColumns = `order_id, seq, at, account, amount, currency, ref, case_id, situation, supplier, channel`

// PostingsOf are what was posted for an order, the oldest first, at most so many.
func (tx *Tx) PostingsOf(k Key, limit int) ([]Posting, error) {
	return tx.postings(`SELECT `+postingColumns+` FROM postings WHERE merchant = $1 AND order_id = $2 ORDER BY seq, n LIMIT $3`, k.Merchant, k.Order, limit)
}

// Postings are what a merchant posted in a span of time, the oldest first, behind one that was read before (nil: none).
func (tx *Tx) Postings(merchant string, from, to time.Time, after *Posting, limit int) ([]Posting, error) {
	return tx.FindPostings(merchant, PostingFilter{From: from, To: to}, after, limit)
}

func (tx *Tx) postings(query string, args ...any) ([]Posting, error) {
	rows, err := tx.query(query, args...)
	if err != nil {
		return nil, err
	}
	var out []Posting
	return out, each(rows, func() error {
		var p Posting
		var at int64
		err := rows.Scan(&p.Order, &p.Seq, &at, &p.Account, &p.Amount.Minor, &p.Amount.Currency, &p.Ref, &p.Case, &p.Situation, &p.Supplier, &p.Channel)
		p.At = instant(at)
		out = append(out, p)
		return err
	})
}

// Balance is the sum of an account's postings, of those that share what is named.
type Balance struct {
	Account   string
	Currency  recourse.Currency
	Situation string
	Supplier  string
	Channel   string
	Minor     int64
	Entries   int64
}

// Balances are a merchant's sums over a span of time: by account and currency, and by situation, supplier and channel.
func (tx *Tx) Balances(merchant string, from, to time.Time) ([]Balance, error) {
	rows, err := tx.query(`SELECT account, currency, situation, supplier, channel, SUM(amount), COUNT(*) FROM postings WHERE merchant = $1 AND at >= $2 AND at < $3
		GROUP BY account, currency, situation, supplier, channel ORDER BY account, currency, situation, supplier, channel`, merchant, from.UnixMicro(), to.UnixMicro())
	if err != nil {
		return nil, err
	}
	var out []Balance
	return out, each(rows, func() error {
		var b Balance
		err := rows.Scan(&b.Account, &b.Currency, &b.Situation, &b.Supplier, &b.Channel, &b.Minor, &b.Entries)
		out = append(out, b)
		return err
	})
}

// BooksTodo are merchants whose orders of before are still to be opened, with the order that was done last.
func (tx *Tx) BooksTodo() (map[string]string, error) {
	rows, err := tx.query(`SELECT merchant, after FROM ledger_todo`)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	return out, each(rows, func() error {
		var merchant, after string
		err := rows.Scan(&merchant, &after)
		out[merchant] = after
		return err
	})
}

// BooksDone notes how far the orders of a merchant have been opened; "": all of them.
func (tx *Tx) BooksDone(merchant, after string) error {
	query, args := `UPDATE ledger_todo SET after = $2 WHERE merchant = $1`, []any{merchant, after}
	if after == "" {
		query, args = `DELETE FROM ledger_todo WHERE merchant = $1`, args[:1]
	}
	_, err := tx.exec(query, args...)
	return err
}

// OrdersAfter are the numbers of a merchant's orders behind one, in their order, at most so many.
func (tx *Tx) OrdersAfter(merchant, after string, limit int) ([]string, error) {
	rows, err := tx.query(`SELECT order_id FROM orders WHERE merchant = $1 AND order_id > $2 ORDER BY order_id LIMIT $3`, merchant, after, limit)
	if err != nil {
		return nil, err
	}
	var out []string
	return out, each(rows, func() error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
}

// Moved is a posting as sums are made of it.
type Moved struct {
	At                           time.Time
	Account                      string
	Amount                       recourse.Money
	Situation, Supplier, Channel string
}

// EachMoved gives what a merchant posted in a span of time one by one, the oldest first. All of it stands in one index.
func (tx *Tx) EachMoved(merchant string, from, to time.Time, give func(*Moved) error) error {
	rows, err := tx.query(`SELECT at, account, amount, currency, situation, supplier, channel FROM postings WHERE merchant = $1 AND at >= $2 AND at < $3 ORDER BY at`, merchant, from.UnixMicro(), to.UnixMicro())
	if err != nil {
		return err
	}
	var m Moved
	return each(rows, func() error {
		var at int64
		if err := rows.Scan(&at, &m.Account, &m.Amount.Minor, &m.Amount.Currency, &m.Situation, &m.Supplier, &m.Channel); err != nil {
			return err
		}
		m.At = instant(at)
		return give(&m)
	})
}

// PostingFilter says which postings are wanted.
type PostingFilter struct {
	From, To                     time.Time // to is not in it
	Situation, Supplier, Channel *string   // nil: any
	Currency                     string    // "": any
	Accounts                     []string  // none: all
	Case                         string    // "": any
}

// FindPostings are a merchant's postings by a filter, the oldest first, behind one that was read before (nil: none). An entry is
// given whole, unless it alone is more than limit.
func (tx *Tx) FindPostings(merchant string, f PostingFilter, after *Posting, limit int) ([]Posting, error) {
	where, args := `merchant = $1 AND at >= $2 AND at < $3`, []any{merchant, f.From.UnixMicro(), f.To.UnixMicro(), limit}
	add := func(text string, value any) {
		args = append(args, value)
		where += " AND " + text + " $" + strconv.Itoa(len(args))
	}
	for _, c := range []struct {
		column string
		value  *string
	}{{"situation", f.Situation}, {"supplier", f.Supplier}, {"channel", f.Channel}} {
		if c.value != nil {
			add(c.column+" =", *c.value)
		}
	}
	if f.Currency != "" {
		add("currency =", f.Currency)
	}
	if f.Case != "" {
		add("case_id =", f.Case)
	}
	if len(f.Accounts) > 0 {
		var places []string
		for _, a := range f.Accounts {
			args = append(args, a)
			places = append(places, "$"+strconv.Itoa(len(args)))
		}
		where += " AND account IN (" + strings.Join(places, ", ") + ")"
	}
	if after != nil {
		args = append(args, micros(after.At), after.Order, after.Seq)
		n := len(args)
		where += " AND (at, order_id, seq) > ($" + strconv.Itoa(n-2) + ", $" + strconv.Itoa(n-1) + ", $" + strconv.Itoa(n) + ")"
	}
	all, err := tx.postings(`SELECT `+postingColumns+` FROM postings WHERE `+where+` ORDER BY at, order_id, seq, n LIMIT $4`, args...)
	if err != nil || len(all) < limit {
		return all, err
	}
	// An entry is given whole: what was cut off with the last row is read with it the next time.
	for i := len(all) - 1; i > 0; i-- {
		if all[i-1].Order != all[i].Order || all[i-1].Seq != all[i].Seq {
			return all[:i], nil
		}
	}
	return all, nil
}
