package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// progress shows how many orders were done, with rate and time left, on a terminal only.
//
// Without a terminal there is no bar and all methods do nothing, so that a log of errors holds
// errors only.
type progress struct{ bar *progressbar.ProgressBar }

// newProgress begins to show; a total of 0 is not known.
func newProgress(s *streams, total int) *progress {
	if !s.terminal {
		return &progress{}
	}
	if total == 0 {
		total = -1
	}
	return &progress{progressbar.NewOptions(total,
		progressbar.OptionSetWriter(s.err), progressbar.OptionSetDescription("replaying orders"), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("orders"), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))}
}

// at says how many are done.
func (p *progress) at(done int) {
	if p.bar != nil {
		_ = p.bar.Set(done) // only shown: nothing depends on it
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
