package web

// playbookRoutes are the pages of the playbook.
var playbookRoutes []pageRoute
