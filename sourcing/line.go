package sourcing

import (
	"bytes"
	_ "embed"
	"math"
	"math/bits"
	"slices"
	"sync"

	"recourse"
)

// Line is a shipping line: a way for parcels, with what it takes. Limits are of one parcel; 0: it has none of that kind.
type Line struct {
	ID        string   `json:"line"`
	Name      string   `json:"name"`
	Carrier   string   `json:"carrier,omitempty"`
	Countries []string `json:"countries"` // ISO 3166-1 alpha-2 of where it delivers; "*": everywhere
	WeightG   int      `json:"max_weight_g,omitempty"`
	LongestMM int      `json:"max_longest_mm,omitempty"`
	SumMM     int      `json:"max_sum_mm,omitempty"`   // of length, width and height
	GirthMM   int      `json:"max_girth_mm,omitempty"` // of the longest side and the way around the others
	// Divisor turns volume into weight: cubic centimetres through it are kilograms, and the greater of that and the scale's
	// counts. 0: only the scale counts.
	Divisor  int      `json:"divisor,omitempty"`
	DaysFrom int      `json:"days_from,omitempty"` // calendar days from being handed over to delivery
	DaysTo   int      `json:"days_to,omitempty"`
	Refuses  []string `json:"refuses,omitempty"`  // goods that it does not take, as words of their titles
	NoBoxes  bool     `json:"no_boxes,omitempty"` // it does not deliver to post office boxes
	Prices   []Step   `json:"prices,omitempty"`   // by weight, the lightest first, in one currency; none: not known
	Source   string   `json:"source,omitempty"`   // where the limits are from
	// Checked is the day on which somebody looked whether the limits still hold; zero: nobody said.
	Checked recourse.Date `json:"checked,omitzero"`
	Off     bool          `json:"off,omitempty"` // it is not used
}

// Step is what a parcel costs up to a weight.
type Step struct {
	UpToG int            `json:"up_to_g"`
	Price recourse.Money `json:"price"`
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

// Lines are the shipping lines that everybody has: those of the post, and a courier. A merchant has their own beside them,
// or in place of one by its id.
func Lines() []Line { return slices.Clone(standard()) }

// Parcel is what a line is asked to take: its weight and its sides. 0: not known.
type Parcel struct {
	WeightG int
	SizeMM  recourse.Size
}

// Excess is a limit that a parcel passes.
type Excess struct {
	Limit string `json:"limit"` // weight, volume, longest, sum, girth, country, goods, box
	Is    int    `json:"is"`    // grams or millimetres
	Most  int    `json:"most"`
	Word  string `json:"word,omitempty"` // of the goods that the line refuses
}

// Takes says which limits of a line a parcel passes; none: the line takes it, as far as is known. sure is false where a
// limit could not be looked at, since the parcel's weight or size is not known.
func (l *Line) Takes(p Parcel, country string) (over []Excess, sure bool) {
	sure = true
	if !l.reaches(country) {
		over = append(over, Excess{Limit: "country"})
	}
	look := func(limit string, is, most int) {
		switch {
		case most == 0:
		case is == 0:
			sure = false
		case is > most:
			over = append(over, Excess{Limit: limit, Is: is, Most: most})
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

// reaches says whether a line delivers in a country; "": nobody said which.
func (l *Line) reaches(country string) bool {
	return country == "" || slices.Contains(l.Countries, "*") || slices.Contains(l.Countries, country)
}

// Price is what a parcel costs by a line, by the weight that counts; false: the line has no price for it, or the weight is
// not known.
func (l *Line) Price(p Parcel) (recourse.Money, bool) {
	counts := max(p.WeightG, Volumetric(p.SizeMM, l.Divisor))
	if p.WeightG <= 0 {
		return recourse.Money{}, false
	}
	for _, s := range l.Prices {
		if counts <= s.UpToG {
			return s.Price, true
		}
	}
	return recourse.Money{}, false
}

// Volumetric is the weight that a size counts for, in grams, rounded up: cubic centimetres through the divisor are
// kilograms. 0 where the size is not known, or there is no divisor; what no number holds is the greatest that one does.
func Volumetric(size recourse.Size, divisor int) int {
	if divisor <= 0 || size[0] <= 0 || size[1] <= 0 || size[2] <= 0 {
		return 0
	}
	// mm³ are thousandths of a cm³, so that grams come out.
	high, cubic := bits.Mul64(uint64(size[0]), uint64(size[1]))
	if high == 0 {
		high, cubic = bits.Mul64(cubic, uint64(size[2]))
	}
	if high != 0 || cubic > math.MaxInt64-uint64(divisor) {
		return math.MaxInt
	}
	return int((cubic + uint64(divisor) - 1) / uint64(divisor))
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
	return Parcel{WeightG: times(weightG, pieces), SizeMM: recourse.Size{a, b, times(c, pieces)}}
}

// mostMeasure is beyond every weight in grams and every side in millimetres that is meant.
const mostMeasure = 1 << 40

// times is a product of two measures that cannot pass what is reckoned with.
func times(a, b int) int {
	if a <= 0 || b <= 0 {
		return 0
	}
	if high, low := bits.Mul64(uint64(a), uint64(b)); high != 0 || low > mostMeasure {
		return mostMeasure
	} else {
		return int(low)
	}
}
