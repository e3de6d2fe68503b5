package dossier

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"recourse"
	"recourse/evidence"
	"recourse/store"
)

// Case is all of a case that a dossier can tell. Personal values are in the clear.
type Case struct {
	Shop     string
	File     *recourse.OrderFile
	ID       string
	History  []store.Entry // of the order, the oldest first
	Total    int64         // entries that the order's history has
	Root     store.Hash    // of the last of them
	Evidence []store.Evidence
	// Photos are the pictures of evidence, by its file; one that others may not see is not among them.
	Photos map[string][]byte
	Told   []store.Effect // messages to the buyer that left, the oldest first
	// Letters are the words of those whose letters are kept, by the act; a caller that can open them fills them in.
	Letters map[string]Letter
	whole   bool
	Agent   string // the language of the merchant's agent, BCP 47; "": not told
}

// maxHistory bounds how many entries are read.
const maxHistory = 2000

// Read reads a case with its evidence. Room is where the pictures are; nil: there are none.
//
// Errors: case_unknown, of kind [recourse.NotFound].
func Read(ctx context.Context, st *store.Store, room *evidence.Room, merchant, id string) (*Case, error) {
	return read(ctx, st, room, merchant, &Case{ID: id})
}

// ReadWhole reads a case with the evidence of all cases of its order: a dispute is about what other cases were about before.
func ReadWhole(ctx context.Context, st *store.Store, room *evidence.Room, merchant, id string) (*Case, error) {
	return read(ctx, st, room, merchant, &Case{ID: id, whole: true})
}

func read(ctx context.Context, st *store.Store, room *evidence.Room, merchant string, c *Case) (*Case, error) {
	err := st.Read(ctx, func(tx *store.Tx) error { return c.read(tx, merchant) })
	if err != nil {
		return nil, err
	}
	return c, c.look(ctx, room, merchant)
}

func (c *Case) read(tx *store.Tx, merchant string) error {
	k := store.Key{Merchant: merchant, Order: c.ID[:max(0, strings.LastIndexByte(c.ID, '-'))]}
	files, err := tx.Files([]store.Key{k})
	if err != nil {
		return err
	}
	f := files[k]
	if f.Version == 0 || f.OrderFile.Case(c.ID) == nil {
		return &recourse.Error{Kind: recourse.NotFound, Code: "case_unknown", Field: "case", Message: "there is no case " + recourse.Shorten(c.ID, 60)}
	}
	c.Total, c.Root = f.Version, f.Hash
	if c.History, err = tx.History(k, max(1, f.Version-maxHistory+1), maxHistory); err != nil {
		return err
	}
	known, err := tx.Personal([]store.Key{k})
	if err != nil {
		return err
	}
	var values recourse.Personal
	if p := known[k]; p != nil {
		values = p.Fields
	}
	c.reveal(values, f.OrderFile)
	if err = c.readTold(tx, k); err != nil {
		return err
	}
	if err = c.readEvidence(tx, merchant); err != nil {
		return err
	}
	m, err := tx.MerchantOnce(merchant)
	if err != nil {
		return err
	}
	c.Shop = cmp.Or(m.Name, m.ID)
	c.Agent, err = AgentLanguage(tx, merchant)
	return err
}

// readEvidence reads the evidence of the case, or of all cases of its order.
func (c *Case) readEvidence(tx *store.Tx, merchant string) error {
	for _, k := range c.File.Cases {
		if k.ID != c.ID && !c.whole {
			continue
		}
		all, err := tx.EvidenceOfCase(merchant, k.ID)
		if err != nil {
			return err
		}
		c.Evidence = append(c.Evidence, all...)
	}
	return nil
}

// readTold reads what the buyer was told.
func (c *Case) readTold(tx *store.Tx, k store.Key) error {
	all, err := tx.EffectsOf(k)
	for i := range all {
		if e := &all[i]; e.Kind == recourse.EffectMessage && e.To == recourse.PartyBuyer && e.Status == store.Done {
			c.Told = append(c.Told, *e)
		}
	}
	slices.SortStableFunc(c.Told, func(a, b store.Effect) int { return toldOn(&a).Compare(toldOn(&b)) })
	return err
}

// AgentLanguage is the language that the merchant's agent is written to in; "" where no agent is connected.
func AgentLanguage(tx *store.Tx, merchant string) (string, error) {
	all, err := tx.Connections(merchant)
	if err != nil {
		return "", err
	}
	for i := range all {
		if c := &all[i]; c.Kind == "dsers" && c.Status != recourse.ConnectionGone {
			return c.Setting("language", "en"), nil
		}
	}
	return "", nil
}

// reveal puts values in place of their tokens.
func (c *Case) reveal(known recourse.Personal, file *recourse.OrderFile) {
	c.File = known.RevealFile(file)
	for i := range c.History {
		e := &c.History[i]
		if e.Event != nil {
			ev := known.RevealEvent(*e.Event)
			e.Event = &ev
		}
	}
}

// maxRead bounds a picture as it was made by the evidence room.
const maxRead = 20 << 20

// look reads the pictures that others may see, no more than are shown. One that cannot be read is left out: its
// checksum stands in the dossier all the same.
func (c *Case) look(ctx context.Context, room *evidence.Room, merchant string) error {
	c.Photos = map[string][]byte{}
	if room == nil {
		return nil
	}
	for i := range c.Evidence {
		e := &c.Evidence[i]
		if !e.Visible() || !e.Shown || len(c.Photos) >= maxPhotos {
			continue
		}
		f, _, err := room.Picture(ctx, merchant, e.File, evidence.Full)
		if err != nil {
			if recourse.KindOf(err) == recourse.NotFound {
				continue
			}
			return err
		}
		data, err := io.ReadAll(io.LimitReader(f, maxRead))
		f.Close()
		if err != nil {
			return err
		}
		c.Photos[e.File] = data
	}
	return nil
}
