package desk_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
	"recourse/store/pgtest"
)

var all = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

func drain(t testing.TB, d *desk.Desk) (total int) {
	t.Helper()
	for range 1000 {
		n, err := d.Drain(t.Context(), all)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return total
		}
		total += n
	}
	t.Fatal("it never ends")
	return total
}

// refunding is an order whose refund waits for an approval; it gives the refund's id.
func refunding(t testing.TB, d *desk.Desk, order string) string {
	t.Helper()
	line := recourse.Line{Line: 1, SKU: "S", Title: "Lamp", Quantity: 1, Price: recourse.Money{Minor: 2990, Currency: "EUR"}}
	results, err := d.Handle(t.Context(), shop, []desk.Fact{
		{Event: recourse.Event{Source: "t", ID: order + "-1", Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Items: []recourse.Line{line}, Paid: line.Price,
			Buyer: &recourse.Buyer{Name: "Anne Durand", Email: "anne@example.com", Locale: "fr"}, ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Street: "1 rue du Lac", Postcode: "69001", Name: "Anne Durand"}}}},
		{Event: recourse.Event{Source: "t", ID: order + "-2", Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "P" + order, Supplier: "灯具店", Cost: recourse.Money{Minor: 8000, Currency: "CNY"}, Lines: []recourse.Pieces{{Line: 1}}}}},
		{Event: recourse.Event{Source: "t", ID: order + "-3", Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Purchase: "P" + order, Reason: "sold out, says Mr Zhang"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		for _, e := range r.Effects {
			if e.Kind == recourse.EffectRefund {
				return e.ID
			}
		}
	}
	t.Fatal("no refund was asked for")
	return ""
}

func effect(t testing.TB, d *desk.Desk, id string) store.Effect {
	t.Helper()
	var e store.Effect
	if err := d.Store().Read(t.Context(), func(tx *store.Tx) error {
		found, err := tx.Effects(shop, []string{id})
		e = found[id]
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestApproveOnce: of a thousand who approve one refund at the same time, one does.
func TestApproveOnce(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		refund := refunding(t, d, "1001")
		var wait sync.WaitGroup
		var mu sync.Mutex
		approved, refused := 0, 0
		for i := range 1000 {
			wait.Go(func() {
				_, err := d.Approve(t.Context(), shop, refund, fmt.Sprint("person ", i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					approved++
				case recourse.CodeOf(err) == "effect_moved":
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if approved != 1 || refused != 999 {
			t.Errorf("%d approved, %d were told that somebody was faster", approved, refused)
		}
		if e := effect(t, d, refund); e.Effect.Approval != recourse.ApprovalGiven || e.Status != store.Pending {
			t.Errorf("the refund is %s, %s", e.Status, e.Effect.Approval)
		}
		verify(t, d)
	})
}

// TestEffectLife walks a refund through its life, and says what is refused on the way.
func TestEffectLife(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		refund := refunding(t, d, "1001")
		say := func(typ recourse.EventType) error {
			_, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Source: "t", Type: typ, Data: recourse.Data{Effect: refund}}, By: "me"})
			return err
		}
		for i, s := range []struct {
			say    recourse.EventType
			code   string
			status store.EffectStatus
		}{
			{recourse.EffectStarted, "effect_moved", store.Pending}, // not approved
			{recourse.EffectDone, "effect_moved", store.Pending},
			{recourse.EffectApproved, "", store.Pending},
			{recourse.EffectRejected, "effect_moved", store.Pending},
			{recourse.EffectStarted, "", store.Sending},
			{recourse.EffectStarted, "effect_moved", store.Sending},
			{recourse.EffectDone, "", store.Done},
			{recourse.EffectDone, "effect_moved", store.Done},
		} {
			if err := say(s.say); recourse.CodeOf(err) != s.code {
				t.Errorf("step %d, %s: %v, %q is wanted", i, s.say, err, s.code)
			}
			if e := effect(t, d, refund); e.Status != s.status {
				t.Errorf("step %d, %s: the refund is %s, %s is wanted", i, s.say, e.Status, s.status)
			}
		}
		if _, err := d.Approve(t.Context(), shop, "1001-1/99", "me"); recourse.CodeOf(err) != "effect_unknown" {
			t.Errorf("an act that there is not: %v", err)
		}
		v, err := d.Case(t.Context(), shop, "1001-1")
		if err != nil || v.File.Refunds[0].Status != recourse.RefundDone {
			t.Errorf("the file's refund: %+v %v", v.File.Refunds, err)
		}
		verify(t, d)
	})
}

// TestTakenBack: a refund that nobody had begun is dropped when another remedy is chosen, and taking it back is nothing
// that a person would have to do.
func TestTakenBack(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		refund := refunding(t, d, "1001")
		offer := recourse.Offer{Supplier: "灯饰店", Same: true, Price: recourse.Money{Minor: 100, Currency: "CNY"}, Stock: 5}
		for _, ev := range []recourse.Event{
			{Type: recourse.OffersFound, Data: recourse.Data{Order: "1001", Offers: []recourse.Offer{offer}}},
			{Type: recourse.RemedyChosen, Data: recourse.Data{Order: "1001", Remedy: recourse.RemedyReorder, By: recourse.PartyMerchant}},
		} {
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev}); err != nil {
				t.Fatal(err)
			}
		}
		if e := effect(t, d, refund); e.Status != store.Dropped {
			t.Errorf("the refund is %s", e.Status)
		}
		v, err := d.Case(t.Context(), shop, "1001-1")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range v.Effects {
			if e.Kind == recourse.EffectWithdrawRefund && e.Status != store.Done {
				t.Errorf("taking the refund back is %s", e.Status)
			}
		}
		verify(t, d)
	})
}

