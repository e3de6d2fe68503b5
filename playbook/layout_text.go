package playbook

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// asciiWidths are the widths of the characters from space to tilde, in thousandths of the font's size. They are
// those of a wide sans-serif, so that a text never outgrows its place on a machine whose font is narrower.
var asciiWidths = [...]int{
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
	1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
	603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
	500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
	635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
}

// runeWidth is the width of one character in thousandths of the font's size. Where no table helps it guesses
// high: a full square from the first East Asian block on.
//
// To guess high costs some empty space; to guess low would let a name run out of its box.
// Signs that are drawn over or within others take no room of their own.
func runeWidth(r rune) int {
	switch {
	case r >= ' ' && r <= '~':
		return asciiWidths[r-' ']
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < 0x1100:
		return 800
	}
	return 1000
}

// textWidth is how many pixels a text takes, rounded up.
//
// Bold letters are reckoned an eighth wider than the table says.
func textWidth(s string, k ink) int {
	sum := 0
	for _, r := range s {
		sum += runeWidth(r)
	}
	sum *= k.size
	if k.bold {
		sum += sum / 8
	}
	return (sum + 999) / 1000
}

// ink is a way of writing: the class that the style sheet colours, and the sizes that the layout reckons with.
//
// The class stands in the style sheet with the same size and weight. Where the two disagree
// the words no longer fit, since the layout believes what stands here.
type ink struct {
	class string
	size  int
	lead  int // from one line to the next
	bold  bool
}

// The inks. 11 pixels are the least that is read without effort.
var (
	inkTitle   = ink{"title", 20, 28, true}
	inkName    = ink{"name", 14, 20, true}
	inkLead    = ink{"lead", 12, 16, true}
	inkText    = ink{"text", 12, 16, false}
	inkQuiet   = ink{"quiet", 11, 15, false}
	inkTarget  = ink{"target", 12, 17, true}
	inkBadge   = ink{"badge-text", 11, 16, true}
	inkOutcome = ink{"outcome", 12, 18, true}
)

// line is one line of a block.
type line struct {
	text string
	ink  ink
	icon icon // before the text; noIcon on all lines of an item but its first
	in   int  // indent
}

// block is some text, already broken into lines.
type block struct {
	lines []line
	width int // at which it is broken
}

// add breaks a text into lines, as many as it needs.
func (b *block) add(k ink, text string) { b.item(k, noIcon, 0, text) }

// item adds a text with an icon before its first line, all of it indented.
//
// An empty text adds no line at all, so that callers need not ask whether there is something
// to say.
func (b *block) item(k ink, i icon, in int, text string) {
	for _, s := range wrap(text, b.width-in, k) {
		b.lines = append(b.lines, line{s, k, i, in})
		i = noIcon
	}
}

// height is what the lines take from the top of the first to the bottom of the last.
func (b *block) height() int {
	h := 0
	for _, l := range b.lines {
		h += l.ink.lead
	}
	return h
}

// widest is the width that the lines really take.
func (b *block) widest() int {
	w := 0
	for _, l := range b.lines {
		w = max(w, l.in+textWidth(l.text, l.ink))
	}
	return w
}

// wrap breaks a text at spaces so that no line is wider than width. A word that is too wide by itself is broken
// after a dot, or an underscore, else anywhere: names come from strangers.
//
// Spaces at the ends, and several in a row, are lost: what is written for a file's lines is
// not meant for the drawing's.
func wrap(text string, width int, k ink) []string {
	var out []string
	current := ""
	for word := range strings.FieldsSeq(text) {
		for _, piece := range pieces(word, width, k) {
			joined := piece
			if current != "" {
				joined = current + " " + piece
			}
			if current != "" && textWidth(joined, k) > width {
				out = append(out, current)
				joined = piece
			}
			current = joined
		}
	}
	if current != "" {
		out = append(out, current)
	}
	return out
}

// pieces breaks a word into parts that each fit.
func pieces(word string, width int, k ink) []string {
	var out []string
	for textWidth(word, k) > width {
		cut := fitting(word, width, k)
		out = append(out, word[:cut])
		word = word[cut:]
	}
	return append(out, word)
}

// fitting is how many bytes of a word fit, at least one character.
//
// At least one character is taken even when it is wider than the line, or breaking would never
// end. A cut is never within a character.
func fitting(word string, width int, k ink) int {
	last, seam, joint := 0, 0, 0
	for i, r := range word {
		_, size := utf8.DecodeRuneInString(word[i:]) // of a broken byte the rune's length is not the byte's
		end := i + size
		if i > 0 && textWidth(word[:end], k) > width {
			break
		}
		last = end
		if i > 0 && strings.ContainsRune("./", r) {
			seam = end
		}
		if i > 0 && strings.ContainsRune("_-", r) {
			joint = end
		}
	}
	return cmp.Or(seam, joint, last)
}
