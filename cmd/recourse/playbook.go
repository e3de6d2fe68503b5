package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"recourse"
	"recourse/calendar"
	"recourse/playbook"
	"recourse/replay"
)

// playbookCmd works with playbooks.
type playbookCmd struct {
	Check checkCmd `cmd:"" help:"Explore every state of a playbook for what cannot be right; says where, and how one gets there."`
	Show  showCmd  `cmd:"" help:"Print a playbook in words."`
	Draw  drawCmd  `cmd:"" help:"Draw a playbook as an SVG: a panel a path, states, and times on the arrows."`
	Diff  diffCmd  `cmd:"" help:"Say in words what changes from one playbook to another."`
	Test  testCmd  `cmd:"" help:"Run scenario files on a virtual clock; the last line says how many passed."`
	Copy  copyCmd  `cmd:"" help:"Print a built-in playbook, to be changed and used as one's own."`
	List  listCmd  `cmd:"" help:"List the built-in playbooks."`
	Use   useCmd   `cmd:"" help:"Put a playbook to work: new cases begin under it."`
}

// loadPlaybook compiles a built-in playbook or a file.
//
// A built-in name wins over everything; a file of the same name is meant by writing ./ before
// it. Backslashes count as slashes of a path, and the name in messages is written with
// slashes, so that they read the same on every system.
func loadPlaybook(name string) (*playbook.Playbook, error) {
	if slices.Contains(playbook.Builtins(), name) {
		return playbook.Builtin(name)
	}
	if !strings.ContainsAny(name, "./\\") {
		return playbook.Builtin(name) // an error that names the built-ins
	}
	data, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	return playbook.Load(filepath.ToSlash(name), data)
}

// policy is a playbook with settings.
func policy(name string, settings map[string]string) (*playbook.Policy, error) {
	p, err := loadPlaybook(name)
	if err != nil {
		return nil, err
	}
	return p.With(settings)
}

// copyCmd prints a built-in playbook.
//
// What is printed is the file as it is built in, comments and all, since these are the best
// manual for who wants to change it.
type copyCmd struct {
	Name string `arg:"" help:"The built-in playbook."`
}

// Run prints it.
func (c *copyCmd) Run(s *streams) error {
	data, ok := playbook.BuiltinSource(c.Name)
	if !ok {
		_, err := playbook.Builtin(c.Name)
		return err
	}
	_, err := s.out.Write(data)
	return err
}

// listCmd lists the built-in playbooks.
type listCmd struct{}

// Run lists them.
func (listCmd) Run(s *streams) error {
	for _, name := range playbook.Builtins() {
		p, err := playbook.Builtin(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%-12s %s\n", name, p.About)
	}
	return nil
}

// testCmd runs scenarios.
//
// The exit code is 0 when all scenarios held, 1 when some did not, and 2 when there was
// nothing to run or the playbook of --playbook could not be read. With --mutate changes that
// nobody noticed do not fail the command: they are a list to read.
type testCmd struct {
	Paths    []string          `arg:"" name:"file" help:"Scenario files, or folders of them." type:"path"`
	Playbook string            `help:"Try this playbook in place of the one that the scenarios name." placeholder:"NAME|FILE"`
	Set      map[string]string `help:"A setting for every scenario that does not set it itself." mapsep:"none" placeholder:"SETTING=VALUE"`
	Mutate   bool              `help:"Change the playbook one place at a time and list the changes that none of these scenarios notices."`

	loaded map[string]*playbook.Playbook // those that scenarios named, compiled once
}

// Run runs them all; a file that cannot be read counts as one that failed.
func (c *testCmd) Run(s *streams) error {
	files, err := scenarioFiles(c.Paths)
	if err != nil {
		return err
	}
	if c.Playbook != "" {
		if _, err := c.load(c.Playbook); err != nil {
			return err
		}
	}
	if c.Mutate {
		return c.mutate(s, files)
	}
	passed, failed := 0, 0
	for _, file := range files {
		p, f := c.file(s, file)
		passed, failed = passed+p, failed+f
	}
	fmt.Fprintf(s.out, "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return errFailed
	}
	return nil
}

// Files are independent of each other. What is wrong with one is printed in its place and the
// next is run.
func (c *testCmd) file(s *streams, file string) (passed, failed int) {
	data, err := readSmall(file)
	var scenarios []*replay.Scenario
	if err == nil {
		scenarios, err = replay.ParseScenarios(file, data)
	}
	if err != nil {
		fmt.Fprintln(s.out, err)
		return 0, 1
	}
	for _, scenario := range scenarios {
		if err := c.scenario(scenario, filepath.Dir(file)); err != nil {
			for _, e := range unjoined(err) {
				fmt.Fprintln(s.out, e)
			}
			failed++
			continue
		}
		passed++
	}
	return passed, failed
}

// scenario runs one. A playbook that it names by a path is looked for beside its file.
//
// The scenario's own settings lie over those of --set: a scenario that sets something is about
// just that value.
func (c *testCmd) scenario(s *replay.Scenario, folder string) error {
	name := c.about(s, folder)
	p, err := c.load(name)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.At, s.Name, err)
	}
	policy, err := p.With(merged(c.Set, s.Settings))
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.At, s.Name, err)
	}
	if f := s.Run(policy, calendar.Default()); f != nil {
		return errors.New(f.String())
	}
	return nil
}

