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
	"recourse/account"
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
		leaves := make([]int, orders)
		some := make(chan struct{}, 8)
		for i := range orders {
			some <- struct{}{}
			wait.Go(func() {
				defer func() { <-some }()
				leaves[i] = s.refundTwice(fmt.Sprint(5000+i), i)
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
			if n := bank.paid[fmt.Sprint(5000+i)]; n == leaves[i] {
				once++
			} else {
				t.Errorf("order %d was paid back %d times, %d is right", 5000+i, n, leaves[i])
			}
		}
		t.Logf("as many refunds as were approved, one or none, in %d of %d", once, orders)
	})
}

// refundTwice asks for a refund twice at once, and answers the question whether it may leave twice at once, in one of
// several ways. It gives how often money is to leave.
func (s *shop) refundTwice(order string, way int) (leaves int) {
	s.t.Helper()
	s.tell("placed-"+order, "order.placed", strings.NewReplacer(`"1001"`, `"`+order+`"`, `"shopify"`, `"till"`).Replace(order1001))
	refund := s.cancelTwice(order, way%2 == 1)
	if refund == "" {
		return 1
	}
	to := "/api/v1/effects/" + url.PathEscape(refund)
	var mu sync.Mutex
	codes, approved := map[int]int{}, 0
	s.twice(func(i int) got {
		switch way % 4 {
		case 1: // the same key: one call, sent twice
			return s.ask("POST", to+"/approve", "{}", "Idempotency-Key", "k-"+order)
		case 2: // two people
			return s.ask("POST", to+"/approve", "{}", "Authorization", s.as([]account.Role{account.Owner, account.Approver}[i]))
		case 3: // one approves, one rejects
			return s.ask("POST", to+[]string{"/approve", "/reject"}[i], `{}`, "Authorization", s.as([]account.Role{account.Owner, account.Approver}[i]), "Idempotency-Key", fmt.Sprint("k-", order, i))
		}
		return s.ask("POST", to+"/approve", "{}")
	}, func(g got) {
		mu.Lock()
		defer mu.Unlock()
		codes[g.StatusCode]++
		if g.StatusCode == http.StatusOK && strings.HasSuffix(g.Request.URL.Path, "/approve") {
			approved++
		}
	})
	if twoKept := way%4 == 1 && codes[http.StatusOK] == 2; !twoKept && (codes[http.StatusOK] != 1 || codes[http.StatusConflict] != 1) {
		s.t.Errorf("order %s: the approvals were answered with %v", order, codes)
	}
	return min(approved, 1)
}

// cancelTwice has two ask at once for an order to be cancelled and paid back: by the same event, or by two that say the
// same. It gives the refund that was decided.
func (s *shop) cancelTwice(order string, same bool) string {
	s.t.Helper()
	var effects sync.Map
	s.twice(func(i int) got {
		if same {
			i = 0
		}
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
		return ""
	}
	return refunds[0]
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
