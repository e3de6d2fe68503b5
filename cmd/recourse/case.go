package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// caseCmd is the daily work on the command line.
type caseCmd struct {
	List    caseListCmd   `cmd:"" help:"The queue: open cases, what is due first on top."`
	Show    caseShowCmd   `cmd:"" help:"One case: what happened and why, what comes next and when, what may be done now."`
	Act     caseActCmd    `cmd:"" help:"Choose a remedy, answer a question, or tell a fact of a case; says what followed."`
	Approve approveCmd    `cmd:"" help:"Let an act go ahead that waits for a person, such as a refund."`
	Reject  rejectCmd     `cmd:"" help:"Say no to an act that waits for a person."`
	Done    doneCmd       `cmd:"" help:"Mark an act as carried out: the message was sent, the agent was asked."`
	Failed  failedCmd     `cmd:"" help:"Mark an act as tried in vain."`
	Dossier dossierCmd    `cmd:"" help:"Write the dossier of a claim: one PDF with the order, the buyer's words, photos, tracking and the history's proof."`
	Source  caseSourceCmd `cmd:"" help:"Look for the goods elsewhere: the best offers, with what each point was given for."`
}

// caseListCmd lists cases.
type caseListCmd struct {
	Status        string        `help:"open, closed or all." default:"open" enum:"open,closed,all"`
	Situation     string        `help:"Only this situation, as in out_of_stock."`
	Waits         string        `help:"Only cases in which this party was asked something: merchant or buyer." enum:",merchant,buyer" default:""`
	Supplier      string        `help:"Only this supplier."`
	Country       string        `help:"Only buyers there, as in FR."`
	Order         string        `help:"Only this order."`
	DueWithin     time.Duration `help:"Only what is due by then, as in 24h." placeholder:"DURATION"`
	Sort          string        `help:"due: what is due first; opened: the newest; amount: the most money." default:"due" enum:"due,opened,amount"`
	Limit         int           `help:"How many at most." default:"50"`
	After         string        `help:"Go on behind the cursor that a list ended with." placeholder:"CURSOR"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// filter is what is wanted, in the words of the store.
func (c *caseListCmd) filter(now time.Time) (store.CaseFilter, error) {
	f := store.CaseFilter{Status: recourse.CaseStatus(c.Status), Situation: recourse.Situation(c.Situation), Supplier: c.Supplier, Country: strings.ToUpper(c.Country), Order: c.Order,
		Waits: recourse.Party(c.Waits), Sort: store.Sort(c.Sort), Limit: min(max(1, c.Limit), 1000)}
	if c.Status == "all" {
		f.Status = ""
	}
	if c.DueWithin > 0 {
		f.DueBefore = now.Add(c.DueWithin)
	}
	var err error
	f.After, err = store.ParseCursor(c.After)
	return f, err
}

// Run lists them.
func (c *caseListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	f, err := c.filter(o.Now())
	if err != nil {
		return err
	}
	var cases []store.Case
	var next store.Cursor
	err = o.store.Read(ctx, func(tx *store.Tx) (err error) {
		cases, next, err = tx.Cases(o.merchant, f)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return c.printJSON(s, cases, next)
	}
	c.print(s, cases, next, o.Now())
	return nil
}

func (c *caseListCmd) printJSON(s *streams, cases []store.Case, next store.Cursor) error {
	rows := make([]jsonCase, len(cases))
	for i := range cases {
		rows[i] = jsonRow(&cases[i])
	}
	return printJSON(s.out, struct {
		Cases []jsonCase `json:"cases"`
		Next  string     `json:"next,omitempty"`
	}{rows, next.String()})
}

func (c *caseListCmd) print(s *streams, cases []store.Case, next store.Cursor, now time.Time) {
	if len(cases) == 0 {
		fmt.Fprintln(s.out, "no case is like that")
		return
	}
	r := c.reader(now)
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join([]string{"case", r.T("col_case"), r.T("col_due"), r.T("by_who"), r.T("col_amount"), r.T("col_country"), r.T("col_supplier")}, "\t"))
	for i := range cases {
		k := &cases[i]
		due := r.Due(k.Due).Text
		if k.Status == recourse.Closed {
			due = r.Outcome(k.Outcome)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, r.Situation(k.Situation), due, r.Party(k.Waits), r.Money(k.Amount), k.Country, k.Supplier)
	}
	t.Flush()
	if cursor := next.String(); cursor != "" {
		fmt.Fprintf(s.out, "… more: --after %s\n", cursor)
	}
}

// caseShowCmd shows a case.
type caseShowCmd struct {
	Case          string `arg:"" help:"The case, as in 1001-1."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Run shows it.
func (c *caseShowCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	v, err := o.Case(ctx, o.merchant, c.Case)
	if err != nil {
		return hinted(err, "recourse case list shows them")
	}
	if c.JSON {
		return printJSON(s.out, jsonWhole(v, c.Case))
	}
	c.page(s, o, v).one(c.Case)
	return nil
}

// hinted gives an error a hint where it has none.
func hinted(err error, hint string) error {
	if e, ok := err.(*recourse.Error); ok && e.Hint == "" {
		own := *e
		own.Hint = hint
		return &own
	}
	return err
}

// orderCmd looks at orders.
type orderCmd struct {
	Show  orderShowCmd  `cmd:"" help:"One order: everything that happened to it, what was decided and why, its cases and its money."`
	Erase orderEraseCmd `cmd:"" help:"Erase the buyer of an order: name, address, messages, photos, links. What was decided stays."`
}

// orderShowCmd shows an order.
type orderShowCmd struct {
	Order         string `arg:"" help:"The order's number."`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Run shows it.
func (c *orderShowCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	v, err := o.Order(ctx, o.merchant, c.Order)
	if err != nil {
		return hinted(err, "recourse case list shows those that have a case")
	}
	if c.JSON {
		return printJSON(s.out, jsonWhole(v, ""))
	}
	p := c.page(s, o, v)
	p.order()
	p.history("")
	p.ledger("")
	for _, k := range v.File.Cases {
		fmt.Fprintf(s.out, "\n")
		p.standing(k)
	}
	return nil
}

// jsonCase is a case as lists have it.
type jsonCase struct {
	ID        string              `json:"case"`
	Order     string              `json:"order"`
	Situation recourse.Situation  `json:"situation"`
	Status    recourse.CaseStatus `json:"status"`
	Outcome   recourse.Outcome    `json:"outcome,omitempty"`
	State     string              `json:"state"`
	Waits     recourse.Party      `json:"waits,omitempty"`
	Quiet     bool                `json:"quiet,omitempty"`
	Due       time.Time           `json:"due,omitzero"`
	OpenedAt  time.Time           `json:"opened_at"`
	ClosedAt  time.Time           `json:"closed_at,omitzero"`
	Supplier  string              `json:"supplier,omitempty"`
	Country   string              `json:"country,omitempty"`
	Channel   string              `json:"channel,omitempty"`
	Amount    recourse.Money      `json:"amount,omitzero"`
}

func jsonRow(c *store.Case) jsonCase {
	return jsonCase{c.ID, c.Order, c.Situation, c.Status, c.Outcome, c.State, c.Waits, c.Quiet, c.Due, c.OpenedAt, c.ClosedAt, c.Supplier, c.Country, c.Channel, c.Amount}
}

// jsonOrder is an order, or one case of it, whole.
type jsonOrder struct {
	Version  int64               `json:"version"`
	Case     *recourse.Case      `json:"case,omitempty"`
	Order    *recourse.OrderFile `json:"file"`
	History  []jsonEntry         `json:"history"`
	Effects  []jsonEffect        `json:"effects"`
	Upcoming any                 `json:"upcoming,omitempty"`
	Possible any                 `json:"possible,omitempty"`
	Ledger   []recourse.Posting  `json:"ledger"`
}

// jsonEntry is a decision of the history.
type jsonEntry struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
	store.Record
}

// jsonEffect is an act and what has become of it.
type jsonEffect struct {
	recourse.Effect
	Status  store.EffectStatus `json:"status"`
	MovedAt time.Time          `json:"moved_at,omitzero"`
	MovedBy string             `json:"moved_by,omitempty"`
	Note    string             `json:"note,omitempty"`
}

// jsonWhole is a view as JSON: of one case, or of the order when none is named.
func jsonWhole(v *desk.View, caseID string) jsonOrder {
	out := jsonOrder{Version: v.Version, Order: v.File, Ledger: v.File.Postings()}
	effects := v.Effects
	if caseID != "" {
		out.Case, effects = v.File.Case(caseID), v.EffectsOf(caseID)
		out.Upcoming, out.Possible = v.Upcoming(caseID), v.Options(caseID)
	}
	for _, e := range v.History {
		if caseID == "" || concerns(&e, caseID) {
			out.History = append(out.History, jsonEntry{e.Seq, fmt.Sprintf("%x", e.Hash[:]), e.Record})
		}
	}
	for _, e := range effects {
		out.Effects = append(out.Effects, jsonEffect{e.Effect, e.Status, e.MovedAt, e.MovedBy, e.Note})
	}
	return out
}

// concerns says that something of a decision is about a case.
func concerns(e *store.Entry, caseID string) bool {
	return slices.ContainsFunc(e.Entries, func(n recourse.Entry) bool { return n.Case == caseID })
}
