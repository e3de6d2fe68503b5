package calendar

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rickar/cal/v2"

	"recourse"
)

// Set is the calendars that a decision may count in, by country. It is immutable.
//
// A decision is recorded together with the hash, so that one taken under last year's table can be
// told from one that would come out otherwise today.
type Set struct {
	calendars map[string]*Calendar
	hash      string
}

// chinaNotices is the official table of China; the repository's tests compare it with an independent one.
//
//go:embed data/cn.yaml
var chinaNotices []byte

// Default is the set the program brings: China by its official notices, the others by the rules of their laws.
func Default() *Set { return defaultSet() }

// defaultSet is computed when it is first asked for, since a program that only reads money needs none of it.
var defaultSet = sync.OnceValue(func() *Set {
	// The library computes midnights in the zone of the machine, where a change of the clocks can push one into the
	// day before; in UTC a day off is the same everywhere.
	cal.DefaultLoc = time.UTC
	byLaw := &Set{calendars: map[string]*Calendar{}}
	for code, country := range countries {
		byLaw.calendars[code] = country.definition(code).calendar()
	}
	notices, err := ParseOverride("cn.yaml", chinaNotices)
	if err != nil {
		panic(err) // The file is part of the program, and a test reads it.
	}
	set, err := byLaw.With(notices)
	if err != nil {
		panic(err)
	}
	return set
})

// With is s with operators' files laid over it, in their order; s stays as it is. A file speaks for each of its
// years whole: what s knew of that year is gone, and with it the mark that it is provisional. A country that s does
// not know is added; its years before the first file are plain weeks. Errors, of kind [recourse.Invalid]:
// calendar_zone_missing for a new country without a zone, calendar_conflict when two files speak for the same year
// or disagree about the zone.
func (s *Set) With(overrides ...Override) (*Set, error) {
	changed, err := s.definitions(overrides)
	if err != nil {
		return nil, err
	}
	set := &Set{calendars: maps.Clone(s.calendars)}
	for code, d := range changed {
		set.calendars[code] = d.calendar()
	}
	set.hash = set.sum()
	return set, nil
}

// definitions are those of the calendars that the files change. The zone of a new country may stand in any of its
// documents, so that its absence is only known when all are read.
func (s *Set) definitions(overrides []Override) (map[string]definition, error) {
	changed := map[string]definition{}
	seen := seenYears{}
	for _, o := range overrides {
		for _, y := range o.years {
			if err := seen.add(y); err != nil {
				return nil, err
			}
			d, ok := changed[y.code]
			if known := s.calendars[y.code]; !ok && known != nil {
				d = known.definition
			}
			d.code = y.code
			changed[y.code] = d.with(y)
		}
	}
	for _, o := range overrides {
		for _, y := range o.years {
			if changed[y.code].location == nil {
				return nil, y.refused("calendar_zone_missing", "zone", "the zone of "+y.code+" is not known",
					"add a line such as zone: Europe/Paris")
			}
		}
	}
	return changed, nil
}

// seenYears are the years that files given together speak for, by country, to find those that contradict each other.
// A file may well contradict what the program brings: that is what it is for.
type seenYears map[string][]announcedYear

// add takes one more year in, or says which of those before it contradicts it.
func (s seenYears) add(y announcedYear) error {
	for _, other := range s[y.code] {
		if other.year == y.year {
			return y.refused("calendar_conflict", "year", y.code+" "+strconv.Itoa(y.year)+" is already described at "+
				other.position.String(), "one file speaks for a whole year")
		}
		if y.location != nil && other.location != nil && y.location.String() != other.location.String() {
			return y.refused("calendar_conflict", "zone", "the zone of "+y.code+" is "+other.location.String()+" at "+
				other.position.String()+" and "+y.location.String()+" here", "a calendar has one zone")
		}
	}
	s[y.code] = append(s[y.code], y)
	return nil
}

// Calendar is the calendar of a country, by its ISO 3166 alpha-2 code in capitals.
func (s *Set) Calendar(code string) (*Calendar, bool) {
	c, ok := s.calendars[code]
	return c, ok
}

// Codes are the countries of the set, in alphabetical order.
func (s *Set) Codes() []string { return slices.Sorted(maps.Keys(s.calendars)) }

// Hash identifies what the set says, as the hexadecimal SHA-256 of it: any change of a business day, a name, an
// offset of a zone or a provisional mark, of any country, changes it. Where a day is known from changes nothing.
func (s *Set) Hash() string { return s.hash }

// sum goes through the countries in alphabetical order: the order of a map would be another each time.
func (s *Set) sum() string {
	h := sha256.New()
	var content []byte
	for _, code := range s.Codes() {
		content = s.calendars[code].append(content[:0])
		h.Write(content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// append puts all that can change an answer of c behind b. Every part that varies in length is preceded by it. The
// make-up days are not there by themselves: they are the business days on weekends, and both are.
func (c *Calendar) append(b []byte) []byte {
	b = appendText(b, c.definition.code)
	b = appendText(b, c.zone.location.String())
	b = appendNumbers(b, c.zone.starts...)
	b = appendNumbers(b, c.zone.offsets...)
	for _, w := range c.weekends {
		b = append(b, byte(w))
	}
	for _, n := range c.before {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	b = appendNumbers(b, int64(len(c.holidays)))
	for _, h := range c.holidays {
		b = appendText(appendNumbers(b, h.first, h.last), h.name)
	}
	return appendNumbers(b, c.definition.provisionalYears()...)
}

// appendText writes the length of s and s.
func appendText(b []byte, s string) []byte {
	return append(appendNumbers(b, int64(len(s))), s...)
}

// appendNumbers writes how many numbers there are and each in the same width, so that no two lists look alike.
func appendNumbers(b []byte, list ...int64) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(list)))
	for _, n := range list {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return b
}

// newYear is the first day of a year.
func newYear(year int) recourse.Date { return recourse.Date{Year: year, Month: time.January, Day: 1} }
