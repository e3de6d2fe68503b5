package web

import (
	"strings"

	"recourse/account"
	"recourse/web/view"
)

// parts are the desk's parts, in the order in which the day goes, with the permission that each takes.
var parts = []struct {
	name, href string
	needs      account.Permission
}{
	{"queue", "/", account.Read}, {"suppliers", "/suppliers", account.Read}, {"money", "/money", account.Read}, {"insights", "/insights", account.Read}, {"messages", "/messages", account.Read}, {"playbook", "/playbook", account.Read},
	{"connections", "/connections", account.Manage}, {"import", "/import", account.Work}, {"people", "/people", account.Manage},
}

// nav are the parts that the visitor may see and that there are.
func (v *visit) nav() (all []view.Link) {
	here := v.r.URL.Path
	for _, p := range parts {
		if !v.who.Role.May(p.needs) || p.href != "/" && !v.pages["GET "+p.href] || p.name == "connections" && v.hub == nil {
			continue
		}
		on := strings.HasPrefix(here, p.href) && p.href != "/" || p.name == "suppliers" && strings.HasPrefix(here, "/offers") || p.name == "money" && (here == "/rates" || strings.HasPrefix(here, "/claims")) || p.href == "/" && (here == "/" || strings.HasPrefix(here, "/cases/") || strings.HasPrefix(here, "/orders/"))
		all = append(all, view.Link{Label: v.read.T("nav_" + p.name), Href: p.href, On: on})
	}
	if v.tour {
		all = append(all, view.Link{Label: v.read.T("tour_title"), Href: "/tour", On: here == "/tour"})
	}
	return all
}
