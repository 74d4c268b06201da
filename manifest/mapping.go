package manifest

// NameMapping is Iceberg's schema.name-mapping.default: which names belong to which field ids, for files without ids. Other names of a
// column follow its own.
func NameMapping(s Schema, former map[int][]string) string {
	return string(appendMapping(nil, s.Fields, former))
}

func appendMapping(b []byte, fields []Field, former map[int][]string) []byte {
	b = append(b, '[')
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendInt(append(b, `{"field-id":`...), f.ID)
		b = appendString(append(b, `,"names":[`...), f.Name)
		for _, name := range former[f.ID] {
			b = appendString(append(b, ','), name)
		}
		b = append(b, ']')
		if f.Type.Nested() {
			b = appendMapping(append(b, `,"fields":`...), f.Type.Fields, nil)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}
