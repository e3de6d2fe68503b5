package recourse

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// ListedWindow is a row of a table of claim windows: for whom it holds, until when, and where the fact is from.
type ListedWindow struct {
	Supplier    string `json:"supplier,omitempty"` // "": every supplier of the marketplace
	ClaimWindow        // an empty marketplace: every marketplace
	Source      string `json:"source,omitempty"` // who says so: an address, a contract
	Note        string `json:"note,omitempty"`
}

// WindowColumns are the names of the columns of a table of claim windows, in the order in which one is written.
var WindowColumns = []string{"supplier", "marketplace", "problem", "from", "days", "country", "warn_days", "unsure", "source", "note"}

// ReadWindow reads a row of a table by what its columns say. A row that does not say when it is urgent gets a third of its
// days, five at most. The error names the column.
func ReadWindow(cell func(column string) string) (w ListedWindow, err error) {
	w.Supplier, w.Marketplace = cell("supplier"), strings.ToLower(cell("marketplace"))
	w.Problem, w.From, w.Country = cell("problem"), WindowStart(strings.ToLower(cmp.Or(cell("from"), string(WindowFromDelivered)))), strings.ToUpper(cell("country"))
	w.Unsure = slices.Contains([]string{"1", "yes", "true", "oui", "是"}, strings.ToLower(cell("unsure")))
	w.Source, w.Note = cell("source"), cell("note")
	if w.Days, err = strconv.Atoi(strings.TrimSuffix(cell("days"), ".0")); err != nil {
		return w, invalid("window_days", "days", "%q are no days: a whole number from 1 to %d is wanted", Shorten(cell("days"), 20), MaxWindowDays)
	}
	w.WarnDays = min(5, (w.Days+2)/3)
	if text := cell("warn_days"); text != "" {
		if w.WarnDays, err = strconv.Atoi(strings.TrimSuffix(text, ".0")); err != nil {
			return w, invalid("window_warn", "warn_days", "%q are no days: a whole number from 0 to %d is wanted", Shorten(text, 20), MaxWindowDays)
		}
	}
	return w, w.Check()
}

// Check says whether the row can be: what [ClaimWindow.Check] says, and event_text for a text that is too long.
func (w *ListedWindow) Check() error {
	if !w.EndsAt.IsZero() {
		return invalid("window_days", "days", "a row of the table counts days: an instant holds for one purchase alone")
	}
	if err := w.ClaimWindow.Check(); err != nil {
		return err
	}
	for _, t := range []struct {
		text
		most int
	}{{text{"supplier", w.Supplier}, maxID}, {text{"marketplace", w.Marketplace}, 60}, {text{"source", w.Source}, 500}, {text{"note", w.Note}, 1000}} {
		if err := t.check(t.most); err != nil {
			return err
		}
	}
	return nil
}

// Cells are what a row of a table says, in the order of [WindowColumns].
func (w *ListedWindow) Cells() []string {
	unsure := ""
	if w.Unsure {
		unsure = "yes"
	}
	return []string{w.Supplier, w.Marketplace, w.Problem, string(w.From), strconv.Itoa(w.Days), w.Country, strconv.Itoa(w.WarnDays), unsure, w.Source, w.Note}
}

// ruleRank orders rules, the most specific first: a supplier's own before its marketplace's, before those for everybody, before
// what comes with the program.
var ruleRank = map[WindowRule]int{WindowOfSupplier: 1, WindowOfMarketplace: 2, WindowOfAll: 3, WindowBuiltIn: 4}

// WindowsOf are the claim windows that hold for what is bought from a supplier at a marketplace: of rows for the same problem the
// most specific. They come in the order of the problems, so that the same table gives the same list.
func WindowsOf(table []ListedWindow, supplier, marketplace string) (out []ClaimWindow) {
	best := map[string]ClaimWindow{}
	for i := range table {
		w := &table[i]
		if w.Supplier != "" && w.Supplier != supplier || w.Marketplace != "" && w.Marketplace != marketplace {
			continue
		}
		if known, ok := best[w.Problem]; !ok || ruleRank[w.Rule] < ruleRank[known.Rule] {
			c := w.ClaimWindow
			c.Marketplace = marketplace
			best[w.Problem] = c
		}
	}
	for _, w := range best {
		if !coveredBy(w, best) {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b ClaimWindow) int { return cmp.Compare(a.Problem, b.Problem) })
	return out
}

// coveredBy says that a window for one problem is less specific than the one for every problem: a supplier's own word about
// everything counts more than a marketplace's about one thing.
func coveredBy(w ClaimWindow, best map[string]ClaimWindow) bool {
	all, ok := best[""]
	return ok && w.Problem != "" && ruleRank[all.Rule] < ruleRank[w.Rule]
}

// RuleOf is the rule that a merchant's own row makes.
func (w *ListedWindow) RuleOf() WindowRule {
	switch {
	case w.Supplier != "":
		return WindowOfSupplier
	case w.Marketplace != "":
		return WindowOfMarketplace
	}
	return WindowOfAll
}
