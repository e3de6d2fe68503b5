package woocommerce_test

import (
	"io"
	"log"
)

// quiet is the log of servers whose faults are wanted.
var quiet = log.New(io.Discard, "", 0)
