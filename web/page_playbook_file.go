package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"recourse"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// maxPlaybook is the largest file of a playbook that is taken.
const maxPlaybook = 1 << 20

// fromOutside names a file that came by the page, in errors and findings.
const fromOutside = "playbook.yaml"

// hasWords says whether a message has words in a language.
func (v *visit) hasWords(lang, template string) bool {
	return text.Builtin().HasTemplate(lang, template)
}

// languagesOf are those that every message must be there in.
func languagesOf() []string {
	var out []string
	for _, l := range text.Builtin().Languages() {
		out = append(out, string(l))
	}
	return out
}

// playbookFile shows how the playbook goes and comes as a file.
func (s *site) playbookFile(v *visit) error {
	at, err := v.atWork(nil)
	if err != nil {
		return err
	}
	return v.filePage(http.StatusOK, at, view.PlaybookFile{Keep: true})
}

func (v *visit) filePage(status int, at *atWork, f view.PlaybookFile) error {
	f.Head, f.Base = v.playbookHead(at, "/playbook/file"), strconv.FormatInt(at.version.Number, 10)
	p := v.page(v.read.T("playbook_file"))
	p.Here = "/playbook/file"
	return v.show(status, view.PlaybookFilePage(p, f))
}

// playbookYAML sends the playbook as a file: that which it was loaded from, where it is at hand.
func (s *site) playbookYAML(v *visit) error {
	var source []byte
	name := ""
	_, err := v.atWork(func(tx *store.Tx, at *atWork) (err error) {
		version := at.version
		if n, err := strconv.ParseInt(v.r.URL.Query().Get("version"), 10, 64); err == nil {
			if version, err = tx.Version(v.who.Merchant, n); err != nil {
				return err
			}
		}
		policy, err := v.desk.Policy(tx, v.who.Merchant, version.Hash)
		if err != nil {
			return err
		}
		name = policy.Name
		source, err = sourceOf(tx, v.who.Merchant, policy.Playbook)
		return err
	})
	if err != nil {
		return err
	}
	return v.download(downloadName(name)+".yaml", "application/yaml", source)
}

// sourceOf is the file of a playbook: as it was loaded, else as the built-in one of its name has it, else made anew.
func sourceOf(tx *store.Tx, merchant string, p *playbook.Playbook) ([]byte, error) {
	source, err := tx.PlaybookSource(merchant, p.Hash)
	if err != nil && recourse.CodeOf(err) != "playbook_unknown" || len(source) > 0 {
		return source, err
	}
	if built, err := playbook.Builtin(p.Name); err == nil && built.Hash == p.Hash {
		return built.Source(), nil
	}
	return p.YAML(), nil
}

// settingsJSON sends the settings that differ from the playbook's defaults.
func (s *site) settingsJSON(v *visit) error {
	at, err := v.atWork(nil)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(at.policy.Settings(), "", "  ")
	if err != nil { // unreachable: texts can always be written
		return err
	}
	return v.download(downloadName(at.policy.Name)+"-settings.json", "application/json", append(body, '\n'))
}

// downloadName is a name as far as it can name a file anywhere.
func downloadName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	if s = strings.Trim(s[:min(len(s), 60)], "-"); s == "" {
		return "playbook"
	}
	return s
}

// download sends a file to be kept: no browser shows it as a page of the desk.
func (v *visit) download(name, kind string, body []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind+"; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "private, no-store")
	v.w.Write(body) // who asked may have left
	return nil
}

