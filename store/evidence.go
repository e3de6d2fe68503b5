package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"time"

	"recourse"
)

// Scan says what the virus scanner found in a file.
type Scan string

// The verdicts of the scanner.
const (
	// ScanClean: it found nothing, or there is none. Others may see the file.
	ScanClean Scan = "clean"
	// ScanWaiting: it could not be asked yet. The file is kept and nobody but the merchant's people may have it; whoever
	// looks after the files asks again.
	ScanWaiting Scan = "waiting"
	// ScanInfected: it found something when it was asked again. The file is gone, and the row says that there was one.
	ScanInfected Scan = "infected"
)

// Evidence is a photo or a video that was handed in for a case. The file itself is not here.
type Evidence struct {
	Merchant string
	Order    string
	Case     string // "": of the order as a whole
	File     string // SHA-256 of the content, hex
	Kind     string // photo, video
	Type     string // media type
	Bytes    int64
	Width    int       // in pixels; 0: not known
	Height   int       //
	Taken    time.Time // by the camera's clock; zero: not known
	Shown    bool      // there is a picture of it for others to see
	Played   bool      // there is a video of it for others to see
	Scan     Scan
	From     recourse.Party // who handed it in
	By       string         // the person or the connection
	Name     string         // as it was called where it came from: personal, and no path
	Text     string         // what was written beside it: personal
	At       time.Time      // when it was handed in
	Hash     uint64         // perceptual; 0: none
}

// Visible says that others than the merchant's people may see it.
func (e *Evidence) Visible() bool { return e.Scan == ScanClean }

var insertEvidence = &batch{table: "evidence",
	columns: "merchant text, order_id text, case_id text, file text, kind text, type text, bytes bigint, width bigint, height bigint, taken_at bigint, shown bigint, played bigint, scan text, " +
		"sender text, told_by text, name text, words text, at bigint, hash bigint, band0 bigint, band1 bigint, band2 bigint, band3 bigint",
	tail: "ON CONFLICT (merchant, order_id, case_id, file) DO NOTHING"}

// PutEvidence writes down evidence. The same file for the same case a second time changes nothing.
func (tx *Tx) PutEvidence(all ...Evidence) error {
	rows := make([][]any, len(all))
	for i := range all {
		e := &all[i]
		b := bands(e.Hash)
		rows[i] = []any{e.Merchant, e.Order, e.Case, e.File, e.Kind, e.Type, e.Bytes, int64(e.Width), int64(e.Height), micros(e.Taken), bit(e.Shown), bit(e.Played), string(cmp.Or(e.Scan, ScanWaiting)),
			string(e.From), e.By, e.Name, e.Text, micros(e.At), int64(e.Hash), b[0], b[1], b[2], b[3]}
	}
	_, err := tx.insert(insertEvidence, rows)
	return err
}

const evidenceColumns = `merchant, order_id, case_id, file, kind, type, bytes, width, height, taken_at, shown, played, scan, sender, told_by, name, words, at, hash`

