package columnar

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

func TestFilter(t *testing.T) {
	a := fromJSON(t, arrow.PrimitiveTypes.Int64, `[1, null, 3, 4, 5]`)
	for _, c := range []struct {
		keep []bool
		want string
	}{
		{[]bool{false, false, false, false, false}, `[]`},
		{[]bool{true, true, true, true, true}, `[1,null,3,4,5]`},
		{[]bool{false, true, true, false, false}, `[null,3]`},
		{[]bool{true, false, true, false, true}, `[1,3,5]`},
	} {
		got, err := Filter(oneColumn("a", a, true), c.keep)
		if err != nil {
			t.Fatal(err)
		}
		if s := jsonOf(got.Column(0)); s != c.want {
			t.Errorf("keep %v: %s, want %s", c.keep, s, c.want)
		}
	}
}