// TestUnknown: an act that somebody began and never ended is unknown after an hour, once, and can be settled by hand.
func TestUnknown(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		refund := refunding(t, d, "1001")
		for _, typ := range []recourse.EventType{recourse.EffectApproved, recourse.EffectStarted} {
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Type: typ, Data: recourse.Data{Effect: refund}}}); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { d.Run(ctx) })
		c.set(march.Add(time.Hour + time.Second))
		deadline := time.Now().Add(20 * time.Second)
		for effect(t, d, refund).Status != store.Unknown {
			if time.Now().After(deadline) {
				t.Fatal("it is still not unknown")
			}
			time.Sleep(5 * time.Millisecond) // the loop looks once a second at the latest
		}
		stop()
		wait.Wait()
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Type: recourse.EffectDone, Data: recourse.Data{Effect: refund}}}); err != nil {
			t.Error(err)
		}
		verify(t, d)
	})
}

// TestPreview answers as Handle would, and leaves nothing.
func TestPreview(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		refund := refunding(t, d, "1001")
		f := desk.Fact{Event: recourse.Event{Source: "t", ID: "x", Type: recourse.EffectRejected, Data: recourse.Data{Effect: refund}}}
		results, err := d.Preview(t.Context(), shop, []desk.Fact{f})
		if err != nil || results[0].Status != desk.Taken || len(results[0].Entries) == 0 {
			t.Fatalf("%+v %v", results, err)
		}
		if e := effect(t, d, refund); e.Status != store.Pending {
			t.Errorf("the preview left the refund %s", e.Status)
		}
		again, err := d.Handle(t.Context(), shop, []desk.Fact{f})
		if err != nil || again[0].Status != desk.Taken || len(again[0].Entries) != len(results[0].Entries) {
			t.Errorf("the real thing came out otherwise: %+v %v", again, err)
		}
	})
}

