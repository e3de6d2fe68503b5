package sourcing

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// LineColumns are those of a file of shipping lines; a file has them in any order, and need not have all.
var LineColumns = []string{"line", "name", "carrier", "countries", "max_weight_g", "max_longest_mm", "max_sum_mm", "max_girth_mm", "divisor", "days_from", "days_to", "refuses", "no_boxes", "prices", "source", "checked", "off"}

// Limits on shipping lines.
const (
	MaxLines     = 1000 // of a merchant
	maxSteps     = 100
	maxRefuses   = 50
	maxCountries = 300
	mostLimit    = 10_000_000 // grams, millimetres, days, and the divisor
)

// ReadLines reads shipping lines from CSV with a row of names, and ends at the first row that is none: lines_column,
// lines_value, each with its place.
func ReadLines(name string, r io.Reader) ([]Line, error) {
	c := csv.NewReader(r)
	head, err := c.Read()
	if err != nil {
		return nil, lineRefused(name, 1, 0, "", "there is no row of names", err)
	}
	read, err := NewLineReader(name, head)
	if err != nil {
		return nil, err
	}
	var out []Line
	for row := 2; ; row++ {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, lineRefused(name, row, 0, "", "the row cannot be read", err)
		}
		l, err := read.Row(row, fields)
		if err != nil {
			return nil, err
		}
		if out = append(out, l); len(out) > MaxLines {
			return nil, lineRefused(name, row, 0, "", "there are more than "+strconv.Itoa(MaxLines)+" lines", nil)
		}
	}
}

// LineReader reads rows of a file of shipping lines, whatever the file is.
type LineReader struct {
	name string
	head []string
	seen map[string]int // the row of each id
}

// NewLineReader takes the row of names of a file: lines_column where one is not known, is there twice, or lacks.
func NewLineReader(name string, head []string) (*LineReader, error) {
	r := &LineReader{name: name, seen: map[string]int{}}
	refuse := func(at int, h, message string) error {
		return &recourse.Error{Kind: recourse.Invalid, Code: "lines_column", Field: recourse.Shorten(h, 40), Position: recourse.Position{File: name, Line: 1, Column: at}, Message: message, Hint: recourse.Nearest(h, LineColumns)}
	}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))
		switch {
		case !slices.Contains(LineColumns, h):
			return nil, refuse(i+1, h, "there is no column "+strconv.Quote(recourse.Shorten(h, 40)))
		case slices.Contains(r.head, h):
			return nil, refuse(i+1, h, "the column "+strconv.Quote(h)+" is there twice")
		}
		r.head = append(r.head, h)
	}
	if !slices.Contains(r.head, "line") {
		return nil, refuse(0, "line", "there is no column \"line\", by which a line is known")
	}
	return r, nil
}

// Row reads one row, counted from 1 with the row of names: lines_value, with the column at fault as its field.
func (r *LineReader) Row(row int, cells []string) (l Line, err error) {
	for i, f := range cells {
		if i >= len(r.head) {
			if strings.TrimSpace(f) != "" {
				return l, lineRefused(r.name, row, i+1, "", "the row has more columns than the row of names", nil)
			}
			continue
		}
		if message := l.Set(r.head[i], f); message != "" {
			return l, lineRefused(r.name, row, i+1, r.head[i], message, nil)
		}
	}
	if field, message := l.Check(); message != "" {
		return l, lineRefused(r.name, row, 1+slices.Index(r.head, field), field, message, nil)
	}
	if before := r.seen[l.ID]; before > 0 {
		return l, lineRefused(r.name, row, 1+slices.Index(r.head, "line"), "line", "the line "+strconv.Quote(l.ID)+" is there twice: see row "+strconv.Itoa(before), nil)
	}
	r.seen[l.ID] = row
	return l, nil
}

