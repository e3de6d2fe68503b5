package track_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
	"recourse/intake/track"
	"recourse/peer"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// clock is moved by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// stand is a stand-in with a connection to it.
type stand struct {
	t          *testing.T
	connection *recourse.Connection
	client     *call.Client
	faulty     *peer.Faulty
	reader     *intake.Reader
	poller     *intake.Poller
}

func (s *stand) service() track.Service { return track.ServiceOf(s.connection, s.client) }

func seventeen(t *testing.T, quota int, c *clock) (*peer.SeventeenTrack, *stand) {
	p := peer.NewSeventeenTrack("K-17", quota, c.now)
	s := standing(t, p, &recourse.Connection{ID: "t17", Kind: "17track", Settings: map[string]string{"url": "/track/v2.4"}, Secrets: map[string]string{"key": "K-17"}})
	s.reader, s.poller = track.SeventeenTrack(), track.SeventeenTrackPoller()
	return p, s
}

func ship(t *testing.T, c *clock) (*peer.AfterShip, *stand) {
	p := peer.NewAfterShip("K-as", "W-as", c.now)
	s := standing(t, p, &recourse.Connection{ID: "tas", Kind: "aftership", Settings: map[string]string{"url": "/tracking/2026-07"}, Secrets: map[string]string{"key": "K-as", "secret": "W-as"}})
	s.reader, s.poller = track.AfterShip(), track.AfterShipPoller()
	return p, s
}

func standing(t *testing.T, h http.Handler, c *recourse.Connection) *stand {
	f := &peer.Faulty{Handler: h}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	c.Settings["url"] = server.URL + c.Settings["url"]
	return &stand{t: t, connection: c, client: call.New(call.Options{Timeout: 200 * time.Millisecond}), faulty: f}
}

// hear serves a webhook that verifies and reads what comes, and gives its address and what was read.
func (s *stand) hear() (url string, events map[string]recourse.Event) {
	events = map[string]recourse.Event{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body strings.Builder
		buf := make([]byte, 64<<10)
		for {
			n, err := r.Body.Read(buf)
			body.Write(buf[:n])
			if err != nil {
				break
			}
		}
		d := intake.Delivery{Header: r.Header, Body: []byte(body.String())}
		if err := s.reader.Verify(s.connection, &d); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		s.take(events, d)
	}))
	s.t.Cleanup(server.Close)
	return server.URL, events
}

func (s *stand) take(events map[string]recourse.Event, all ...intake.Delivery) {
	for _, d := range all {
		m, err := s.reader.Read(s.connection, &d)
		if err != nil {
			s.t.Error(err)
		}
		for _, e := range m.Events {
			events[e.ID] = e
		}
	}
}

