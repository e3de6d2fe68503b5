package intake

import (
	"io"
	"os"
	"testing"
)

// mustOpen opens a text book that is in order.
func mustOpen(t testing.TB, r io.Reader, o Options) *Book {
	t.Helper()
	book, err := OpenCSV(r, o)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// exampleProfile is a mapping file that is shipped as an example.
func exampleProfile(t testing.TB, name string) *Profile {
	t.Helper()
	data, err := os.ReadFile("../examples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParseProfile(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
