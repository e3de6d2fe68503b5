package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"recourse"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the tables to this program's version and says which steps were taken; none when they were there. A
// step is done whole or not at all.
func (s *Store) Migrate(ctx context.Context) (steps []string, err error) {
	p, err := s.provider()
	if err != nil {
		return nil, err
	}
	if err := s.notNewer(ctx, p); err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		steps = append(steps, r.Source.Path)
	}
	if err != nil {
		return steps, s.failed("migrate", err)
	}
	return steps, nil
}

// Version is the version of the tables, and the one that this program has.
func (s *Store) Version(ctx context.Context) (is, wants int64, err error) {
	p, err := s.provider()
	if err != nil {
		return 0, 0, err
	}
	is, wants, err = p.GetVersions(ctx)
	if err != nil {
		return 0, 0, s.failed("version", err)
	}
	return is, wants, nil
}

// notNewer refuses a database that a later program has changed: this one would write what that one cannot read.
func (s *Store) notNewer(ctx context.Context, p *goose.Provider) error {
	is, wants, err := p.GetVersions(ctx)
	if err != nil {
		return s.failed("version", err)
	}
	if is > wants {
		return &recourse.Error{Kind: recourse.Conflict, Code: "database_newer",
			Message: fmt.Sprintf("the database has version %d, this program knows %d", is, wants), Hint: "use the newer program"}
	}
	return nil
}

func (s *Store) provider() (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, s.dialect.folder)
	if err != nil { // unreachable: the folder is embedded
		return nil, err
	}
	p, err := goose.NewProvider(goose.Dialect(s.dialect.name), s.write, folder, goose.WithDisableGlobalRegistry(true))
	if errors.Is(err, goose.ErrNoMigrations) { // unreachable
		return nil, err
	}
	return p, err
}
