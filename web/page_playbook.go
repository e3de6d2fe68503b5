package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/playbook"
	"recourse/store"
	"recourse/web/view"
)

// playbookRoutes are the pages of the playbook.
var playbookRoutes = []pageRoute{
	{pattern: "GET /playbook", access: access{page, account.Read}, serve: (*site).playbookPicture},
	{pattern: "GET /playbook/states/{state}", access: access{page, account.Read}, serve: (*site).playbookState},
	{pattern: "GET /playbook/settings", access: access{page, account.Read}, serve: (*site).playbookSettings},
	{pattern: "POST /playbook/settings", access: access{page, account.Manage}, serve: (*site).changeSettings},
	{pattern: "GET /playbook/versions", access: access{page, account.Read}, serve: (*site).playbookVersions},
	{pattern: "GET /playbook/versions/{version}", access: access{page, account.Read}, serve: (*site).playbookVersion},
	{pattern: "POST /playbook/versions/{version}", access: access{page, account.Manage}, serve: (*site).backToVersion},
	{pattern: "GET /playbook/file", access: access{page, account.Read}, serve: (*site).playbookFile},
	{pattern: "GET /playbook/file/playbook.yaml", access: access{page, account.Read}, serve: (*site).playbookYAML},
	{pattern: "GET /playbook/file/settings.json", access: access{page, account.Read}, serve: (*site).settingsJSON},
	{pattern: "POST /playbook/file", access: access{page, account.Manage}, serve: (*site).takeFile},
}

// atWork is the policy that takes new cases, with what was read beside it.
type atWork struct {
	policy    *playbook.Policy
	version   store.Version
	countries []string // that there are calendars of
}

// atWork reads the policy that takes new cases, and whatever else a page needs of the same moment.
func (v *visit) atWork(more func(tx *store.Tx, at *atWork) error) (*atWork, error) {
	at := &atWork{}
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		v.decider(d)
		at.policy, at.countries = d.Policy, d.Calendars.Codes()
		newest, err := tx.Versions(v.who.Merchant, 0, 1)
		if err != nil {
			return err
		}
		if len(newest) > 0 {
			at.version = newest[0]
		}
		if more == nil {
			return nil
		}
		return more(tx, at)
	})
	return at, err
}

func (v *visit) playbookHead(at *atWork, here string) view.PlaybookHead {
	return view.NewPlaybookHead(v.read, at.policy, at.version, here, v.who.Role.May(account.Manage))
}

// playbookPicture shows a path, with what is open in each of its states.
func (s *site) playbookPicture(v *visit) error {
	var counts map[string]int
	at, err := v.atWork(func(tx *store.Tx, _ *atWork) (err error) {
		counts, err = tx.CountStates(v.who.Merchant, view.CountLimit+1)
		return err
	})
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	path := at.policy.Path(q.Get("path"))
	if path == nil {
		path = busiest(at.policy, counts)
	}
	head := v.playbookHead(at, "/playbook")
	return v.show(http.StatusOK, view.PlaybookPicturePage(v.page(v.read.T("nav_playbook")), view.NewPlaybookPicture(v.read, head, at.policy, path, counts, view.CountLimit, q.Get("size") == "full")))
}

// busiest is the path with the most open cases: what a look at the picture is most likely for.
func busiest(p *playbook.Policy, counts map[string]int) *playbook.Path {
	most, best := -1, p.Paths[0]
	for _, path := range p.Paths {
		n := 0
		for _, s := range path.States {
			n += counts[s.Full]
		}
		if n > most && !path.Track {
			most, best = n, path
		}
	}
	return best
}

