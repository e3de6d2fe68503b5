package playbook

import (
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
)

// checked are conditions that CEL has read and checked, to be shared by playbooks that differ in one place only: thousands of
// mutants say the same of the same names. Reading and checking them is most of what making a playbook costs. It lives as long as
// the mutants do, and a nil one shares nothing. Safe for several goroutines.
type checked struct {
	mu    sync.Mutex
	envs  map[string]*cel.Env
	trees map[checkedKey]*cel.Ast
}

// checkedKey is a condition and all that it may have been written about: the same words mean something else where a setting is of
// another kind.
type checkedKey struct{ declared, source string }

func newChecked() *checked {
	return &checked{envs: map[string]*cel.Env{}, trees: map[checkedKey]*cel.Ast{}}
}

// env makes the environment of some declarations, or gives the one that was made before.
func (s *checked) env(declared string, make func() (*cel.Env, error)) (*cel.Env, error) {
	if s == nil {
		return make()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.envs[declared]; e != nil {
		return e, nil
	}
	e, err := make()
	if err == nil {
		s.envs[declared] = e
	}
	return e, err
}

// read has a condition read and checked, once for all that declare the same. What is wrong is not kept: it is told with its place.
func (s *checked) read(env *cel.Env, declared, source string) (*cel.Ast, *cel.Issues) {
	if s == nil {
		return env.Compile(source)
	}
	key := checkedKey{declared, source}
	s.mu.Lock()
	tree := s.trees[key]
	s.mu.Unlock()
	if tree != nil {
		return tree, nil
	}
	tree, issues := env.Compile(source)
	if issues == nil || issues.Err() == nil {
		s.mu.Lock()
		s.trees[key] = tree
		s.mu.Unlock()
	}
	return tree, issues
}

// declaredBy is what a compiler declares, as one text: the settings with their kinds, and the names of conditions.
func declaredBy(settings []*Setting, names []string) string {
	var b strings.Builder
	for _, s := range settings {
		b.WriteString(s.Name)
		b.WriteByte(byte('0' + s.Default.Kind))
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	for _, n := range names {
		b.WriteString(n)
		b.WriteByte('\n')
	}
	return b.String()
}
