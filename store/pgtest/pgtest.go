// Package pgtest gives tests and benchmarks a real PostgreSQL, because what a database refuses, locks and forgets
// can only be learnt from the database itself.
//
// A test says New(t) and gets the URL of a fresh, empty database. The first such call of a process starts a server
// for all its tests; the others only create a database on it. A test that wants to take the database away from under
// the code asks for a server of its own with NewServer and uses Crash and Restart. A program that measures uses Start
// with Durable, so that a commit costs what it costs in production.
//
// Nothing is left behind. The server belongs to a keeper (keeper.sh), a shell that reads our commands from a pipe;
// however our process ends, its end of the pipe closes, and the keeper shuts the server down and removes its
// directory. No test has to remember anything, and no TestMain is needed.
//
// The server listens on a unix socket in a directory that only its user may enter, never on the network.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is the server of this process's tests. Nobody stops it: it goes when the process does.
var shared = sync.OnceValues(func() (*Server, error) { return Start(context.Background()) })

// New gives the URL of a fresh, empty database, which is dropped when the test ends.
func New(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		refuse(t, err)
	}
	return s.Database(t)
}

// NewServer starts a server for one test, which may crash it without harm to the others, and stops it when the test
// ends. It takes about a second: where a database is enough, use New.
func NewServer(t testing.TB, options ...Option) *Server {
	t.Helper()
	s, err := Start(t.Context(), options...)
	if err != nil {
		refuse(t, err)
	}
	t.Cleanup(s.Stop)
	return s
}

// refuse ends a test that got no server. A suite that skips by itself what it cannot run looks green and proves
// nothing, so that going without PostgreSQL has to be asked for; and only its absence may be excused, never a server
// that is there and does not start.
func refuse(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && os.Getenv("RECOURSE_NO_POSTGRES") == "1" {
		t.Skip("not tested, as RECOURSE_NO_POSTGRES=1 allows: PostgreSQL is not installed")
	}
	t.Fatal(err)
}

// Database creates an empty database on the server for one test, and gives its URL. It is dropped when the test ends,
// even from under connections that the test forgot to close.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.databases.Add(1))
	if err := s.execute("CREATE DATABASE " + name + " TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.execute("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Log(err) // no harm: the server was left crashed, and its directory goes with it
		}
	})
	return s.URL(name)
}

// execute runs a statement in the server's own database, where databases are created and dropped from.
func (s *Server) execute(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