// takeFile takes a playbook, or settings: it is read, checked, compared and tried, and saved from the page that says what
// was found.
func (s *site) takeFile(v *visit) error {
	at, err := v.proposalForm()
	if err != nil {
		return err
	}
	source, err := v.sent()
	keep := v.r.PostForm.Get("keep") != ""
	page := view.PlaybookFile{Text: string(source), Sent: true, Keep: keep}
	if err != nil {
		page.Faults = view.NewFileErrors(v.read, []error{err}, nil, fromOutside)
		return v.filePage(pageStatus[recourse.KindOf(err)], at, page)
	}
	if v.r.PostForm.Get("step") == "edit" {
		page.Sent = false
		return v.filePage(http.StatusOK, at, page)
	}
	p := &proposal{at: at, title: v.read.T("change_file"), action: "/playbook/file", back: "/playbook/file", edit: true}
	p.hide("text", string(source))
	if keep {
		p.hide("keep", "yes")
	}
	if err := v.understand(p, source, keep); err != nil {
		page.Faults = view.NewFileErrors(v.read, unjoined(err), source, fromOutside)
		return v.filePage(pageStatus[recourse.KindOf(err)], at, page)
	}
	return v.propose(p)
}

// sent is the file that was sent, or else the text.
func (v *visit) sent() ([]byte, error) {
	source := []byte(v.r.PostForm.Get("text"))
	if f, head, err := v.r.FormFile("file"); err == nil {
		defer f.Close()
		if head.Size > 0 {
			if source, err = io.ReadAll(io.LimitReader(f, maxPlaybook+1)); err != nil {
				return nil, &recourse.Error{Kind: recourse.Invalid, Code: "file_broken", Message: "the file came in part", Err: err}
			}
		}
	}
	source = bytes.TrimPrefix(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n")), []byte("\ufeff"))
	switch {
	case len(source) > maxPlaybook:
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "file_too_large", Message: "the file is larger than one megabyte", Hint: "no playbook that people can follow is"}
	case !utf8.Valid(source) || bytes.IndexByte(source, 0) >= 0:
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "file_no_text", Message: "the file is not a text in UTF-8", Hint: "a playbook is a text file, as the export gives it"}
	case len(bytes.TrimSpace(source)) == 0:
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "file_empty", Message: "there is nothing in it", Hint: "choose a file, or paste its text"}
	}
	return source, nil
}

// understand makes a policy of what was sent: settings for the playbook at work, or a playbook, with the settings at work
// as far as it has them.
func (v *visit) understand(p *proposal, source []byte, keep bool) (err error) {
	if trimmed := bytes.TrimSpace(source); trimmed[0] == '{' && json.Valid(trimmed) {
		var settings map[string]string
		if err := json.Unmarshal(trimmed, &settings); err != nil {
			return &recourse.Error{Kind: recourse.Invalid, Code: "settings_malformed", Message: "settings are names with texts", Hint: `as in {"late_shipment.urge_after": "3 days"}`}
		}
		p.policy, err = p.at.policy.Playbook.With(settings)
		return err
	}
	book, err := playbook.Load(fromOutside, source)
	if err != nil {
		return err
	}
	settings := map[string]string{}
	if keep {
		settings, p.dropped = carried(p.at.policy, book)
	}
	if p.policy, err = book.With(settings); err != nil {
		return err
	}
	if built, err := playbook.Builtin(book.Name); err != nil || built.Hash != book.Hash {
		p.findings = view.NewFindings(v.read, v.checked(book), source, fromOutside)
	}
	return nil
}

// carried are the settings of a policy that another playbook takes, and the names of those that it does not.
func carried(from *playbook.Policy, to *playbook.Playbook) (settings map[string]string, dropped []string) {
	settings = map[string]string{}
	own := from.Settings()
	for _, s := range from.Playbook.Settings {
		value, set := own[s.Name]
		if !set {
			continue
		}
		there := to.Setting(s.Name)
		if there == nil {
			dropped = append(dropped, s.Name+" = "+value)
			continue
		}
		if _, err := there.Parse(value); err != nil {
			dropped = append(dropped, s.Name+" = "+value)
			continue
		}
		settings[s.Name] = value
	}
	return settings, dropped
}

// unjoined are the errors of one that holds several.
func unjoined(err error) []error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		return many.Unwrap()
	}
	return []error{err}
}
