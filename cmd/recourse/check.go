package main

import (
	"fmt"

	"recourse/playbook"
	"recourse/text"
)

// languages are those that every message must be there in.
var languages = []string{"en", "fr", "zh"}

// checkCmd checks playbooks.
//
// It exits with 0 when nothing is wrong with any of them, and with 1 when something is;
// findings go to standard output, since they are what was asked for.
type checkCmd struct {
	Names []string `arg:"" name:"playbook" help:"Built-in playbooks, or files."`
}

// Run checks them all: the errors of one do not keep the others from being checked.
//
// A playbook that does not compile counts as one with findings, and its errors are printed in
// the place of these.
func (c *checkCmd) Run(s *streams) error {
	wrong := 0
	for _, name := range c.Names {
		p, err := loadPlaybook(name)
		if err != nil {
			wrong++
			for _, e := range unjoined(err) {
				fmt.Fprintln(s.out, e)
			}
			continue
		}
		findings := p.Check(text.Builtin().HasTemplate, languages)
		for _, f := range findings {
			fmt.Fprintln(s.out, f)
		}
		if len(findings) > 0 {
			wrong++
			continue
		}
		fmt.Fprintf(s.out, "%s: %s situations, %s states: nothing is wrong\n", name, count(len(p.Situations)), count(states(p)))
	}
	if wrong > 0 {
		return errFailed
	}
	return nil
}

func states(p *playbook.Playbook) int {
	n := 0
	for _, path := range p.Paths {
		n += len(path.States)
	}
	return n
}
