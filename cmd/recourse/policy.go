package main

import (
	"fmt"
	"os"
	"slices"

	"recourse"
	"recourse/playbook"
)

// showCmd prints a playbook in words.
type showCmd struct {
	Name string `arg:"" name:"playbook" help:"A built-in playbook, or a file."`
}

// Run prints it.
func (c *showCmd) Run(s *streams) error {
	p, err := loadPlaybook(c.Name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.out, p.Show())
	return err
}

// drawCmd draws a playbook.
//
// The drawing is made under the playbook's defaults and shows no case. A path that does not
// exist gives exit code 2 and the nearest name that does.
type drawCmd struct {
	Name string `arg:"" name:"playbook" help:"A built-in playbook, or a file."`
	Path string `help:"Only this path." placeholder:"PATH"`
	Out  string `short:"o" help:"The SVG file to write. Default: standard output." placeholder:"FILE"`
}

// Run draws it.
func (c *drawCmd) Run(s *streams) error {
	p, err := loadPlaybook(c.Name)
	if err != nil {
		return err
	}
	var svg []byte
	switch {
	case c.Path == "":
		svg = p.Draw(playbook.DrawOptions{})
	case p.Path(c.Path) == nil:
		return &recourse.Error{Kind: recourse.NotFound, Code: "path", Field: "path", Message: "there is no path " + recourse.Shorten(c.Path, 60), Hint: recourse.Nearest(c.Path, pathNames(p))}
	default:
		svg = p.DrawPath(c.Path, playbook.DrawOptions{})
	}
	if c.Out == "" {
		_, err = s.out.Write(svg)
		return err
	}
	if err := os.WriteFile(c.Out, svg, 0o644); err != nil {
		return fileError(c.Out, err)
	}
	return nil
}

// diffCmd compares two playbooks.
//
// Differences are what was asked for and no failure: the exit code is 0 with them and without,
// and 2 only when one of the two cannot be read or compiled.
type diffCmd struct {
	Before string `arg:"" help:"A built-in playbook, or a file."`
	After  string `arg:"" help:"The other one."`
}

// Run says what changed, in words.
func (c *diffCmd) Run(s *streams) error {
	a, err := loadPlaybook(c.Before)
	if err != nil {
		return err
	}
	b, err := loadPlaybook(c.After)
	if err != nil {
		return err
	}
	changes := playbook.Diff(a, b)
	for _, change := range changes {
		fmt.Fprintln(s.out, change)
	}
	if len(changes) == 0 {
		fmt.Fprintln(s.out, "nothing changes")
	}
	return nil
}

// pathNames are a playbook's paths and tracks.
func pathNames(p *playbook.Playbook) []string {
	var names []string
	for _, path := range p.Paths {
		names = append(names, path.Name)
	}
	slices.Sort(names)
	return names
}
