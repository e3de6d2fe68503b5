// Package recourse holds the nouns of after-sales for merchants who sell online and source from Tmall through
// an agent: what an order, a purchase, a parcel, a case, an event, an effect and money are. It knows no
// database, no network, no file and no clock; every other room of the house speaks in its words.
//
// The one flow of the house, in these words: an [Event] is a fact that arrived. Package decide takes an
// [OrderFile] and an event and gives a decision: the next file, entries of history, effects, each with its
// [Why]. The decision is saved whole; only then is an [Effect] carried out, and what the world answers comes
// back as an Event, by the same door.
//
// Money is in minor units with its currency. Time is always an argument.
package recourse
