package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/effect/hook"
	"recourse/store"
	"recourse/text"
)

// hooksOn is the service that tells others what happens, on an office.
func (f *vaultFlags) hooksOn(o *office, d *databaseFlags, loopback bool) (*hook.Service, error) {
	ring, err := f.ring(d)
	if err != nil {
		return nil, err
	}
	return hook.New(hook.Options{Store: o.store, Ring: ring, Clock: o.Now, Log: slog.Default(), Loopback: loopback, Mirrors: o.around.mirror, Note: mirrorNote}), nil
}

// mirrorNote is the line that stands in a shop's notes, in the language that the connection is set to.
func mirrorNote(c *recourse.Connection, n *recourse.Notice) string {
	l := text.Builtin().In(c.Setting("language", "en"))
	if n.Data.Case == nil {
		return ""
	}
	said := l.Situation(n.Data.Case.Situation)
	if o := n.Data.Case.Outcome; o != "" {
		said += ": " + l.Outcome(o)
	} else if s := n.Data.Case.State; s != "" {
		said += ": " + l.State(s)
	}
	return "Recourse " + n.Data.Case.ID + " — " + said
}

// webhookCmd is about who is told what happens.
type webhookCmd struct {
	List       webhookListCmd       `cmd:"" help:"List the webhooks, and how each is doing."`
	Add        webhookAddCmd        `cmd:"" help:"Tell a system what happens from now on; prints its secret, once."`
	Test       webhookTestCmd       `cmd:"" help:"Send a test at once, and say what came of it."`
	Rotate     webhookRotateCmd     `cmd:"" help:"Make a new secret; the one before is good for a day more."`
	Pause      webhookPauseCmd      `cmd:"" help:"Stop one; what happens meanwhile waits."`
	Resume     webhookResumeCmd     `cmd:"" help:"Let one go on that was paused or switched off."`
	Remove     webhookRemoveCmd     `cmd:"" help:"Take one away, with its deliveries."`
	Deliveries webhookDeliveriesCmd `cmd:"" help:"What was delivered, with each try; one of them with what is sent."`
	Replay     webhookReplayCmd     `cmd:"" help:"Send one delivery again, or all that failed or was missed since an instant."`
	Events     webhookEventsCmd     `cmd:"" help:"List the events that a webhook may be told of; one of them with an example."`
}

