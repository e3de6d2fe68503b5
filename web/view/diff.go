package view

import "strings"

// DiffLine is a line of two texts that are compared.
type DiffLine struct {
	Sign string // "+": only in the second; "-": only in the first; "": in both
	Text string
}

// mostDiff is how many lines that are compared one by one; of longer texts the ends that differ are shown as a whole.
const mostDiff = 600

// Diff compares two texts line by line.
func Diff(before, after string) []DiffLine {
	a, b := splitLines(before), splitLines(after)
	var head, tail []DiffLine
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, DiffLine{"", a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, DiffLine{"", a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := append(head, diffBetween(a, b)...)
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// diffBetween compares what is left in the middle, by the longest row of lines that both have.
func diffBetween(a, b []string) (out []DiffLine) {
	if len(a) > mostDiff || len(b) > mostDiff {
		return append(diffSigned("-", a), diffSigned("+", b)...)
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
			out = append(out, DiffLine{"", a[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, DiffLine{"-", a[i]})
			i++
		default:
			out = append(out, DiffLine{"+", b[j]})
			j++
		}
	}
	return append(append(out, diffSigned("-", a[i:])...), diffSigned("+", b[j:])...)
}

func diffSigned(sign string, lines []string) (out []DiffLine) {
	for _, s := range lines {
		out = append(out, DiffLine{sign, s})
	}
	return out
}
