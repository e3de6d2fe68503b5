package track

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// Events of 17TRACK's webhook.
const (
	seventeenUpdated = "TRACKING_UPDATED"
	seventeenStopped = "TRACKING_STOPPED"
)

// SeventeenTrack reads what 17TRACK tells, in its versions 2 to 2.4 and in the first.
//
// It signs with plain SHA-256 and not with an HMAC: the header sign is the hex of SHA256(raw body + "/" + key). [V] The first
// version has the signature in the body: SHA256(event + "/" + data + "/" + key), data as it stands there. [V]
func SeventeenTrack() *intake.Reader {
	return &intake.Reader{Verify: verifySeventeen, Read: readSeventeen, Keep: []string{"Sign"}}
}

// seventeenEnvelope is the outside of a delivery; what it carries is read later.
type seventeenEnvelope struct {
	Sign  string          `json:"sign"` // of the first version alone
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
}

func verifySeventeen(c *recourse.Connection, d *intake.Delivery) error {
	key := c.Secret("key")
	if key == "" {
		return intake.ErrSignature
	}
	var e seventeenEnvelope
	if sign := d.Header.Get("Sign"); sign != "" {
		if !sameHex(sign, d.Body, []byte("/"), []byte(key)) {
			return intake.ErrSignature
		}
		if err := json.Unmarshal(d.Body, &e); err != nil {
			return malformed("it is no JSON", err)
		}
	} else if err := json.Unmarshal(d.Body, &e); err != nil || !sameHex(e.Sign, []byte(e.Event), []byte("/"), e.Data, []byte("/"), []byte(key)) {
		return intake.ErrSignature
	}
	d.ID, d.Topic = contentID(d.Body), clean(e.Event, 60)
	return nil
}

// sameHex says whether sign is the hex of the SHA-256 of the parts, and takes the same time whatever it is.
func sameHex(sign string, parts ...[]byte) bool {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	want := hex.EncodeToString(h.Sum(nil))
	return subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(strings.TrimSpace(sign)))) == 1
}

// seventeenData is a number with what is told of it; Info is nil where nothing is.
type seventeenData struct {
	Number text           `json:"number"`
	Tag    text           `json:"tag"`
	Info   *seventeenInfo `json:"track_info"`
	Old    *seventeenOld  `json:"track"` // of the first version
}

// seventeenInfo is the part of track_info that is read.
type seventeenInfo struct {
	Shipping struct {
		From seventeenAddress `json:"shipper_address"`
		To   seventeenAddress `json:"recipient_address"`
	} `json:"shipping_info"`
	Latest struct {
		Status string `json:"status"`
		Sub    string `json:"sub_status"`
	} `json:"latest_status"`
	LatestEvent *seventeenEvent `json:"latest_event"`
	Tracking    struct {
		Providers []struct {
			Events []seventeenEvent `json:"events"`
		} `json:"providers"`
	} `json:"tracking"`
}

type seventeenAddress struct {
	Country text `json:"country"`
	State   text `json:"state"`
	City    text `json:"city"`
}

type seventeenEvent struct {
	ISO string `json:"time_iso"`
	UTC string `json:"time_utc"`
	Raw struct {
		Date string `json:"date"`
		Time string `json:"time"`
		Zone string `json:"timezone"`
	} `json:"time_raw"`
	Text     string           `json:"description"`
	Location text             `json:"location"`
	Stage    string           `json:"stage"`
	Sub      string           `json:"sub_status"`
	Address  seventeenAddress `json:"address"`
}

func readSeventeen(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	var e seventeenEnvelope
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return intake.Meaning{}, malformed("it is no JSON", err)
	}
	if e.Event != seventeenUpdated && e.Event != seventeenStopped {
		return intake.Meaning{Unknown: true}, nil
	}
	all, err := listOf[seventeenData](e.Data)
	if err != nil {
		return intake.Meaning{}, err
	}
	var m intake.Meaning
	for i := range all {
		s, err := all[i].story()
		if err != nil {
			return intake.Meaning{}, err
		}
		join(&m, s.meaning())
	}
	if e.Event == seventeenStopped && len(m.Events) == 0 {
		m.Note = "tracking_stopped"
	}
	return m, nil
}

// maxBatch bounds how many numbers one delivery may tell of.
const maxBatch = 200

// listOf reads one value, or a list of them.
func listOf[T any](data json.RawMessage) ([]T, error) {
	if t := strings.TrimSpace(string(data)); strings.HasPrefix(t, "[") {
		var all []T
		if err := json.Unmarshal(data, &all); err != nil {
			return nil, malformed("its data have another form", err)
		}
		if len(all) > maxBatch {
			return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "tracking_batch", Message: "the delivery tells of more than 200 parcels"}
		}
		return all, nil
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return nil, malformed("its data have another form", err)
	}
	return []T{one}, nil
}

