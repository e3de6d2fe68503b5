package track

import (
	"context"
	"errors"
	"time"

	"recourse"
	"recourse/intake/track"
	"recourse/store"
)

// need is what is to be done about a number.
type need int

const (
	nothing  need = iota // it is looked at again tomorrow
	register             // it is to be watched
	look                 // it is silent: what does the service know?
	stop                 // there is nothing more to watch
	over                 // nothing is to be watched, and the service was never asked
)

// needOf says what is to be done about a number, as its parcel stands.
func needOf(t *store.Tracking, f *recourse.OrderFile, now time.Time) need {
	p := f.Parcel(t.Parcel)
	switch {
	case !wanted(p, f, t, now) && t.Status == store.TrackingWatched:
		return stop
	case !wanted(p, f, t, now):
		return over
	case t.Status == store.TrackingWaiting:
		return register
	case now.Sub(lastSign(t, p)) >= SilentAfter:
		return look
	}
	return nothing
}

// wanted says that a parcel may still have news that somebody waits for: until some days after it arrived, came back or got
// lost, and as long as a case of its order is open; in no case for ever.
func wanted(p *recourse.Parcel, f *recourse.OrderFile, t *store.Tracking, now time.Time) bool {
	if p == nil || now.Sub(lastSign(t, p)) >= giveUpAfter {
		return false
	}
	if !ended(p.Status) || now.Sub(p.StatusAt) < watchAfter {
		return true
	}
	for _, c := range f.Cases {
		if c.Status == recourse.Open && now.Sub(p.StatusAt) < 8*watchAfter {
			return true
		}
	}
	return false
}

func ended(s recourse.ParcelStatus) bool {
	return s == recourse.Delivered || s == recourse.Returned || s == recourse.Lost
}

// lastSign is the newest sign of life of a parcel, or when its number became known.
func lastSign(t *store.Tracking, p *recourse.Parcel) time.Time {
	if p == nil || p.ScannedAt.IsZero() {
		return t.AddedAt
	}
	return p.ScannedAt
}

// sorted are numbers by what is to be done about them.
func sorted(due []store.Tracking, files map[store.Key]store.File, now time.Time) map[need][]store.Tracking {
	out := map[need][]store.Tracking{}
	for _, t := range due {
		f := files[store.Key{Merchant: t.Merchant, Order: t.Order}].OrderFile
		n := needOf(&t, f, now)
		if p := f.Parcel(t.Parcel); p != nil {
			t.ParcelStatus, t.Carrier = p.Status, p.Carrier
		}
		out[n] = append(out[n], t)
	}
	return out
}

// job is what is done for one connection in one round.
type job struct {
	r       *Registrar
	now     time.Time
	kept    store.Connection
	service track.Service
	already []track.Number // of the batch in hand, those that were registered before
}

// do does it, a batch of the service at a time, and writes each down before the next is begun.
func (j *job) do(ctx context.Context, all map[need][]store.Tracking) error {
	for i := range all[over] {
		all[over][i].Status = store.TrackingOver
	}
	done := append(later(all[nothing], j.now.Add(checkIn)), all[over]...)
	for i := range done {
		done[i].Failure, done[i].Detail, done[i].Tries = "", "", 0
	}
	if err := j.put(ctx, done); err != nil {
		return err
	}
	for _, step := range []struct {
		need need
		ask  func(context.Context, []track.Number) ([]track.Answer, error)
		take func(*store.Tracking, *track.Answer)
	}{{register, j.service.Register, j.registered}, {stop, j.service.Stop, j.stopped}, {look, j.service.Look, j.looked}} {
		for list := all[step.need]; len(list) > 0; {
			part := list[:min(len(list), j.service.Batch())]
			list = list[len(part):]
			if ok, err := j.batch(ctx, part, step.ask, step.take); err != nil || !ok {
				return errors.Join(err, j.putOff(ctx, list, ok))
			}
		}
	}
	return nil
}

// putOff puts what was not asked for off, after the service failed.
func (j *job) putOff(ctx context.Context, rest []store.Tracking, ok bool) error {
	if ok || len(rest) == 0 {
		return nil
	}
	return j.put(ctx, later(rest, backoff(1, j.now)))
}

