package source

// Only is the source without the inputs that are not named here: what is left to read when some files were taken as they are. It
// shares the files of s, which is closed by its owner.
func (s *Source) Only(keep []ParquetInput) *Source {
	names := map[string]bool{}
	for _, in := range keep {
		names[in.Name] = true
	}
	part := *s
	part.inputs, part.spool = nil, ""
	for _, in := range s.inputs {
		if names[in.name] {
			part.inputs = append(part.inputs, in)
		}
	}
	return &part
}
