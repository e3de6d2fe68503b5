package main

import (
	"log/slog"
	"os"
	"path/filepath"

	"recourse/evidence"
	"recourse/hub"
	"recourse/vault"
)

// vaultFlags say where the key to the secrets is.
type vaultFlags struct {
	Vault string `help:"The file with the key to the connections' secrets and to what they deliver. Default: recourse.key beside the SQLite database, made when it is first needed; on PostgreSQL none. $RECOURSE_VAULT_KEY holds the key itself." env:"RECOURSE_VAULT" placeholder:"FILE"`
}

// vaultKey is the variable that holds the key itself, or several with commas between, the one that seals first.
const vaultKey = "RECOURSE_VAULT_KEY"

// file is the file of the key; "": there is none.
func (f *vaultFlags) file(d *databaseFlags) string {
	if f.Vault != "" || d.remote() {
		return f.Vault
	}
	return filepath.Join(filepath.Dir(d.Database), "recourse.key")
}

// ring opens the key, and makes one where the file is the default's and is not there yet. Nil, without an error: there is
// none, which connections with secrets then say.
func (f *vaultFlags) ring(d *databaseFlags) (*vault.Ring, error) {
	if text := os.Getenv(vaultKey); text != "" {
		return vault.Parse(text)
	}
	path := f.file(d)
	if path == "" {
		return nil, nil
	}
	return vault.OpenFile(path, f.Vault == "")
}

// hubOn is the hub on an office.
func (f *vaultFlags) hubOn(o *office, d *databaseFlags, room *evidence.Room, url string) (*hub.Hub, error) {
	ring, err := f.ring(d)
	if err != nil {
		return nil, err
	}
	return hub.New(hub.Options{Desk: o.Desk, Vault: ring, Evidence: room, Log: slog.Default(), URL: url}), nil
}
