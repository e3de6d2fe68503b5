// Package hook tells others what happens: webhooks by the Standard Webhooks specification, and shops that are kept in step.
//
// Notices are saved with the decisions that they tell of. Here they are handed out, one delivery for each webhook that
// wants to hear them, and delivered until they arrive or the schedule is at its end.
//
//	hook.go      webhooks: added, changed, paused, removed
//	secret.go    their secrets, and how what is sent is signed
//	payload.go   what is sent
//	expand.go    notices become deliveries; shops that are connected become mirrors
//	deliver.go   deliveries are taken, tried, and what came of it is kept
//	attempt.go   one try over HTTP
//	mirror.go    one try of a mirror
//	schedule.go  when it is tried again, and when a webhook is left alone
//	near.go      what is due within a day
//	replay.go    deliveries, looked at and begun anew
//	example.go   what each notice means, with an example
//
// Any number of nodes work on one database. A webhook is leased by one of them at a time, which is how its limit of
// requests at once holds; a delivery is taken with its try counted before anything leaves, so that whoever dies, somebody
// goes on, and each try leaves once. A receiver hears of everything at least once, and tells what it has heard before by
// the id.
package hook

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/store"
	"recourse/vault"
)

// Options are what a service is made of.
type Options struct {
	Store *store.Store
	Ring  *vault.Ring      // opens and seals addresses, secrets and answers
	Clock func() time.Time // default: time.Now
	Log   *slog.Logger     // default: none
	// Loopback lets webhooks go to this machine, and without TLS: for development.
	Loopback bool
	// Transport is how they go; default: to public addresses only, see [call.Public].
	Transport http.RoundTripper
	// Mirrors finds how a kind of connection is kept in step, and asked over HTTP; default: none is.
	Mirrors func(kind string) (effect.Mirror, func(*recourse.Connection) *call.Client)
	// Note is the line for a shop's people of a notice; default: none.
	Note func(c *recourse.Connection, n *recourse.Notice) string
	// Timeout is how long a receiver may take to answer; default 20 s.
	Timeout time.Duration
}

// Service tells others what happens. It is safe for many goroutines.
type Service struct {
	Options
	client  *call.Client
	mu      sync.Mutex
	busy    map[string]bool // webhooks that this node delivers to
	running sync.WaitGroup
	synced  time.Time // when mirrors were looked at last
	neared  time.Time // when it was looked what is due within a day
	swept   time.Time // when old notices were taken away last
}

// The limits of a try.
const (
	timeout   = 20 * time.Second
	maxAnswer = 64 << 10 // bytes that are read
)

// New makes a service.
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		o.Transport = call.Public(o.Loopback, nil)
	}
	if o.Timeout <= 0 {
		o.Timeout = timeout
	}
	return &Service{Options: o, busy: map[string]bool{}, client: call.New(call.Options{Timeout: o.Timeout, MaxAnswer: maxAnswer, Transport: cutting{o.Transport}, Agent: "Recourse-Webhooks"})}
}

// Webhook is somebody who is told what happens.
type Webhook struct {
	ID        string              `json:"webhook"`
	Name      string              `json:"name,omitempty" doc:"For people."`
	URL       string              `json:"url" doc:"Where it is sent: https."`
	Events    []string            `json:"events" doc:"The types that it is told of, or families such as case.*; none: all."`
	Personal  bool                `json:"personal" doc:"It is told who the buyer is."`
	Signature string              `json:"signature" doc:"v1: HMAC-SHA256 with a shared secret. v1a: ed25519, to be verified with public_key."`
	PublicKey string              `json:"public_key,omitempty" doc:"Of v1a."`
	OldUntil  time.Time           `json:"old_until,omitzero" doc:"Until then what is sent is also signed with the secret of before."`
	Status    store.WebhookStatus `json:"status" doc:"disabled: it was given up; reason says why."`
	Reason    string              `json:"reason,omitempty" doc:"gone: it answered 410. failing: nothing arrived for five days."`
	CreatedAt time.Time           `json:"created_at"`
	CreatedBy string              `json:"created_by,omitempty"`
	ChangedAt time.Time           `json:"changed_at"`

	SucceededAt time.Time `json:"succeeded_at,omitzero" doc:"When something arrived last."`
	FailedAt    time.Time `json:"failed_at,omitzero"`
	Failure     string    `json:"failure,omitempty" doc:"What went wrong last; none: nothing since something arrived."`
	Failures    int       `json:"failures,omitempty" doc:"In a row."`
	FailingAt   time.Time `json:"failing_at,omitzero" doc:"Since when nothing arrived."`
	OpenUntil   time.Time `json:"open_until,omitzero" doc:"It is left alone until then."`
	Waiting     int       `json:"waiting" doc:"Deliveries that wait; counted up to 1,000."`
	Failed      int       `json:"failed" doc:"Deliveries that were given up; counted up to 1,000."`
}

