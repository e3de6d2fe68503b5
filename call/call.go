// Package call is how other systems are asked over HTTP: with an end to every wait and every size, at the rate that the
// peer allows, and with the one distinction that acts depend on: whether a request that failed may have been heard.
package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"recourse"
)

// Limits where Options name none.
const (
	timeout   = 30 * time.Second
	maxAnswer = 8 << 20
)

// Options are how a peer is asked.
type Options struct {
	Timeout   time.Duration     // for one request, its answer read to the end; default 30 s
	MaxAnswer int64             // bytes of an answer; default 8 MiB
	Rate      rate.Limit        // requests a second; 0: no limit
	Burst     int               // at once, below the rate; default 1
	Transport http.RoundTripper // default: the standard one
	Agent     string            // User-Agent; default Recourse
}

// Client asks one peer. It is safe for many goroutines.
type Client struct {
	o       Options
	http    *http.Client
	limiter *rate.Limiter
}

// New makes a client.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = timeout
	}
	if o.MaxAnswer <= 0 {
		o.MaxAnswer = maxAnswer
	}
	if o.Agent == "" {
		o.Agent = "Recourse"
	}
	c := &Client{o: o, limiter: rate.NewLimiter(rate.Inf, 0)}
	if o.Rate > 0 {
		c.limiter = rate.NewLimiter(o.Rate, max(1, o.Burst))
	}
	c.http = &http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c
}

// Answer is what a peer answered, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Good says that the status is 2xx.
func (a *Answer) Good() bool { return a.Status >= 200 && a.Status < 300 }

// RetryAt is when the peer wants to be asked again, at most a day from now; zero when it does not say.
func (a *Answer) RetryAt(now time.Time) time.Time {
	v := a.Header.Get("Retry-After")
	if s, err := strconv.Atoi(v); err == nil && s >= 0 {
		return now.Add(time.Duration(min(s, 86400)) * time.Second)
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return earlier(t, now.Add(24*time.Hour))
	}
	return time.Time{}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Failure is a request without an answer that could be read.
type Failure struct {
	Heard bool // the request left, or may have: the peer may have acted on it
	Err   error
}

// Error says what happened; it names no address, since addresses may hold secrets.
func (f *Failure) Error() string {
	if f.Heard {
		return "the peer did not answer in time, or not in full"
	}
	return "the peer could not be reached"
}

// Unwrap is the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Heard says whether the peer may have acted on a request that failed with err.
func Heard(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && f.Heard
}

// Do asks, and reads the answer to its end. An error is a *Failure, or the context's, before anything left.
func (c *Client) Do(ctx context.Context, method, url string, header http.Header, body []byte) (*Answer, error) {
	if err := c.limiter.Wait(ctx); err != nil {
		return nil, &Failure{Err: err}
	}
	ctx, stop := context.WithTimeout(ctx, c.o.Timeout)
	defer stop()
	var heard atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { heard.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, url, bytes.NewReader(body))
	if err != nil {
		return nil, &Failure{Err: err}
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", c.o.Agent)
	if method != http.MethodGet && method != http.MethodHead {
		req.GetBody = nil // the transport is not to send it a second time by itself
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, &Failure{Heard: heard.Load(), Err: err}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, c.o.MaxAnswer+1))
	if err == nil && int64(len(data)) > c.o.MaxAnswer {
		err = &recourse.Error{Kind: recourse.TooLarge, Code: "answer_size", Message: "the answer is larger than " + strconv.FormatInt(c.o.MaxAnswer, 10) + " bytes"}
	}
	if err != nil {
		return nil, &Failure{Heard: true, Err: err}
	}
	return &Answer{Status: res.StatusCode, Header: res.Header, Body: data}, nil
}

// JSON asks with a body of JSON (nil: none), and reads an answer of JSON into a value where its status is 2xx. An answer
// that is no JSON gives a *Failure that was heard.
func (c *Client) JSON(ctx context.Context, method, url string, header http.Header, body, into any) (*Answer, error) {
	var data []byte
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Accept", "application/json")
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return nil, &Failure{Err: err}
		}
		header.Set("Content-Type", "application/json")
	}
	a, err := c.Do(ctx, method, url, header, data)
	if err != nil || !a.Good() || into == nil {
		return a, err
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		return a, &Failure{Heard: true, Err: err}
	}
	return a, nil
}
