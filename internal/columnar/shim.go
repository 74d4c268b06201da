package columnar

import (
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

func formatValue(_ manifest.Type, v any) string { return fmt.Sprint(v) }
