package store

// Place is where an effect stands in a list: what the list goes on behind.
func (e *Effect) Place() Cursor { return Cursor{micros(e.At), e.ID} }
