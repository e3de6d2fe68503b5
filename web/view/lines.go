package view

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
	"recourse/sourcing/address"
)

// LinesView is the page of shipping lines.
type LinesView struct {
	Rows []LineRow
	Act  bool
	Read *LinesReadView // what came of a list; nil: none was read
	Form LineForm
	Fit  FitView
}

// LineRow is a shipping line in words.
type LineRow struct {
	ID, Href, Name, Carrier string
	Whose                   string
	Class                   string // off: it is not used
	Limits                  []string
	Countries, Days         string
	Prices                  string
	Notes                   []string
	Source, Checked         string
}

// LinesReadView is what came of a list.
type LinesReadView struct {
	Say     string
	Rejects []string
	More    string
}

// LineForm is a line as somebody writes it down.
type LineForm struct {
	Action string
	New    bool
	Fields []LineField
	Say    string
}

// LineField is a field of the form: a column of the file.
type LineField struct {
	Name, Label, Value, Kind string // text, number, date, check, area
	Wrong                    bool
	Required                 bool
}

// LineFile is the page of one shipping line.
type LineFile struct {
	LineRow
	Form LineForm
	Act  bool
	Drop string // what taking it away would say; "": it cannot be
}

// FitView is a trial of goods, with what came of it.
type FitView struct {
	Pieces, Weight, Size, Country string
	Ways                          *WaysView
	Wrong                         string
}

// WaysView is how goods can go, and why not otherwise.
type WaysView struct {
	Ways    []WayCard
	Unknown []string
	Alone   []string
	Refused []string
	Action  string // where a choice is sent; "": nothing may be chosen
	Adjust  bool
	Refund  bool
	Version int64
	Fits    bool // an offer that fits is below
}

// WayCard is one plan in words.
type WayCard struct {
	Title, Price, Dearer, Days string
	Parcels                    []string
	Limits                     []string
	Left, Over, Unsure         string
	Reason                     string // by which it is chosen
}

// LinePath is the page of a shipping line.
func LinePath(id string) string { return "/lines/" + url.PathEscape(id) }

// LineRow tells a shipping line.
func (r Reader) LineRow(l *desk.LineCard) LineRow {
	row := LineRow{ID: l.ID, Href: LinePath(l.ID), Name: l.Name, Carrier: l.Carrier, Limits: r.limits(&l.Line), Source: l.Source, Checked: r.T("ln_unchecked")}
	switch {
	case l.Own && l.Standard:
		row.Whose = r.T("ln_override")
	case l.Own:
		row.Whose = r.T("ln_own")
	default:
		row.Whose = r.T("ln_standard")
	}
	if l.Off {
		row.Class = "off"
	}
	if l.Checked != (recourse.Date{}) {
		row.Checked = r.T("ln_checked", "day", r.Day(l.Checked))
	}
	row.Countries = r.T("ln_everywhere")
	if !slices.Contains(l.Countries, "*") {
		row.Countries = strings.Join(l.Countries, " ")
	}
	row.Days, row.Prices = r.lineDays(l.DaysFrom, l.DaysTo), r.linePrices(l.Prices)
	if len(l.Refuses) > 0 {
		row.Notes = append(row.Notes, r.T("ln_refuses", "words", r.List(l.Refuses)))
	}
	if l.NoBoxes {
		row.Notes = append(row.Notes, r.T("ln_no_boxes"))
	}
	return row
}

func (r Reader) lineDays(from, to int) string {
	if to == 0 {
		return ""
	}
	return r.T("src_days", "from", r.Number(from), "to", r.Number(to))
}

// limits are what a line takes at most.
func (r Reader) limits(l *sourcing.Line) (out []string) {
	for _, x := range []struct {
		key string
		n   int
		say func(int) string
	}{{"weight", l.WeightG, r.Kilograms}, {"longest", l.LongestMM, r.Centimetres}, {"sum", l.SumMM, r.Centimetres}, {"girth", l.GirthMM, r.Centimetres}, {"divisor", l.Divisor, r.Number}} {
		if x.n > 0 {
			out = append(out, r.T("ln_limit_"+x.key, "n", x.say(x.n)))
		}
	}
	return out
}

func (r Reader) linePrices(all []sourcing.Step) string {
	if len(all) == 0 {
		return r.T("ln_no_price")
	}
	var words []string
	for _, s := range all {
		words = append(words, r.T("ln_step", "n", r.Kilograms(s.UpToG), "price", r.Money(s.Price)))
	}
	return r.T("ln_steps", "steps", r.List(words))
}

