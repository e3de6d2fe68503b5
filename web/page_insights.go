package web

// insightRoutes are the pages of figures.
var insightRoutes []pageRoute
