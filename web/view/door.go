package view

import (
	"net/url"

	"recourse/text"
)

// Door is a page for who is not signed in: a card in the middle, and the languages.
type Door struct {
	R      Reader
	Title  string
	Say    string // what the page is for
	Shop   string // "": not known here, and not to be told to strangers
	Here   string // the page's own address; "": it cannot be come back to
	Style  string
	Script string
	Langs  []text.Lang
	Notice *Notice
	Wrong  string // the field that the notice is about
}

// Lang is the language of the page for its html element.
func (d Door) Lang() string { return string(d.R.Lang()) }

// Switch is the link that changes the language and comes back.
func (d Door) Switch(l text.Lang) string {
	return "/language?" + url.Values{"to": {string(l)}, "back": {d.Here}}.Encode()
}

// title is the title of the browser's window.
func (d Door) title() string {
	if d.Shop == "" {
		return d.Title
	}
	return d.Title + " · " + d.Shop
}

// SignIn is the page by which people come in.
type SignIn struct {
	Back     string // where they wanted to go
	Shop     string // of several that share the server
	Several  bool   // the shop is asked for
	Email    string
	Stay     bool
	Passkeys bool   // possible at this address
	Provider string // the other way in; "": none
	Begin    string // where that begins
	Nobody   bool   // there are no people yet
}

// Setup is the page that makes a shop's first owner.
type Setup struct {
	Action            string
	Shop, Name, Email string
	Least             string // letters of a password
}

// Join is the page by which somebody who was invited chooses a password.
type Join struct {
	Action      string
	Name, Email string
	Role        string
	Least       string
}