// Set writes one column of a line as people write it, and says in a sentence why that cannot be; "": it can.
func (l *Line) Set(column, value string) (message string) {
	value = strings.TrimSpace(value)
	if len(value) > 1 && value[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(value[1])) {
		value = value[1:] // what guarded it against spreadsheets
	}
	numbers := map[string]*int{"max_weight_g": &l.WeightG, "max_longest_mm": &l.LongestMM, "max_sum_mm": &l.SumMM, "max_girth_mm": &l.GirthMM, "divisor": &l.Divisor, "days_from": &l.DaysFrom, "days_to": &l.DaysTo}
	texts := map[string]*string{"line": &l.ID, "name": &l.Name, "carrier": &l.Carrier, "source": &l.Source}
	flags := map[string]*bool{"no_boxes": &l.NoBoxes, "off": &l.Off}
	switch {
	case texts[column] != nil:
		*texts[column] = value
	case numbers[column] != nil:
		n, err := strconv.Atoi(value)
		if value == "" {
			n, err = 0, nil
		}
		if err != nil || n < 0 || n > mostLimit {
			return column + " is " + strconv.Quote(recourse.Shorten(value, 30)) + ": a whole number from 0 to " + strconv.Itoa(mostLimit) + " is wanted"
		}
		*numbers[column] = n
	case flags[column] != nil:
		on, known := map[string]bool{"yes": true, "true": true, "1": true, "oui": true, "是": true}[strings.ToLower(value)], slices.Contains([]string{"", "no", "false", "0", "non", "否"}, strings.ToLower(value))
		if !on && !known {
			return column + " is " + strconv.Quote(recourse.Shorten(value, 30)) + ": yes or no is wanted"
		}
		*flags[column] = on
	case column == "countries":
		l.Countries = strings.FieldsFunc(strings.ToUpper(value), func(r rune) bool { return strings.ContainsRune(" ;|,，；、", r) })
	case column == "refuses":
		l.Refuses = list(value)
	case column == "prices":
		return l.setPrices(value)
	case column == "checked":
		return l.setChecked(value)
	}
	return ""
}

// list are the parts of a text between semicolons, bars or line breaks.
func list(value string) (out []string) {
	for _, w := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(";|\n；", r) }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func (l *Line) setChecked(value string) string {
	l.Checked = recourse.Date{}
	if value == "" {
		return ""
	}
	day, err := time.Parse(time.DateOnly, value)
	if err != nil || day.Year() < 1970 || day.Year() > 2999 {
		return "checked is " + strconv.Quote(recourse.Shorten(value, 30)) + ": a day such as 2026-11-25 is wanted"
	}
	l.Checked = recourse.DateOf(day)
	return ""
}

// setPrices reads steps of weight with their prices: 500: 62.00 CNY; 1000: 88.00 CNY.
func (l *Line) setPrices(value string) string {
	l.Prices = nil
	for _, part := range list(value) {
		weight, price, ok := strings.Cut(strings.Replace(part, "：", ":", 1), ":")
		n, err := strconv.Atoi(strings.TrimSpace(weight))
		m, bad := recourse.ParseMoney(strings.TrimSpace(price))
		if !ok || err != nil || bad != nil || n < 1 || n > mostLimit || m.Minor < 0 {
			return "prices has " + strconv.Quote(recourse.Shorten(part, 40)) + ": a weight in grams and a price are wanted, such as 500: 62.00 CNY"
		}
		l.Prices = append(l.Prices, Step{n, m})
	}
	slices.SortStableFunc(l.Prices, func(a, b Step) int { return a.UpToG - b.UpToG })
	return ""
}

