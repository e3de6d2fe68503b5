package store

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"time"

	"recourse"
)

// Lists of cases have to be quick among a million, whatever is filtered and sorted by, and neither database knows
// beforehand how rare a supplier is. So it is said here which index leads: a column in an expression leads nowhere.
//
// Of the filters the narrowest by experience leads: what waits for an approval, what was not read, what sleeps, a
// supplier, who looks after it, who is waited for, a situation; their indexes stand in the order of what is due. For another order, or for an amount, it is counted first, through the filter's own
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
	case f.Approve:
		return "approve"
	case f.Unread:
		return "unread"
	case !f.Asleep.IsZero():
		return "snoozed"
	case f.Supplier != "":
		return "supplier"
	case f.Assignee != "":
		return "assignee"
	case f.Waits != "":
		return "waits"
	case f.Situation != "":
		return "situation"
	case f.Least.Currency != "" && f.Sort != ByAmount && (f.Turn != TurnMine || f.Status != recourse.Closed):
		return "amount" // of what is closed and still to be worked on there is little: the order leads there
	}
	return ""
}

// turned says that the index of a lead has whose turn it is, behind the status and before what it is led by.
func (f *CaseFilter) turned(lead string) bool {
	return lead != "order" && lead != "amount" && (lead != "" || f.Sort == ByDue || f.Sort == "")
}

// alone is the filter of the lead without the others.
func (f *CaseFilter) alone(lead string) CaseFilter {
	a := CaseFilter{Status: f.Status, Turn: f.Turn, Sort: f.Sort}
	switch lead {
	case "approve":
		a.Approve = true
	case "unread":
		a.Unread = true
	case "snoozed":
		a.Asleep = f.Asleep
	case "supplier":
		a.Supplier = f.Supplier
	case "assignee":
		a.Assignee = f.Assignee
	case "waits":
		a.Waits = f.Waits
	case "situation":
		a.Situation = f.Situation
	case "amount":
		a.Least, a.Turn = f.Least, "" // counted by its index alone
	}
	return a
}

// plan decides which index leads.
func (tx *Tx) plan(merchant string, f *CaseFilter) (plan, error) {
	column, _, _ := f.sorted()
	lead := f.lead()
	if lead == "" || column == "due_at" && lead != "amount" && lead != "order" {
		return plan{lead, column}, nil // the filter's index is in the order asked for
	}
	if lead == "order" {
		return plan{lead, column + " + 0"}, nil
	}
	n, err := tx.CountCases(merchant, f.alone(lead), few)
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
	turned := f.turned(lead)
	switch {
	case f.Status != "":
		add("status = $%d", string(f.Status))
	case turned:
		where += " AND status IN ('open', 'closed')"
	}
	switch {
	case f.Turn != "" && turned:
		add("mine = $%d", bit(f.Turn == TurnMine))
	case f.Turn != "":
		add("mine + 0 = $%d", bit(f.Turn == TurnMine))
	case turned:
		where += " AND mine IN (0, 1)"
	}
	for _, c := range []struct{ column, value string }{
		{"situation", string(f.Situation)}, {"supplier", f.Supplier}, {"country", f.Country}, {"channel", f.Channel}, {"outcome", string(f.Outcome)}, {"waits", string(f.Waits)},
		{"currency", string(f.Least.Currency)}, {"order_id", f.Order}, {"assignee", f.Assignee},
	} {
		switch {
		case c.value == "":
		case c.column == lead, lead == "waits" && c.column == "situation": // the two have an index together
			add(c.column+" = $%d", c.value)
		default:
			add("("+c.column+" || '') = $%d", c.value)
		}
	}
	where += f.marked(lead)
	f.whereMore(lead, add)
	return where, args
}

