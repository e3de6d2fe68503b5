package web

import (
	"recourse"
	"recourse/account"
	"recourse/store"
)

// route is one operation of the API. From the table of them come the handlers, the doors, what queries are let in, and
// the document: what is not said here is not there.
type route struct {
	method, path string
	name         string // in the document: operationId
	sum          string // in one line
	about        string
	needs        account.Permission
	query        []param
	headers      []param
	body         any    // a value of the type that is sent; nil: none
	answer       any    // a value of the type that is answered
	media        string // of the answer, where it is not JSON
	tag          bool   // the answer has an ETag
	problems     []int  // beside those that every route has
	serve        func(*call) error
}

// param is a parameter of the query, or a header.
type param struct {
	name, about string
	of          []string // one of these; none: any text
	format      string   // date-time, integer
}

func (t *route) pattern() string { return t.method + " " + t.path }

func (t *route) parameters() []string {
	names := make([]string, len(t.query))
	for i, p := range t.query {
		names[i] = p.name
	}
	return names
}

// Parameters that several routes have.
var (
	pLanguage = param{name: "language", about: "Of the words in the answer: en, fr, zh, or what the merchant added. Default: the header Accept-Language, else English."}
	pPreview  = param{name: "preview", about: "true: answer what would follow, and save nothing.", of: []string{"true", "false"}}
	pCursor   = param{name: "cursor", about: "The next of the page before."}
	pLimit    = param{name: "limit", about: "How many at most, up to 200. Default 50.", format: "integer"}
	hKey      = param{name: "Idempotency-Key", about: "Makes it safe to send again: a repeat changes nothing and gets the first answer, with the header Idempotency-Replayed: true. Quoted or bare, 255 letters at most. It never expires. The same key with something else: 422."}
	hMatch    = param{name: "If-Match", about: "The ETag of the order, as it was read. If the order has moved on since: 412."}
)

// api adds the routes of the API to the server's.
func (s *Server) api() {
	for _, t := range allRoutes() {
		s.routes[t.pattern()] = t
		s.access[t.pattern()] = access{api, t.needs}
		s.mux.HandleFunc(t.pattern(), s.handle(t))
	}
}

// allRoutes are the operations of all parts of the API.
func allRoutes() (all []*route) {
	for _, part := range [][]route{routes, connectionAPI, sourcingAPI, linesAPI, claimAPI, booksAPI, choreAPI} {
		for i := range part {
			all = append(all, &part[i])
		}
	}
	return all
}

// say is the handler that says something of an act.
func say(verb string) func(*call) error { return func(c *call) error { return c.sayOfEffect(verb) } }

// sayRoute is the route that says something of an act.
func sayRoute(verb, sum, about string, needs account.Permission) route {
	return route{method: "POST", path: "/api/v1/effects/{effect}/" + verb, name: verb + "Effect", sum: sum, about: about, needs: needs, query: []param{pPreview, pLanguage}, headers: []param{hKey, hMatch},
		body: Reason{}, answer: Acted{}, tag: true, problems: []int{404, 409, 412, 422}, serve: say(verb)}
}

