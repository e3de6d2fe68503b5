package web

import (
	"reflect"
	"slices"
	"time"

	"recourse"
	"recourse/account"
	"recourse/effect/hook"
	"recourse/store"
)

// Webhooks by the API: who is told what happens, what was told, and telling it again.

// Webhooks are a merchant's webhooks.
type Webhooks struct {
	Webhooks []hook.Webhook `json:"webhooks"`
}

// WebhookSecret is a webhook with its secret, which is shown this once.
type WebhookSecret struct {
	hook.Webhook
	Secret string `json:"secret" doc:"whsec_… of v1, to verify signatures with; of v1a the public key. It is shown this once."`
}

// WebhookChange is what is to be changed of a webhook; what is left out stays as it is.
type WebhookChange struct {
	Name     *string              `json:"name,omitempty"`
	URL      *string              `json:"url,omitempty"`
	Events   *[]string            `json:"events,omitempty" doc:"Types, or families such as case.*; none: all."`
	Personal *bool                `json:"personal,omitempty" doc:"Tell it who the buyer is."`
	Status   *store.WebhookStatus `json:"status,omitempty" doc:"paused: what happens meanwhile waits. active: it goes on, also where it was disabled."`
}

// WebhookRemoved says which was removed.
type WebhookRemoved struct {
	Webhook string `json:"webhook"`
}

// WebhookDeliveries is a page of deliveries.
type WebhookDeliveries struct {
	Deliveries []hook.Delivery `json:"deliveries"`
	Next       string          `json:"next,omitempty" doc:"The cursor of the next page; none: this is the last."`
}

// WebhookSince says from when on it is told again.
type WebhookSince struct {
	Since string `json:"since" doc:"An instant, such as 2026-03-02T10:00:00Z."`
}

var webhookRoutes = []route{
	{method: "GET", path: "/api/v1/webhooks", name: "listWebhooks", sum: "List webhooks", about: "Who is told what happens, and how that goes.", needs: account.Manage, answer: Webhooks{}, serve: (*call).webhooks},
	{method: "POST", path: "/api/v1/webhooks", name: "addWebhook", sum: "Add a webhook", needs: account.Manage, body: hook.Wanted{}, answer: WebhookSecret{}, problems: []int{409, 422},
		about: "What happens is sent to it from now on, signed by the Standard Webhooks specification. The secret is in this answer and nowhere else.", serve: (*call).addWebhook},
	{method: "GET", path: "/api/v1/webhooks/{webhook}", name: "getWebhook", sum: "Read a webhook", needs: account.Manage, answer: hook.Webhook{}, problems: []int{404}, serve: (*call).webhook},
	{method: "PATCH", path: "/api/v1/webhooks/{webhook}", name: "changeWebhook", sum: "Change a webhook", about: "Its address, its events, or whether it is paused. What is left out stays.", needs: account.Manage, body: WebhookChange{}, answer: hook.Webhook{}, problems: []int{404, 409, 422}, serve: (*call).changeWebhook},
	{method: "DELETE", path: "/api/v1/webhooks/{webhook}", name: "removeWebhook", sum: "Remove a webhook", about: "With all its deliveries.", needs: account.Manage, answer: WebhookRemoved{}, problems: []int{404, 409}, serve: (*call).removeWebhook},
	{method: "POST", path: "/api/v1/webhooks/{webhook}/rotate", name: "rotateWebhook", sum: "Rotate a webhook's secret", about: "For a day what is sent is signed with both secrets.", needs: account.Manage, answer: WebhookSecret{}, problems: []int{404, 409}, serve: (*call).rotateWebhook},
	{method: "POST", path: "/api/v1/webhooks/{webhook}/test", name: "testWebhook", sum: "Test a webhook", about: "Sends webhook.test at once and once, also where it is paused, and answers with what came of it.", needs: account.Manage, answer: hook.Delivery{}, problems: []int{404, 409}, serve: (*call).testWebhook},
	{method: "GET", path: "/api/v1/webhooks/{webhook}/deliveries", name: "listDeliveries", sum: "List deliveries", about: "The newest first, with each attempt.", needs: account.Manage,
		query: []param{{name: "status", of: texts(store.DeliveryStatuses), about: "Default: all."}, pCursor, pLimit}, answer: WebhookDeliveries{}, problems: []int{404}, serve: (*call).webhookDeliveries},
	{method: "GET", path: "/api/v1/webhooks/{webhook}/deliveries/{delivery}", name: "getDelivery", sum: "Read a delivery", about: "With what is sent.", needs: account.Manage, answer: hook.Delivery{}, problems: []int{404}, serve: (*call).webhookDelivery},
	{method: "POST", path: "/api/v1/webhooks/{webhook}/deliveries/{delivery}/replay", name: "replayDelivery", sum: "Replay a delivery", about: "It is tried from the beginning, with the same id, whatever became of it.", needs: account.Manage, answer: hook.Delivery{}, problems: []int{404, 409}, serve: (*call).replayDelivery},
	{method: "POST", path: "/api/v1/webhooks/{webhook}/replay", name: "replayDeliveries", sum: "Replay all that failed", about: "All that failed since an instant is tried from the beginning, and what the webhook was not told of since then is told. Notices are kept for thirty days.", needs: account.Manage, body: WebhookSince{}, answer: hook.Replayed{}, problems: []int{404, 409}, serve: (*call).replayDeliveries},
}