// playbookState shows a state and the open cases in it.
func (s *site) playbookState(v *visit) error {
	full := v.r.PathValue("state")
	after, err := store.ParseCursor(v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	var cases []store.Case
	var next store.Cursor
	count := 0
	at, err := v.atWork(func(tx *store.Tx, _ *atWork) (err error) {
		if count, err = tx.CountState(v.who.Merchant, full, view.CountLimit+1); err != nil {
			return err
		}
		cases, next, err = tx.CasesIn(v.who.Merchant, full, after, pageRows)
		return err
	})
	if err != nil {
		return err
	}
	if at.policy.State(full) == nil && count == 0 {
		return errNoRoute
	}
	c := view.NewStateCases(v.read, v.playbookHead(at, ""), at.policy, full, count, view.CountLimit, cases, next)
	return v.show(http.StatusOK, view.StateCasesPage(v.page(c.State.Name), c))
}

// playbookSettings shows the settings as a form.
func (s *site) playbookSettings(v *visit) error {
	at, err := v.atWork(nil)
	if err != nil {
		return err
	}
	return v.settingsForm(http.StatusOK, at, at.policy, nil, nil, nil)
}

// settingsForm shows the form of a policy; filled and wrong are what was filled in and what was wrong with it.
func (v *visit) settingsForm(status int, at *atWork, p *playbook.Policy, filled func(string) (string, bool), wrong map[string]string, say *view.Notice) error {
	f := view.NewPlaybookSettings(v.read, v.playbookHead(at, "/playbook/settings"), p, at.countries, at.version.Number, filled, wrong)
	p2 := v.page(v.read.T("playbook_settings"))
	if say != nil {
		p2.Notice = say
	}
	p2.Here = "/playbook/settings"
	return v.show(status, view.PlaybookSettingsPage(p2, f))
}

// changeSettings takes the form: it is tried first, and saved from the page that says what was found.
func (s *site) changeSettings(v *visit) error {
	at, err := v.proposalForm()
	if err != nil {
		return err
	}
	var policy *playbook.Policy
	if kept := v.r.PostForm.Get("settings"); kept != "" {
		if policy, err = withSettings(at.policy, kept); err != nil {
			return err
		}
	} else {
		f := settingsForm{values: v.r.PostForm}
		values, wrong := f.read(at.policy)
		if len(wrong) > 0 {
			return v.settingsForm(http.StatusUnprocessableEntity, at, at.policy, f.filled, wrong, nil)
		}
		if policy, err = at.policy.Playbook.With(values); err != nil {
			return v.settingsForm(http.StatusUnprocessableEntity, at, at.policy, f.filled, map[string]string{fieldOf(err): err.Error()}, nil)
		}
	}
	settings, err := json.Marshal(policy.Settings())
	if err != nil { // unreachable: texts can always be written
		return err
	}
	p := &proposal{at: at, policy: policy, title: v.read.T("change_settings"), action: "/playbook/settings", back: "/playbook/settings", edit: true}
	p.hide("settings", string(settings))
	if v.r.PostForm.Get("step") == "edit" {
		return v.settingsForm(http.StatusOK, at, policy, nil, nil, nil)
	}
	return v.propose(p)
}

// withSettings is the policy at work with other settings, which a page kept.
func withSettings(p *playbook.Policy, kept string) (*playbook.Policy, error) {
	var settings map[string]string
	if err := json.Unmarshal([]byte(kept), &settings); err != nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "settings_malformed", Field: "settings", Message: "the settings cannot be read", Err: err}
	}
	return p.Playbook.With(settings)
}

func fieldOf(err error) string {
	if e, ok := err.(*recourse.Error); ok {
		return e.Field
	}
	return ""
}

// proposal is a policy that somebody wants to put to work.
type proposal struct {
	at           *atWork
	policy       *playbook.Policy
	title        string
	action, back string
	hidden       []view.Field // what makes the same proposal again
	edit         bool         // it can be changed again
	dropped      []string     // settings that could not be taken over
	findings     []view.FindingWords
	note         string // where none was written
}

func (p *proposal) hide(name, value string) {
	p.hidden = append(p.hidden, view.Field{Name: name, Kind: view.FieldHidden, Value: value})
}

// maxProposal bounds what such a form may hold: a playbook, and a little more.
const maxProposal = 2 << 20

// proposalForm reads the form, and the policy at work.
func (v *visit) proposalForm() (*atWork, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxProposal)
	err := v.r.ParseMultipartForm(maxProposal)
	if err == http.ErrNotMultipart {
		err = v.r.ParseForm()
	}
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "file_too_large", Message: "the file is too large, or came in part", Hint: "a playbook has one megabyte at most", Err: err}
	}
	return v.atWork(nil)
}

// The bounds of a trial that somebody waits for.
const (
	trialWait     = 4 * time.Second
	trialWaitMore = 20 * time.Second
)

