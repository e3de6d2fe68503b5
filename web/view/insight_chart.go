package view

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/insight"
)

// Charts are drawn without a script: lengths are parts of the width and pixels of the height, so that letters keep their size
// on any screen. Each series has a pattern beside its colour, and each bar a title.

// Chart is a picture of bars that stand on each other, one for each step of the range.
type Chart struct {
	Name, Title, Sum, Desc string
	Lines                  []ChartLine
	Bars                   []ChartBar
	Labels                 []ChartLabel
}

// ChartBar is a part of a bar. X and Width are parts of the width («12.5%»), Y and Height pixels.
type ChartBar struct {
	X, Width  string
	Y, Height string
	Series    string // its fill: url(#ins-p1)
	Title     string
}

// ChartLine is a line of the grid with its number.
type ChartLine struct{ Y, TextY, Label string }

// ChartLabel is a word below the bars.
type ChartLabel struct {
	X, Text, Anchor string
	Wide            bool // only where there is room
}

// Legend is a series by its name.
type Legend struct {
	Fill, Label, Count, Href string
}

// The height of the bars, of what is above them, and of the whole picture, in pixels.
const (
	chartTop    = 18
	chartBars   = 150
	chartHeight = 192
)

// series is how many situations have a colour of their own; the others share the last.
const series = 5

// situationOrder are the situations of a report, those with the most cases first.
func situationOrder(rep *insight.Report) []string {
	sums := map[string]int64{}
	for _, w := range rep.Weeks {
		for _, counts := range []map[string]int64{w.Opened, w.Settled} {
			for s, n := range counts {
				sums[s] += n
			}
		}
	}
	all := slices.Sorted(maps.Keys(sums))
	slices.SortStableFunc(all, func(a, b string) int { return int(sums[b] - sums[a]) })
	return all
}

// insightCharts draws what was opened and what was settled, on one scale.
func insightCharts(r Reader, rep *insight.Report) ([]Legend, []Chart) {
	order := situationOrder(rep)
	var most int64
	for _, w := range rep.Weeks {
		most = max(most, sumOf(w.Opened), sumOf(w.Settled))
	}
	u := rangeUnit(rep.Query.From, rep.Query.To)
	opened := drawChart(r, rep, order, most, func(w insight.Week) map[string]int64 { return w.Opened })
	settled := drawChart(r, rep, order, most, func(w insight.Week) map[string]int64 { return w.Settled })
	opened.Name, opened.Title = "opened", r.T("ins_opened_per_"+string(u))
	settled.Name, settled.Title = "settled", r.T("ins_settled_per_"+string(u))
	opened.Sum, settled.Sum = r.Number(int(rep.Opened.Now)), r.Number(int(rep.Settled.Now))
	return legend(r, rep, order), []Chart{opened, settled}
}

func sumOf(counts map[string]int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

func fill(i int) string { return "url(#ins-p" + strconv.Itoa(min(i, series)+1) + ")" }

func legend(r Reader, rep *insight.Report, order []string) (out []Legend) {
	counts := map[string]int64{}
	for _, w := range rep.Weeks {
		for s, n := range w.Opened {
			counts[s] += n
		}
	}
	for i, s := range order {
		label, n := r.Situation(recourse.Situation(s)), counts[s]
		if i == series && len(order) > series+1 {
			label = r.T("ins_others")
			for _, s := range order[i+1:] {
				n += counts[s]
			}
		}
		if i > series {
			break
		}
		out = append(out, Legend{Fill: fill(i), Label: label, Count: r.Number(int(n))})
	}
	return out
}

func drawChart(r Reader, rep *insight.Report, order []string, most int64, of func(insight.Week) map[string]int64) (c Chart) {
	top, lines := scale(most)
	y := func(n int64) float64 { return chartTop + chartBars*(1-float64(n)/float64(top)) }
	for _, n := range lines {
		c.Lines = append(c.Lines, ChartLine{Y: px(y(n)), TextY: px(y(n) + 4), Label: r.Number(int(n))})
	}
	step := 100 / float64(max(len(rep.Weeks), 1))
	var largest int64
	largestAt := 0
	for i, w := range rep.Weeks {
		counts := of(w)
		var below int64
		for k, s := range order {
			n := counts[s]
			if n == 0 {
				continue
			}
			h := chartBars * float64(n) / float64(top)
			c.Bars = append(c.Bars, ChartBar{X: pc((float64(i) + .14) * step), Width: pc(.72 * step), Y: px(y(below + n)), Height: px(max(h-.8, .6)), Series: fill(k),
				Title: r.T("ins_bar", "from", r.ShortDay(w.From, r.Now), "n", r.Number(int(n)), "what", r.Situation(recourse.Situation(s)))})
			below += n
		}
		if below > largest {
			largest, largestAt = below, i
		}
	}
	c.Labels = chartLabels(r, rep, step)
	c.Desc = r.T("ins_chart_none")
	if largest > 0 {
		c.Desc = r.T("ins_chart_desc", "n", r.Number(int(largest)), "from", r.ShortDay(rep.Weeks[largestAt].From, r.Now))
	}
	return c
}

// chartLabels names some of the steps: as many as have room on a wide screen, and every second of those on a narrow one.
func chartLabels(r Reader, rep *insight.Report, step float64) (out []ChartLabel) {
	every := (len(rep.Weeks) + 5) / 6
	for i := 0; i < len(rep.Weeks); i += max(every, 1) {
		if len(rep.Weeks)-i < (every+1)/2 && i > 0 {
			break // it would stand over the edge
		}
		out = append(out, ChartLabel{X: pc((float64(i) + .14) * step), Text: r.ShortDay(rep.Weeks[i].From, r.Now), Anchor: "start", Wide: len(out)%2 == 1})
	}
	return out
}

// scale is the top of an axis that goes as far as a number, and the lines on it: one, two or five times a power of ten.
func scale(most int64) (top int64, lines []int64) {
	most = max(most, 4)
	unit := int64(1)
	for steps := []int64{2, 5, 10}; ; {
		for _, s := range steps {
			if unit*s*4 >= most {
				by := unit * s
				for n := by; ; n += by {
					lines = append(lines, n)
					if n >= most {
						return n, lines
					}
				}
			}
		}
		unit *= 10
	}
}

func pc(f float64) string { return trimmed(f) + "%" }
func px(f float64) string { return trimmed(f) }

func trimmed(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(f, 'f', 2, 64), "0"), ".")
}

// RangeBar is how long the cases of a situation were open: half of them no longer than the dark bar, nine in ten no longer than
// the light one.
type RangeBar struct {
	Label, Href, N    string
	Median, P90       string
	MedianAt, LightAt string // parts of the width
}

func rangeBars(r Reader, f InsightFilter, rep *insight.Report) (out []RangeBar) {
	var most int64 = 1
	for _, t := range rep.Times {
		most = max(most, t.P90)
	}
	for _, t := range rep.Times {
		name := r.situationCell(f, t.Situation)
		out = append(out, RangeBar{Label: name.Text, Href: name.Href, N: r.Number(int(t.N)), Median: r.span(t.Median), P90: r.span(t.P90),
			MedianAt: pc(100 * float64(t.Median) / float64(most)), LightAt: pc(100 * float64(t.P90) / float64(most))})
	}
	return out
}
