package sample

import _ "embed" // the list

// Offers is a list of what other suppliers have that the shop of [Shop] could buy from instead, as recourse offer import reads
// it. Only one of them is said to be the same as an item of the shop: what merely looks alike is a person's to choose.
//
//go:embed offers.csv
var Offers string
