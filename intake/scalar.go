package intake

import "encoding/json"

// Scalar is a value of JSON that other systems write as a text, as a number or as null, as they please: its text, "" for
// null, for an object and for a list. Large numbers keep all their digits.
type Scalar string

// UnmarshalJSON reads it.
func (s *Scalar) UnmarshalJSON(data []byte) error {
	var text string
	switch {
	case len(data) == 0 || data[0] == '{' || data[0] == '[' || string(data) == "null":
	case data[0] == '"':
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	default:
		text = string(data)
	}
	*s = Scalar(text)
	return nil
}
