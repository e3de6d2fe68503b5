package reorder

import (
	"encoding/csv"
	"io"
)

// column is a column of DSers' CSV order template.
type column int

// The columns in the order of the template.
const (
	orderNumber column = iota
	date
	country
	productID
	sku
	count
	memo
	contact
	mobile
	email
	address1
	address2
	province
	city
	zip
	rut
	clearance
	passport
	cpf
	columns
)

// names are the columns as help.dsers.com/place-csv-orders has them [V]. Order number, date, country, product id, SKU,
// product count, mobile number, address, province, city and zip must be there; RUT for Chile, the clearance id or the
// passport for Korea, CPF for Brazil. How the date is written is not documented [I].
var names = [columns]string{
	"Order number", "Date", "Country", "Product id", "SKU", "Product count", "Order memo", "Contact person", "Mobile no", "Email", "Address", "Address2",
	"Province", "City", "Zip", "RUT", "Personal Clearance ID", "Passport/ Alien registration Card Number", "CPF",
}

// countryNames are names that DSers writes differently from Unicode's English: «United States» is documented [V], the
// others are how AliExpress, whose lists it uses, writes them [I].
var countryNames = map[string]string{
	"US": "United States", "GB": "United Kingdom", "KR": "Korea", "RU": "Russian Federation", "CZ": "Czech Republic", "HK": "Hong Kong", "MO": "Macau", "MK": "Macedonia", "TR": "Turkey", "VN": "Vietnam",
	"CI": "Cote D Ivoire", "BA": "Bosnia and Herzegovina", "TT": "Trinidad and Tobago", "AG": "Antigua and Barbuda", "KN": "Saint Kitts and Nevis", "LC": "Saint Lucia", "VC": "Saint Vincent and the Grenadines",
	"PM": "Saint Pierre and Miquelon", "ST": "Sao Tome and Principe", "TC": "Turks and Caicos Islands", "WF": "Wallis and Futuna", "MM": "Myanmar", "SZ": "Swaziland", "CD": "Congo The Democratic Republic of",
}

// Write writes the file: in UTF-8, with the template's header, whatever holds commas or quotes in quotes.
func Write(w io.Writer, rows []Row) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write(names[:]); err != nil {
		return err
	}
	for i := range rows {
		if err := c.Write(rows[i].Cells[:]); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
