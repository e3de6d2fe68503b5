package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// plan is a profile put to one header: every name has become a column's number, so that a row is read without
// looking anything up by name.
//
// It is made once for a book and not changed by its rows, except that the spellings of words of status
// are remembered. Numbers of columns are those of the file as it lies there; a reject file's own columns
// in front are counted in them and left out of header.
type plan struct {
	profile  *Profile
	header   []string // as the file has it, without the columns of a reject file
	columns  int      // of the file, those of a reject file included
	skip     int      // the columns in front that a reject file added
	used     []bool   // the columns that are read
	slots    []slot   // one, or one for each item of an order that is a row
	statuses []planStatus
	currency recourse.Currency // of amounts whose row names none; ""
	clock    clock
	partial  bool // no column tells the street: an address is known only in part
}

// slot is the columns of every field, those of the order's among them, for one line of a row. A field without
// columns is not in the file.
//
// In a book with a row for each line there is one slot. With a row for each order there are as many as
// the header counts:
//
//	Order,Item 1,Qty 1,Item 2,Qty 2
//
// gives two, which share the column of the order and have their own for the item and the number.
// Counting ends at the first number that no column has.
type slot [fieldCount][]int

// planStatus is a status put to a header.
type planStatus struct {
	*status
	cell   []int
	seen   map[string]*planHappening // by the word as written, so that each spelling is folded once
	words  map[string]*planHappening
	filled *planHappening
}

// planHappening is a happening put to a header.
type planHappening struct {
	*happening
	at     [][]int
	amount []int
}

// rejectColumns are put in front of a reject file's header. Their presence is how such a file is known.
var rejectColumns = []string{"recourse_row", "recourse_column", "recourse_reason"}

// headerIndex finds columns by their folded names.
type headerIndex struct {
	at    map[string]int
	twice map[string]bool
	names []string
}

// indexHeader notes where each name stands. Of a name that is there twice the first place is kept and the
// doubling noted: it only matters when a profile reads that column.
func indexHeader(header []string, skip int) headerIndex {
	x := headerIndex{at: map[string]int{}, twice: map[string]bool{}, names: header}
	for i, name := range header {
		folded := fold(name)
		if _, ok := x.at[folded]; ok {
			x.twice[folded] = true
		} else if folded != "" {
			x.at[folded] = i + skip
		}
	}
	return x
}

// find gives the columns of the first alternative that is wholly there; n takes the place of {n} in names.
// twice names a column that cannot be used since the header has it twice.
//
// An alternative of several columns counts only when all are there: half of a joined name is not that
// name.
func (x headerIndex) find(c column, n int) (columns []int, twice string) {
	for _, a := range c.names {
		columns = columns[:0]
		for _, name := range a {
			folded := fold(strings.ReplaceAll(name, "{n}", strconv.Itoa(n)))
			at, ok := x.at[folded]
			if !ok {
				break
			}
			if x.twice[folded] {
				twice = name
			}
			columns = append(columns, at)
		}
		if len(columns) == len(a) {
			return columns, twice
		}
	}
	return nil, ""
}

// splitRejects tells the columns of a reject file from those of the book it came from.
//
// All three must stand in front, in their order. A merchant who moves or renames one gets the file read
// as a book with unknown columns,
// and the apostrophes of [guard] then stay in its cells.
func splitRejects(header []string) (own []string, skip int) {
	if len(header) > len(rejectColumns) {
		for i, name := range rejectColumns {
			if strings.TrimSpace(header[i]) != name {
				return header, 0
			}
		}
		return header[len(rejectColumns):], len(rejectColumns)
	}
	return header, 0
}

// newPlan puts a profile to a header. An error names the column that is missing, the nearest one that is there.
//
// Everything that can be wrong with a book as a whole is found here, before the first order is told, so
// that nobody has to undo half an import because of a missing option.
func newPlan(p *Profile, header []string, o Options) (*plan, error) {
	own, skip := splitRejects(header)
	pl := &plan{profile: p, header: own, columns: len(header), skip: skip, used: make([]bool, len(header))}
	x := indexHeader(own, skip)
	for _, c := range p.identify {
		if columns, _ := x.find(c, 1); columns == nil {
			return nil, pl.missing("identify", c)
		}
	}
	for n := 1; n <= maxItems; n++ {
		s, counted, err := pl.slot(x, n)
		if err != nil {
			return nil, err
		}
		if n > 1 && !counted {
			break
		}
		pl.slots = append(pl.slots, s)
		if !counted {
			break
		}
	}
	if err := pl.bindStatuses(x); err != nil {
		return nil, err
	}
	if len(pl.slots[0][fieldOrder]) == 0 {
		return nil, pl.missing("order.order", p.sources[fieldOrder].column)
	}
	pl.partial = len(pl.slots[0][fieldStreet]) == 0
	return pl, pl.settle(o)
}

// slot finds the columns of the n-th item. counted says that a column with that number is there.
func (pl *plan) slot(x headerIndex, n int) (s slot, counted bool, err error) {
	for f := range fieldCount {
		c := pl.profile.sources[f].column
		if len(c.names) == 0 {
			continue
		}
		columns, twice := x.find(c, n)
		if twice != "" {
			return s, false, &recourse.Error{Kind: recourse.Invalid, Code: "column_twice", Field: twice, Position: recourse.Position{Line: 1},
				Message: fmt.Sprintf("the header has the column %q twice", recourse.Shorten(twice, 60)), Hint: "rename one of them"}
		}
		if columns == nil && n == 1 && !pl.profile.lenient && !pl.profile.isSpare(f) {
			return s, false, pl.missing(fieldNames[f], c)
		}
		s[f] = pl.use(columns)
		counted = counted || columns != nil && hasNumber(c)
	}
	return s, counted, nil
}

