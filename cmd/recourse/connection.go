package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/hub"
	"recourse/store"
)

// connectionCmd is about the connections to other systems.
type connectionCmd struct {
	List     connectionListCmd     `cmd:"" help:"List the connections and how they are."`
	Kinds    connectionKindsCmd    `cmd:"" help:"List the systems that can be connected, and what each wants to be told."`
	Add      connectionAddCmd      `cmd:"" help:"Connect a system. Secrets come from files or from standard input, never from the command line."`
	Set      connectionSetCmd      `cmd:"" help:"Change a connection's name, settings or secrets."`
	Show     connectionShowCmd     `cmd:"" help:"Show a connection: its settings, which secrets are set, the address for deliveries."`
	Test     connectionTestCmd     `cmd:"" help:"Ask the other system whether the connection works."`
	Register connectionRegisterCmd `cmd:"" help:"Make the other system tell us, where it can be made to."`
	Pause    connectionPauseCmd    `cmd:"" help:"Stop using it: what comes in is kept and waits, nothing goes out."`
	Resume   connectionResumeCmd   `cmd:"" help:"Use it again; what waited is read."`
	Remove   connectionRemoveCmd   `cmd:"" help:"Take it away, with all that it received."`
	Receipts connectionReceiptsCmd `cmd:"" help:"List what came by a connection, or show one delivery as it came."`
	Replay   connectionReplayCmd   `cmd:"" help:"Have a delivery read again, or all that failed."`
}

// connectionFlags are what every command about connections takes.
type connectionFlags struct {
	URL           string `help:"Where other systems reach the desk, for the address of deliveries." default:"http://127.0.0.1:8585" name:"url"`
	vaultFlags    `embed:""`
	databaseFlags `embed:""`
	byFlag        `embed:""`
	jsonFlag      `embed:""`
}

// with opens the office and its hub for a piece of work.
func (c *connectionFlags) with(ctx context.Context, work func(*office, *hub.Hub) error) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	h, err := c.hubOn(o, &c.databaseFlags, nil, c.URL)
	if err != nil {
		return err
	}
	return work(o, h)
}

// done says that something was done with a connection.
func (c *connectionFlags) done(s *streams, what, id string) error {
	if c.JSON {
		return printJSON(s.out, map[string]string{"connection": id, "done": what})
	}
	_, err := fmt.Fprintln(s.out, what, id)
	return err
}

// connectionValues are what a connection is told.
type connectionValues struct {
	Name   string            `help:"Its name, for people." placeholder:"NAME"`
	Set    map[string]string `help:"A setting, as in --set shop=lune.myshopify.com; an empty value takes it away." mapsep:"none" placeholder:"SETTING=VALUE"`
	Secret map[string]string `help:"A secret, from a file: --secret token=token.txt; - is standard input, for one of them." mapsep:"none" placeholder:"SECRET=FILE"`
}

// maxSecretFile bounds what is read of a file with a secret.
const maxSecretFile = 64 << 10

// secrets reads the secrets from their files.
func (v *connectionValues) secrets() (map[string]string, error) {
	out, stdin := map[string]string{}, 0
	for _, n := range slices.Sorted(maps.Keys(v.Secret)) {
		var from io.Reader = os.Stdin
		if file := v.Secret[n]; file != "-" {
			f, err := os.Open(file)
			if err != nil {
				return nil, fileError(recourse.Shorten(file, 80), err)
			}
			defer f.Close()
			from = f
		} else if stdin++; stdin > 1 {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "secret_stdin", Field: "secret", Message: "only one secret can come from standard input", Hint: "put the others into files"}
		}
		data, err := io.ReadAll(io.LimitReader(from, maxSecretFile))
		if err != nil {
			return nil, fileError("the secret "+n, err)
		}
		out[n] = strings.TrimSpace(string(data))
	}
	return out, nil
}

// connectionAddCmd connects a system.
type connectionAddCmd struct {
	Kind             string `arg:"" help:"The kind of system, as recourse connection kinds lists them."`
	ID               string `help:"Its id, of a-z, 0-9 and -; also the channel of the orders that it tells. Default: made of the kind." name:"id" placeholder:"ID"`
	connectionValues `embed:""`
	connectionFlags  `embed:""`
}

// Run connects it.
func (c *connectionAddCmd) Run(ctx context.Context, s *streams) error {
	secrets, err := c.secrets()
	if err != nil {
		return err
	}
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		made, err := h.Add(ctx, o.merchant, hub.Change{ID: c.ID, Kind: c.Kind, Name: c.Name, Settings: c.Set, Secrets: secrets, By: c.name()})
		if err != nil {
			return hinted(err, "recourse connection kinds lists what each wants to be told")
		}
		return c.show(ctx, s, o, h, made.ID)
	})
}

// connectionSetCmd changes a connection.
type connectionSetCmd struct {
	ID               string   `arg:"" help:"The connection."`
	Drop             []string `help:"A secret to take away." placeholder:"SECRET"`
	connectionValues `embed:""`
	connectionFlags  `embed:""`
}

// Run changes it. Settings that are not named stay.
func (c *connectionSetCmd) Run(ctx context.Context, s *streams) error {
	secrets, err := c.secrets()
	if err != nil {
		return err
	}
	return c.with(ctx, func(o *office, h *hub.Hub) error {
		had, err := h.Connection(ctx, o.merchant, c.ID)
		if err != nil {
			return err
		}
		settings := maps.Clone(had.Settings)
		if settings == nil {
			settings = map[string]string{}
		}
		maps.Copy(settings, c.Set)
		if _, err := h.Set(ctx, o.merchant, hub.Change{ID: c.ID, Name: c.Name, Settings: settings, Secrets: secrets, Drop: c.Drop, By: c.name()}); err != nil {
			return err
		}
		return c.show(ctx, s, o, h, c.ID)
	})
}

