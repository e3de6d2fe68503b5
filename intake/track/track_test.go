package track

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse"
	"recourse/intake"
)

var update = flag.Bool("update", false, "write the golden stories anew")

// TestStories reads realistic stories of several carriers and compares the checkpoints with what was read before, line by
// line: instant, status, leg, place, text.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".json"), func(t *testing.T) {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			read := readSeventeen
			if strings.Contains(f, "aftership") {
				read = readAfterShip
			}
			m, err := read(nil, &intake.Delivery{Body: body})
			if err != nil {
				t.Fatal(err)
			}
			for i := range m.Events {
				if err := m.Events[i].Check(); err != nil {
					t.Error(i, err)
				}
			}
			golden(t, strings.TrimSuffix(f, ".json")+".txt", told(m))
			again, err := read(nil, &intake.Delivery{Body: body})
			if err != nil || told(again) != told(m) {
				t.Error("read again it tells otherwise", err)
			}
		})
	}
}

// told is what a meaning says, a line for each event.
func told(m intake.Meaning) string {
	var b strings.Builder
	for _, e := range m.Events {
		b.WriteString(strings.Join([]string{e.Time.UTC().Format("2006-01-02 15:04:05Z"), string(e.Type), e.Order + "/" + e.Parcel, string(e.Status), string(e.Leg), e.Place, e.Text + e.Reason}, " | "))
		if e.Customs != nil {
			b.WriteString(" | customs asks: " + e.Customs.Asks)
		}
		b.WriteByte('\n')
	}
	if m.Note != "" {
		b.WriteString("note: " + m.Note + "\n")
	}
	if m.Unknown {
		b.WriteString("unknown\n")
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s (%v)\ngot:\n%s\nwant:\n%s", file, err, got, want)
	}
}

// TestWords: every word of the two vocabularies has a meaning of its own or its main word's, and those that matter have theirs.
func TestWords(t *testing.T) {
	all := `NotFound_Other NotFound_InvalidCode InfoReceived InTransit_PickedUp InTransit_Other InTransit_Departure InTransit_Arrival InTransit_CustomsProcessing InTransit_CustomsReleased
		InTransit_CustomsRequiringInformation Expired_Other AvailableForPickup_Other OutForDelivery_Other DeliveryFailure_Other DeliveryFailure_NoBody DeliveryFailure_Security DeliveryFailure_Rejected
		DeliveryFailure_InvalidAddress Delivered_Other Exception_Other Exception_Returning Exception_Returned Exception_NoBody Exception_Security Exception_Damage Exception_Rejected Exception_Delayed
		Exception_Lost Exception_Destroyed Exception_Cancel
		Pending_001 InfoReceived_001 InTransit_001 InTransit_002 InTransit_003 InTransit_004 InTransit_005 InTransit_006 InTransit_007 InTransit_008 InTransit_009 InTransit_010 InTransit_013 OutForDelivery_001
		OutForDelivery_003 OutForDelivery_004 AttemptFail_001 AttemptFail_002 AttemptFail_003 AvailableForPickup_001 Delivered_001 Delivered_002 Delivered_003 Delivered_004 Delivered_005
		Exception_001 Exception_002 Exception_003 Exception_004 Exception_005 Exception_006 Exception_007 Exception_008 Exception_009 Exception_010 Exception_011 Exception_012 Exception_013 Exception_021 Expired_001`
	for w := range strings.FieldsSeq(all) {
		if s, ok := senseOf(w); !ok || s.status == "" && s.note == "" {
			t.Errorf("%s says nothing", w)
		}
	}
	for w, want := range map[string]recourse.ParcelStatus{
		"InTransit_CustomsRequiringInformation": recourse.CustomsHold, "Exception_Security": recourse.CustomsHold, "InTransit_CustomsReleased": recourse.CustomsReleased,
		"Exception_004": recourse.CustomsHold, "Exception_006": recourse.CustomsHold, "InTransit_005": recourse.CustomsReleased, "InTransit_006": recourse.InTransit,
		"Exception_012": recourse.Damaged, "Exception_Damage": recourse.Damaged, "Exception_Destroyed": recourse.Damaged, "Exception_013": recourse.Lost, "Exception_Lost": recourse.Lost,
		"Exception_010": recourse.Returning, "Exception_011": recourse.Returned, "Exception_Returning": recourse.Returning, "Exception_Returned": recourse.Returned,
		"AttemptFail_002": recourse.DeliveryFailed, "Delivered_003": recourse.Delivered, "Expired_001": "", "Expired_Other": "", "InfoReceived_001": "", "NotFound_Other": "", "Pending_001": "",
		"Something_New": recourse.InTransit,
	} {
		if s, _ := senseOf(w); s.status != want {
			t.Errorf("%s is %q, want %q", w, s.status, want)
		}
	}
	for _, w := range []string{"DeliveryFailure_InvalidAddress", "Exception_002", "Exception_007"} {
		if s, _ := senseOf(w); !s.wrong {
			t.Errorf("%s does not say that the address is wrong", w)
		}
	}
}

