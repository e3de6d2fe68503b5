package store

import (
	"slices"
	"strconv"
	"time"

	"recourse"
)

// Claim is the claim window of a case, as it is looked for.
type Claim struct {
	Order string
	recourse.ClaimUntil
}

// ClaimState says how a claim stands at an instant.
type ClaimState string

// The states of a claim.
const (
	ClaimOpen   ClaimState = "open"   // it can be filed, and was not
	ClaimFiled  ClaimState = "filed"  // it was filed in time
	ClaimMissed ClaimState = "missed" // the window was over before it was filed
)

// ClaimStates lists every state.
var ClaimStates = []ClaimState{ClaimOpen, ClaimFiled, ClaimMissed}

// State is how the claim stands at an instant.
func (c *Claim) State(now time.Time) ClaimState {
	switch {
	case !c.FiledAt.IsZero() && !c.FiledAt.After(c.EndsAt):
		return ClaimFiled
	case c.FiledAt.IsZero() && c.EndsAt.After(now):
		return ClaimOpen
	}
	return ClaimMissed
}

const claimColumns = `case_id, order_id, situation, purchase_id, parcel_id, supplier, marketplace, dispute, start, days, country, rule, unsure, from_at, warn_at, ends_at, filed_at, amount, currency`

var insertClaims = &batch{table: "claims", columns: "merchant text, case_id text, order_id text, situation text, purchase_id text, parcel_id text, supplier text, marketplace text, dispute bigint, start text, days bigint, country text, rule text, unsure bigint, from_at bigint, warn_at bigint, ends_at bigint, filed_at bigint, amount bigint, currency text",
	tail: `ON CONFLICT (merchant, case_id) DO UPDATE SET situation = excluded.situation, purchase_id = excluded.purchase_id, parcel_id = excluded.parcel_id, supplier = excluded.supplier, marketplace = excluded.marketplace,
		dispute = excluded.dispute, start = excluded.start, days = excluded.days, country = excluded.country, rule = excluded.rule, unsure = excluded.unsure, from_at = excluded.from_at, warn_at = excluded.warn_at,
		ends_at = excluded.ends_at, filed_at = excluded.filed_at, amount = excluded.amount, currency = excluded.currency`}

func (tx *Tx) saveClaims(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		rows = appendClaims(rows, c.Before.Key, c.Claims)
		if err := tx.dropClaims(c.Before.Merchant, c.Unclaimed); err != nil {
			return err
		}
	}
	_, err := tx.insert(insertClaims, rows)
	return err
}

// PutClaims writes the claim windows of an order's cases, in place of those that are there.
func (tx *Tx) PutClaims(k Key, all []recourse.ClaimUntil) error {
	_, err := tx.insert(insertClaims, appendClaims(nil, k, all))
	return err
}

func (tx *Tx) dropClaims(merchant string, cases []string) error {
	for _, id := range cases {
		if _, err := tx.exec(`DELETE FROM claims WHERE merchant = $1 AND case_id = $2`, merchant, id); err != nil {
			return err
		}
	}
	return nil
}

