package testserver

import "fmt"

// Start is this process's server of that name, "minio" or "versitygw", for programs that are not tests.
func Start(name string) (*Server, error) {
	switch name {
	case "minio":
		return minio()
	case "versitygw":
		return versitygw()
	}
	return nil, fmt.Errorf("no server is called %q", name)
}
