package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/effect"
	"recourse/store"
)

// till pays refunds back, and has no notion of having been asked before.
type till struct {
	mu   sync.Mutex
	paid map[string]int // by the order
}

func (k *till) Send(_ context.Context, t *effect.Task) effect.Outcome {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.paid[t.File.Order.ID]++
	return effect.Outcome{Result: effect.Done, Amount: t.Amount}
}

func (k *till) Find(context.Context, *effect.Task) effect.Outcome {
	return effect.Outcome{Result: effect.Unknown}
}

// TestOneRefund: two callers ask for the same refund at the same time, by the API and without a key; then two approve it
// at the same time; two nodes carry it out. Money leaves once, of each order. (RECOURSE_RUNS says how many orders.)
func TestOneRefund(t *testing.T) {
	orders := 20
	if n, err := strconv.Atoi(os.Getenv("RECOURSE_RUNS")); err == nil {
		orders = n
	}
	databases(t, func(s *shop) {
		bank := &till{paid: map[string]int{}}
		conn := store.Connection{Connection: recourse.Connection{Merchant: "shop", ID: "till", Kind: "till", Name: "Till", Status: recourse.ConnectionActive, CreatedAt: s.now(), ChangedAt: s.now()}}
		if err := s.store.Write(t.Context(), func(tx *store.Tx) error { return tx.PutConnection(&conn) }); err != nil {
			t.Fatal(err)
		}
		node := func() *effect.Runner {
			kind := &effect.Kind{Group: "shop", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: func(*recourse.Connection) effect.Sender { return bank }}
			return effect.New(effect.Options{Store: s.store, Clock: s.now, Kind: func(string) *effect.Kind { return kind },
				Open: func(c *store.Connection) (*recourse.Connection, error) { return &c.Connection, nil },
				Tell: func(ctx context.Context, merchant, by string, ev *recourse.Event) error {
					_, err := s.desk.Tell(ctx, merchant, desk.Fact{Event: *ev, By: by})
					return err
				}})
		}
		ctx, stop := context.WithCancel(t.Context())
		var nodes sync.WaitGroup
		for range 2 {
			nodes.Go(func() { node().Run(ctx) })
		}
		var wait sync.WaitGroup
		some := make(chan struct{}, 8)
		for i := range orders {
			some <- struct{}{}
			wait.Go(func() {
				defer func() { <-some }()
				s.refundTwice(fmt.Sprint(5000 + i))
			})
		}
		wait.Wait()
		for range 6000 {
			left := 0
			if err := s.store.Read(t.Context(), func(tx *store.Tx) error {
				for _, status := range []store.EffectStatus{store.Pending, store.Sending} {
					all, err := tx.ListEffects("shop", store.EffectFilter{Status: status, Kind: recourse.EffectRefund, Limit: 10_000})
					if left += len(all); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if left == 0 {
				break
			}
			s.wait(time.Second)
			time.Sleep(50 * time.Millisecond) // the nodes look twice a second
		}
		stop()
		nodes.Wait()
		once := 0
		for i := range orders {
			if n := bank.paid[fmt.Sprint(5000+i)]; n == 1 {
				once++
			} else {
				t.Errorf("order %d was paid back %d times", 5000+i, n)
			}
		}
		t.Logf("one refund in %d of %d", once, orders)
	})
}

// refundTwice asks for a refund twice at once, and approves it twice at once.
func (s *shop) refundTwice(order string) {
	s.t.Helper()
	s.tell("placed-"+order, "order.placed", strings.NewReplacer(`"1001"`, `"`+order+`"`, `"shopify"`, `"till"`).Replace(order1001))
	var effects sync.Map
	s.twice(func(i int) got {
		return s.ask("POST", "/api/v1/events", event(fmt.Sprintf("cancel-%s-%d", order, i), "order.cancel_requested", `{"order":"`+order+`"}`))
	}, func(g got) {
		for j := 0; g.text(fmt.Sprintf("effects.%d.effect", j)) != ""; j++ {
			if g.text(fmt.Sprintf("effects.%d.kind", j)) == "refund" {
				effects.Store(g.text(fmt.Sprintf("effects.%d.effect", j)), true)
			}
		}
	})
	var refunds []string
	effects.Range(func(id, _ any) bool { refunds = append(refunds, id.(string)); return true })
	if len(refunds) != 1 {
		s.t.Errorf("order %s: the refunds %v were decided", order, refunds)
		return
	}
	var mu sync.Mutex
	codes := map[int]int{}
	s.twice(func(int) got { return s.ask("POST", "/api/v1/effects/"+url.PathEscape(refunds[0])+"/approve", "{}") }, func(g got) {
		mu.Lock()
		defer mu.Unlock()
		codes[g.StatusCode]++
	})
	if codes[http.StatusOK] != 1 || codes[http.StatusConflict] != 1 {
		s.t.Errorf("order %s: the approvals were answered with %v", order, codes)
	}
}

// twice does the same from two callers at the same moment.
func (s *shop) twice(ask func(i int) got, take func(got)) {
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i := range 2 {
		wait.Go(func() { <-start; take(ask(i)) })
	}
	close(start)
	wait.Wait()
}