// Check says in a sentence what of a line cannot be, and in which column; "", "": all of it can. A line without countries
// goes everywhere, one without a name has its id for one.
func (l *Line) Check() (column, message string) {
	if l.Name == "" {
		l.Name = l.ID
	}
	if len(l.Countries) == 0 {
		l.Countries = []string{"*"}
	}
	switch {
	case l.ID == "":
		return "line", "the line has no id"
	case len(l.ID) > 60 || strings.Trim(l.ID, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "":
		return "line", "an id is of letters a to z, digits, points, hyphens and underscores, 60 at most"
	case len(l.Name) > 200:
		return "name", "the name is too long: 200 letters at most"
	case len(l.Carrier) > 200:
		return "carrier", "the carrier's name is too long: 200 letters at most"
	case len(l.Source) > 1000:
		return "source", "the source is too long: 1,000 letters at most"
	case l.DaysTo < l.DaysFrom:
		return "days_to", "days_to is less than days_from"
	}
	if m := l.checkCountries(); m != "" {
		return "countries", m
	}
	if len(l.Refuses) > maxRefuses || slices.ContainsFunc(l.Refuses, func(w string) bool { return len(w) > 100 }) {
		return "refuses", "refuses has " + strconv.Itoa(maxRefuses) + " words at most, of 100 letters each"
	}
	return "prices", l.checkPrices()
}

func (l *Line) checkCountries() string {
	for _, c := range l.Countries {
		if c != "*" && (len(c) != 2 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
			return "countries has " + strconv.Quote(recourse.Shorten(c, 20)) + ": codes of two letters are wanted, such as FR DE, or * for everywhere"
		}
	}
	if len(l.Countries) > maxCountries {
		return "countries has more than there are"
	}
	return ""
}

func (l *Line) checkPrices() string {
	if len(l.Prices) > maxSteps {
		return "prices has " + strconv.Itoa(maxSteps) + " steps at most"
	}
	for i, s := range l.Prices {
		switch {
		case s.UpToG < 1 || s.UpToG > mostLimit || s.Price.Minor < 0 || s.Price.Currency == "":
			return "prices has a step that is none: a weight in grams and a price are wanted, such as 500: 62.00 CNY"
		case i > 0 && s.Price.Currency != l.Prices[0].Price.Currency:
			return "prices is in two currencies: " + string(l.Prices[0].Price.Currency) + " and " + string(s.Price.Currency)
		case i > 0 && s.UpToG <= l.Prices[i-1].UpToG:
			return "prices has the weight " + strconv.Itoa(s.UpToG) + " twice, or not in their order"
		}
	}
	return ""
}

// Cell is one column of a line as a file has it: what [Line.Set] reads.
func (l *Line) Cell(column string) string {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	flag := func(on bool) string {
		if on {
			return "yes"
		}
		return ""
	}
	switch column {
	case "line":
		return l.ID
	case "name":
		return l.Name
	case "carrier":
		return l.Carrier
	case "countries":
		return strings.Join(l.Countries, " ")
	case "max_weight_g":
		return number(l.WeightG)
	case "max_longest_mm":
		return number(l.LongestMM)
	case "max_sum_mm":
		return number(l.SumMM)
	case "max_girth_mm":
		return number(l.GirthMM)
	case "divisor":
		return number(l.Divisor)
	case "days_from":
		return number(l.DaysFrom)
	case "days_to":
		return number(l.DaysTo)
	case "refuses":
		return strings.Join(l.Refuses, "; ")
	case "no_boxes":
		return flag(l.NoBoxes)
	case "off":
		return flag(l.Off)
	case "source":
		return l.Source
	case "prices":
		return l.pricesCell()
	}
	if l.Checked == (recourse.Date{}) {
		return ""
	}
	return l.Checked.String()
}

func (l *Line) pricesCell() string {
	steps := make([]string, len(l.Prices))
	for i, s := range l.Prices {
		steps[i] = strconv.Itoa(s.UpToG) + ": " + s.Price.String()
	}
	return strings.Join(steps, "; ")
}

// WriteLines writes lines as CSV that [ReadLines] reads. What a spreadsheet would run as a formula gets an apostrophe.
func WriteLines(w io.Writer, lines []Line) error {
	out := csv.NewWriter(w)
	if err := out.Write(LineColumns); err != nil {
		return err
	}
	for i := range lines {
		row := make([]string, len(LineColumns))
		for j, c := range LineColumns {
			row[j] = lines[i].Cell(c)
			if row[j] != "" && strings.ContainsRune("=+-@\t\r", rune(row[j][0])) {
				row[j] = "'" + row[j]
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func lineRefused(name string, row, column int, field, message string, err error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "lines_value", Field: field, Position: recourse.Position{File: name, Line: row, Column: column}, Message: message, Err: err}
}
