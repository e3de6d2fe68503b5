package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// tokenCmd is about ways in.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token for a program, or a link that signs a person in once."`
	List   tokenListCmd   `cmd:"" help:"List the ways in, never their secrets."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a way in."`
}

// tokenCreateCmd makes a way in.
type tokenCreateCmd struct {
	Role          string        `help:"What it may: owner (everything), approver (what money leaves, too), clerk (the daily work), viewer (look)." required:"" placeholder:"ROLE"`
	Name          string        `help:"Whose it is, as it will stand in the history." xor:"whose" required:""`
	Person        string        `help:"The person of the desk that the program acts for, by email: what it does counts as theirs, and it may no more than they." xor:"whose" required:"" placeholder:"EMAIL"`
	Expires       time.Duration `help:"How long it lasts, as in 720h. Default: a token until it is revoked, a link for a day." placeholder:"DURATION"`
	Link          bool          `help:"A link that signs in once, for a person with a browser."`
	URL           string        `help:"Where the desk is reached, for the link." default:"http://127.0.0.1:8585" name:"url"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// linkFor is how long a link waits to be opened.
const linkFor = 24 * time.Hour

// Run makes it. The secret is printed once and kept nowhere.
func (c *tokenCreateCmd) Run(ctx context.Context, s *streams) error {
	role, err := account.ParseRole(c.Role)
	if err != nil {
		return err
	}
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	kind, lasts := store.TokenAPI, c.Expires
	if c.Link {
		if kind = store.TokenLink; lasts == 0 {
			lasts = linkFor
		}
	}
	secret, err := c.issue(ctx, o, role, kind, lasts)
	if err != nil {
		return err
	}
	if c.Link {
		secret = signIn(c.URL, secret)
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"kind": kind, "role": role, "name": c.Name, "secret": secret})
	}
	fmt.Fprintln(s.out, secret)
	return nil
}

func (c *tokenCreateCmd) issue(ctx context.Context, o *office, role account.Role, kind store.TokenKind, lasts time.Duration) (string, error) {
	ways := account.New(o.store, o.Now)
	switch {
	case c.Person == "":
		return ways.Issue(ctx, o.merchant, c.Name, role, kind, lasts)
	case c.Link:
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "token_kind", Field: "link", Message: "a link for a person is made elsewhere", Hint: "recourse person invite"}
	}
	return ways.IssueTo(ctx, o.merchant, c.Person, role, lasts)
}

// tokenListCmd lists ways in.
type tokenListCmd struct {
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// jsonToken is a way in, without its secret.
type jsonToken struct {
	ID        string          `json:"id"` // of the hash of the secret
	Kind      store.TokenKind `json:"kind"`
	Role      string          `json:"role"`
	Name      string          `json:"name"`
	CreatedAt time.Time       `json:"created_at"`
	ExpiresAt time.Time       `json:"expires_at,omitzero"`
	UsedAt    time.Time       `json:"used_at,omitzero"`
}

// shownHash is how much of a hash names a token for people.
const shownHash = 12

// Run lists them.
func (c *tokenListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	tokens, err := account.New(o.store, o.Now).List(ctx, o.merchant)
	if err != nil {
		return err
	}
	all := []jsonToken{}
	for _, t := range tokens {
		all = append(all, jsonToken{t.Hash[:min(shownHash, len(t.Hash))], t.Kind, t.Role, t.Name, t.CreatedAt, t.ExpiresAt, t.UsedAt})
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"tokens": all})
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "id\tkind\trole\tname\tcreated\tends")
	for _, k := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Kind, k.Role, k.Name, k.CreatedAt.Local().Format(time.DateTime), k.ends(o.Now()))
	}
	return t.Flush()
}

// ends is when a token ends, in a few words.
func (t *jsonToken) ends(now time.Time) string {
	switch {
	case !t.UsedAt.IsZero():
		return "used"
	case t.ExpiresAt.IsZero():
		return "when revoked"
	}
	return away(t.ExpiresAt, now)
}

// tokenRevokeCmd ends a way in.
type tokenRevokeCmd struct {
	ID            string `arg:"" help:"The token's id, as recourse token list shows it."`
	databaseFlags `embed:""`
}

// Run ends it.
func (c *tokenRevokeCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	if err := account.New(o.store, o.Now).Revoke(ctx, o.merchant, c.ID); err != nil {
		return hinted(err, "recourse token list shows them")
	}
	fmt.Fprintln(s.out, "revoked", recourse.Shorten(c.ID, 70))
	return nil
}

// away is how far an instant is, in a few letters: "in 4 h", "2 d ago".
func away(at, now time.Time) string {
	d := at.Sub(now)
	shown := short(d.Abs())
	if d < 0 {
		return shown + " ago"
	}
	return "in " + shown
}

// short is a length in its largest unit that has more than one.
func short(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d min", d/time.Minute)
}
