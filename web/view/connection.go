package view

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/connect"
	"recourse/store"
)

// Connections is the page of all connections, and of what could be connected.
type Connections struct {
	Rows   []ConnectionRow
	Groups []KindGroup
}

// KindGroup are kinds of system that do the same for a merchant.
type KindGroup struct {
	Label string
	Kinds []KindCard
}

// KindCard is a kind of system, with what it is good for.
type KindCard struct {
	Label, Href, Hint string
}

// ConnectionRow is a connection in the list.
type ConnectionRow struct {
	Href, Name, Kind string
	State, Class     string
	Heard, Said      Instant
	Trouble          string // what is wrong, in a sentence; "": nothing
	Warning          string // what may be wrong
}

// ConnectionField is something that a connection wants to be told.
type ConnectionField struct {
	Name, Label, Hint string
	Value, Standard   string
	Secret, Required  bool
	Optional          bool // it is said that it may be left empty
	Long              bool // several lines
	Set               bool // a secret that is there, and that nobody can read
	Wrong             bool
	Choices           []FieldOption
}

// Dots stand in a field whose secret is there; "": it is not.
func (x ConnectionField) Dots() string {
	if x.Set {
		return "••••••••"
	}
	return ""
}

// ConnectionForm is what is to be filled in of a connection.
type ConnectionForm struct {
	Action string
	Kind   string // its name, for programs
	Title  string // and for people
	Hint   string
	New    bool
	Name   string
	ID     string
	Steps  []string // what is done at the other side before
	Wrong  string   // the field that is at fault
	Fields []ConnectionField
	Rare   []ConnectionField // those that most leave as they are
	Open   bool              // they are shown: one of them is filled in, or at fault
}

// ReceiptRow is a delivery in the list.
type ReceiptRow struct {
	Href, ID, Topic string
	At              Instant
	State, Class    string
	Events          string
	Order           string // "": not known
	Note, Detail    string
	Kept            bool
	Export          string // where what a buyer asked for is downloaded; "": nothing was asked for
}

// AttemptRow is one of our calls at the other side.
type AttemptRow struct {
	Effect, Href string
	At           Instant
	State, Class string
	Note, Detail string
}

// ConnectionModel is the page of one connection.
type ConnectionModel struct {
	ConnectionRow
	Here     string
	Form     ConnectionForm
	Address  string   // where the other side delivers; "": it delivers nothing
	There    []string // what to do with it at the other side, step by step
	Paused   bool
	Gone     bool
	Tests    bool // it can be asked whether it works
	Register bool // the other side can be made to tell
	Facts    [][2]string
	Waiting  int
	Failed   int
	Filters  []Link
	Receipts []ReceiptRow
	Next     string
	Attempts []AttemptRow
}

// ReceiptModel is the page of one delivery.
type ReceiptModel struct {
	ReceiptRow
	Here, Back, Connection string
	Header                 [][2]string
	Body                   string // "": it is not kept any more
	Text                   bool   // the body is text
	Settle                 bool   // a person may say that they saw to it
}

// Connected is a connection in the list.
func (r Reader) Connected(c *recourse.Connection) ConnectionRow {
	row := ConnectionRow{Href: ConnectionPath(c.ID), Name: c.Name, Kind: r.ConnectWord(c.Kind), State: r.T("conn_is_" + string(c.Status)), Class: connectionClass[c.Status], Heard: r.Past(c.HeardAt), Said: r.Past(c.SaidAt)}
	row.Trouble = r.Trouble(c)
	if c.RefusedAt.After(c.HeardAt) && c.Status == recourse.ConnectionActive {
		row.Warning = r.T("conn_refused_say", "n", r.Number(c.Refused), "when", r.Past(c.RefusedAt).Text)
	}
	if row.Trouble != "" && c.Status == recourse.ConnectionActive {
		row.State, row.Class = r.T("conn_failing"), "bad"
	}
	return row
}

var connectionClass = map[recourse.ConnectionStatus]string{recourse.ConnectionActive: "on", recourse.ConnectionPaused: "off", recourse.ConnectionGone: "bad"}