// poll makes one round and gives what it fetched.
func (s *stand) poll(bookmark string) (deliveries []intake.Delivery, next string) {
	s.t.Helper()
	next, err := s.poller.Poll(s.t.Context(), s.connection, s.client, bookmark, func(_ context.Context, d []intake.Delivery) error {
		deliveries = append(deliveries, d...)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return deliveries, next
}

// without are the deliveries that are not among others.
func without(all, others []intake.Delivery) []intake.Delivery {
	return slices.DeleteFunc(slices.Clone(all), func(d intake.Delivery) bool {
		return slices.ContainsFunc(others, func(o intake.Delivery) bool { return o.ID == d.ID })
	})
}

func numbers(n int) []track.Number {
	all := make([]track.Number, n)
	for i := range all {
		all[i] = track.Number{Tracking: fmt.Sprintf("LP%014d", i), Order: fmt.Sprint(1000 + i), Parcel: fmt.Sprintf("LP%014d", i)}
	}
	return all
}

// TestServices registers, hears, polls and stops with both services.
func TestServices(t *testing.T) {
	c := &clock{noon}
	p17, s17 := seventeen(t, 100, c)
	pas, sas := ship(t, c)
	scans := map[*stand]func(string, peer.Scan) bool{s17: p17.Scan, sas: pas.Scan}
	tell := map[*stand]func(context.Context, string, string) error{s17: p17.Tell, sas: pas.Tell}
	words := map[*stand][2]string{s17: {"InTransit_CustomsRequiringInformation", "Delivered_Other"}, sas: {"Exception_004", "Delivered_001"}}
	for _, s := range []*stand{s17, sas} {
		service := s.service()
		if err := service.Try(t.Context()); err != nil {
			t.Fatal(err)
		}
		list := numbers(3)
		for round, want := range []string{track.Done, track.Already} {
			answers, err := service.Register(t.Context(), list)
			if err != nil || len(answers) != 3 || answers[0].Code != want {
				t.Fatal(s.connection.Kind, round, answers, err)
			}
			list[0].Ref = answers[0].Ref
		}
		number := list[0].Tracking
		c.at = c.at.Add(time.Hour)
		scans[s](number, peer.Scan{At: noon.Add(time.Hour), Word: words[s][0], Text: "invoice wanted", Place: "ROISSY", Country: "FR"})
		url, events := s.hear()
		for range 2 {
			if err := tell[s](t.Context(), url, number); err != nil {
				t.Fatal(err)
			}
		}
		if len(events) != 1 {
			t.Fatal(events)
		}
		for _, e := range events {
			if e.Status != recourse.CustomsHold || e.Order != "1000" || e.Parcel != number || e.Customs == nil || !e.Time.Equal(noon.Add(time.Hour)) {
				t.Error(e)
			}
		}
		// What the webhook missed is found by the poller, and what it told is the same fact there.
		c.at = c.at.Add(time.Hour)
		scans[s](number, peer.Scan{At: noon.Add(2 * time.Hour), Word: words[s][1], Text: "delivered", Place: "PARIS", Country: "FR"})
		fetched, bookmark := s.poll("")
		before := maps.Clone(events)
		s.take(events, fetched...)
		if len(fetched) != 3 || len(events) != 2 || bookmark == "" {
			t.Error(s.connection.Kind, len(fetched), len(events), bookmark, before)
		}
		c.at = c.at.Add(48 * time.Hour)
		scans[s](list[1].Tracking, peer.Scan{At: noon.Add(3 * time.Hour), Word: "InTransit_003", Text: "on its way", Place: "Shenzhen", Country: "CN"})
		again, next := s.poll(bookmark)
		if fresh := without(again, fetched); len(fresh) != 1 || len(again) != 2 || next <= bookmark {
			t.Error("the second round fetched", len(fresh), len(again), next, bookmark)
		}
		if same, _ := s.poll(next); len(same) != 1 || len(without(same, again)) != 0 {
			t.Error("fetched again without news it is another delivery")
		}
		list[0].Status = recourse.Returned
		if a, err := service.Stop(t.Context(), list[:1]); err != nil || a[0].Code != track.Done {
			t.Error(a, err)
		}
	}
	if n, tags := p17.Registered(); len(n) != 2 || tags[0] != "recourse:1001:LP00000000000001" || p17.Spent() != 3 {
		t.Error(n, tags, p17.Spent())
	}
}

// TestAnswers: every no of a service has its code, and what concerns all is an error with its own.
func TestAnswers(t *testing.T) {
	c := &clock{noon}
	p, s := seventeen(t, 2, c)
	p.Unknown("XX00001111")
	answers, err := s.service().Register(t.Context(), []track.Number{{Tracking: "LP00001111"}, {Tracking: "XX00001111"}, {Tracking: "?"}, {Tracking: "XX00001111", Carrier: "Yanwen Express", Carried: true}, {Tracking: "LP00002222"}})
	var codes []string
	for _, a := range answers {
		codes = append(codes, a.Tracking+" "+a.Code)
	}
	slices.Sort(codes)
	if want := []string{"? number_invalid", "LP00001111 ", "LP00002222 quota", "XX00001111 ", "XX00001111 carrier_unknown"}; err != nil || !slices.Equal(codes, want) {
		t.Error(codes, err)
	}
	if _, err := s.service().Register(t.Context(), numbers(41)); recourse.CodeOf(err) != "tracking_refused" {
		t.Error(err)
	}
	s.connection.Secrets["key"] = "other"
	if err := s.service().Try(t.Context()); recourse.CodeOf(err) != "tracking_key" || recourse.KindOf(err) != recourse.Forbidden {
		t.Error(err)
	}
	_, as := ship(t, c)
	as.connection.Secrets["key"] = "other"
	if err := as.service().Try(t.Context()); recourse.CodeOf(err) != "tracking_key" {
		t.Error(err)
	}
	for fault, want := range map[peer.Fault]string{peer.CutBefore: "tracking_unreachable", peer.ErrorAfter: "tracking_down", peer.GarbageAfter: "tracking_unreachable", peer.EmptyAfter: "tracking_unreachable", peer.Busy: "tracking_busy", peer.Silent: "tracking_unreachable"} {
		as.faulty.Choose(func(*http.Request) peer.Fault { return fault })
		err := as.service().Try(t.Context())
		if recourse.CodeOf(err) != want {
			t.Error(fault, err)
		}
	}
}

// TestRegisteredOnce registers 60 numbers through a line that breaks in every way, until all are: each is charged once.
func TestRegisteredOnce(t *testing.T) {
	c := &clock{noon}
	p, s := seventeen(t, 1000, c)
	seed := rand.Uint64()
	s.faulty.Choose(peer.Random(rand.New(rand.NewPCG(seed, 1)), 2))
	left := numbers(60)
	for round := 0; len(left) > 0; round++ {
		if round > 500 {
			t.Fatal("it never ends; seed", seed)
		}
		part := left[:min(10, len(left))]
		answers, _ := s.service().Register(t.Context(), part)
		for _, a := range answers {
			if a.Code != track.Done && a.Code != track.Already {
				t.Fatal(a, "seed", seed)
			}
			left = slices.DeleteFunc(left, func(n track.Number) bool { return n.Tracking == a.Tracking })
		}
	}
	if n, _ := p.Registered(); len(n) != 60 || p.Spent() != 60 {
		t.Error(len(n), p.Spent(), "seed", seed)
	}
}

// TestPages polls more numbers than a page has.
func TestPages(t *testing.T) {
	c := &clock{noon}
	p, s := seventeen(t, 1000, c)
	for all := numbers(95); len(all) > 0; {
		n := min(40, len(all))
		if _, err := s.service().Register(t.Context(), all[:n]); err != nil {
			t.Fatal(err)
		}
		all = all[n:]
	}
	if d, _ := s.poll(""); len(d) != 95 {
		t.Error(len(d))
	}
	if p.Asked("gettracklist") != 3 {
		t.Error(p.Asked("gettracklist"))
	}
}
