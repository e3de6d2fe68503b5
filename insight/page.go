package insight

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Facts are kept as bytes, one segment behind another, so that segments are put together by putting their bytes together:
//
//	segment = length of the rest · least kind · first instant · seconds to the last one · number of words · words (length, bytes) ·
//	          number of facts · facts
//	fact    = kind · weight · seconds after the first · situation, supplier, country, channel, text (numbers of words) · N · M
//
// Numbers are varints; weight, the first instant, N and M may be negative. Word 0 is the empty one and is not written. The head
// says whether a segment is worth reading: of the period before, nobody asks how much was bought.

// Encode writes facts as one segment; nothing for none.
func Encode(facts []Weighed) []byte {
	if len(facts) == 0 {
		return nil
	}
	numbers := make(map[string]uint64, 8)
	var words []string
	number := func(s string) uint64 {
		if s == "" {
			return 0
		}
		n, ok := numbers[s]
		if !ok {
			words = append(words, s)
			n = uint64(len(words))
			numbers[s] = n
		}
		return n
	}
	base, last, least := facts[0].At, facts[0].At, facts[0].Kind
	for i := range facts {
		base, last, least = min(base, facts[i].At), max(last, facts[i].At), min(least, facts[i].Kind)
	}
	rows := make([]byte, 0, 24*len(facts))
	for i := range facts {
		f := &facts[i]
		rows = append(rows, byte(f.Kind))
		rows = binary.AppendVarint(rows, f.Weight)
		rows = binary.AppendUvarint(rows, uint64(f.At-base))
		for _, w := range [...]string{f.Situation, f.Supplier, f.Country, f.Channel, f.Text} {
			rows = binary.AppendUvarint(rows, number(w))
		}
		rows = binary.AppendVarint(binary.AppendVarint(rows, f.N), f.M)
	}
	head := binary.AppendUvarint(binary.AppendVarint([]byte{byte(least)}, base), uint64(last-base))
	head = binary.AppendUvarint(head, uint64(len(words)))
	for _, w := range words {
		head = append(binary.AppendUvarint(head, uint64(len(w))), w...)
	}
	head = binary.AppendUvarint(head, uint64(len(facts)))
	out := binary.AppendUvarint(make([]byte, 0, len(head)+len(rows)+4), uint64(len(head)+len(rows)))
	return append(append(out, head...), rows...)
}

// errDamaged says that bytes are none that Encode has written.
var errDamaged = errors.New("insight: facts cannot be read")

// row is a fact as it is read, with numbers for its words.
type row struct {
	kind                                        Kind
	weight, at                                  int64
	situation, supplier, country, channel, text int32
	n, m                                        int64
}

// scanner reads the segments of a body.
type scanner struct {
	rest       []byte // behind the segment in hand
	data       []byte // of the segment
	left       uint64 // facts to read
	least      Kind
	base, last int64
	bad        bool
	wants      func(least Kind, first, last int64) bool // nil: every segment
}

// segment goes to the next segment and gives its words, the empty one first, as they lie in the body; false at the end.
func (s *scanner) segment(words [][]byte) ([][]byte, bool) {
	if len(s.rest) == 0 || s.bad {
		return nil, false
	}
	size, n := binary.Uvarint(s.rest)
	if n <= 0 || size > uint64(len(s.rest)-n) {
		s.bad = true
		return nil, false
	}
	s.data, s.rest = s.rest[n:n+int(size)], s.rest[n+int(size):]
	s.least, s.base = Kind(s.unsigned()), s.signed()
	if s.last = s.base + int64(s.unsigned()); s.wants != nil && !s.bad && !s.wants(s.least, s.base, s.last) {
		return s.segment(words)
	}
	words = append(words[:0], nil)
	for many := s.unsigned(); many > 0 && !s.bad; many-- {
		size := s.unsigned()
		if size > uint64(len(s.data)) {
			s.bad = true
			break
		}
		words = append(words, s.data[:size])
		s.data = s.data[size:]
	}
	s.left = s.unsigned()
	return words, !s.bad
}

