package sourcing

import (
	_ "embed"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A title is taken apart into terms that mean the same in Chinese, English and French: concepts of a small vocabulary
// (a case is a coque is a 手机壳), measures (30cm is 300 mm is 30厘米), model names (A2482), and the words that are left, in
// their own script. What the vocabulary does not know is compared within one script only, and says nothing between two.

//go:embed vocabulary.csv
var vocabularyFile string

// termKind says what a term is, and so what it weighs.
type termKind int

const (
	word     termKind = iota // any other word, or two Chinese characters
	property                 // waterproof, foldable
	thing                    // what it is: a lamp, a case
	trait                    // a colour, a material, for whom, which plug: there is one, or they differ
	measure                  // a length, a volume, a weight, a number of pieces
	model                    // letters with digits: a model's name
)

// weights of the terms of a title. What it is and which model it is says more than how it is praised.
var weights = [...]int{word: 2, property: 2, thing: 5, trait: 4, measure: 4, model: 8}

// term is one term of a title.
type term struct {
	kind  termKind
	group string // of a trait or a measure: colour, material, mm
	text  string // what it is in all languages; of a word: the word
	han   bool   // of a word: in Chinese characters
}

type concept struct {
	kind  termKind
	group string
	name  string
}

// vocabulary finds concepts by their spellings.
type vocabulary struct {
	latin map[string]concept
	han   map[string]concept
	most  int // letters of the longest Chinese spelling
}

// words is the vocabulary, read once.
var words = sync.OnceValue(func() *vocabulary {
	rows, err := csv.NewReader(strings.NewReader(vocabularyFile)).ReadAll()
	if err != nil {
		panic(err) // the file is part of the program
	}
	v := &vocabulary{latin: map[string]concept{}, han: map[string]concept{}}
	for _, r := range rows[1:] {
		v.add(conceptOf(r[0], r[1]), r[2]+"|"+r[3], r[4])
	}
	return v
})

func (v *vocabulary) add(c concept, latin, han string) {
	for w := range strings.SplitSeq(latin, "|") {
		v.latin[fold(w)] = c
	}
	for w := range strings.SplitSeq(han, "|") {
		v.han[w] = c
		v.most = max(v.most, len([]rune(w)))
	}
}

// fold writes a word without accents, small, in one width.
func fold(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return joined.Replace(b.String())
}

// joined are letters that are two; undotted leaves out what stands inside a model's name. Making them costs more than using
// them.
var (
	joined   = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss")
	undotted = strings.NewReplacer("-", "", ".", "")
)

// plain says that a text has nothing but the letters of ASCII, which are folded by making them small.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// maxTitle is how much of a title is read, in letters.
const maxTitle = 300

// termsOf takes a title apart; each term stands once, sorted.
func termsOf(title string) []term {
	letters := []rune(norm.NFKC.String(title))
	letters = letters[:min(len(letters), maxTitle)]
	var out []term
	for at := 0; at < len(letters); {
		switch r := letters[at]; {
		case unicode.Is(unicode.Han, r):
			end := run(letters, at, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			out = append(out, words().chinese(letters[at:end])...)
			at = end
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			end := run(letters, at, inWord)
			unit := end
			if end < len(letters) && unicode.IsDigit(letters[end-1]) {
				unit = run(letters, end, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			}
			t, used := latin(letters, at, end, unit)
			out = append(out, t...)
			at = used
		default:
			at++
		}
	}
	slices.SortFunc(out, func(a, b term) int { return strings.Compare(a.key(), b.key()) })
	return slices.CompactFunc(out, func(a, b term) bool { return a.key() == b.key() })
}

func (t term) key() string { return strconv.Itoa(int(t.kind)) + t.group + "/" + t.text }

func run(letters []rune, at int, in func(rune) bool) int {
	for at < len(letters) && in(letters[at]) {
		at++
	}
	return at
}

// inWord are the letters of a Latin word: T-shirt and d'oreilles are one.
func inWord(r rune) bool {
	return !unicode.Is(unicode.Han, r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '\'' || r == '’' || r == '.' || r == ',')
}

// stop are words that say nothing of goods.
var stop = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("a an the of for with and in on to by from new hot sale free shipping de du des la le les un une et pour avec en au aux sur par neuf nouveau") {
		m[w] = true
	}
	return m
}()

// latin reads a word, with the unit behind it where it ends in a digit (30厘米, 500 ml), and says where it ended.
func latin(letters []rune, at, end, unit int) ([]term, int) {
	w := strings.Trim(fold(string(letters[at:end])), "-'’.,")
	if end+1 < len(letters) && letters[end] == ' ' && unicode.IsDigit(letters[end-1]) {
		next := run(letters, end+1, unicode.IsLetter)
		if t, ok := measured(w + fold(string(letters[end+1:next]))); ok {
			return []term{t}, next
		}
	}
	if unit > end {
		for n := min(unit, end+2); n > end; n-- {
			if t, ok := measured(w + string(letters[end:n])); ok {
				return []term{t}, n
			}
		}
	}
	if t, ok := measured(w); ok {
		return []term{t}, end
	}
	if t, ok := words().known(w); ok {
		return []term{t}, end
	}
	var out []term
	if isModel(w) {
		return []term{{kind: model, text: undotted.Replace(w)}}, end
	}
	for part := range strings.FieldsFuncSeq(w, func(r rune) bool { return r == '-' || r == '\'' || r == '’' || r == '.' || r == ',' }) {
		if t, ok := words().known(part); ok {
			out = append(out, t)
		} else if len(part) > 1 && !stop[part] {
			out = append(out, term{kind: word, text: strings.TrimSuffix(part, "s")})
		}
	}
	return out, end
}

func (v *vocabulary) known(w string) (term, bool) {
	for _, form := range []string{w, strings.TrimSuffix(w, "s"), strings.TrimSuffix(w, "es"), strings.TrimSuffix(w, "x")} {
		if c, ok := v.latin[form]; ok {
			return c.term(), true
		}
	}
	return term{}, false
}

func (c concept) term() term { return term{kind: c.kind, group: c.group, text: c.name} }

// isModel says that a word has letters and digits, and is short enough to be a name.
func isModel(w string) bool {
	letter, digit := false, false
	for _, r := range w {
		letter = letter || unicode.IsLetter(r)
		digit = digit || unicode.IsDigit(r)
	}
	return letter && digit && len(w) >= 2 && len(w) <= 24
}

// chinese takes the longest words of the vocabulary, and every two neighbours of what is left.
func (v *vocabulary) chinese(run []rune) []term {
	var out []term
	rest := 0 // where what nobody knows begins
	leave := func(to int) {
		for i := rest; i+1 < to; i++ {
			out = append(out, term{kind: word, text: string(run[i : i+2]), han: true})
		}
	}
	for at := 0; at < len(run); {
		n := min(v.most, len(run)-at)
		for ; n > 0; n-- {
			if c, ok := v.han[string(run[at:at+n])]; ok {
				leave(at)
				out = append(out, c.term())
				at += n
				rest = at
				break
			}
		}
		if n == 0 {
			at++
		}
	}
	leave(len(run))
	return out
}

// units with what they are in the smallest: millimetres, grams, millilitres, pieces, volts, watts, milliampere hours.
var units = map[string]struct {
	group string
	of    int64 // thousandths of the smallest
}{
	"mm": {"mm", 1000}, "cm": {"mm", 10_000}, "m": {"mm", 1_000_000}, "in": {"mm", 25_400}, "inch": {"mm", 25_400}, "毫米": {"mm", 1000}, "厘米": {"mm", 10_000}, "米": {"mm", 1_000_000}, "寸": {"mm", 25_400}, "英寸": {"mm", 25_400},
	"g": {"g", 1000}, "kg": {"g", 1_000_000}, "oz": {"g", 28_350}, "克": {"g", 1000}, "斤": {"g", 500_000}, "千克": {"g", 1_000_000}, "公斤": {"g", 1_000_000},
	"ml": {"ml", 1000}, "cl": {"ml", 10_000}, "l": {"ml", 1_000_000}, "毫升": {"ml", 1000}, "升": {"ml", 1_000_000},
	"pcs": {"pieces", 1000}, "pc": {"pieces", 1000}, "pieces": {"pieces", 1000}, "件": {"pieces", 1000}, "个": {"pieces", 1000}, "只": {"pieces", 1000},
	"v": {"volt", 1000}, "w": {"watt", 1000}, "mah": {"mah", 1000}, "ah": {"mah", 1_000_000}, "伏": {"volt", 1000}, "瓦": {"watt", 1000}, "毫安": {"mah", 1000},
	"gb": {"gb", 1000}, "tb": {"gb", 1_000_000},
}

// measured reads a number with its unit: 30cm, 1.5l, 5000mah.
func measured(w string) (term, bool) {
	n := strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' && r != ',' })
	if n <= 0 || n > 9 {
		return term{}, false
	}
	u, ok := units[w[n:]]
	if !ok {
		return term{}, false
	}
	whole, fraction, _ := strings.Cut(strings.Replace(w[:n], ",", ".", 1), ".")
	thousandths, err := strconv.ParseInt(whole+(fraction + "000")[:3], 10, 64)
	if err != nil {
		return term{}, false
	}
	return term{kind: measure, group: u.group, text: strconv.FormatInt(thousandths*u.of/1000, 10)}, true
}
