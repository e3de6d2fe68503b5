package connect

// seventeenTrack and aftership tell where parcels are.
var (
	seventeenTrack = Kind{
		Name: "17track", Group: "tracking",
		Fields: []Field{{Name: "key", Secret: true, Required: true}},
	}
	aftership = Kind{
		Name: "aftership", Group: "tracking",
		Fields: []Field{{Name: "key", Secret: true, Required: true}, {Name: "secret", Secret: true, Required: true}},
	}
)