// TestNodes lets two nodes take in the same facts at once, each in another order of orders: none is lost, none is taken
// in twice. Two processes on one SQLite file are two nodes as well.
func TestNodes(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		nodes := []*desk.Desk{open(t, address, c.now), open(t, address, c.now)}
		book := facts(t, 200, 3)
		taken := make([]map[string]int, len(nodes))
		var wait sync.WaitGroup
		for i, d := range nodes {
			taken[i] = map[string]int{}
			wait.Go(func() {
				for part := range slices.Chunk(book, 70) {
					results, err := d.Handle(context.Background(), shop, part)
					if err != nil {
						t.Error(err)
						return
					}
					for _, r := range results {
						if r.Status == desk.Taken || r.Status == desk.Held {
							taken[i][r.ID]++
						} else if r.Status != desk.Duplicate {
							t.Errorf("%+v", r)
						}
					}
				}
			})
		}
		wait.Wait()
		for i := range book {
			if id := book[i].Event.ID; taken[0][id]+taken[1][id] != 1 {
				t.Errorf("%s was taken in %d times", id, taken[0][id]+taken[1][id])
			}
		}
		verify(t, nodes[0])
	})
}

// TestDueNodes lets deadlines act on two nodes that share the work by leases, then on the one that is left.
func TestDueNodes(t *testing.T) {
	address := pgtest.New(t)
	c := &clock{at: march}
	a, b := open(t, address, c.now), open(t, address, c.now)
	if _, err := a.Handle(t.Context(), shop, facts(t, 200, 4)); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer wait.Wait()
	defer stop()
	for _, d := range []*desk.Desk{a, b} {
		wait.Go(func() { d.Run(ctx) })
	}
	for day := 1; day <= 5; day++ {
		now := march.AddDate(0, 0, day)
		c.set(now)
		deadline := time.Now().Add(30 * time.Second)
		for {
			var keys []store.Key
			if err := a.Store().Read(t.Context(), func(tx *store.Tx) (err error) { keys, err = tx.Due(now, all, 10); return err }); err != nil {
				t.Fatal(err)
			}
			if len(keys) == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("day %d: %v are still due", day, keys)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	verify(t, a)
}

// TestClockBack: a clock set back an hour takes nothing back, lets nothing act twice, and time goes on when it has
// caught up.
func TestClockBack(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		c := &clock{at: march}
		d := open(t, address, c.now)
		if _, err := d.Handle(t.Context(), shop, facts(t, 100, 5)); err != nil {
			t.Fatal(err)
		}
		c.set(march.AddDate(0, 0, 3))
		if drain(t, d) == 0 {
			t.Fatal("nothing was due after three days")
		}
		c.set(march.AddDate(0, 0, 3).Add(-time.Hour))
		if n := drain(t, d); n != 0 {
			t.Errorf("%d orders were due again with the clock an hour back", n)
		}
		refunding(t, d, "back")
		c.set(march.AddDate(0, 0, 6))
		if drain(t, d) == 0 {
			t.Error("nothing was due three days later")
		}
		verify(t, d)
	})
}

// TestAway: while the database is away callers are told so; when it is back all goes on, and nothing is half there.
func TestAway(t *testing.T) {
	server := pgtest.NewServer(t, pgtest.Durable)
	d := open(t, server.Database(t), (&clock{at: march}).now)
	refund := refunding(t, d, "1001")
	if err := server.Crash(); err != nil {
		t.Fatal(err)
	}
	_, err := d.Approve(t.Context(), shop, refund, "me")
	if recourse.KindOf(err) != recourse.Unavailable {
		t.Errorf("the database is away: %v", err)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	for try := 0; ; try++ {
		_, err := d.Approve(t.Context(), shop, refund, "me")
		if err == nil {
			break
		}
		if recourse.KindOf(err) != recourse.Unavailable || try > 50 {
			t.Fatal(err)
		}
	}
	verify(t, d)
}

// TestPersonal: what tells who somebody is stands in one table; erased there, it is nowhere, and the history still
// proves itself.
func TestPersonal(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		d := open(t, address, (&clock{at: march}).now)
		refunding(t, d, "1001")
		v, err := d.Order(t.Context(), shop, "1001")
		if err != nil {
			t.Fatal(err)
		}
		if v.File.Order.Buyer.Name != "Anne Durand" || v.History[2].Event.Reason != "sold out, says Mr Zhang" {
			t.Errorf("people cannot read it: %+v %q", v.File.Order.Buyer, v.History[2].Event.Reason)
		}
		k := store.Key{Merchant: shop, Order: "1001"}
		if err := d.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.Erase(k, time.Now()) }); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := d.Store().Backup(t.Context(), path, nil); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"Anne", "anne@", "rue du Lac", "69001", "Zhang", "durand", "zhang"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%q is still somewhere", secret)
			}
		}
		if v, err = d.Order(t.Context(), shop, "1001"); err != nil || v.File.Order.Buyer.Name != "—" {
			t.Errorf("after erasing: %+v %v", v.File.Order.Buyer, err)
		}
		verify(t, d)
	})
}

