package connect

import (
	"context"
	netmail "net/mail"
	"strconv"
	"strings"

	"recourse"
	"recourse/call"
	"recourse/effect"
	effectmail "recourse/effect/mail"
	intakemail "recourse/intake/mail"
)

// imap is a mailbox that answers come to. Without a host it is not read: letters are brought by recourse mail, or posted by
// whoever has the secret. smtp is what letters leave by.
var (
	imap = Kind{
		Name: "imap", Group: "mail",
		Fields: []Field{
			{Name: "host", Check: host}, {Name: "user"}, {Name: "password", Secret: true}, {Name: "port", Standard: "993", Check: port},
			{Name: "security", Standard: "tls", Choices: private}, {Name: "folder", Standard: "INBOX"}, {Name: "token", Secret: true, Rare: true}, {Name: "secret", Secret: true, Rare: true},
		},
		Reader: &intakemail.Reader, Poller: &intakemail.Poller, Test: intakemail.Check,
	}
	smtp = Kind{
		Name: "smtp", Group: "mail",
		Fields: []Field{
			{Name: "from", Required: true, Check: mailbox("from")}, {Name: "host", Required: true, Check: host}, {Name: "user"}, {Name: "password", Secret: true},
			{Name: "port", Standard: "587", Check: port}, {Name: "security", Standard: "starttls", Choices: private},
			{Name: "reply_to", Check: mailbox("reply_to")}, {Name: "merchant_to", Check: mailbox("merchant_to")}, {Name: "return_to"},
			{Name: "quiet", Standard: "21:00-08:00", Check: quiet},
			{Name: "token", Secret: true, Rare: true}, {Name: "tagged", Standard: "yes", Choices: []string{"yes", "no"}, Rare: true}, {Name: "copy", Check: mailbox("copy"), Rare: true},
			{Name: "language", Rare: true}, {Name: "supplier_language", Standard: "zh", Rare: true},
			{Name: "hourly", Standard: "6", Check: count("hourly"), Rare: true}, {Name: "daily", Standard: "20", Check: count("daily"), Rare: true},
			{Name: "repeat", Standard: "ask", Choices: []string{"ask", "again"}, Rare: true},
		},
		Test: func(ctx context.Context, c *recourse.Connection, _ *call.Client) error {
			return effectmail.Check(ctx, c)
		},
		Acts: []recourse.EffectKind{
			recourse.EffectMessage, recourse.EffectRecovery, recourse.EffectWithdrawRecovery, recourse.EffectCancelPurchase, recourse.EffectClaim, recourse.EffectIntercept,
			recourse.EffectCorrectAddress, recourse.EffectReplacement, recourse.EffectWithdrawReplacement,
		},
	}
)

var private = []string{"tls", "starttls", "none"}

// Mailer carries out acts by letters through a connection of the kind smtp, with an office that writes them.
func Mailer(c *recourse.Connection, office *effectmail.Office) effect.Sender {
	return &effectmail.Sender{Office: office, Connection: c}
}

func host(v string) error {
	if strings.ContainsAny(v, " /@:") {
		return fieldError("host", "it is a name as mail.example.com, without a port")
	}
	return nil
}

func port(v string) error {
	if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 65535 {
		return fieldError("port", "it is a number from 1 to 65535")
	}
	return nil
}

func count(name string) func(string) error {
	return func(v string) error {
		if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 1000 {
			return fieldError(name, "it is a number from 1 to 1000")
		}
		return nil
	}
}

// mailbox wants one mail address, with a name before it or without.
func mailbox(name string) func(string) error {
	return func(v string) error {
		if a, err := netmail.ParseAddress(v); err != nil || !strings.Contains(a.Address, "@") {
			return fieldError(name, "it is a mail address, as desk@shop.example or Shop <desk@shop.example>")
		}
		return nil
	}
}

func quiet(v string) error {
	_, err := effectmail.ParseQuiet(v)
	return err
}

func fieldError(name, why string) error { return refused(&Field{Name: name}, why) }
