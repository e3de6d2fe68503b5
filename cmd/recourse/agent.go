package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"recourse"
	"recourse/connect"
	"recourse/desk"
	"recourse/effect/dossier"
	"recourse/effect/reorder"
	"recourse/intake/agent"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"
)

// agentCmd is the work with the agent's mails.
type agentCmd struct {
	Check    agentCheckCmd    `cmd:"" help:"Check a file of patterns, and try it on mails: which pattern fits, what it finds, which fact follows."`
	Patterns agentPatternsCmd `cmd:"" help:"Print the patterns that come with the program, to copy from."`
}

// agentPatternsCmd prints the program's own patterns.
type agentPatternsCmd struct{}

// Run prints them.
func (c *agentPatternsCmd) Run(s *streams) error {
	_, err := s.out.Write(agent.Builtin())
	return err
}

// agentCheckCmd checks patterns and tries them.
type agentCheckCmd struct {
	File  string   `arg:"" help:"The file of patterns, in YAML; - for those of the program alone."`
	Mails []string `arg:"" optional:"" help:"Mails to try, as files in the form in which mail programs save them (.eml)."`
}

// maxFile bounds a file that is read as a whole.
const maxFile = 25 << 20

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = &recourse.Error{Kind: recourse.TooLarge, Code: "file", Message: fmt.Sprintf("%s has more than %d MB", name, maxFile>>20)}
	}
	return data, err
}

// Run checks the file, then tries the mails. A mail that no pattern fits makes it exit with 1.
func (c *agentCheckCmd) Run(s *streams) error {
	patterns := agent.Standard()
	if c.File != "-" {
		data, err := readFile(c.File)
		if err != nil {
			return err
		}
		if patterns, err = agent.Parse(c.File, data); err != nil {
			for _, e := range unjoined(err) {
				fmt.Fprintln(s.out, e)
			}
			return errFailed
		}
		fmt.Fprintf(s.out, "%s: nothing is wrong\n", c.File)
	}
	missed := false
	for _, name := range c.Mails {
		data, err := readFile(name)
		if err != nil {
			return err
		}
		fits, err := tryMail(s.out, patterns, name, data)
		if err != nil {
			return err
		}
		missed = missed || !fits
	}
	if missed {
		return errFailed
	}
	return nil
}

// tryMail says what a mail means; false: no fact follows from it.
func tryMail(w io.Writer, patterns *agent.Patterns, name string, data []byte) (bool, error) {
	m, err := enmime.ReadEnvelope(bytes.NewReader(data))
	if err != nil {
		return false, &recourse.Error{Kind: recourse.Invalid, Code: "file", Message: name + " is no mail", Err: err}
	}
	at, err := mail.ParseDate(m.GetHeader("Date"))
	if err != nil {
		at = time.Unix(0, 0)
	}
	f, err := patterns.Read(m.GetHeader("From"), m.GetHeader("Subject"), m.Text, at)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(w, "%s:", name)
	if f.Pattern != "" {
		fmt.Fprintf(w, " pattern %s", f.Pattern)
	}
	if f.Note != "" {
		fmt.Fprintf(w, " %s", f.Note)
	}
	fmt.Fprintln(w)
	for _, k := range slices.Sorted(maps.Keys(f.Facts)) {
		fmt.Fprintf(w, "  %s: %s\n", k, f.Facts[k])
	}
	for i := range f.Events {
		fmt.Fprintf(w, "  → %s\n", f.Events[i].Type)
	}
	return len(f.Events) > 0, nil
}

// reorderCmd is the work with goods to be bought again.
type reorderCmd struct {
	Export reorderExportCmd `cmd:"" help:"Write the CSV file by which DSers places the reorders that wait; says what is wrong with any of them first."`
}

// reorderExportCmd writes the file.
type reorderExportCmd struct {
	Case          []string `help:"Only this case; may be given several times. Default: all whose reorder waits." placeholder:"CASE"`
	Output        string   `short:"o" required:"" help:"The file to write; - for standard output." placeholder:"FILE"`
	Skip          bool     `help:"Leave out what something is wrong with. Without it nothing is written then."`
	Products      string   `help:"A file with DSers' product ids, SKU = id to a line. Default: what the agent's connection says." placeholder:"FILE"`
	CityOther     bool     `help:"Write «other» as the city, and the city into the second line of the address, where DSers does not know the city."`
	databaseFlags `embed:""`
}

// Run writes it. What is wrong is told a line each, and then it exits with 1.
func (c *reorderExportCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	options, err := c.options(ctx, o)
	if err != nil {
		return err
	}
	items, err := reorder.Read(ctx, o.store, o.merchant, c.Case...)
	if err != nil {
		return err
	}
	rows, err := reorder.File(items, options)
	for _, f := range reorder.Faults(err) {
		fmt.Fprintln(s.err, f)
	}
	if err != nil && !c.Skip || len(rows) == 0 {
		return errFailed
	}
	var b bytes.Buffer
	if err := reorder.Write(&b, rows); err != nil {
		return err
	}
	for i := range rows {
		if len(rows[i].Changed) > 0 {
			fmt.Fprintf(s.err, "case %s, line %d: written differently: %s\n", rows[i].Case, rows[i].Line, strings.Join(rows[i].Changed, ", "))
		}
	}
	return writeFile(s, c.Output, b.Bytes())
}