var routes = append([]route{
	{method: "POST", path: "/api/v1/events", name: "tellEvents", sum: "Tell events", needs: account.Work,
		about: "CloudEvents 1.0: one as application/cloudevents+json, up to 1,000 as application/cloudevents-batch+json, or one with its attributes in ce- headers. application/json is taken for either of the first two. " +
			"The answer comes when what was decided is durable. An event whose source and id were there before changes nothing (duplicate). A single event that is refused is answered with its problem; " +
			"of a batch each event has its own result, in the order sent, and one that is refused stops none of the others. Approvals sent as events take the permission to approve.",
		query: []param{pPreview}, headers: []param{hMatch}, answer: Told{}, problems: []int{404, 408, 409, 412, 413, 415}, serve: (*call).events},

	{method: "GET", path: "/api/v1/orders/{order}", name: "getOrder", sum: "Read an order", about: "With its purchases, parcels, cases and ledger.", needs: account.Read,
		query: []param{pLanguage}, answer: OrderAnswer{}, tag: true, problems: []int{404}, serve: (*call).order},
	{method: "GET", path: "/api/v1/orders/{order}/history", name: "getHistory", sum: "Read an order's history", about: "The oldest first: what came, what was decided, and why.", needs: account.Read,
		query: []param{{name: "from", about: "The number of the entry to begin with. Default 1.", format: "integer"}, pLimit, pLanguage}, answer: HistoryAnswer{}, tag: true, problems: []int{404}, serve: (*call).history},

	{method: "GET", path: "/api/v1/cases", name: "listCases", sum: "List cases", about: "By what is due first, by what was opened last, or by the highest amount.", needs: account.Read,
		query: []param{
			{name: "situation", about: "Such as out_of_stock."}, {name: "status", of: []string{"open", "closed"}, about: "Default: both."},
			{name: "due_before", format: "date-time", about: "Due before that instant."}, {name: "due_after", format: "date-time", about: "Due at that instant or after."},
			{name: "supplier", about: "Of the purchase that it is about."}, {name: "country", about: "Where the order goes: ISO 3166-1 alpha-2."}, {name: "channel", about: "The shop."}, {name: "order", about: "The cases of one order."},
			{name: "outcome", of: texts(recourse.Outcomes), about: "How it ended."}, {name: "waits", of: []string{"buyer", "merchant"}, about: "Who was asked something."},
			{name: "amount", about: "The least that the buyer paid for its pieces, in that currency: 29.90 EUR."}, {name: "sort", of: texts(store.Sorts), about: "Default: due."}, pCursor, pLimit, pLanguage,
		}, answer: Cases{}, serve: (*call).cases},
	{method: "GET", path: "/api/v1/cases/{case}", name: "getCase", sum: "Read a case", needs: account.Read,
		about: "What happened and why, what comes next and when, what was decided and what became of it, the money on both sides, and what the case can be told now.",
		query: []param{pLanguage}, answer: CaseAnswer{}, tag: true, problems: []int{404}, serve: (*call).showCase},
	{method: "POST", path: "/api/v1/cases/{case}/actions", name: "actOnCase", sum: "Act on a case", needs: account.Work,
		about: "Tells the case one of its actions: the body of the action, with what it requires added. Anything else is refused with 409 and what is possible. A confirmation (confirmed: true) takes the permission to approve.",
		query: []param{pPreview, pLanguage}, headers: []param{hKey, hMatch}, body: actionBody{}, answer: Acted{}, tag: true, problems: []int{404, 409, 412, 422}, serve: (*call).actOnCase},

	{method: "GET", path: "/api/v1/effects", name: "listEffects", sum: "List acts", about: "The oldest first. What waits for an approval: ?status=pending&approval=needed.", needs: account.Read,
		query: []param{{name: "status", of: texts(store.EffectStatuses), about: "Default: pending."}, {name: "approval", of: []string{"needed", "given", "rejected"}, about: "How its approval stands."},
			{name: "kind", about: "Such as refund."}, pCursor, pLimit, pLanguage}, answer: Effects{}, serve: (*call).effects},
	sayRoute("approve", "Approve an act", "It may be carried out. Once: of two who approve at the same time, one gets 409. Money takes the permission to approve, or a limit that is not below the amount. Of a message, text says what is sent instead of its own words: the subject, an empty line, the body.", account.Work),
	sayRoute("reject", "Reject an act", "It is not to be carried out. What follows is the playbook's to say. It takes what approving takes.", account.Work),
	sayRoute("recall", "Take an approval back", "It waits for approval again, as long as nobody has begun it. A message that a person wrote is not sent.", account.Work),
	sayRoute("start", "Begin an act", "Whoever carries it out has begun, and has an hour to say how it ended. It can no longer be taken back.", account.Work),
	sayRoute("done", "Say that an act is done", "It happened.", account.Work),
	sayRoute("fail", "Say that an act failed", "It did not happen, and left nothing behind.", account.Work),

	{method: "GET", path: "/api/v1/playbooks", name: "listPlaybooks", sum: "List playbooks", about: "Every playbook with its settings that decisions were made by.", needs: account.Read, answer: Policies{}, serve: (*call).playbooks},
	{method: "GET", path: "/api/v1/playbooks/{hash}", name: "getPlaybook", sum: "Read a playbook", about: "Its text, and every setting.", needs: account.Read, answer: PolicyAnswer{}, problems: []int{404}, serve: (*call).showPlaybook},
	{method: "GET", path: "/api/v1/playbooks/{hash}/picture", name: "drawPlaybook", sum: "Draw a playbook", about: "The same as picture.svg.", needs: account.Read,
		query: []param{{name: "path", about: "Only this path."}}, media: "image/svg+xml", problems: []int{404}, serve: (*call).picture},
	{method: "GET", path: "/api/v1/playbooks/{hash}/picture.svg", name: "drawPlaybookSVG", sum: "Draw a playbook", about: "As SVG.", needs: account.Read,
		query: []param{{name: "path", about: "Only this path."}}, media: "image/svg+xml", problems: []int{404}, serve: (*call).picture},
	{method: "GET", path: "/api/v1/merchant", name: "getMerchant", sum: "Read the merchant", about: "Whose token it is, and what it may.", needs: account.Read, answer: Merchant{}, serve: (*call).merchant},
	insightRoute,
}, webhookRoutes...)

// doors adds the routes that nobody has to show anything for.
func (s *Server) doors() {
	s.mux.HandleFunc("GET /openapi.json", s.openapi)
	s.mux.HandleFunc("GET /docs", s.showDocs)
	s.mux.HandleFunc("GET /docs.css", docsStyle)
	s.mux.HandleFunc("GET /healthz", s.health)
	s.mux.HandleFunc("GET /readyz", s.ready)
}

// actionBody stands in the document for what a case is told: the type of an event, and the fields of its data.
type actionBody struct {
	Event recourse.EventType `json:"event,omitempty" doc:"Of an action. May be left out where remedy is there: remedy.chosen."`
	recourse.Data
}
