package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/connect"
	"recourse/intake"
	"recourse/store"
)

// Change is what is to be kept of a connection, new or known.
type Change struct {
	ID       string // "": one is made of the kind
	Kind     string // of a new one
	Name     string // "": the kind's, or as it was
	Settings map[string]string
	Secrets  map[string]string // those that are to be set; the others stay
	Drop     []string          // secrets that are to be taken away
	By       string
}

// Add makes a connection: connection_kind, connection_field, connection_exists when something is wrong with it.
func (h *Hub) Add(ctx context.Context, merchant string, ch Change) (recourse.Connection, error) {
	kind := h.Kind(ch.Kind)
	if kind == nil {
		return recourse.Connection{}, &recourse.Error{Kind: recourse.Invalid, Code: "connection_kind", Field: "kind", Message: "there is no kind of system " + recourse.Shorten(ch.Kind, 60), Hint: recourse.Nearest(ch.Kind, h.kindNames())}
	}
	now := h.Desk.Now()
	c := store.Connection{Connection: recourse.Connection{Merchant: merchant, ID: ch.ID, Kind: ch.Kind, Name: ch.Name, Settings: maps.Clone(ch.Settings), Secrets: maps.Clone(ch.Secrets),
		Status: recourse.ConnectionActive, CreatedAt: now, ChangedAt: now, ChangedBy: ch.By}}
	err := h.complete(kind, &c)
	if err != nil {
		return c.Connection, err
	}
	err = h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		there, err := tx.Connections(merchant)
		if err != nil {
			return err
		}
		if len(there) >= mostOfMerchant {
			return &recourse.Error{Kind: recourse.TooLarge, Code: "connection_count", Message: "a merchant has a hundred connections at most"}
		}
		if err := pickID(&c, there); err != nil {
			return err
		}
		if err := h.sealSecrets(&c); err != nil {
			return err
		}
		return cmp.Or(tx.PutConnection(&c), tx.PutAudit(store.Audit{Merchant: merchant, At: now, By: ch.By, What: store.AuditConnected, About: c.ID}))
	})
	h.forget(merchant, c.ID)
	return c.Connection, err
}

// mostOfMerchant is how many connections a merchant may have.
const mostOfMerchant = 100

func (h *Hub) kindNames() []string {
	names := make([]string, len(h.Kinds))
	for i, k := range h.Kinds {
		names[i] = k.Name
	}
	return names
}

// complete checks what was written, and fills in what follows from the kind.
func (h *Hub) complete(kind *connect.Kind, c *store.Connection) error {
	if c.Settings == nil {
		c.Settings = map[string]string{}
	}
	if c.Secrets == nil {
		c.Secrets = map[string]string{}
	}
	for n := range c.Settings {
		if f := kind.Field(n); f == nil || f.Secret {
			return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: n, Message: kind.Name + " has no setting " + recourse.Shorten(n, 60)}
		}
	}
	for n := range c.Secrets {
		if f := kind.Field(n); f == nil || !f.Secret {
			return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: n, Message: kind.Name + " has no secret " + recourse.Shorten(n, 60)}
		}
	}
	c.Name = strings.TrimSpace(c.Name)
	if c.Name == "" {
		c.Name = kind.Name
	}
	if c.Name != recourse.Shorten(c.Name, maxConnectionName) {
		return &recourse.Error{Kind: recourse.Invalid, Code: "connection_name", Field: "name", Message: "a name has eighty letters at most, all of them visible"}
	}
	if err := kind.Check(&c.Connection); err != nil {
		return err
	}
	c.PollAt = time.Time{}
	if kind.Poller != nil && c.Status == recourse.ConnectionActive {
		c.PollAt = h.Desk.Now()
	}
	return nil
}

// maxConnectionName is how long a connection's name may be, in letters.
const maxConnectionName = 80

// pickID gives a connection an id that the merchant has not, or says that the one that was wanted is taken.
func pickID(c *store.Connection, there []store.Connection) error {
	taken := func(id string) bool {
		return slices.ContainsFunc(there, func(o store.Connection) bool { return o.ID == id })
	}
	if c.ID == "" {
		c.ID = c.Kind
		for n := 2; taken(c.ID); n++ {
			c.ID = c.Kind + "-" + strconv.Itoa(n)
		}
		return nil
	}
	if !validID(c.ID) {
		return &recourse.Error{Kind: recourse.Invalid, Code: "connection_id", Field: "connection", Message: "an id has up to forty of a-z, 0-9 and -", Hint: "leave it out, and one is made"}
	}
	if taken(c.ID) {
		return &recourse.Error{Kind: recourse.Conflict, Code: "connection_exists", Field: "connection", Message: "there is a connection " + c.ID + " already"}
	}
	return nil
}

