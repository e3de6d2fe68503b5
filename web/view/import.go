package view

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/importer"
	"recourse/intake"
)

// ImportStart is the page where a file is dropped.
type ImportStart struct {
	Books    []ImportBook
	Profiles []ImportProfile
}

// ImportProfile is a kind of export that is known by its header.
type ImportProfile struct{ Name, Title, Where string }

// ImportBook is a file that was dropped before.
type ImportBook struct {
	Name, Href, By, Size string
	At                   Instant
	State                string // in words
}

// ImportPage is a dropped file: how it is read, its first orders, and what came of importing it.
type ImportPage struct {
	ImportBook
	Fault    *Notice // it cannot be read as it is
	Profile  string
	Guessed  bool
	Encoding string
	Columns  []ImportColumn
	Unread   []string
	Orders   []ImportOrder
	Rejects  []ImportReject // found among the first rows
	Run      *ImportRun
	Fields   ImportFields
	Once     string
}

// ImportColumn is a column with what it is read as.
type ImportColumn struct{ Column, As string }

// ImportOrder is an order as it will be read.
type ImportOrder struct {
	ID, Placed, Buyer, Paid string
	Goods                   []string
	Purchases               []string
	News                    []string // what the book says happened beside
}

// ImportReject is a row that cannot be read.
type ImportReject struct {
	Row                             string
	Column, Value, Reason, Hint, ID string
}

// ImportFields are how the book is to be read, as the form has it.
type ImportFields struct {
	Profile, Zone, Currency, Sheet string
	Profiles                       []string
	Zones                          []string
	ShopZone                       string // taken because nothing names one; ""
	Mapping                        string // the name of a mapping file in use
}

// ImportRun is an import, or a dry one.
type ImportRun struct {
	Dry     bool
	Running bool
	Stopped bool
	Percent int
	Fault   *Notice
	Lines   []string
	Tables  []ImportTable
	Rejects []ImportReject
	More    string // how many rejected rows there are beyond those shown
	CSV     string // where the file of all of them is; "": there are none
}

// ImportTable is one list of figures.
type ImportTable struct {
	Title string
	Rows  []ImportRow
}

// ImportRow is a figure with its name.
type ImportRow struct{ Name, Count string }

// ImportPath is the page of a dropped file.
func ImportPath(id string) string { return "/import/" + id }

// NewImportBook says of a dropped file what a list of them shows.
func NewImportBook(r Reader, b *importer.Book) ImportBook {
	_, run := b.State()
	out := ImportBook{Name: b.Name, Href: ImportPath(b.ID), By: b.By, Size: r.bytes(b.Size), At: r.Past(b.At), State: r.T("import_state_new")}
	switch {
	case run == nil:
	case run.Ended.IsZero() && run.Dry:
		out.State = r.T("import_state_trying")
	case run.Ended.IsZero():
		out.State = r.T("import_state_running")
	case run.Err != nil:
		out.State = r.T("import_state_stopped")
	case run.Dry:
		out.State = r.T("import_state_tried")
	default:
		out.State = r.T("import_state_done")
	}
	return out
}

// bytes is a size in its largest unit.
func (r Reader) bytes(n int64) string {
	switch {
	case n >= 1<<20:
		return r.T("size_mb", "n", r.Number(int(n>>20)))
	case n >= 1<<10:
		return r.T("size_kb", "n", r.Number(int(n>>10)))
	}
	return r.T("size_b", "n", r.Number(int(n)))
}

// NewImportColumns are the columns of a book as they are read.
func NewImportColumns(r Reader, m intake.Match) (read []ImportColumn) {
	for _, c := range m.Reads {
		var as []string
		for _, f := range c.Fields {
			as = append(as, r.T("reads_"+strings.ReplaceAll(f, ".", "_")))
		}
		slices.Sort(as)
		read = append(read, ImportColumn{c.Column, r.List(slices.Compact(as))})
	}
	return read
}

