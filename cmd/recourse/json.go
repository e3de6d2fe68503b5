package main

import (
	"encoding/json"
	"io"
)

// printJSON prints one JSON value, indented for people and the same for programs.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
