package web

import (
	"strings"

	"recourse/account"
	"recourse/web/view"
)

// part is a page of the header, with the permission that it takes.
type part struct {
	name, href string
	needs      account.Permission
	below      []string // pages elsewhere that belong to it
}

// parts are the desk's parts, in the order in which the day goes. Each is named in the first row of the header and leads to
// the first of its pages that the visitor may see; where it has several, they stand in the second row.
var parts = []struct {
	name  string
	pages []part
}{
	{"queue", []part{{"queue", "/", account.Read, []string{"/cases/", "/orders/"}}}},
	{"suppliers", []part{{"suppliers", "/suppliers", account.Read, nil}, {"offers", "/offers", account.Read, nil}, {"lines", "/lines", account.Read, nil}}},
	{"money", []part{{"money", "/money", account.Read, nil}, {"recoveries", "/recoveries", account.Read, nil}, {"claims", "/claims", account.Read, nil}, {"rates", "/rates", account.Read, nil}}},
	{"insights", []part{{"insights", "/insights", account.Read, nil}}},
	{"playbook", []part{{"playbook", "/playbook", account.Read, nil}, {"messages", "/messages", account.Read, nil}}},
	{"settings", []part{{"connections", "/connections", account.Manage, nil}, {"webhooks", "/webhooks", account.Manage, nil}, {"import", "/import", account.Work, nil}, {"people", "/people", account.Manage, nil}}},
	{"tour", []part{{"tour", "/tour", account.Read, nil}}},
}

// nav are the parts that the visitor may see and that there are, and the pages of the one that is open.
func (v *visit) nav() (all, pages []view.Link) {
	for _, p := range parts {
		var links []view.Link
		open := false
		for _, page := range p.pages {
			if v.mayOpen(&page) {
				on := page.holds(v.r.URL.Path)
				links = append(links, view.Link{Label: v.read.T("nav_" + page.name), Href: page.href, On: on})
				open = open || on
			}
		}
		if len(links) == 0 {
			continue
		}
		link := view.Link{Label: v.read.T("nav_" + p.name), Href: links[0].Href, On: open}
		if len(links) == 1 {
			link.Label = links[0].Label
		} else if open {
			pages = links
		}
		all = append(all, link)
	}
	return all, pages
}

// mayOpen says whether there is such a page, for this visitor.
func (v *visit) mayOpen(p *part) bool {
	switch {
	case !v.who.Role.May(p.needs):
		return false
	case p.name == "connections":
		return v.hub != nil
	case p.name == "tour":
		return v.tour
	}
	return p.href == "/" || v.pages["GET "+p.href]
}

// holds says whether a path is the page or one below it.
func (p *part) holds(path string) bool {
	for _, start := range p.below {
		if strings.HasPrefix(path, start) {
			return true
		}
	}
	return path == p.href || p.href != "/" && strings.HasPrefix(path, p.href+"/")
}
