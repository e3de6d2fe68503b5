package web

// buyerRoutes are the pages of the buyer.
var buyerRoutes []pageRoute
