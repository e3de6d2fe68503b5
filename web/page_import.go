package web

// importRoutes are the pages where files are dropped.
var importRoutes []pageRoute