// propose tries a proposal and shows what was found, or saves it.
func (v *visit) propose(p *proposal) error {
	if v.r.PostForm.Get("step") == "save" {
		return v.adopt(p)
	}
	t := view.PlaybookTrial{Head: v.playbookHead(p.at, ""), Title: p.title, Dropped: p.dropped, Findings: p.findings, Action: p.action, Hidden: p.hidden, Edit: p.edit, Back: p.back, Unsure: len(p.findings) > 0}
	base := strconv.FormatInt(p.at.version.Number, 10)
	if was := v.r.PostForm.Get("base"); was != "" {
		base = was // what the form was made from: another's change meanwhile is to be told, not to be covered up
	}
	t.Hidden = append(t.Hidden, view.Field{Name: "base", Kind: view.FieldHidden, Value: base})
	t.NewChanges(v.read, p.at.policy, p.policy)
	if !t.Same {
		options := desk.TrialOptions{Time: trialWait}
		if n, err := strconv.Atoi(v.r.PostForm.Get("orders")); err == nil && n > 0 {
			options.Orders, options.Time = min(n, view.MoreOrders), trialWaitMore
		}
		trial, err := v.desk.Try(v.r.Context(), v.who.Merchant, p.policy, options)
		if err != nil {
			return err
		}
		t.Trial = view.NewTrialWords(v.read, trial)
		t.More = trial.Tried < trial.Placed && options.Orders == 0
		if t.Running, err = v.running(); err != nil {
			return err
		}
	}
	page := v.page(p.title)
	page.Here = p.back
	return v.show(http.StatusOK, view.PlaybookTrialPage(page, t))
}

// running is how many cases are open, in words.
func (v *visit) running() (string, error) {
	n := 0
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		n, err = tx.CountCases(v.who.Merchant, store.CaseFilter{Status: recourse.Open}, view.CountLimit+1)
		return err
	})
	return v.read.Capped(n, view.CountLimit), err
}

// adopt puts a proposal to work. Where somebody else was faster, what is at work now is shown beside it: it is tried
// against that, and can then be saved.
func (v *visit) adopt(p *proposal) error {
	if len(p.findings) > 0 && v.r.PostForm.Get("unchecked") == "" {
		v.r.PostForm.Set("step", "try")
		return v.propose(p)
	}
	base, err := strconv.ParseInt(v.r.PostForm.Get("base"), 10, 64)
	if err != nil || base < 1 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "version_base", Field: "base", Message: "it is not told which version this was made from"}
	}
	note := strings.TrimSpace(v.r.PostForm.Get("note"))
	if note == "" {
		note = p.note
	}
	_, err = v.desk.Adopt(v.r.Context(), v.who.Merchant, desk.Adoption{Policy: p.policy, Base: base, By: v.who.Name, Note: note})
	if recourse.CodeOf(err) == "policy_changed" {
		return v.overtaken(p, err)
	}
	if err != nil {
		return err
	}
	return v.goOn("/playbook/versions", "told_playbook_saved")
}

// overtaken shows a proposal against what somebody else put to work meanwhile.
func (v *visit) overtaken(p *proposal, err error) error {
	v.r.PostForm.Set("step", "try")
	v.r.PostForm.Del("base")
	at, again := v.atWork(nil)
	if again != nil {
		return again
	}
	p.at = at
	t := view.PlaybookTrial{Head: v.playbookHead(p.at, ""), Title: p.title, Action: p.action, Hidden: p.hidden, Edit: p.edit, Back: p.back, Dropped: p.dropped, Findings: p.findings, Unsure: len(p.findings) > 0}
	t.Hidden = append(t.Hidden, view.Field{Name: "base", Kind: view.FieldHidden, Value: strconv.FormatInt(at.version.Number, 10)})
	t.NewChanges(v.read, at.policy, p.policy)
	if t.Running, again = v.running(); again != nil {
		return again
	}
	page := v.page(p.title)
	page.Notice, page.Here = v.notice(err), p.back
	return v.show(http.StatusConflict, view.PlaybookTrialPage(page, t))
}

// checkTime is how long a playbook from outside is explored.
const checkTime = 3 * time.Second

// checked explores a playbook for as long as there is time.
func (v *visit) checked(p *playbook.Playbook) []playbook.Finding {
	ctx, cancel := context.WithTimeout(v.r.Context(), checkTime)
	defer cancel()
	return p.CheckWithin(ctx, v.hasWords, languagesOf())
}