func validID(id string) bool {
	if len(id) == 0 || len(id) > 40 {
		return false
	}
	for _, c := range []byte(id) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

func (h *Hub) sealSecrets(c *store.Connection) (err error) {
	c.Sealed = nil
	if len(c.Secrets) == 0 {
		return nil
	}
	plain, err := json.Marshal(c.Secrets)
	if err == nil {
		c.Sealed, err = h.Vault.Seal(store.SecretsPlace(c.Merchant, c.ID), plain)
	}
	return err
}

// Set changes a connection's name, settings and secrets. A setting that is not named is taken away; a secret that is not
// named stays, since nobody can read it to write it again. A connection that was gone is used again.
func (h *Hub) Set(ctx context.Context, merchant string, ch Change) (recourse.Connection, error) {
	var out recourse.Connection
	err := h.change(ctx, merchant, ch.ID, ch.By, store.AuditConnection, func(tx *store.Tx, kind *connect.Kind, c *store.Connection) error {
		o, err := h.unseal(c)
		if recourse.CodeOf(err) == "vault_sealed" && len(ch.Secrets) > 0 {
			// The key that they were sealed with is gone: who writes them anew keeps the connection, and what it received.
			o, err = &Opened{Connection: &recourse.Connection{Secrets: map[string]string{}}}, nil
		}
		if err != nil {
			return err
		}
		c.Name = cmp.Or(strings.TrimSpace(ch.Name), c.Name)
		c.Settings = maps.Clone(ch.Settings)
		c.Secrets = maps.Clone(o.Secrets)
		for _, n := range ch.Drop {
			delete(c.Secrets, n)
		}
		for n, v := range ch.Secrets {
			if v != "" {
				c.Secrets[n] = v
			}
		}
		if c.Status == recourse.ConnectionGone {
			c.Status = recourse.ConnectionActive
		}
		if err := h.complete(kind, c); err != nil {
			return err
		}
		out = c.Connection
		return h.sealSecrets(c)
	})
	return out, err
}

// SetStatus pauses a connection, resumes it, or says that the other side ended it. What waited while it was paused is read
// when it is resumed.
func (h *Hub) SetStatus(ctx context.Context, merchant, id string, to recourse.ConnectionStatus, by string) error {
	what := map[recourse.ConnectionStatus]string{recourse.ConnectionActive: store.AuditResumed, recourse.ConnectionPaused: store.AuditPaused, recourse.ConnectionGone: store.AuditGone}[to]
	return h.change(ctx, merchant, id, by, what, func(tx *store.Tx, kind *connect.Kind, c *store.Connection) error {
		c.Status, c.PollAt = to, time.Time{}
		if to != recourse.ConnectionActive {
			return nil
		}
		if kind.Poller != nil {
			c.PollAt = h.Desk.Now()
		}
		_, err := tx.ResumeReceipts(merchant, id, h.Desk.Now())
		return err
	})
}

// change changes a connection in one transaction, and notes who did so.
func (h *Hub) change(ctx context.Context, merchant, id, by, what string, f func(*store.Tx, *connect.Kind, *store.Connection) error) error {
	now := h.Desk.Now()
	err := h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		c, err := tx.Connection(merchant, id)
		if err != nil {
			return err
		}
		kind := h.Kind(c.Kind)
		if kind == nil {
			return &recourse.Error{Kind: recourse.NotFound, Code: "connection_kind", Field: "kind", Message: "there is no kind of system " + recourse.Shorten(c.Kind, 60)}
		}
		c.ChangedAt, c.ChangedBy = now, by
		if err := f(tx, kind, &c); err != nil {
			return err
		}
		return cmp.Or(tx.PutConnection(&c), tx.PutAudit(store.Audit{Merchant: merchant, At: now, By: by, What: what, About: id}))
	})
	h.forget(merchant, id)
	h.Desk.Arrived()
	return err
}

// Remove takes a connection away, with all that it received. What was decided by it stays.
func (h *Hub) Remove(ctx context.Context, merchant, id, by string) error {
	err := h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Connection(merchant, id); err != nil {
			return err
		}
		return cmp.Or(tx.DropConnection(merchant, id), tx.PutAudit(store.Audit{Merchant: merchant, At: h.Desk.Now(), By: by, What: store.AuditDisconnected, About: id}))
	})
	h.forget(merchant, id)
	return err
}

