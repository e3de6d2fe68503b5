package account

// Cheap lets a test's passwords cost next to nothing.
func (a *Accounts) Cheap() *Accounts {
	a.hasher = newHasher(cost{8, 1, 1})
	return a
}
