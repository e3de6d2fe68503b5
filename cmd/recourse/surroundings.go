package main

import (
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/effect"
)

// surroundings are the systems around an office: as they are, or stand-ins of them.
type surroundings struct {
	kinds []*connect.Kind         // nil: those that the program has
	every time.Duration           // how often numbers are registered with a tracking service; 0: as usual
	dies  func(effect.Point) bool // for tests: see effect.Options
}

// kind is the kind of that name; nil: there is none.
func (s *surroundings) kind(name string) *connect.Kind {
	for _, k := range s.kinds {
		if k.Name == name {
			return k
		}
	}
	if s.kinds != nil {
		return nil
	}
	return connect.KindOf(name)
}

// mirror is how a kind of connection is kept in step.
func (s *surroundings) mirror(kind string) (effect.Mirror, func(*recourse.Connection) *call.Client) {
	if k := s.kind(kind); k != nil {
		return k.Mirror, k.Client
	}
	return nil, nil
}