// about is the playbook that a scenario is tried on. One that it names by a path is looked for beside its file.
func (c *testCmd) about(s *replay.Scenario, folder string) string {
	switch {
	case c.Playbook != "":
		return c.Playbook
	case strings.ContainsAny(s.Playbook, "./\\") && !filepath.IsAbs(s.Playbook):
		return filepath.Join(folder, s.Playbook)
	}
	return s.Playbook
}

// load compiles a playbook once.
func (c *testCmd) load(name string) (*playbook.Playbook, error) {
	if p := c.loaded[name]; p != nil {
		return p, nil
	}
	p, err := loadPlaybook(name)
	if err != nil {
		return nil, err
	}
	if c.loaded == nil {
		c.loaded = map[string]*playbook.Playbook{}
	}
	c.loaded[name] = p
	return p, nil
}

// mutate lists, for each playbook that the scenarios are about, the single changes that none of them notices.
//
// Here a file that cannot be read ends the command, unlike in a plain run: with scenarios
// missing, changes would be listed as unnoticed that are well tested. Playbooks come in the
// order of their names.
func (c *testCmd) mutate(s *streams, files []string) error {
	about := map[string][]*replay.Scenario{}
	for _, file := range files {
		data, err := readSmall(file)
		if err != nil {
			return err
		}
		scenarios, err := replay.ParseScenarios(file, data)
		if err != nil {
			return err
		}
		for _, scenario := range scenarios {
			scenario.Playbook = c.about(scenario, filepath.Dir(file))
			scenario.Settings = merged(c.Set, scenario.Settings)
			about[scenario.Playbook] = append(about[scenario.Playbook], scenario)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(about)) {
		file, data, err := playbookSource(name)
		if err != nil {
			return err
		}
		for _, scenario := range about[name] {
			scenario.Playbook = file
		}
		found, err := replay.Mutate(file, data, about[name], calendar.Default())
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s:\n%s", name, found)
	}
	return nil
}

// playbookSource is the text of a playbook, and the name of its file.
func playbookSource(name string) (file string, data []byte, err error) {
	if data, ok := playbook.BuiltinSource(name); ok {
		return name + ".yaml", data, nil
	}
	data, err = readSmall(name)
	return filepath.ToSlash(name), data, err
}

// scenarioFiles are the files named, and those in the folders named, in a fixed order.
//
// A file that is named is taken whatever its ending; in folders, and in those within, only
// YAML is. None at all is an error, lest a mistyped folder pass for a successful test.
func scenarioFiles(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return fileError(p, err)
			}
			ext := filepath.Ext(name)
			if !d.IsDir() && (name == p || ext == ".yaml" || ext == ".yml") {
				files = append(files, relative(name))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, &recourse.Error{Kind: recourse.NotFound, Code: "scenarios", Message: "no scenario files (*.yaml) there"}
	}
	return files, nil
}

// relative shortens a path for people, when it lies below here.
//
// It only serves the reader of messages; where it is not possible the full path stays.
func relative(name string) string {
	here, err := os.Getwd()
	if err != nil {
		return name
	}
	if rel, err := filepath.Rel(here, name); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return name
}
