// Command stripemock is Stripe's own stand-in, https://github.com/stripe/stripe-mock, for the test that a refund is asked
// for as Stripe's published API wants it. It is a module of its own, so that what it needs is no matter of the program's.
// It listens at a port that it writes down first, and ends with its standard input.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
)

func main() {
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		log.Fatal(err)
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		log.Fatal(err)
	}
	stub, err := server.NewStubServer(fixtures, spec, false, false)
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(l.Addr().String())
	log.Fatal(http.Serve(l, http.HandlerFunc(stub.HandleRequest)))
}
