package connect

import (
	"context"

	"golang.org/x/time/rate"

	"recourse"
	"recourse/call"
	"recourse/intake/track"
)

// seventeenTrack and aftership tell where parcels are. Numbers are registered by the room effect/track, with the oldest of a
// merchant's tracking connections that is not set not to. Webhooks are set up by a person, in the service's own pages: neither
// has a call for it.
var (
	seventeenTrack = Kind{
		Name: "17track", Group: "tracking",
		Fields: []Field{{Name: "key", Secret: true, Required: true}, registering},
		Reader: track.SeventeenTrack(),
		Poller: track.SeventeenTrackPoller(),
		Client: func(*recourse.Connection) *call.Client { return call.New(call.Options{Rate: seventeenRate, Burst: 3}) },
		Test:   testTracking,
	}
	aftership = Kind{
		Name: "aftership", Group: "tracking",
		Fields: []Field{{Name: "key", Secret: true, Required: true}, {Name: "secret", Secret: true, Required: true}, registering},
		Reader: track.AfterShip(),
		Poller: track.AfterShipPoller(),
		Client: func(*recourse.Connection) *call.Client { return call.New(call.Options{Rate: afterShipRate, Burst: 5}) },
		Test:   testTracking,
	}
)

// registering says whether numbers are registered with the service, or another program does that.
var registering = Field{Name: "register", Standard: "yes", Choices: []string{"yes", "no"}}

// Requests a second that the services allow. [M]
const (
	seventeenRate rate.Limit = 3
	afterShipRate rate.Limit = 10
)

func testTracking(ctx context.Context, c *recourse.Connection, peer *call.Client) error {
	return track.ServiceOf(c, peer).Try(ctx)
}