// Wanted is what somebody wants a webhook to be.
type Wanted struct {
	Name      string   `json:"name,omitempty" doc:"For people."`
	URL       string   `json:"url" doc:"https."`
	Events    []string `json:"events,omitempty" doc:"Types, or families such as case.*; none: all."`
	Personal  bool     `json:"personal,omitempty" doc:"Tell it who the buyer is."`
	Signature string   `json:"signature,omitempty" doc:"v1 (the default) or v1a. It stays as it is made."`
}

// The bounds of what somebody wants.
const (
	maxWebhooks = 50 // of a merchant
	maxName     = 100
	mostCounted = 1000
)

func wrong(code, field, message, hint string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: field, Message: message, Hint: hint}
}

// check cleans what somebody wants and refuses what cannot be.
func (s *Service) check(w *Wanted) (*url.URL, error) {
	w.Name = strings.TrimSpace(w.Name)
	if len([]rune(w.Name)) > maxName || strings.ContainsFunc(w.Name, func(r rune) bool { return r < 0x20 }) {
		return nil, wrong("webhook_name", "name", "a name is one line of 100 letters at most", "")
	}
	u, err := call.CheckURL(w.URL, s.Loopback)
	if err != nil {
		return nil, err
	}
	w.URL = u.String()
	if w.Signature = cmp.Or(w.Signature, "v1"); w.Signature != "v1" && w.Signature != "v1a" {
		return nil, wrong("webhook_signature", "signature", "a signature is v1 or v1a", "")
	}
	w.Events, err = events(w.Events)
	return u, err
}

// events are the types and families that somebody wants, each once; none: all.
func events(wanted []string) ([]string, error) {
	var out []string
	families := recourse.NoticeFamilies()
	for _, e := range wanted {
		e = strings.TrimSpace(e)
		family, all := strings.CutSuffix(e, ".*")
		switch {
		case e == "*":
			return nil, nil
		case all && slices.Contains(families, family), slices.Contains(recourse.NoticeTypes, recourse.NoticeType(e)) && recourse.NoticeType(e) != recourse.NoticeWebhookTest:
		default:
			var known []string
			for _, t := range recourse.NoticeTypes {
				known = append(known, string(t))
			}
			return nil, wrong("webhook_event", "events", `there is no event "`+recourse.Shorten(e, 60)+`"`, recourse.Nearest(e, known))
		}
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out, nil
}

// wants says whether a webhook is told of notices of a type.
func wants(events []string, t recourse.NoticeType) bool {
	return len(events) == 0 || slices.Contains(events, string(t)) || slices.Contains(events, t.Family()+".*")
}

// Add adds a webhook, in the name of somebody, and gives its secret: it is shown this once. Of v1a there is none to show:
// what is sent is verified with the public key.
//
// Errors: url_…, address_private, webhook_name, webhook_event, webhook_signature, webhooks_many, vault_closed.
func (s *Service) Add(ctx context.Context, merchant string, wanted Wanted, by string) (w Webhook, secret string, err error) {
	u, err := s.check(&wanted)
	if err != nil {
		return w, "", err
	}
	now := s.Clock()
	first := newKey(wanted.Signature, now)
	row := store.Webhook{Merchant: merchant, ID: strings.ToLower(rand.Text()[:12]), Kind: store.WebhookHTTP, Name: wanted.Name, Host: u.Host, Events: wanted.Events, Personal: wanted.Personal,
		Status: store.WebhookActive, CreatedAt: now, CreatedBy: by, ChangedAt: now, ChangedBy: by}
	if err := s.seal(&row, &target{URL: wanted.URL, Keys: []key{first}}); err != nil {
		return w, "", err
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		all, err := tx.Webhooks(merchant)
		if err != nil {
			return err
		}
		if len(all) >= maxWebhooks {
			return &recourse.Error{Kind: recourse.Conflict, Code: "webhooks_many", Message: "there are 50 webhooks, and no more are possible", Hint: "remove one that nobody needs"}
		}
		if err := tx.PutWebhook(&row); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: now, By: by, What: store.AuditWebhookAdded, About: row.Host})
	})
	if err != nil {
		return w, "", err
	}
	w, err = s.Webhook(ctx, merchant, row.ID)
	return w, first.shown(), err
}

