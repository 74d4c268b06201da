//go:build engines

package engines

import _ "embed"

// What is written by hand around what the test finds in docs/engines.md.
var (
	//go:embed intro.md
	enginesIntro string
	//go:embed notes.md
	enginesNotes string
)
