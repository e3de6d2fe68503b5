// Package shopify is how the Admin API of a shop on Shopify is asked: GraphQL at one address, with the token of an app of
// the merchant's own, in a version that is named, and within the points that the shop's plan gives back every second.
//
// What is assumed of the protocol stands here, in the documents of intake/shopify and effect/shopify, and in the stand-in
// (peer/shopify.go), so that it can be corrected when reality differs. Sources: shopify.dev, Admin GraphQL and its changelog
// of 12 December 2025; what only third parties say or what is common knowledge is marked [V3], [M] or [I] where it is used.
package shopify

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"recourse"
	"recourse/call"
)

// Version is the version of the API that is asked where the connection names none; Oldest is the first that knows
// @idempotent, without which no money is sent.
const (
	Version = "2026-10"
	Oldest  = "2026-01"
)

// Domain is what shops are reached by, for those of the connection's own name.
const Domain = ".myshopify.com"

var (
	shopName    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com$`)
	versionName = regexp.MustCompile(`^20[0-9]{2}-(01|04|07|10)$`)
)

// CleanShop makes a shop's name of what people paste: its name alone, its address, or that of its admin pages.
func CleanShop(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	if rest, ok := strings.CutPrefix(s, "admin.shopify.com/store/"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	if s != "" && !strings.Contains(s, ".") {
		s += Domain
	}
	return s
}

// CheckShop says whether it is the name of a shop. Another domain would get the token: it is refused.
func CheckShop(s string) error {
	if shopName.MatchString(s) {
		return nil
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "shopify_shop", Field: "shop", Message: `"` + recourse.Shorten(s, 60) + `" is not the name of a shop on Shopify`,
		Hint: "write the name that ends in " + Domain + ", not your own domain"}
}

// CheckVersion says whether it is a version of the API that refunds can be asked of safely.
func CheckVersion(s string) error {
	if versionName.MatchString(s) && s >= Oldest {
		return nil
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "shopify_version", Field: "version", Message: `"` + recourse.Shorten(s, 20) + `" is not a version of the Admin API from ` + Oldest + ` on`,
		Hint: "leave it empty for " + Version}
}

// Client is a client for a shop's API. The points decide how fast it is asked; the rate only keeps bursts short.
func Client(*recourse.Connection) *call.Client {
	return call.New(call.Options{Timeout: 30 * time.Second, Rate: 10, Burst: 10})
}

// Shop is a shop whose API is asked, by one goroutine after the other.
type Shop struct {
	peer  *call.Client
	url   string
	token string        // that never ends; "": app gets one
	app   *app          // nil: there is a token
	pause time.Duration // until there are points again for what was asked last
	cost  float64       // of what was asked last
}

// Of is the shop of a connection. The setting address, which no form offers, names a stand-in.
func Of(c *recourse.Connection, peer *call.Client) *Shop {
	address := c.Setting("address", "https://"+c.Setting("shop", ""))
	return &Shop{peer: peer, url: address + "/admin/api/" + c.Setting("version", Version) + "/graphql.json", token: c.Secret("token"), app: appOf(c, address)}
}

// Busy is in the chain of an error where the shop wants to be left alone for so long.
type Busy struct {
	After time.Duration
}

// Error says so.
func (b *Busy) Error() string { return "the shop wants to be left alone for " + b.After.String() }

// BusyFor is how long the shop wants to be left alone by that error; 0: it does not say.
func BusyFor(err error) time.Duration {
	if b, ok := errors.AsType[*Busy](err); ok {
		return b.After
	}
	return 0
}

// Patience of a question that only reads: so often it is put again when the points have run out, and so long it waits.
const (
	mostTries = 6
	mostWait  = 30 * time.Second
)

// Query asks for something and changes nothing. It waits for points where they have run out, and for the shop where it is
// busy, a few times.
func (s *Shop) Query(ctx context.Context, document string, variables, into any) error {
	_, err := s.QueryCost(ctx, document, variables, into)
	return err
}

// QueryCost is Query, and tells what the question cost in points by Shopify's reckoning beforehand; 0 where it did not say.
func (s *Shop) QueryCost(ctx context.Context, document string, variables, into any) (float64, error) {
	for try := 1; ; try++ {
		if err := wait(ctx, s.pause); err != nil {
			return 0, err
		}
		s.pause, s.cost = 0, 0
		err := s.ask(ctx, document, variables, into, true)
		after := BusyFor(err)
		if err == nil || after == 0 || after > mostWait || try == mostTries {
			return s.cost, err
		}
		s.pause = after
	}
}

// Read asks for something and changes nothing, once, and waits for nobody: for whoever has something else to do meanwhile.
func (s *Shop) Read(ctx context.Context, document string, variables, into any) error {
	return s.ask(ctx, document, variables, into, true)
}

// Mutate asks for a change, once. call.Heard tells of its error whether the change may have been made.
func (s *Shop) Mutate(ctx context.Context, document string, variables, into any) error {
	return s.ask(ctx, document, variables, into, false)
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(min(d, mostWait))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answer is what GraphQL answers.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	} `json:"errors"`
	Extensions struct {
		Cost cost `json:"cost"`
	} `json:"extensions"`
}

type cost struct {
	Requested float64 `json:"requestedQueryCost"`
	Throttle  struct {
		Most      float64 `json:"maximumAvailable"`
		Available float64 `json:"currentlyAvailable"`
		Restore   float64 `json:"restoreRate"`
	} `json:"throttleStatus"`
}

// missing is how long it takes until there are points for another question like this.
func (c cost) missing() time.Duration {
	lack := c.Requested - c.Throttle.Available
	if lack <= 0 || c.Throttle.Restore <= 0 {
		return 0
	}
	return time.Duration(lack / c.Throttle.Restore * float64(time.Second))
}

// ask puts a question. Of one that only reads, fields that the app may not see are left out of the answer and no error.
func (s *Shop) ask(ctx context.Context, document string, variables, into any, reads bool) error {
	var a answer
	res, err := s.send(ctx, map[string]any{"query": document, "variables": variables}, &a)
	if err != nil {
		return err
	}
	if !res.Good() {
		return refusedBy(res)
	}
	s.pause, s.cost = a.Extensions.Cost.missing(), a.Extensions.Cost.Requested
	if len(a.Errors) > 0 && !(reads && carried(a.Data) && a.Errors[0].Extensions.Code == accessDenied) {
		e := a.Errors[0]
		return refusal(e.Extensions.Code, e.Message, a.Extensions.Cost.missing(), carried(a.Data))
	}
	if !carried(a.Data) {
		return told(recourse.Unavailable, "peer_answer", "Shopify answered with nothing", true, nil)
	}
	if err := json.Unmarshal(a.Data, into); err != nil {
		return told(recourse.Unavailable, "peer_answer", "Shopify answered with something else than was asked for", true, err)
	}
	return nil
}

// carried says that an answer has data: something was carried out, if only in part.
func carried(data json.RawMessage) bool { return len(data) > 0 && string(data) != "null" }

// refusedBy is what a status other than 2xx means. [M] for 402, 423 and 430.
func refusedBy(a *call.Answer) error {
	switch {
	case a.Status == http.StatusTooManyRequests || a.Status == 430:
		return told(recourse.Unavailable, "peer_busy", "Shopify wants to be asked less often", false, &Busy{After: after(a)})
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return denied("")
	case a.Status == http.StatusPaymentRequired || a.Status == http.StatusLocked || a.Status == http.StatusNotFound:
		return told(recourse.Unavailable, "shopify_closed", "the shop is not there, or closed", false, nil)
	case a.Status >= 500:
		return told(recourse.Unavailable, "peer_failed", "Shopify has a fault of its own", true, nil)
	}
	return told(recourse.Invalid, "peer_refused", "Shopify did not take the question", false, nil)
}

func after(a *call.Answer) time.Duration {
	var zero time.Time
	if at := a.RetryAt(zero); !at.IsZero() && at.Sub(zero) <= time.Hour {
		return max(at.Sub(zero), time.Millisecond)
	}
	return 2 * time.Second
}

const accessDenied = "ACCESS_DENIED"

// refusal is what the error of a GraphQL answer means. Whether anything was carried out is known from its data alone where
// the shop had a fault of its own; the other errors come before anything is. [M] for the codes.
func refusal(code, message string, missing time.Duration, data bool) error {
	switch code {
	case "THROTTLED":
		return told(recourse.Unavailable, "peer_busy", "the points that Shopify gives for questions have run out", false, &Busy{After: max(missing, 50*time.Millisecond)})
	case accessDenied:
		return denied(message)
	case "SHOP_INACTIVE":
		return told(recourse.Unavailable, "shopify_closed", "the shop is not there, or closed", false, nil)
	case "MAX_COST_EXCEEDED":
		return told(recourse.TooLarge, "shopify_cost", "the question costs more than Shopify allows", false, nil)
	case "INTERNAL_SERVER_ERROR", "TIMEOUT":
		return told(recourse.Unavailable, "peer_failed", "Shopify has a fault of its own", true, nil)
	}
	return told(recourse.Invalid, "peer_refused", "Shopify did not take the question: "+recourse.Shorten(message, 200), data, nil)
}

func denied(message string) error {
	e := &recourse.Error{Kind: recourse.Forbidden, Code: "peer_denied", Message: "Shopify does not allow the app that", Hint: "give the app its scopes again, install it, and write its new token here", Err: &call.Failure{}}
	if message != "" {
		e.Message += ": " + recourse.Shorten(message, 200)
	}
	return e
}

// told is an error of the shop, with whether it may have acted in its chain.
func told(kind recourse.Kind, code, message string, heard bool, cause error) error {
	return &recourse.Error{Kind: kind, Code: code, Message: message, Err: &call.Failure{Heard: heard, Err: cause}}
}

// GID is the global id of a thing by its number: gid://shopify/Order/1.
func GID(kind, number string) string { return "gid://shopify/" + kind + "/" + number }

// Number is the number of a global id, without what may follow it after a question mark; "" where it has none.
func Number(gid string) string {
	rest, ok := strings.CutPrefix(gid, "gid://shopify/")
	if !ok {
		return ""
	}
	_, number, _ := strings.Cut(rest, "/")
	number, _, _ = strings.Cut(number, "?")
	return number
}
