package agent

import "regexp/syntax"

// An expression of a few letters may stand for a program of a hundred megabytes: \pL{1000} a hundred times. RE2 takes no
// longer for a letter because of that, but somebody has to hold it. How large it would be is seen before it is made.

// Limits on what expressions come to, in steps and ranges of letters.
const (
	maxSize = 20_000    // of one expression
	maxAll  = 1_000_000 // of all in a file
)

// size is about how many steps and ranges of letters an expression comes to; 0 where it is none.
func size(s string) int {
	re, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return 0
	}
	return weigh(re)
}

func weigh(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n = min(n+weigh(sub), maxAll+1)
	}
	if re.Op == syntax.OpRepeat {
		times := max(re.Max, re.Min+1) // {2,} is twice and a loop
		n = min(n*max(times, 1), maxAll+1)
	}
	return n
}
