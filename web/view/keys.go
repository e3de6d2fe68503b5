package view

// Key is what a key does.
type Key struct {
	Keys []string
	Say  string
}

// Keys are what the keyboard does, by the page.
type Keys struct {
	List  []Key // in the queue
	All   []Key // everywhere
	Bulk  []Key // with what is selected
	Reads bool  // the one who looks may not act
}

// NewKeys are the keys that do something for the one who looks.
func NewKeys(r Reader, may Rights) Keys {
	k := Keys{
		List: []Key{{[]string{"j", "k"}, r.T("key_move")}, {[]string{"Enter", "o"}, r.T("key_open")}},
		All: []Key{
			{[]string{"/"}, r.T("key_search")}, {[]string{"g q"}, r.T("nav_queue")}, {[]string{"g i"}, r.T("nav_insights")}, {[]string{"g m"}, r.T("nav_messages")},
			{[]string{"g p"}, r.T("nav_playbook")}, {[]string{"?"}, r.T("keys")}, {[]string{"Esc"}, r.T("key_leave")},
		},
	}
	if !may.Act {
		k.Reads = true
		return k
	}
	k.List = append(k.List, Key{[]string{"x"}, r.T("key_select")}, Key{[]string{"Shift x"}, r.T("key_range")}, Key{[]string{"*"}, r.T("key_all")})
	k.Bulk = []Key{{[]string{"a"}, r.T("bulk_assign")}, {[]string{"s"}, r.T("bulk_snooze")}, {[]string{"e"}, r.T("bulk_choose")}, {[]string{"r"}, r.T("bulk_read")}}
	if may.Money {
		k.Bulk = append(k.Bulk, Key{[]string{"y"}, r.T("bulk_approve")})
	}
	return k
}
