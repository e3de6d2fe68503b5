package main

import (
	"recourse"
	"recourse/replay"
)

// tell prints everything that was decided for one order, in order of time.
func (c *replayCmd) tell(s *streams, events []recourse.Event, o replay.Options) error {
	replay.Story(o.Deciders[0], events, o.Until)
	return nil
}