// batch asks for one batch and takes down the answers; it says whether the service answered.
func (j *job) batch(ctx context.Context, part []store.Tracking, ask func(context.Context, []track.Number) ([]track.Answer, error), take func(*store.Tracking, *track.Answer)) (bool, error) {
	numbers := make([]track.Number, len(part))
	for i := range part {
		t := &part[i]
		// A carrier that is named wrongly is refused, and one that is not named may not be found out: each is tried in turn.
		numbers[i] = track.Number{Tracking: t.Tracking, Carrier: t.Carrier, Order: t.Order, Parcel: t.Parcel, Ref: t.Ref, Status: t.ParcelStatus, Carried: t.Failure == failures[track.CarrierUnknown]}
	}
	answers, failure := ask(ctx, numbers)
	said := map[string]*track.Answer{}
	for i := range answers {
		said[answers[i].Tracking] = &answers[i]
	}
	for i := range part {
		if a := said[part[i].Tracking]; a != nil {
			take(&part[i], a)
		} else {
			part[i].Tries++
			part[i].NextAt = j.again(part[i].Tries, failure)
		}
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err := j.put(ctx, part); err != nil {
		return false, err
	}
	if err := j.fetched(ctx, part, answers); err != nil {
		return false, err
	}
	return failure == nil, j.note(ctx, failure)
}

// again is when a request that had no answer is made again: when the service wants it, where it says.
func (j *job) again(tries int, failure error) time.Time {
	at := backoff(tries, j.now)
	if f, ok := errors.AsType[*track.Failure](failure); ok && f.RetryAt(j.now).After(at) {
		return f.RetryAt(j.now)
	}
	return at
}

// failures are the codes that a row keeps of a service's answers; the words for people are error.CODE.
var failures = map[string]string{
	track.CarrierUnknown: "tracking_carrier_unknown", track.NumberInvalid: "tracking_number_invalid", track.NeedsMore: "tracking_needs_more", track.Quota: "tracking_quota",
	track.NotRegistered: "tracking_cannot", track.Cannot: "tracking_cannot", track.NoNews: notFound,
}

// What is silent, and why.
const (
	notFound = "tracking_not_found"
	expired  = "tracking_expired"
)

// registered takes the answer to a registration. Of what was registered before, by whomever, is fetched what the service
// told while nobody here listened.
func (j *job) registered(t *store.Tracking, a *track.Answer) {
	named := t.Failure == failures[track.CarrierUnknown]
	if a.Code == track.Already {
		j.already = append(j.already, track.Number{Tracking: t.Tracking, Ref: a.Ref})
	}
	t.Detail, t.Failure = a.Detail, failures[a.Code]
	switch a.Code {
	case track.Done, track.Already:
		t.Status, t.Failure, t.Detail, t.Tries, t.RegisteredAt, t.NextAt = store.TrackingWatched, "", "", 0, j.now, j.now.Add(checkIn)
		if a.Ref != "" {
			t.Ref = a.Ref
		}
		return
	case track.Quota:
		t.Tries++
		t.NextAt = j.now.Add(quotaFor)
		return
	case track.CarrierUnknown:
		if !named && track.KnowsCarrier(t.Carrier) {
			t.Tries++
			t.NextAt = j.now
			return
		}
		// The carrier may make the number known later: most are, within a day of the handing over.
		if t.Tries++; t.Tries < carrierTries {
			t.NextAt = j.now.Add(checkIn)
			return
		}
	}
	t.Status = store.TrackingRefused
}

// carrierTries is how often a number whose carrier cannot be told is tried, a day apart.
const carrierTries = 4

// stopped takes the answer to a stop: whatever it is, there is nothing more to do.
func (j *job) stopped(t *store.Tracking, a *track.Answer) {
	t.Status, t.Failure, t.Detail, t.Tries = store.TrackingOver, "", "", 0
}

// silences are the words by which a service says that it has nothing, or has given up.
var silences = map[string]string{"NotFound": notFound, "Pending": notFound, "Expired": expired}

// looked takes what the service knows of a silent number.
func (j *job) looked(t *store.Tracking, a *track.Answer) {
	t.Tries, t.NextAt, t.State, t.Detail = 0, j.now.Add(checkIn), a.State, a.Detail
	switch a.Code {
	case track.Done:
		t.Failure = silences[mainWord(a.State)]
	case track.NoNews:
		t.Failure = notFound
	case track.NotRegistered: // somebody took it out over there
		t.Status, t.Failure, t.NextAt = store.TrackingWaiting, "", j.now
	default:
		t.Failure = failures[a.Code]
	}
}

func mainWord(state string) string {
	for i := range len(state) {
		if state[i] == '_' {
			return state[:i]
		}
	}
	return state
}

// fetched puts down what the service told, and has it take up again what it gave up.
func (j *job) fetched(ctx context.Context, part []store.Tracking, answers []track.Answer) error {
	if err := j.keep(ctx, answers); err != nil {
		return err
	}
	if before := j.already; len(before) > 0 {
		j.already = nil
		told, err := j.service.Look(ctx, before)
		if err := errors.Join(j.note(ctx, err), j.keep(ctx, told)); err != nil {
			return err
		}
	}
	var again []track.Number
	for i := range part {
		if t := &part[i]; t.Failure == expired && t.Status == store.TrackingWatched {
			again = append(again, track.Number{Tracking: t.Tracking, Ref: t.Ref})
		}
	}
	if len(again) == 0 {
		return nil
	}
	_, err := j.service.Retrack(ctx, again) // a service does so once for each number, and refuses it after that
	return j.note(ctx, err)
}

// keep puts down what the service told.
func (j *job) keep(ctx context.Context, answers []track.Answer) error {
	d := track.Deliveries(answers)
	if len(d) == 0 || j.r.Put == nil {
		return nil
	}
	return j.r.Put(ctx, j.kept.Merchant, j.kept.ID, d)
}

// put writes numbers down.
func (j *job) put(ctx context.Context, all []store.Tracking) error {
	if len(all) == 0 {
		return nil
	}
	return j.r.Store.Write(ctx, func(tx *store.Tx) error { return tx.MoveTrackings(all) })
}

// note writes down at the connection whether the service answered. A key that is refused opens the circuit at once, for an
// hour; else it opens after some failures in a row, for a while that grows with them.
func (j *job) note(ctx context.Context, failure error) error {
	return j.r.Store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		if failure == nil {
			if j.kept.Failures == 0 && j.now.Sub(j.kept.SaidAt) < time.Minute {
				return nil
			}
			return tx.SaySucceeded(j.kept.Merchant, j.kept.ID, j.now)
		}
		j.kept.Failures++
		var open time.Time
		switch code := recourse.CodeOf(failure); {
		case code == "tracking_key":
			open = j.now.Add(pauseFor)
		case j.kept.Failures >= opensAfter:
			open = backoff(j.kept.Failures-opensAfter+1, j.now)
		}
		return tx.SayFailed(j.kept.Merchant, j.kept.ID, recourse.CodeOf(failure), j.now, open)
	})
}

// opensAfter is after how many failures in a row the service is left alone.
const opensAfter = 5
