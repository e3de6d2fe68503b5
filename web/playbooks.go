package web

import (
	"encoding/json"
	"time"

	"recourse"
	"recourse/account"
	"recourse/playbook"
	"recourse/store"
)

// Policy is a playbook with settings, as it is kept.
type Policy struct {
	Hash      string            `json:"hash" doc:"Of the playbook and the settings: what a case is pinned to."`
	Playbook  string            `json:"playbook" doc:"Hash of the playbook alone."`
	Name      string            `json:"name"`
	Settings  map[string]string `json:"settings" doc:"Those that differ from the playbook's defaults."`
	Current   bool              `json:"current" doc:"It takes new cases."`
	CreatedAt time.Time         `json:"created_at"`
	CreatedBy string            `json:"created_by"`
	Href      string            `json:"href"`
	Picture   string            `json:"picture"`
}

// Policies are all that a merchant ever had, the oldest first.
type Policies struct {
	Playbooks []Policy `json:"playbooks"`
}

// PolicyAnswer is a policy with all that it says.
type PolicyAnswer struct {
	Policy
	Paths  []string        `json:"paths" doc:"What ?path= of the picture takes."`
	Values []SettingValue  `json:"values" doc:"Every setting."`
	Shown  string          `json:"shown" doc:"The playbook as a text for people."`
	Text   json.RawMessage `json:"text" doc:"All that the playbook says, what it extends merged in."`
}

// SettingValue is a setting as it is.
type SettingValue struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
}

// Merchant is who the token belongs to.
type Merchant struct {
	Merchant  string    `json:"merchant"`
	Name      string    `json:"name"`
	Policy    string    `json:"policy" doc:"Hash of the policy that takes new cases."`
	Calendars string    `json:"calendars" doc:"Hash of the calendars."`
	CreatedAt time.Time `json:"created_at"`
	You       You       `json:"you"`
}

// You are whose token it is.
type You struct {
	Name        string               `json:"name"`
	Role        account.Role         `json:"role"`
	Permissions []account.Permission `json:"permissions"`
}

func (c *call) merchant() error {
	var m store.Merchant
	err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		m, err = tx.Merchant(c.who.Merchant)
		return err
	})
	if err != nil {
		return err
	}
	return c.send(Merchant{m.ID, m.Name, m.Policy, m.Calendars, m.CreatedAt, You{c.who.Name, c.who.Role, c.who.Role.Permissions()}})
}

func (c *call) playbooks() error {
	out := Policies{Playbooks: []Policy{}}
	err := c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) error {
		m, err := tx.Merchant(c.who.Merchant)
		if err != nil {
			return err
		}
		kept, err := tx.Policies(c.who.Merchant)
		for _, k := range kept {
			out.Playbooks = append(out.Playbooks, policyOf(&k, m.Policy))
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.send(out)
}

func policyOf(k *store.Policy, current string) Policy {
	settings := k.Settings
	if settings == nil {
		settings = map[string]string{}
	}
	return Policy{k.Hash, k.Playbook, k.Name, settings, k.Hash == current, k.CreatedAt, k.CreatedBy, href("playbooks", k.Hash), href("playbooks", k.Hash, "picture.svg")}
}

// policy reads the policy that the address names, compiled.
func (c *call) policy() (kept Policy, p *playbook.Policy, err error) {
	hash := c.r.PathValue("hash")
	err = c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) error {
		m, err := tx.Merchant(c.who.Merchant)
		if err != nil {
			return err
		}
		all, err := tx.Policies(c.who.Merchant)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].Hash == hash {
				kept = policyOf(&all[i], m.Policy)
				p, err = compiled(c, tx, &all[i])
				return err
			}
		}
		return inParameter("hash", &recourse.Error{Kind: recourse.NotFound, Code: "playbook_unknown", Message: "no playbook is kept under this hash", Hint: "GET /api/v1/playbooks lists them"})
	})
	return kept, p, err
}

// compiled takes the policy that the desk decides by, where it has it.
func compiled(c *call, tx *store.Tx, k *store.Policy) (*playbook.Policy, error) {
	if d, err := c.Desk.Decider(tx, c.who.Merchant, &recourse.OrderFile{}); err == nil && d.Pinned[k.Hash] != nil {
		return d.Pinned[k.Hash], nil
	}
	text, err := tx.PlaybookText(c.who.Merchant, k.Playbook)
	if err != nil {
		return nil, err
	}
	book, err := playbook.Restore(text)
	if err != nil {
		return nil, err
	}
	return book.Restore(k.Settings)
}

func (c *call) showPlaybook() error {
	kept, p, err := c.policy()
	if err != nil {
		return err
	}
	out := PolicyAnswer{Policy: kept, Paths: []string{}, Values: []SettingValue{}, Shown: p.Show(), Text: p.Playbook.Text()}
	for _, path := range p.Paths {
		out.Paths = append(out.Paths, path.Name)
	}
	for i, s := range p.Playbook.Settings {
		out.Values = append(out.Values, SettingValue{s.Name, s.Format(p.Values[i]), s.Format(s.Default)})
	}
	return c.send(out)
}

// picturePolicy lets a picture have the styles that stand in it, and nothing else: no script, no other file.
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

// picture draws a playbook. A hash always has the same picture, as long as the program draws it the same.
func (c *call) picture() error {
	_, p, err := c.policy()
	if err != nil {
		return err
	}
	svg := p.Draw(playbook.DrawOptions{Policy: p})
	if path := c.query.Get("path"); path != "" {
		if svg = p.DrawPath(path, playbook.DrawOptions{Policy: p}); svg == nil {
			var names []string
			for _, one := range p.Paths {
				names = append(names, one.Name)
			}
			return inParameter("path", oneOf("path", path, names))
		}
	}
	h := c.w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", picturePolicy)
	h.Set("Cache-Control", "private, max-age=3600")
	_, err = c.w.Write(svg)
	if err != nil {
		return nil // who asked has left
	}
	return nil
}
