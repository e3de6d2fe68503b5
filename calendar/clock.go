package calendar

import (
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"recourse"
)

// A zone is kept with all its changes of the clocks, and a *time.Location is made of them again: governments move
// their clocks, the database of zones is corrected even for years long past, and neither may move a deadline that was
// told. The changes are those from the first that is known to ten years after the tables, so that what is counted from a
// day of the tables ends where it did. From then on the clocks stay as they are in that January.

// clock is a way in which a zone's clocks go for a while.
type clock struct {
	Name   string `json:"name"`             // as a time is written with it, such as CEST
	East   int64  `json:"east"`             // seconds east of Greenwich
	Summer bool   `json:"summer,omitempty"` // summer time, as the law has it
}

// zoneText is a time.Location as it is kept.
type zoneText struct {
	Name    string     `json:"name"`
	Clocks  []clock    `json:"clocks"`            // the first goes from the beginning of time
	Changes [][2]int64 `json:"changes,omitempty"` // the Unix second from which, and the index of the clock that goes
}

// nearest is less than any two changes of a zone are apart, in seconds: changes are not missed in steps of it.
const nearest = 15 * 60

// changes are the clock that a location has at a Unix second and each that follows it before end, with the second from
// which it goes.
func changes(location *time.Location, sec, end int64) iter.Seq2[int64, clock] {
	return func(yield func(int64, clock) bool) {
		var last clock
		for began := false; sec < end; began = true {
			t := time.Unix(sec, 0).In(location)
			name, east := t.Zone()
			c := clock{name, int64(east), t.IsDST()}
			if (!began || c != last) && !yield(sec, c) {
				return
			}
			last = c
			_, next := t.ZoneBounds()
			if next.IsZero() {
				return
			}
			// On the last day of a leap year after 2037 the bounds of package time end where they are asked for.
			sec = max(next.Unix(), sec+nearest)
		}
	}
}

// A zone is kept from the year 1, before which none has changed its clocks.
const (
	keptStart = minDay * secondsPerDay
	keptEnd   = (endDay + 3660) * secondsPerDay
)

// newZoneText writes a location down.
func newZoneText(location *time.Location) zoneText {
	z := zoneText{Name: location.String()}
	for sec, c := range changes(location, keptStart, keptEnd) {
		i := slices.Index(z.Clocks, c)
		if i < 0 {
			i, z.Clocks = len(z.Clocks), append(z.Clocks, c)
		}
		if sec != keptStart {
			z.Changes = append(z.Changes, [2]int64{sec, int64(i)})
		}
	}
	return z
}

// The limits of a zone, far above those of any that there is. The names of the clocks are addressed by one byte.
const (
	maxChanges = 2000
	maxClocks  = 50
	maxName    = 100       // bytes
	maxEast    = 26 * 3600 // seconds, as RFC 8536 has it
)

// location is the time.Location that was written down.
func (z zoneText) location() (*time.Location, error) {
	if err := z.check(); err != nil {
		return nil, err
	}
	location, err := time.LoadLocationFromTZData(z.Name, z.file())
	if err != nil { // unreachable: the zone was checked
		return nil, z.refused("cannot be read")
	}
	return location, nil
}

func (z zoneText) refused(what string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "calendar_text", Field: "zone", Message: `the zone "` + recourse.Shorten(z.Name, 40) + `" ` + what}
}

// check refuses what package time would read otherwise than it stands there, or that would make no sense to count in.
func (z zoneText) check() error {
	if z.Name == "" || z.Name == "Local" || len(z.Name) > maxName {
		return z.refused("has no name that a zone can have")
	}
	if len(z.Clocks) == 0 || len(z.Clocks) > maxClocks || len(z.Changes) > maxChanges {
		return z.refused("has no clocks, or too many of them or their changes")
	}
	names := 0
	for _, c := range z.Clocks {
		if names += len(c.Name) + 1; names > math.MaxUint8 || strings.Contains(c.Name, "\x00") || c.East < -maxEast || c.East > maxEast {
			return z.refused("has a clock with a wrong name or offset")
		}
	}
	before := int64(keptStart)
	for _, change := range z.Changes {
		if change[0] < before+nearest || change[0] >= keptEnd || change[1] < 0 || change[1] >= int64(len(z.Clocks)) {
			return z.refused("has a change out of order, too near to another, or to no clock")
		}
		before = change[0]
	}
	return nil
}

// file is the zone in the format of the database, RFC 8536: the only form in which package time takes one. Of its two
// blocks the first, with times of 32 bits, is left empty. The first clock goes by a change at the earliest second that
// there is, since for times before all changes a reader may choose another.
func (z zoneText) file() []byte {
	var times, kinds, clocks, names []byte
	for _, change := range append([][2]int64{{math.MinInt64, 0}}, z.Changes...) {
		times = binary.BigEndian.AppendUint64(times, uint64(change[0]))
		kinds = append(kinds, byte(change[1]))
	}
	for _, c := range z.Clocks {
		clocks = binary.BigEndian.AppendUint32(clocks, uint32(c.East))
		summer := byte(0)
		if c.Summer {
			summer = 1
		}
		clocks = append(clocks, summer, byte(len(names)))
		names = append(append(names, c.Name...), 0)
	}
	const head = "TZif2\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	b := append([]byte(head), make([]byte, 6*4)...)
	b = append(append(b, head...), make([]byte, 3*4)...)
	for _, n := range []int{len(kinds), len(z.Clocks), len(names)} {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return slices.Concat(b, times, kinds, clocks, names)
}
