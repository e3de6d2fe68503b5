package hook

import (
	"hash/fnv"
	"strconv"
	"time"

	"recourse/store"
)

// waits is how long is waited after a try that failed: the schedule of the Standard Webhooks specification. After the
// tenth try a delivery is given up, some three days after the first.
var waits = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// MaxTries is how often a delivery is tried.
var MaxTries = len(waits) + 1

// patientTries is how often a delivery is tried before later ones of its order no longer wait for it: some five minutes.
const patientTries = 3

// wait is how long is waited after the n-th try of a delivery; false: it is given up. Up to a tenth more, so that those that
// failed together do not all come back together; the same for the same try.
func wait(notice string, n int) (time.Duration, bool) {
	if n < 1 || n > len(waits) {
		return 0, false
	}
	h := fnv.New32a()
	h.Write([]byte(notice + "/" + strconv.Itoa(n)))
	d := waits[n-1]
	return d + d*time.Duration(h.Sum32()%1000)/10_000, true
}

// When a webhook is left alone, and when it is given up.
const (
	openAfter    = 5                // failures in a row, all deliveries together
	openFirst    = 30 * time.Second // how long it is left alone then, twice as long each time
	openMost     = 15 * time.Minute
	throttleMost = 24 * time.Hour     // however long it asks to be left alone
	disableAfter = 5 * 24 * time.Hour // of nothing but failures
)

// leaveAlone is how long a webhook is left alone after so many failures in a row: not at all at first. Afterwards one
// delivery is tried, and the others wait for how that goes.
func leaveAlone(failures int) time.Duration {
	if failures < openAfter {
		return 0
	}
	return min(openMost, openFirst<<min(failures-openAfter, 10))
}

// health takes what came of some tries into a webhook's health. One success among them says that it is well.
func health(w *store.Webhook, tries []try, now time.Time) {
	good := false
	for i := range tries {
		t := &tries[i]
		switch {
		case t.interrupted:
		case t.verdict.done:
			good = true
		default:
			if w.FailedAt, w.Failure = now, t.attempt.Code; w.FailingAt.IsZero() {
				w.FailingAt = now
			}
			w.Failures++
			if at := now.Add(leaveAlone(w.Failures)); at.After(now) && at.After(w.OpenUntil) {
				w.OpenUntil = at
			}
			w.OpenUntil = later(w.OpenUntil, t.verdict.throttled(w, now))
		}
	}
	if good {
		w.SucceededAt, w.Failure, w.Failures, w.FailingAt = now, "", 0, time.Time{}
		if !throttles(tries) {
			w.OpenUntil = time.Time{}
		}
	}
}

func throttles(tries []try) bool {
	for i := range tries {
		if tries[i].verdict.throttle {
			return true
		}
	}
	return false
}

// throttled is until when a webhook wants to be left alone; zero: it did not say so.
func (v *verdict) throttled(w *store.Webhook, now time.Time) time.Time {
	if !v.throttle {
		return time.Time{}
	}
	if v.retryAt.IsZero() {
		return now.Add(min(openMost, openFirst<<min(max(w.Failures-1, 0), 10)))
	}
	return earlier(v.retryAt, now.Add(throttleMost))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