// jsonConnection is a connection for programs: never a secret.
type jsonConnection struct {
	*recourse.Connection
	Secrets []string `json:"secrets"`
	Address string   `json:"address,omitempty"`
}

// show prints a connection.
func (c *connectionFlags) show(ctx context.Context, s *streams, o *office, h *hub.Hub, id string) error {
	n, err := h.Connection(ctx, o.merchant, id)
	if err != nil {
		return err
	}
	j := jsonConnection{Connection: n.Connection, Secrets: n.SecretNames()}
	if n.Kind.Reader != nil && n.Kind.Reader.Verify != nil {
		j.Address = h.Address(c.URL, o.merchant, id)
	}
	if c.JSON {
		return printJSON(s.out, j)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "connection\t%s\nkind\t%s\nname\t%s\nstatus\t%s\n", n.ID, n.Connection.Kind, n.Name, standing(n.Connection, o.Now()))
	for _, k := range slices.Sorted(maps.Keys(n.Settings)) {
		fmt.Fprintf(t, "%s\t%s\n", k, n.Settings[k])
	}
	for _, k := range j.Secrets {
		fmt.Fprintf(t, "%s\t(set)\n", k)
	}
	if j.Address != "" {
		fmt.Fprintf(t, "address for deliveries\t%s\n", j.Address)
	}
	return t.Flush()
}

// standing says in a few words how a connection is.
func standing(c *recourse.Connection, now time.Time) string {
	switch {
	case c.Status != recourse.ConnectionActive:
		return string(c.Status)
	case c.OpenUntil.After(now):
		return fmt.Sprintf("failing: %s, %d in a row; left alone until %s", c.Failure, c.Failures, c.OpenUntil.Local().Format(time.DateTime))
	case c.Failures > 0:
		return fmt.Sprintf("failing: %s, %d in a row", c.Failure, c.Failures)
	}
	return string(c.Status)
}

// connectionShowCmd shows a connection.
type connectionShowCmd struct {
	ID              string `arg:"" help:"The connection."`
	connectionFlags `embed:""`
}

// Run shows it.
func (c *connectionShowCmd) Run(ctx context.Context, s *streams) error {
	return c.with(ctx, func(o *office, h *hub.Hub) error { return c.show(ctx, s, o, h, c.ID) })
}

// connectionListCmd lists the connections.
type connectionListCmd struct {
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Run lists them. It takes no key.
func (c *connectionListCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	var all []store.Connection
	if err := o.store.Read(ctx, func(tx *store.Tx) (err error) { all, err = tx.Connections(o.merchant); return err }); err != nil {
		return err
	}
	if c.JSON {
		list := make([]*recourse.Connection, len(all))
		for i := range all {
			list[i] = &all[i].Connection
		}
		return printJSON(s.out, map[string]any{"connections": list})
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "connection\tkind\tname\theard\tsaid\tstatus")
	for i := range all {
		n := &all[i]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", n.ID, n.Kind, n.Name, ago(n.HeardAt, o.Now()), ago(n.SaidAt, o.Now()), standing(&n.Connection, o.Now()))
	}
	return t.Flush()
}

// ago is how long ago an instant was; never, where it was not.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return away(t, now)
}

// connectionKindsCmd lists the kinds of system.
type connectionKindsCmd struct {
	jsonFlag `embed:""`
}

// jsonKind is a kind of system.
type jsonKind struct {
	Kind   string                `json:"kind"`
	Group  string                `json:"group"`
	Fields []jsonField           `json:"fields"`
	Acts   []recourse.EffectKind `json:"acts"`
}

// jsonField is something that it wants to be told.
type jsonField struct {
	Name     string   `json:"name"`
	Secret   bool     `json:"secret,omitempty"`
	Required bool     `json:"required,omitempty"`
	Standard string   `json:"standard,omitempty"`
	Choices  []string `json:"choices,omitempty"`
}

// Run lists them.
func (c *connectionKindsCmd) Run(s *streams) error {
	var all []jsonKind
	for _, k := range hub.New(hub.Options{}).Kinds {
		j := jsonKind{Kind: k.Name, Group: k.Group, Fields: []jsonField{}, Acts: append([]recourse.EffectKind{}, k.Acts...)}
		for _, f := range k.Fields {
			j.Fields = append(j.Fields, jsonField{f.Name, f.Secret, f.Required, f.Standard, f.Choices})
		}
		all = append(all, j)
	}
	if c.JSON {
		return printJSON(s.out, map[string]any{"kinds": all})
	}
	for _, k := range all {
		fmt.Fprintf(s.out, "%s (%s)\n", k.Kind, k.Group)
		for _, f := range k.Fields {
			fmt.Fprintf(s.out, "  --%s%s\n", f.flag(), f.more())
		}
	}
	return nil
}

func (f *jsonField) flag() string {
	if f.Secret {
		return "secret " + f.Name + "=FILE"
	}
	return "set " + f.Name + "=" + strings.ToUpper(f.Name)
}

func (f *jsonField) more() (s string) {
	if f.Required {
		s = "  needed"
	}
	if f.Standard != "" {
		s += "  default: " + f.Standard
	}
	if len(f.Choices) > 0 {
		s += "  one of: " + strings.Join(f.Choices, ", ")
	}
	return s
}
