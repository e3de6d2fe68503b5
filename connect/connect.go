// Package connect is the table of the systems that a merchant can connect: what each wants to be told, how its deliveries
// are read, how it is polled and tested, which acts it carries out. The rooms intake and effect know how to speak with
// them; here is who does what. A system is one file here, and one line in kinds.
package connect

import (
	"context"
	"strings"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/intake"
)

// Field is something that a connection wants to be told. Its words are in the locales, as connect.KIND.NAME and
// connect.KIND.NAME.hint.
type Field struct {
	Name     string
	Secret   bool
	Required bool
	Or       string              // required unless the field of that name is there
	Standard string              // what holds when it is empty
	Choices  []string            // one of these; nil: any text
	Check    func(string) error  // of a value that is not empty; nil: any
	Clean    func(string) string // how a value is kept; nil: without spaces around it
	Long     bool                // it has several lines
	Rare     bool                // most leave it as it is: forms ask for it last, and folded away
	Payer    bool                // it says who pays refunds: shop, hand, or the id of a connection of the group payment
}

// payer is who pays a shop's refunds.
var payer = Field{Name: "refunds", Standard: "shop", Payer: true}

// Kind is a kind of system.
type Kind struct {
	Name   string // in URLs, SQL and JSON
	Group  string // shop, tracking, mail, payment, agent, any
	Fields []Field
	Reader *intake.Reader // how its deliveries are read; nil: it delivers none
	Poller *intake.Poller // how it is asked for what it did not tell; nil: it is not
	// Client is how it is asked over HTTP; nil: it is not.
	Client func(*recourse.Connection) *call.Client
	// Test asks the system whether the connection works, and changes nothing there; nil: there is nothing to ask.
	Test func(context.Context, *recourse.Connection, *call.Client) error
	// Acts are the kinds of act that it can carry out.
	Acts []recourse.EffectKind
	// Sender makes what carries them out; nil: it carries out none.
	Sender func(*recourse.Connection, *call.Client) effect.Sender
	// Register makes the other side tell us (webhooks), with the address that it is to call; nil: a person does it there.
	Register func(ctx context.Context, c *recourse.Connection, peer *call.Client, address string) error
	// Mirror keeps its orders in step with what is decided here; nil: it is not told.
	Mirror effect.Mirror
}

// kinds are all kinds, in the order in which they are offered.
var kinds = []*Kind{&shopify, &woocommerce, &seventeenTrack, &aftership, &imap, &smtp, &dsers, &taobaoPlatform, &stripe, &paypal, &signedKind}

// Kinds are all kinds of system, in the order in which they are offered.
func Kinds() []*Kind { return kinds }

// KindOf is the kind of that name; nil: there is none.
func KindOf(name string) *Kind {
	for _, k := range kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Field is the field of that name; nil: the kind has none.
func (k *Kind) Field(name string) *Field {
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			return &k.Fields[i]
		}
	}
	return nil
}

// Check says whether a connection has what its kind wants: connection_field, with the field. It cleans what was written.
func (k *Kind) Check(c *recourse.Connection) error {
	for i := range k.Fields {
		f := &k.Fields[i]
		values := c.Settings
		if f.Secret {
			values = c.Secrets
		}
		v := strings.TrimSpace(values[f.Name])
		if f.Clean != nil {
			v = f.Clean(v)
		}
		if v == "" {
			delete(values, f.Name)
			if f.Required || f.Or != "" && strings.TrimSpace(c.Settings[f.Or]+c.Secrets[f.Or]) == "" {
				return refused(f, "it is missing")
			}
			continue
		}
		values[f.Name] = v
		if err := f.check(v); err != nil {
			return err
		}
	}
	return nil
}

// maxField is how long a value may be, in bytes: an RSA key in PEM has 3,300.
const maxField = 8000

func (f *Field) check(v string) error {
	if len(v) > maxField {
		return refused(f, "it is too long")
	}
	if f.Choices != nil {
		for _, c := range f.Choices {
			if c == v {
				return nil
			}
		}
		return refused(f, "it is none of "+strings.Join(f.Choices, ", "))
	}
	if f.Check != nil {
		return f.Check(v)
	}
	return nil
}

func refused(f *Field, why string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: f.Name, Message: f.Name + ": " + why}
}
