package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/desk"
	"recourse/effect"
	"recourse/effect/mail"
	"recourse/store"
	"recourse/vault"
)

// graceFor is how long what a person has approved waits before it leaves, so that a slip can be taken back.
const graceFor = 10 * time.Second

// runner carries acts out through the connections of all merchants of the database. Without a ring there are no secrets,
// and what needs one waits and says so.
func (o *office) runner(ring *vault.Ring, letters *mail.Office) *effect.Runner {
	kinds := kindTable{letters: letters, known: map[string]*effect.Kind{}, kind: o.around.kind}
	return effect.New(effect.Options{Store: o.store, Clock: o.Now, Open: opener(ring), Kind: kinds.of, Grace: graceFor, Log: slog.Default(), Dies: o.around.dies,
		Tell: func(ctx context.Context, merchant, by string, ev *recourse.Event) error {
			_, err := o.Tell(ctx, merchant, desk.Fact{Event: *ev, By: by})
			return err
		}})
}

// opener opens the secrets of connections with a ring of keys.
func opener(ring *vault.Ring) func(*store.Connection) (*recourse.Connection, error) {
	return func(c *store.Connection) (*recourse.Connection, error) {
		open := c.Connection
		open.Secrets = map[string]string{}
		if len(c.Sealed) == 0 {
			return &open, nil
		}
		data, err := ring.Open(store.SecretsPlace(c.Merchant, c.ID), c.Sealed)
		if err == nil {
			err = json.Unmarshal(data, &open.Secrets)
		}
		return &open, err
	}
}

// kindTable is what the runner knows of the kinds of connection, made once: the clients in it keep to each peer's rate.
type kindTable struct {
	mu    sync.Mutex
	known map[string]*effect.Kind
	kind  func(name string) *connect.Kind
	// letters writes what a connection for mail sends; nil: nothing leaves by mail.
	letters *mail.Office
}

func (k *kindTable) of(name string) *effect.Kind {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, there := k.known[name]; there {
		return known
	}
	var out *effect.Kind
	if kind := k.kind(name); kind != nil {
		out = &effect.Kind{Group: kind.Group, Acts: kind.Acts}
		if name == "smtp" && k.letters != nil {
			out.Sender = func(c *recourse.Connection) effect.Sender { return connect.Mailer(c, k.letters) }
		}
		if kind.Sender != nil {
			out.Sender = func(c *recourse.Connection) effect.Sender {
				var peer *call.Client
				if kind.Client != nil {
					peer = kind.Client(c)
				}
				return kind.Sender(c, peer)
			}
		}
	}
	k.known[name] = out
	return out
}
