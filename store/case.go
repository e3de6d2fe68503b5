package store

import (
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// Case is a case as it is looked for: what lists, filters and sorts by. The case itself is in its order's file.
type Case struct {
	Merchant  string
	ID        string
	Order     string
	Situation recourse.Situation
	Status    recourse.CaseStatus
	Outcome   recourse.Outcome
	State     string
	Waits     recourse.Party // who was asked something; "": nobody
	Quiet     bool
	Due       time.Time // its next deadline, or by when a person is to answer; zero: none
	OpenedAt  time.Time
	ClosedAt  time.Time
	Supplier  string
	Country   string
	Channel   string
	Amount    recourse.Money // what the buyer paid for its pieces
	Policy    string         // hash of the policy that it is pinned to

	Assignee string    // who looks after it; "": nobody
	Snoozed  time.Time // not to be shown among those to work on until then; zero: shown
	Unread   int       // messages that came in and wait to be read

	Mine    bool           // somebody of the shop has something to do with it now, be it open or closed
	Approve int            // acts that wait for a person's yes
	Money   recourse.Money // that waits for one, in the currency of Amount; zero: none
}

var insertCases = &batch{
	table: "cases",
	columns: "merchant text, case_id text, order_id text, situation text, status text, outcome text, state text, waits text, quiet bigint, due_at bigint, opened_at bigint, " +
		"closed_at bigint, supplier text, country text, channel text, currency text, amount bigint, policy text, assignee text, snoozed bigint, unread bigint, mine bigint, approve bigint, approve_amount bigint",
	tail: `ON CONFLICT (merchant, case_id) DO UPDATE SET situation = excluded.situation, status = excluded.status, outcome = excluded.outcome, state = excluded.state,
		waits = excluded.waits, quiet = excluded.quiet, due_at = excluded.due_at, closed_at = excluded.closed_at, supplier = excluded.supplier, country = excluded.country,
		channel = excluded.channel, currency = excluded.currency, amount = excluded.amount, policy = excluded.policy, assignee = excluded.assignee,
		snoozed = excluded.snoozed, unread = excluded.unread, mine = excluded.mine, approve = excluded.approve, approve_amount = excluded.approve_amount`,
}

func (tx *Tx) saveCases(changes []*Change) error {
	var rows [][]any
	for _, c := range changes {
		for i := range c.Cases {
			rows = append(rows, caseRow(&c.Cases[i]))
		}
	}
	_, err := tx.insert(insertCases, rows)
	return err
}

func caseRow(c *Case) []any {
	return []any{c.Merchant, c.ID, c.Order, string(c.Situation), string(c.Status), string(c.Outcome), c.State, string(c.Waits), bit(c.Quiet), micros(c.Due), micros(c.OpenedAt),
		micros(c.ClosedAt), c.Supplier, c.Country, c.Channel, string(c.Amount.Currency), c.Amount.Minor, c.Policy, c.Assignee,
		snoozedOf(c), int64(c.Unread), bit(c.Mine), int64(c.Approve), c.Money.Minor}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// snoozedOf is the instant until which a case sleeps; 0 for one that does not: it is shown at any time after that.
func snoozedOf(c *Case) int64 {
	if c.Snoozed.IsZero() {
		return 0
	}
	return c.Snoozed.UnixMicro()
}

const caseColumns = `merchant, case_id, order_id, situation, status, outcome, state, waits, quiet, due_at, opened_at, closed_at, supplier, country, channel, currency, amount, policy, assignee, snoozed, unread, mine, approve, approve_amount`

// Sort is an order of cases.
type Sort string

// The orders of cases: by what is due first, by what was opened last, by the highest amount.
const (
	ByDue    Sort = "due"
	ByOpened Sort = "opened"
	ByAmount Sort = "amount"
)

// Sorts lists them.
var Sorts = []Sort{ByDue, ByOpened, ByAmount}

// Cursor is a place in a list: the number and the id of the last one shown. The zero value is the beginning.
type Cursor struct {
	N  int64
	ID string
}

// String is the cursor as a text for a URL.
func (c Cursor) String() string {
	if c.ID == "" {
		return ""
	}
	return strconv.FormatInt(c.N, 36) + "." + c.ID
}

// ParseCursor reads what String gave.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	n, id, ok := strings.Cut(s, ".")
	v, err := strconv.ParseInt(n, 36, 64)
	if !ok || err != nil || id == "" || len(id) > 2000 {
		return Cursor{}, &recourse.Error{Kind: recourse.Invalid, Code: "cursor", Field: "cursor", Message: "the cursor is not one that a list gave", Hint: "begin without one"}
	}
	return Cursor{v, id}, nil
}

// Turn says whose turn it is in a case.
type Turn string

// The turns: somebody of the shop has something to do now, or others do, or time has to pass.
const (
	TurnMine   Turn = "mine"
	TurnOthers Turn = "others"
)

// CaseFilter says which cases are wanted, in which order. Empty fields want all.
type CaseFilter struct {
	Status    recourse.CaseStatus
	Situation recourse.Situation
	Supplier  string
	Country   string
	Channel   string
	Order     string
	Outcome   recourse.Outcome
	Waits     recourse.Party
	DueBefore time.Time
	DueAfter  time.Time      // at or after
	Least     recourse.Money // in its own currency
	Turn      Turn           // whose turn it is
	Assignee  string         // who looks after it
	Nobody    bool           // nobody does
	Approve   bool           // acts of it wait for a person's yes
	Unread    bool           // messages came in that nobody has read
	Awake     time.Time      // not asleep at that instant; zero: asleep or not
	Asleep    time.Time      // asleep at that instant; zero: asleep or not
	Sort      Sort           // default ByDue
	After     Cursor
	Limit     int
}

func (f *CaseFilter) cursor(c *Case) Cursor {
	switch f.Sort {
	case ByOpened:
		return Cursor{micros(c.OpenedAt), c.ID}
	case ByAmount:
		return Cursor{c.Amount.Minor, c.ID}
	}
	return Cursor{micros(c.Due), c.ID}
}

func scanCases(rows *sql.Rows) ([]Case, error) {
	var out []Case
	return out, each(rows, func() error {
		c, err := scanCase(rows)
		out = append(out, c)
		return err
	})
}

func scanCase(rows *sql.Rows) (c Case, err error) {
	var quiet, due, opened, closed, snoozed, mine int64
	err = rows.Scan(&c.Merchant, &c.ID, &c.Order, &c.Situation, &c.Status, &c.Outcome, &c.State, &c.Waits, &quiet, &due, &opened, &closed, &c.Supplier, &c.Country, &c.Channel,
		&c.Amount.Currency, &c.Amount.Minor, &c.Policy, &c.Assignee, &snoozed, &c.Unread, &mine, &c.Approve, &c.Money.Minor)
	if c.Mine = mine == 1; c.Money.Minor != 0 {
		c.Money.Currency = c.Amount.Currency
	}
	if snoozed > 0 {
		c.Snoozed = time.UnixMicro(snoozed).UTC()
	}
	c.Quiet, c.Due, c.OpenedAt, c.ClosedAt = quiet == 1, instant(due), instant(opened), instant(closed)
	return c, err
}

// Situations are those that a merchant's open cases have, in the order of the alphabet.
func (tx *Tx) Situations(merchant string) ([]recourse.Situation, error) {
	// One look into the index for each, however many cases there are; and whose turn it is stands before the situation there.
	found := map[recourse.Situation]bool{}
	for _, mine := range []int64{0, 1} {
		for last, more := "", true; more; {
			rows, err := tx.query(`SELECT situation FROM cases WHERE merchant = $1 AND status = 'open' AND mine = $2 AND situation > $3 ORDER BY situation LIMIT 1`, merchant, mine, last)
			if err != nil {
				return nil, err
			}
			more = false
			if err := each(rows, func() error { more = true; return rows.Scan(&last) }); err != nil {
				return nil, err
			}
			if more {
				found[recourse.Situation(last)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// numbers are numbers for a list in SQL.
func numbers(of []int) string {
	texts := make([]string, len(of))
	for i, n := range slices.Sorted(slices.Values(of)) {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}

// CasesOf are all cases of some orders.
func (tx *Tx) CasesOf(keys []Key) (map[Key][]Case, error) {
	out := map[Key][]Case{}
	texts := make([][]string, len(keys))
	for i, k := range keys {
		from, to := idsOf(k.Order)
		texts[i] = []string{k.Merchant, k.Order, from, to}
	}
	query := `SELECT ` + caseColumns + ` FROM %s cases c WHERE c.merchant = k.k1 AND c.order_id = k.k2 AND c.case_id >= k.k3 AND c.case_id < k.k4`
	return out, tx.lookup(query, texts, func(rows *sql.Rows) error {
		c, err := scanCase(rows)
		k := Key{c.Merchant, c.Order}
		out[k] = append(out[k], c)
		return err
	})
}