// TestVerifyFinds: what was changed behind the program's back is found, whatever it is.
func TestVerifyFinds(t *testing.T) {
	for name, c := range map[string]struct{ sql, code string }{
		"a body":            {`UPDATE history SET body = CAST(replace(CAST(body AS TEXT), 'order.placed', 'order.plaeed') AS BLOB) WHERE seq = 1`, "chain_broken"},
		"an entry gone":     {`DELETE FROM history WHERE seq = 2`, "entry_missing"},
		"the last entry":    {`DELETE FROM history WHERE seq = 3`, "head_differs"},
		"a case":            {`UPDATE cases SET status = 'closed', outcome = 'refunded'`, "case_differs"},
		"a case made up":    {`INSERT INTO cases SELECT merchant, '1001-7', order_id, situation, status, outcome, state, waits, quiet, due_at, opened_at, closed_at, supplier, country, channel, currency, amount, policy, '', 0, 0, 0, 0, 0 FROM cases`, "case_differs"},
		"the order's hash":  {`UPDATE orders SET hash = zeroblob(32)`, "head_differs"},
		"garbage":           {`UPDATE history SET body = x'ff', hash = hash WHERE seq = 1`, "unreadable"},
		"a refund's amount": {`UPDATE orders SET file = CAST(replace(CAST(file AS TEXT), 'EUR', 'USD') AS BLOB)`, "file_differs"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			d := open(t, path, (&clock{at: march}).now)
			refunding(t, d, "1001")
			if err := d.Store().Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(c.sql); return err }); err != nil {
				t.Fatal(err)
			}
			var found []string
			if _, err := d.Verify(t.Context(), shop, func(f desk.Finding) { found = append(found, f.Code) }, func(desk.Verified) {}); err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(found, c.code) {
				t.Errorf("found %v, %s is wanted", found, c.code)
			}
		})
	}
}

// TestDiskFull runs in a process of its own that may not write files larger than some megabytes, as on a disk that is
// full: callers are told so, nothing is half there, and with room again all goes on.
func TestDiskFull(t *testing.T) {
	const name = "RECOURSE_TEST_FULL"
	if path := os.Getenv(name); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		fill(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "full.db")
	open(t, path, (&clock{at: march}).now) // with tables and a merchant
	cmd := exec.Command("sh", "-c", "ulimit -f 6000; exec \"$0\" -test.run '^TestDiskFull$' -test.v", os.Args[0])
	cmd.Env = append(os.Environ(), name+"="+path)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the disk is full") {
		t.Fatalf("%v\n%s", err, out)
	}
	d := open(t, path, (&clock{at: march}).now)
	if done := verify(t, d); done.Orders == 0 {
		t.Error("nothing was saved before the disk was full")
	}
	results, err := d.Handle(t.Context(), shop, facts(t, 1500, 6))
	if err != nil {
		t.Fatal(err)
	}
	fresh := 0
	for _, r := range results {
		if r.Status == desk.Taken {
			fresh++
		}
	}
	if fresh == 0 {
		t.Error("the disk was never full")
	}
	verify(t, d)
}

// fill takes in a book until the disk is full.
func fill(t *testing.T, path string) {
	d := open(t, path, (&clock{at: march}).now)
	for part := range slices.Chunk(facts(t, 1500, 6), 200) {
		_, err := d.Handle(t.Context(), shop, part)
		if recourse.KindOf(err) == recourse.Unavailable {
			fmt.Println("the disk is full")
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
