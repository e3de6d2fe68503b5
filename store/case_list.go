package store

import (
	"cmp"
	"fmt"
	"slices"

	"recourse"
)

// Lists of cases have to be quick among a million, whatever is filtered and sorted by, and neither database knows
// beforehand how rare a supplier is. So it is said here which index leads: a column in an expression leads nowhere.
//
// Of the filters the narrowest by experience leads: a supplier, then who is waited for, then a situation; their indexes
// stand in the order of what is due. For another order, or for an amount, it is counted first, through the filter's own
// index and no further than few: where there are few, they are taken and sorted; where there are many, the index of the
// order is gone along, since the next of many is never far.

// few is how many cases are sorted rather than walked past.
const few = 1000

// plan is how a list is asked for.
type plan struct {
	lead   string // the filter whose index leads; "": the order's
	sorted string // the column of the order, hidden where a filter leads
}

// lead is the filter that could lead; "" when none could.
func (f *CaseFilter) lead() string {
	switch {
	case f.Order != "":
		return "order"
	case f.Supplier != "":
		return "supplier"
	case f.Waits != "":
		return "waits"
	case f.Situation != "":
		return "situation"
	case f.Least.Currency != "" && f.Sort != ByAmount:
		return "amount"
	}
	return ""
}

// plan decides which index leads.
func (tx *Tx) plan(merchant string, f *CaseFilter) (plan, error) {
	column, _, _ := f.sorted()
	lead := f.lead()
	if lead == "" || column == "due_at" && lead != "amount" && lead != "order" {
		return plan{lead, column}, nil // the filter's index is in the order asked for
	}
	alone := CaseFilter{Status: f.Status, Sort: f.Sort}
	switch lead {
	case "order":
		return plan{lead, column + " + 0"}, nil
	case "supplier":
		alone.Supplier = f.Supplier
	case "waits":
		alone.Waits = f.Waits
	case "situation":
		alone.Situation = f.Situation
	case "amount":
		alone.Least = f.Least
	}
	n, err := tx.CountCases(merchant, alone, few)
	if n < few {
		return plan{lead, column + " + 0"}, err
	}
	return plan{"", column}, err
}

// where is the condition and its arguments. Only the leading filter's column stands by itself.
func (f *CaseFilter) where(merchant, lead string) (string, []any) {
	where, args := "merchant = $1", []any{merchant}
	add := func(condition string, v any) {
		args = append(args, v)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if f.Status != "" {
		add("status = $%d", string(f.Status))
	}
	for _, c := range []struct{ column, value string }{
		{"situation", string(f.Situation)}, {"supplier", f.Supplier}, {"country", f.Country}, {"channel", f.Channel}, {"outcome", string(f.Outcome)}, {"waits", string(f.Waits)},
		{"currency", string(f.Least.Currency)}, {"order_id", f.Order},
	} {
		switch {
		case c.value == "":
		case c.column == lead, lead == "waits" && c.column == "situation": // the two have an index together
			add(c.column+" = $%d", c.value)
		default:
			add("("+c.column+" || '') = $%d", c.value)
		}
	}
	f.whereMore(lead, add)
	if lead == "waits" {
		where += " AND waits <> ''" // for the index of those that somebody was asked about
	}
	return where, args
}

func (f *CaseFilter) whereMore(lead string, add func(string, any)) {
	if lead == "order" {
		from, to := idsOf(f.Order)
		add("case_id >= $%d", from)
		add("case_id < $%d", to)
	}
	if f.Least.Currency != "" {
		column := "amount + 0"
		if lead == "amount" || lead == "" && f.Sort == ByAmount {
			column = "amount"
		}
		add(column+" >= $%d", f.Least.Minor)
	}
	if !f.DueBefore.IsZero() {
		add("due_at < $%d", f.DueBefore.UnixMicro())
	}
	if !f.DueAfter.IsZero() {
		add("due_at >= $%d", f.DueAfter.UnixMicro())
	}
}

// sorted is the column that the cases stand by, and how two of them compare.
func (f *CaseFilter) sorted() (column, compare, direction string) {
	switch f.Sort {
	case ByOpened:
		return "opened_at", "<", " DESC"
	case ByAmount:
		return "amount", "<", " DESC"
	}
	return "due_at", ">", ""
}

// Cases are a merchant's cases, and the cursor for those behind them; the zero Cursor when there are none.
func (tx *Tx) Cases(merchant string, f CaseFilter) ([]Case, Cursor, error) {
	out, err := tx.cases(merchant, f)
	if err != nil || len(out) <= f.Limit {
		return out, Cursor{}, err
	}
	out = out[:f.Limit]
	return out, f.cursor(&out[len(out)-1]), nil
}

// cases are up to one more than the limit. The indexes are by status: without one, the lists of both are merged.
func (tx *Tx) cases(merchant string, f CaseFilter) ([]Case, error) {
	if f.Status != "" || f.Sort == ByOpened || f.Order != "" {
		return tx.casesBy(merchant, f)
	}
	var both []Case
	for _, s := range []recourse.CaseStatus{recourse.Open, recourse.Closed} {
		f.Status = s
		part, err := tx.casesBy(merchant, f)
		if err != nil {
			return nil, err
		}
		both = append(both, part...)
	}
	slices.SortFunc(both, func(a, b Case) int {
		x, y := f.cursor(&a), f.cursor(&b)
		order := cmp.Or(cmp.Compare(x.N, y.N), cmp.Compare(x.ID, y.ID))
		if f.Sort == ByAmount {
			return -order
		}
		return order
	})
	return both[:min(len(both), f.Limit+1)], nil
}

func (tx *Tx) casesBy(merchant string, f CaseFilter) ([]Case, error) {
	p, err := tx.plan(merchant, &f)
	if err != nil {
		return nil, err
	}
	where, args := f.where(merchant, p.lead)
	_, compare, direction := f.sorted()
	if f.After.ID != "" {
		args = append(args, f.After.N, f.After.ID)
		where += fmt.Sprintf(" AND (%s, case_id) %s ($%d, $%d)", p.sorted, compare, len(args)-1, len(args))
	}
	args = append(args, f.Limit+1)
	rows, err := tx.query(`SELECT `+caseColumns+` FROM cases WHERE `+where+` ORDER BY `+p.sorted+direction+`, case_id`+direction+fmt.Sprintf(` LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, err
	}
	return scanCases(rows)
}

// CountCases counts cases, up to a limit: more than anybody reads need not be counted.
func (tx *Tx) CountCases(merchant string, f CaseFilter, limit int) (n int, err error) {
	where, args := f.where(merchant, f.lead())
	args = append(args, limit)
	rows, err := tx.query(`SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE `+where+fmt.Sprintf(` LIMIT $%d) few`, len(args)), args...)
	if err != nil {
		return 0, err
	}
	return n, each(rows, func() error { return rows.Scan(&n) })
}
