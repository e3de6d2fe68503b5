package store

import (
	"crypto/sha256"
	"math"
	"time"

	"github.com/fxamacker/cbor/v2"

	"recourse"
)

// Bodies are CBOR by the names of the JSON fields: a third of the bytes and of the time of JSON, and just as readable
// for whoever has a decoder. Fields are written in the order of the structs, and no maps are, so that the same body
// always has the same bytes; hashes are over the bytes as they are kept. A field may be added to a struct and may not
// change its name or its meaning.

var encoder = func() cbor.EncMode {
	m, err := cbor.EncOptions{Time: cbor.TimeRFC3339Nano, Sort: cbor.SortNone, NilContainers: cbor.NilContainerAsNull}.EncMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return m
}()

var decoder = func() cbor.DecMode {
	m, err := cbor.DecOptions{MaxArrayElements: 1 << 20, MaxNestedLevels: 32}.DecMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return m
}()

// encode writes a body.
func encode(v any) ([]byte, error) { return encoder.Marshal(v) }

// decode reads a body. A body that cannot be read was damaged outside this program.
func decode(b []byte, v any) error {
	if err := decoder.Unmarshal(b, v); err != nil {
		return &recourse.Error{Kind: recourse.Internal, Code: "body_damaged", Message: "a stored body cannot be read", Err: err}
	}
	return nil
}

// Never stands for an instant that will not come: it sorts behind all others.
const never = math.MaxInt64

// micros is an instant as columns have it. A fraction of a microsecond counts as a whole one, so that nothing is looked
// at before it is due.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	n := t.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		n++
	}
	return n
}

// instant is the other way round.
func instant(n int64) time.Time {
	if n == never {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// Hash is SHA-256.
type Hash [32]byte

// Chain is the hash of an entry of history: over the hash of the one before, and its own body.
func Chain(before Hash, body []byte) Hash {
	h := sha256.New()
	h.Write(before[:])
	h.Write(body)
	var out Hash
	h.Sum(out[:0])
	return out
}

// Origin is what the first entry of an order's history is chained to: no history can be put in another's place.
func Origin(k Key) Hash {
	return sha256.Sum256([]byte("recourse history 1\x00" + k.Merchant + "\x00" + k.Order))
}
