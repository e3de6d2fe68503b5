package sourcing

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"recourse"
)

// Line is a shipping line: a way for parcels, with what it takes. Limits are of one parcel; 0: it has none of that kind.
type Line struct {
	ID        string   `json:"line"`
	Name      string   `json:"name"`
	Countries []string `json:"countries"` // ISO 3166-1 alpha-2 of where it delivers; "*": everywhere
	WeightG   int      `json:"max_weight_g,omitempty"`
	LongestMM int      `json:"max_longest_mm,omitempty"`
	SumMM     int      `json:"max_sum_mm,omitempty"`   // of length, width and height
	GirthMM   int      `json:"max_girth_mm,omitempty"` // of the longest side and the way around the others
	// Divisor turns volume into weight: cubic centimetres through it are kilograms, and the greater of that and the scale's
	// counts. 0: only the scale counts.
	Divisor  int    `json:"divisor,omitempty"`
	DaysFrom int    `json:"days_from,omitempty"` // calendar days from being handed over to delivery
	DaysTo   int    `json:"days_to,omitempty"`
	Source   string `json:"source,omitempty"` // where the limits are from
}

//go:embed lines.csv
var linesFile []byte

var standard = sync.OnceValue(func() []Line {
	lines, err := ReadLines("lines.csv", bytes.NewReader(linesFile))
	if err != nil {
		panic(err) // the file is part of the program
	}
	return lines
})

// Lines are the shipping lines that everybody has: those of the post, and a courier. A merchant has their own in a file of
// the same columns.
func Lines() []Line { return slices.Clone(standard()) }

// lineColumns are those of a file of shipping lines, in any order; the first two must be there.
var lineColumns = []string{"line", "name", "countries", "max_weight_g", "max_longest_mm", "max_sum_mm", "max_girth_mm", "divisor", "days_from", "days_to", "source"}

// maxLines is how many shipping lines a file may have.
const maxLines = 1000

// ReadLines reads shipping lines from CSV with a row of names: lines_column, lines_value, each with its place.
func ReadLines(name string, r io.Reader) ([]Line, error) {
	c := csv.NewReader(r)
	head, err := c.Read()
	if err != nil {
		return nil, lineRefused(name, 1, 0, "there is no row of names", err)
	}
	for i, h := range head {
		head[i] = strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))
		if !slices.Contains(lineColumns, head[i]) {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "lines_column", Field: recourse.Shorten(head[i], 40), Position: recourse.Position{File: name, Line: 1, Column: i + 1},
				Message: "there is no column " + strconv.Quote(recourse.Shorten(head[i], 40)), Hint: recourse.Nearest(head[i], lineColumns)}
		}
	}
	var out []Line
	for row := 2; ; row++ {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, lineRefused(name, row, 0, "the row cannot be read", err)
		}
		l, err := readLine(name, row, head, fields)
		if err != nil {
			return nil, err
		}
		if out = append(out, l); len(out) > maxLines {
			return nil, lineRefused(name, row, 0, "there are more than "+strconv.Itoa(maxLines)+" lines", nil)
		}
	}
}

func readLine(name string, row int, head, fields []string) (l Line, err error) {
	numbers := map[string]*int{"max_weight_g": &l.WeightG, "max_longest_mm": &l.LongestMM, "max_sum_mm": &l.SumMM, "max_girth_mm": &l.GirthMM, "divisor": &l.Divisor, "days_from": &l.DaysFrom, "days_to": &l.DaysTo}
	for i, f := range fields {
		f = strings.TrimSpace(f)
		switch head[i] {
		case "line":
			l.ID = f
		case "name":
			l.Name = f
		case "source":
			l.Source = f
		case "countries":
			l.Countries = strings.FieldsFunc(strings.ToUpper(f), func(r rune) bool { return r == ' ' || r == ';' || r == '|' })
		default:
			if f == "" {
				continue
			}
			n, err := strconv.Atoi(f)
			if err != nil || n < 0 || n > 10_000_000 {
				return l, lineRefused(name, row, i+1, head[i]+" is "+strconv.Quote(recourse.Shorten(f, 30))+": a whole number from 0 to 10000000 is wanted", nil)
			}
			*numbers[head[i]] = n
		}
	}
	switch {
	case l.ID == "":
		return l, lineRefused(name, row, 0, "the line has no id", nil)
	case l.DaysTo < l.DaysFrom:
		return l, lineRefused(name, row, 0, "days_to is less than days_from", nil)
	case len(l.Countries) == 0:
		l.Countries = []string{"*"}
	}
	return l, nil
}

func lineRefused(name string, row, column int, message string, err error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "lines_value", Position: recourse.Position{File: name, Line: row, Column: column}, Message: message, Err: err}
}

// Parcel is what a line is asked to take: its weight and its sides. 0: not known.
type Parcel struct {
	WeightG int
	SizeMM  recourse.Size
}

// Excess is a limit that a parcel passes.
type Excess struct {
	Limit string `json:"limit"` // weight, volume, longest, sum, girth, country
	Is    int    `json:"is"`    // grams or millimetres
	Most  int    `json:"most"`
}

// Takes says which limits of a line a parcel passes; none: the line takes it, as far as is known. sure is false where a
// limit could not be looked at, since the parcel's weight or size is not known.
func (l *Line) Takes(p Parcel, country string) (over []Excess, sure bool) {
	sure = true
	if country != "" && !slices.Contains(l.Countries, "*") && !slices.Contains(l.Countries, country) {
		over = append(over, Excess{Limit: "country"})
	}
	look := func(limit string, is, most int) {
		switch {
		case most == 0:
		case is == 0:
			sure = false
		case is > most:
			over = append(over, Excess{limit, is, most})
		}
	}
	look("weight", p.WeightG, l.WeightG)
	a, b, c := sides(p.SizeMM)
	look("longest", a, l.LongestMM)
	look("sum", a+b+c, l.SumMM)
	girth := 0
	if a > 0 {
		girth = a + 2*(b+c)
	}
	look("girth", girth, l.GirthMM)
	if l.Divisor > 0 {
		look("volume", Volumetric(p.SizeMM, l.Divisor), l.WeightG)
	}
	return over, sure
}

// Volumetric is the weight that a size counts for, in grams, rounded up: cubic centimetres through the divisor are
// kilograms. 0 where the size is not known.
func Volumetric(size recourse.Size, divisor int) int {
	if divisor <= 0 {
		return 0
	}
	cubic := int64(size[0]) * int64(size[1]) * int64(size[2]) // mm³: a thousandth of a cm³, so that grams come out
	return int((cubic + int64(divisor) - 1) / int64(divisor))
}

// sides are the three sides, the longest first.
func sides(s recourse.Size) (a, b, c int) {
	l := []int{s[0], s[1], s[2]}
	slices.Sort(l)
	return l[2], l[1], l[0]
}

// Stack is the parcel of several pieces, laid one on another by their shortest side, which is how a careful packer
// begins; what is packed tighter only gets smaller.
func Stack(weightG int, size recourse.Size, pieces int) Parcel {
	a, b, c := sides(size)
	return Parcel{WeightG: weightG * pieces, SizeMM: recourse.Size{a, b, c * pieces}}
}