// Webhooks are a merchant's webhooks, the oldest first; mirrors are left out.
func (s *Service) Webhooks(ctx context.Context, merchant string) (out []Webhook, err error) {
	out = []Webhook{}
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Webhooks(merchant)
		for i := range rows {
			if rows[i].Kind != store.WebhookHTTP {
				continue
			}
			w, err := s.shown(tx, &rows[i])
			if err != nil {
				return err
			}
			out = append(out, w)
		}
		return err
	})
	return out, err
}

// Webhook is one: webhook_unknown, of kind [recourse.NotFound], when there is none.
func (s *Service) Webhook(ctx context.Context, merchant, id string) (w Webhook, err error) {
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		row, err := tx.Webhook(merchant, id)
		if err == nil {
			w, err = s.shown(tx, &row)
		}
		return err
	})
	return w, err
}

// shown is a webhook for who may see it. One whose seal cannot be opened is shown with its host alone.
func (s *Service) shown(tx *store.Tx, r *store.Webhook) (w Webhook, err error) {
	w = Webhook{ID: r.ID, Name: r.Name, URL: "https://" + r.Host + "/…", Events: append([]string{}, r.Events...), Personal: r.Personal, Signature: "v1", Status: r.Status, Reason: r.Reason, CreatedAt: r.CreatedAt,
		CreatedBy: r.CreatedBy, ChangedAt: r.ChangedAt, SucceededAt: r.SucceededAt, FailedAt: r.FailedAt, Failure: r.Failure, Failures: r.Failures, FailingAt: r.FailingAt, OpenUntil: r.OpenUntil}
	if t, err := s.open(r); err == nil {
		w.URL, w.Signature, w.PublicKey, w.OldUntil = t.URL, t.Keys[0].kind(), t.Keys[0].public(), t.oldUntil(s.Clock())
	}
	w.Waiting, w.Failed, err = tx.CountWebhookDeliveries(r.Merchant, r.ID, mostCounted)
	return w, err
}

// Change changes a webhook: what to says what it is to be, from what it is.
func (s *Service) Change(ctx context.Context, merchant, id, by string, to func(*Wanted)) (w Webhook, err error) {
	err = s.change(ctx, merchant, id, by, store.AuditWebhookChanged, func(r *store.Webhook, t *target) error {
		wanted := Wanted{Name: r.Name, URL: t.URL, Events: r.Events, Personal: r.Personal, Signature: t.Keys[0].kind()}
		to(&wanted)
		if wanted.Signature != t.Keys[0].kind() {
			return wrong("webhook_signature", "signature", "the kind of signature stays as it was made", "add another webhook")
		}
		u, err := s.check(&wanted)
		if err != nil {
			return err
		}
		t.URL, r.Name, r.Host, r.Events, r.Personal = wanted.URL, wanted.Name, u.Host, wanted.Events, wanted.Personal
		return nil
	})
	if err != nil {
		return w, err
	}
	return s.Webhook(ctx, merchant, id)
}

// Pause stops a webhook: what happens meanwhile waits.
func (s *Service) Pause(ctx context.Context, merchant, id, by string) error {
	return s.change(ctx, merchant, id, by, store.AuditWebhookPaused, func(r *store.Webhook, _ *target) error {
		r.Status, r.Reason = store.WebhookPaused, ""
		return nil
	})
}