// testFor is how long a test of a connection may take.
const testFor = 20 * time.Second

// Test asks the other system whether the connection works, and writes down the answer. test_none, of kind
// [recourse.Invalid]: there is nothing to ask.
func (h *Hub) Test(ctx context.Context, merchant, id string) error {
	o, err := h.Connection(ctx, merchant, id)
	if err != nil {
		return err
	}
	if o.Kind.Test == nil {
		return &recourse.Error{Kind: recourse.Invalid, Code: "test_none", Message: "there is nothing that could be asked: the other side speaks first", Hint: "let it send something, and look at the deliveries"}
	}
	asking, stop := context.WithTimeout(ctx, testFor)
	defer stop()
	err = o.Kind.Test(asking, o.Connection, o.Client)
	now := h.Desk.Now()
	written := h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		if err == nil {
			return tx.SaySucceeded(merchant, id, now)
		}
		return tx.SayFailed(merchant, id, recourse.CodeOf(err), now, o.OpenUntil)
	})
	h.forget(merchant, id)
	return cmp.Or(err, written)
}

// Address is where the other system delivers by a connection; base is where people reach the desk, unless the hub knows it.
func (h *Hub) Address(base, merchant, id string) string {
	return strings.TrimSuffix(cmp.Or(h.URL, base), "/") + "/in/" + merchant + "/" + id
}

// Register makes the other system tell us, at the address of the connection: register_none, of kind [recourse.Invalid], when
// a person has to do it there.
func (h *Hub) Register(ctx context.Context, merchant, id, base string) error {
	o, err := h.Connection(ctx, merchant, id)
	if err != nil {
		return err
	}
	if o.Kind.Register == nil {
		return &recourse.Error{Kind: recourse.Invalid, Code: "register_none", Message: "a person does that at the other side"}
	}
	address := h.Address(base, merchant, id)
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://127.0.0.1") {
		return &recourse.Error{Kind: recourse.Invalid, Code: "register_url", Message: "the other side reaches the desk by https only", Hint: "say by --url where the desk is reached"}
	}
	asking, stop := context.WithTimeout(ctx, testFor)
	defer stop()
	return o.Kind.Register(asking, o.Connection, o.Client, address)
}

// Raw is a delivery as it came: receipt_gone, of kind [recourse.Conflict], when it is not kept any more. Who looks is noted,
// since it holds what a buyer's order holds.
func (h *Hub) Raw(ctx context.Context, merchant, connection, receipt, by string) (store.Receipt, intake.Delivery, error) {
	var r store.Receipt
	err := h.Desk.Store().Write(ctx, func(tx *store.Tx) (err error) {
		if r, err = tx.Receipt(merchant, connection, receipt); err != nil || !r.Kept {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: h.Desk.Now(), By: by, What: store.AuditRead, About: connection + " " + receipt})
	})
	if err != nil || !r.Kept {
		return r, intake.Delivery{}, err
	}
	d, err := h.delivery(&r)
	return r, d, err
}

// Waiting counts the deliveries of a connection that wait, and those that failed.
func (h *Hub) Waiting(ctx context.Context, merchant, connection string) (waiting, failed int, err error) {
	err = h.Desk.Store().Read(ctx, func(tx *store.Tx) error {
		waiting, failed, err = tx.CountReceipts(merchant, connection)
		return err
	})
	return waiting, failed, err
}

// Replay lets a delivery be read again, or all that failed where the receipt is "", and says how many.
func (h *Hub) Replay(ctx context.Context, merchant, connection, receipt string) (n int, err error) {
	err = h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Connection(merchant, connection); err != nil {
			return err
		}
		if receipt == "" {
			n, err = tx.ReplayFailed(merchant, connection, h.Desk.Now())
			return err
		}
		n = 1
		return tx.ReplayReceipt(merchant, connection, receipt, h.Desk.Now())
	})
	h.Desk.Arrived()
	return n, err
}

// Settle notes that a person saw to a delivery that could not be read, or that nobody understood, by another way: it is no
// task any more. receipt_settled, of kind [recourse.Conflict], when there was nothing to see to.
func (h *Hub) Settle(ctx context.Context, merchant, connection, receipt, by string) error {
	return h.Desk.Store().Write(ctx, func(tx *store.Tx) error {
		if err := tx.SettleReceipt(merchant, connection, receipt); err != nil {
			return err
		}
		return tx.PutAudit(store.Audit{Merchant: merchant, At: h.Desk.Now(), By: by, What: store.AuditSettled, About: connection + " " + receipt})
	})
}