// hooks is the service; webhooks_off, of kind [recourse.Unavailable], where this server has none.
func (c *call) hooks() (*hook.Service, error) {
	if c.Hooks == nil {
		return nil, errHooksOff
	}
	return c.Hooks, nil
}

var errHooksOff = &recourse.Error{Kind: recourse.Unavailable, Code: "webhooks_off", Message: "nothing is told to webhooks here"}

func (c *call) webhooks() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	all, err := h.Webhooks(c.r.Context(), c.who.Merchant)
	if err != nil {
		return err
	}
	return c.send(Webhooks{all})
}

func (c *call) addWebhook() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	var wanted hook.Wanted
	if err := c.decode(c.w, c.r, &wanted); err != nil {
		return err
	}
	w, secret, err := h.Add(c.r.Context(), c.who.Merchant, wanted, c.who.Name)
	if err != nil {
		return inBody("", err)
	}
	return c.sendSecret(WebhookSecret{w, secret})
}

// sendSecret answers with a secret, which nobody on the way is to keep.
func (c *call) sendSecret(w WebhookSecret) error {
	c.w.Header().Set("Cache-Control", "no-store")
	return c.send(w)
}

// named is the webhook that the address names.
func (c *call) named() string { return c.r.PathValue("webhook") }

// ofWebhook puts an error to the parameter that it is about.
func ofWebhook(err error) error {
	if recourse.CodeOf(err) == "webhook_delivery_unknown" {
		return inParameter("delivery", err)
	}
	if recourse.CodeOf(err) == "webhook_unknown" {
		return inParameter("webhook", err)
	}
	return err
}

func (c *call) webhook() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	w, err := h.Webhook(c.r.Context(), c.who.Merchant, c.named())
	if err != nil {
		return ofWebhook(err)
	}
	return c.send(w)
}

func (c *call) changeWebhook() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	var to WebhookChange
	if err := c.decode(c.w, c.r, &to); err != nil {
		return err
	}
	ctx, m, id, by := c.r.Context(), c.who.Merchant, c.named(), c.who.Name
	if to.Status != nil && !slices.Contains([]store.WebhookStatus{store.WebhookActive, store.WebhookPaused}, *to.Status) {
		return inBody("", &recourse.Error{Kind: recourse.Invalid, Code: "webhook_status", Field: "status", Message: "a webhook can be made active or paused"})
	}
	if to.Name != nil || to.URL != nil || to.Events != nil || to.Personal != nil {
		if _, err = h.Change(ctx, m, id, by, to.apply); err != nil {
			return changeError(err)
		}
	}
	switch {
	case to.Status == nil:
	case *to.Status == store.WebhookPaused:
		err = h.Pause(ctx, m, id, by)
	default:
		err = h.Resume(ctx, m, id, by)
	}
	if err != nil {
		return ofWebhook(err)
	}
	return c.webhook()
}

func changeError(err error) error {
	if recourse.KindOf(err) == recourse.Invalid || recourse.CodeOf(err) == "address_private" {
		return inBody("", err)
	}
	return ofWebhook(err)
}

// apply changes what is wanted.
func (to *WebhookChange) apply(w *hook.Wanted) {
	if to.Name != nil {
		w.Name = *to.Name
	}
	if to.URL != nil {
		w.URL = *to.URL
	}
	if to.Events != nil {
		w.Events = *to.Events
	}
	if to.Personal != nil {
		w.Personal = *to.Personal
	}
}

func (c *call) removeWebhook() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	if err := h.Remove(c.r.Context(), c.who.Merchant, c.named(), c.who.Name); err != nil {
		return ofWebhook(err)
	}
	return c.send(WebhookRemoved{c.named()})
}

