package paypal

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"recourse/call"
)

// tokens are the access tokens that are good, by what they were given for: PayPal wants them to be used again, and senders
// are made for every act. A token is kept under a hash, since the secret is part of the name.
var tokens = struct {
	sync.Mutex
	of map[[32]byte]token
}{of: map[[32]byte]token{}}

type token struct {
	text  string
	until time.Time
}

// early is how long before its end a token is given up.
const early = 2 * time.Minute

// base is where the API lives.
func (s *Sender) base() string {
	standard := live
	if s.c.Setting("environment", "live") == "sandbox" {
		standard = sandbox
	}
	return strings.TrimRight(s.c.Setting("url", standard), "/")
}

func (s *Sender) tokenName() [32]byte {
	return sha256.Sum256([]byte(s.base() + "\x00" + s.c.Setting("client", "") + "\x00" + s.c.Secret("secret")))
}

// token gives an access token; a new one when anew is set. The answer is PayPal's refusal, where it was one.
func (s *Sender) token(ctx context.Context, anew bool) (string, *call.Answer, error) {
	name := s.tokenName()
	tokens.Lock()
	t, ok := tokens.of[name]
	tokens.Unlock()
	if ok && !anew && time.Until(t.until) > early {
		return t.text, nil, nil
	}
	req := http.Request{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}}
	req.SetBasicAuth(s.c.Setting("client", ""), s.c.Secret("secret"))
	a, err := s.peer.Do(ctx, http.MethodPost, s.base()+"/v1/oauth2/token", req.Header, []byte(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil || !a.Good() {
		return "", a, err
	}
	var told struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(a.Body, &told); err != nil || told.Token == "" {
		return "", a, &call.Failure{Err: err} // no act was asked for yet, so that nothing of one was heard
	}
	keep(name, token{told.Token, time.Now().Add(time.Duration(told.Seconds) * time.Second)})
	return told.Token, a, nil
}

// keep keeps a token, and drops those that are over.
func keep(name [32]byte, t token) {
	tokens.Lock()
	defer tokens.Unlock()
	for n, old := range tokens.of {
		if time.Until(old.until) <= 0 {
			delete(tokens.of, n)
		}
	}
	tokens.of[name] = t
}

// ask asks PayPal, with a new token once when it does not take the one there is. A failure to get a token is one that
// was not heard: the act itself was not asked for.
func (s *Sender) ask(ctx context.Context, method, path string, body any, requestID string, into any) (*call.Answer, error) {
	for try := 0; ; try++ {
		text, a, err := s.token(ctx, try > 0)
		if err != nil {
			return a, &call.Failure{Err: err}
		}
		if text == "" && a.Status >= 500 {
			return a, &call.Failure{}
		}
		if text == "" {
			return a, nil
		}
		header := http.Header{"Authorization": {"Bearer " + text}}
		if requestID != "" {
			header.Set("PayPal-Request-Id", requestID)
			header.Set("Prefer", "return=representation")
		}
		a, err = s.peer.JSON(ctx, method, s.base()+path, header, body, into)
		if err != nil || a.Status != http.StatusUnauthorized || try > 0 {
			return a, err
		}
	}
}
