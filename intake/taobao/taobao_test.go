package taobao

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
	"recourse/peer"
)

// TestSign checks the three methods against what Python's hashlib and hmac make of the same parameters.
func TestSign(t *testing.T) {
	for method, want := range map[string]string{
		"md5":         "96A5E8EFB1A0A62E0FCA25CB32D10D0B",
		"hmac":        "692863D1DCDDA80D49F7801D72CFCA8D",
		"hmac-sha256": "B694A7BBEBCB1B93A9607BC4DF4BBF5C0C2EDC7053FF9B9272561DE8FE9E2B2B",
	} {
		got := Sign(method, "helloworld", map[string]string{"method": "taobao.refunds.receive.get", "app_key": "12345678", "session": "6102abc", "timestamp": "2026-03-02 20:00:00", "format": "json", "v": "2.0",
			"fields": "refund_id,tid", "buyer_nick": "采购代理", "empty": "", "sign_method": method, "sign": "not signed"})
		if got != want {
			t.Errorf("%s: %s, want %s", method, got, want)
		}
	}
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a stand-in with a connection to it.
type world struct {
	t          *testing.T
	at         time.Time
	platform   *peer.Taobao
	faulty     *peer.Faulty
	connection *recourse.Connection
	client     *call.Client
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, at: noon}
	w.platform = peer.NewTaobao("12345678", "S", "6102", w.now)
	w.faulty = &peer.Faulty{Handler: w.platform}
	server := httptest.NewServer(w.faulty)
	t.Cleanup(server.Close)
	w.connection = &recourse.Connection{ID: "tb", Kind: "taobao", Settings: map[string]string{"url": server.URL, "app_key": "12345678"}, Secrets: map[string]string{"app_secret": "S", "session": "6102"}}
	w.client = call.New(call.Options{Timeout: 200 * time.Millisecond})
	return w
}

func (w *world) now() time.Time { return w.at }

// poll makes a round and gives what it fetched.
func (w *world) poll(bookmark string) (all []intake.Delivery, next string, err error) {
	next, err = Poller(w.now).Poll(w.t.Context(), w.connection, w.client, bookmark, func(_ context.Context, d []intake.Delivery) error {
		all = append(all, d...)
		return nil
	})
	return all, next, err
}

// told is what deliveries mean, a line each event, sorted.
func (w *world) told(all []intake.Delivery) (out []string) {
	w.t.Helper()
	for i := range all {
		m, err := Reader().Read(w.connection, &all[i])
		if err != nil {
			w.t.Error(err)
		}
		for _, e := range m.Events {
			if err := e.Check(); err != nil {
				w.t.Error(err)
			}
			out = append(out, strings.TrimSpace(fmt.Sprint(e.Type, " ", e.Purchase, " ", e.Parcel, " ", e.Leg, " ", e.Amount.Minor, " ", e.Time.Format("15:04"))))
		}
	}
	slices.Sort(out)
	return out
}

func refundOf(id, trade, status, modified string, more ...string) map[string]any {
	r := map[string]any{"refund_id": id, "tid": trade, "status": status, "modified": modified, "refund_fee": "80.50", "good_status": "BUYER_RECEIVED", "order_status": "WAIT_BUYER_CONFIRM_GOODS", "reason": "少件/漏发"}
	for i := 0; i < len(more); i += 2 {
		r[more[i]] = more[i+1]
	}
	return r
}

