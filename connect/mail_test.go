package connect

import (
	"errors"
	"testing"

	"recourse"
)

// TestMailFields: what is not a host, a port, an address or hours is told of by its field.
func TestMailFields(t *testing.T) {
	good := func() *recourse.Connection {
		return &recourse.Connection{Settings: map[string]string{"host": "mail.shop.example", "from": "Vases <desk@shop.example>", "port": "465", "security": "tls", "quiet": "22:00-07:30", "hourly": "3"}, Secrets: map[string]string{}}
	}
	if err := smtp.Check(good()); err != nil {
		t.Error(err)
	}
	for field, value := range map[string]string{"host": "smtp://mail", "port": "0", "security": "ssl", "from": "desk", "reply_to": "a@b, c@d", "copy": "nobody", "quiet": "25:00-08:00", "hourly": "0", "daily": "many", "repeat": "yes", "merchant_to": "x"} {
		c := good()
		c.Settings[field] = value
		var e *recourse.Error
		if err := smtp.Check(c); !errors.As(err, &e) || e.Code != "connection_field" || e.Field != field {
			t.Errorf("%s %q: %v", field, value, err)
		}
	}
	if err := imap.Check(&recourse.Connection{Settings: map[string]string{}, Secrets: map[string]string{"secret": "x"}}); err != nil {
		t.Error(err)
	}
}