// join adds what one parcel's story means to what those before it mean.
func join(m *intake.Meaning, more intake.Meaning) {
	if len(m.Events) == 0 && m.Note == "" {
		*m = more
		return
	}
	m.Events = append(m.Events, more.Events...)
	if m.Order != more.Order {
		m.Order = "" // of several orders: of none
	}
	if m.Note == "" {
		m.Note = more.Note
	}
}

// story is what is told of the number.
func (d *seventeenData) story() (*story, error) {
	s := &story{number: cleanNumber(string(d.Number)), tag: string(d.Tag)}
	if s.number == "" {
		return nil, malformed("it names no tracking number", nil)
	}
	if d.Old != nil && d.Info == nil {
		d.Old.tell(s)
		return s, nil
	}
	if d.Info == nil {
		return s, nil
	}
	in := d.Info
	s.from, s.to = in.Shipping.From.country(), in.Shipping.To.country()
	s.state = in.Latest.Sub
	if s.state == "" {
		s.state = in.Latest.Status
	}
	for i := range in.Tracking.Providers {
		for j := range in.Tracking.Providers[i].Events {
			s.add(in.Tracking.Providers[i].Events[j].checkpoint())
		}
	}
	if in.LatestEvent != nil {
		s.add(in.LatestEvent.checkpoint())
	}
	s.name()
	return s, nil
}

// name gives checkpoints without a word the main one; the newest gets what the service says of the whole.
func (s *story) name() {
	newest := -1
	for i := range s.checkpoints {
		if newest < 0 || s.checkpoints[i].at.After(s.checkpoints[newest].at) {
			newest = i
		}
	}
	for i := range s.checkpoints {
		switch {
		case s.checkpoints[i].word != "":
		case i == newest && s.state != "" && !strings.HasPrefix(s.state, "Expired"):
			s.checkpoints[i].word = s.state
		default:
			s.checkpoints[i].word = "InTransit_Other"
		}
	}
}

func (a *seventeenAddress) country() string {
	code, _ := intake.Country(strings.TrimSpace(string(a.Country)))
	return code
}

func (e *seventeenEvent) checkpoint() checkpoint {
	c := checkpoint{word: e.Sub, place: string(e.Location), text: e.Text}
	if c.word == "" {
		c.word = e.Stage
	}
	if c.place == "" {
		c.place = joinPlace(string(e.Address.City), string(e.Address.State), string(e.Address.Country))
	}
	c.country = countryFrom(e.Address.country(), c.place, c.text)
	c.at = e.at(c.country)
	return c
}

// at is when it happened: by the time with its zone, else by the one in UTC, else by the carrier's own, in the zone that
// it names or the place's.
func (e *seventeenEvent) at(country string) time.Time {
	if t := instantOf(e.ISO, zoneOf(country)); !t.IsZero() {
		return t
	}
	if t := instantOf(e.UTC, time.UTC); !t.IsZero() {
		return t
	}
	return instantOf(strings.TrimSpace(e.Raw.Date+" "+e.Raw.Time), offset(e.Raw.Zone, zoneOf(country)))
}

// offset is the zone of an offset such as +08:00; otherwise the other one.
func offset(text string, otherwise *time.Location) *time.Location {
	t, err := time.Parse("-07:00", strings.TrimPrefix(strings.TrimSpace(text), "UTC"))
	if err != nil {
		return otherwise
	}
	return t.Location()
}

// joinPlace puts the parts of a place together.
func joinPlace(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

// seventeenOld is what the first version tells of a number: codes in place of words. [M] in its details.
type seventeenOld struct {
	Status int                 `json:"e"`  // the main status
	Latest *seventeenOldEvent  `json:"z0"` // the newest event
	Origin []seventeenOldEvent `json:"z1"` // of the carrier in the country of origin
	Second []seventeenOldEvent `json:"z2"` // of the one in the country of destination
	Third  []seventeenOldEvent `json:"z9"`
}

type seventeenOldEvent struct {
	At    string `json:"a"` // without a zone
	Place text   `json:"c"`
	More  text   `json:"d"`
	Text  text   `json:"z"`
}

// seventeenOldWords are the main statuses of the first version.
var seventeenOldWords = map[int]string{0: "NotFound", 10: "InTransit", 20: "Expired", 30: "AvailableForPickup", 35: "DeliveryFailure", 40: "Delivered", 50: "Exception"}

func (o *seventeenOld) tell(s *story) {
	s.state = seventeenOldWords[o.Status]
	for _, list := range [][]seventeenOldEvent{o.Origin, o.Second, o.Third} {
		for i := range list {
			s.add(list[i].checkpoint())
		}
	}
	if o.Latest != nil && len(s.checkpoints) == 0 {
		s.add(o.Latest.checkpoint())
	}
	s.name()
}

func (e *seventeenOldEvent) checkpoint() checkpoint {
	place := joinPlace(string(e.Place), string(e.More))
	country := countryFrom("", place, string(e.Text))
	return checkpoint{at: instantOf(e.At, zoneOf(country)), place: place, country: country, text: string(e.Text)}
}
