package view

import (
	"net/url"

	"recourse/store"
)

// Views are the views of the queue that somebody keeps.
type Views struct {
	All    []SavedView
	On     *SavedView // the one that is shown now; nil: none
	Filter string     // that could be kept; "": nothing is filtered, or there is a view of it already
}

// SavedView is one of them, as a link.
type SavedView struct {
	Choice
	ID     string
	Shared bool
	Own    bool // the one who looks may change it
	Path   string
}

func viewFilter(v store.QueueView) Filter {
	q, _ := url.ParseQuery(v.Filter) // what cannot be read is left out, as of any address
	return FilterOf(q)
}

func (r Reader) views(f Filter, found *Found) (out Views) {
	here := f.Query()
	for _, v := range found.Views {
		own := viewFilter(v)
		s := SavedView{ID: v.ID, Shared: v.Shared, Own: v.Owner == found.Asked.Me, Path: "/views/" + url.PathEscape(v.ID)}
		s.Choice = Choice{Label: v.Name, Count: r.Capped(found.Counts[own.Query()], found.Most), Href: own.Href(), On: own.Query() == here}
		out.All = append(out.All, s)
		if s.On && out.On == nil {
			out.On = &out.All[len(out.All)-1]
		}
	}
	if here != "" && out.On == nil {
		out.Filter = here
	}
	if out.On != nil {
		on := *out.On
		out.On = &on
	}
	return out
}
