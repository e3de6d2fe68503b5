package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/effect/hook"
	"recourse/store"
	"recourse/web/view"
)

// webhookPageRoutes are the pages of who is told what happens.
var webhookPageRoutes = []pageRoute{
	{pattern: "GET /webhooks", access: access{page, account.Manage}, serve: (*site).webhooks},
	{pattern: "POST /webhooks", access: access{page, account.Manage}, serve: (*site).addWebhook},
	{pattern: "GET /webhooks/{webhook}", access: access{page, account.Manage}, serve: (*site).webhook},
	{pattern: "POST /webhooks/{webhook}", access: access{page, account.Manage}, serve: (*site).changeWebhook},
	{pattern: "POST /webhooks/{webhook}/pause", access: access{page, account.Manage}, serve: (*site).pauseWebhook},
	{pattern: "POST /webhooks/{webhook}/resume", access: access{page, account.Manage}, serve: (*site).resumeWebhook},
	{pattern: "POST /webhooks/{webhook}/rotate", access: access{page, account.Manage}, serve: (*site).rotateWebhook},
	{pattern: "POST /webhooks/{webhook}/remove", access: access{page, account.Manage}, serve: (*site).removeWebhook},
	{pattern: "POST /webhooks/{webhook}/test", access: access{page, account.Manage}, serve: (*site).testWebhook},
	{pattern: "POST /webhooks/{webhook}/replay", access: access{page, account.Manage}, serve: (*site).replayWebhook},
	{pattern: "GET /webhooks/{webhook}/deliveries/{delivery}", access: access{page, account.Manage}, serve: (*site).webhookDelivery},
	{pattern: "POST /webhooks/{webhook}/deliveries/{delivery}/replay", access: access{page, account.Manage}, serve: (*site).replayDelivery},
}

// webhookPage is how many deliveries stand on a page.
const webhookPage = 50

func webhookPath(id string) string { return "/webhooks/" + url.PathEscape(id) }

func (v *visit) webhookID() string { return v.r.PathValue("webhook") }

// hooksOn is the service; webhooks_off where this server has none.
func (v *visit) hooksOn() (*hook.Service, error) {
	if v.hooks == nil {
		return nil, errHooksOff
	}
	return v.hooks, nil
}

func (s *site) webhooks(v *visit) error {
	return v.webhooksNow(http.StatusOK, nil, v.webhookForm(hook.Wanted{}, "/webhooks"))
}

