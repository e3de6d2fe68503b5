// Package intake reads foreign formats into events. Here are the order books: tables of past orders, as CSV or
// XLSX, that a merchant exports from a shop, an agent or an accounting program, and that come in by the
// hundred thousand rows when a merchant begins, and by the dozen every week after.
//
// # The way of a row
//
//	bytes ──► table ──────► record ──► draft ──────────► batch
//	          csvTable      cells of   one order being   its events,
//	          sheetTable    one row    put together      oldest first
//	                           └────────────┴──► reject: row, column, reason
//
// [OpenCSV], [OpenXLSX] and [Open] find out what a file is: its encoding, its delimiter, its sheet, and by its
// header the [Profile] that knows its columns. A profile put to a header is a plan: numbers of columns instead
// of names, so that reading a row looks nothing up. [Book.Next] then gives one order's events at a time.
//
// # What can be relied on
//
//   - A book of any size is read in the same memory. What is held is bounded by constants that stand beside what
//     they bound: 64 open orders and 8 MiB of their rows, the hashes of the last two to four million order
//     numbers, the shared texts of a workbook.
//   - A bad row never stops a book. It is rejected with row, column and reason, and the reading goes on with the
//     next line of text. What does stop a book is that it cannot be read on at all: the disk, a damaged
//     archive. Then no order is given whose rows might not all have been read.
//   - An order is told whole or not at all. When one row of it is at fault, or a row beside it cannot be read and
//     may be a line of it, all its rows are rejected: an order that lacks a line would be refunded wrongly.
//   - Nothing is guessed in silence. An amount or a date that can be read in two ways is rejected, a zone or a
//     currency that nobody names is asked for, a word of status without a time does what the profile says. What
//     is guessed (profile, encoding) is shown by [Book.Match] and [Book.Encoding] and can be overruled.
//   - The same book read twice gives events of the same source and id, so that importing it again changes nothing.
//     The id of an order and of a purchase ends in its number of lines: a fuller reading of an order that was
//     there with fewer lines is a new fact, not a repetition.
//   - Whatever comes out passes [recourse.Event.Check]; that is not checked for each event, which would cost more
//     than the reading, but held by construction and by the fuzz tests.
//
// # Rows that are not together
//
// Exports hold the rows of one order together, or nearly. The last 64 orders stay open, so that a few other
// orders between two rows of one do no harm. A row that comes later still finds its order already told. To tell
// the order again with that line alone would make half an order of it; to lose the row would be worse. So it is
// rejected with order_scattered and the advice to sort the book and read it again, which completes the order
// by the rule of ids above. A reject file that still has such a row gives it back.
//
// # The mapping file
//
// A profile is a YAML file. The built-in ones ([ProfileSource]) are such files, and examples to start from:
//
//	profile: NAME              part of the source of every event: book:NAME
//	title: SENTENCE            for a person
//	identify: [COLUMN, …]      the columns that a header must have for the profile to recognise it
//	row: line | order          what a row is; with order, {n} in names of columns counts its items: "Item {n}"
//	missing_columns: error | empty   of columns named below and absent from the header
//	without_line: reject | count     of rows that tell of an order and of no line of it
//	zone: ZONE | offset        IANA, of times without an offset; offset: each time carries its own
//	currency: CODE | COLUMN    of amounts that do not carry their own
//	decimal: point | comma | unstated   unstated: numbers that can be read in two ways are rejected
//	dates: [LAYOUT, …]         iso, epoch, excel or such as "DD/MM/YYYY hh:mm"; the first that fits counts
//	encoding: auto | utf-8 | utf-16le | utf-16be | gb18030 | windows-1252
//	delimiter: auto | comma | semicolon | tab | bar
//	sheet: NAME                of a workbook
//	order:                     order, channel, placed, paid, shipping, discount, tax,
//	                           buyer: {name, email, locale}, ship_to: {country, region, city, …}
//	line:                      line, sku, title, quantity, price, weight, length, width, height, size
//	purchase:                  purchase, placed, supplier, cost, ship_by, ship_from, leg
//	parcel:                    parcel, carrier, tracking, shipped_at, delivered_at, leg
//	status:                    one of, or a list of, {column, words | filled, ignore, unknown}
//
// A field is a COLUMN, a list of columns of which the first present counts, or a mapping:
//
//	{column: COLUMN}           and with it, by field:
//	  unit: kg                 of weight, length, width, height, size
//	  per: order | line        of paid, shipping, discount, tax, cost: per line it is added up
//	  of: piece | line         of price: the price of a piece, or of all pieces of the line
//	  within_days: 5           of ship_by: so long after the purchase was placed, where no column tells
//	{join: [COLUMN, COLUMN]}   their texts with a blank between
//	{value: TEXT}              the same for all rows
//	{template: "{order}-{supplier}", of: line | order}   of purchase and parcel: an id put together
//
// Names of columns are compared without regard to case, blanks, dashes, underscores and asterisks. An address
// without a mapped street counts as partial: nothing is concluded from what it lacks.
//
// A word of status is an event, or a mapping {event, at, without_time, scan, amount, reason}. at names columns
// with its time. Where they are empty, without_time decides: reject (the default), leave_out (what the row is
// about is history and not told), skip (this event is not told), placed, latest (the newest instant that the
// order's rows tell), arrival (the event has no time and happens when it is taken in).
//
// # Reject codes
//
// They are stable. Of the row as a whole:
//
//	row_ragged        not as many cells as the header
//	row_too_large     more than 4 MiB
//	row_too_wide      more than 2,000 cells
//	csv_quote         a quote that is not closed, or text behind one that is
//	order_missing     no order number
//	order_rejected    another row of the order is at fault
//	order_uncertain   a row beside the order cannot be read and may be its line
//	order_scattered   the order was told long ago; sort the book
//	order_twice       the order is there twice, in a book with a row for each order
//	order_conflict    two rows of an order tell different times, amounts or currencies of it
//	order_too_large   more than 1,000 rows, or 8 MiB
//	line_missing      no line, in a book that has one in every row
//	line_twice        a line number that the order already has
//	placed_missing    no row tells when the order was placed
//
// Of a cell, the column being named:
//
//	cell_encoding, cell_binary, cell_too_large, cell_error, cell_damaged, formula_unsaved
//	text_too_long, id_too_long, id_inexact
//	amount_malformed, amount_ambiguous, amount_negative, amount_range, money_malformed, money_precision, money_overflow
//	currency_missing, currency_unknown, currency_withdrawn, currency_ambiguous, currency_conflict, price_missing
//	date_malformed, date_range, date_zone
//	quantity_malformed, quantity_range, measure_malformed, measure_unit, measure_range, size_malformed
//	country_unknown, leg_unknown, status_unknown, status_time
package intake
