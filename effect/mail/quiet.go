package mail

import (
	"strconv"
	"strings"
	"time"

	"recourse"
)

// quiet are the hours in which no buyer is written to, in minutes since midnight; both the same: there are none.
type quiet struct{ from, to int }

// ParseQuiet reads "21:00-08:00", or "off".
func ParseQuiet(s string) (quiet, error) {
	if s == "off" {
		return quiet{}, nil
	}
	from, to, _ := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "–", "-"), "-")
	q := quiet{minutes(from), minutes(to)}
	if q.from < 0 || q.to < 0 || q.from == q.to {
		return quiet{}, &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: "quiet", Message: "quiet: " + strconv.Quote(recourse.Shorten(s, 30)) + " are no hours", Hint: "write them as 21:00-08:00, or off"}
	}
	return q, nil
}

// minutes reads a time of day; -1 for what is none.
func minutes(s string) int {
	hour, minute, _ := strings.Cut(s, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if err != nil || err2 != nil || h < 0 || h > 23 || m < 0 || m > 59 {
		return -1
	}
	return h*60 + m
}

// until is when quiet hours end in a zone, zero when there are none now.
func (q quiet) until(now time.Time, zone *time.Location) time.Time {
	if q.from == q.to {
		return time.Time{}
	}
	local := now.In(zone)
	at := local.Hour()*60 + local.Minute()
	in := at >= q.from && at < q.to
	day := local.Day()
	if q.from > q.to {
		in = at >= q.from || at < q.to
		if at >= q.from {
			day++
		}
	}
	if !in {
		return time.Time{}
	}
	return time.Date(local.Year(), local.Month(), day, q.to/60, q.to%60, 0, 0, zone)
}

// next is the first instant from now on at which it is quiet in none of the zones; zero when that is now. Where there is
// no such instant, since the zones are too far apart, the last of the ends counts.
func (q quiet) next(now time.Time, all []*time.Location) time.Time {
	at := now
	for range 2 * len(all) {
		latest := at
		for _, z := range all {
			if end := q.until(at, z); end.After(latest) {
				latest = end
			}
		}
		if latest.Equal(at) {
			break
		}
		at = latest
	}
	if at.Equal(now) {
		return time.Time{}
	}
	return at
}

// pace is how many letters a recipient gets at most.
type pace struct{ hourly, daily int }

// next is when another letter may leave, after those that left; zero when that is now.
func (p pace) next(now time.Time, left []time.Time) (at time.Time) {
	for _, limit := range []struct {
		n    int
		span time.Duration
	}{{p.hourly, time.Hour}, {p.daily, 24 * time.Hour}} {
		var in []time.Time
		for _, t := range left {
			if t.After(now.Add(-limit.span)) {
				in = append(in, t)
			}
		}
		if limit.n > 0 && len(in) >= limit.n {
			if free := in[len(in)-limit.n].Add(limit.span); free.After(at) {
				at = free
			}
		}
	}
	return at
}
