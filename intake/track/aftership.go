package track

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"golang.org/x/text/language"

	"recourse"
	"recourse/intake"
)

// afterShipSign is the header of a webhook's signature: base64 of the HMAC-SHA256 of the raw body. [V]
const afterShipSign = "Aftership-Hmac-Sha256"

// AfterShip reads what AfterShip tells.
func AfterShip() *intake.Reader {
	return &intake.Reader{Verify: verifyAfterShip, Read: readAfterShip, Keep: []string{afterShipSign}}
}

// afterShipEnvelope is a delivery. msg is the tracking itself.
type afterShipEnvelope struct {
	Event   string          `json:"event"`
	EventID string          `json:"event_id"`
	Message json.RawMessage `json:"msg"`
}

func verifyAfterShip(c *recourse.Connection, d *intake.Delivery) error {
	secret := c.Secret("secret")
	given, err := base64.StdEncoding.DecodeString(strings.TrimSpace(d.Header.Get(afterShipSign)))
	if err != nil || secret == "" {
		return intake.ErrSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	if !hmac.Equal(given, mac.Sum(nil)) {
		return intake.ErrSignature
	}
	var e struct {
		Event   string `json:"event"`
		EventID string `json:"event_id"`
	}
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return malformed("it is no JSON", err)
	}
	d.Topic, d.ID = clean(e.Event, 60), clean(e.EventID, 60)
	if d.ID == "" {
		d.ID = contentID(d.Body)
	}
	return nil
}

// afterShipTracking is the part of a tracking that is read, in the versions of 2023 to 2026 and the one before.
type afterShipTracking struct {
	ID          string                `json:"id"`
	Number      text                  `json:"tracking_number"`
	Tag         string                `json:"tag"`
	Subtag      string                `json:"subtag"`
	OriginOld   text                  `json:"origin_country_iso3"`
	Origin      text                  `json:"origin_country_region"`
	TargetOld   text                  `json:"destination_country_iso3"`
	Target      text                  `json:"destination_country_region"`
	UpdatedAt   string                `json:"updated_at"`
	Custom      json.RawMessage       `json:"custom_fields"` // an object, null or, where nobody filled it, a list
	Checkpoints []afterShipCheckpoint `json:"checkpoints"`
}

type afterShipCheckpoint struct {
	At         string `json:"checkpoint_time"`
	CreatedAt  string `json:"created_at"`
	Location   text   `json:"location"`
	City       text   `json:"city"`
	State      text   `json:"state"`
	Country    text   `json:"country_region"`
	CountryOld text   `json:"country_iso3"`
	Name       text   `json:"country_region_name"`
	Tag        string `json:"tag"`
	Subtag     string `json:"subtag"`
	Message    text   `json:"message"`
}

func readAfterShip(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	var e afterShipEnvelope
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return intake.Meaning{}, malformed("it is no JSON", err)
	}
	notes := map[string]string{"tracking_update": "", "edd_revise": "date_revised", "tracking_pending_time": "not_found"}
	note, known := notes[e.Event]
	if !known {
		return intake.Meaning{Unknown: true}, nil
	}
	all, err := listOf[afterShipTracking](e.Message)
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
	if len(m.Events) == 0 && note != "" {
		m.Note = note
	}
	return m, nil
}

// customTag is the custom field that our tag is kept in.
const customTag = "recourse"

func (t *afterShipTracking) story() (*story, error) {
	s := &story{number: cleanNumber(string(t.Number)), state: t.Subtag}
	if s.number == "" {
		return nil, malformed("it names no tracking number", nil)
	}
	var custom map[string]text
	if json.Unmarshal(t.Custom, &custom) == nil {
		s.tag = string(custom[customTag])
	}
	if s.state == "" {
		s.state = t.Tag
	}
	s.from, s.to = firstCountry(t.Origin, t.OriginOld), firstCountry(t.Target, t.TargetOld)
	for i := range t.Checkpoints {
		s.add(t.Checkpoints[i].checkpoint())
	}
	s.name()
	return s, nil
}

func (p *afterShipCheckpoint) checkpoint() checkpoint {
	c := checkpoint{word: p.Subtag, place: string(p.Location), text: string(p.Message)}
	if c.word == "" {
		c.word = p.Tag
	}
	if c.place == "" {
		c.place = joinPlace(string(p.City), string(p.State), string(p.Country))
	}
	c.country = countryFrom(firstCountry(p.Country, p.CountryOld, p.Name), c.place, c.text)
	c.at = instantOf(p.At, zoneOf(c.country))
	return c
}

// firstCountry is the first that names a country, by its name, its two letters or its three (ISO 3166-1 alpha-3).
func firstCountry(names ...text) string {
	for _, n := range names {
		name := strings.TrimSpace(string(n))
		if code, ok := intake.Country(name); ok {
			return code
		}
		if len(name) == 3 {
			if r, err := language.ParseRegion(name); err == nil && r.IsCountry() {
				return r.String()
			}
		}
	}
	return ""
}
