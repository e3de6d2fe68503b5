package web

import (
	"sync"

	"recourse"
	"recourse/account"
)

// Streams are answers that last: while somebody looks at a page they are told what changes. They are in no hurry, so that
// no deadline ends them, and they do not take the places of requests that are worked on. Their number is bounded by
// itself, for each person and in all.
const (
	mostStreams   = 2000
	streamsPerOne = 8
)

type streams struct {
	mu      *sync.Mutex
	all     int
	of      map[account.Actor]int
	closing chan struct{}
	end     func() // ends them all, once
}

func newStreams() streams {
	closing := make(chan struct{})
	return streams{mu: &sync.Mutex{}, of: map[account.Actor]int{}, closing: closing, end: sync.OnceFunc(func() { close(closing) })}
}

// stay lets an answer last, and gives what is to be called at its end.
func (s *Server) stay(a *answer, who account.Actor) (leave func(), err error) {
	st := &s.streams
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.all >= mostStreams || st.of[who] >= streamsPerOne {
		return nil, &recourse.Error{Kind: recourse.Unavailable, Code: "too_many_streams", Message: "more pages are kept up to date than can be", Hint: "close some of them"}
	}
	st.all++
	st.of[who]++
	s.unplace(a)
	return func() {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.all--
		if st.of[who]--; st.of[who] == 0 {
			delete(st.of, who)
		}
	}, nil
}
