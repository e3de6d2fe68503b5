package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// progress shows how much was done, with rate and time left, on a terminal only.
//
// Without a terminal there is no bar and all methods do nothing, so that a log of errors holds
// errors only.
type progress struct{ bar *progressbar.ProgressBar }

// newProgress begins to show so many things of a kind; a total of 0 is not known.
func newProgress(s *streams, doing, things string, total int) *progress {
	return newBar(s, doing+" "+things, int64(total), progressbar.OptionShowCount(), progressbar.OptionSetItsString(things))
}

// newBytes begins to show how much of a file of that size was read.
func newBytes(s *streams, doing string, size int64) *progress {
	return newBar(s, doing, size, progressbar.OptionShowBytes(true))
}

func newBar(s *streams, words string, total int64, more ...progressbar.Option) *progress {
	if !s.terminal {
		return &progress{}
	}
	if total == 0 {
		total = -1
	}
	return &progress{progressbar.NewOptions64(total, append(more,
		progressbar.OptionSetWriter(s.err), progressbar.OptionSetDescription(words), progressbar.OptionShowIts(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))...)}
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
