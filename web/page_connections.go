package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"recourse"
	"recourse/account"
	"recourse/connect"
	"recourse/hub"
	"recourse/store"
	"recourse/web/view"
)

// connectionRoutes are the pages of the connections to other systems. Secrets go in by them and never come out.
var connectionRoutes = []pageRoute{
	{pattern: "GET /connections", access: access{page, account.Manage}, serve: (*site).connections},
	{pattern: "GET /connections/new/{kind}", access: access{page, account.Manage}, serve: (*site).connectForm},
	{pattern: "POST /connections", access: access{page, account.Manage}, serve: (*site).connect},
	{pattern: "GET /connections/{connection}", access: access{page, account.Manage}, serve: (*site).connection},
	{pattern: "POST /connections/{connection}", access: access{page, account.Manage}, serve: (*site).changeConnection},
	{pattern: "POST /connections/{connection}/do", access: access{page, account.Manage}, serve: (*site).doConnection},
	{pattern: "POST /connections/{connection}/remove", access: access{page, account.Manage}, serve: (*site).removeConnection},
	{pattern: "GET /connections/{connection}/receipts/{receipt}", access: access{page, account.Manage}, serve: (*site).receipt},
	{pattern: "POST /connections/{connection}/receipts/{receipt}/replay", access: access{page, account.Manage}, serve: (*site).replayReceipt},
	{pattern: "POST /connections/{connection}/receipts/{receipt}/settle", access: access{page, account.Manage}, serve: (*site).settleReceipt},
	{pattern: "GET /connections/{connection}/receipts/{receipt}/export.json", access: access{page, account.Manage}, serve: (*site).exported},
}

// hubHere is the hub: hub_none, of kind [recourse.Unavailable], where the program runs without one.
func (s *site) hubHere() (*hub.Hub, error) {
	if s.hub == nil {
		return nil, errNoHub
	}
	return s.hub, nil
}

var errNoHub = &recourse.Error{Kind: recourse.Unavailable, Code: "hub_none", Message: "this program runs without connections to other systems"}

// connections lists what is connected, and what could be.
func (s *site) connections(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	v.atHome()
	all, err := v.connected()
	if err != nil {
		return err
	}
	m := view.Connections{Groups: v.read.KindGroups(h.Kinds)}
	for i := range all {
		m.Rows = append(m.Rows, v.read.Connected(&all[i].Connection))
	}
	return v.show(http.StatusOK, view.ConnectionsPage(v.page(v.read.T("connections")), m))
}

func (v *visit) connected() (all []store.Connection, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.Connections(v.who.Merchant)
		return err
	})
	return all, err
}

func (s *site) connectForm(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	k := h.Kind(v.r.PathValue("kind"))
	if k == nil {
		return errNoRoute
	}
	return v.askFor(http.StatusOK, k, hub.Change{}, nil)
}

// askFor asks what a new connection needs, with what was filled in before.
func (v *visit) askFor(status int, k *connect.Kind, ch hub.Change, wrong error) error {
	v.atHome()
	f, err := v.connectionForm(k, "/connections", ch.Name, ch.Settings, nil, wrong)
	if err != nil {
		return err
	}
	f.New = true
	p := v.page(v.read.T("connect_to", "system", f.Title))
	if wrong != nil {
		p.Notice = v.notice(wrong)
	}
	return v.show(status, view.ConnectPage(p, f))
}

func (v *visit) connectionForm(k *connect.Kind, action, name string, settings map[string]string, secrets []string, wrong error) (view.ConnectionForm, error) {
	field := ""
	if wrong != nil {
		field = own(wrong).Field
	}
	payers, err := v.payers()
	if err != nil {
		return view.ConnectionForm{}, err
	}
	f := v.read.ConnectionForm(k, settings, secrets, payers, field)
	f.Action, f.Name = action, name
	return f, nil
}

// payers are the connections that can pay a shop's refunds, by their names.
func (v *visit) payers() (out []view.FieldOption, err error) {
	all, err := v.connected()
	for i := range all {
		k := connect.KindOf(all[i].Kind)
		if k != nil && k.Group == "payment" && all[i].Status != recourse.ConnectionGone {
			out = append(out, view.FieldOption{Value: all[i].ID, Label: all[i].Name})
		}
	}
	return out, err
}

// filledConnection is a connection as a form has it.
func (v *visit) filledConnection(k *connect.Kind) (hub.Change, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return hub.Change{}, &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	f := v.r.PostForm
	ch := hub.Change{Name: f.Get("name"), Settings: map[string]string{}, Secrets: map[string]string{}, Drop: f["drop"], By: v.who.Name}
	if k == nil {
		return ch, nil
	}
	for i := range k.Fields {
		n := k.Fields[i].Name
		value := strings.TrimSpace(f.Get("f." + n))
		switch {
		case value == "":
		case k.Fields[i].Secret:
			ch.Secrets[n] = value
		default:
			ch.Settings[n] = value
		}
	}
	return ch, nil
}

