package catalog

import (
	"math/big"

	"github.com/tablectl/tablectl/manifest"
)

// doubleDigits are the decimal digits that survive a double. Trino 476 reads the numbers in statistics as such, and finds no row where a
// bound was rounded inwards.
const doubleDigits = 15

// deltaDecimal is a bound of a decimal column, of so few digits that a double keeps it: away from the values. It is "" where the type has
// no such number.
func deltaDecimal(t manifest.Type, d manifest.Dec, upper bool) string {
	n := d.Big()
	drop := int64(len(new(big.Int).Abs(n).String()) - doubleDigits)
	if drop <= 0 {
		return d.String(t.Scale)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(drop), nil)
	floor, rest := new(big.Int).DivMod(n, unit, new(big.Int)) // rounds down for a positive divisor
	if upper && rest.Sign() > 0 {
		floor.Add(floor, big.NewInt(1))
	}
	bound, ok := manifest.DecFromBig(floor.Mul(floor, unit))
	if !ok || !bound.Fits(t.Precision) {
		return ""
	}
	return bound.String(t.Scale)
}
