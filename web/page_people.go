package web

// peopleRoutes are the pages of people and their ways in.
var peopleRoutes []pageRoute