// webhooksNow shows the list, with a form as it was filled in.
func (v *visit) webhooksNow(status int, wrong error, form view.WebhookForm) error {
	h, err := v.hooksOn()
	if err != nil {
		return err
	}
	v.atHome()
	all, err := h.Webhooks(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	form.New = true
	m := view.WebhooksPageModel{Form: form}
	for i := range all {
		m.Rows = append(m.Rows, v.webhookRow(&all[i]))
	}
	p := v.page(v.read.T("webhooks"))
	if p.Here = "/webhooks"; wrong != nil {
		p.Notice, m.Form.Wrong = v.notice(wrong), own(wrong).Field
	}
	return v.show(status, view.WebhooksPage(p, m))
}

// webhookForm is a form as a webhook has it, or as it was filled in.
func (v *visit) webhookForm(w hook.Wanted, action string) view.WebhookForm {
	f := view.WebhookForm{Action: action, URL: w.URL, Name: w.Name, Signature: w.Signature, Personal: w.Personal}
	for _, family := range recourse.NoticeFamilies() {
		on := slices.ContainsFunc(w.Events, func(e string) bool { return recourse.NoticeType(e).Family() == family })
		f.Families = append(f.Families, view.WebhookFamily{Value: family + ".*", Label: v.read.T("webhook_of_" + family), On: on})
	}
	return f
}

// wantedWebhook is what a form wants. Single types that were chosen by the API stay where their family stays ticked.
func (v *visit) wantedWebhook(before []string) (w hook.Wanted, err error) {
	if err := v.fill(); err != nil {
		return w, err
	}
	f := v.r.PostForm
	w = hook.Wanted{URL: strings.TrimSpace(f.Get("url")), Name: f.Get("name"), Personal: f.Get("personal") != "", Signature: f.Get("signature")}
	for _, family := range f["events"] {
		of := slices.DeleteFunc(slices.Clone(before), func(e string) bool { return recourse.NoticeType(e).Family()+".*" != family })
		if len(of) == 0 {
			of = []string{family}
		}
		w.Events = append(w.Events, of...)
	}
	return w, nil
}

func (v *visit) webhookRow(w *hook.Webhook) view.WebhookRow {
	host := w.URL
	if u, err := url.Parse(w.URL); err == nil {
		host = u.Host
	}
	r := view.WebhookRow{Href: webhookPath(w.ID), Name: cmp.Or(w.Name, host), Host: host, Events: v.webhookEvents(w.Events), State: v.read.T("webhook_active"), Class: "on", Succeeded: v.read.Past(w.SucceededAt)}
	if r.Succeeded.Text == "" {
		r.Succeeded.Text = v.read.T("webhook_never")
	}
	if w.Failure != "" {
		r.Failure = v.webhookCode(w.Failure)
	}
	switch {
	case w.Status == store.WebhookPaused:
		r.State, r.Class = v.read.T("webhook_paused"), "new"
	case w.Status == store.WebhookDisabled:
		r.State, r.Class = v.read.T("webhook_disabled"), "off"
	case w.Failures > 0:
		r.State, r.Class = v.read.T("webhook_failing"), "new"
	}
	r.Waiting, r.Failed = v.some(w.Waiting), v.some(w.Failed)
	return r
}

// some is a number of deliveries, counted no further than a thousand; "" for none.
func (v *visit) some(n int) string {
	switch {
	case n == 0:
		return ""
	case n >= 1000:
		return v.read.Number(n) + "+"
	}
	return v.read.Number(n)
}

func (v *visit) webhookEvents(events []string) string {
	if len(events) == 0 {
		return v.read.T("webhook_all")
	}
	var names []string
	for _, family := range recourse.NoticeFamilies() {
		if slices.ContainsFunc(events, func(e string) bool { return recourse.NoticeType(e).Family() == family }) {
			names = append(names, v.read.T("webhook_of_"+family))
		}
	}
	return v.read.List(names)
}

// webhookCode says what went wrong.
func (v *visit) webhookCode(code string) string {
	if key := "webhook_code_" + code; v.lang.HasDesk(key) {
		return v.read.T(key)
	}
	return code
}

func (s *site) addWebhook(v *visit) error {
	h, err := v.hooksOn()
	if err != nil {
		return err
	}
	wanted, err := v.wantedWebhook(nil)
	if err != nil {
		return err
	}
	w, secret, err := h.Add(v.r.Context(), v.who.Merchant, wanted, v.who.Name)
	if err != nil {
		return v.webhooksNow(pageStatus[recourse.KindOf(err)], err, v.webhookForm(wanted, "/webhooks"))
	}
	return v.webhookSecret(v.read.T("webhook_added"), &w, secret)
}

// webhookSecret shows a secret, once: it is in no address and in no cookie.
func (v *visit) webhookSecret(title string, w *hook.Webhook, secret string) error {
	v.atHome()
	p := v.page(title)
	p.Here, v.noStore = webhookPath(w.ID), true
	say := v.read.T("webhook_secret_say")
	if w.PublicKey != "" {
		say = v.read.T("webhook_public_say")
	}
	return v.show(http.StatusOK, view.WebhookSecretPage(p, view.WebhookSecret{Title: title, Say: say, Secret: secret, Back: webhookPath(w.ID)}))
}

func (s *site) webhook(v *visit) error { return v.webhookNow(http.StatusOK, nil, nil) }

// webhookNow shows a webhook as it is, or as a form had it that could not be taken in.
func (v *visit) webhookNow(status int, wrong error, form *view.WebhookForm) error {
	h, err := v.hooksOn()
	if err != nil {
		return err
	}
	v.atHome()
	w, err := h.Webhook(v.r.Context(), v.who.Merchant, v.webhookID())
	if err != nil {
		return err
	}
	m := v.webhookModel(&w)
	if form != nil {
		m.Form = *form
	}
	if err := v.listDeliveries(h, &w, &m); err != nil {
		return err
	}
	p := v.page(m.Name)
	if wrong != nil {
		p.Notice, m.Form.Wrong = v.notice(wrong), own(wrong).Field
	}
	if v.r.Method != http.MethodGet {
		p.Here = m.Here
	}
	return v.show(status, view.WebhookPage(p, m))
}

func (v *visit) webhookModel(w *hook.Webhook) view.WebhookPageModel {
	m := view.WebhookPageModel{WebhookRow: v.webhookRow(w), Here: webhookPath(w.ID), Paused: w.Status != store.WebhookActive, PublicKey: w.PublicKey,
		Form: v.webhookForm(hook.Wanted{URL: w.URL, Name: w.Name, Events: w.Events, Personal: w.Personal}, webhookPath(w.ID))}
	switch {
	case w.Status == store.WebhookDisabled:
		m.Banner, m.BannerSay = v.read.T("webhook_why_"+w.Reason), v.read.T("webhook_disabled_say")
	case w.Failures > 0:
		m.Banner, m.BannerSay = m.Failure, v.read.T("webhook_failing_say", "when", v.read.Moment(w.FailingAt), "n", v.read.Number(w.Failures))
	}
	if !w.OldUntil.IsZero() {
		m.OldUntil = v.read.Moment(w.OldUntil)
	}
	if w.OpenUntil.After(v.read.Now) {
		m.Left = v.read.Moment(w.OpenUntil)
	}
	m.Since = v.read.Local(v.read.Now.Add(-24 * time.Hour)).Format("2006-01-02T15:04")
	return m
}

// listDeliveries lists those of a status, the newest first.
func (v *visit) listDeliveries(h *hook.Service, w *hook.Webhook, m *view.WebhookPageModel) error {
	q := url.Values{}
	if v.r.Method == http.MethodGet {
		q = v.r.URL.Query()
	}
	status := store.DeliveryStatus(q.Get("status"))
	if !slices.Contains(store.DeliveryStatuses, status) {
		status = ""
	}
	after, err := store.ParseCursor(q.Get("after"))
	if err != nil {
		after = store.Cursor{}
	}
	all, next, err := h.Deliveries(v.r.Context(), v.who.Merchant, w.ID, status, after, webhookPage)
	if err != nil {
		return err
	}
	for i := range all {
		m.Deliveries = append(m.Deliveries, v.deliveryRow(&all[i]))
	}
	address := func(s store.DeliveryStatus, after string) string {
		q := url.Values{}
		if s != "" {
			q.Set("status", string(s))
		}
		if after != "" {
			q.Set("after", after)
		}
		if len(q) == 0 {
			return m.Here
		}
		return m.Here + "?" + q.Encode()
	}
	for _, s := range append([]store.DeliveryStatus{""}, store.DeliveryStatuses...) {
		m.Statuses = append(m.Statuses, view.WebhookFamily{Value: address(s, ""), Label: v.read.T("webhook_list_" + cmp.Or(string(s), "all")), On: s == status})
	}
	if next.ID != "" {
		m.Next = address(status, next.String())
	}
	return nil
}

// deliveryRow is a delivery in the list.
func (v *visit) deliveryRow(d *hook.Delivery) view.WebhookDelivery {
	classes := map[store.DeliveryStatus]string{store.DeliveryDone: "on", store.DeliveryWaiting: "new", store.DeliveryFailed: "off"}
	r := view.WebhookDelivery{Href: webhookPath(d.Webhook) + "/deliveries/" + url.PathEscape(d.ID), ID: d.ID, Type: string(d.Type), Order: d.Order, At: v.read.Past(d.At),
		State: v.read.T("webhook_is_" + string(d.Status)), Class: classes[d.Status], Back: webhookPath(d.Webhook)}
	if d.Order != "" {
		r.OrderHref = "/orders/" + url.PathEscape(d.Order)
	}
	if n := len(d.Attempts); n > 0 {
		r.Tries = v.read.T("webhook_tried", "n", v.read.Number(n), "what", v.attemptWords(&d.Attempts[n-1]))
	}
	if !d.NextAt.IsZero() {
		r.Next = v.read.T("webhook_next", "when", v.read.Moment(d.NextAt))
	}
	return r
}

func (v *visit) attemptWords(a *store.Try) string {
	if a.Code == "" {
		return v.read.T("webhook_arrived")
	}
	return v.webhookCode(a.Code)
}

func (s *site) webhookDelivery(v *visit) error {
	h, err := v.hooksOn()
	if err != nil {
		return err
	}
	v.atHome()
	d, err := h.Delivery(v.r.Context(), v.who.Merchant, v.webhookID(), v.r.PathValue("delivery"))
	if err != nil {
		return err
	}
	w, err := h.Webhook(v.r.Context(), v.who.Merchant, v.webhookID())
	if err != nil {
		return err
	}
	m := v.deliveryRow(&d)
	m.Webhook, m.Answer = v.webhookRow(&w).Name, d.Answer
	for i := range slices.Backward(d.Attempts) {
		a := &d.Attempts[i]
		t := view.WebhookAttempt{At: v.read.Past(a.At), Outcome: v.attemptWords(a), Took: v.read.T("webhook_took", "n", v.read.Number(int(a.Millis)))}
		if a.Status > 0 {
			t.Status = strconv.Itoa(a.Status)
		}
		m.Attempts = append(m.Attempts, t)
	}
	var pretty bytes.Buffer
	if len(d.Payload) > 0 && json.Indent(&pretty, d.Payload, "", "  ") == nil {
		m.Payload = pretty.String()
	}
	return v.show(http.StatusOK, view.WebhookDeliveryPage(v.page(m.Type), m))
}

func (s *site) changeWebhook(v *visit) error {
	h, err := v.hooksOn()
	if err != nil {
		return err
	}
	var wanted hook.Wanted
	before, err := h.Webhook(v.r.Context(), v.who.Merchant, v.webhookID())
	if err != nil {
		return err
	}
	if wanted, err = v.wantedWebhook(before.Events); err != nil {
		return err
	}
	_, err = h.Change(v.r.Context(), v.who.Merchant, before.ID, v.who.Name, func(w *hook.Wanted) {
		w.URL, w.Name, w.Events, w.Personal = wanted.URL, wanted.Name, wanted.Events, wanted.Personal
	})
	if err != nil {
		form := v.webhookForm(wanted, webhookPath(before.ID))
		return v.webhookNow(pageStatus[recourse.KindOf(err)], err, &form)
	}
	return v.goOn(webhookPath(before.ID), "told_saved")
}

// webhookDone goes back to the webhook's page, which says what was done.
func (v *visit) webhookDone(said string, do func(*hook.Service) error) error {
	h, err := v.hooksOn()
	if err == nil {
		err = do(h)
	}
	if err != nil {
		return err
	}
	return v.goOn(webhookPath(v.webhookID()), said)
}

func (s *site) pauseWebhook(v *visit) error {
	return v.webhookDone("told_webhook_paused", func(h *hook.Service) error { return h.Pause(v.r.Context(), v.who.Merchant, v.webhookID(), v.who.Name) })
}

func (s *site) resumeWebhook(v *visit) error {
	return v.webhookDone("told_webhook_resumed", func(h *hook.Service) error { return h.Resume(v.r.Context(), v.who.Merchant, v.webhookID(), v.who.Name) })
}

func (s *site) rotateWebhook(v *visit) error {
	h, err := v.hooksOn()
	if err != nil {
		return err
	}
	w, secret, err := h.Rotate(v.r.Context(), v.who.Merchant, v.webhookID(), v.who.Name)
	if err != nil {
		return err
	}
	return v.webhookSecret(v.read.T("webhook_rotated"), &w, secret)
}

func (s *site) removeWebhook(v *visit) error {
	h, err := v.hooksOn()
	if err == nil {
		err = h.Remove(v.r.Context(), v.who.Merchant, v.webhookID(), v.who.Name)
	}
	if err != nil {
		return err
	}
	return v.goOn("/webhooks", "told_webhook_removed")
}

func (s *site) testWebhook(v *visit) error {
	h, err := v.hooksOn()
	if err != nil {
		return err
	}
	d, err := h.Test(v.r.Context(), v.who.Merchant, v.webhookID())
	if err != nil {
		return err
	}
	said := "told_webhook_test"
	if d.Status != store.DeliveryDone {
		said = "told_webhook_test_failed"
	}
	return v.goOn(webhookPath(d.Webhook)+"/deliveries/"+url.PathEscape(d.ID), said)
}

func (s *site) replayWebhook(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	v.atHome()
	since, err := time.ParseInLocation("2006-01-02T15:04", v.r.PostForm.Get("since"), v.read.Local(v.read.Now).Location())
	if err != nil {
		return v.webhookNow(http.StatusUnprocessableEntity, &recourse.Error{Kind: recourse.Invalid, Code: "webhook_since", Field: "since", Message: "since is no instant", Err: err}, nil)
	}
	return v.webhookDone("told_webhook_replayed", func(h *hook.Service) error {
		_, err := h.ReplaySince(v.r.Context(), v.who.Merchant, v.webhookID(), since, v.who.Name)
		return err
	})
}

func (s *site) replayDelivery(v *visit) error {
	return v.webhookDone("told_webhook_replayed", func(h *hook.Service) error {
		return h.Replay(v.r.Context(), v.who.Merchant, v.webhookID(), v.r.PathValue("delivery"), v.who.Name)
	})
}