// Trouble says what is wrong with a connection, in a sentence; "": nothing that a person has to know.
func (r Reader) Trouble(c *recourse.Connection) string {
	said := r.Past(c.SaidAt).Text
	switch {
	case c.Status == recourse.ConnectionGone:
		return r.T("conn_gone_say", "name", c.Name)
	case c.Status == recourse.ConnectionPaused:
		return ""
	case c.OpenUntil.After(r.Now):
		return r.T("conn_open_say", "name", c.Name, "n", r.Number(c.Failures), "until", r.Clock(c.OpenUntil), "why", r.FailureWord(c.Failure))
	case c.Failures >= troubleAfter && said != "":
		return r.T("conn_failing_since", "name", c.Name, "said", said, "why", r.FailureWord(c.Failure))
	case c.Failures >= troubleAfter:
		return r.T("conn_failing_say", "name", c.Name, "why", r.FailureWord(c.Failure))
	}
	return ""
}

// troubleAfter is how often a connection fails in a row before people are told.
const troubleAfter = 2

// FailureWord is why something failed, by its code: in the reader's words where there are any, else the code itself.
func (r Reader) FailureWord(code string) string {
	if code == "" {
		return ""
	}
	if say, _, ok := r.Error(&recourse.Error{Kind: recourse.Invalid, Code: code, Message: code}); ok && say != "" {
		return say
	}
	return code
}

// NoteWord is what a receipt notes, in the reader's words where there are any.
func (r Reader) NoteWord(code string) string {
	if code == "" {
		return ""
	}
	if w := r.Language.Connect("note." + code); w != "" {
		return w
	}
	return r.FailureWord(code)
}

// ConnectWord is a word about connections: of a kind, of a field of a kind, or a choice of one; the end of the key where
// there is none.
func (r Reader) ConnectWord(key string) string { return cmp.Or(r.Connect(key), key) }

// ConnectionPath is the page of a connection.
func ConnectionPath(id string) string { return "/connections/" + id }

// KindGroups are all kinds of system, by what they do.
func (r Reader) KindGroups(kinds []*connect.Kind) (all []KindGroup) {
	for _, k := range kinds {
		label := r.T("conn_group_" + k.Group)
		i := slices.IndexFunc(all, func(g KindGroup) bool { return g.Label == label })
		if i < 0 {
			i, all = len(all), append(all, KindGroup{Label: label})
		}
		all[i].Kinds = append(all[i].Kinds, KindCard{Label: r.ConnectWord(k.Name), Href: "/connections/new/" + k.Name, Hint: r.Connect(k.Name + ".hint")})
	}
	return all
}

// ConnectionForm is what a kind wants to be told, as a connection has it filled in. Of a secret it is only said whether it
// is there. Payers are the connections that can pay a shop's refunds.
func (r Reader) ConnectionForm(k *connect.Kind, settings map[string]string, secrets []string, payers []FieldOption, wrong string) ConnectionForm {
	f := ConnectionForm{Kind: k.Name, Title: r.ConnectWord(k.Name), Hint: r.Connect(k.Name + ".hint"), Steps: r.ConnectSteps(k.Name + ".before"), Wrong: wrong}
	for i := range k.Fields {
		x := r.connectionField(k, &k.Fields[i], settings, secrets, payers)
		x.Wrong = x.Name == wrong
		if !k.Fields[i].Rare {
			f.Fields = append(f.Fields, x)
			continue
		}
		f.Rare = append(f.Rare, x)
		f.Open = f.Open || x.Wrong || x.Set || x.Value != "" && x.Value != x.Standard
	}
	return f
}

