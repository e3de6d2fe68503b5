package web

// evidenceRoutes serve photos and videos.
var evidenceRoutes []pageRoute
