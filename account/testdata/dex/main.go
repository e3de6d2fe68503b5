// Command dex is a real Dex, https://dexidp.io, for the test of signing in by another provider. It is a module of its own,
// so that what Dex needs is no matter of the program's. It listens at the address that it is given, lets everybody in as
// Kilgore Trout, and ends with its standard input.
package main

import (
	"context"
	"io"
	"net/http"
	"os"

	"github.com/dexidp/dex/server"
	"github.com/dexidp/dex/storage"
	"github.com/dexidp/dex/storage/memory"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

func main() {
	address, web, redirect := os.Args[1], os.Args[2], os.Args[3]
	log := logrus.New()
	log.Out = os.Stderr
	s := storage.WithStaticConnectors(storage.WithStaticClients(memory.New(log), []storage.Client{{ID: "desk", Secret: "the-secret", Name: "Desk", RedirectURIs: []string{redirect}}}),
		[]storage.Connector{{ID: "mock", Type: "mockCallback", Name: "Mock", Config: []byte("{}")}})
	h, err := server.NewServer(context.Background(), server.Config{Issuer: "http://" + address, Storage: s, SkipApprovalScreen: true, Logger: log, Web: server.WebConfig{Dir: web}, PrometheusRegistry: prometheus.NewRegistry()})
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(http.ListenAndServe(address, h))
}
