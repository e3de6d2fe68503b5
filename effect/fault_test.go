package effect_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/peer"
)

// style is how a peer lets itself be asked for the same thing twice.
type style int

const (
	keyed    style = iota // the same key gives the same refund, for ever
	dayKey                // for 24 hours; and refunds can be looked up by what was noted with them
	readable              // no keys; refunds can be looked up by what was noted with them
	blind                 // nothing at all
)

// bank is a peer that pays refunds back, in one of the styles.
type bank struct {
	style style
	mu    sync.Mutex
	now   time.Time
	paid  []payment
	heard int // requests
}

type payment struct {
	ID       string            `json:"id"`
	Key      string            `json:"key"`
	Note     string            `json:"note"`
	Amount   int64             `json:"amount"`
	Currency recourse.Currency `json:"currency"`
	at       time.Time
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard++
	if r.Method == http.MethodGet {
		if b.style == blind {
			http.NotFound(w, r)
			return
		}
		found := []payment{}
		for _, p := range b.paid {
			if p.Note == r.FormValue("note") {
				found = append(found, p)
			}
		}
		json.NewEncoder(w).Encode(found)
		return
	}
	var p payment
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil || p.Amount <= 0 || p.Currency == "" || p.Note == "" {
		http.Error(w, `{"code":"invalid"}`, http.StatusBadRequest)
		return
	}
	for _, was := range b.paid {
		if was.Key == p.Key && (b.style == keyed || b.style == dayKey && b.now.Sub(was.at) < 24*time.Hour) {
			json.NewEncoder(w).Encode(was)
			return
		}
	}
	p.ID, p.at = "re_"+p.Note, b.now
	b.paid = append(b.paid, p)
	json.NewEncoder(w).Encode(p)
}

func (b *bank) left(id, _ string) (sums []recourse.Money) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.paid {
		if p.Note == id {
			sums = append(sums, recourse.Money{Minor: p.Amount, Currency: p.Currency})
		}
	}
	return sums
}

func (b *bank) asked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.heard
}

func (b *bank) set(at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = at
}

// teller asks a bank.
type teller struct {
	style style
	url   string
	peer  *call.Client
}

func (s *teller) Send(ctx context.Context, t *effect.Task) effect.Outcome {
	var p payment
	a, err := s.peer.JSON(ctx, http.MethodPost, s.url, nil, payment{Key: t.Key, Note: t.ID, Amount: t.Amount.Minor, Currency: t.Amount.Currency}, &p)
	switch {
	case call.Heard(err):
		return effect.Outcome{Result: effect.Unknown, Code: "no_answer"}
	case err != nil:
		return effect.Outcome{Result: effect.Later, Code: effect.CodeUnreachable}
	case a.Status == http.StatusTooManyRequests:
		return effect.Outcome{Result: effect.Later, Code: "busy", RetryAt: a.RetryAt(t.Now)}
	case a.Status >= 500:
		return effect.Outcome{Result: effect.Unknown, Code: "peer_failed"}
	case !a.Good():
		return effect.Outcome{Result: effect.Refused, Code: "invalid", Detail: string(a.Body)}
	case p.ID == "":
		return effect.Outcome{Result: effect.Unknown, Code: "no_answer"}
	}
	return effect.Outcome{Result: effect.Done, Ref: p.ID, Amount: recourse.Money{Minor: p.Amount, Currency: p.Currency}}
}

func (s *teller) Find(ctx context.Context, t *effect.Task) effect.Outcome {
	switch s.style {
	case keyed:
		return effect.Outcome{Result: effect.Later} // asking again with the key does no harm
	case blind:
		return effect.Outcome{Result: effect.Unknown, Code: "cannot_be_asked"}
	}
	var found []payment
	a, err := s.peer.JSON(ctx, http.MethodGet, s.url+"?note="+url.QueryEscape(t.ID), nil, nil, &found)
	switch {
	case err != nil || !a.Good():
		return effect.Outcome{Result: effect.Unknown, Code: "no_answer"}
	case len(found) == 0:
		if string(a.Body) == "[]\n" {
			return effect.Outcome{Result: effect.Later}
		}
		return effect.Outcome{Result: effect.Unknown, Code: "no_answer"}
	}
	return effect.Outcome{Result: effect.Done, Ref: found[0].ID, Amount: recourse.Money{Minor: found[0].Amount, Currency: found[0].Currency}}
}

// suite is a bank in a style, with the sender for it.
func suite(s style) effecttest.Suite {
	b := &bank{style: s}
	return effecttest.Suite{
		Peer: b, Left: b.left, Clock: b.set, Certain: s != blind,
		Connection: recourse.Connection{ID: "bank", Kind: "bank", Name: "Bank"},
		Kind: func(url string) effect.Kind {
			return effect.Kind{Group: "shop", Acts: []recourse.EffectKind{recourse.EffectRefund},
				Sender: func(*recourse.Connection) effect.Sender {
					return &teller{style: s, url: url, peer: call.New(call.Options{Timeout: 100 * time.Millisecond})}
				}}
		},
	}
}

// TestFaults lets refunds be paid by peers of every style while requests are cut, answered late, with 500, with garbage, or
// not at all, processes die at every point, and two nodes act at once.
func TestFaults(t *testing.T) {
	for name, s := range map[string]style{"keyed": keyed, "dayKey": dayKey, "readable": readable, "blind": blind} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting for peers that do not answer
			s := suite(s)
			if name == "keyed" || name == "dayKey" {
				s.Faults = peer.Faults
			}
			s.Run(t, 25)
		})
	}
}
