package main

import (
	"net/url"
	"os"
	"strings"

	"recourse"
	"recourse/account"
)

// secretVariable holds the secret of the other provider: a flag would stand in the list of processes for all to read.
const secretVariable = "RECOURSE_OIDC_SECRET"

// doorFlags say where people reach the desk, and by which other way they may come in.
type doorFlags struct {
	URL        string `help:"Where people reach the desk, as in https://desk.example.org: links that are handed over and passkeys are for that address. Default: where a request says that it came to." name:"url" placeholder:"URL"`
	OIDCIssuer string `help:"An OpenID Connect provider by which people may sign in, beside passwords and passkeys; its secret is in $RECOURSE_OIDC_SECRET. It needs --url." name:"oidc-issuer" placeholder:"URL"`
	OIDCClient string `help:"This desk's client id at that provider." name:"oidc-client" placeholder:"ID"`
	OIDCName   string `help:"What the provider is called on the button. Default: its host." name:"oidc-name" placeholder:"NAME"`
}

// check refuses addresses that cannot be meant, before anything is opened.
func (f *doorFlags) check() error {
	for _, a := range []struct{ flag, value string }{{"url", f.URL}, {"oidc-issuer", f.OIDCIssuer}} {
		u, err := url.Parse(a.value)
		if a.value != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return &recourse.Error{Kind: recourse.Invalid, Code: "url", Field: a.flag, Message: `--` + a.flag + ` "` + recourse.Shorten(a.value, 80) + `" is not an address`, Hint: "write it as in https://desk.example.org"}
		}
	}
	wrong := func(message, hint string) error {
		return &recourse.Error{Kind: recourse.Invalid, Code: "oidc", Field: "oidc-issuer", Message: message, Hint: hint}
	}
	switch {
	case f.OIDCIssuer == "" && f.OIDCClient != "":
		return wrong("--oidc-client is of a provider that is not named", "add --oidc-issuer")
	case f.OIDCIssuer == "":
		return nil
	case f.OIDCClient == "":
		return wrong("the provider knows this desk by a client id", "add --oidc-client")
	case f.URL == "":
		return wrong("the provider sends people back to the desk's address, which is not known", "add --url, and let the provider allow that address with "+backPath+" behind it")
	case os.Getenv(secretVariable) == "":
		return wrong("the secret of the provider's client is missing", "put it into $"+secretVariable)
	}
	return nil
}

// backPath is where the provider sends people back to.
const backPath = "/signin/oidc/back"

// provider is the other way in; nil when there is none.
func (f *doorFlags) provider() *account.Provider {
	if f.OIDCIssuer == "" {
		return nil
	}
	return &account.Provider{Issuer: f.OIDCIssuer, ClientID: f.OIDCClient, Secret: os.Getenv(secretVariable), Name: f.OIDCName, Redirect: strings.TrimSuffix(f.URL, "/") + backPath}
}
