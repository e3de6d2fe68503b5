// Package search makes words of texts, and finds them again: what is typed without accents finds what was written with
// them, and two Chinese characters find the text that has them side by side. It is pure: the store keeps the terms, and
// whatever database has them, the same question finds the same.
//
//	A term of letters and digits is folded: without accents, small, in one width. «Élodie» and «ELODIE» are elodie.
//	Chinese and Japanese know no spaces, so that every two neighbours are a term: 手机壳 is 手机 and 机壳.
//	The last word of a question may be the beginning of one: somebody is still typing.
package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxTerm is how long a term may be, in bytes. What is longer is cut, in texts and questions alike.
	MaxTerm = 40
	// MaxTerms is how many different terms an order may have; a book in a message does not fill the index.
	MaxTerms = 3000
	// MaxAsked is how many terms of a question are looked for.
	MaxAsked = 12
	// maxText is how much of one text is read, in bytes.
	maxText = 20_000
)

// Term is a term with the place in the text that it was made of, in bytes.
type Term struct {
	Text     string
	From, To int
}

// Terms are the different terms of some texts, sorted.
func Terms(texts ...string) []string {
	seen := map[string]bool{}
	for _, t := range texts {
		split(t, func(k Term) bool {
			seen[k.Text] = true
			return len(seen) < MaxTerms
		})
	}
	out := make([]string, 0, len(seen))
	for k := range seen {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// split gives a text's terms one after the other, until told to stop.
func split(s string, give func(Term) bool) {
	if len(s) > maxText {
		s = s[:maxText]
	}
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		if !inWord(r) {
			at += size
			continue
		}
		end, dense := at+size, isDense(r)
		for end < len(s) {
			next, n := utf8.DecodeRuneInString(s[end:])
			if !inWord(next) || isDense(next) != dense && !unicode.Is(unicode.Mn, next) {
				break
			}
			end += n
		}
		if dense {
			if !pairs(s, at, end, give) {
				return
			}
		} else if w := fold(s[at:end]); w != "" && !give(Term{w, at, end}) {
			return
		}
		at = end
	}
}

// pairs gives every two neighbours of a run without spaces, and its last character by itself, so that one character is
// found as the beginning of a term wherever it stands.
func pairs(s string, from, to int, give func(Term) bool) bool {
	for at := from; at < to; {
		_, one := utf8.DecodeRuneInString(s[at:to])
		end := at + one
		if end < to {
			_, two := utf8.DecodeRuneInString(s[end:to])
			end += two
		}
		if w := fold(s[at:end]); w != "" && !give(Term{w, at, end}) {
			return false
		}
		at += one
	}
	return true
}

// inWord says that a letter belongs to a word: letters, digits, and the marks that stand on them.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mn, r))
}

// isDense says that words of a script stand without spaces between them.
func isDense(r rune) bool {
	return r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// apart are letters that no decomposition takes apart and that people type as two, or plain.
var apart = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ı", "i", "þ", "th", "ð", "d")

// fold writes a word as all its spellings are looked for.
func fold(s string) string {
	if plain(s) {
		return cut(strings.ToLower(s))
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if r = unicode.ToLower(r); inWord(r) && !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return cut(apart.Replace(b.String()))
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// cut shortens a term, between letters.
func cut(s string) string {
	if len(s) <= MaxTerm {
		return s
	}
	n := MaxTerm
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Query is a question: terms that must all be there, of which the last may go on.
type Query struct {
	Terms []string
	Begun bool // the last term may be the beginning of one
}

// Ask reads a question. One without any letter or digit has no terms, and finds nothing.
func Ask(s string) Query {
	var q Query
	last := 0
	split(s, func(k Term) bool {
		if !slices.Contains(q.Terms, k.Text) {
			q.Terms = append(q.Terms, k.Text)
		}
		last = k.To
		return len(q.Terms) < MaxAsked
	})
	if n := len(q.Terms); n > 1 && utf8.RuneCountInString(q.Terms[n-1]) == 1 && denseTerm(q.Terms[n-1]) {
		q.Terms = q.Terms[:n-1] // the end of a run of which the pairs are asked for
	}
	if len(q.Terms) > 0 && last > 0 {
		end, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, " \t"))
		q.Begun = inWord(end)
	}
	return q
}

func denseTerm(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isDense(r)
}

// Has says whether a term of a text is one that was asked for.
func (q Query) Has(term string) bool {
	for i, t := range q.Terms {
		if term == t || q.Begun && i == len(q.Terms)-1 && strings.HasPrefix(term, t) {
			return true
		}
	}
	return false
}

// Match says whether all that was asked for is among some terms.
func (q Query) Match(terms []string) bool {
	for i, t := range q.Terms {
		begun := q.Begun && i == len(q.Terms)-1
		if !slices.ContainsFunc(terms, func(s string) bool { return s == t || begun && strings.HasPrefix(s, t) }) {
			return false
		}
	}
	return len(q.Terms) > 0
}

// Find gives the places of a text that answer the question, in their order and without overlaps: from and to, in bytes.
func (q Query) Find(text string) (places [][2]int) {
	if len(q.Terms) == 0 {
		return nil
	}
	split(text, func(k Term) bool {
		if !q.Has(k.Text) {
			return true
		}
		if n := len(places); n > 0 && places[n-1][1] >= k.From {
			places[n-1][1] = max(places[n-1][1], k.To)
		} else {
			places = append(places, [2]int{k.From, k.To})
		}
		return len(places) < 100
	})
	return places
}
