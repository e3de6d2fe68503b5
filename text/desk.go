package text

import (
	"fmt"
	"time"

	"recourse"
)

// Desk is a word or a short sentence of the desk's own pages, filled in with pairs of names and values. Which there
// are is the desk's to say, and its tests find one that is missing in any language.
func (l *Language) Desk(key string, pairs ...string) string {
	v := values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	if s := l.say("desk."+key, v); s != "" {
		return s
	}
	return bare(key)
}

// HasDesk says whether this very language has a word for the desk: what another lends counts as missing.
func (l *Language) HasDesk(key string) bool { return l.has("desk." + key) }

// Connect is a word about connections to other systems, by its key: of a kind, «shopify», of a field, «shopify.token», of
// one of its choices, or a hint of them; "" where there is none.
func (l *Language) Connect(key string) string {
	s, _ := l.find("connect." + key)
	return s
}

// ShortDay writes the day of an instant in short, with its year where that is not the present one: «7 Mar».
func (l *Language) ShortDay(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.shortDay(recourse.DateOf(l.local(t)), l.local(now).Year())
}

// Clock writes the time of day: «10:00».
func (l *Language) Clock(t time.Time) string {
	t = l.local(t)
	return fill(l.get("format.time"), values{"hour": fmt.Sprintf("%02d", t.Hour()), "minute": fmt.Sprintf("%02d", t.Minute())})
}

// Zone names the reader's clock at an instant by its distance from UTC.
func (l *Language) Zone(t time.Time) string {
	_, seconds := l.local(t).Zone()
	return zoneName(seconds)
}

// Local is an instant on the reader's clock.
func (l *Language) Local(t time.Time) time.Time { return l.local(t) }

// Number writes a whole number with the language's sign between thousands.
func (l *Language) Number(n int) string { return l.number(int64(n)) }

// Place is the zone of the reader's clock; nil where each time is told in its own.
func (l *Language) Place() *time.Location { return l.zone }