// TestPoll fetches refunds of every status and trades over several days, in pages, by every way of signing, and no more
// than the new ones in the next round.
func TestPoll(t *testing.T) {
	for _, method := range []string{"md5", "hmac", "hmac-sha256"} {
		w := newWorld(t)
		w.connection.Settings["sign_method"] = method
		for i, s := range refundStatuses {
			w.platform.Refund(refundOf(fmt.Sprint(100+i), fmt.Sprint(9000+i), s, "2026-02-20 10:00:00"))
		}
		for i := range 230 {
			w.platform.Refund(refundOf(fmt.Sprint(1000+i), fmt.Sprint(5000+i), "SUCCESS", "2026-02-21 10:00:00"))
		}
		for i, s := range []string{"WAIT_BUYER_PAY", "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS", "TRADE_CLOSED"} {
			w.platform.Trade(map[string]any{"tid": fmt.Sprint(7000 + i), "status": s, "modified": fmt.Sprintf("2026-02-1%d 10:00:00", i), "receiver_state": "广东省",
				"orders": map[string]any{"order": []map[string]any{{"invoice_no": "SF100", "logistics_company": "顺丰速运", "consign_time": "2026-02-12 09:00:00"}}}})
		}
		all, bookmark, err := w.poll("")
		if err != nil || len(all) != 6+230+2 || bookmark != "2026-03-02T12:00:00Z" {
			t.Fatal(method, len(all), bookmark, err)
		}
		w.at = noon.Add(10 * time.Minute)
		if all, _, err = w.poll(bookmark); err != nil || len(all) != 0 {
			t.Error(len(all), err)
		}
		w.platform.Refund(refundOf("100", "9000", "SUCCESS", "2026-03-02 20:05:00"))
		again, _, err := w.poll(bookmark)
		if got := w.told(again); err != nil || !slices.Equal(got, []string{"claim.approved 9000   0 12:05", "recovery.received 9000   8050 12:05"}) {
			t.Error(got, err)
		}
		if err := Test(w.now)(t.Context(), w.connection, w.client); err != nil {
			t.Error(err)
		}
	}
}

// TestBuyer: only the agent's purchases are looked at, where it is named.
func TestBuyer(t *testing.T) {
	w := newWorld(t)
	w.connection.Settings["buyer"] = "agent01"
	for i, buyer := range []string{"agent01", "somebody"} {
		w.platform.Refund(refundOf(fmt.Sprint(i), fmt.Sprint(10+i), "SUCCESS", "2026-03-01 10:00:00", "buyer_nick", buyer))
		w.platform.Trade(map[string]any{"tid": fmt.Sprint(10 + i), "status": "TRADE_CLOSED", "modified": "2026-03-01 10:00:00", "buyer_nick": buyer})
	}
	all, _, err := w.poll("")
	if got := w.told(all); err != nil || !slices.Equal(got, []string{"claim.approved 10   0 02:00", "purchase.cancelled 10   0 02:00", "recovery.received 10   8050 02:00"}) {
		t.Error(got, err)
	}
}

