package recourse_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms is a statement of policy: which room may import which others of ours. A line of code belongs in the room
// that its imports allow; when it belongs in two, split it. Do not change this table to make a build pass: change it
// when the house is better for it, in a commit of its own that says why.
var rooms = map[string]string{
	".":                  "",                                                                                                                                                                                                                              // the nouns
	"document":           ".",                                                                                                                                                                                                                             // YAML that people write, as a tree with places
	"calendar":           ".",                                                                                                                                                                                                                             // business days
	"playbook":           ". calendar document",                                                                                                                                                                                                           // the policy language
	"decide":             ". calendar playbook",                                                                                                                                                                                                           // the pure interpreter
	"vault":              ".",                                                                                                                                                                                                                             // what must not be read with the database alone
	"call":               ".",                                                                                                                                                                                                                             // other systems over HTTP
	"call/shopify":       ". call",                                                                                                                                                                                                                        // one shop's API, asked by what comes in and by what goes out
	"intake/shopify":     ". call call/shopify intake",                                                                                                                                                                                                    // what a shop on Shopify tells
	"effect/shopify":     ". call call/shopify effect intake/shopify",                                                                                                                                                                                     // what it is asked to do; the mark in a refund's note is read where it is told
	"peer":               ".",                                                                                                                                                                                                                             // strict stand-ins of other systems, for tests and the demo
	"intake":             ". call",                                                                                                                                                                                                                        // foreign formats in
	"effect":             ". call evidence store text",                                                                                                                                                                                                    // the only room that changes the world
	"connect":            ". call call/shopify effect effect/mail effect/paypal effect/shopify effect/stripe effect/woocommerce intake intake/agent intake/mail intake/shopify intake/signed intake/stripe intake/taobao intake/track intake/woocommerce", // the table of the systems that can be connected
	"intake/signed":      ". intake",                                                                                                                                                                                                                      // what any system tells that signs by Standard Webhooks
	"replay":             ". calendar decide document playbook",                                                                                                                                                                                           // every virtual clock
	"text":               ".",                                                                                                                                                                                                                             // words
	"evidence":           ".",                                                                                                                                                                                                                             // photos and videos: what they are, where they stand, what others may see
	"sample":             ".",                                                                                                                                                                                                                             // made-up order books
	"search":             "",                                                                                                                                                                                                                              // texts into terms, and questions
	"store/pgtest":       "",                                                                                                                                                                                                                              // a real PostgreSQL for tests; nothing of ours
	"cmd/recourse":       "*",                                                                                                                                                                                                                             // flags and wiring
	"insight":            ".",                                                                                                                                                                                                                             // what orders add to an owner's figures
	"store":              ".",                                                                                                                                                                                                                             // the only room with SQL
	"desk":               ". calendar decide insight ledger playbook replay search sourcing store",                                                                                                                                                        // the only room with a clock and a transaction; tries a policy on the past by replay
	"hub":                ". account call connect desk evidence intake store vault",                                                                                                                                                                       // where connections come together: who has the key, knows who speaks, and tells the desk
	"importer":           ". desk intake store",                                                                                                                                                                                                           // an order book, or a list of offers, through the desk
	"account":            ". store",                                                                                                                                                                                                                       // who may come in and do what
	"web":                ". account calendar connect decide desk effect/dossier effect/hook effect/reorder evidence hub importer insight intake ledger playbook search sourcing store text web/view",                                                     // HTTP for people and programs; writes only through desk
	"web/view":           ". connect decide desk importer insight intake ledger playbook search sourcing store text",                                                                                                                                      // what pages show; reads only
	"bench":              "*",                                                                                                                                                                                                                             // benchmarks, each with its floor
	"effect/effecttest":  ". calendar desk effect peer playbook store store/pgtest",                                                                                                                                                                       // random runs of a sender against its stand-in, for every connector's tests
	"intake/woocommerce": ". call intake",                                                                                                                                                                                                                 // a shop's webhooks and its REST API
	"intake/stripe":      ". intake",                                                                                                                                                                                                                      // a payment provider's webhooks
	"effect/woocommerce": ". call effect intake/woocommerce",                                                                                                                                                                                              // refunds and orders through the shop
	"effect/stripe":      ". call effect intake/stripe",                                                                                                                                                                                                   // refunds through the provider
	"effect/paypal":      ". call effect",
	"intake/track":       ". call intake",                    // tracking services: what they tell, and how they are asked
	"intake/taobao":      ". call intake",                    // the Taobao Open Platform
	"effect/track":       ". call intake intake/track store", // has parcels watched: asks by the words of the room that reads them
	"effect/reorder":     ". store text",                     // the file by which goods are bought again through DSers
	"intake/agent":       ". document",                       // the agent's mails
	"effect/dossier":     ". evidence store text",            // a case as one PDF, for somebody outside
	"effect/mail":        ". call effect store text vault",   // letters out: the words are the merchant's, what left is kept sealed
	"intake/mail":        ". call intake",                    // letters in, and a mailbox over IMAP
	"post":               ". intake intake/agent store",      // whose case a letter belongs to: reading it is pure, finding it is not
	"effect/hook":        ". call effect store text vault",   // who is told what happens: webhooks, and shops that are kept in step
	"ledger":             ".",                                // the books in double entry
	"sourcing":           ". calendar",                       // ranks offers, knows shipping lines
}

