package main

import (
	"fmt"

	"github.com/tablectl/tablectl/internal/testserver"
)

// startMinIO moves the stage to a bucket. The server ends with this program.
func (s *stage) startMinIO() error {
	s.say("Starting a MinIO (the first time it is built, which takes some minutes) …")
	server, err := testserver.Start("minio")
	if err != nil {
		return fmt.Errorf("start MinIO: %w", err)
	}
	s.table, s.env = "s3://"+testserver.Bucket+"/flights", server.Env()
	return nil
}
