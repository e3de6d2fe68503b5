package web

import (
	"net/http"
	"strconv"

	"recourse"
	"recourse/playbook"
	"recourse/store"
	"recourse/web/view"
)

// versionRows is how many versions a page has.
const versionRows = 20

// playbookVersions lists what was put to work, the newest first.
func (s *site) playbookVersions(v *visit) error {
	before, _ := strconv.ParseInt(v.r.URL.Query().Get("before"), 10, 64)
	var all []store.Version
	var counts map[string]int
	policies := map[string]*playbook.Policy{}
	at, err := v.atWork(func(tx *store.Tx, _ *atWork) (err error) {
		if all, err = tx.Versions(v.who.Merchant, before, versionRows+1); err != nil {
			return err
		}
		for _, one := range all {
			if policies[one.Hash], err = v.desk.Policy(tx, v.who.Merchant, one.Hash); err != nil {
				return err
			}
		}
		counts, err = tx.CountPolicies(v.who.Merchant, view.CountLimit+1)
		return err
	})
	if err != nil {
		return err
	}
	list := view.NewPlaybookVersions(v.read, v.playbookHead(at, "/playbook/versions"), all, len(all) > versionRows, policies, counts, view.CountLimit)
	return v.show(http.StatusOK, view.PlaybookVersionsPage(v.page(v.read.T("playbook_versions")), list))
}

// compared is a version with another that it is compared with, and both files.
type compared struct {
	version, against store.Version // against has no number where there is none
	is, was          *playbook.Policy
	isText, wasText  string
	open             int
}

// compare reads the version of the address, and the one before it; with ?against=now, the one at work.
func (v *visit) compare() (*atWork, *compared, error) {
	c := &compared{}
	number, err := strconv.ParseInt(v.r.PathValue("version"), 10, 64)
	if err != nil || number < 1 {
		return nil, nil, &recourse.Error{Kind: recourse.NotFound, Code: "version_unknown", Message: "there is no such version"}
	}
	at, err := v.atWork(func(tx *store.Tx, at *atWork) (err error) {
		if c.version, err = tx.Version(v.who.Merchant, number); err != nil {
			return err
		}
		if c.is, err = v.desk.Policy(tx, v.who.Merchant, c.version.Hash); err != nil {
			return err
		}
		if c.open, err = tx.CountPolicy(v.who.Merchant, c.version.Hash, view.CountLimit+1); err != nil {
			return err
		}
		before, err := tx.Versions(v.who.Merchant, number, 1)
		switch {
		case err != nil:
			return err
		case v.r.URL.Query().Get("against") == "now" && number != at.version.Number || len(before) == 0 && number != at.version.Number:
			c.against = at.version
		case len(before) == 1:
			c.against = before[0]
		default:
			return nil
		}
		if c.was, err = v.desk.Policy(tx, v.who.Merchant, c.against.Hash); err != nil {
			return err
		}
		return v.comparedTexts(tx, c)
	})
	return at, c, err
}

func (v *visit) comparedTexts(tx *store.Tx, c *compared) error {
	is, err := sourceOf(tx, v.who.Merchant, c.is.Playbook)
	if err != nil {
		return err
	}
	was, err := sourceOf(tx, v.who.Merchant, c.was.Playbook)
	c.isText, c.wasText = string(is), string(was)
	return err
}

// playbookVersion shows a version beside another.
func (s *site) playbookVersion(v *visit) error {
	at, c, err := v.compare()
	if err != nil {
		return err
	}
	var against *store.Version
	if c.against.Number > 0 {
		against = &c.against
	}
	page := view.NewPlaybookVersion(v.read, v.playbookHead(at, "/playbook/versions"), c.version, c.is, against, c.was, c.wasText, c.isText, c.open, view.CountLimit)
	return v.show(http.StatusOK, view.PlaybookVersionPage(v.page(page.Row.Name), page))
}

// backToVersion proposes an earlier version anew.
func (s *site) backToVersion(v *visit) error {
	now, err := v.proposalForm()
	if err != nil {
		return err
	}
	_, c, err := v.compare()
	if err != nil {
		return err
	}
	number := strconv.FormatInt(c.version.Number, 10)
	p := &proposal{at: now, policy: c.is, title: v.read.T("change_back", "n", number), action: view.VersionPath(c.version.Number), back: "/playbook/versions", note: v.read.T("change_back", "n", number)}
	return v.propose(p)
}