// connect makes a connection.
func (s *site) connect(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	if _, err := v.filledConnection(nil); err != nil {
		return err
	}
	k := h.Kind(v.r.PostForm.Get("kind"))
	if k == nil {
		return errNoRoute
	}
	ch, err := v.filledConnection(k)
	if err != nil {
		return err
	}
	ch.Kind, ch.Name = k.Name, strings.TrimSpace(ch.Name)
	if ch.Name == "" {
		ch.Name = v.read.ConnectWord(k.Name)
	}
	c, err := h.Add(v.r.Context(), v.who.Merchant, ch)
	if err != nil {
		return v.askFor(pageStatus[recourse.KindOf(err)], k, ch, err)
	}
	return v.goOn(view.ConnectionPath(c.ID), "told_connected")
}

func (s *site) connection(v *visit) error { return v.showConnection(http.StatusOK, nil, nil) }

// receiptsAtOnce is how many deliveries a page lists.
const receiptsAtOnce = 30

// showConnection shows a connection; wrong is why what was filled in could not be taken.
func (v *visit) showConnection(status int, wrong error, filled *hub.Change) error {
	h, err := v.hubHere()
	if err != nil {
		return err
	}
	v.atHome()
	id, q := v.r.PathValue("connection"), v.r.URL.Query()
	m := view.ConnectionModel{Here: view.ConnectionPath(id)}
	filter := store.ReceiptFilter{Status: store.ReceiptStatus(q.Get("status")), Before: q.Get("before"), Limit: receiptsAtOnce}
	if !slices.Contains(store.ReceiptStatuses, filter.Status) {
		filter.Status = ""
	}
	var c store.Connection
	var attempts []store.Attempt
	var tracked [][2]string
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		if c, err = tx.Connection(v.who.Merchant, id); err != nil {
			return err
		}
		all, next, err := tx.Receipts(v.who.Merchant, id, filter)
		if err != nil {
			return err
		}
		for i := range all {
			m.Receipts = append(m.Receipts, v.read.Receipt(&all[i]))
		}
		if next != "" {
			m.Next = m.Here + "?" + url.Values{"status": {string(filter.Status)}, "before": {next}}.Encode() + "#deliveries"
		}
		if m.Waiting, m.Failed, err = tx.CountReceipts(v.who.Merchant, id); err != nil {
			return err
		}
		if attempts, err = tx.AttemptsBy(v.who.Merchant, id, receiptsAtOnce); err != nil {
			return err
		}
		tracked, err = v.trackingFacts(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	k := h.Kind(c.Kind)
	if k == nil {
		return errNoRoute
	}
	for i := range attempts {
		m.Attempts = append(m.Attempts, v.read.Attempt(&attempts[i]))
	}
	v.connectionModel(h, k, &c.Connection, &m, filter.Status)
	m.Facts = append(m.Facts, tracked...)
	// Which secrets are there is told without the key where there is none.
	name, settings, secrets := c.Name, c.Settings, []string(nil)
	if o, err := h.Connection(v.r.Context(), v.who.Merchant, id); err == nil {
		secrets = o.SecretNames()
	} else if wrong == nil {
		wrong, status = err, pageStatus[recourse.KindOf(err)]
	}
	if filled != nil {
		name, settings = filled.Name, filled.Settings
	}
	if m.Form, err = v.connectionForm(k, m.Here, name, settings, secrets, wrong); err != nil {
		return err
	}
	p := v.page(c.Name)
	if wrong != nil {
		p.Notice = v.notice(wrong)
	}
	v.noStore = true
	return v.show(status, view.ConnectionPage(p, m))
}

// connectionModel fills in what is known of a connection.
func (v *visit) connectionModel(h *hub.Hub, k *connect.Kind, c *recourse.Connection, m *view.ConnectionModel, filter store.ReceiptStatus) {
	m.ConnectionRow, m.Facts = v.read.Connected(c), v.read.ConnectionFacts(c)
	m.Paused, m.Gone, m.Tests, m.Register = c.Status == recourse.ConnectionPaused, c.Status == recourse.ConnectionGone, k.Test != nil, k.Register != nil
	if k.Reader != nil && k.Reader.Verify != nil {
		m.Address, m.There = h.Address(v.origin(), c.Merchant, c.ID), v.read.ConnectSteps(k.Name+".then")
	}
	m.Filters = []view.Link{{Label: v.read.T("receipts_all"), Href: m.Here + "#deliveries", On: filter == ""}}
	for _, s := range store.ReceiptStatuses {
		label := v.read.T("receipt_is_" + string(s))
		switch {
		case s == store.ReceiptWaiting && m.Waiting > 0:
			label += " · " + v.read.Number(m.Waiting)
		case s == store.ReceiptFailed && m.Failed > 0:
			label += " · " + v.read.Number(m.Failed)
		}
		m.Filters = append(m.Filters, view.Link{Label: label, Href: m.Here + "?status=" + string(s) + "#deliveries", On: filter == s})
	}
}

func (s *site) changeConnection(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	id := v.r.PathValue("connection")
	o, err := h.Connection(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return err
	}
	ch, err := v.filledConnection(o.Kind)
	if err != nil {
		return err
	}
	ch.ID = id
	if _, err := h.Set(v.r.Context(), v.who.Merchant, ch); err != nil {
		return v.showConnection(pageStatus[recourse.KindOf(err)], err, &ch)
	}
	return v.goOn(view.ConnectionPath(id), "told_connection")
}

// doConnection tests, pauses or resumes a connection, lets the other side tell us, or has what failed read again.
func (s *site) doConnection(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	if err := v.fill(); err != nil {
		return err
	}
	ctx, id, said := v.r.Context(), v.r.PathValue("connection"), ""
	switch v.r.PostForm.Get("do") {
	case "test":
		err, said = h.Test(ctx, v.who.Merchant, id), "told_conn_tested"
	case "pause":
		err, said = h.SetStatus(ctx, v.who.Merchant, id, recourse.ConnectionPaused, v.who.Name), "told_conn_paused"
	case "resume":
		err, said = h.SetStatus(ctx, v.who.Merchant, id, recourse.ConnectionActive, v.who.Name), "told_conn_resumed"
	case "register":
		err, said = h.Register(ctx, v.who.Merchant, id, v.origin()), "told_conn_registered"
	case "replay":
		_, err = h.Replay(ctx, v.who.Merchant, id, "")
		said = "told_replayed"
	default:
		return errNoRoute
	}
	if recourse.KindOf(err) == recourse.NotFound {
		return err
	}
	if err != nil {
		return v.showConnection(pageStatus[recourse.KindOf(err)], err, nil)
	}
	return v.goOn(view.ConnectionPath(id), said)
}

func (s *site) removeConnection(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	if err := v.fill(); err != nil {
		return err
	}
	if v.r.PostForm.Get("yes") == "" {
		return v.showConnection(http.StatusUnprocessableEntity, &recourse.Error{Kind: recourse.Invalid, Code: "remove_unconfirmed", Field: "yes", Message: "nothing was removed: it was not confirmed"}, nil)
	}
	if err := h.Remove(v.r.Context(), v.who.Merchant, v.r.PathValue("connection"), v.who.Name); err != nil {
		return err
	}
	return v.goOn("/connections", "told_disconnected")
}

// receipt shows a delivery as it came. It holds what a buyer's order holds, so that who looks is noted.
func (s *site) receipt(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	v.atHome()
	id := v.r.PathValue("connection")
	r, d, err := h.Raw(v.r.Context(), v.who.Merchant, id, v.r.PathValue("receipt"), v.who.Name)
	if err != nil {
		return err
	}
	m := view.ReceiptModel{ReceiptRow: v.read.Receipt(&r), Here: view.ReceiptPath(id, r.ID), Back: view.ConnectionPath(id), Connection: id, Settle: settles(&r)}
	var exported map[string]int
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		c, err := tx.Connection(v.who.Merchant, id)
		if err != nil {
			return err
		}
		m.Connection = c.Name
		exported, err = tx.Exported(v.who.Merchant, id)
		return err
	})
	if err != nil {
		return err
	}
	if exported[r.ID] > 0 {
		m.Export = m.Here + "/export.json"
	}
	for _, n := range sortedNames(d.Header) {
		m.Header = append(m.Header, [2]string{n, strings.Join(d.Header[n], ", ")})
	}
	m.Body, m.Text = readable(d.Body)
	v.noStore = true
	return v.show(http.StatusOK, view.ReceiptPage(v.page(m.Topic), m))
}

