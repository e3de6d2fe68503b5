package view

import "strings"

// TextLine is a line of two texts that are compared.
type TextLine struct {
	Sign string // "+": only in the second; "-": only in the first; "": in both
	Text string
}

// mostDiff is how many lines that are compared one by one; of longer texts the ends that differ are shown as a whole.
const mostDiff = 600

// Diff compares two texts line by line.
func Diff(before, after string) []TextLine {
	a, b := linesOf(before), linesOf(after)
	var head, tail []TextLine
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, TextLine{"", a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, TextLine{"", a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := append(head, between(a, b)...)
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

func linesOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// between compares what is left in the middle, by the longest row of lines that both have.
func between(a, b []string) (out []TextLine) {
	if len(a) > mostDiff || len(b) > mostDiff {
		return append(signed("-", a), signed("+", b)...)
	}
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = append(out, TextLine{"", a[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, TextLine{"-", a[i]})
			i++
		default:
			out = append(out, TextLine{"+", b[j]})
			j++
		}
	}
	return append(append(out, signed("-", a[i:])...), signed("+", b[j:])...)
}

func signed(sign string, lines []string) (out []TextLine) {
	for _, s := range lines {
		out = append(out, TextLine{sign, s})
	}
	return out
}
