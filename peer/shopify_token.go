package peer

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// grantLife is how long a token for a client id is good. [V shopify.dev: expires_in 86399]
const grantLife = 86399 * time.Second

// grant gives a token for the app's client id and secret, by the client credentials grant.
func (s *Shopify) grant(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Method != http.MethodPost || r.URL.RawQuery != "" || r.ParseForm() != nil || r.PostForm.Get("grant_type") != "client_credentials":
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_request"})
		return
	case r.PostForm.Get("client_id") != s.Client || r.PostForm.Get("client_secret") != s.Secret:
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "application_cannot_be_found"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.granted == nil {
		s.granted = map[string]time.Time{}
	}
	s.grants++
	token := "shpat_granted_" + strconv.Itoa(s.grants)
	s.granted[token] = s.Now().Add(grantLife)
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "scope": "", "expires_in": int(grantLife.Seconds())})
}

// lets says whether a token is good.
func (s *Shopify) lets(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, there := s.granted[token]
	return token != "" && (token == s.Token || there && s.Now().Before(until))
}

// Grants is how many tokens were given for the client id. Revoke ends all of them.
func (s *Shopify) Grants() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grants
}

// Revoke ends all tokens that were given for the client id.
func (s *Shopify) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.granted)
}