// TestSenses reads every status of refunds and trades.
func TestSenses(t *testing.T) {
	w := newWorld(t)
	refund := func(status string, more ...string) intake.Delivery {
		body := fmt.Sprintf(`{"refund_id":30293527,"tid":2231958349,"status":%q,"modified":"2026-03-02 20:00:00","refund_fee":"80.5","good_status":"BUYER_RECEIVED"%s}`, status, strings.Join(more, ""))
		return intake.Delivery{Topic: topicRefund, Body: []byte(body)}
	}
	trade := func(status, rest string) intake.Delivery {
		return intake.Delivery{Topic: topicTrade, Body: []byte(fmt.Sprintf(`{"tid":"2231958349","status":%q,"modified":"2026-03-02 20:00:00"%s}`, status, rest))}
	}
	shipped := `,"receiver_state":"浙江省","orders":{"order":[{"invoice_no":"SF1","logistics_company":"顺丰","consign_time":"2026-03-01 20:00:00"},{"invoice_no":"SF1"},{"invoice_no":""}]}`
	abroad := strings.Replace(shipped, "浙江省", "海外", 1)
	never := `,"good_status":"BUYER_NOT_RECEIVED","order_status":"WAIT_SELLER_SEND_GOODS"`
	for _, c := range []struct {
		d    intake.Delivery
		want string
	}{
		{refund("WAIT_SELLER_AGREE"), ""}, {refund("WAIT_SELLER_CONFIRM_GOODS"), ""}, {refund("CLOSED"), ""}, {refund("NO_REFUND"), ""},
		{refund("WAIT_BUYER_RETURN_GOODS"), "claim.approved 2231958349   0 12:00"},
		{refund("SELLER_REFUSE_BUYER"), "claim.denied 2231958349   0 12:00"},
		{refund("SELLER_REFUSE_BUYER", never), "purchase.cancel_refused 2231958349   0 12:00"},
		{refund("SUCCESS"), "claim.approved 2231958349   0 12:00; recovery.received 2231958349   8050 12:00"},
		{refund("SUCCESS", never), "recovery.received 2231958349   8050 12:00"},
		{refund("WAIT_BUYER_CONFIRM_REDO_SEND_GOODS"), "claim.approved 2231958349   0 12:00; replacement.shipped 2231958349   0 12:00"},
		{refund("EXCHANGE_WAIT_BUYER_CONFIRM_GOODS"), "claim.approved 2231958349   0 12:00; replacement.shipped 2231958349   0 12:00"},
		{refund("WAIT_SELLER_CONSIGN_GOOGDS"), "claim.approved 2231958349   0 12:00"},
		{trade("WAIT_BUYER_PAY", ""), ""}, {trade("WAIT_SELLER_SEND_GOODS", ""), ""},
		{trade("WAIT_BUYER_CONFIRM_GOODS", shipped), "parcel.shipped 2231958349 SF1 domestic 0 12:00"},
		{trade("SELLER_CONSIGNED_PART", abroad), "parcel.shipped 2231958349 SF1  0 12:00"},
		{trade("TRADE_BUYER_SIGNED", shipped), "parcel.scanned 2231958349 SF1 domestic 0 12:00; parcel.shipped 2231958349 SF1 domestic 0 12:00"},
		{trade("TRADE_FINISHED", shipped), "parcel.shipped 2231958349 SF1 domestic 0 12:00"},
		{trade("TRADE_CLOSED", ""), "purchase.cancelled 2231958349   0 12:00"}, {trade("TRADE_CLOSED", shipped), ""},
		{trade("TRADE_CLOSED_BY_TAOBAO", ""), "purchase.cancelled 2231958349   0 12:00"},
	} {
		if got := strings.Join(w.told([]intake.Delivery{c.d}), "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.d.Body, got, c.want)
		}
		if got := strings.Join(w.told([]intake.Delivery{c.d, c.d}), "; "); c.want != "" && got == c.want {
			t.Error("read twice")
		}
	}
	if m, err := read(nil, &intake.Delivery{Topic: topicRefund, Body: refund("SOMETHING_NEW").Body}); err != nil || !m.Unknown {
		t.Error(m, err)
	}
	for _, body := range []string{`{`, `[]`, `{}`, `{"refund_id":1,"tid":2,"modified":"yesterday"}`, `{"refund_id":1,"tid":2,"status":"SUCCESS","modified":"2026-03-02 20:00:00","refund_fee":"much"}`} {
		if _, err := readRefund([]byte(body)); recourse.CodeOf(err) != "taobao_malformed" {
			t.Error(body, err)
		}
	}
}

// TestOnce: a refund that is modified after it was paid pays once, and is denied again only when it was asked for again.
func TestOnce(t *testing.T) {
	ids := func(body string) string {
		m, err := readRefund([]byte(body))
		if err != nil || len(m.Events) == 0 {
			t.Fatal(body, err)
		}
		return m.Events[len(m.Events)-1].ID
	}
	paid := `{"refund_id":1,"tid":2,"status":"SUCCESS","modified":"2026-03-02 20:00:00","refund_fee":"8","refund_version":%q}`
	if ids(fmt.Sprintf(paid, "1")) != ids(strings.Replace(fmt.Sprintf(paid, "2"), "20:00", "21:00", 1)) {
		t.Error("it pays twice")
	}
	denied := `{"refund_id":1,"tid":2,"status":"SELLER_REFUSE_BUYER","modified":"2026-03-02 20:00:00","refund_version":%q}`
	if ids(fmt.Sprintf(denied, "1")) == ids(fmt.Sprintf(denied, "2")) || ids(fmt.Sprintf(denied, "1")) != ids(strings.Replace(fmt.Sprintf(denied, "1"), "20:00", "21:00", 1)) {
		t.Error("a second denial")
	}
}

