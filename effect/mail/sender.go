package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/effect"
	"recourse/store"
)

// Sender carries out acts by mail, through one connection.
type Sender struct {
	Office     *Office
	Connection *recourse.Connection
	TLS        *tls.Config   // nil: the system's
	Timeout    time.Duration // of a whole conversation; default a minute
}

// ServerOf is the mail server of a connection.
func ServerOf(c *recourse.Connection) *Server {
	port := c.Setting("port", "587")
	standard := "starttls"
	if port == "465" {
		standard = "tls"
	}
	return &Server{Host: c.Setting("host", ""), Port: port, Security: c.Setting("security", standard), User: c.Setting("user", ""), Password: c.Secret("password"), Token: c.Secret("token"), Hello: domainOf(fromOf(c).Address)}
}

// Check says whether a connection's server would take letters.
func Check(ctx context.Context, c *recourse.Connection) error {
	return ServerOf(c).Check(ctx, fromOf(c).Address)
}

// Send sends the letter of an act, unless it left before.
func (s *Sender) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	t = s.own(t)
	d, err := s.Office.write(ctx, t)
	if err != nil {
		return failed(err)
	}
	kept, there, err := s.kept(ctx, d.row.Merchant, d.row.ID)
	if err != nil {
		return failed(err)
	}
	if there && kept.Status == store.LetterSent {
		return effect.Outcome{Result: effect.Done, Ref: kept.ID}
	}
	if at, code := wait(t, d); !at.IsZero() {
		return effect.Outcome{Result: effect.Later, Code: code, RetryAt: at}
	}
	raw, err := d.MIME()
	if err != nil {
		return failed(err)
	}
	if err := s.Office.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutLetter(&d.row) }); err != nil {
		return failed(err)
	}
	return s.deliver(ctx, t, d, raw)
}

// own is the task through this sender's connection.
func (s *Sender) own(t *effect.Task) *effect.Task {
	if t.Connection == s.Connection || s.Connection == nil {
		return t
	}
	own := *t
	own.Connection = s.Connection
	return &own
}

func (s *Sender) kept(ctx context.Context, merchant, id string) (l store.Letter, there bool, err error) {
	err = s.Office.Store.Read(ctx, func(tx *store.Tx) (err error) { l, there, err = tx.Letter(merchant, id); return err })
	return l, there, err
}

// deliver gives a letter to the server, and writes down how that ended.
func (s *Sender) deliver(ctx context.Context, t *effect.Task, d *draft, raw []byte) effect.Outcome {
	server := ServerOf(t.Connection)
	server.TLS, server.Timeout = s.TLS, s.Timeout
	offered := false
	said, trouble := server.deliver(ctx, d.From.Address, addresses(d), d.Copy, raw, func() error {
		mine := false
		err := s.Office.Store.Write(ctx, func(tx *store.Tx) (err error) { mine, err = tx.OfferLetter(&d.row, t.Now); return err })
		if err == nil && !mine {
			err = errNotMine
		}
		offered = err == nil
		return err
	})
	out := outcome(trouble)
	status := map[effect.Result]store.LetterStatus{effect.Done: store.LetterSent, effect.Refused: store.LetterRefused, effect.Later: store.LetterWritten, effect.Unknown: store.LetterOffered}[out.Result]
	if out.Result == effect.Done {
		out.Ref, out.Detail = d.row.ID, recourse.Shorten(said, 200)
	}
	if out.Code == "another_attempt" || out.Result == effect.Later && !offered {
		return out
	}
	// What the server said is worth nothing if it is lost: it is written down even where whoever asked has gone.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	if err := s.Office.Store.Write(ctx, func(tx *store.Tx) error { return tx.SettleLetter(&d.row, status, out.Code, t.Now) }); err != nil && out.Result == effect.Later {
		return effect.Outcome{Result: effect.Unknown, Code: "not_written_down"}
	}
	return out
}

func addresses(d *draft) (out []string) {
	for _, a := range d.To {
		out = append(out, a.Address)
	}
	return out
}

// outcome is what a conversation that ended so means for the act.
func outcome(t *trouble) effect.Outcome {
	if t == nil {
		return effect.Outcome{Result: effect.Done}
	}
	o := effect.Outcome{Result: effect.Later, Code: effect.CodeUnreachable, Detail: t.says}
	if t.code != 0 {
		o.Code = "smtp_" + strconv.Itoa(t.code)
		o.Detail = strconv.Itoa(t.code) + " " + t.says
	}
	refused := t.code >= 500
	switch {
	case errors.Is(t.err, errNotMine):
		return effect.Outcome{Result: effect.Unknown, Code: "another_attempt"}
	case t.at == reaching: // of the connection, not of this letter
	case t.at == signingIn && t.code != 0 && !refused: // busy
	case t.at == signingIn, t.code == 530, t.code == 534, t.code == 535, t.code == 538:
		o.Code = effect.CodeUnauthorized
	case refused: // of the sender, a recipient, or the letter itself
		o.Result = effect.Refused
	case t.at == given && t.code == 0:
		o.Result, o.Code = effect.Unknown, "mail_no_answer"
	}
	return o
}

