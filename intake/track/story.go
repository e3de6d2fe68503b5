// Package track understands tracking services: what 17TRACK and AfterShip tell of parcels becomes checkpoints in our own
// words, with the leg told from places and statuses; and it asks them to watch numbers, to stop, and for what a webhook
// may have missed.
//
// The bases, headers, signatures and words of both are those of their public documentation and of public code, as
// interfaces.md gives them; every assumption stands in one place: words in senses, legs in story.legs, times without a zone
// in zones, answers of 17TRACK in seventeenCodes, those of AfterShip in afterShipCodes.
package track

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"recourse"
	"recourse/intake"
)

// Limits on what a service may tell of one parcel. What is beyond them is left out: the newest checkpoints are kept.
const (
	maxCheckpoints = 500
	maxNumber      = 100  // bytes
	maxPlace       = 200  // bytes
	maxWords       = 1000 // characters of a carrier's text
)

// checkpoint is one line of what a carrier tells, with the service's word for it.
type checkpoint struct {
	at      time.Time
	word    string // sub-status, stage, subtag or tag
	place   string
	country string // of the place; "": not told
	text    string
}

// story is what a service tells of one parcel.
type story struct {
	number      string
	tag         string // what we gave the service to keep with it; "": nothing of ours
	from, to    string // countries; "": not told
	checkpoints []checkpoint
	state       string // the service's word for all of it
}

// meaning is what a story means for the desk: a checkpoint of ours for each of the carrier's, oldest first, and where one
// says that the address is wrong, that too.
//
// A checkpoint's id is made of the number, the instant, the service's word and the place: told again, by a webhook, by a
// later one that tells everything from the beginning, or by the round that looks for what webhooks missed, it is the same.
func (s *story) meaning() intake.Meaning {
	var m intake.Meaning
	order, parcel := s.about()
	m.Order = order
	s.sort()
	legs := s.legs()
	seen := map[string]bool{}
	for i := range s.checkpoints {
		c := &s.checkpoints[i]
		sense, known := senseOf(c.word)
		if !known {
			m.Note = "word_unknown"
		}
		id := s.id(c)
		if sense.status == "" || seen[id] {
			continue
		}
		seen[id] = true
		m.Events = append(m.Events, scan(id, order, parcel, c, sense, legs[i]))
		if sense.wrong {
			m.Events = append(m.Events, recourse.Event{ID: id + "/address", Type: recourse.OrderAddressWrong, Time: c.at, Data: recourse.Data{Order: order, Parcel: parcel, Reason: c.text}})
		}
	}
	if sense, _ := senseOf(s.state); m.Note == "" && (len(m.Events) == 0 || sense.note == "expired") {
		m.Note = sense.note
	}
	return m
}

func scan(id, order, parcel string, c *checkpoint, s sense, leg recourse.Leg) recourse.Event {
	e := recourse.Event{ID: id, Type: recourse.ParcelScanned, Time: c.at, Data: recourse.Data{Order: order, Parcel: parcel, Status: s.status, Leg: leg, Place: c.place, Text: c.text}}
	if s.asks {
		e.Customs = &recourse.Customs{Asks: c.text}
	}
	return e
}

// id names a checkpoint.
func (s *story) id(c *checkpoint) string {
	place := sha256.Sum256([]byte(strings.ToLower(c.place)))
	return s.number + "/" + c.at.UTC().Format("20060102T150405Z") + "/" + c.word + "/" + hex.EncodeToString(place[:4])
}

// about is the order and the parcel: those that were registered with the number, else the parcel of that number.
func (s *story) about() (order, parcel string) {
	if order, parcel, ok := ParseTag(s.tag); ok {
		return order, parcel
	}
	return "", s.number
}

// sort puts checkpoints in order, oldest first, and leaves out those without a time, and the oldest beyond the limit.
func (s *story) sort() {
	s.checkpoints = slices.DeleteFunc(s.checkpoints, func(c checkpoint) bool { return c.at.IsZero() || c.at.Year() < 1990 || c.at.Year() > 2199 })
	slices.SortStableFunc(s.checkpoints, func(a, b checkpoint) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.word, b.word), cmp.Compare(a.place, b.place))
	})
	if more := len(s.checkpoints) - maxCheckpoints; more > 0 {
		s.checkpoints = s.checkpoints[more:]
	}
}

// add adds a checkpoint, its texts cleaned and shortened.
func (s *story) add(c checkpoint) {
	c.place, c.text = clean(c.place, maxPlace), clean(c.text, maxWords)
	c.word = clean(c.word, 60)
	s.checkpoints = append(s.checkpoints, c)
}

// countryFrom is the country of a checkpoint: the one that the service names, else that of the place, else that of the place
// in the text.
func countryFrom(named, place, text string) string {
	if named != "" {
		return named
	}
	if code := countryOf(clean(place, maxPlace)); code != "" {
		return code
	}
	return countryOf(bracketed(clean(text, maxWords)))
}

// bracketed is the place that Chinese carriers write at the beginning of the text: 【深圳市】快件已发往…; "" where there is none.
func bracketed(text string) string {
	if _, rest, ok := strings.Cut(text, "【"); ok {
		place, _, _ := strings.Cut(rest, "】")
		return place
	}
	return ""
}

// clean leaves a text in UTF-8 on one line, without control characters, of at most so many characters.
func clean(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return recourse.Shorten(strings.TrimSpace(text), most)
}

// cleanNumber is a tracking number as it is kept; "": it is none.
func cleanNumber(number string) string {
	number = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(number, ""))
	if len(number) > maxNumber {
		return ""
	}
	return number
}

// tagPrefix begins what we give a service to keep with a number.
const tagPrefix = "recourse:"

// maxTag is how long a tag may be, in bytes. [M] of 17TRACK, whose tag has 100 characters.
const maxTag = 100

// Tag is what a service is to keep with a number and to give back with every word of it: the order and the parcel. Nothing
// personal is in it. "" where they are too long to be kept.
func Tag(order, parcel string) string {
	t := tagPrefix + url.QueryEscape(order) + ":" + url.QueryEscape(parcel)
	if len(t) > maxTag {
		return ""
	}
	return t
}

// ParseTag reads a tag of ours; ok is false for any other.
func ParseTag(tag string) (order, parcel string, ok bool) {
	rest, ours := strings.CutPrefix(tag, tagPrefix)
	o, p, two := strings.Cut(rest, ":")
	order, err1 := url.QueryUnescape(o)
	parcel, err2 := url.QueryUnescape(p)
	if !ours || !two || err1 != nil || err2 != nil || order == "" || parcel == "" || len(tag) > 1000 {
		return "", "", false
	}
	return order, parcel, true
}

// contentID names a delivery that has no name of its own, by its content.
func contentID(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

func malformed(what string, err error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "tracking_malformed", Message: "the delivery cannot be read: " + what, Err: err}
}

// text is a value that services write as a text, as a number or as null.
type text = intake.Scalar
