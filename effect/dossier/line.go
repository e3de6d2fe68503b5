package dossier

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// run is a piece of a line in one family of letters.
type run struct {
	face face
	text string
}

// printable is a text as it can be set: characters that join others into one sign are left out, and what no family has is
// told by a box.
func printable(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, string(missing))
	}
	var b strings.Builder
	box := false
	for _, r := range s {
		switch {
		case r == '\n':
			box = false
			b.WriteRune(r)
		case r == '\t' || unicode.IsSpace(r):
			box = false
			b.WriteRune(blank(r))
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
		case faceOf(r) == nowhere:
			switch {
			case box: // one for a sign that is made of several
			case emoji(r):
				b.WriteString("[emoji]")
			default:
				b.WriteRune(missing)
			}
			box = true
		default:
			box = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// blank is a blank that there are letters for. One that must not break a line stays so.
func blank(r rune) rune {
	if r == '\u00a0' || r == '\u202f' {
		return '\u00a0'
	}
	return ' '
}

// runs parts a line by the families of its letters.
func runs(line string) (out []run) {
	for _, r := range line {
		f := faceOf(r)
		if f == nowhere {
			continue // printable has taken them out
		}
		if n := len(out); n > 0 && out[n-1].face == f {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, run{f, string(r)})
	}
	return out
}

// emoji says that a character is a small picture. No family here has them: that there was one is told by the word that all languages
// have for it.
func emoji(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2600 && r <= 0x27bf
}

// wide says that a line may be broken beside a character: Chinese and Japanese are written without blanks.
func wide(r rune) bool {
	return r >= 0x2e80 && r < 0xd7b0 && !unicode.Is(unicode.Hangul, r) || r >= 0xf900 && r < 0xfb00 || r >= 0xff00 && r < 0xffef
}

// Characters that must not begin a line, and those that must not end one.
const (
	noStart = "，。、；：！？）》」』】〉”’…—％·,.;:!?)]}»%"
	noEnd   = "（《「『【〈“‘([{«"
)

// words parts a text at the places where a line may be broken. Each word has the blanks behind it.
func words(s string) (out []string) {
	begin := 0
	last := rune(0)
	for i, r := range s {
		mayBreak := i > begin && (last == ' ' && r != ' ' || (wide(r) || wide(last)) && r != ' ')
		if mayBreak && !strings.ContainsRune(noStart, r) && !strings.ContainsRune(noEnd, last) {
			out = append(out, s[begin:i])
			begin = i
		}
		last = r
	}
	return append(out, s[begin:])
}

// wrap parts a text into lines no wider than most. A word that is wider is broken where it has to be.
func wrap(text string, most float64, width func(string) float64) (lines []string) {
	for _, paragraph := range strings.Split(printable(text), "\n") {
		line := ""
		for _, word := range words(paragraph) {
			if line == "" || width(strings.TrimRight(line+word, " ")) <= most {
				line += word
			} else {
				lines = append(lines, strings.TrimRight(line, " "))
				line = word
			}
			for width(strings.TrimRight(line, " ")) > most {
				n := fitting(line, most, width)
				lines = append(lines, line[:n])
				line = line[n:]
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// fitting is how many bytes of a text are no wider than most; at least one character.
func fitting(s string, most float64, width func(string) float64) int {
	n := 0
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if n > 0 && width(s[:end]) > most {
			break
		}
		n = end
	}
	return n
}
