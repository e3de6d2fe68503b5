package store

import (
	"cmp"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// Offer is a listing at a supplier as it is kept.
type Offer struct {
	recourse.Offer
	Number int64 // of the merchant's offers; 0: not kept yet
	Title  string
	Line   string // the shipping line that the supplier uses; "": any
	URL    string
	SeenAt time.Time
	Source string
	Keys   []int64 // by what it is found: see the room sourcing
}

// StockUnknown: the listing does not say how many there are.
const StockUnknown = -1

var insertOffers = &batch{table: "offers", columns: "merchant text, offer bigint, supplier text, sku text, title text, price bigint, currency text, stock bigint, lead_days bigint, weight_g bigint, length_mm bigint, width_mm bigint, height_mm bigint, line text, url text, seen_at bigint, source text",
	tail: `ON CONFLICT (merchant, supplier, sku) DO UPDATE SET title = excluded.title, price = excluded.price, currency = excluded.currency, stock = excluded.stock, lead_days = excluded.lead_days, weight_g = excluded.weight_g,
		length_mm = excluded.length_mm, width_mm = excluded.width_mm, height_mm = excluded.height_mm, line = excluded.line, url = excluded.url, seen_at = excluded.seen_at, source = excluded.source`}

var insertOfferKeys = &batch{table: "offer_keys", columns: "merchant text, key bigint, offer bigint", tail: "ON CONFLICT (merchant, key, offer) DO NOTHING"}

// PutOffers keeps offers, new ones and those that are there by supplier and SKU, and numbers them. Two of the same in one
// call: the last holds. It says how many were new. Several at once for one merchant are to hold the merchant first.
func (tx *Tx) PutOffers(merchant string, all []Offer) (added int, err error) {
	known, err := tx.offerNumbers(merchant, all)
	if err != nil {
		return 0, err
	}
	next := int64(0)
	if err := tx.QueryRowContext(tx.ctx, `SELECT COALESCE(MAX(offer), 0) FROM offers WHERE merchant = $1`, merchant).Scan(&next); err != nil {
		return 0, err
	}
	last := map[[2]string]int{}
	for i := range all {
		o := &all[i]
		k := [2]string{o.Supplier, o.SKU}
		if known[k] == 0 {
			next++
			known[k] = next
			added++
		}
		o.Number = known[k]
		last[k] = i
	}
	var rows, keys [][]any
	for _, i := range last {
		o := &all[i]
		rows = append(rows, []any{merchant, o.Number, o.Supplier, o.SKU, o.Title, o.Price.Minor, string(o.Price.Currency), int64(o.Stock), int64(o.LeadDays), int64(o.WeightG),
			int64(o.SizeMM[0]), int64(o.SizeMM[1]), int64(o.SizeMM[2]), o.Line, o.URL, micros(o.SeenAt), o.Source})
		for _, key := range o.Keys {
			keys = append(keys, []any{merchant, key, o.Number})
		}
	}
	byNumber := func(a, b []any) int { return cmp.Compare(a[1].(int64), b[1].(int64)) }
	slices.SortFunc(rows, byNumber)
	slices.SortFunc(keys, func(a, b []any) int { return cmp.Or(byNumber(a, b), cmp.Compare(a[2].(int64), b[2].(int64))) })
	keys = slices.CompactFunc(keys, func(a, b []any) bool { return a[1] == b[1] && a[2] == b[2] })
	if _, err := tx.insert(insertOffers, rows); err != nil {
		return 0, err
	}
	_, err = tx.insert(insertOfferKeys, keys)
	return added, err
}

// offerNumbers are the numbers of those offers that are there. A key that a changed title no longer has stays: what is found
// by it is compared all the same.
func (tx *Tx) offerNumbers(merchant string, all []Offer) (map[[2]string]int64, error) {
	keys := make([][]string, len(all))
	for i, o := range all {
		keys[i] = []string{merchant, o.Supplier, o.SKU}
	}
	out := map[[2]string]int64{}
	return out, tx.lookup(`SELECT o.supplier, o.sku, o.offer FROM %s offers o WHERE o.merchant = k.k1 AND o.supplier = k.k2 AND o.sku = k.k3`, keys, func(rows *sql.Rows) error {
		var k [2]string
		var n int64
		err := rows.Scan(&k[0], &k[1], &n)
		out[k] = n
		return err
	})
}

const offerColumns = `o.offer, o.supplier, o.sku, o.title, o.price, o.currency, o.stock, o.lead_days, o.weight_g, o.length_mm, o.width_mm, o.height_mm, o.line, o.url, o.seen_at, o.source`

// Offers reads offers by their numbers, in no order; one that there is not is left out.
func (tx *Tx) Offers(merchant string, numbers []int64) (out []Offer, err error) {
	for part := range slices.Chunk(numbers, 200) {
		args := []any{merchant}
		marks := make([]string, len(part))
		for i, n := range part {
			args = append(args, n)
			marks[i] = "$" + strconv.Itoa(i+2)
		}
		// Not prepared: the number of marks varies.
		rows, err := tx.QueryContext(tx.ctx, `SELECT `+offerColumns+` FROM offers o WHERE o.merchant = $1 AND o.offer IN (`+strings.Join(marks, ", ")+`)`, args...)
		if err != nil {
			return nil, err
		}
		if out, err = scanOffers(out, rows); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// OfferFilter says which offers are wanted. Empty fields want all.
type OfferFilter struct {
	Supplier string
	SKU      string
	After    int64 // numbers behind this one
	Limit    int
}

// ListOffers are a merchant's offers, by number.
func (tx *Tx) ListOffers(merchant string, f OfferFilter) ([]Offer, error) {
	where, args := `o.merchant = $1 AND o.offer > $2`, []any{merchant, f.After}
	for _, c := range []struct{ column, value string }{{"supplier", f.Supplier}, {"sku", f.SKU}} {
		if c.value != "" {
			args = append(args, c.value)
			where += " AND o." + c.column + " = $" + strconv.Itoa(len(args))
		}
	}
	args = append(args, f.Limit)
	rows, err := tx.query(`SELECT `+offerColumns+` FROM offers o WHERE `+where+` ORDER BY o.offer LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, err
	}
	return scanOffers(nil, rows)
}

func scanOffers(out []Offer, rows *sql.Rows) ([]Offer, error) {
	return out, each(rows, func() error {
		var o Offer
		var seen int64
		err := rows.Scan(&o.Number, &o.Supplier, &o.SKU, &o.Title, &o.Price.Minor, &o.Price.Currency, &o.Stock, &o.LeadDays, &o.WeightG, &o.SizeMM[0], &o.SizeMM[1], &o.SizeMM[2], &o.Line, &o.URL, &seen, &o.Source)
		o.SeenAt = instant(seen)
		out = append(out, o)
		return err
	})
}

// perKey is how many offers of one key are looked at: the newest.
const perKey = 100

// FindOffers are the numbers of at most so many offers that may fill a SKU: those that a person tied to it, those of the
// same SKU, then those found by keys, in the order of the keys.
func (tx *Tx) FindOffers(merchant, sku string, keys []int64, most int) (out []int64, err error) {
	seen := map[int64]bool{}
	add := func(query string, args ...any) error {
		rows, err := tx.query(query, args...)
		if err != nil {
			return err
		}
		return each(rows, func() error {
			var n int64
			err := rows.Scan(&n)
			if !seen[n] && len(out) < most {
				seen[n] = true
				out = append(out, n)
			}
			return err
		})
	}
	if sku != "" {
		if err := add(`SELECT offer FROM substitutes WHERE merchant = $1 AND sku = $2 ORDER BY offer LIMIT $3`, merchant, sku, most); err != nil {
			return nil, err
		}
		if err := add(`SELECT offer FROM offers WHERE merchant = $1 AND sku = $2 ORDER BY offer DESC LIMIT $3`, merchant, sku, most); err != nil {
			return nil, err
		}
	}
	for _, key := range keys {
		if len(out) >= most {
			break
		}
		if err := add(`SELECT offer FROM offer_keys WHERE merchant = $1 AND key = $2 ORDER BY offer DESC LIMIT $3`, merchant, key, perKey); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Substitute is what a person said of an offer and a SKU of the shop's.
type Substitute struct {
	SKU   string
	Offer int64
	Link  string // same, similar, never
	At    time.Time
	By    string
}

// PutSubstitute keeps what was said, in place of what was said before.
func (tx *Tx) PutSubstitute(merchant string, s Substitute) error {
	_, err := tx.exec(`INSERT INTO substitutes (merchant, sku, offer, link, at, told_by) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (merchant, sku, offer) DO UPDATE SET link = excluded.link, at = excluded.at, told_by = excluded.told_by`, merchant, s.SKU, s.Offer, s.Link, micros(s.At), s.By)
	return err
}

// DropSubstitute takes back what was said.
func (tx *Tx) DropSubstitute(merchant, sku string, offer int64) error {
	_, err := tx.exec(`DELETE FROM substitutes WHERE merchant = $1 AND sku = $2 AND offer = $3`, merchant, sku, offer)
	return err
}

// Substitutes are those of a SKU, or of all ("").
func (tx *Tx) Substitutes(merchant, sku string, limit int) ([]Substitute, error) {
	query, args := `SELECT sku, offer, link, at, told_by FROM substitutes WHERE merchant = $1 ORDER BY sku, offer LIMIT $2`, []any{merchant, limit}
	if sku != "" {
		query, args = `SELECT sku, offer, link, at, told_by FROM substitutes WHERE merchant = $1 AND sku = $3 ORDER BY sku, offer LIMIT $2`, append(args, sku)
	}
	rows, err := tx.query(query, args...)
	if err != nil {
		return nil, err
	}
	var out []Substitute
	return out, each(rows, func() error {
		var s Substitute
		var at int64
		err := rows.Scan(&s.SKU, &s.Offer, &s.Link, &at, &s.By)
		s.At = instant(at)
		out = append(out, s)
		return err
	})
}

// Supplier is where goods are bought. Its id is the name that purchases have.
type Supplier struct {
	ID        string
	Name      string
	Email     string
	Language  string // that it is written to; "": the agent's
	URL       string
	Note      string
	Merged    string // into that one; "": it was not
	ChangedAt time.Time
	ChangedBy string
}

// PutSupplier keeps a supplier, new or changed.
func (tx *Tx) PutSupplier(merchant string, s Supplier) error {
	_, err := tx.exec(`INSERT INTO suppliers (merchant, supplier, name, email, language, url, note, merged, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (merchant, supplier) DO UPDATE SET name = excluded.name, email = excluded.email, language = excluded.language, url = excluded.url, note = excluded.note, merged = excluded.merged,
		changed_at = excluded.changed_at, changed_by = excluded.changed_by`, merchant, s.ID, s.Name, s.Email, s.Language, s.URL, s.Note, s.Merged, micros(s.ChangedAt), s.ChangedBy)
	return err
}

// Suppliers are a merchant's suppliers, by id.
func (tx *Tx) Suppliers(merchant string) ([]Supplier, error) {
	rows, err := tx.query(`SELECT supplier, name, email, language, url, note, merged, changed_at, changed_by FROM suppliers WHERE merchant = $1 ORDER BY supplier`, merchant)
	if err != nil {
		return nil, err
	}
	var out []Supplier
	return out, each(rows, func() error {
		var s Supplier
		var at int64
		err := rows.Scan(&s.ID, &s.Name, &s.Email, &s.Language, &s.URL, &s.Note, &s.Merged, &at, &s.ChangedBy)
		s.ChangedAt = instant(at)
		out = append(out, s)
		return err
	})
}

// Rate is what one unit of a currency was worth in another on a day: Num minor units of the quote for Den of the base.
type Rate struct {
	Base, Quote recourse.Currency
	Day         recourse.Date
	Num, Den    int64
	Source      string
}

var insertRates = &batch{table: "rates", columns: "merchant text, base text, quote text, day bigint, num bigint, den bigint, source text",
	tail: "ON CONFLICT (merchant, base, quote, day) DO UPDATE SET num = excluded.num, den = excluded.den, source = excluded.source"}

// PutRates keeps rates, in place of those of the same day.
func (tx *Tx) PutRates(merchant string, all []Rate) error {
	last := map[[3]any]int{}
	rows := make([][]any, 0, len(all))
	for _, r := range all {
		row := []any{merchant, string(r.Base), string(r.Quote), dayNumber(r.Day), r.Num, r.Den, r.Source}
		k := [3]any{row[1], row[2], row[3]}
		if at, twice := last[k]; twice {
			rows[at] = row
			continue
		}
		last[k] = len(rows)
		rows = append(rows, row)
	}
	_, err := tx.insert(insertRates, rows)
	return err
}

// RateOn is the rate of a day, or of the nearest before it that is at most so many days old; false: there is none.
func (tx *Tx) RateOn(merchant string, base, quote recourse.Currency, day recourse.Date, days int) (r Rate, ok bool, err error) {
	n := dayNumber(day)
	rows, err := tx.query(`SELECT day, num, den, source FROM rates WHERE merchant = $1 AND base = $2 AND quote = $3 AND day <= $4 AND day >= $5 ORDER BY day DESC LIMIT 1`, merchant, string(base), string(quote), n, n-int64(days))
	if err != nil {
		return r, false, err
	}
	r = Rate{Base: base, Quote: quote}
	return r, ok, each(rows, func() error {
		var at int64
		ok = true
		err := rows.Scan(&at, &r.Num, &r.Den, &r.Source)
		r.Day = recourse.DateOf(time.Unix(at*86400, 0).UTC())
		return err
	})
}

func dayNumber(d recourse.Date) int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}