// LineForm is a line to be filled in: as it is, or as it was filled in before.
func (r Reader) LineForm(l *desk.LineCard, values url.Values, wrong string) LineForm {
	f := LineForm{Action: "/lines", New: l == nil, Say: r.T("ln_add_say")}
	if l != nil {
		f.Action = LinePath(l.ID)
		if !l.Own {
			f.Say = r.T("ln_change_say")
		}
	}
	kinds := map[string]string{"no_boxes": "check", "off": "check", "checked": "date", "refuses": "area", "prices": "area", "line": "text", "name": "text", "carrier": "text", "countries": "text", "source": "text"}
	for _, column := range sourcing.LineColumns {
		if column == "line" && l != nil {
			continue
		}
		field := LineField{Name: column, Label: r.lineLabel(column), Kind: kinds[column], Wrong: column == wrong, Required: column == "line"}
		if field.Kind == "" {
			field.Kind = "number"
		}
		switch {
		case values != nil:
			field.Value = values.Get(column)
		case l != nil:
			field.Value = l.Cell(column)
		}
		if values == nil && field.Kind == "area" {
			field.Value = strings.ReplaceAll(field.Value, "; ", "\n")
		}
		f.Fields = append(f.Fields, field)
	}
	return f
}

// PricesExample is how prices by weight are written.
const PricesExample = "500: 62.00 CNY; 1000: 88.00 CNY"

func (r Reader) lineLabel(column string) string {
	switch column {
	case "line":
		return r.T("ln_f_line")
	case "name":
		return r.T("ln_f_name")
	case "carrier":
		return r.T("ln_f_carrier")
	case "countries":
		return r.T("ln_f_countries")
	case "max_weight_g":
		return r.T("ln_f_max_weight_g")
	case "max_longest_mm":
		return r.T("ln_f_max_longest_mm")
	case "max_sum_mm":
		return r.T("ln_f_max_sum_mm")
	case "max_girth_mm":
		return r.T("ln_f_max_girth_mm")
	case "divisor":
		return r.T("ln_f_divisor")
	case "days_from":
		return r.T("ln_f_days_from")
	case "days_to":
		return r.T("ln_f_days_to")
	case "refuses":
		return r.T("ln_f_refuses")
	case "no_boxes":
		return r.T("ln_f_no_boxes")
	case "prices":
		return r.T("ln_f_prices", "example", "500: 62.00 CNY")
	case "source":
		return r.T("ln_f_source")
	case "checked":
		return r.T("ln_f_checked")
	}
	return r.T("ln_f_off")
}

// NewLineFile tells one shipping line with its form.
func NewLineFile(r Reader, l *desk.LineCard, act bool, values url.Values, wrong string) LineFile {
	f := LineFile{LineRow: r.LineRow(l), Act: act, Form: r.LineForm(l, values, wrong)}
	switch {
	case !act || !l.Own:
	case l.Standard:
		f.Drop = r.T("ln_drop_standard")
	default:
		f.Drop = r.T("ln_drop")
	}
	return f
}

// Ways tells how goods can go. titles are what the goods of each line are called.
func (r Reader) Ways(w *sourcing.Ways, items []sourcing.Item) *WaysView {
	titles := map[int]string{}
	for _, it := range items {
		titles[it.Line] = it.Title
		if it.Title == "" {
			titles[it.Line] = "#" + strconv.Itoa(it.Line)
		}
	}
	out := &WaysView{}
	for i := range w.Ways {
		out.Ways = append(out.Ways, r.way(&w.Ways[i], titles))
	}
	for _, u := range w.Unknown {
		if u.What == "weight" {
			out.Unknown = append(out.Unknown, r.T("way_unknown_weight", "title", titles[u.Line]))
		} else {
			out.Unknown = append(out.Unknown, r.T("way_unknown_size", "title", titles[u.Line]))
		}
	}
	for _, line := range w.Alone {
		out.Alone = append(out.Alone, r.T("way_alone", "title", titles[line]))
	}
	for _, x := range w.Refused[:min(len(w.Refused), refusedShown)] {
		say := x.Line.Name + ": " + r.excesses(x.Over)
		if t := titles[x.Of]; t != "" && len(titles) > 1 {
			say = x.Line.Name + ", " + t + ": " + r.excesses(x.Over)
		}
		out.Refused = append(out.Refused, say)
	}
	return out
}

// refusedShown is how many lines that do not do are told, parcelsShown how many parcels of a way.
const (
	refusedShown = 30
	parcelsShown = 20
)

func (r Reader) excesses(over []sourcing.Excess) string {
	var words []string
	for _, x := range over {
		words = append(words, r.Language.Excess(x.Limit, x.Is, x.Most, x.Word))
	}
	return strings.Join(words, "; ")
}