// pure rooms see neither the outside nor the time: the same input gives the same output for ever.
var pure = []string{".", "calendar", "decide", "insight", "search", "ledger", "sourcing"}

// impure is what a pure room may not import.
var impure = []string{"os", "net", "database/sql", "math/rand", "math/rand/v2", "log", "log/slog", "context", "net/http", "os/exec", "io/ioutil", "syscall"}

// clockless rooms are given the time: they may not ask for it. (bench and cmd measure and show it.)
var clockless = []string{".", "document", "calendar", "playbook", "decide", "insight", "intake", "intake/signed", "replay", "search", "text", "sample", "intake/agent", "intake/taobao", "intake/track", "intake/mail", "ledger", "sourcing"}

func TestRooms(t *testing.T) {
	files := sources(t)
	for room, list := range files {
		allowed, known := rooms[room]
		if !known {
			t.Errorf("the room %q is not in the table: say what may be imported there", room)
			continue
		}
		for _, f := range list {
			for _, im := range f.tree.Imports {
				checkImport(t, f, room, allowed, strings.Trim(im.Path.Value, `"`))
			}
			if slices.Contains(clockless, room) {
				checkClock(t, f)
			}
		}
	}
	for room := range rooms {
		if len(files[room]) == 0 {
			t.Errorf("the room %q is in the table and has no code", room)
		}
	}
}

func checkImport(t *testing.T, f source, room, allowed, imported string) {
	t.Helper()
	if slices.Contains(pure, room) && slices.Contains(impure, imported) {
		t.Errorf("%s: a pure room imports %s", f.name, imported)
	}
	own, ours := strings.CutPrefix(imported, "recourse/")
	if imported == "recourse" {
		own, ours = ".", true
	}
	if ours && allowed != "*" && !slices.Contains(strings.Fields(allowed), own) {
		t.Errorf("%s: the room %s may not import %s", f.name, room, imported)
	}
}

// checkClock refuses what reads the clock: time.Now, time.Since, time.Until and timers.
func checkClock(t *testing.T, f source) {
	t.Helper()
	ast.Inspect(f.tree, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := s.X.(*ast.Ident)
		if ok && id.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Tick", "NewTimer", "NewTicker", "Sleep"}, s.Sel.Name) {
			t.Errorf("%s: time is an argument here: time.%s", f.fset.Position(s.Pos()), s.Sel.Name)
		}
		return true
	})
}

// TestNoSituationInGo: which situations there are is the playbook's to say.
func TestNoSituationInGo(t *testing.T) {
	situations := []string{"out_of_stock", "late_shipment", "supplier_unresponsive", "customs_hold", "wrong_item", "missing_item", "damaged_item", "order_cancelled", "wrong_address", "lost_in_transit", "not_received", "returned_to_sender"}
	shared := map[string]bool{"out_of_stock": true, "customs_hold": true} // also the status of a purchase and of a parcel
	for _, room := range []string{".", "decide", "playbook", "replay"} {
		for _, f := range sources(t)[room] {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				s, err := strconv.Unquote(lit.Value)
				if err == nil && slices.Contains(situations, s) && !shared[s] {
					t.Errorf("%s names the situation %s", f.fset.Position(lit.Pos()), s)
				}
				return true
			})
		}
	}
}

type source struct {
	name string
	tree *ast.File
	fset *token.FileSet
}

// sources are the files of every room that are not tests.
func sources(t *testing.T) map[string][]source {
	t.Helper()
	out := map[string][]source{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, p, nil, 0)
		room := path.Dir(filepath.ToSlash(p))
		out[room] = append(out[room], source{p, tree, fset})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
