package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"recourse/hub"
	"recourse/intake/signed"
	"recourse/vault"
	"recourse/web"
)

// Deliveries of other systems come whether they are wanted or not: so many a second, each at its instant, whatever the
// server does with the one before (an open loop). What is measured is how long who delivers waits for the answer, from the
// instant at which the delivery was due, and how many deliveries are not read yet at the end.
const (
	webhookRate   = 2000
	webhookLong   = 60 * time.Second // unless -seconds says otherwise
	webhookWires  = 64
	webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	webhookWait   = 50.0 // milliseconds that 99 of 100 answers may take
)

// runWebhooks delivers to the real server on SQLite FULL, with bodies as small as our own plain form and as large as
// a shop's orders are.
func runWebhooks(o options) ([]line, error) {
	var out []line
	for _, kind := range []struct {
		name string
		pad  int // letters that fill a body up
	}{{"webhooks", 0}, {"webhooks-4k", 3600}} {
		l, err := deliverAll(o, kind.name, kind.pad)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// hooked is a server that deliveries come to.
type hooked struct {
	*site
	hub  *hub.Hub
	stop func()
}

func newHooked(ctx context.Context) (*hooked, error) {
	f, err := freshSQLite()
	if err != nil {
		return nil, err
	}
	address, err := f.next()
	if err != nil {
		return nil, err
	}
	d, err := openDesk(ctx, address, time.Now)
	if err != nil {
		return nil, err
	}
	ring, err := vault.Parse(vault.NewKey())
	if err != nil {
		return nil, err
	}
	h := &hooked{hub: hub.New(hub.Options{Desk: d, Vault: ring})}
	if _, err := h.hub.Add(ctx, shop, hub.Change{ID: "bench", Kind: "signed", Secrets: map[string]string{"secret": webhookSecret}}); err != nil {
		return nil, err
	}
	if h.site, err = newSiteWith(ctx, shop, web.Options{Desk: d, Hub: h.hub}); err != nil {
		return nil, err
	}
	reading, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { h.hub.Run(reading) })
	h.stop = func() { stop(); running.Wait(); h.close(); closeDesk(d); f.close() }
	return h, nil
}

// deliverAll delivers for as long as was asked for, and tells how it went.
func deliverAll(o options, name string, pad int) (line, error) {
	h, err := newHooked(context.Background())
	if err != nil {
		return line{}, err
	}
	defer h.stop()
	long := webhookLong
	if o.atLeast > 0 {
		long = o.atLeast
	}
	n := int(webhookRate * long.Seconds())
	took := make([]float64, n)
	var next atomic.Int64
	var wait sync.WaitGroup
	failed := make(chan error, webhookWires)
	began := time.Now()
	for range webhookWires {
		w, err := dial(h.address)
		if err != nil {
			return line{}, err
		}
		defer w.conn.Close()
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				due := began.Add(time.Duration(i) * time.Second / webhookRate)
				time.Sleep(time.Until(due))
				if err := w.delivery(i, pad); err != nil {
					failed <- err
					return
				}
				took[i] = float64(time.Since(due).Microseconds()) / 1000
			}
		})
	}
	wait.Wait()
	lasted := time.Since(began)
	select {
	case err := <-failed:
		return line{}, err
	default:
	}
	behind := h.behind(context.Background())
	caught, err := h.caughtUp(context.Background())
	if err != nil {
		return line{}, err
	}
	slices.Sort(took)
	p99 := took[n*99/100]
	return line{Name: name, Rate: p99, Unit: "ms p99", Floor: webhookWait, Ratio: webhookWait / p99,
		Note: fmt.Sprintf("%.0f/s for %.0f s; p50 %.1f ms, p99 %.1f ms, most %.1f ms; %d not read at the end, read %.1f s later", float64(n)/lasted.Seconds(), lasted.Seconds(), took[n/2], p99, took[n-1], behind, caught.Seconds())}, nil
}

// delivery tells of an order, signed.
func (w *wire) delivery(i, pad int) error {
	id := "msg_" + strconv.Itoa(i)
	body := []byte(`{"type":"order.placed","data":{"order":"B` + strconv.Itoa(i) + `","channel":"bench","buyer":{"name":"Ada Byron","email":"ada` + strconv.Itoa(i) + `@example.org"},` +
		`"lines":[{"line":1,"title":"Kite","quantity":1,"price":"10.00 EUR"}],"paid":"10.00 EUR"},"note":"` + strings.Repeat("x", pad) + `"}`)
	h, err := signed.Sign(webhookSecret, id, time.Now(), body)
	if err != nil {
		return err
	}
	headers := "Content-Type: application/json\r\n"
	for name := range h {
		headers += name + ": " + h.Get(name) + "\r\n"
	}
	status, err := w.ask("POST", "/in/"+shop+"/bench", headers, body)
	if err == nil && status != 200 {
		err = fmt.Errorf("a delivery was answered with %d: %s", status, w.body)
	}
	return err
}

// behind is how many deliveries are not read yet.
func (h *hooked) behind(ctx context.Context) int {
	waiting, _, err := h.hub.Waiting(ctx, shop, "bench")
	if err != nil {
		return -1
	}
	return waiting
}

// caughtUp waits until all deliveries are read, and says how long that took. One that failed ends the benchmark.
func (h *hooked) caughtUp(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	for time.Since(began) < 5*time.Minute {
		waiting, failed, err := h.hub.Waiting(ctx, shop, "bench")
		if err != nil || failed > 0 {
			return 0, fmt.Errorf("%d deliveries failed: %w", failed, err)
		}
		if waiting == 0 {
			return time.Since(began), nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, fmt.Errorf("the deliveries were not read in five minutes")
}