// connection is one with the secrets of the vectors.
func connection(kind, key, secret string) *recourse.Connection {
	return &recourse.Connection{ID: "t1", Kind: kind, Secrets: map[string]string{"key": key, "secret": secret}}
}

// TestSignatures checks signatures that hashlib, hmac and base64 of Python made (see the comments), and refuses all others.
func TestSignatures(t *testing.T) {
	body := `{"event":"TRACKING_UPDATED","data":{"number":"RR123456789CN","carrier":3011,"tag":null}}`
	ship := `{"event":"tracking_update","event_id":"7f1c6a2e-94a4-4c6d-8f31-0d1d8ba0b6b5","msg":{"tracking_number":"RR123456789CN","tag":"InTransit"}}`
	old := `{"sign":"` + oldSign + `","event":"TRACKING_UPDATED","data":{"number":"RR123456789CN","carrier":3011,"tag":"","track":{"e":10}}}`
	for _, c := range []struct {
		name, kind, header, sign, body string
		ok                             bool
	}{
		{"17track", "17track", "sign", newSign, body, true},
		{"17track in capitals", "17track", "sign", strings.ToUpper(newSign), body, true},
		{"17track changed", "17track", "sign", newSign, strings.Replace(body, "3011", "3012", 1), false},
		{"17track none", "17track", "sign", "", body, false},
		{"17track hmac instead", "17track", "sign", hmacSign, body, false},
		{"17track first version", "17track", "", "", old, true},
		{"17track first version changed", "17track", "", "", strings.Replace(old, `"e":10`, `"e":40`, 1), false},
		{"aftership", "aftership", "aftership-hmac-sha256", shipSign, ship, true},
		{"aftership changed", "aftership", "aftership-hmac-sha256", shipSign, ship + " ", false},
		{"aftership none", "aftership", "aftership-hmac-sha256", "", ship, false},
		{"aftership no base64", "aftership", "aftership-hmac-sha256", "!!!", ship, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			reader := SeventeenTrack()
			if c.kind == "aftership" {
				reader = AfterShip()
			}
			d := &intake.Delivery{Header: http.Header{}, Body: []byte(c.body)}
			if c.sign != "" {
				d.Header.Set(c.header, c.sign)
			}
			err := reader.Verify(connection(c.kind, "7E1A0C5B2D94", "whs_5c1d0f"), d)
			if (err == nil) != c.ok || err != nil && recourse.CodeOf(err) != "signature_wrong" {
				t.Fatal(err)
			}
			if c.ok && (d.ID == "" || d.Topic == "") {
				t.Error("the delivery is not named", d.ID, d.Topic)
			}
			if reader.Verify(connection(c.kind, "", ""), d) == nil {
				t.Error("a connection without a secret took it")
			}
		})
	}
}