func (r Reader) connectionField(k *connect.Kind, f *connect.Field, settings map[string]string, secrets []string, payers []FieldOption) ConnectionField {
	key := k.Name + "." + f.Name
	out := ConnectionField{Name: f.Name, Label: r.fieldWord(key, f.Name), Hint: r.Connect(key + ".hint"), Standard: f.Standard, Secret: f.Secret, Required: f.Required, Optional: !f.Required && f.Or == "" && f.Standard == "", Long: f.Long}
	if f.Secret {
		out.Set = slices.Contains(secrets, f.Name)
	} else {
		out.Value = settings[f.Name]
	}
	for _, c := range f.Choices {
		out.Choices = append(out.Choices, FieldOption{c, cmp.Or(r.Connect(key+"."+c), c)})
	}
	if f.Payer {
		out.Choices = append([]FieldOption{{"shop", r.Connect("payer.shop")}, {"hand", r.Connect("payer.hand")}}, payers...)
		if out.Value != "" && !slices.ContainsFunc(out.Choices, func(o FieldOption) bool { return o.Value == out.Value }) {
			out.Choices = append(out.Choices, FieldOption{out.Value, r.T("conn_payer_gone", "id", out.Value)})
		}
	}
	return out
}

// ConnectSteps are what is done at the other side, one after the other: the words KEY.1, KEY.2 and so on.
func (r Reader) ConnectSteps(key string) (all []string) {
	for {
		s := r.Connect(key + "." + strconv.Itoa(len(all)+1))
		if s == "" {
			return all
		}
		all = append(all, s)
	}
}

func (r Reader) fieldWord(key, name string) string {
	return cmp.Or(r.Connect(key), r.Connect("field."+name), name)
}

// Receipt is a delivery in the list.
func (r Reader) Receipt(c *store.Receipt) ReceiptRow {
	row := ReceiptRow{Href: ReceiptPath(c.Connection, c.ID), ID: c.ID, Topic: c.Topic, At: r.Past(c.At), State: r.T("receipt_is_" + string(c.Status)), Class: receiptClass[c.Status], Order: c.Order, Note: r.NoteWord(c.Note), Detail: c.Detail, Kept: c.Kept}
	if c.Events > 0 {
		row.Events = r.T("receipt_events", "n", r.Number(c.Events))
	}
	if c.Status == store.ReceiptWaiting && c.NextAt.IsZero() {
		row.Note = r.T("receipt_held")
	}
	if row.Note == row.Detail {
		row.Detail = ""
	}
	return row
}

var receiptClass = map[store.ReceiptStatus]string{store.ReceiptWaiting: "new", store.ReceiptDone: "on", store.ReceiptUnknown: "off", store.ReceiptFailed: "bad"}

// Attempt is one of our calls in the list.
func (r Reader) Attempt(a *store.Attempt) AttemptRow {
	result := cmp.Or(a.Result, "unknown")
	row := AttemptRow{Effect: a.Effect, At: r.Past(a.AskedAt), State: r.T("attempt_" + result), Class: attemptClass[result], Note: r.FailureWord(a.Code), Detail: a.Detail}
	if i := lastSlash(a.Effect); i > 0 {
		row.Href = "/cases/" + a.Effect[:i]
	}
	return row
}

func lastSlash(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' {
			return i
		}
	}
	return -1
}

var attemptClass = map[string]string{"done": "on", "taken": "on", "refused": "bad", "later": "new", "unknown": "new"}

// ConnectionFacts are the health of a connection at a glance.
func (r Reader) ConnectionFacts(c *recourse.Connection) (all [][2]string) {
	add := func(label string, at time.Time, more string) {
		if !at.IsZero() {
			all = append(all, [2]string{label, r.Past(at).Text + more})
		}
	}
	add(r.T("conn_heard"), c.HeardAt, "")
	add(r.T("conn_said"), c.SaidAt, "")
	if c.Failures > 0 {
		add(r.T("conn_failed"), c.FailedAt, " · "+r.FailureWord(c.Failure)+" · "+r.T("conn_in_a_row", "n", r.Number(c.Failures)))
	}
	if c.OpenUntil.After(r.Now) {
		all = append(all, [2]string{r.T("conn_open"), r.Clock(c.OpenUntil)})
	}
	if c.Refused > 0 {
		add(r.T("conn_refused"), c.RefusedAt, " · "+r.T("conn_refused_n", "n", r.Number(c.Refused)))
	}
	return all
}

// ReceiptPath is the page of a delivery.
func ReceiptPath(connection, id string) string {
	return ConnectionPath(connection) + "/receipts/" + url.PathEscape(id)
}