func (s *scanner) unsigned() uint64 {
	if len(s.data) > 0 && s.data[0] < 0x80 {
		v := s.data[0]
		s.data = s.data[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(s.data)
	if n <= 0 {
		s.bad, s.data = true, nil
		return 0
	}
	s.data = s.data[n:]
	return v
}

func (s *scanner) signed() int64 {
	v := s.unsigned()
	return int64(v>>1) ^ -int64(v&1)
}

// next reads the next fact of the segment; false at its end.
func (s *scanner) next(r *row) bool {
	if s.left == 0 || s.bad || len(s.data) == 0 {
		s.bad = s.bad || s.left > 0
		return false
	}
	s.left--
	r.kind = Kind(s.data[0])
	s.data = s.data[1:]
	r.weight, r.at = s.signed(), s.base+int64(s.unsigned())
	r.situation, r.supplier, r.country, r.channel, r.text = int32(s.unsigned()), int32(s.unsigned()), int32(s.unsigned()), int32(s.unsigned()), int32(s.unsigned())
	r.n, r.m = s.signed(), s.signed()
	return !s.bad
}

// Decode reads all facts of a body, as they were written.
func Decode(body []byte) (out []Weighed, err error) {
	s := scanner{rest: body}
	var r row
	for words, ok := s.segment(nil); ok; words, ok = s.segment(words) {
		word := func(i int32) string {
			if int(i) >= len(words) {
				s.bad = true
				return ""
			}
			return string(words[i])
		}
		for s.next(&r) {
			out = append(out, Weighed{Fact{Kind: r.kind, At: r.at, Situation: word(r.situation), Supplier: word(r.supplier), Country: word(r.country), Channel: word(r.channel),
				Text: word(r.text), N: r.n, M: r.m}, r.weight})
		}
	}
	if s.bad {
		return nil, errDamaged
	}
	return out, nil
}

// Day is the day of UTC that an instant in seconds lies in, counted from 1970.
func Day(at int64) int64 {
	day := at / daySeconds
	if at < 0 && at%daySeconds != 0 {
		day--
	}
	return day
}

const daySeconds = 24 * 60 * 60

// Part is a half of a day's facts, kept apart: of the period that is compared with, only troubles are read.
type Part int64

// The parts of a day: what is known of troubles, and how much was bought and ordered.
const (
	Troubles Part = iota
	Trade
)

// Page names the facts of one day and part.
type Page struct {
	Part Part
	Day  int64
}

// PageOf is the page that a fact stands on.
func PageOf(f *Fact) Page {
	p := Page{Troubles, Day(f.At)}
	if f.Kind >= Bought {
		p.Part = Trade
	}
	return p
}

// Pages sorts the facts of bodies by their pages, with what was added and taken away reckoned up; what comes to nothing is left
// out.
func Pages(bodies ...[]byte) (map[Page][]Weighed, error) {
	sums := map[Page]map[Fact]int64{}
	for _, body := range bodies {
		facts, err := Decode(body)
		if err != nil {
			return nil, err
		}
		for i := range facts {
			p := PageOf(&facts[i].Fact)
			if sums[p] == nil {
				sums[p] = map[Fact]int64{}
			}
			sums[p][facts[i].Fact] += facts[i].Weight
		}
	}
	pages := make(map[Page][]Weighed, len(sums))
	for p, facts := range sums {
		for f, weight := range facts {
			if weight != 0 {
				pages[p] = append(pages[p], Weighed{f, weight})
			}
		}
	}
	return pages, nil
}

// Merge puts facts into the body of their page. The same facts give the same bytes, in whatever order they came.
func Merge(body []byte, more []Weighed) ([]byte, error) {
	facts, err := Decode(body)
	if err != nil {
		return nil, err
	}
	sums := make(map[Fact]int64, len(facts)+len(more))
	for _, f := range slices.Concat(facts, more) {
		if sums[f.Fact] += f.Weight; sums[f.Fact] == 0 {
			delete(sums, f.Fact)
		}
	}
	all := make([]Weighed, 0, len(sums))
	for f := range maps.Keys(sums) {
		all = append(all, Weighed{f, sums[f]})
	}
	slices.SortFunc(all, func(a, b Weighed) int { return compare(&a.Fact, &b.Fact) })
	if len(all) == 0 {
		return []byte{}, nil // a body of no facts is one all the same
	}
	return Encode(all), nil
}

func compare(a, b *Fact) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.At, b.At), strings.Compare(a.Situation, b.Situation), strings.Compare(a.Supplier, b.Supplier),
		strings.Compare(a.Country, b.Country), strings.Compare(a.Channel, b.Channel), strings.Compare(a.Text, b.Text), cmp.Compare(a.N, b.N), cmp.Compare(a.M, b.M))
}

// BuyerKey is a number that stands for the person behind a mail address, in one shop: the salt is the shop's own secret. Who
// has the number cannot tell the address. 0: no address.
func BuyerKey(salt []byte, email string) int64 {
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" {
		return 0
	}
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(email))
	return int64(binary.BigEndian.Uint64(h.Sum(nil))>>24) | 1
}
