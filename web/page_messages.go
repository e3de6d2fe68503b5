package web

// messageRoutes are the pages where messages are edited.
var messageRoutes []pageRoute
