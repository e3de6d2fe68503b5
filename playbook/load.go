package playbook

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"recourse"
	"recourse/document"
)

//go:embed builtin/*.yaml
var builtin embed.FS

// Builtins lists the names of the playbooks in the binary.
func Builtins() []string {
	entries, _ := fs.ReadDir(builtin, "builtin") // an embedded folder is always there
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// BuiltinSource is the text of a built-in playbook, for those who want to copy it.
func BuiltinSource(name string) ([]byte, bool) {
	data, err := builtin.ReadFile(path.Join("builtin", name+".yaml"))
	return data, err == nil
}

// Builtin compiles a built-in playbook.
func Builtin(name string) (*Playbook, error) {
	data, ok := BuiltinSource(name)
	if !ok {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: "playbook", Message: "there is no playbook " + recourse.Shorten(name, 60), Hint: recourse.Nearest(name, Builtins())}
	}
	return Load(name+".yaml", data)
}

// Load compiles a playbook from its text; file is used in errors only. All errors found are returned together
// (errors.Join), each an [recourse.Error] with its place; a file that is no YAML gives one.
//
// A playbook that loads is sound as a text: every name is known, every condition has a type, every transition leads
// somewhere. Whether a case can get stuck in it is for Check to say, and takes much longer.
func Load(file string, data []byte) (*Playbook, error) {
	tree, err := source(file, data)
	if err != nil {
		return nil, err
	}
	p, err := compile(tree)
	if err == nil {
		p.source = slices.Clone(data)
	}
	return p, err
}

// Source is the file that the playbook was loaded from, as it was written; nil for one that was restored. Two files that
// say the same make the same playbook, whatever their comments.
func (p *Playbook) Source() []byte { return slices.Clone(p.source) }

// source reads the tree of a playbook, that which it extends merged in.
func source(file string, data []byte) (document.Node, error) {
	docs, err := document.Parse(file, data)
	if err != nil {
		return document.Node{}, err
	}
	if len(docs) != 1 || docs[0].Kind != document.Map {
		return document.Node{}, &recourse.Error{Kind: recourse.Invalid, Code: "playbook", Position: recourse.Position{File: file}, Message: "a playbook is one document, a map that begins with playbook: NAME"}
	}
	return extend(docs[0], 0)
}

// maxExtends bounds the chain of extends.
const maxExtends = 5

// extend lays a playbook over the one that it names, which may itself extend another. Only built-in ones can be
// extended: a file then means the same on every machine, and cannot draw in another file that nobody looked at. The
// chain is bounded because nothing else keeps two playbooks from extending each other.
func extend(tree document.Node, depth int) (document.Node, error) {
	base, ok := tree.Get("extends")
	if !ok {
		return tree, nil
	}
	name, err := base.String()
	if err != nil {
		return tree, err
	}
	data, found := BuiltinSource(name)
	if !found {
		e := base.Err("extends", "there is no playbook %q to extend", recourse.Shorten(name, 60))
		e.Hint = recourse.Nearest(name, Builtins())
		return tree, e
	}
	if depth >= maxExtends {
		return tree, base.Err("extends", "playbooks extend each other more than %d deep", maxExtends)
	}
	docs, err := document.Parse(name+".yaml", data)
	if err != nil {
		return tree, err
	}
	under, err := extend(docs[0], depth+1)
	if err != nil {
		return tree, err
	}
	return merge(under, defaulted(tree), mergeDepth), nil
}

// defaulted writes a setting that is given as a bare value out as a new default, which keeps the declaration of the
// playbook below: "late_shipment.urge_after: 3 days".
//
// It is done before merging, since after it a bare value would have replaced the whole declaration, and with it the
// type. What the playbook below says about the setting, its type and its about, stays.
func defaulted(tree document.Node) document.Node {
	out := tree
	out.Entries = slices.Clone(tree.Entries)
	for i, section := range out.Entries {
		if section.Key != "settings" {
			continue
		}
		entries := slices.Clone(section.Value.Entries)
		for j, e := range entries {
			if e.Value.Kind == document.Scalar {
				value := document.Entry{Key: "default", At: e.Value.At, Value: e.Value}
				entries[j].Value = document.Node{Kind: document.Map, At: e.Value.At, Entries: []document.Entry{value}}
			}
		}
		out.Entries[i].Value.Entries = entries
	}
	return out
}

// mergeDepth is how deep a playbook that extends another is laid over it key by key: sections, their members,
// the members' keys (a path's states), and those of each state list. Below, what is written replaces.
//
//	paths:                       # 4: sections join
//	  late:                      # 3: paths join
//	    states:                  # 2: the keys of a path join
//	      urged: {do: …}         # 1: states join, each of them replaced whole
//
// A state is replaced whole on purpose: whoever reads the new one sees all that it does, with nothing left over from a
// text that they have not open.
const mergeDepth = 4

// merge lays over on under. A map joins a map; anything else replaces.
//
// What is new comes after what was there, and what is replaced keeps its place. So the first state of a path stays the
// first, where cases begin, whatever order the playbook above is written in. Every value keeps the position of the file
// that it comes from, and errors point there.
func merge(under, over document.Node, depth int) document.Node {
	if depth == 0 || under.Kind != document.Map || over.Kind != document.Map {
		return over
	}
	out := over
	out.Entries = append([]document.Entry(nil), under.Entries...)
	for _, e := range over.Entries {
		at := -1
		for i := range out.Entries {
			if out.Entries[i].Key == e.Key {
				at = i
			}
		}
		if at < 0 {
			out.Entries = append(out.Entries, e)
			continue
		}
		below := depth - 1
		if depth == mergeDepth-2 && isLeaf(e.Key) {
			below = 0
		}
		out.Entries[at].Value = merge(out.Entries[at].Value, e.Value, below)
		out.Entries[at].At = e.At
	}
	return out
}

// isLeaf says that a member's key is replaced as a whole, though both are maps: what opens a situation.
//
// A single opener may be a map, without a list around it. Were it joined, an event in one file and a watch in the other
// would give an opener that is both.
func isLeaf(key string) bool { return key == "opens" }

// hashOf is the SHA-256 of all that a tree says, in hex. Comments and layout do not count.
//
// The first line names the version of the language: should the same text come to mean something else one day, it gets
// another hash, and cases pinned to the old meaning are not decided by the new one.
func hashOf(tree document.Node) string {
	return hashOfText(tree.JSON())
}

func hashOfText(text []byte) string {
	h := sha256.New()
	io.WriteString(h, "recourse playbook 1\n")
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}