func (tx *Tx) evidence(where string, args ...any) ([]Evidence, error) {
	rows, err := tx.query(`SELECT `+evidenceColumns+` FROM evidence WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	return scanEvidence(rows)
}

func scanEvidence(rows *sql.Rows) ([]Evidence, error) {
	var out []Evidence
	return out, each(rows, func() error {
		var e Evidence
		var taken, shown, played, at, hash int64
		err := rows.Scan(&e.Merchant, &e.Order, &e.Case, &e.File, &e.Kind, &e.Type, &e.Bytes, &e.Width, &e.Height, &taken, &shown, &played, &e.Scan, &e.From, &e.By, &e.Name, &e.Text, &at, &hash)
		e.Taken, e.At, e.Shown, e.Played, e.Hash = instant(taken), instant(at), shown == 1, played == 1, uint64(hash)
		out = append(out, e)
		return err
	})
}

// maxEvidence bounds what is read of one case or order.
const maxEvidence = 500

// EvidenceOfOrder is what was handed in for an order, all its cases included, the oldest first, up to five hundred.
func (tx *Tx) EvidenceOfOrder(k Key) ([]Evidence, error) {
	return tx.evidence(`merchant = $1 AND order_id = $2 ORDER BY at, file LIMIT $3`, k.Merchant, k.Order, maxEvidence)
}

// EvidenceOfCase is what was handed in for a case, the oldest first, up to five hundred.
func (tx *Tx) EvidenceOfCase(merchant, id string) ([]Evidence, error) {
	return tx.evidence(`merchant = $1 AND case_id = $2 ORDER BY at, file LIMIT $3`, merchant, id, maxEvidence)
}

// CountEvidence counts what was handed in for a case.
func (tx *Tx) CountEvidence(merchant, id string) (n int, err error) {
	rows, err := tx.query(`SELECT COUNT(*) FROM evidence WHERE merchant = $1 AND case_id = $2`, merchant, id)
	if err != nil {
		return 0, err
	}
	return n, each(rows, func() error { return rows.Scan(&n) })
}

// EvidenceFile is a file's evidence, wherever it was handed in, the oldest first, up to fifty.
//
// Errors: evidence_missing, of kind [recourse.NotFound], when no case of the merchant refers to it.
func (tx *Tx) EvidenceFile(merchant, file string) ([]Evidence, error) {
	all, err := tx.evidence(`merchant = $1 AND file = $2 ORDER BY at, order_id, case_id LIMIT 50`, merchant, file)
	if err == nil && len(all) == 0 {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "evidence_missing", Message: "there is no such file"}
	}
	return all, err
}

// UnknownEvidence are those of some files that no case of the merchant refers to. When a buyer has been erased, theirs are
// among them.
func (tx *Tx) UnknownEvidence(merchant string, files []string) ([]string, error) {
	keys := make([][]string, len(files))
	for i, f := range files {
		keys[i] = []string{merchant, f}
	}
	known := map[string]bool{}
	err := tx.lookup(`SELECT e.file FROM %s evidence e WHERE e.merchant = k.k1 AND e.file = k.k2 AND e.scan <> 'infected'`, keys, func(rows *sql.Rows) error {
		var f string
		err := rows.Scan(&f)
		known[f] = true
		return err
	})
	return slices.DeleteFunc(slices.Clone(files), func(f string) bool { return known[f] }), err
}

// EvidenceToScan are files of a merchant that wait for the scanner, without repetition.
func (tx *Tx) EvidenceToScan(merchant string, limit int) ([]string, error) {
	rows, err := tx.query(`SELECT DISTINCT file FROM evidence WHERE merchant = $1 AND scan = 'waiting' ORDER BY file LIMIT $2`, merchant, limit)
	if err != nil {
		return nil, err
	}
	var out []string
	return out, each(rows, func() error {
		var f string
		err := rows.Scan(&f)
		out = append(out, f)
		return err
	})
}

// SetEvidenceScan writes down the scanner's verdict on a file.
func (tx *Tx) SetEvidenceScan(merchant, file string, verdict Scan) error {
	_, err := tx.exec(`UPDATE evidence SET scan = $3 WHERE merchant = $1 AND file = $2`, merchant, file, string(verdict))
	return err
}

// Near photos are found by quarters of their hashes. Two hashes that differ in up to seven of 64 bits have a quarter that
// differs in at most one, since four quarters with two each were eight; so every quarter is looked up as it is and with
// each of its bits turned, seventeen values, in an index of its own. What comes out, among a million photos some hundred
// a quarter, is compared in full. Up to seven bits nothing is missed; of those that differ in eight, the few that differ in two in
// each quarter are.

// nearBits is how many bits may differ for two photos to be taken for the same.
const nearBits = 8

// mostNear bounds what is compared for one quarter: photos of one kind crowd into some values.
const mostNear = 4000

// bands are the quarters of a hash.
func bands(h uint64) [4]int64 {
	return [4]int64{int64(h >> 48), int64(h >> 32 & 0xffff), int64(h >> 16 & 0xffff), int64(h & 0xffff)}
}

// Near is a photo that looks like another.
type Near struct {
	Order, Case string
	Distance    int  // bits of the hash that differ
	Same        bool // it is the very same file
}

// NearEvidence is where a photo, or one that looks like it, is evidence too: in other cases of the merchant, the likest
// first, up to a number, one for each case. A video is found where it is the same file.
func (tx *Tx) NearEvidence(e *Evidence, limit int) ([]Near, error) {
	found := map[[2]string]Near{}
	note := func(n Near) {
		k := [2]string{n.Order, n.Case}
		if old, ok := found[k]; n.Distance <= nearBits && k != [2]string{e.Order, e.Case} && (!ok || n.Same || !old.Same && n.Distance < old.Distance) {
			found[k] = n
		}
	}
	if e.Hash != 0 {
		for i, b := range bands(e.Hash) {
			if err := tx.nearBand(e, i, b, note); err != nil {
				return nil, err
			}
		}
	}
	same, err := tx.EvidenceFile(e.Merchant, e.File)
	if err != nil && recourse.CodeOf(err) != "evidence_missing" {
		return nil, err
	}
	for i := range same {
		note(Near{Order: same[i].Order, Case: same[i].Case, Same: true})
	}
	out := slices.Collect(maps.Values(found))
	slices.SortFunc(out, func(a, b Near) int {
		return cmp.Or(cmp.Compare(bit(b.Same), bit(a.Same)), cmp.Compare(a.Distance, b.Distance), strings.Compare(a.Order, b.Order), strings.Compare(a.Case, b.Case))
	})
	return out[:min(len(out), limit)], nil
}

func (tx *Tx) nearBand(e *Evidence, i int, value int64, note func(Near)) error {
	rows, err := tx.query(nearTexts[i], append([]any{e.Merchant}, around(value)...)...)
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var hash int64
		var order, id string
		err := rows.Scan(&hash, &order, &id)
		note(Near{Order: order, Case: id, Distance: bits.OnesCount64(uint64(hash) ^ e.Hash)})
		return err
	})
}

// around are a quarter and those that differ from it in one bit.
func around(value int64) []any {
	all := []any{value}
	for b := range 16 {
		all = append(all, value^1<<b)
	}
	return all
}

// nearTexts ask for what is in a quarter's index.
var nearTexts = func() (out [4]string) {
	in := make([]string, 17)
	for i := range in {
		in[i] = fmt.Sprintf("$%d", i+2)
	}
	for i := range out {
		out[i] = fmt.Sprintf(`SELECT hash, order_id, case_id FROM evidence WHERE merchant = $1 AND band%d IN (%s) AND hash <> 0 LIMIT %d`, i, strings.Join(in, ", "), mostNear)
	}
	return out
}()