// TestErrors: what the platform refuses is said by its code; a session that has ended ends the connection.
func TestErrors(t *testing.T) {
	w := newWorld(t)
	w.at = noon
	poller := Poller(func() time.Time { return noon.Add(11 * time.Minute) }) // our clock is wrong
	if _, err := poller.Poll(t.Context(), w.connection, w.client, "", func(context.Context, []intake.Delivery) error { return nil }); recourse.CodeOf(err) != "taobao_app" {
		t.Error(err)
	}
	w.connection.Secrets["app_secret"] = "other"
	if _, _, err := w.poll(""); recourse.CodeOf(err) != "taobao_app" || recourse.KindOf(err) != recourse.Forbidden {
		t.Error(err)
	}
	w.connection.Secrets["app_secret"] = "S"
	w.platform.Expire()
	all, next, err := w.poll("2026-03-01T00:00:00Z")
	if recourse.CodeOf(err) != "taobao_session" || next != "2026-03-01T00:00:00Z" || len(all) != 1 {
		t.Fatal(all, next, err)
	}
	m, err := Reader().Read(w.connection, &all[0])
	if err != nil || len(m.Asks) != 1 || m.Asks[0].Kind != intake.AskGone {
		t.Error(m, err)
	}
	if Reader().Verify != nil {
		t.Error("webhooks are taken in that nobody can verify")
	}
	for fault, want := range map[peer.Fault]string{peer.CutBefore: "taobao_unreachable", peer.ErrorBefore: "taobao_down", peer.GarbageAfter: "taobao_down", peer.EmptyAfter: "taobao_down", peer.Busy: "taobao_down", peer.Silent: "taobao_unreachable"} {
		w.faulty.Choose(func(*http.Request) peer.Fault { return fault })
		if _, next, err := w.poll("2026-03-01T00:00:00Z"); recourse.CodeOf(err) != want || next != "2026-03-01T00:00:00Z" {
			t.Error(fault, err, next)
		}
	}
	for e, want := range map[platformError]string{{Code: 7}: "taobao_busy", {Code: 15, SubCode: "isp.remote-service-timeout"}: "taobao_down", {Code: 15, SubCode: "isv.invalid-parameter"}: "taobao_refused", {Code: 53, SubCode: "session-expired"}: "taobao_session", {Code: 28}: "taobao_app"} {
		if got := recourse.CodeOf(refusal(&e)); got != want {
			t.Error(e, got)
		}
	}
}

// FuzzRead: whatever the platform tells can be decided on or is refused in words.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"refund_id":1,"tid":2,"status":"SUCCESS","modified":"2026-03-02 20:00:00","refund_fee":"8"}`))
	f.Add([]byte(`{"tid":"2","status":"TRADE_BUYER_SIGNED","modified":"2026-03-02 20:00:00","orders":{"order":[{"invoice_no":"SF1","logistics_company":"x"}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, topic := range []string{topicRefund, topicTrade} {
			m, err := read(nil, &intake.Delivery{Topic: topic, Body: body})
			if err != nil {
				continue
			}
			for i := range m.Events {
				if err := m.Events[i].Check(); err != nil || m.Events[i].ID == "" {
					t.Fatalf("%v in %s", err, body)
				}
			}
		}
		deliveries([]json.RawMessage{body}, topicRefund)
	})
}
