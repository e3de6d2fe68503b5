package shopify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"recourse"
	"recourse/call"
)

// Apps are let in by one of two ways. One that was made in the shop's admin, as could be until the end of 2025, has a token
// that never ends. One that was made in the Dev Dashboard has its client id and secret, and gets a token for them that is
// good for a day. [V shopify.dev: client credentials grant; admin-created custom apps]
//
// Such a token is kept until the shop refuses it, whatever it said of its end: what is refused with 401 was not carried out,
// so that the same is asked again with another token, once.

// grants are the tokens that were given for client ids, by shop and app. They are not written down anywhere.
var grants = struct {
	sync.Mutex
	of map[[sha256.Size]byte]string
}{of: map[[sha256.Size]byte]string{}}

// mostGrants is how many tokens are kept. Beyond it all are asked for anew.
const mostGrants = 10_000

// app is an app of the Dev Dashboard, at a shop.
type app struct {
	address    string // https://example.myshopify.com
	id, secret string
}

// appOf is the app by which a connection asks; nil: it has a token of its own.
func appOf(c *recourse.Connection, address string) *app {
	if c.Secret("token") != "" || c.Setting("client", "") == "" {
		return nil
	}
	return &app{address, c.Setting("client", ""), c.Secret("secret")}
}

func (a *app) name() [sha256.Size]byte {
	return sha256.Sum256([]byte(a.address + "\x00" + a.id + "\x00" + a.secret))
}

// token is one for the app, asked for where there is none.
func (a *app) token(ctx context.Context, peer *call.Client) (string, error) {
	grants.Lock()
	token := grants.of[a.name()]
	grants.Unlock()
	if token != "" {
		return token, nil
	}
	token, err := a.exchange(ctx, peer)
	if err != nil {
		return "", err
	}
	grants.Lock()
	defer grants.Unlock()
	if len(grants.of) >= mostGrants {
		clear(grants.of)
	}
	grants.of[a.name()] = token
	return token, nil
}

// drop forgets a token that was refused, unless there is another already.
func (a *app) drop(token string) {
	grants.Lock()
	defer grants.Unlock()
	if grants.of[a.name()] == token {
		delete(grants.of, a.name())
	}
}

// exchange asks for a token. Whatever goes wrong, the shop has not carried out anything by it.
func (a *app) exchange(ctx context.Context, peer *call.Client) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.id}, "client_secret": {a.secret}}.Encode()
	res, err := peer.Do(ctx, http.MethodPost, a.address+"/admin/oauth/access_token", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}, []byte(form))
	if err != nil {
		return "", told(recourse.Unavailable, "peer_unreachable", "the shop gave the app no token", false, err)
	}
	switch res.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return "", refusedApp(res)
	}
	if !res.Good() {
		err := refusedBy(res)
		if call.Heard(err) {
			return "", told(recourse.Unavailable, "peer_failed", "Shopify has a fault of its own", false, nil)
		}
		return "", err
	}
	var granted struct {
		Token string `json:"access_token"`
	}
	if json.Unmarshal(res.Body, &granted) != nil || granted.Token == "" || strings.ContainsAny(granted.Token, "\r\n") {
		return "", told(recourse.Unavailable, "peer_answer", "Shopify answered with no token", false, nil)
	}
	return granted.Token, nil
}

// refusedApp is why an app gets no token: its id or its secret is not right, it is not installed, or the shop is not one of
// the same organisation. [M] for the words.
func refusedApp(res *call.Answer) error {
	var why struct {
		Error string `json:"error"`
		Say   string `json:"error_description"`
	}
	_ = json.Unmarshal(res.Body, &why) // a page where it is none: there is nothing to tell then
	e := &recourse.Error{Kind: recourse.Forbidden, Code: "shopify_app", Message: "the shop gives the app no token", Err: &call.Failure{},
		Hint: "compare the client id and secret, and see that the app is installed in this shop and was made by the shop's own organisation"}
	if word := recourse.Shorten(strings.TrimSpace(why.Error+" "+why.Say), 120); word != "" {
		e.Message += ": " + word
	}
	return e
}

// send puts a question with the app's token, and once more with another where the shop refuses it.
func (s *Shop) send(ctx context.Context, body, into any) (*call.Answer, error) {
	if s.app == nil {
		return s.peer.JSON(ctx, http.MethodPost, s.url, http.Header{tokenHeader: {s.token}}, body, into)
	}
	for again := false; ; again = true {
		token, err := s.app.token(ctx, s.peer)
		if err != nil {
			return nil, err
		}
		res, err := s.peer.JSON(ctx, http.MethodPost, s.url, http.Header{tokenHeader: {token}}, body, into)
		if err != nil || res.Status != http.StatusUnauthorized {
			return res, err
		}
		s.app.drop(token)
		if again {
			return res, nil
		}
	}
}

const tokenHeader = "X-Shopify-Access-Token"