func appendClaims(rows [][]any, k Key, all []recourse.ClaimUntil) [][]any {
	for i := range all {
		c := &all[i]
		w := &c.Window
		rows = append(rows, []any{k.Merchant, c.Case, k.Order, string(c.Situation), c.Purchase, c.Parcel, c.Supplier, w.Marketplace, flag(c.Dispute), string(w.From), int64(w.Days), w.Country, string(w.Rule), flag(w.Unsure),
			micros(c.From), micros(c.WarnAt), micros(c.EndsAt), micros(c.FiledAt), c.Amount.Minor, string(c.Amount.Currency)})
	}
	return rows
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// ClaimFilter says which claims are wanted. Empty fields want all.
type ClaimFilter struct {
	Case        string
	Supplier    string
	Marketplace string
	State       ClaimState
	Now         time.Time // at which the state is meant
	From, To    time.Time // that end in that span
	Newest      bool      // the last to end first
	After       *Claim    // behind that one
	Limit       int
}

// Claims are claim windows of a merchant's cases, those that end first on top.
func (tx *Tx) Claims(merchant string, f ClaimFilter) ([]Claim, error) {
	where, args := "merchant = $1", []any{merchant}
	add := func(condition string, values ...any) {
		where += " AND " + condition
		for _, v := range values {
			args = append(args, v)
			where += "$" + strconv.Itoa(len(args))
		}
	}
	for _, c := range []struct{ column, value string }{{"case_id", f.Case}, {"supplier", f.Supplier}, {"marketplace", f.Marketplace}} {
		if c.value != "" {
			add(c.column+" = ", c.value)
		}
	}
	if !f.From.IsZero() {
		add("ends_at >= ", micros(f.From))
	}
	if !f.To.IsZero() {
		add("ends_at < ", micros(f.To))
	}
	switch f.State {
	case ClaimOpen:
		add("filed_at = ", int64(never))
		add("ends_at > ", micros(f.Now))
	case ClaimFiled:
		where += " AND filed_at <= ends_at"
	case ClaimMissed:
		where += " AND filed_at > ends_at"
		add("ends_at <= ", micros(f.Now))
	}
	order, beyond := "", " > "
	if f.Newest {
		order, beyond = " DESC", " < "
	}
	if f.After != nil {
		args = append(args, micros(f.After.EndsAt), f.After.Case)
		n := len(args)
		where += " AND (ends_at, case_id)" + beyond + "($" + strconv.Itoa(n-1) + ", $" + strconv.Itoa(n) + ")"
	}
	args = append(args, f.Limit)
	rows, err := tx.query(`SELECT `+claimColumns+` FROM claims WHERE `+where+` ORDER BY ends_at`+order+`, case_id`+order+` LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, err
	}
	var out []Claim
	return out, each(rows, func() error {
		var c Claim
		var dispute, unsure, from, warn, ends, filed int64
		w := &c.Window
		err := rows.Scan(&c.Case, &c.Order, &c.Situation, &c.Purchase, &c.Parcel, &c.Supplier, &w.Marketplace, &dispute, &w.From, &w.Days, &w.Country, &w.Rule, &unsure, &from, &warn, &ends, &filed, &c.Amount.Minor, &c.Amount.Currency)
		c.Dispute, w.Unsure = dispute == 1, unsure == 1
		c.From, c.WarnAt, c.EndsAt, c.FiledAt = instant(from), instant(warn), instant(ends), instant(filed)
		out = append(out, c)
		return err
	})
}

// ClaimSuppliers are the suppliers and the marketplaces that claims are filed with, in the order of the alphabet, at most so many.
func (tx *Tx) ClaimSuppliers(merchant string, limit int) (suppliers, marketplaces []string, err error) {
	read := func(column string) (out []string, err error) {
		rows, err := tx.query(`SELECT DISTINCT `+column+` FROM claims WHERE merchant = $1 AND `+column+` <> '' ORDER BY `+column+` LIMIT $2`, merchant, limit)
		if err != nil {
			return nil, err
		}
		return out, each(rows, func() error {
			var s string
			err := rows.Scan(&s)
			out = append(out, s)
			return err
		})
	}
	if suppliers, err = read("supplier"); err == nil {
		marketplaces, err = read("marketplace")
	}
	return suppliers, marketplaces, err
}

// ClaimSum is what was missed, or is open, in one currency.
type ClaimSum struct {
	Currency recourse.Currency
	Minor    int64
	Claims   int64
}

// MissedClaims sums up what was missed in a span of time, by currency.
func (tx *Tx) MissedClaims(merchant string, from, to time.Time) ([]ClaimSum, error) {
	rows, err := tx.query(`SELECT currency, SUM(amount), COUNT(*) FROM claims WHERE merchant = $1 AND ends_at >= $2 AND ends_at < $3 AND filed_at > ends_at GROUP BY currency ORDER BY currency`, merchant, micros(from), micros(to))
	if err != nil {
		return nil, err
	}
	var out []ClaimSum
	return out, each(rows, func() error {
		var s ClaimSum
		err := rows.Scan(&s.Currency, &s.Minor, &s.Claims)
		out = append(out, s)
		return err
	})
}

// ClaimsTodo are merchants whose cases are to be looked at since their windows have changed, with the order that was done last.
func (tx *Tx) ClaimsTodo() (map[string]string, error) {
	rows, err := tx.query(`SELECT merchant, after FROM claims_todo`)
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

// ClaimsDone notes how far a merchant's orders have been looked at; "": all of them.
func (tx *Tx) ClaimsDone(merchant, was, after string) error {
	if after == "" {
		_, err := tx.exec(`DELETE FROM claims_todo WHERE merchant = $1 AND after = $2`, merchant, was)
		return err
	}
	_, err := tx.exec(`UPDATE claims_todo SET after = $3 WHERE merchant = $1 AND after = $2`, merchant, was, after)
	return err
}

// CaseOrdersAfter are the numbers of a merchant's orders that have cases, behind one, in their order, at most so many.
func (tx *Tx) CaseOrdersAfter(merchant, after string, limit int) ([]string, error) {
	rows, err := tx.query(`SELECT DISTINCT order_id FROM cases WHERE merchant = $1 AND order_id > $2 ORDER BY order_id LIMIT $3`, merchant, after, limit)
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

// windowColumns are those of the merchant's own rows.
const windowColumns = `supplier, marketplace, problem, start, days, country, warn_days, unsure, source, note`

var insertWindows = &batch{table: "claim_windows", columns: "merchant text, supplier text, marketplace text, problem text, start text, days bigint, country text, warn_days bigint, unsure bigint, source text, note text, changed_at bigint, changed_by text",
	tail: `ON CONFLICT (merchant, supplier, marketplace, problem) DO UPDATE SET start = excluded.start, days = excluded.days, country = excluded.country, warn_days = excluded.warn_days, unsure = excluded.unsure,
		source = excluded.source, note = excluded.note, changed_at = excluded.changed_at, changed_by = excluded.changed_by`}

// Windows are a merchant's own claim windows, by supplier, marketplace and problem.
func (tx *Tx) Windows(merchant string) ([]recourse.ListedWindow, error) {
	rows, err := tx.query(`SELECT `+windowColumns+` FROM claim_windows WHERE merchant = $1 ORDER BY supplier, marketplace, problem`, merchant)
	if err != nil {
		return nil, err
	}
	var out []recourse.ListedWindow
	return out, each(rows, func() error {
		var w recourse.ListedWindow
		var unsure int64
		err := rows.Scan(&w.Supplier, &w.Marketplace, &w.Problem, &w.From, &w.Days, &w.Country, &w.WarnDays, &unsure, &w.Source, &w.Note)
		w.Unsure, w.Rule = unsure == 1, w.RuleOf()
		out = append(out, w)
		return err
	})
}

// PutWindows keeps own claim windows, in place of those for the same supplier, marketplace and problem; of two the last holds.
func (tx *Tx) PutWindows(merchant string, all []recourse.ListedWindow, at time.Time, by string) error {
	last := map[[3]string]int{}
	var rows [][]any
	for i := range all {
		w := &all[i]
		row := []any{merchant, w.Supplier, w.Marketplace, w.Problem, string(w.From), int64(w.Days), w.Country, int64(w.WarnDays), flag(w.Unsure), w.Source, w.Note, micros(at), by}
		k := [3]string{w.Supplier, w.Marketplace, w.Problem}
		if known, twice := last[k]; twice {
			rows[known] = row
			continue
		}
		last[k] = len(rows)
		rows = append(rows, row)
	}
	for part := range slices.Chunk(rows, 500) {
		if _, err := tx.insert(insertWindows, part); err != nil {
			return err
		}
	}
	return tx.WindowsChanged(merchant)
}

// DropWindow takes an own claim window away, and says whether there was one.
func (tx *Tx) DropWindow(merchant, supplier, marketplace, problem string) (bool, error) {
	res, err := tx.exec(`DELETE FROM claim_windows WHERE merchant = $1 AND supplier = $2 AND marketplace = $3 AND problem = $4`, merchant, supplier, marketplace, problem)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.WindowsChanged(merchant)
}

// Marketplaces are the marketplaces that a merchant's suppliers were said to belong to, by supplier; of "" that of all others.
func (tx *Tx) Marketplaces(merchant string) (map[string]string, error) {
	rows, err := tx.query(`SELECT supplier, marketplace FROM supplier_marketplaces WHERE merchant = $1`, merchant)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	return out, each(rows, func() error {
		var supplier, marketplace string
		err := rows.Scan(&supplier, &marketplace)
		out[supplier] = marketplace
		return err
	})
}

// PutMarketplace says which marketplace a supplier belongs to; of the supplier "" all others; "": that is not known any more.
func (tx *Tx) PutMarketplace(merchant, supplier, marketplace string) error {
	query, args := `INSERT INTO supplier_marketplaces (merchant, supplier, marketplace) VALUES ($1, $2, $3) ON CONFLICT (merchant, supplier) DO UPDATE SET marketplace = excluded.marketplace`, []any{merchant, supplier, marketplace}
	if marketplace == "" {
		query, args = `DELETE FROM supplier_marketplaces WHERE merchant = $1 AND supplier = $2`, args[:2]
	}
	if _, err := tx.exec(query, args...); err != nil {
		return err
	}
	return tx.WindowsChanged(merchant)
}

// WindowsChanged lets every node read a merchant's claim windows anew, and its cases be looked at.
func (tx *Tx) WindowsChanged(merchant string) error {
	if _, err := tx.exec(`INSERT INTO claim_window_versions (merchant, version) VALUES ($1, 1) ON CONFLICT (merchant) DO UPDATE SET version = claim_window_versions.version + 1`, merchant); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO claims_todo (merchant, after) VALUES ($1, '') ON CONFLICT (merchant) DO UPDATE SET after = ''`, merchant)
	return err
}
