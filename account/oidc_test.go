package account_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// identity is a small OpenID Connect provider: discovery, keys, codes with PKCE, tokens signed with RS256. What it says of
// somebody a test may bend.
type identity struct {
	*httptest.Server
	key   *rsa.PrivateKey
	mu    sync.Mutex
	codes map[string]url.Values
	bend  func(claims map[string]any)
	sign  *rsa.PrivateKey // nil: its own
}

func openIdentity(t *testing.T) *identity {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &identity{key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		p.write(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		p.write(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("GET /auth", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (p *identity) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

// authorize lets everybody in, and sends them back with a code.
func (p *identity) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("client_id") != "desk" || q.Get("nonce") == "" || q.Get("state") == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = q
	p.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

// token changes a code for a token, once, for who knows the verifier and the secret.
func (p *identity) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	q, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !known || b64(sum[:]) != q.Get("code_challenge") || id != "desk" || secret != "the-secret" || r.PostFormValue("redirect_uri") != q.Get("redirect_uri") {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": "desk", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": q.Get("nonce"), "email": "Ada@Example.org", "email_verified": true}
	if p.bend != nil {
		p.bend(claims)
	}
	p.write(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.signed(claims)})
}

func (p *identity) signed(claims map[string]any) string {
	body, _ := json.Marshal(claims)
	text := b64([]byte(`{"alg":"RS256","kid":"1","typ":"JWT"}`)) + "." + b64(body)
	sum := sha256.Sum256([]byte(text))
	key := p.key
	if p.sign != nil {
		key = p.sign
	}
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + b64(sig)
}

// travel goes to a provider and comes back with what stands in the address.
func travel(t *testing.T, address string) (state, code string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		t.Fatalf("the provider does not send back: %s", resp.Status)
	}
	return to.Query().Get("state"), to.Query().Get("code")
}

// TestProvider: who is vouched for and known comes in; everything that does not hold keeps people out.
func TestProvider(t *testing.T) {
	databases(t, func(t *testing.T, a *account.Accounts, s *store.Store, clock *atomic.Int64) {
		ctx := t.Context()
		idp := openIdentity(t)
		ada, _ := join(t, a, store.Person{Merchant: "shop", Name: "Ada", Email: "ada@example.org", Role: "approver", Limit: recourse.Money{Minor: 1, Currency: "EUR"}})
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		provider := func() *account.Provider {
			return &account.Provider{Issuer: idp.URL, ClientID: "desk", Secret: "the-secret", Redirect: "http://desk.example/signin/oidc/back"}
		}
		come := func(p *account.Provider, merchant string) error {
			address, ceremony, err := a.BeginProvider(ctx, p, merchant, "/people", account.Visit{})
			if err != nil {
				return err
			}
			state, code := travel(t, address)
			session, who, back, err := a.FinishProvider(ctx, p, ceremony, state, code, account.Visit{Agent: "Firefox · Linux"})
			if err == nil && (session == "" || who.Person != ada.ID || who.Limit != ada.Limit || back != "/people") {
				return fmt.Errorf("%+v goes to %s", who, back)
			}
			return err
		}
		if err := come(provider(), "shop"); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			bend func(map[string]any)
			code string
		}{
			"not verified":      {func(c map[string]any) { c["email_verified"] = false }, "provider_unverified"},
			"verified unsaid":   {func(c map[string]any) { delete(c, "email_verified") }, "provider_unverified"},
			"no email":          {func(c map[string]any) { delete(c, "email") }, "provider_unverified"},
			"nobody we know":    {func(c map[string]any) { c["email"] = "eve@example.org" }, "provider_stranger"},
			"another nonce":     {func(c map[string]any) { c["nonce"] = "x" }, "provider_refused"},
			"no nonce":          {func(c map[string]any) { delete(c, "nonce") }, "provider_refused"},
			"meant for another": {func(c map[string]any) { c["aud"] = "another" }, "provider_refused"},
			"another issuer":    {func(c map[string]any) { c["iss"] = "https://evil.example" }, "provider_refused"},
			"too old":           {func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, "provider_refused"},
		} {
			idp.bend = c.bend
			if err := come(provider(), "shop"); recourse.CodeOf(err) != c.code {
				t.Errorf("%s: %v, %s is wanted", name, err, c.code)
			}
		}
		idp.bend, idp.sign = nil, other
		code(t, come(provider(), "shop"), "provider_refused") // signed by somebody else
		idp.sign = nil
		wrong := provider()
		wrong.Secret = "another"
		code(t, come(wrong, "shop"), "provider_refused")
		code(t, come(provider(), "other"), "provider_stranger") // a person of one shop is nobody in another
		away := &account.Provider{Issuer: "http://127.0.0.1:1", ClientID: "desk"}
		code(t, come(away, "shop"), "provider_away")

		p := provider()
		address, ceremony, err := a.BeginProvider(ctx, p, "shop", "", account.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		state, auth := travel(t, address)
		_, _, _, err = a.FinishProvider(ctx, p, ceremony, state+"x", auth, account.Visit{})
		code(t, err, "provider_refused")
		_, _, _, err = a.FinishProvider(ctx, p, ceremony, state, auth, account.Visit{}) // it was ended by the try before
		code(t, err, "ceremony_unknown")
		_, _, _, err = a.FinishProvider(ctx, p, "", state, auth, account.Visit{}) // another browser
		code(t, err, "ceremony_unknown")
		if err := a.Disable(ctx, "shop", ada.ID); err != nil {
			t.Fatal(err)
		}
		code(t, come(provider(), "shop"), "provider_stranger")
	})
}
