package text

import "math/bits"

// Constants with the same byte eight times: multiply by the byte.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// Repeat is a word of eight times c, for Find.
func Repeat(c byte) uint64 { return uint64(c) * ones }

// Find marks the bytes of w that equal one of the three repeated bytes: the lowest mark is exact, higher ones may be false.
func Find(w, a, b, c uint64) uint64 {
	x, y, z := w^a, w^b, w^c
	return ((x-ones)&^x | (y-ones)&^y | (z-ones)&^z) & highs
}

// First is the index of the byte with the lowest mark, 8 if there is none.
func First(mark uint64) int { return bits.TrailingZeros64(mark) >> 3 }

// NonASCII marks the bytes of w above 127.
func NonASCII(w uint64) uint64 { return w & highs }

// NonDigits takes a word of text (first character in the lowest byte), marks the bytes that are no digits (the lowest mark
// is exact) and returns the word with digits as 0 to 9.
func NonDigits(w uint64) (mark, digits uint64) {
	d := w ^ 0x3030303030303030
	return ((d + 0x7676767676767676) | d) & highs, d
}

// Eight is the number that the first n (1 to 8) bytes of a word of digits write, in base ten.
func Eight(digits uint64, n int) uint64 {
	d := digits << (64 - 8*uint(n))
	d = d*10 + d>>8
	return ((d&0x000000FF000000FF)*0x000F424000000064 + ((d>>16)&0x000000FF000000FF)*0x0000271000000001) >> 32
}

// Pow10 are the powers of ten that fit in 64 bits.
var pow10 = [20]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// Pow10 is 10^n for n from 0 to 19.
func Pow10(n int) uint64 { return pow10[n] }

// Below marks the bytes of w that are less than c (at most 128): the lowest mark is exact.
func Below(w uint64, c byte) uint64 { return (w - Repeat(c)) &^ w & highs }
