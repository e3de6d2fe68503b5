package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

// TestMain runs all from the root of the project, as the command is.
func TestMain(m *testing.M) {
	beVictim()
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestRepeat: the book as often as wanted, each time with orders of its own, whatever the reader's buffer.
func TestRepeat(t *testing.T) {
	const text = "number,text\n1,\"a\nb\"\n1,c\n2,\"d \"\"e\"\"\"\n"
	const want = "number,text\n1-1,\"a\nb\"\n1-1,c\n1-2,\"d \"\"e\"\"\"\n2-1,\"a\nb\"\n2-1,c\n"
	if err := iotest.TestReader(newRepeat([]byte(text), 9, 5), []byte(want)); err != nil {
		t.Error(err)
	}
	all, err := io.ReadAll(newRepeat([]byte(text), 100, 0))
	if err != nil || bytes.Count(all, []byte("\n")) != 1+100*4 {
		t.Errorf("%v, %d line breaks", err, bytes.Count(all, []byte("\n")))
	}
	if all, _ := io.ReadAll(newRepeat([]byte("number\n"), 100, 0)); string(all) != "number\n" {
		t.Errorf("%q; a book without rows is its header", all)
	}
}

// TestCommand runs the quick ones. What they measure here says nothing, but that they do.
func TestCommand(t *testing.T) {
	var out strings.Builder
	if err := command([]string{"-json", "-seconds", "0.01", "-run", "decide,decide-heavy,calendar"}, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, one for each benchmark is wanted:\n%s", len(lines), out.String())
	}
	for _, text := range lines {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil || l.Rate <= 0 || l.Ratio != l.Rate/l.Floor {
			t.Errorf("%v: %s", err, text)
		}
	}
	if err := command([]string{"-run", "nothing"}, &out); err == nil {
		t.Error("a benchmark that is not there was run")
	}
}

// TestDurable runs those that need a database and no other program, on very little.
func TestDurable(t *testing.T) {
	for name, lines := range map[string]int{"handle-sqlite": 1, "handle-callers": 2, "http": 2, "queue-page": 3} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := command([]string{"-json", "-seconds", "0.05", "-n", "300", "-run", name}, &out); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(out.String(), "\n"); n != lines {
				t.Errorf("%d lines, %d are wanted:\n%s", n, lines, out.String())
			}
		})
	}
}

// BenchmarkDecide and BenchmarkHeavy tell what `go run ./bench` does not: the memory that a decision takes.
func BenchmarkDecide(b *testing.B) { benchmarkOf(b, prepareDecide) }

// BenchmarkHeavy: see BenchmarkDecide.
func BenchmarkHeavy(b *testing.B) { benchmarkOf(b, prepareHeavy) }

func benchmarkOf(b *testing.B, prepare func() (work, string, error)) {
	do, _, err := prepare()
	if err != nil {
		b.Fatal(err)
	}
	n, err := do()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; i < b.N; i += n { // an iteration is a decision, of which a round takes n
		if _, err := do(); err != nil {
			b.Fatal(err)
		}
	}
}
