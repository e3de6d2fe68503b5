package peer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Scan is a checkpoint that a tracking service's stand-in tells, in the service's own words.
type Scan struct {
	At      time.Time
	Word    string // 17TRACK's sub-status, AfterShip's subtag
	Text    string
	Place   string
	Country string // two letters
}

// watched is a number that a stand-in watches.
type watched struct {
	id         string
	carrier    int
	slug       string
	tag        string
	order      string
	custom     map[string]string
	registered time.Time
	updated    time.Time
	scans      []Scan
	state      string // the word for the whole, where no scan says it
	stopped    bool
	retracked  bool
	from, to   string
}

// word is the service's word for the whole.
func (w *watched) word(none string) string {
	if w.state != "" {
		return w.state
	}
	if len(w.scans) == 0 {
		return none
	}
	newest := w.scans[0]
	for _, s := range w.scans[1:] {
		if !s.At.Before(newest.At) {
			newest = s
		}
	}
	return newest.Word
}

// maxAsked is the largest body that a stand-in takes.
const maxAsked = 1 << 20

// readAll is the body of a request.
func readAll(r *http.Request) []byte {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxAsked))
	return body
}

// post sends a webhook, and gives an error where it was not answered with 200.
func post(ctx context.Context, url string, header http.Header, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the webhook was answered with %d", res.StatusCode)
	}
	return nil
}
