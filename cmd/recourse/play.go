package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"recourse"
	"recourse/peer"
	"recourse/store"
	"recourse/web"
)

// play tells a story to a desk through its own doors: the stand-ins call its webhooks, letters come and go by SMTP and IMAP,
// the buyer has a browser, and what a person at the desk does is done by the API. Nothing is written past the desk.
type play struct {
	*standIns
	desk     string // where people reach the desk
	merchant string
	clerk    string // the token of the person at the desk
	agent    string // the token of the program that tells purchases
	say      func(format string, args ...any)
	now      func() time.Time
	pass     func(time.Duration) // lets time pass, as far as the stand-ins know
	pause    time.Duration       // between two scenes
	patience time.Duration       // how long a person at the desk is waited for before the story acts for them
	// began is called before each scene; nil: nobody cares.
	began func(scene string) error

	client  *http.Client
	order   *peer.ShopifyOrder
	number  string // of the order
	parcel  string // its tracking number
	customs string // the case of the customs hold
	damage  string // the case of the damage
	link    string // to the buyer's page, from a letter
	read    int    // letters that were told of
}

// scene is a step of the story.
type scene struct {
	name string
	play func(*play, context.Context) error
}

// run plays all scenes.
func (p *play) run(ctx context.Context) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	p.client = &http.Client{Jar: jar, Timeout: 30 * time.Second}
	for i, s := range scenes {
		if p.began != nil {
			if err := p.began(s.name); err != nil {
				return err
			}
		}
		p.say("\n%d of %d · %s", i+1, len(scenes), s.name)
		if err := s.play(p, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		p.letters()
		if err := wait(ctx, p.pause); err != nil {
			return err
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// How long the story waits for what must follow by itself, and how often it looks.
const (
	followsIn = 30 * time.Second
	looksIn   = 100 * time.Millisecond
)

// until waits for something that follows by itself.
func (p *play) until(ctx context.Context, what string, there func() (bool, error)) error {
	ok, err := p.within(ctx, followsIn, there)
	if err == nil && !ok {
		err = &recourse.Error{Kind: recourse.Unavailable, Code: "story", Message: "this did not come: " + what}
	}
	return err
}

func (p *play) within(ctx context.Context, d time.Duration, there func() (bool, error)) (bool, error) {
	for end := time.Now().Add(d); ; {
		ok, err := there()
		if ok || err != nil || !time.Now().Before(end) {
			return ok, err
		}
		if err := wait(ctx, looksIn); err != nil {
			return false, err
		}
	}
}

// person lets the person at the desk do something, and does it for them when they do not.
func (p *play) person(ctx context.Context, what string, done func() (bool, error), act func() error) error {
	if p.patience > 0 {
		p.say("    Now you: %s\n    If nobody does, %s does in %d seconds.", what, clerk, int(p.patience.Seconds()))
	}
	ok, err := p.within(ctx, p.patience, done)
	if ok || err != nil {
		return err
	}
	if err := act(); err != nil && recourse.KindOf(err) != recourse.Conflict { // a conflict: somebody was faster
		return err
	}
	p.say("    %s did.", clerk)
	return p.until(ctx, what, done)
}

// ask asks the API, as the one with a token.
func (p *play) ask(ctx context.Context, token, method, path, media string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, p.desk+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if body == nil {
		r.Body, r.ContentLength = http.NoBody, 0
	} else {
		r.Header.Set("Content-Type", media)
	}
	res, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	switch {
	case err != nil:
		return err
	case res.StatusCode == http.StatusConflict:
		return &recourse.Error{Kind: recourse.Conflict, Code: "story", Message: recourse.Shorten(string(answer), 300)}
	case res.StatusCode/100 != 2:
		return &recourse.Error{Kind: recourse.Internal, Code: "story", Message: fmt.Sprintf("%s %s: %d %s", method, path, res.StatusCode, recourse.Shorten(string(answer), 500))}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

func (p *play) get(ctx context.Context, path string, into any) error {
	return p.ask(ctx, p.clerk, http.MethodGet, path, "", nil, into)
}

// orderNow is the order as the desk has it; nil: it has not.
func (p *play) orderNow(ctx context.Context) (*web.OrderAnswer, error) {
	var a web.OrderAnswer
	err := p.get(ctx, "/api/v1/orders/"+p.number, &a)
	if err != nil && strings.Contains(err.Error(), ": 404 ") {
		return nil, nil
	}
	return &a, err
}

func (p *play) caseNow(ctx context.Context, id string) (*web.CaseAnswer, error) {
	var a web.CaseAnswer
	return &a, p.get(ctx, "/api/v1/cases/"+id, &a)
}

// opened waits for a case of a situation, and gives its id.
func (p *play) opened(ctx context.Context, situation recourse.Situation) (id string, err error) {
	err = p.until(ctx, "a case of "+string(situation), func() (bool, error) {
		o, err := p.orderNow(ctx)
		if err != nil || o == nil {
			return false, err
		}
		for _, c := range o.Cases {
			if c.Situation == situation {
				id = c.Case
			}
		}
		return id != "", nil
	})
	return id, err
}

// becomes waits until a case is in a state.
func (p *play) becomes(ctx context.Context, id, state string) error {
	return p.until(ctx, "case "+id+" in "+state, func() (bool, error) {
		c, err := p.caseNow(ctx, id)
		return err == nil && c.State == state, err
	})
}

// act is an effect of a case that fits; nil: none does.
func (p *play) act(ctx context.Context, id string, fits func(*web.Effect) bool) (*web.Effect, error) {
	c, err := p.caseNow(ctx, id)
	if err != nil {
		return nil, err
	}
	for i := range c.Effects {
		if fits(&c.Effects[i]) {
			return &c.Effects[i], nil
		}
	}
	return nil, nil
}

// approve lets the person at the desk approve an act, and waits until it is done where that follows by itself.
func (p *play) approve(ctx context.Context, id, what string, fits func(*web.Effect) bool) error {
	find := func() (*web.Effect, error) { return p.act(ctx, id, fits) }
	if err := p.until(ctx, what, func() (bool, error) { e, err := find(); return e != nil, err }); err != nil {
		return err
	}
	return p.person(ctx, what+": "+p.desk+"/cases/"+id, func() (bool, error) {
		e, err := find()
		return e != nil && (e.Approval == recourse.ApprovalGiven || e.Status != store.Pending), err
	}, func() error {
		e, err := find()
		if err != nil {
			return err
		}
		return p.ask(ctx, p.clerk, http.MethodPost, "/api/v1/effects/"+url.PathEscape(e.ID)+"/approve", "application/json", map[string]string{}, nil)
	})
}

// tell tells an event by the API, as the agent's program does.
func (p *play) tell(ctx context.Context, kind recourse.EventType, id string, data recourse.Data) error {
	return p.ask(ctx, p.agent, http.MethodPost, "/api/v1/events", "application/cloudevents+json", map[string]any{
		"specversion": "1.0", "source": "dsers", "id": id, "type": kind, "time": p.now().UTC().Format(time.RFC3339), "data": data,
	}, nil)
}

// hook is where a connection's other side delivers.
func (p *play) hook(connection string) string { return p.desk + "/in/" + p.merchant + "/" + connection }

// shopTells sends the webhooks that wait in the shop.
func (p *play) shopTells(ctx context.Context) error {
	return p.shop.Send(ctx, p.client, p.hook("shopify"), p.shop.Webhooks())
}

// scan is a checkpoint that 17TRACK tells.
func (p *play) scan(ctx context.Context, word, text, place, country string) error {
	p.parcels.Between(p.parcel, "CN", "IE")
	if !p.parcels.Scan(p.parcel, peer.Scan{At: p.now(), Word: word, Text: text, Place: place, Country: country}) {
		return &recourse.Error{Kind: recourse.Internal, Code: "story", Message: "17TRACK does not watch " + p.parcel}
	}
	return p.parcels.Tell(ctx, p.hook("17track"), p.parcel)
}

// parcelIs waits for a parcel's status.
func (p *play) parcelIs(ctx context.Context, status recourse.ParcelStatus) error {
	return p.until(ctx, "a parcel "+string(status), func() (bool, error) {
		o, err := p.orderNow(ctx)
		return err == nil && len(o.Parcels) > 0 && o.Parcels[0].Status == status, err
	})
}

// page is a page of the buyer's.
func (p *play) page(r *http.Request) (string, error) {
	res, err := p.client.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err == nil && res.StatusCode != http.StatusOK {
		err = &recourse.Error{Kind: recourse.Internal, Code: "story", Message: fmt.Sprintf("%s: %d", r.URL.Path, res.StatusCode)}
	}
	return string(body), err
}

func (p *play) open(ctx context.Context, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	return p.page(r)
}

var (
	htmlForm  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	htmlInput = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"`)
)

// form is the form on a page that holds a text: where it goes, and its hidden fields.
func (p *play) form(page, with string) (action string, fields url.Values, err error) {
	for _, f := range htmlForm.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(f[0], with) {
			continue
		}
		fields = url.Values{}
		for _, i := range htmlInput.FindAllStringSubmatch(f[2], -1) {
			fields.Set(html.UnescapeString(i[1]), html.UnescapeString(i[2]))
		}
		return p.desk + html.UnescapeString(f[1]), fields, nil
	}
	return "", nil, &recourse.Error{Kind: recourse.Internal, Code: "story", Message: "no form on the buyer's page has " + with}
}

// send sends a form as a browser does.
func (p *play) send(ctx context.Context, action string, fields url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, action, strings.NewReader(fields.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.page(r)
}

// upload hands a file in by the form for files.
func (p *play) upload(ctx context.Context, action string, fields url.Values, name string, file []byte) (string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k := range fields {
		if err := w.WriteField(k, fields.Get(k)); err != nil {
			return "", err
		}
	}
	part, err := w.CreateFormFile("files", name)
	if err != nil {
		return "", err
	}
	part.Write(file)
	w.Close()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, action, &b)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return p.page(r)
}