// webhookFlags are what all of them take.
type webhookFlags struct {
	Loopback      bool `help:"Let webhooks go to this machine, and without TLS: for development." name:"webhooks-loopback"`
	vaultFlags    `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// with runs something with the service.
func (f *webhookFlags) with(ctx context.Context, do func(h *hook.Service, merchant string) error) error {
	o, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	h, err := f.hooksOn(o, &f.databaseFlags, f.Loopback)
	if err != nil {
		return err
	}
	return hinted(do(h, o.merchant), "recourse webhook list shows them")
}

// operator stands in the history for whoever has the command line.
const operator = ""

type webhookListCmd struct {
	webhookFlags `embed:""`
}

// Run lists them.
func (c *webhookListCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error {
		all, err := h.Webhooks(ctx, merchant)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, map[string]any{"webhooks": all})
		}
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "webhook\tstate\twaiting\tgiven up\tlast arrived\tfailure\tevents\taddress")
		for _, w := range all {
			events, last := "all", "never"
			if len(w.Events) > 0 {
				events = strings.Join(w.Events, " ")
			}
			if !w.SucceededAt.IsZero() {
				last = w.SucceededAt.Local().Format(time.DateTime)
			}
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\n", w.ID, w.Status, w.Waiting, w.Failed, last, w.Failure, events, w.URL)
		}
		return t.Flush()
	})
}

type webhookAddCmd struct {
	URL          string   `arg:"" help:"Its address: https://…" name:"url"`
	Events       []string `help:"What it is told of: types such as case.opened, or families such as refund.*; default: everything." placeholder:"EVENT"`
	Name         string   `help:"For people."`
	Personal     bool     `help:"Tell it who the buyer is: name, email, address, and the words of messages."`
	Signature    string   `help:"v1 (a shared secret) or v1a (ed25519)." default:"v1" enum:"v1,v1a"`
	webhookFlags `embed:""`
}

// Run adds it.
func (c *webhookAddCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error {
		w, secret, err := h.Add(ctx, merchant, hook.Wanted{Name: c.Name, URL: c.URL, Events: c.Events, Personal: c.Personal, Signature: c.Signature}, operator)
		if err != nil {
			return err
		}
		return c.secret(s, w, secret)
	})
}

// secret prints a webhook with its secret.
func (f *webhookFlags) secret(s *streams, w hook.Webhook, secret string) error {
	if f.JSON {
		return printJSON(s.out, struct {
			hook.Webhook
			Secret string `json:"secret"`
		}{w, secret})
	}
	_, err := fmt.Fprintf(s.out, "webhook %s\n%s\n", w.ID, secret)
	return err
}

type webhookRotateCmd struct {
	Webhook      string `arg:"" help:"As recourse webhook list shows it."`
	webhookFlags `embed:""`
}

// Run rotates its secret.
func (c *webhookRotateCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error {
		w, secret, err := h.Rotate(ctx, merchant, c.Webhook, operator)
		if err != nil {
			return err
		}
		return c.secret(s, w, secret)
	})
}

type webhookPauseCmd struct {
	Webhook      string `arg:"" help:"As recourse webhook list shows it."`
	webhookFlags `embed:""`
}

// Run pauses it.
func (c *webhookPauseCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error { return h.Pause(ctx, merchant, c.Webhook, operator) })
}

type webhookResumeCmd struct {
	Webhook      string `arg:"" help:"As recourse webhook list shows it."`
	webhookFlags `embed:""`
}

// Run lets it go on.
func (c *webhookResumeCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error { return h.Resume(ctx, merchant, c.Webhook, operator) })
}

type webhookRemoveCmd struct {
	Webhook      string `arg:"" help:"As recourse webhook list shows it."`
	webhookFlags `embed:""`
}

// Run removes it.
func (c *webhookRemoveCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error { return h.Remove(ctx, merchant, c.Webhook, operator) })
}

type webhookTestCmd struct {
	Webhook      string `arg:"" help:"As recourse webhook list shows it."`
	webhookFlags `embed:""`
}

// Run sends a test. One that did not arrive gives the exit code 1.
func (c *webhookTestCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error {
		d, err := h.Test(ctx, merchant, c.Webhook)
		if err != nil {
			return err
		}
		if c.JSON {
			err = printJSON(s.out, d)
		} else {
			_, err = fmt.Fprintln(s.out, tried(&d))
		}
		if err == nil && d.Status != store.DeliveryDone {
			return errFailed
		}
		return err
	})
}

// tried is a delivery in a line.
func tried(d *hook.Delivery) string {
	out := fmt.Sprintf("%s  %s  %s  %s", d.ID, d.At.Local().Format(time.DateTime), d.Type, d.Status)
	if n := len(d.Attempts); n > 0 {
		a := d.Attempts[n-1]
		out += fmt.Sprintf("  tries: %d, last: %s", n, outcomeOf(&a))
	}
	return out
}

func outcomeOf(a *store.Try) string {
	said := a.Code
	if said == "" {
		said = "arrived"
	}
	if a.Status > 0 {
		said += " (" + strconv.Itoa(a.Status) + ")"
	}
	return said + " in " + strconv.FormatInt(a.Millis, 10) + " ms"
}

type webhookDeliveriesCmd struct {
	Webhook      string `arg:"" help:"As recourse webhook list shows it."`
	Delivery     string `arg:"" optional:"" help:"One of them, with what is sent."`
	Status       string `help:"Only those: waiting, done, failed." enum:",waiting,done,failed" default:""`
	Limit        int    `help:"How many at most, the newest first." default:"50"`
	webhookFlags `embed:""`
}

// Run lists them.
func (c *webhookDeliveriesCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(h *hook.Service, merchant string) error {
		if c.Delivery != "" {
			d, err := h.Delivery(ctx, merchant, c.Webhook, c.Delivery)
			if err != nil {
				return err
			}
			return c.one(s, &d)
		}
		all, _, err := h.Deliveries(ctx, merchant, c.Webhook, store.DeliveryStatus(c.Status), store.Cursor{}, min(max(c.Limit, 1), 1000))
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, map[string]any{"deliveries": all})
		}
		for i := range all {
			fmt.Fprintln(s.out, tried(&all[i]))
		}
		return nil
	})
}

func (c *webhookDeliveriesCmd) one(s *streams, d *hook.Delivery) error {
	if c.JSON {
		return printJSON(s.out, d)
	}
	fmt.Fprintln(s.out, tried(d))
	for i := range d.Attempts {
		fmt.Fprintf(s.out, "  %s  %s\n", d.Attempts[i].At.Local().Format(time.DateTime), outcomeOf(&d.Attempts[i]))
	}
	if d.Answer != "" {
		fmt.Fprintf(s.out, "answer: %s\n", d.Answer)
	}
	_, err := fmt.Fprintf(s.out, "%s\n", d.Payload)
	return err
}

type webhookReplayCmd struct {
	Webhook      string `arg:"" help:"As recourse webhook list shows it."`
	Delivery     string `arg:"" optional:"" help:"One delivery; none: all that failed or was missed, since --since."`
	Since        string `help:"An instant, such as 2026-03-02T10:00:00Z." placeholder:"INSTANT"`
	webhookFlags `embed:""`
}

// Run sends again.
func (c *webhookReplayCmd) Run(ctx context.Context, s *streams) error {
	if (c.Delivery == "") == (c.Since == "") {
		return &recourse.Error{Kind: recourse.Invalid, Code: "replay_what", Message: "name one delivery, or an instant by --since"}
	}
	return c.with(ctx, func(h *hook.Service, merchant string) error {
		if c.Delivery != "" {
			return h.Replay(ctx, merchant, c.Webhook, c.Delivery, operator)
		}
		since, err := time.Parse(time.RFC3339, c.Since)
		if err != nil {
			return &recourse.Error{Kind: recourse.Invalid, Code: "webhook_since", Field: "since", Message: "since is no instant", Hint: "write an instant such as 2026-03-02T10:00:00Z"}
		}
		n, err := h.ReplaySince(ctx, merchant, c.Webhook, since, operator)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, n)
		}
		_, err = fmt.Fprintf(s.out, "%d that had failed, %d that were missed\n", n.Failed, n.Missed)
		return err
	})
}

type webhookEventsCmd struct {
	Event    string `arg:"" optional:"" help:"One of them, with an example."`
	jsonFlag `embed:""`
}

// Run lists them.
func (c *webhookEventsCmd) Run(s *streams) error {
	if c.Event == "" {
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, e := range recourse.NoticeTypes {
			fmt.Fprintf(t, "%s\t%s\n", e, hook.About(e))
		}
		return t.Flush()
	}
	about := hook.About(recourse.NoticeType(c.Event))
	if about == "" {
		return &recourse.Error{Kind: recourse.NotFound, Code: "webhook_event", Field: "event", Message: `there is no event "` + recourse.Shorten(c.Event, 60) + `"`, Hint: "recourse webhook events lists them"}
	}
	data, err := json.MarshalIndent(hook.Example(recourse.NoticeType(c.Event)), "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s\n\n%s\n", about, data)
	return err
}