// TestToldAgain: the same checkpoints in another order, in a longer story, or through the service's list count once.
func TestToldAgain(t *testing.T) {
	one := `{"event":"TRACKING_UPDATED","data":{"number":"RR123456789CN","track_info":{"tracking":{"providers":[{"events":[
		{"time_utc":"2026-03-02T02:00:00Z","location":"SHENZHEN, CN","sub_status":"InTransit_PickedUp","description":"Accepted"}]}]}}}}`
	two := `{"event":"TRACKING_UPDATED","data":{"number":"RR123456789CN","track_info":{"latest_event":{"time_iso":"2026-03-02T10:00:00+08:00","location":"SHENZHEN, CN","sub_status":"InTransit_PickedUp","description":"收寄"},
		"tracking":{"providers":[{"events":[
		{"time_utc":"2026-03-04T02:00:00Z","location":"PARIS, FR","sub_status":"InTransit_Arrival","description":"Arrived"},
		{"time_iso":"2026-03-02T10:00:00+08:00","location":"Shenzhen, CN","sub_status":"InTransit_PickedUp","description":"Accepted by the carrier"}]}]}}}}`
	ids := map[string]int{}
	for _, body := range []string{one, two} {
		m, err := readSeventeen(nil, &intake.Delivery{Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range m.Events {
			ids[e.ID]++
		}
	}
	if len(ids) != 2 || ids["RR123456789CN/20260302T020000Z/InTransit_PickedUp/"+placeHash] != 2 {
		t.Error(ids)
	}
}

// TestBad: what cannot be read is said in a sentence, and nothing is made of it.
func TestBad(t *testing.T) {
	for _, c := range []struct{ body, code string }{
		{`{`, "tracking_malformed"}, {`[]`, "tracking_malformed"}, {`{"event":"TRACKING_UPDATED"}`, "tracking_malformed"},
		{`{"event":"TRACKING_UPDATED","data":{"number":null}}`, "tracking_malformed"}, {`{"event":"TRACKING_UPDATED","data":{"number":{"a":1}}}`, "tracking_malformed"},
		{`{"event":"TRACKING_UPDATED","data":{"number":"` + strings.Repeat("9", 200) + `"}}`, "tracking_malformed"},
		{`{"event":"TRACKING_UPDATED","data":{"number":"A1","track_info":"?"}}`, "tracking_malformed"},
		{`{"event":"TRACKING_UPDATED","data":[` + strings.Repeat(`{"number":"A1"},`, 200) + `{"number":"A1"}]}`, "tracking_batch"},
	} {
		if m, err := readSeventeen(nil, &intake.Delivery{Body: []byte(c.body)}); recourse.CodeOf(err) != c.code || len(m.Events) > 0 {
			t.Errorf("%.60s: %v", c.body, err)
		}
	}
	for _, body := range []string{`{`, `{"event":"tracking_update"}`, `{"event":"tracking_update","msg":{}}`} {
		if _, err := readAfterShip(nil, &intake.Delivery{Body: []byte(body)}); recourse.CodeOf(err) != "tracking_malformed" {
			t.Errorf("%s: %v", body, err)
		}
	}
	for _, read := range []func(*recourse.Connection, *intake.Delivery) (intake.Meaning, error){readSeventeen, readAfterShip} {
		if m, err := read(nil, &intake.Delivery{Body: []byte(`{"event":"something.else","data":{},"msg":{}}`)}); err != nil || !m.Unknown {
			t.Error(m, err)
		}
	}
}

// TestTag: what we give a service to keep comes back as it was, and nothing else is taken for it.
func TestTag(t *testing.T) {
	for _, c := range [][2]string{{"1001", "RR1CN"}, {"#10 34", "a:b"}, {"订单", "包裹/1"}} {
		tag := Tag(c[0], c[1])
		if order, parcel, ok := ParseTag(tag); !ok || order != c[0] || parcel != c[1] {
			t.Error(c, tag, order, parcel, ok)
		}
	}
	for _, tag := range []string{"", "1001", "recourse:", "recourse:1001", "recourse::x", "recourse:%zz:x", "Recourse:1:2"} {
		if _, _, ok := ParseTag(tag); ok {
			t.Error(tag)
		}
	}
	if Tag(strings.Repeat("9", 90), "p") != "" {
		t.Error("a tag of more than 100 bytes")
	}
}

// TestCountryOf reads places as carriers write them.
func TestCountryOf(t *testing.T) {
	for place, want := range map[string]string{
		"SHENZHEN, CN": "CN", "Shenzhen": "CN", "深圳市": "CN", "广东省东莞市": "CN", "法国巴黎": "FR", "香港": "HK", "Roissy, France": "FR", "Paris, FR": "FR", "PARIS FRANCE": "FR",
		"Chicago, IL": "", "Los Angeles, CA": "", "LOS ANGELES CA, US": "US", "New York, NY, United States": "US", "Frankfurt, DE": "", "Berlin, Germany": "DE", "Madrid, ES": "ES", "東京": "CN",
		"": "", ",": "", "Atlanta, Georgia": "", "LIEGE": "BE", "Hong Kong": "HK", "日本 東京都": "JP", "(China)": "CN",
	} {
		if got := countryOf(place); got != want {
			t.Errorf("%s is in %q, want %q", place, got, want)
		}
	}
}

// FuzzRead: whatever a service tells, what comes of it can be decided on or is refused in words.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.json")
	for _, file := range files {
		body, _ := os.ReadFile(file)
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, read := range []func(*recourse.Connection, *intake.Delivery) (intake.Meaning, error){readSeventeen, readAfterShip} {
			m, err := read(nil, &intake.Delivery{Body: body})
			if err != nil {
				continue
			}
			seen := map[string]bool{}
			for i := range m.Events {
				e := &m.Events[i]
				if err := e.Check(); err != nil {
					t.Fatalf("%v in %s", err, body)
				}
				if e.ID == "" || seen[e.ID] && len(m.Events) <= maxCheckpoints && !strings.HasPrefix(strings.TrimSpace(string(dataOf(body))), "[") {
					t.Fatalf("the id %q, twice %v", e.ID, seen[e.ID])
				}
				seen[e.ID] = true
			}
		}
	})
}

func dataOf(body []byte) json.RawMessage {
	var e struct {
		Data json.RawMessage `json:"data"`
		Msg  json.RawMessage `json:"msg"`
	}
	json.Unmarshal(body, &e)
	if len(e.Data) > 0 {
		return e.Data
	}
	return e.Msg
}
