package calendar

import (
	"math"
	"time"
)

// secondsPerDay holds for every day of Unix time, which knows no leap seconds.
const secondsPerDay = 24 * 60 * 60

// The table of a zone reaches some days further than that of the business days on both sides, so that every local
// time of a day in the table finds its offset. It is cut into buckets of 48 days: between two transitions of a zone
// lie months, so that from the bucket's own entry it is seldom more than one step to the right one.
const (
	bucketBits  = 22
	zoneStart   = (firstDay - 7) * secondsPerDay
	zoneBuckets = (dayCount+14)*secondsPerDay>>bucketBits + 1
	zoneEnd     = zoneStart + zoneBuckets<<bucketBits
)

// zone is a time.Location with the offsets of the years of the tables at hand, because looking them up in the
// location costs more than all the rest of a sum. It gives the same answers as the location, gaps and overlaps
// included, and asks it where its own table ends.
//
// For Paris, starts holds two instants a year, in March and in October, and offsets 7200 and 3600 in
// turn. For Shanghai they have few entries: China has kept one time all the year since 1992.
type zone struct {
	location *time.Location
	starts   []int64 // starts[i] is the Unix second from which offsets[i] holds; one more, never reached, at the end
	offsets  []int64 // seconds east of Greenwich
	buckets  [zoneBuckets]uint16
}

// newZone asks the location for its changes one after the other, and then notes for each bucket the entry in force at
// its beginning.
func newZone(location *time.Location) *zone {
	z := &zone{location: location}
	for sec, c := range changes(location, zoneStart, zoneEnd) {
		if len(z.offsets) == 0 || z.offsets[len(z.offsets)-1] != c.East {
			z.starts, z.offsets = append(z.starts, sec), append(z.offsets, c.East)
		}
	}
	z.starts = append(z.starts, math.MaxInt64)
	entry := 0
	for b := range z.buckets {
		for z.starts[entry+1] <= zoneStart+int64(b)<<bucketBits {
			entry++
		}
		z.buckets[b] = uint16(entry)
	}
	return z
}

// entry is the index of the offset in force at a Unix second; ok is false outside the table.
func (z *zone) entry(sec int64) (i int, ok bool) {
	bucket := uint64(sec-zoneStart) >> bucketBits
	if bucket >= zoneBuckets {
		return 0, false
	}
	i = int(z.buckets[bucket])
	for z.starts[i+1] <= sec {
		i++
	}
	return i, true
}

// local is the day that the zone has at t, counted from 1 January 1970, and the second of it on a clock that
// knows no summer time.
//
// It is the only way from an instant to a day: 17:30 UTC is already the next day in Shanghai, and a
// business day there is the day that its clocks show.
func (z *zone) local(t time.Time) (day, second int64) {
	sec := t.Unix()
	if i, ok := z.entry(sec); ok {
		sec += z.offsets[i]
	} else {
		_, offset := t.In(z.location).Zone()
		sec += int64(offset)
	}
	day, second = sec/secondsPerDay, sec%secondsPerDay
	if second < 0 {
		day, second = day-1, second+secondsPerDay
	}
	return day, second
}

// instant is the time at which the zone's clocks show that second of that day. A time that a change of the clocks
// skips or repeats is resolved as time.Date resolves it.
func (z *zone) instant(day, second int64, nanosecond int) time.Time {
	wall := day*secondsPerDay + second
	sec, ok := z.resolve(wall)
	if !ok {
		return time.Date(1970, 1, 1+int(day), 0, 0, int(second), nanosecond, z.location)
	}
	return time.Unix(sec, int64(nanosecond)).In(z.location)
}

// resolve follows time.Date: the offset that holds when the wall clock is read as if it were UTC, and if that
// leads over a change, the one that holds there.
func (z *zone) resolve(wall int64) (sec int64, ok bool) {
	i, ok := z.entry(wall)
	if !ok {
		return 0, false
	}
	sec = wall - z.offsets[i]
	if sec < z.starts[i] || sec >= z.starts[i+1] {
		if i, ok = z.entry(sec); !ok {
			return 0, false
		}
		sec = wall - z.offsets[i]
	}
	return sec, true
}
