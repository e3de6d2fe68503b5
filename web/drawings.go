package web

import (
	"slices"
	"strings"
	"sync"
	"weak"

	"recourse/text"
	"recourse/web/view"
)

// drawings keeps pictures of paths that were drawn: the page of a case needs the size of its picture before the browser asks
// for it, and many cases have gone the same way. A drawing follows from the policy, the way and the words alone.
type drawings struct {
	mu  sync.Mutex
	all []keptDrawing // the latest first
}

type keptDrawing struct {
	key drawingKey
	svg []byte
}

// drawingKey is what a drawing follows from. The words are not held by it: those of a merchant take megabytes.
type drawingKey struct {
	policy, path, current, walked string
	words                         weak.Pointer[text.Language]
}

// mostDrawings is how many are kept, of some forty kilobytes each.
const mostDrawings = 64

// of is a drawing in the words of a language; nil where there is none. It is not to be changed.
func (d *drawings) of(r view.Reader, words *text.Language, way view.Way) []byte {
	key := drawingKey{way.Policy.Hash, way.Path, way.Current, strings.Join(way.Walked, "\n"), weak.Make(words)}
	d.mu.Lock()
	i := slices.IndexFunc(d.all, func(k keptDrawing) bool { return k.key == key })
	if i >= 0 {
		k := d.all[i]
		copy(d.all[1:], d.all[:i])
		d.all[0] = k
		d.mu.Unlock()
		return k.svg
	}
	d.mu.Unlock()
	svg := r.Draw(way)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = slices.Insert(d.all, 0, keptDrawing{key, svg})
	if len(d.all) > mostDrawings {
		clear(d.all[mostDrawings:])
		d.all = d.all[:mostDrawings]
	}
	return svg
}
