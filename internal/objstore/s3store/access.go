package s3store

// Access is how other programs reach this store: the endpoint ("" for AWS), the region, and whether the bucket stands in the path.
type Access struct {
	Endpoint  string
	Region    string
	PathStyle bool
}

// Access says how the store is reached, after environment and profile have had their say.
func (s *Store) Access() Access {
	o := s.client.Options()
	a := Access{Region: o.Region, PathStyle: o.UsePathStyle}
	if o.BaseEndpoint != nil {
		a.Endpoint = *o.BaseEndpoint
	}
	return a
}
