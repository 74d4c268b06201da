package blocks

// Result says how much of a file a block was, so that lines and rows can be counted on.
type Result struct {
	File  string
	First bool // of its file
	Rows  int64
	Lines int64
	Err   *Error // its line and row count from the beginning of the block
}

// Place counts the lines and rows of the blocks before.
type Place struct{ lines, rows int64 }

// Add takes the results in order and returns the error of r, if it has one, with line and row counted from the beginning of the file.
func (p *Place) Add(r Result) error {
	if r.First {
		*p = Place{}
	}
	if r.Err != nil {
		if r.Err.Line > 0 {
			r.Err.Line += p.lines
		}
		if r.Err.Row > 0 {
			r.Err.Row += p.rows
		}
		return r.Err
	}
	p.lines += r.Lines
	p.rows += r.Rows
	return nil
}
