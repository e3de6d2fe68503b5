package track

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

// Number is a tracking number that a service is to watch.
type Number struct {
	Tracking string
	Carrier  string // as the shop or the agent calls it; "": the service is to find out
	Order    string // by our number
	Parcel   string
	Ref      string // the service's own id of it, where it gave one
	// Carried says that the carrier is to be named to the service, where it knows it; otherwise it is to find out by itself.
	Carried bool
	Status  recourse.ParcelStatus
}

// What a service may answer of one number.
const (
	Done           = ""                // it did as asked
	Already        = "already"         // it had done so before: nothing was done, and nothing was charged
	NotRegistered  = "not_registered"  // it does not watch that number
	CarrierUnknown = "carrier_unknown" // it cannot tell whose number it is
	NumberInvalid  = "number_invalid"  // it is no tracking number
	NeedsMore      = "needs_more"      // the carrier wants a postcode or a telephone number, which we do not give away
	Quota          = "quota"           // what was paid for is used up
	NoNews         = "no_news"         // there is nothing to tell
	Cannot         = "cannot"          // any other no
)

// Answer is what a service says of one number.
type Answer struct {
	Tracking string
	Code     string
	Detail   string // in the service's words
	Ref      string
	State    string           // the service's word for the whole: NotFound_Other, Expired_001
	Delivery *intake.Delivery // what it tells of it; nil: nothing was asked, or there is nothing
}

// Service is a tracking service, as it is asked.
type Service interface {
	// Batch is how many numbers may be asked for at once.
	Batch() int
	// Register makes it watch numbers and keep our tag with them. To ask again changes nothing and costs nothing.
	Register(ctx context.Context, numbers []Number) ([]Answer, error)
	// Stop makes it watch them no longer.
	Stop(ctx context.Context, numbers []Number) ([]Answer, error)
	// Retrack makes it watch again what it gave up by itself. Both services do so once for each number.
	Retrack(ctx context.Context, numbers []Number) ([]Answer, error)
	// Look asks what it knows of them.
	Look(ctx context.Context, numbers []Number) ([]Answer, error)
	// Try asks whether it lets us in, and changes nothing.
	Try(ctx context.Context) error
}

// ServiceOf is the service of a connection; nil for a connection of another kind. The setting url, which has no field on the
// page, is another address, for stand-ins.
func ServiceOf(c *recourse.Connection, peer *call.Client) Service {
	switch c.Kind {
	case "17track":
		return &seventeenService{c.Setting("url", seventeenBase), c.Secret("key"), peer}
	case "aftership":
		return &afterShipService{c.Setting("url", afterShipBase), c.Secret("key"), peer}
	}
	return nil
}

// Failure is a request that a service did not answer as it should. What was asked for may or may not have happened; asking
// again is harmless, since a number is registered once.
type Failure struct {
	Err    *recourse.Error // for the person
	answer *call.Answer
}

// Error says what was wrong.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap gives the error for the person.
func (f *Failure) Unwrap() error { return f.Err }

// RetryAt is when the service wants to be asked again; zero where it does not say.
func (f *Failure) RetryAt(now time.Time) time.Time {
	if f.answer == nil {
		return time.Time{}
	}
	return f.answer.RetryAt(now)
}

// failed makes an error of an answer that is none: nil for one that is good.
func failed(a *call.Answer, err error) error {
	switch {
	case a == nil || err != nil && a.Good():
		return &Failure{&recourse.Error{Kind: recourse.Unavailable, Code: "tracking_unreachable", Message: "the tracking service cannot be reached, or its answer is not to be read", Err: err}, nil}
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return &Failure{errKey, a}
	case a.Status == http.StatusTooManyRequests:
		return &Failure{&recourse.Error{Kind: recourse.Unavailable, Code: "tracking_busy", Message: "the tracking service wants to be asked less often"}, a}
	case a.Status >= 500:
		return &Failure{&recourse.Error{Kind: recourse.Unavailable, Code: "tracking_down", Message: "the tracking service is not well"}, a}
	}
	return nil
}

var errKey = &recourse.Error{Kind: recourse.Forbidden, Code: "tracking_key", Field: "key", Message: "the tracking service does not take the key", Hint: "copy the key from the service's settings again, and look whether it lets this machine's address in"}

// unexpected is a no of the service to the whole request.
func unexpected(a *call.Answer, code, message string) error {
	return &Failure{&recourse.Error{Kind: recourse.Invalid, Code: "tracking_refused", Message: "the tracking service refused: " + clean(code+" "+message, 200)}, a}
}

// carrierNames are carriers by a part of their name in small letters, with what the two services call them. The keys of
// 17TRACK are [V] for China Post, La Poste, USPS, UPS, FedEx and DHL, and [M] for the others; AfterShip's slugs are [V].
var carrierNames = []struct {
	part string
	key  int // of 17TRACK
	slug string
}{
	{"china post", 3011, "china-post"}, {"chinapost", 3011, "china-post"}, {"colissimo", 6051, "colissimo"}, {"la poste", 6051, "la-poste-colissimo"}, {"usps", 21051, "usps"}, {"fedex", 100003, "fedex"},
	{"yunexpress", 190008, "yunexpress"}, {"yun express", 190008, "yunexpress"}, {"yanwen", 190012, "yanwen"}, {"4px", 190094, "4px"}, {"cainiao", 190271, "cainiao"}, {"ups", 100002, "ups"}, {"dhl express", 100001, "dhl"},
}

// carrierOf finds a carrier by its name; zero values: it is not known, and the service is to find out.
func carrierOf(name string) (key int, slug string) {
	name = strings.ToLower(name)
	for _, c := range carrierNames {
		if name != "" && strings.Contains(name, c.part) {
			return c.key, c.slug
		}
	}
	return 0, ""
}

// KnowsCarrier says that a carrier of that name can be named to the services.
func KnowsCarrier(name string) bool {
	key, _ := carrierOf(name)
	return key != 0
}

// delivery makes a delivery of what was fetched, in the form of the webhook, so that the same reader reads it. Its id is
// made of the facts in it: fetched again without news, it is the same delivery. nil: it cannot be read, and is left out.
func delivery(number, topic string, envelope map[string]any, read func(*recourse.Connection, *intake.Delivery) (intake.Meaning, error)) *intake.Delivery {
	body, err := json.Marshal(envelope)
	d := &intake.Delivery{Topic: topic, Body: body}
	m, err2 := read(nil, d)
	if err != nil || err2 != nil {
		return nil
	}
	facts := []byte(number + "\x00" + m.Note)
	for i := range m.Events {
		facts = append(append(facts, 0), m.Events[i].ID...)
	}
	d.ID = "fetched-" + contentID(facts)
	return d
}