// NewImportOrder is an order as its events tell it.
func NewImportOrder(r Reader, b *intake.Batch) ImportOrder {
	o := ImportOrder{ID: b.Order}
	for i := range b.Events {
		ev := &b.Events[i]
		switch ev.Type {
		case recourse.OrderPlaced:
			o.Placed, o.Buyer, o.Paid = r.MomentZone(ev.Time), buyerOf(r, ev), r.Money(ev.Paid)
			if ev.Paid.Currency == "" {
				o.Paid = ""
			}
			for _, l := range ev.Items {
				o.Goods = append(o.Goods, r.piece(cmp.Or(l.Title, l.SKU), l.Quantity))
			}
		case recourse.PurchasePlacedEvent:
			parts := []string{ev.Supplier, ev.Purchase}
			if ev.Cost.Currency != "" {
				parts = append(parts, r.Money(ev.Cost))
			}
			o.Purchases = append(o.Purchases, strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · "))
		default:
			o.News = append(o.News, r.news(ev))
		}
	}
	return o
}

func buyerOf(r Reader, ev *recourse.Event) string {
	var parts []string
	if ev.Buyer != nil && ev.Buyer.Name != "" {
		parts = append(parts, ev.Buyer.Name)
	}
	if ev.ShipTo != nil {
		if parts == nil && ev.ShipTo.Name != "" {
			parts = append(parts, ev.ShipTo.Name)
		}
		if ev.ShipTo.Country != "" {
			parts = append(parts, r.Country(ev.ShipTo.Country))
		}
	}
	return strings.Join(parts, ", ")
}

// piece is a ware with its number, where that is not one.
func (r Reader) piece(title string, n int) string {
	if n == 1 {
		return title
	}
	return title + " × " + r.Number(n)
}

// news is an event in words, with its day.
func (r Reader) news(ev *recourse.Event) string {
	words := r.Event(ev.Type)
	if ev.Status != "" {
		words = r.Parcel(ev.Status)
	}
	if ev.Time.IsZero() {
		return words
	}
	return words + " · " + r.ShortDay(ev.Time, r.Now)
}

// NewImportReject is a rejected row. The program's own sentences are in English, and the more exact ones: readers of other
// languages get theirs where there are any.
func NewImportReject(r Reader, x *intake.Reject) ImportReject {
	out := ImportReject{Row: r.Number(x.Row), Column: x.Name, Value: x.Value, Reason: x.Reason, Hint: x.Hint, ID: x.Order}
	if r.Lang() == "en" {
		return out
	}
	if say, do, ok := r.Error(&recourse.Error{Code: x.Code, Field: x.Field, Message: x.Reason + `: "` + x.Value + `"`}); ok {
		out.Reason, out.Hint = say, do
	}
	return out
}

// NewImportRun is what came of a run.
func NewImportRun(r Reader, b *importer.Book, run *importer.Run, fault *Notice) *ImportRun {
	out := &ImportRun{Dry: run.Dry, Running: run.Ended.IsZero(), Stopped: run.Err != nil, Fault: fault}
	if b.Size > 0 {
		out.Percent = int(min(100, run.Read*100/b.Size))
	}
	if f := run.Figures; f != nil {
		out.figures(r, f)
	}
	for i := range run.Rejects {
		out.Rejects = append(out.Rejects, NewImportReject(r, &run.Rejects[i]))
	}
	if len(run.Rejects) > 0 && !out.Running {
		out.CSV = ImportPath(b.ID) + "/rejects.csv"
		if run.Figures != nil && run.Figures.Rejected > len(run.Rejects) {
			out.More = r.T("import_more_rejects", "n", r.Number(run.Figures.Rejected-len(run.Rejects)))
		}
	}
	return out
}

func (out *ImportRun) figures(r Reader, f *importer.Figures) {
	for _, l := range []struct {
		n     int
		words string
	}{
		{f.Orders, r.T("import_orders", "n", r.Number(f.Orders))}, {f.Taken, r.T("import_taken", "n", r.Number(f.Taken))}, {f.Duplicate, r.T("import_known", "n", r.Number(f.Duplicate))},
		{f.Held, r.T("import_held", "n", r.Number(f.Held))}, {f.Refused, r.T("import_refused", "n", r.Number(f.Refused))},
		{f.Rejected, r.T("import_rejected", "n", r.Number(f.Rejected))}, {f.Quiet, r.T("import_quiet", "n", r.Number(f.Quiet))},
	} {
		if l.n > 0 {
			out.Lines = append(out.Lines, l.words)
		}
	}
	waiting := func(q string) string {
		if q == importer.Approval {
			return r.T("import_approval")
		}
		return r.Question(q)
	}
	out.Tables = append(out.Tables, table(r, r.T("import_opened"), f.Opened, r.Situation), table(r, r.T("import_closed"), f.Closed, r.Outcome),
		table(r, r.T("import_effects"), f.Effects, r.EffectKind), table(r, r.T("import_waiting"), f.Waiting, waiting))
	var money ImportTable
	money.Title = r.T("import_money")
	for _, c := range slices.Sorted(maps.Keys(f.Money)) {
		money.Rows = append(money.Rows, ImportRow{r.T("import_refunds", "currency", c), r.Money(f.Money[c])})
	}
	out.Tables = slices.DeleteFunc(append(out.Tables, money), func(t ImportTable) bool { return len(t.Rows) == 0 })
}

// table is a list of figures, the largest first.
func table[K ~string](r Reader, title string, counts map[K]int, name func(K) string) ImportTable {
	t := ImportTable{Title: title}
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b K) int { return counts[b] - counts[a] })
	for _, k := range keys {
		t.Rows = append(t.Rows, ImportRow{name(k), r.Number(counts[k])})
	}
	return t
}

// percent is the progress for an attribute.
func (out *ImportRun) percent() string { return strconv.Itoa(out.Percent) }