func (r Reader) way(w *sourcing.Way, titles map[int]string) WayCard {
	var names []string
	for i := range w.Lines {
		names = append(names, w.Lines[i].Name)
	}
	n, line := r.Number(len(w.Parcels)), r.List(names)
	c := WayCard{Price: r.T("way_no_price")}
	switch w.Kind {
	case sourcing.WayWhole:
		c.Title = r.T("way_whole", "line", line)
	case sourcing.WaySplit:
		c.Title = r.T("way_split", "n", n, "line", line)
	case sourcing.WayMixed:
		c.Title = r.T("way_mixed", "n", n, "line", line)
	default:
		c.Title = r.T("way_partial", "n", n, "line", line)
	}
	if len(w.Lines) == 1 {
		c.Days, c.Limits = r.lineDays(w.Lines[0].DaysFrom, w.Lines[0].DaysTo), r.limits(&w.Lines[0])
	}
	if w.Price.Currency != "" {
		c.Price = r.Money(w.Price)
		if w.Dearer.Sign() > 0 {
			c.Dearer = r.T("way_dearer", "amount", r.Money(w.Dearer))
		} else if w.Dearer.Currency != "" && len(w.Left) == 0 {
			c.Dearer = r.T("way_cheapest")
		}
	}
	c.parcels(r, w, titles)
	if len(w.Left) > 0 {
		c.Left = r.T("way_left", "pieces", r.goods(w.Left, titles))
	}
	if len(w.Over) > 0 {
		c.Over = r.T("way_over", "over", r.excesses(w.Over))
	}
	if !w.Sure {
		c.Unsure = r.T("src_unsure")
	}
	return c
}

// parcels tells each parcel of a way, and what is said when it is chosen.
func (c *WayCard) parcels(r Reader, w *sourcing.Way, titles map[int]string) {
	for i := range w.Parcels[:min(len(w.Parcels), parcelsShown)] {
		p := &w.Parcels[i]
		words := []string{r.T("way_parcel", "n", r.Number(i+1), "pieces", r.goods(p.Pieces, titles))}
		if p.WeightG > 0 {
			words = append(words, r.Kilograms(p.WeightG)+" kg")
		}
		if len(w.Lines) > 1 {
			at := slices.IndexFunc(w.Lines, func(l sourcing.Line) bool { return l.ID == p.Line })
			words = append(words, w.Lines[max(0, at)].Name)
		}
		if p.Price.Currency != "" && len(w.Parcels) > 1 {
			words = append(words, r.Money(p.Price))
		}
		c.Parcels = append(c.Parcels, strings.Join(words, " · "))
	}
	c.Reason = recourse.Shorten(strings.Join(append([]string{c.Title}, c.Parcels...), "; "), mostReason)
	if len(w.Parcels) == 1 {
		c.Reason = c.Title
	}
}

// mostReason is how long the reason of a choice is, in bytes.
const mostReason = 900

func (r Reader) goods(pieces []recourse.Pieces, titles map[int]string) string {
	var words []string
	for _, p := range pieces {
		words = append(words, r.T("way_pieces", "n", r.Number(p.Quantity), "title", titles[p.Line]))
	}
	return r.List(words)
}

// CaseWays tells how a case's goods can go, with what may be chosen of it now.
func (r Reader) CaseWays(v *desk.View, id string, s *desk.Shipping, rights Rights) *WaysView {
	out := r.Ways(&s.Ways, s.Items)
	out.Version = v.Version
	if !rights.Act {
		return out
	}
	out.Action = CasePath(id) + "/act"
	for _, o := range v.Options(id) {
		out.Adjust = out.Adjust || o.Remedy == recourse.RemedyAdjustment
		out.Refund = out.Refund || o.Remedy == recourse.RemedyRefund
	}
	return out
}

// AddressView is what was found of an order's address.
type AddressView struct {
	Wrong, Doubtful []AddressRow
	Unruled         string
	When            string // whether it is still time
}

// AddressRow is one finding in words.
type AddressRow struct{ Field, Say, Do string }

// NewAddress tells what was found of an order's address; nil where nothing was.
func NewAddress(r Reader, v *desk.View) *AddressView {
	report := desk.AddressOf(v.File.Order.ShipTo, v.File.Order.Buyer)
	if len(report.Findings) == 0 {
		return nil
	}
	out := &AddressView{When: r.T("adr_before")}
	if len(v.File.Purchases) > 0 {
		out.When = r.T("adr_after")
	}
	if !report.Ruled && report.Country != "" {
		out.Unruled = r.T("adr_unruled", "country", r.country(report.Country))
	}
	for _, f := range report.Findings {
		say, do := r.Language.Finding(f.Code, f.Args)
		row := AddressRow{r.Language.AddressField(string(f.Field)), say, do}
		if f.Severity == address.Wrong {
			out.Wrong = append(out.Wrong, row)
		} else {
			out.Doubtful = append(out.Doubtful, row)
		}
	}
	return out
}

// Facts are what stands beside a way, one after the other.
func (c *WayCard) Facts() (out []string) {
	for _, s := range append([]string{c.Days, c.Dearer, c.Unsure}, c.Limits...) {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func lineColumns() string { return strings.Join(sourcing.LineColumns, ", ") }

// lineInput is the type of an input; a number is written as text, so that what is none can be told in words.
func lineInput(kind string) string {
	if kind == "date" {
		return "date"
	}
	return "text"
}

func lineMode(kind string) string {
	if kind == "number" {
		return "numeric"
	}
	return "text"
}
