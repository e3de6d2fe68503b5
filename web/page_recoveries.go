package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/web/view"
)

// The page of recoveries is where money is chased that suppliers and the marketplace owe. What is done there is told to the case,
// like everything else.

// awaitedFrom are the recoveries that are awaited, of one supplier where it is named.
func (v *visit) awaitedFrom(supplier string, most int) ([]desk.Awaited, error) {
	all, err := v.desk.Recoveries(v.r.Context(), v.who.Merchant, most)
	if supplier != "" {
		all = slices.DeleteFunc(all, func(a desk.Awaited) bool { return a.Supplier != supplier })
	}
	return all, err
}

func (s *site) recoveries(v *visit) error { return v.recoveriesNow(http.StatusOK, nil) }

func (v *visit) recoveriesNow(status int, wrong error) error {
	v.atHome()
	supplier := v.r.FormValue("supplier")
	all, err := v.awaitedFrom(supplier, mostAwaited+1)
	if err != nil {
		return err
	}
	m := view.NewRecoveries(v.read, all[:min(len(all), mostAwaited)], supplier, v.who.Role.May(account.Work), once())
	m.More = len(all) > mostAwaited
	p := v.page(v.read.T("rc_title"))
	if wrong != nil {
		p.Notice, p.Here = v.notice(wrong), view.RecoveriesPath("", supplier)
	}
	return v.show(status, view.RecoveriesPage(p, m))
}

func (s *site) recoveriesFile(v *visit) error {
	name, kind, _ := strings.Cut(v.r.PathValue("file"), ".")
	if name != "recoveries" || kind != "csv" && kind != "xlsx" {
		return errNoRoute
	}
	v.atHome()
	t, err := v.recoveryTable(v.r.URL.Query().Get("supplier"))
	if err != nil {
		return err
	}
	return v.sendTable(t, "recoveries-"+v.read.Local(v.read.Now).Format(time.DateOnly), kind)
}

func (v *visit) recoveryTable(supplier string) (*view.Table, error) {
	all, err := v.awaitedFrom(supplier, view.MostCases)
	t := view.RecoveryTable(v.read, all)
	return &t, err
}

// recoveryEvents are the facts by what is done on the page, with the sentence that says it was.
var recoveryEvents = map[string]struct {
	kind recourse.EventType
	said string
}{
	"chase": {recourse.MessageWritten, "told_chased"}, "received": {recourse.RecoveryReceivedNow, "told_received"},
	"denied": {recourse.RecoveryDeniedNow, "told_denied"}, "write_off": {recourse.RecoveryWrittenOffNow, "told_written_off"},
}

// actOnRecovery takes what somebody told of a recovery.
func (s *site) actOnRecovery(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	v.atHome()
	do := recoveryEvents[v.r.PostForm.Get("do")]
	fact, err := v.recoveryFact(do.kind)
	if err == nil {
		err = permit(v.r.Context(), v.desk, v.who, &fact.Event)
	}
	var r desk.Result
	if err == nil {
		r, err = v.desk.Tell(v.r.Context(), v.who.Merchant, fact)
	}
	if err != nil {
		return v.recoveriesNow(pageStatus[recourse.KindOf(err)], err)
	}
	if r.Status == desk.Duplicate {
		do.said = "told_twice"
	}
	return v.goOn(view.RecoveriesPath("", v.r.PostForm.Get("supplier")), do.said)
}

// recoveryFact is what a form tells of a recovery that is awaited.
func (v *visit) recoveryFact(kind recourse.EventType) (fact desk.Fact, err error) {
	form := v.r.PostForm
	if kind == "" {
		return fact, &recourse.Error{Kind: recourse.Invalid, Code: "event_type", Field: "do", Message: "this cannot be said of a recovery"}
	}
	a, err := v.desk.Recovery(v.r.Context(), v.who.Merchant, form.Get("recovery"))
	if err != nil {
		return fact, err
	}
	fact.By = v.who.Name
	fact.Version, _ = strconv.ParseInt(form.Get("version"), 10, 64)
	fact.Event = recourse.Event{Source: deskSource, ID: form.Get("once"), Type: kind, Data: recourse.Data{Order: a.Order, Case: a.Case, Purchase: a.Purchase}}
	ev := &fact.Event
	switch kind {
	case recourse.MessageWritten:
		agent, err := v.agentLanguage()
		if err != nil {
			return fact, err
		}
		chase, err := ChaseEvent(v.read, a, agent)
		fact.Version, ev.Data = 0, chase.Data // a reminder is one, however the order stands
		return fact, err
	case recourse.RecoveryReceivedNow:
		ev.Effect = a.Ref
		ev.Amount, err = amountOf(form.Get("amount"), a.Asked.Currency)
		return fact, err
	default:
		if ev.Effect, ev.Reason = a.Ref, strings.TrimSpace(form.Get("reason")); kind == recourse.RecoveryWrittenOffNow {
			return fact, writeOff(a, ev.Reason)
		}
	}
	return fact, nil
}

func recoveryRefused(what string) error {
	return &recourse.Error{Kind: recourse.Conflict, Code: "not_offered", Field: "do", Message: "the playbook does not offer this for the recovery: " + what}
}

// writeOff says whether a recovery may be written off, and that it is said why.
func writeOff(a *desk.Awaited, reason string) error {
	switch {
	case !a.CanDrop:
		return recoveryRefused("write_off")
	case reason == "":
		return &recourse.Error{Kind: recourse.Invalid, Code: "reason_missing", Field: "reason", Message: "money is written off with a reason", Hint: "say why it will not come"}
	}
	return nil
}

// amountOf reads an amount that came: more than nothing, in the currency that was asked for unless another is written.
func amountOf(text string, asked recourse.Currency) (m recourse.Money, err error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, " ") || asked == "" {
		m, err = recourse.ParseMoney(text)
	} else {
		m, err = recourse.ParseAmount(strings.Replace(text, ",", ".", 1), asked)
	}
	if err == nil && m.Minor <= 0 {
		err = &recourse.Error{Kind: recourse.Invalid, Code: "money_malformed", Message: "what came is more than nothing"}
	}
	if err != nil {
		return m, beside("amount", err)
	}
	return m, nil
}
