package mail_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/effect/mail"
	"recourse/peer"
	"recourse/text"
	"recourse/vault"
)

// TestRuns: random runs through everything that can go wrong with a mail server and the line to it, with nodes that die.
// A mail server cannot be asked: what it did not answer is for a person, and no letter leaves twice.
func TestRuns(t *testing.T) { runs(t).Run(t, 25) }

// TestMutants: what is broken is found out.
func TestMutants(t *testing.T) {
	runs(t).Mutants(t, 100, nil)
}

func runs(t *testing.T) effecttest.Suite {
	t.Helper()
	server, err := peer.NewMail("desk@shop.example", "secret", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	at, _, err := server.Start()
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(at)
	ring, err := vault.Parse(vault.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return effecttest.Suite{
		Act: recourse.EffectMessage,
		Connection: recourse.Connection{ID: "post", Kind: "smtp", Name: "Post", Secrets: map[string]string{"password": "secret"},
			Settings: map[string]string{"host": host, "port": port, "security": "none", "user": "desk@shop.example", "from": "Vases <desk@shop.example>", "quiet": "off", "hourly": "1000", "daily": "1000"}},
		// Each order has a buyer of its own: nobody gets so many letters that some wait.
		Order: func(d *recourse.Data) { d.Buyer.Email = "anne" + d.Order + "@example.com" },
		Start: func(w *effecttest.World) effect.Kind {
			office := &mail.Office{Store: w.Store, Vault: ring,
				Words: func(context.Context, string, *recourse.OrderFile) (*text.Catalog, *time.Location, error) {
					return text.Builtin(), time.UTC, nil
				},
				Link: func(_ context.Context, merchant, order, _ string) (string, error) {
					return "https://desk.example/b/" + merchant + "_" + order, nil
				}}
			server.Choose(func(int, string, string) peer.MailFault {
				if n := w.Fault(len(peer.MailFaults)); n >= 0 {
					return peer.MailFaults[n]
				}
				return peer.MailNone
			})
			return effect.Kind{Group: "mail", Acts: []recourse.EffectKind{recourse.EffectMessage}, Sender: func(c *recourse.Connection) effect.Sender {
				return &mail.Sender{Office: office, Connection: c, Timeout: 2 * time.Second}
			}}
		},
		Left: func(id, key string) (left []recourse.Money) {
			order, _, _ := strings.Cut(id, "-")
			for _, m := range server.Got() {
				if fmt.Sprint(m.To) == "[anne"+order+"@example.com]" && strings.Contains(string(m.Data), "\r\nMessage-ID: <"+key) {
					left = append(left, recourse.Money{})
				}
			}
			return left
		},
	}
}