// isSpare says that a field can do without its column: a ship-by date that is otherwise reckoned.
func (p *Profile) isSpare(f field) bool { return f == fieldShipBy && p.sources[f].within > 0 }

// hasNumber reports whether the column is one of several, counted by {n}.
func hasNumber(c column) bool {
	return slices.ContainsFunc(c.names, func(a alternative) bool { return strings.Contains(strings.Join(a, " "), "{n}") })
}

// use notes that the columns are read.
func (pl *plan) use(columns []int) []int {
	for _, c := range columns {
		pl.used[c] = true
	}
	return slices.Clone(columns)
}

// missing says which column a header lacks, what it would have been read as, and which one is nearest.
//
// The hint often is the whole answer: programs rename "Order No" to "Order No." from one version to the
// next.
func (pl *plan) missing(what string, c column) error {
	wanted := c.names[0][0]
	return &recourse.Error{Kind: recourse.Invalid, Code: "column_missing", Field: what, Position: recourse.Position{Line: 1},
		Message: fmt.Sprintf("the book has no column %q, which the profile %s reads as %s", wanted, pl.profile.Name, what), Hint: recourse.Nearest(wanted, pl.header)}
}

// bindStatuses puts the profile's words of status to the header.
//
// With a profile that takes missing columns for empty, a status that is not in the header is never said.
func (pl *plan) bindStatuses(x headerIndex) error {
	for i := range pl.profile.statuses {
		s := &pl.profile.statuses[i]
		cell, _ := x.find(s.column, 1)
		if cell == nil {
			if !pl.profile.lenient {
				return pl.missing("status.column", s.column)
			}
			continue
		}
		ps := planStatus{status: s, cell: pl.use(cell), seen: map[string]*planHappening{}, words: map[string]*planHappening{}}
		for word, h := range s.words {
			ps.words[word] = pl.bind(x, h)
		}
		if s.filled != nil {
			ps.filled = pl.bind(x, s.filled)
		}
		pl.statuses = append(pl.statuses, ps)
	}
	return nil
}

// bind finds the columns of a happening. Those of its time are tried in turn, row by row.
func (pl *plan) bind(x headerIndex, h *happening) *planHappening {
	out := &planHappening{happening: h}
	for _, a := range h.at.names {
		if columns, _ := x.find(column{names: []alternative{a}}, 1); columns != nil {
			out.at = append(out.at, pl.use(columns))
		}
	}
	columns, _ := x.find(h.amount, 1)
	out.amount = pl.use(columns)
	return out
}

// settle fixes what the file itself may leave open: the zone of its times, the currency of its amounts. Neither
// is ever assumed.
//
// A zone from the machine that runs the program would shift every deadline of a merchant in Shanghai
// whose server stands in Frankfurt, and would shift them again when it moves. So it is asked for, once,
// when the book has times at all. A currency may be missing here and still stand in every cell; it is
// asked for by the first amount that lacks it.
func (pl *plan) settle(o Options) error {
	p := pl.profile
	pl.clock = clock{layouts: p.layouts, zone: p.zone}
	if o.Zone != nil {
		pl.clock.zone = o.Zone
	}
	if pl.clock.zone == nil && !p.offsets && pl.hasTimes() {
		return &recourse.Error{Kind: recourse.Invalid, Code: "zone_missing", Field: "zone",
			Message: "neither the book nor the profile " + p.Name + " says in which zone its times are", Hint: "name the zone, such as Europe/Paris"}
	}
	pl.currency = recourse.Currency(p.sources[fieldCurrency].value)
	if o.Currency != "" {
		pl.currency = o.Currency
	}
	return nil
}

// hasTimes reports whether any time is read, for which a zone must be known.
func (pl *plan) hasTimes() bool {
	for _, f := range []field{fieldPlaced, fieldPurchasePlaced, fieldShipBy, fieldShippedAt, fieldDeliveredAt} {
		if len(pl.slots[0][f]) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(pl.statuses, func(s planStatus) bool { return s.filled != nil })
}

// columnName is the header's name of a column; "" when there is none.
func (pl *plan) columnName(column int) string {
	if i := column - pl.skip; i >= 0 && i < len(pl.header) {
		return pl.header[i]
	}
	return ""
}

// Options are what the caller knows of a book beyond its bytes. The zero value guesses the profile among the
// built-in ones.
//
// What is set here wins over the profile, as the person at hand knows this file and the profile's writer
// knew its kind. There is no option to go on in spite of a fault: rows are rejected and mended, never
// waved through.
type Options struct {
	File      string            // its name, for errors
	Profile   *Profile          // nil: guessed by the header
	Among     []*Profile        // to guess among; nil: the built-in ones
	Zone      *time.Location    // of times without an offset; nil: as the profile says
	Currency  recourse.Currency // of amounts whose row names none; "": as the profile says
	Encoding  string            // of a text file; "": as the profile says, or by the bytes
	Delimiter byte              // of a text file; 0: as the profile says, or by the header
	Sheet     string            // of a workbook; "": as the profile says, or the first
}

// among are the profiles to guess among.
func (o *Options) among() []*Profile {
	if o.Among == nil {
		return builtins()
	}
	return o.Among
}