func (c *call) rotateWebhook() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	w, secret, err := h.Rotate(c.r.Context(), c.who.Merchant, c.named(), c.who.Name)
	if err != nil {
		return ofWebhook(err)
	}
	return c.sendSecret(WebhookSecret{w, secret})
}

func (c *call) testWebhook() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	d, err := h.Test(c.r.Context(), c.who.Merchant, c.named())
	if err != nil {
		return ofWebhook(err)
	}
	return c.send(d)
}

func (c *call) webhookDeliveries() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	status, err := c.word("status", texts(store.DeliveryStatuses)...)
	if err != nil {
		return err
	}
	after, err := c.cursor()
	if err != nil {
		return err
	}
	limit, err := c.limit(standardPage, mostOnPage)
	if err != nil {
		return err
	}
	all, next, err := h.Deliveries(c.r.Context(), c.who.Merchant, c.named(), store.DeliveryStatus(status), after, limit)
	if err != nil {
		return ofWebhook(err)
	}
	return c.send(WebhookDeliveries{all, next.String()})
}

func (c *call) webhookDelivery() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	d, err := h.Delivery(c.r.Context(), c.who.Merchant, c.named(), c.r.PathValue("delivery"))
	if err != nil {
		return ofWebhook(err)
	}
	return c.send(d)
}

func (c *call) replayDelivery() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	if err := h.Replay(c.r.Context(), c.who.Merchant, c.named(), c.r.PathValue("delivery"), c.who.Name); err != nil {
		return ofWebhook(err)
	}
	return c.webhookDelivery()
}

func (c *call) replayDeliveries() error {
	h, err := c.hooks()
	if err != nil {
		return err
	}
	var from WebhookSince
	if err := c.decode(c.w, c.r, &from); err != nil {
		return err
	}
	since, err := sinceOf(from.Since)
	if err != nil {
		return inBody("", err)
	}
	n, err := h.ReplaySince(c.r.Context(), c.who.Merchant, c.named(), since, c.who.Name)
	if err != nil {
		return ofWebhook(err)
	}
	return c.send(n)
}

// webhookDocs are the section of the document that says what is sent to webhooks: one operation for each kind of notice.
func (s *schemas) webhookDocs() schema {
	s.of(typeOfNoticeData)
	out := schema{}
	for _, t := range recourse.NoticeTypes {
		out[string(t)] = schema{"post": schema{
			"operationId": "on." + string(t), "summary": string(t), "description": hook.About(t), "tags": []string{"webhooks"}, "security": []any{},
			"parameters": webhookHeaders,
			"requestBody": schema{"required": true, "content": schema{"application/json": schema{
				"schema": schema{"type": "object", "required": []string{"type", "timestamp", "data"}, "properties": schema{
					"type": schema{"const": string(t)}, "timestamp": schema{"type": "string", "format": "date-time", "description": "The instant that it holds for."}, "data": schema{"$ref": "#/components/schemas/NoticeData"},
				}},
				"example": hook.Example(t),
			}}},
			"responses": schema{
				"2XX": schema{"description": "It was heard. Answer quickly, and work on it afterwards."},
				"410": schema{"description": "Nothing more is to be sent: the webhook is disabled."},
				"4XX": schema{"description": "It is tried again by the schedule; 429 also leaves the webhook alone, until Retry-After."},
				"5XX": schema{"description": "It is tried again by the schedule; 502 and 504 also leave the webhook alone for a while."},
			},
		}}
	}
	return out
}

var webhookHeaders = []any{
	schema{"name": "webhook-id", "in": "header", "required": true, "description": "Of the notice: the same at every try and every replay. What has come already needs no second look.", "schema": schema{"type": "string"}},
	schema{"name": "webhook-timestamp", "in": "header", "required": true, "description": "When it was sent, in seconds since 1970. Refuse what is more than five minutes away.", "schema": schema{"type": "string"}},
	schema{"name": "webhook-signature", "in": "header", "required": true, "description": "Signatures parted by spaces, of {webhook-id}.{webhook-timestamp}.{body}: v1 and HMAC-SHA256, or v1a and ed25519, in base64. While a secret is rotated there are two: one that verifies is enough.", "schema": schema{"type": "string"}},
}

var typeOfNoticeData = reflect.TypeFor[recourse.NoticeData]()

// sinceOf reads an instant that somebody wrote.
func sinceOf(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1900 || at.Year() > 2999 {
		return time.Time{}, &recourse.Error{Kind: recourse.Invalid, Code: "webhook_since", Field: "since", Message: "since is no instant", Hint: "write an instant such as 2026-03-02T10:00:00Z"}
	}
	return at, nil
}
