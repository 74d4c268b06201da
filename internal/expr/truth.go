package expr

// truth is a value of SQL's logic.
type truth uint8

const (
	no truth = iota
	yes
	unknown
)

func of(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) and(o truth) truth {
	switch {
	case t == no || o == no:
		return no
	case t == yes && o == yes:
		return yes
	}
	return unknown
}

func (t truth) not() truth {
	switch t {
	case no:
		return yes
	case yes:
		return no
	}
	return unknown
}

func (t truth) or(o truth) truth { return t.not().and(o.not()).not() }

// outcomes is a set of truths: bit t is set when t is possible.
type outcomes uint8

const (
	onlyNo      = outcomes(1 << no)
	onlyYes     = outcomes(1 << yes)
	onlyUnknown = outcomes(1 << unknown)
	anything    = onlyNo | onlyYes | onlyUnknown
)

func (o outcomes) has(t truth) bool { return o&(1<<t) != 0 }

// combine is every outcome that two conditions can have together.
func (o outcomes) combine(p outcomes, f func(a, b truth) truth) (out outcomes) {
	for a := no; a <= unknown; a++ {
		for b := no; b <= unknown; b++ {
			if o.has(a) && p.has(b) {
				out |= 1 << f(a, b)
			}
		}
	}
	return out
}

// operator is a comparison.
type operator uint8

const (
	equal operator = iota
	unequal
	below
	atMost
	above
	atLeast
)

var operators = map[string]operator{"=": equal, "==": equal, "<>": unequal, "!=": unequal, "<": below, "<=": atMost, ">": above, ">=": atLeast}

// flip is the operator for the two sides exchanged.
func (o operator) flip() operator {
	switch o {
	case below:
		return above
	case atMost:
		return atLeast
	case above:
		return below
	case atLeast:
		return atMost
	}
	return o
}

// holds says whether a comparison that came out as sign (-1, 0, 1) is what the operator asks for.
func (o operator) holds(sign int) bool {
	switch o {
	case equal:
		return sign == 0
	case unequal:
		return sign != 0
	case below:
		return sign < 0
	case atMost:
		return sign <= 0
	case above:
		return sign > 0
	}
	return sign >= 0
}