func sortedNames(h http.Header) []string {
	names := make([]string, 0, len(h))
	for n := range h {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// mostShown is how much of a delivery a page shows, in bytes.
const mostShown = 256 << 10

// readable is a body for people: JSON is indented. What is no text is not shown.
func readable(body []byte) (string, bool) {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") == nil {
		body = b.Bytes()
	}
	if !utf8.Valid(body) {
		return "", false
	}
	if len(body) > mostShown {
		return strings.ToValidUTF8(string(body[:mostShown]), "") + "…", true
	}
	return string(body), true
}

func (s *site) replayReceipt(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	id := v.r.PathValue("connection")
	if _, err := h.Replay(v.r.Context(), v.who.Merchant, id, v.r.PathValue("receipt")); err != nil {
		return err
	}
	return v.goOn(view.ConnectionPath(id), "told_replayed")
}

// exported downloads what is kept of a buyer who asked the shop for it. Who did so is noted.
func (s *site) exported(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	file, err := h.Exported(v.r.Context(), v.who.Merchant, v.r.PathValue("connection"), v.r.PathValue("receipt"), v.who.Name)
	if err != nil {
		return err
	}
	head := v.w.Header()
	head.Set("Content-Type", "application/json")
	head.Set("Content-Disposition", `attachment; filename="buyer.json"`)
	_, _ = v.w.Write(file) // who asked may have left
	return nil
}