// Resume lets a webhook go on that was paused or given up: what waits goes at once.
func (s *Service) Resume(ctx context.Context, merchant, id, by string) error {
	return s.change(ctx, merchant, id, by, store.AuditWebhookResumed, func(r *store.Webhook, _ *target) error {
		r.Status, r.Reason = store.WebhookActive, ""
		return nil
	})
}

// Rotate gives a webhook a new secret. For a day what is sent is signed with the one of before too.
func (s *Service) Rotate(ctx context.Context, merchant, id, by string) (w Webhook, secret string, err error) {
	err = s.change(ctx, merchant, id, by, store.AuditWebhookRotated, func(_ *store.Webhook, t *target) error {
		secret = t.rotate(s.Clock())
		return nil
	})
	if err != nil {
		return w, "", err
	}
	w, err = s.Webhook(ctx, merchant, id)
	return w, secret, err
}

// Remove takes a webhook away, with its deliveries.
func (s *Service) Remove(ctx context.Context, merchant, id, by string) error {
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := s.mine(tx, merchant, id)
		if err != nil {
			return err
		}
		if err := tx.DropWebhook(merchant, id); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: s.Clock(), By: by, What: store.AuditWebhookRemoved, About: r.Host})
	})
}

// mine is a webhook that people look after: a mirror follows its connection.
func (s *Service) mine(tx *store.Tx, merchant, id string) (store.Webhook, error) {
	r, err := tx.Webhook(merchant, id)
	if err == nil && r.Kind != store.WebhookHTTP {
		err = &recourse.Error{Kind: recourse.Conflict, Code: "webhook_mirror", Field: "webhook", Message: "a shop is kept in step as its connection says", Hint: "pause or remove the connection"}
	}
	return r, err
}

func (s *Service) change(ctx context.Context, merchant, id, by, what string, f func(*store.Webhook, *target) error) error {
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil { // of two at once none is forgotten
			return err
		}
		r, err := s.mine(tx, merchant, id)
		if err != nil {
			return err
		}
		t, err := s.open(&r)
		if err != nil {
			return err
		}
		if err := f(&r, t); err != nil {
			return err
		}
		r.ChangedAt, r.ChangedBy = s.Clock(), by
		if err := s.seal(&r, t); err != nil {
			return err
		}
		if err := tx.PutWebhook(&r); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: r.ChangedAt, By: by, What: what, About: r.Host})
	})
}

// target is what is sealed: where it is sent, and what it is signed with.
type target struct {
	URL  string `json:"url"`
	Keys []key  `json:"keys"` // the newest first
}

func (s *Service) seal(r *store.Webhook, t *target) error {
	data, err := json.Marshal(t)
	if err == nil {
		r.Sealed, err = s.Ring.Seal(store.WebhookPlace(r.Merchant, r.ID), data)
	}
	return err
}

func (s *Service) open(r *store.Webhook) (*target, error) {
	data, err := s.Ring.Open(store.WebhookPlace(r.Merchant, r.ID), r.Sealed)
	if err != nil {
		return nil, err
	}
	t := &target{}
	if err := json.Unmarshal(data, t); err != nil || len(t.Keys) == 0 {
		return nil, &recourse.Error{Kind: recourse.Internal, Code: "body_damaged", Message: "a stored body cannot be read", Err: err}
	}
	return t, nil
}

// Reseal seals what is sealed with an older key anew, and says how many it was.
func (s *Service) Reseal(ctx context.Context) (n int, err error) {
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.AllWebhooks()
		for i := range all {
			r := all[i]
			if r.Kind != store.WebhookHTTP || s.Ring.Fresh(r.Sealed) {
				continue
			}
			t, err := s.open(&r)
			if err != nil {
				return err
			}
			if err := s.seal(&r, t); err != nil {
				return err
			}
			done, err := tx.ResealWebhook(r.Merchant, r.ID, all[i].Sealed, r.Sealed)
			if err != nil {
				return err
			}
			if done {
				n++
			}
		}
		return err
	})
	return n, err
}
