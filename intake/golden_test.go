package intake

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden transcripts anew; read the difference before committing it")

// transcript reads a whole book and renders everything that comes of it: the profile that was recognised, the
// batches with their events as JSON, the rejects and what was counted.
func transcript(t testing.TB, data []byte, o Options) string {
	t.Helper()
	var out strings.Builder
	book, err := Open(bytes.NewReader(data), int64(len(data)), o)
	if err != nil {
		return fmt.Sprintf("refused: %v\n", err)
	}
	fmt.Fprintf(&out, "%s\nencoding: %s\n", book.Match(), book.Encoding())
	book.OnReject(func(r Reject) error {
		fmt.Fprintf(&out, "reject row %d, column %d %q, order %q, field %s: %s\n", r.Row, r.Column, r.Name, r.Order, r.Field, r)
		return nil
	})
	for batch, err := range book.All(t.Context()) {
		if err != nil {
			fmt.Fprintf(&out, "ended: %v\n", err)
			break
		}
		fmt.Fprintf(&out, "order %s, rows %d to %d\n", batch.Order, batch.FirstRow, batch.LastRow)
		for _, e := range batch.Events {
			if err := e.Check(); err != nil {
				t.Errorf("%s: %v", e.ID, err)
			}
			line, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "  %s\n", line)
		}
	}
	fmt.Fprintf(&out, "%+v\n", book.Summary())
	return out.String()
}

// TestGolden reads each small book of testdata with the profile that is guessed, or the mapping file beside it.
func TestGolden(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	books, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range books {
		name, isBook := strings.CutSuffix(entry.Name(), ".csv")
		if !isBook {
			continue
		}
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + name + ".csv")
			if err != nil {
				t.Fatal(err)
			}
			o := Options{File: name + ".csv", Zone: paris}
			if mapping, err := os.ReadFile("testdata/" + name + ".yaml"); err == nil {
				if o.Profile, err = ParseProfile(name+".yaml", mapping); err != nil {
					t.Fatal(err)
				}
				o.Zone = nil
			}
			golden(t, "testdata/"+name+".golden", transcript(t, data, o))
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; got:\n%s", file, got)
	}
}
