package web_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// goodPassword is one that nobody tries first.
const goodPassword = "trois lampes bleues"

// stranger is a browser that nobody knows.
func (h *house) stranger() *person {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &person{house: h, client: &http.Client{Jar: jar, Timeout: time.Minute}, lang: "en"}
}

// add adds a person with a password.
func (h *house) add(p store.Person) store.Person {
	h.t.Helper()
	p.Merchant = pageShop
	p, secret, err := h.accounts.Invite(h.t.Context(), p)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, _, err := h.accounts.Join(h.t.Context(), secret, goodPassword, "en", account.Visit{}); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// as is a browser of a person's, signed in.
func (h *house) as(p store.Person) *person {
	h.t.Helper()
	secret, err := h.accounts.Link(h.t.Context(), pageShop, p.ID, time.Hour)
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.stranger()
	if status, body := b.get("/signin/" + secret); status != http.StatusOK {
		h.t.Fatalf("%s could not sign in: %d %s", p.Name, status, body)
	}
	return b
}

var invitation = regexp.MustCompile(`value="(http://[^"]*/invite/[^"]*)"`)

// TestPeoplePages goes the way of a shop: set up by a link, a clerk invited, changed, blocked and let in again.
func TestPeoplePages(t *testing.T) {
	h := openHouse(t)
	secret, err := h.accounts.SetupLink(t.Context(), pageShop)
	if err != nil {
		t.Fatal(err)
	}
	owner := h.stranger()
	_, body := owner.get("/")
	wants(t, "nobody yet", body, "Nobody has an account here yet", `name="back" value=""`)
	_, body = owner.get("/setup/" + secret)
	wants(t, "setup", body, "Set up your shop", `autocomplete="new-password"`)
	form := url.Values{"shop": {"Lune & <b>Cie</b>"}, "name": {"Ada <script>"}, "email": {"ada@example.org"}, "password": {"short"}}
	_, body = owner.post("/setup/"+secret, form)
	wants(t, "short", body, "That password is too short.", "Ada &lt;script&gt;")
	form.Set("password", goodPassword)
	_, body = owner.post("/setup/"+secret, form)
	wants(t, "in", body, "Lune &amp; &lt;b&gt;Cie", "Ada &lt;script&gt;", `href="/import"`, "-<script>", "-<b>Cie")

	_, body = owner.get("/people")
	wants(t, "people", body, `href="/people"`, "ada@example.org", "Owner", "(you)", "Invite somebody")
	_, body = owner.post("/people", url.Values{"name": {"Mei"}, "email": {"mei@example.org"}, "role": {"clerk"}, "limit": {"fifty"}})
	wants(t, "limit", body, "The limit cannot be read.", `value="fifty"`, `value="mei@example.org"`)
	_, body = owner.post("/people", url.Values{"name": {"Mei"}, "email": {"mei@example.org"}, "role": {"clerk"}, "limit": {"50,00 eur"}})
	link := invitation.FindStringSubmatch(body)
	if link == nil {
		t.Fatalf("there is no invitation: %s", body)
	}
	path := strings.TrimPrefix(link[1], h.url)
	_, body = owner.post("/people", url.Values{"name": {"mei "}, "email": {"mei2@example.org"}, "role": {"viewer"}})
	wants(t, "the same name", body, "Somebody else has this name.")

	mei := h.stranger()
	for range 2 { // looking uses nothing up
		_, body = mei.get(path)
		wants(t, "invited", body, "Welcome", "Mei", "mei@example.org", "Clerk")
	}
	_, body = mei.post(path, url.Values{"password": {goodPassword}})
	wants(t, "joined", body, "Sign out", "-href=\"/people\"")
	_, body = h.stranger().get(path)
	wants(t, "used", body, "This link was used already.", "-Choose a password")

	_, body = owner.get("/people")
	wants(t, "bounded", body, "up to €50.00")
	person := regexp.MustCompile(`href="(/people/[a-z0-9]+)">Mei<`).FindStringSubmatch(body)[1]
	_, body = owner.post(person, url.Values{"name": {"Mei"}, "email": {"mei@example.org"}, "role": {"viewer"}, "limit": {"50 EUR"}})
	wants(t, "changed", body, "Saved.", "Viewer")
	_, body = mei.get("/account")
	wants(t, "at once", body, "Viewer", "-up to")
	_, body = owner.post(person+"/disable", nil)
	wants(t, "blocked", body, "Blocked.", "Let in again")
	_, body = mei.get("/account")
	wants(t, "out", body, "Sign in", "-mei@example.org")
	_, body = mei.post("/signin", url.Values{"email": {"mei@example.org"}, "password": {goodPassword}})
	wants(t, "stays out", body, "The email or the password is not right.")
	_, body = owner.post(person+"/enable", nil)
	wants(t, "let in", body, "They may come in again.")
	_, body = mei.post("/signin", url.Values{"email": {" MEI@example.org"}, "password": {goodPassword}, "back": {"/account"}})
	wants(t, "in again", body, "Your account", "mei@example.org")

	people, err := h.accounts.People(t.Context(), pageShop)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []string{"/disable", ""} {
		_, body = owner.post("/people/"+people[0].ID+act, url.Values{"name": {"Ada"}, "email": {"ada@example.org"}, "role": {"viewer"}})
		wants(t, "the last owner", body, "This is the last owner.")
	}
	if status, _ := owner.get("/people/nobody"); status != http.StatusNotFound {
		t.Errorf("nobody's page is answered with %d", status)
	}
}

// TestSignInPage: the way back leads to pages of this site only, and a new session is another one.
func TestSignInPage(t *testing.T) {
	h := openHouse(t)
	ada := h.add(store.Person{Name: "Ada", Email: "ada@example.org", Role: "owner"})
	b := h.stranger()
	_, body := b.get("/people?x=1")
	wants(t, "led to sign in", body, `name="back" value="/people?x=1"`, "Password", "-Recourse.&")
	wrong := url.Values{"email": {"ada@example.org"}, "password": {"wrong <i>"}, "back": {"/people?x=1"}}
	status, body := b.post("/signin", wrong)
	wants(t, "wrong", body, "The email or the password is not right.", `value="/people?x=1"`, `value="ada@example.org"`, "-wrong <i>", "-wrong &lt;i&gt;")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password is answered with %d", status)
	}
	for _, back := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "/signout", "\t//evil.example", "/%09/evil.example", ""} {
		b := h.stranger()
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		r, err := http.NewRequest(http.MethodPost, h.url+"/signin", strings.NewReader(url.Values{"email": {"ada@example.org"}, "password": {goodPassword}, "back": {back}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: "recourse_session", Value: "rc_s_lune_" + strings.Repeat("a", 32)})
		resp, err := b.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		to, err := resp.Location()
		if err != nil || to.Host != strings.TrimPrefix(h.url, "http://") || strings.Contains(to.Path, "evil") && back != "/%09/evil.example" {
			t.Errorf("back=%q leads to %v, %v", back, to, err)
		}
		for _, c := range resp.Cookies() {
			if c.Name == "recourse_session" && (strings.Contains(c.Value, "aaaa") || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode) {
				t.Errorf("the session is %v", c)
			}
		}
	}
	// A form of another site signs nobody in.
	r, _ := http.NewRequest(http.MethodPost, h.url+"/signin", strings.NewReader(url.Values{"email": {ada.Email}, "password": {goodPassword}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, body := b.send(r); status != http.StatusForbidden || !strings.Contains(body, "That came from another site.") {
		t.Errorf("another site: %d %s", status, body)
	}
	b.lang = "fr"
	_, body = b.get("/nowhere")
	wants(t, "problems in French", body, "Cette page n’existe pas.", `lang="fr"`)
}

// TestBruteForce: guessing is slowed down, in the reader's language, and does not shut out the person whose browser is
// known.
func TestBruteForce(t *testing.T) {
	h := openHouse(t)
	h.add(store.Person{Name: "Ada", Email: "ada@example.org", Role: "owner"})
	b := h.stranger()
	b.lang = "zh"
	form := url.Values{"email": {"ada@example.org"}, "password": {"not this one"}}
	var last int
	for range 6 {
		last, _ = b.post("/signin", form)
	}
	status, body := b.post("/signin", url.Values{"email": {"ada@example.org"}, "password": {goodPassword}})
	if last != http.StatusTooManyRequests && status != http.StatusTooManyRequests {
		t.Fatalf("six guesses are answered with %d, then %d", last, status)
	}
	wants(t, "slowed", body, "尝试次数过多", "秒后重试")
	h.at.Add(int64(time.Minute / time.Microsecond))
	_, body = b.post("/signin", url.Values{"email": {"ada@example.org"}, "password": {goodPassword}})
	wants(t, "after the wait", body, "Ada")
}

// TestAccount: one's own name, language, password and sessions.
func TestAccount(t *testing.T) {
	h := openHouse(t)
	ada := h.add(store.Person{Name: "Ada", Email: "ada@example.org", Role: "owner"})
	mei := h.add(store.Person{Name: "Mei", Email: "mei@example.org", Role: "clerk"})
	here, phone, other := h.as(ada), h.as(ada), h.as(mei)
	_, body := here.get("/account")
	wants(t, "account", body, "This browser", "End all others", "Passkeys need an address with a name", "http://localhost:")
	ends := regexp.MustCompile(`/account/sessions/[0-9a-f]{64}/end`).FindAllString(body, -1)
	_, meis := other.get("/account")
	if n := strings.Count(meis, "This browser"); n != 1 {
		t.Errorf("%d sessions are this browser", n)
	}
	// Somebody else's session is not one's own to end.
	for _, path := range ends {
		other.post(path, nil)
	}
	if _, body = phone.get("/account"); !strings.Contains(body, "ada@example.org") {
		t.Error("a colleague has ended Ada's session")
	}
	for _, path := range ends {
		_, body = here.post(path, nil)
	}
	wants(t, "ended", body, "That session is over.", "This browser", "-End all others")
	_, body = phone.get("/account")
	wants(t, "the phone is out", body, "-ada@example.org", "Sign in")

	phone = h.as(ada)
	_, body = here.post("/account/password", url.Values{"old": {"not this one"}, "password": {"quatre chaises vertes"}})
	wants(t, "old", body, "The present password is not right.")
	_, body = here.post("/account/password", url.Values{"old": {goodPassword}, "password": {"ada@example.org1"}})
	wants(t, "common", body, "would be guessed soon")
	_, body = here.post("/account/password", url.Values{"old": {goodPassword}, "password": {"quatre chaises vertes"}})
	wants(t, "changed", body, "Your password is changed")
	_, body = phone.get("/account")
	wants(t, "the others are over", body, "-ada@example.org")
	_, body = here.post("/account", url.Values{"name": {"Ada L."}, "language": {"fr"}})
	wants(t, "in French", body, "Enregistré.", "Ada L.", "Votre compte")
	_, body = here.post("/account", url.Values{"name": {"mei"}, "language": {"fr"}})
	wants(t, "taken", body, "Quelqu’un d’autre porte ce nom.")

	link := h.enter("Terminal", account.Owner)
	_, body = link.get("/account")
	wants(t, "without an account", body, "There is no account behind this session.")
	link.post("/account/sessions/end", nil)
	if _, body = other.get("/account"); !strings.Contains(body, "mei@example.org") {
		t.Error("a session without an account has ended Mei's")
	}
}

// TestSetupOnce: of many who set a shop up at the same time one gets it.
func TestSetupOnce(t *testing.T) {
	h := openHouse(t)
	secret, err := h.accounts.SetupLink(t.Context(), pageShop)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	won := make(chan int, 4)
	for i := range 4 {
		wait.Go(func() {
			_, _, err := h.accounts.Setup(t.Context(), secret, "Lune", store.Person{Name: string(rune('A'+i)) + "da", Email: string(rune('a'+i)) + "@example.org"}, goodPassword, account.Visit{})
			if err == nil {
				won <- i
			} else if c := recourse.CodeOf(err); c != "token_used" && c != "people_there" {
				t.Errorf("who came too late is told %v", err)
			}
		})
	}
	wait.Wait()
	if len(won) != 1 {
		t.Errorf("%d set the shop up", len(won))
	}
	if _, err := h.accounts.SetupLink(t.Context(), pageShop); recourse.CodeOf(err) != "people_there" {
		t.Errorf("another link: %v", err)
	}
}