// failed is what an error before anything left means.
func failed(err error) effect.Outcome {
	o := effect.Outcome{Result: effect.Refused, Code: recourse.CodeOf(err), Detail: recourse.Shorten(err.Error(), 200)}
	if k := recourse.KindOf(err); k == recourse.Unavailable || k == recourse.Internal {
		o.Result, o.Detail = effect.Later, ""
	}
	return o
}

// Find looks into the account of letters. A letter that was being offered when whoever sent it fell silent may have left;
// unless a copy comes back to the merchant's own mailbox, only a person can say, or the setting "repeat" says that twice is
// better than never: the second has the same Message-ID, by which many readers of mail show it once.
func (s *Sender) Find(ctx context.Context, t *effect.Task) effect.Outcome {
	t = s.own(t)
	l, err := s.Office.letterOf(ctx, t)
	switch {
	case err != nil:
		return effect.Outcome{Result: effect.Unknown, Code: "account_away"}
	case l == nil: // nothing was written down, so that nothing was offered
		return s.notLeft(t, t.FirstAt)
	case l.Status == store.LetterWritten:
		return s.notLeft(t, l.At)
	case l.Status == store.LetterSent:
		return effect.Outcome{Result: effect.Done, Ref: l.ID}
	case l.Status == store.LetterRefused, l.Status == store.LetterBounced:
		return effect.Outcome{Result: effect.Refused, Code: l.Code, Ref: l.ID}
	case t.Connection.Setting("repeat", "ask") == "again" && t.Now.Sub(l.At) > s.longest():
		return effect.Outcome{Result: effect.Later, Code: "repeat"}
	}
	return effect.Outcome{Result: effect.Unknown, Code: "mail_no_answer"}
}

// longest is how long an attempt can be on its way.
func (s *Sender) longest() time.Duration { return 2 * cmp.Or(s.Timeout, time.Minute) }

// notLeft is of a letter that nobody has offered: it may be sent as soon as nobody can be about to.
func (s *Sender) notLeft(t *effect.Task, since time.Time) effect.Outcome {
	if t.Now.Sub(since) <= s.longest() {
		return effect.Outcome{Result: effect.Unknown, Code: "attempt_running"}
	}
	return effect.Outcome{Result: effect.Later, Code: "not_left"}
}

// letterOf is what is kept of the letter of an act; nil: nothing.
func (o *Office) letterOf(ctx context.Context, t *effect.Task) (*store.Letter, error) {
	var all []store.Letter
	err := o.Store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.LettersOf(store.Key{Merchant: t.Merchant, Order: t.File.Order.ID})
		return err
	})
	if i := slices.IndexFunc(all, func(l store.Letter) bool { return l.Effect == t.ID }); err == nil && i >= 0 {
		return &all[i], nil
	}
	return nil, err
}

// Limits where the connection sets none.
const (
	hourly = "6"
	daily  = "20"
	others = 60 // an hour, to one who is not the buyer
	hours  = "21:00-08:00"
)

// NotBefore is when an act may be begun: see [effect.Pacer]. Where that cannot be found out, Send will say it.
func (s *Sender) NotBefore(t *effect.Task) time.Time {
	t = s.own(t)
	d := &draft{}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	if err := s.Office.Store.Read(ctx, func(tx *store.Tx) error { _, _, err := s.Office.about(tx, t, d); return err }); err != nil {
		return time.Time{}
	}
	at, _ := wait(t, d)
	return at
}

// wait is until when a letter is held back, with the code of why; zero: it may leave. A letter that would come too late
// for what it asks goes at any hour.
func wait(t *effect.Task, d *draft) (time.Time, string) {
	c := t.Connection
	if d.party == recourse.PartyMerchant {
		return time.Time{}, ""
	}
	limit := pace{hourly: others}
	if d.party == recourse.PartyBuyer {
		limit.hourly, _ = strconv.Atoi(c.Setting("hourly", hourly))
		limit.daily, _ = strconv.Atoi(c.Setting("daily", daily))
	}
	if at := limit.next(t.Now, d.left); !at.IsZero() {
		return at, "recipient_pace"
	}
	q, err := ParseQuiet(c.Setting("quiet", hours))
	if d.party != recourse.PartyBuyer || err != nil {
		return time.Time{}, ""
	}
	at := q.next(t.Now, zonesOf(t.File.Order.ShipTo))
	if at.IsZero() || !dueBefore(t, at) {
		return at, "quiet_hours"
	}
	return time.Time{}, ""
}

// dueBefore says that something the letter is about ends before an instant: an answer that it asks for, or its own date.
func dueBefore(t *effect.Task, at time.Time) bool {
	if !t.Due.IsZero() && t.Due.Before(at) {
		return true
	}
	c := t.File.Case(t.Case)
	return c != nil && slices.ContainsFunc(c.Asks, func(q recourse.Question) bool { return q.Of == recourse.PartyBuyer && q.Due.Before(at) })
}
