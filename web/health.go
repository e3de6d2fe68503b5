package web

import (
	"context"
	"net/http"
	"time"

	"recourse/store"
)

// Health is how the program is.
type Health struct {
	Status  string `json:"status"`
	Version string `json:"version,omitempty"`
}

// health says that the process is up, and nothing else: whoever restarts what does not answer must not do so because a
// database is away.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, Health{"up", s.Version})
}

// readyWithin is how long the database may take to answer.
const readyWithin = 2 * time.Second

// ready says that requests can be answered: the database is reached.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	err := s.Desk.Store().Read(ctx, func(tx *store.Tx) error {
		_, err := tx.NextDue()
		return err
	})
	if err != nil {
		s.refuse(w, r, notReady(err))
		return
	}
	writeJSON(w, http.StatusOK, Health{"ready", s.Version})
}