func (c *reorderExportCmd) options(ctx context.Context, o *office) (out reorder.Options, err error) {
	conn, err := o.agent(ctx)
	if err != nil {
		return out, err
	}
	list := ""
	if conn != nil {
		list, out.CityOther = conn.Setting("products", ""), conn.Setting("city", "") == "other"
	}
	if c.Products != "" {
		data, err := readFile(c.Products)
		if err != nil {
			return out, err
		}
		list = string(data)
	}
	out.CityOther = out.CityOther || c.CityOther
	out.Products, err = connect.Products(list)
	return out, err
}

// agent is the merchant's connected agent; nil where there is none.
func (o *office) agent(ctx context.Context) (out *recourse.Connection, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Connections(o.merchant)
		list := make([]recourse.Connection, len(all))
		for i := range all {
			list[i] = all[i].Connection
		}
		out = connect.AgentOf(list)
		return err
	})
	return out, err
}

// writeFile writes a file that holds personal data: for its owner alone.
func writeFile(s *streams, name string, data []byte) error {
	if name == "-" {
		_, err := s.out.Write(data)
		return err
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		return fileError(name, err)
	}
	return nil
}

// dossierCmd writes the dossier of a case.
type dossierCmd struct {
	Case          string `arg:"" help:"The case, as in 1001-1."`
	Output        string `short:"o" required:"" help:"The file to write; - for standard output." placeholder:"FILE"`
	Chargeback    bool   `help:"For a bank that decides a dispute, and not for the agent: with what the buyer was told, who they are, and the money both ways."`
	Language      string `help:"The language of who is to read it: en, fr or zh. Default: that of the agent's connection; for a bank, what is set for the books, else by the country of the order." placeholder:"LANG"`
	databaseFlags `embed:""`
	evidenceFlags `embed:""`
	vaultFlags    `embed:""`
}

// Run writes it.
func (c *dossierCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	v, err := o.Case(ctx, o.merchant, c.Case)
	if err != nil {
		return hinted(err, "recourse case list shows them")
	}
	room, err := c.openEvidence(&c.databaseFlags)
	if err != nil {
		return err
	}
	defer room.Close()
	read := dossier.Read
	if c.Chargeback {
		read = dossier.ReadWhole
	}
	k, err := read(ctx, o.store, room, o.merchant, c.Case)
	if err != nil {
		return err
	}
	words, lang, document := text.Builtin(), k.Agent, dossier.Claim
	if c.Chargeback {
		document = dossier.Chargeback
		if lang, err = c.forBank(ctx, o, k); err != nil {
			return err
		}
	}
	if c.Language != "" {
		lang = c.Language
		if !words.Has(text.Lang(lang)) {
			return &recourse.Error{Kind: recourse.NotFound, Code: "language_unknown", Field: "language", Message: "there are no texts in " + recourse.Shorten(lang, 20)}
		}
	}
	pdf, err := document(k, words.In(lang).At(zoneOf(v))).Bytes()
	if err != nil {
		return err
	}
	return writeFile(s, c.Output, pdf)
}

// forBank opens the words of the letters, where the key is at hand, and gives the language of the bank.
func (c *dossierCmd) forBank(ctx context.Context, o *office, k *dossier.Case) (string, error) {
	set, _, err := o.MoneySettings(ctx, o.merchant)
	if err != nil {
		return "", err
	}
	lang := dossier.BankLanguage(set.BankLang, &k.File.Order)
	if file := c.vaultFlags.file(&c.databaseFlags); os.Getenv(vaultKey) == "" {
		if _, err := os.Stat(file); file == "" || err != nil {
			return lang, nil // nobody makes a key to read by
		}
	}
	ring, err := c.ring(&c.databaseFlags)
	if err != nil {
		return "", err
	}
	sent, err := o.letters(ring, nil).Sent(ctx, o.merchant, k.File.Order.ID)
	if err != nil {
		return "", err
	}
	k.Letters = map[string]dossier.Letter{}
	for act, l := range sent {
		k.Letters[act] = dossier.Letter{Subject: l.Subject, Body: l.Body}
	}
	return lang, nil
}

// zoneOf is the clock of the merchant's own country.
func zoneOf(v *desk.View) *time.Location {
	country := v.Decider.Policy.Country(playbook.Duration{Calendar: "merchant"})
	if c, ok := v.Decider.Calendars.Calendar(country); ok {
		return c.Location()
	}
	return time.UTC
}
