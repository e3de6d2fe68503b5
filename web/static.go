package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

// What pages load: the files of static, and for the desk one style sheet and one script, each made of the parts in
// static/desk. The part named base comes first.

//go:embed static
var static embed.FS

// types are the kinds of file that are served.
var types = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}

// asset is a file for browsers, with the name of its version: they keep it for good, and ask for another when it has
// another name.
type asset struct {
	data    []byte
	version string
}

// assets are all files by their names.
var assets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{"desk.css": joined(".css"), "desk.js": joined(".js")}
	entries, err := static.ReadDir("static")
	if err != nil {
		panic(err) // they are in the binary
	}
	for _, e := range entries {
		if types[path.Ext(e.Name())] != "" && !e.IsDir() {
			data, err := static.ReadFile("static/" + e.Name())
			if err != nil {
				panic(err)
			}
			all[e.Name()] = newAsset(data)
		}
	}
	return all
})

func newAsset(data []byte) asset {
	sum := sha256.Sum256(data)
	return asset{data, hex.EncodeToString(sum[:6])}
}

// joined is the desk's file of a kind.
func joined(ext string) asset {
	names, err := fs.Glob(static, "static/desk/*"+ext)
	if err != nil {
		panic(err)
	}
	var base, rest bytes.Buffer
	for _, name := range names {
		data, err := static.ReadFile(name)
		if err != nil {
			panic(err)
		}
		to := &rest
		if strings.TrimSuffix(path.Base(name), ext) == "base" {
			to = &base
		}
		to.Write(data)
		to.WriteByte('\n')
	}
	return newAsset(append(base.Bytes(), rest.Bytes()...))
}

// address is where a file is, in its present version.
func address(name string) string { return "/static/" + name + "?v=" + assets()[name].version }

// file serves one.
func (s *site) file(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	a, known := assets()[name]
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", types[path.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(a.data)
}