// marked are the conditions without a value. Those of a lead are the ones that its index was made with.
func (f *CaseFilter) marked(lead string) (where string) {
	if lead == "waits" || lead == "assignee" {
		where += " AND " + lead + " <> ''"
	}
	if f.Nobody {
		where += " AND (assignee || '') = ''"
	}
	for _, c := range []struct {
		column string
		wanted bool
	}{{"approve", f.Approve}, {"unread", f.Unread}, {"snoozed", !f.Asleep.IsZero()}} {
		switch {
		case c.wanted && c.column == lead:
			where += " AND " + c.column + " > 0"
		case c.wanted:
			where += " AND " + c.column + " + 0 > 0"
		}
	}
	return where
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
	if !f.Awake.IsZero() {
		add("snoozed + 0 <= $%d", f.Awake.UnixMicro())
	}
	if !f.Asleep.IsZero() {
		add("snoozed + 0 > $%d", f.Asleep.UnixMicro())
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

// cases are up to one more than the limit. The indexes are by status and by whose turn it is: where that is not said,
// the lists of each are merged.
func (tx *Tx) cases(merchant string, f CaseFilter) ([]Case, error) {
	if f.Sort == ByOpened || f.Order != "" {
		return tx.casesBy(merchant, f)
	}
	statuses, turns := []recourse.CaseStatus{f.Status}, []Turn{f.Turn}
	if f.Status == "" {
		statuses = []recourse.CaseStatus{recourse.Open, recourse.Closed}
	}
	if f.Turn == "" && f.Sort != ByAmount {
		turns = []Turn{TurnMine, TurnOthers}
	}
	var all []Case
	for _, f.Status = range statuses {
		for _, f.Turn = range turns {
			part, err := tx.casesBy(merchant, f)
			if err != nil {
				return nil, err
			}
			all = append(all, part...)
		}
	}
	if len(statuses)*len(turns) == 1 {
		return all, nil
	}
	slices.SortFunc(all, func(a, b Case) int {
		x, y := f.cursor(&a), f.cursor(&b)
		order := cmp.Or(cmp.Compare(x.N, y.N), cmp.Compare(x.ID, y.ID))
		if f.Sort == ByAmount {
			return -order
		}
		return order
	})
	return all[:min(len(all), f.Limit+1)], nil
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
	if f.Status == "" && f.lead() == "amount" { // its index begins with the status
		for _, f.Status = range []recourse.CaseStatus{recourse.Open, recourse.Closed} {
			part, err := tx.CountCases(merchant, f, limit-n)
			if n += part; err != nil || n >= limit {
				return n, err
			}
		}
		return n, nil
	}
	where, args := f.where(merchant, f.lead())
	args = append(args, limit)
	rows, err := tx.query(`SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE `+where+fmt.Sprintf(` LIMIT $%d) few`, len(args)), args...)
	if err != nil {
		return 0, err
	}
	return n, each(rows, func() error { return rows.Scan(&n) })
}

// Burning is what a shop's people should know first.
type Burning struct {
	Overdue int              // cases with something to do whose time has passed
	Unread  int              // cases with messages that nobody has read
	Approve int              // cases with acts that wait for a yes
	Money   []recourse.Money // that waits for one, a currency each, the largest number of minor units first
}

// Burning reads what burns at an instant. None of it is counted further than limit cases.
func (tx *Tx) Burning(merchant string, now time.Time, limit int) (b Burning, err error) {
	for _, c := range []struct {
		into *int
		of   CaseFilter
	}{
		{&b.Overdue, CaseFilter{Turn: TurnMine, DueBefore: now, Awake: now}}, {&b.Unread, CaseFilter{Turn: TurnMine, Unread: true, Awake: now}},
		{&b.Approve, CaseFilter{Turn: TurnMine, Approve: true, Awake: now}},
	} {
		if *c.into, err = tx.CountCases(merchant, c.of, limit); err != nil {
			return b, err
		}
	}
	rows, err := tx.query(`SELECT currency, CAST(SUM(approve_amount) AS BIGINT) FROM (SELECT currency, approve_amount FROM cases WHERE merchant = $1 AND status IN ('open', 'closed') AND mine = 1 AND approve > 0
		AND snoozed <= $2 LIMIT $3) few WHERE approve_amount > 0 GROUP BY currency ORDER BY 2 DESC`, merchant, now.UnixMicro(), limit)
	if err != nil {
		return b, err
	}
	return b, each(rows, func() error {
		var m recourse.Money
		err := rows.Scan(&m.Currency, &m.Minor)
		b.Money = append(b.Money, m)
		return err
	})
}

// Facets are the values that the cases at the front of the queue have, the most frequent first: what is worth filtering
// by. They are read from so many cases, those with something to do first.
type Facets struct {
	Suppliers, Countries, Channels, Assignees []string
	Currency                                  recourse.Currency // the most frequent
}

// Facets reads the values of up to limit cases.
func (tx *Tx) Facets(merchant string, limit int) (Facets, error) {
	var f Facets
	counts := [5]map[string]int{{}, {}, {}, {}, {}}
	read := 0
	for _, mine := range []int64{1, 0} {
		rows, err := tx.query(`SELECT supplier, country, channel, assignee, currency FROM cases WHERE merchant = $1 AND status = 'open' AND mine = $2 ORDER BY due_at LIMIT $3`, merchant, mine, limit-read)
		if err != nil {
			return f, err
		}
		if err := each(rows, func() error {
			var v [5]string
			read++
			err := rows.Scan(&v[0], &v[1], &v[2], &v[3], &v[4])
			for i, s := range v {
				counts[i][s]++
			}
			return err
		}); err != nil {
			return f, err
		}
	}
	f.Suppliers, f.Countries, f.Channels, f.Assignees = frequent(counts[0]), frequent(counts[1]), frequent(counts[2]), frequent(counts[3])
	if c := frequent(counts[4]); len(c) > 0 {
		f.Currency = recourse.Currency(c[0])
	}
	return f, nil
}

// frequent are the values that were counted, the most frequent first; the empty one is none.
func frequent(counts map[string]int) []string {
	delete(counts, "")
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
}

// Front is what the front of the queue comes to, as a short text: another one says that something has changed there.
func (tx *Tx) Front(merchant string) (string, error) {
	h := fnv.New64a()
	for _, mine := range []int64{1, 0} {
		rows, err := tx.query(`SELECT case_id, due_at, state, unread, approve, snoozed, assignee FROM cases WHERE merchant = $1 AND status = 'open' AND mine = $2 ORDER BY due_at, case_id LIMIT 100`, merchant, mine)
		if err != nil {
			return "", err
		}
		if err := each(rows, func() error {
			var id, state, assignee string
			var n [4]int64
			err := rows.Scan(&id, &n[0], &state, &n[1], &n[2], &n[3], &assignee)
			fmt.Fprintln(h, id, state, assignee, n)
			return err
		}); err != nil {
			return "", err
		}
	}
	return strconv.FormatUint(h.Sum64(), 36), nil
}
