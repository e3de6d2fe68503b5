package store

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"
)

// What somebody may have done beside the orders' own history.
const (
	AuditSetUp     = "set_up"     // made the shop's first owner
	AuditInvited   = "invited"    // a person
	AuditRelinked  = "relinked"   // gave a person another link to choose a password with
	AuditJoined    = "joined"     // came in by an invitation, with a new password
	AuditChanged   = "changed"    // a person's name, email, role, limit or supplier
	AuditBlocked   = "blocked"    // a person
	AuditAdmitted  = "admitted"   // a person who was blocked
	AuditLinked    = "linked"     // made a link to a buyer's page
	AuditUnlinked  = "unlinked"   // ended one
	AuditErased    = "erased"     // a buyer
	AuditTexts     = "texts"      // words of messages; kept with the words
	AuditPolicy    = "policy"     // put a policy to work; kept with its versions
	AuditSignedOut = "signed_out" // ended a person's sessions
	AuditMoney     = "money"      // set the home currency, or the language of dossiers for banks

	AuditConnected    = "connected"    // a system
	AuditConnection   = "connection"   // changed a connection's name, settings or secrets
	AuditDisconnected = "disconnected" // took a connection away
	AuditPaused       = "paused"       // a connection
	AuditResumed      = "resumed"      // a connection
	AuditGone         = "gone"         // the other side ended a connection
	AuditRead         = "read"         // looked at a delivery as it came
	AuditSettled      = "settled"      // saw to a delivery that could not be read
	AuditExported     = "exported"     // took what is kept of a buyer who asked for it
)

// Audits lists them.
var Audits = []string{AuditSetUp, AuditInvited, AuditRelinked, AuditJoined, AuditChanged, AuditBlocked, AuditAdmitted, AuditLinked, AuditUnlinked, AuditErased, AuditTexts, AuditPolicy, AuditSignedOut, AuditMoney,
	AuditConnected, AuditConnection, AuditDisconnected, AuditPaused, AuditResumed, AuditGone, AuditRead, AuditSettled, AuditExported,
	AuditWebhookAdded, AuditWebhookChanged, AuditWebhookPaused, AuditWebhookResumed, AuditWebhookRotated, AuditWebhookRemoved, AuditWebhookReplayed, AuditMerged, AuditParted}

// Audit is something that somebody changed beside the orders.
type Audit struct {
	Merchant string
	At       time.Time
	By       string // who; "": whoever runs the program
	What     string // one of [Audits]
	About    string // whom or what: a person's name, an order's number, a language, a version
	Changes  []FieldChange
}

// FieldChange is a field as it was and as it is; "" where it was or is empty.
type FieldChange struct {
	Field string `json:"field"` // name, email, role, limit, supplier
	Was   string `json:"was"`
	Is    string `json:"is"`
}

var insertAudit = &batch{table: "audit", columns: "merchant text, at bigint, entry text, by_name text, what text, about text, changes text"}

// PutAudit keeps what somebody changed, for ever.
func (tx *Tx) PutAudit(a Audit) error {
	changes := []byte("[]")
	if len(a.Changes) > 0 {
		var err error
		if changes, err = json.Marshal(a.Changes); err != nil {
			return err
		}
	}
	_, err := tx.insert(insertAudit, [][]any{{a.Merchant, micros(a.At), strings.ToLower(rand.Text()[:16]), a.By, a.What, a.About, string(changes)}})
	return err
}

// Audits are the newest changes of a merchant, at most so many, the newest first. Those of words and of policies are not
// among them: they stand with the words ([Tx.TextVersions]) and the policies ([Tx.Versions]).
func (tx *Tx) Audits(merchant string, limit int) ([]Audit, error) {
	rows, err := tx.query(`SELECT at, by_name, what, about, changes FROM audit WHERE merchant = $1 ORDER BY at DESC, entry DESC LIMIT $2`, merchant, limit)
	if err != nil {
		return nil, err
	}
	var out []Audit
	return out, each(rows, func() error {
		a := Audit{Merchant: merchant}
		var at int64
		var changes string
		if err := rows.Scan(&at, &a.By, &a.What, &a.About, &changes); err != nil {
			return err
		}
		a.At = instant(at)
		out = append(out, a)
		return json.Unmarshal([]byte(changes), &out[len(out)-1].Changes)
	})
}
