package shopify

import (
	"slices"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/peer"
)

func (w *world) mirror(n effect.Notice) effect.Outcome {
	n.File = w.file
	return Mirror(w.Context(), w.c, call.New(call.Options{Timeout: 100 * time.Millisecond}), &n)
}

func notice(kind recourse.NoticeType, id string) effect.Notice {
	return effect.Notice{Notice: recourse.Notice{ID: id, Type: kind, Data: recourse.NoticeData{Order: "1001"}}}
}

// TestMirrorTags: the order has the tags and the line that it is to have, once however often it is told; what others wrote
// stays.
func TestMirrorTags(t *testing.T) {
	w := newWorld(t)
	w.shop.Change(w.order, func(o *peer.ShopifyOrder) { o.Tags, o.Note = []string{"vip", "recourse:damaged_item"}, "Ring twice" })
	n := notice(recourse.NoticeCaseOpened, "1001-1/opened")
	n.Tags, n.Note = []string{"recourse:customs_hold"}, "Recourse 1001-1: held by customs [1001-1/opened]"
	for range 2 {
		if out := w.mirror(n); out.Result != effect.Done {
			t.Fatalf("%+v", out)
		}
	}
	w.shop.Read(w.order, func(o *peer.ShopifyOrder) {
		if !slices.Equal(o.Tags, []string{"vip", "recourse:customs_hold"}) || o.Note != "Ring twice\n"+n.Note {
			t.Errorf("%v %q", o.Tags, o.Note)
		}
	})
	if adds, edits := w.shop.Asked("tagsAdd"), w.shop.Asked("orderUpdate"); adds != 1 || edits != 1 {
		t.Errorf("%d tags, %d notes", adds, edits)
	}
	n.Tags, n.Note = nil, ""
	if out := w.mirror(n); out.Result != effect.Done || !slices.Equal(w.order.Tags, []string{"vip"}) {
		t.Errorf("%+v %v", out, w.order.Tags)
	}
}

// TestMirrorCancels: an order whose cancellation was settled is cancelled in the shop, once, and no money leaves by it; one
// that was handed over is left.
func TestMirrorCancels(t *testing.T) {
	w := newWorld(t)
	n := notice(recourse.NoticeOrderCancelled, "1001/cancelled")
	for range 2 {
		if out := w.mirror(n); out.Result != effect.Done {
			t.Fatalf("%+v", out)
		}
	}
	if w.order.CancelledAt.IsZero() || w.shop.Asked("orderCancel") != 1 || len(w.left()) != 0 {
		t.Errorf("cancelled %v, asked %d times, %v left", w.order.CancelledAt, w.shop.Asked("orderCancel"), w.left())
	}
	w = newWorld(t)
	w.shop.Fulfil(w.order, "YunExpress", "YT1")
	if out := w.mirror(n); out.Result != effect.Done || !w.order.CancelledAt.IsZero() {
		t.Errorf("%+v %v", out, w.order.CancelledAt)
	}
}

// TestMirrorShips: the number of a replacement is told as a fulfilment of what the shop still has to hand over, else beside
// the number of what it handed over already; once.
func TestMirrorShips(t *testing.T) {
	n := notice(recourse.NoticeReplacementShipped, "1001-1/shipped")
	n.Data.Parcel = &recourse.Parcel{ID: "YT2", Tracking: "YT2", Carrier: "YunExpress", Lines: []recourse.Pieces{{Line: 2, Quantity: 2}}}
	for name, before := range map[string]func(*world){"nothing handed over": func(*world) {}, "all handed over": func(w *world) { w.shop.Fulfil(w.order, "YunExpress", "YT1") }} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			before(w)
			for range 2 {
				if out := w.mirror(n); out.Result != effect.Done {
					t.Fatalf("%+v", out)
				}
			}
			f := w.order.Fulfilments
			if len(f) != 1 || f[0].Tracking[len(f[0].Tracking)-1] != "YT2" || len(f[0].Tracking) > 2 {
				t.Errorf("%+v", f)
			}
			if name == "nothing handed over" && f[0].Lines[w.order.Lines[1].ID] != 2 {
				t.Errorf("%v", f[0].Lines)
			}
			if name == "all handed over" && f[0].Tracking[0] != "YT1" {
				t.Errorf("the first number is gone: %v", f[0].Tracking)
			}
		})
	}
}

// TestMirrorOthers: an order of another shop is left alone.
func TestMirrorOthers(t *testing.T) {
	w := newWorld(t)
	w.file.Order.Channel = "another"
	n := notice(recourse.NoticeOrderCancelled, "x")
	if out := w.mirror(n); out.Result != effect.Done || !w.order.CancelledAt.IsZero() {
		t.Errorf("%+v", out)
	}
}

func TestAddress(t *testing.T) {
	to := &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69001", Street: "2 rue du Lac", Name: "Marie Sklodowska Curie", Phone: "+33612345678"}
	task := func(w *world) *effect.Task {
		w.file.Order.ShipTo = to
		return &effect.Task{Effect: recourse.Effect{ID: "1001-1/1", Kind: recourse.EffectCorrectAddress}, File: w.file, Connection: w.c, Now: at, FirstAt: at}
	}
	w := newWorld(t)
	if out := w.s.Find(t.Context(), task(w)); out.Result != effect.Later {
		t.Errorf("before: %+v", out)
	}
	for range 2 {
		if out := w.s.Send(t.Context(), task(w)); out.Result != effect.Done || w.order.ShipTo != *to {
			t.Errorf("%+v %+v", out, w.order.ShipTo)
		}
	}
	if out := w.s.Find(t.Context(), task(w)); out.Result != effect.Done || w.shop.Asked("orderUpdate") != 1 {
		t.Errorf("after: %+v, written %d times", out, w.shop.Asked("orderUpdate"))
	}
	for code, before := range map[string]func(*world){
		"already_fulfilled":       func(w *world) { w.shop.Fulfil(w.order, "YunExpress", "YT1") },
		"order_cancelled_in_shop": func(w *world) { w.shop.Cancel(w.order) },
		"order_not_in_shop":       func(w *world) { w.file.Order.Ref = "gid://shopify/Order/1" },
	} {
		w := newWorld(t)
		before(w)
		if out := w.s.Send(t.Context(), task(w)); out.Result != effect.Refused || out.Code != code {
			t.Errorf("%s: %+v", code, out)
		}
	}
	w = newWorld(t)
	unknown := task(w)
	unknown.File.Order.ShipTo = nil
	if out := w.s.Send(t.Context(), unknown); out.Code != "no_address" {
		t.Errorf("%+v", out)
	}
	if out := w.s.Send(t.Context(), &effect.Task{Effect: recourse.Effect{Kind: recourse.EffectClaim}, File: w.file}); out.Result != effect.Refused {
		t.Errorf("%+v", out)
	}
}
